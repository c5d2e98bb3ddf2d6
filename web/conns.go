package web

import (
	"net"
	"net/http"
	"sync"
	"time"

	"anling/internal/clock"
)

// conns keeps a place free at the door. Whoever opens thousands of connections and says nothing (slow-loris) would else
// use up what the machine can hold, and a press could not come in: beyond a number, whoever has been
// silent longest has to leave. Who is being answered is never sent away.
type conns struct {
	max int

	mu     sync.Mutex
	silent map[net.Conn]time.Time // new or idle, and since when
	active map[net.Conn]bool
}

// maxConns is far below what Linux lets a service hold (the unit file asks for 65536), and far above a city's seats,
// gateways and families.
const maxConns = 16000

func newConns(most int) *conns {
	return &conns{max: most, silent: map[net.Conn]time.Time{}, active: map[net.Conn]bool{}}
}

// watch is http.Server's ConnState.
func (c *conns) watch(conn net.Conn, state http.ConnState) {
	if leave := c.note(conn, state, clock.Real().Now()); leave != nil {
		//house:errors whoever is sent away need not be told why
		leave.Close()
	}
}

// note keeps the books, and gives who has to leave for a new connection; nil for nobody.
func (c *conns) note(conn net.Conn, state http.ConnState, now time.Time) (leave net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		if len(c.silent)+len(c.active) >= c.max {
			leave = c.longestSilent()
			delete(c.silent, leave)
		}
		c.silent[conn] = now
	case http.StateIdle:
		delete(c.active, conn)
		c.silent[conn] = now
	case http.StateActive:
		delete(c.silent, conn)
		c.active[conn] = true
	case http.StateClosed, http.StateHijacked:
		delete(c.silent, conn)
		delete(c.active, conn)
	}
	return leave
}

// longestSilent is called with the lock held. It looks at a sample: over all would make a flood dear.
func (c *conns) longestSilent() (oldest net.Conn) {
	const sample = 64
	var since time.Time
	n := 0
	for conn, at := range c.silent {
		if oldest == nil || at.Before(since) {
			oldest, since = conn, at
		}
		if n++; n == sample {
			break
		}
	}
	return oldest
}
