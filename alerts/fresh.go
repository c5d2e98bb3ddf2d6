package alerts

import "sync"

// freshLimit bounds how many alerts are kept in memory.
const freshLimit = 2048

// freshAlerts keeps the alerts that were written last, so that the dozen receipts that follow a press need not open and
// decode it each time. An alert is taken out to be changed and put back after the commit: what a transaction that failed
// has changed is never seen. The database stays the truth: whoever takes one compares its last hash.
type freshAlerts struct {
	mu   sync.Mutex
	byID map[AlertID]*Alert
}

// take removes an alert and gives it to the caller alone; nil when it is not there.
func (f *freshAlerts) take(id AlertID) *Alert {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := f.byID[id]
	delete(f.byID, id)
	return a
}

// put keeps an alert, unless a reader has it.
func (f *freshAlerts) put(a *Alert) {
	if a.shown {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID == nil || len(f.byID) >= freshLimit {
		f.byID = map[AlertID]*Alert{}
	}
	f.byID[a.ID] = a
}
