package web

import (
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"anling/internal/clock"
)

// guesses notices who tries links of families and helpers that are none. A link has 130 bits, so nobody finds one; but
// somebody who tries should be seen, and should not cost a page each. Who has a right link gets through whatever
// others behind the same address do: half a city may share one.
type guesses struct {
	log     *slog.Logger
	refused func(lane, string)

	mu   sync.Mutex
	seen map[string]*guesser
}

type guesser struct {
	left *rate.Limiter
	told time.Time
}

// A network may be wrong so often at once, and then once in so long.
const (
	guessBurst   = 30
	guessEvery   = 2 * time.Second
	guessTold    = 10 * time.Minute // a network is named in the log at most so often
	maxGuessers  = 10000
	guessWaiting = 10 * time.Second
)

func newGuesses(log *slog.Logger, refused func(lane, string)) *guesses {
	return &guesses{log: log, refused: refused, seen: map[string]*guesser{}}
}

// wrong notes a link that is none, and tells whether the network has been wrong too often.
func (g *guesses) wrong(from netip.Addr) (tooOften bool) {
	now, key := clock.Real().Now(), network(from)
	g.mu.Lock()
	defer g.mu.Unlock()
	who := g.seen[key]
	if who == nil {
		if len(g.seen) >= maxGuessers {
			clear(g.seen)
		}
		who = &guesser{left: rate.NewLimiter(rate.Every(guessEvery), guessBurst)}
		g.seen[key] = who
	}
	if who.left.AllowN(now, 1) {
		return false
	}
	g.refused(lanePage, "guess")
	if now.Sub(who.told) >= guessTold {
		who.told = now
		g.log.Warn("somebody tries links of families and helpers", "network", key)
	}
	return true
}
