package alerts

import (
	"slices"
	"sync"
	"time"
)

// memoryFresh is how long what is known of a person is believed without a look at the database: for so long at most it
// stays unnoticed that another node has asked them, or that a transaction failed which this node has counted.
const memoryFresh = 10 * time.Second

// memories keeps what is known of people, so that an alarm for which hundreds of helpers are weighed need not read thousands of
// rows. What this node writes of a person is carried in at once, also for the next part of the same batch.
type memories struct {
	mu sync.Mutex
	of map[string]*memory
}

// memory is what is known of one person.
type memory struct {
	version int // raised with each change, so that what was read before it is not kept after it
	readAt  time.Time
	last    []Record // newest first; nil with known false
	known   bool

	week   time.Time // of sum
	summed bool
	sum    Known
}

func (m *memories) get(person string) *memory {
	if m.of == nil {
		m.of = map[string]*memory{}
	}
	k := m.of[person]
	if k == nil {
		k = &memory{}
		m.of[person] = k
	}
	return k
}

// known gives what is known of somebody in the week that began at week; false when the database has to be asked.
func (m *memories) known(person string, week, now time.Time) (Known, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.get(person)
	if !k.fresh(now) {
		return Known{}, false
	}
	return k.in(week, now), true
}

func (k *memory) fresh(now time.Time) bool {
	age := now.Sub(k.readAt)
	return k.known && age >= 0 && age < memoryFresh
}

// in sums up; within memoryFresh the seven days before now are taken to be the same.
func (k *memory) in(week, now time.Time) Known {
	if !k.summed || !k.week.Equal(week) {
		k.sum, k.week, k.summed = know(k.last, week, now), week, true
	}
	return k.sum
}

// versions notes how far each person's memory has come, before the database is asked about them.
func (m *memories) versions(people []string) []int {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]int, len(people))
	for i, p := range people {
		out[i] = m.get(p).version
	}
	return out
}

// keep takes in what was read of people since versions were noted; of whom something was written meanwhile, nothing.
//
//house:parameters of whom, how far they had come, what was read, and when
func (m *memories) keep(people []string, versions []int, last map[string][]Record, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, p := range people {
		if k := m.get(p); k.version == versions[i] {
			*k = memory{version: k.version, readAt: now, last: slices.Clone(last[p]), known: true}
		}
	}
}

// add carries in records that are being written.
func (m *memories) add(all []*Record) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range all {
		if r.Part != PartHelper {
			continue
		}
		k := m.get(r.Person)
		k.version++
		k.summed = false
		if k.known {
			k.last = withRecord(k.last, *r)
		}
	}
}

// withRecord puts a record in its place among the newest; the list is changed.
func withRecord(last []Record, r Record) []Record {
	for i := range last {
		if last[i].Alert == r.Alert && last[i].Seq == r.Seq {
			last[i] = r
			return last
		}
	}
	at := slices.IndexFunc(last, func(o Record) bool { return o.AskedAt.Before(r.AskedAt) })
	if at < 0 {
		at = len(last)
	}
	last = slices.Insert(last, at, r)
	return last[:min(len(last), knownOffers)]
}
