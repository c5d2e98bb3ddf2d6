package seal

import (
	"sync"
	"time"
)

const (
	cacheSize = 10_000
	// cacheFor is how long another node may still read an erased person.
	cacheFor = time.Minute
)

// cache keeps opened keys for reading. It never serves to seal: what is sealed under a key that
// another node has just erased would be lost.
type cache struct {
	mu      sync.Mutex
	entries map[string]cached
	epoch   int64 // grows with every erasure; what was read before does not come in after it
}

type cached struct {
	key Key
	at  time.Time
}

func newCache() *cache { return &cache{entries: make(map[string]cached)} }

func (c *cache) get(subject string, now time.Time) (Key, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[subject]
	if age := now.Sub(e.at); !ok || age < 0 || age > cacheFor {
		return Key{}, false
	}
	return e.key, true
}

func (c *cache) now() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.epoch
}

// put keeps a key that was read in an epoch. A full cache drops an entry, any one.
func (c *cache) put(subject string, e cached, epoch int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if epoch != c.epoch {
		return
	}
	if _, there := c.entries[subject]; !there && len(c.entries) >= cacheSize {
		for victim := range c.entries {
			delete(c.entries, victim)
			break
		}
	}
	c.entries[subject] = e
}

func (c *cache) drop(subject string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.epoch++
	delete(c.entries, subject)
}
