package alerts

// RoughArea is where the alert is, as far as somebody may know who has not promised to come: the street
// without the house.
func (a *Alert) RoughArea() string { return roughArea(a.Address) }
