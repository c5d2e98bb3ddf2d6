package web

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"anling/registry"
)

// throttle slows down the guessing of passwords without ever locking an account: wrong tries are
// counted for an account together with the browser, where the browser has logged in before, and all
// unknown browsers share one bucket for each account and one for each network. So a flood from outside slows
// only unknown browsers; the workstations of the shift log in as ever.
// (OWASP: Slow Down Online Guessing Attacks with Device Cookies.)
type throttle struct {
	mu      sync.Mutex
	buckets map[string]*bucket
}

// bucket holds how many wrong tries are left, and since when it has been filling up again.
type bucket struct {
	left  float64
	at    time.Time
	size  float64
	every time.Duration // one more try
}

// attempt is a log-in that is about to be tried.
type attempt struct {
	account string
	browser string // hash of the browser's cookie, when it is known for the account
	addr    netip.Addr
	what    string // what is guessed: "" a password, else a code of a second factor
}

// asFactor is the same attempt at a second factor, whose tries are counted apart: only who knows the password gets there.
func (a attempt) asFactor(of registry.OperatorID) attempt {
	a.account, a.what = string(of), "factor "
	return a
}

// maxBuckets bounds the memory; beyond it the full buckets are forgotten, then those that are nearly full.
const maxBuckets = 20000

func newThrottle() *throttle { return &throttle{buckets: map[string]*bucket{}} }

// rule is a bucket that an attempt draws from.
type rule struct {
	key   string
	size  float64
	every time.Duration
}

// rules are the buckets of an attempt. A code has a million values and three are good at a time: at one try in five minutes
// a stranger who knows the password finds one in years.
func (a attempt) rules() []rule {
	if a.account == "" { // somebody who says no name: a network may begin some
		return []rule{{a.what + network(a.addr), 60, 2 * time.Second}}
	}
	factor := a.what != ""
	switch {
	case factor && a.browser != "":
		return []rule{{a.what + "known " + a.account + " " + a.browser, 5, time.Minute}}
	case factor:
		return []rule{{a.what + "account " + a.account, 5, 5 * time.Minute}}
	case a.browser != "":
		return []rule{
			{"known " + a.account + " " + a.browser, 10, 10 * time.Second},
			{"browser " + a.browser, 50, 5 * time.Second},
		}
	}
	return []rule{
		{"account " + a.account, 5, time.Minute},
		{"network " + network(a.addr), 20, 10 * time.Second},
	}
}

// network is the /24 or /64 that an address lies in: one guesser has many addresses.
func network(a netip.Addr) string {
	bits := 64
	if a = a.Unmap(); a.Is4() {
		bits = 24
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return "unknown"
	}
	return p.String()
}

// take counts a try that is about to be made, or gives how long it must wait. It is counted before it is made, so that
// many at once are not one.
func (t *throttle) take(a attempt, now time.Time) (wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.makeRoom(now)
	rules := a.rules()
	for _, r := range rules {
		if b := t.bucket(r, now); b.left < 1 {
			wait = max(wait, time.Duration((1-b.left)*float64(b.every)))
		}
	}
	if wait > 0 {
		return wait
	}
	for _, r := range rules {
		t.buckets[r.key].left--
	}
	return 0
}

// giveBack takes back that a try was counted: it was right, or came to nothing through no fault of its own.
func (t *throttle) giveBack(a attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, r := range a.rules() {
		b := t.bucket(r, now)
		b.left = min(b.size, b.left+1)
	}
}

func (t *throttle) bucket(r rule, now time.Time) *bucket {
	b, ok := t.buckets[r.key]
	if !ok {
		b = &bucket{left: r.size, at: now, size: r.size, every: r.every}
		t.buckets[r.key] = b
	}
	b.fill(now)
	return b
}

func (b *bucket) fill(now time.Time) {
	if gone := now.Sub(b.at); gone > 0 {
		b.left = min(b.size, b.left+float64(gone)/float64(b.every))
	}
	b.at = now
}

func (t *throttle) makeRoom(now time.Time) {
	if len(t.buckets) < maxBuckets {
		return
	}
	for key, b := range t.buckets {
		if b.fill(now); b.left >= b.size {
			delete(t.buckets, key)
		}
	}
	// An attack from everywhere. Those go that would be full soonest: what one account has suffered cannot be washed away by
	// tries at many others.
	keys := slices.SortedFunc(maps.Keys(t.buckets), func(a, b string) int {
		return cmp.Compare(t.buckets[a].untilFull(), t.buckets[b].untilFull())
	})
	for _, key := range keys[:len(keys)/2] {
		if len(t.buckets) >= maxBuckets/2 {
			delete(t.buckets, key)
		}
	}
}

func (b *bucket) untilFull() time.Duration {
	return time.Duration((b.size - b.left) * float64(b.every))
}
