package web

import (
	"net/netip"
	"sync"
	"time"
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
}

// maxBuckets bounds the memory; beyond it the full buckets are forgotten, then all.
const maxBuckets = 20000

func newThrottle() *throttle { return &throttle{buckets: map[string]*bucket{}} }

// rule is a bucket that an attempt draws from.
type rule struct {
	key   string
	size  float64
	every time.Duration
}

func (a attempt) rules() []rule {
	if a.browser != "" {
		return []rule{{"known " + a.account + " " + a.browser, 10, 10 * time.Second}}
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

// wait gives how long the attempt must wait; zero: go on.
func (t *throttle) wait(a attempt, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	var wait time.Duration
	for _, r := range a.rules() {
		b, ok := t.buckets[r.key]
		if !ok {
			continue
		}
		b.fill(now)
		if b.left < 1 {
			wait = max(wait, time.Duration((1-b.left)*float64(b.every)))
		}
	}
	return wait
}

// failed counts a wrong try.
func (t *throttle) failed(a attempt, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.makeRoom(now)
	for _, r := range a.rules() {
		b, ok := t.buckets[r.key]
		if !ok {
			b = &bucket{left: r.size, at: now, size: r.size, every: r.every}
			t.buckets[r.key] = b
		}
		b.fill(now)
		b.left = max(0, b.left-1)
	}
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
	if len(t.buckets) >= maxBuckets {
		clear(t.buckets) // an attack from everywhere: guessing stays bounded by the cost of a password
	}
}
