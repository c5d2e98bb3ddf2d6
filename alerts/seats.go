package alerts

// Why an alert went back to the queue, as keys of the message file.
const (
	returnIdle   = "idle"           // accepted, and then nothing was done
	returnSilent = "console_silent" // the console of who had it is not heard of any more
	returnLeft   = "left"           // who had it has gone
)

// giveBack puts an alert back into the queue whose operator is not there any more.
func (d *decision) giveBack() {
	if d.a.State.Working() && d.a.AcceptedAt != nil && d.a.Operator != nil && d.a.Operator.ID == string(d.c.Operator) {
		d.emit(EventReturned, Data{Reason: d.c.Reason, Person: string(d.c.Operator)})
	}
}
