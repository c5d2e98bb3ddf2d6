package registry

import (
	"time"

	"github.com/paulmach/orb"
)

// Follower is told where helpers are, as geo.Index is: package road keeps them on the streets. It is called while no lock of the
// roster is held, so that it may ask about helpers while it keeps others waiting.
type Follower interface {
	Put(id string, at orb.Point, since time.Time) error
	Remove(id string)
}

// Follow tells f where everybody is, and from then on who moves. It is called once, before anybody moves.
func (r *Roster) Follow(f Follower) {
	r.telling.Lock()
	r.follower = f
	r.telling.Unlock()
	for _, h := range r.All() {
		r.tell(h.ID)
	}
}

// tell passes on where helpers are now. Each is looked up under the lock under which they are passed on, so that the last
// word is the newest.
func (r *Roster) tell(ids ...HelperID) {
	r.telling.Lock()
	defer r.telling.Unlock()
	if r.follower == nil {
		return
	}
	for _, id := range ids {
		if h, ok := r.Get(id); ok && h.Position != nil {
			r.warn(r.follower.Put(string(id), h.Position.Point, h.Position.At), "a helper was not placed on the streets")
		} else {
			r.follower.Remove(string(id))
		}
	}
}
