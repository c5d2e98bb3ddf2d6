package search

import (
	"hash/maphash"
	"sync"
)

// Doc is a record as the index takes it in.
type Doc struct {
	ID       string
	Group    string // whose it is; a query sees only groups that it names
	Version  int64  // the higher is the newer
	Archived bool
	Words    []Word
}

// Query asks for records that have all terms.
type Query struct {
	Terms    []string // from Terms
	Kinds    Kinds    // of words that may match
	All      bool     // groups, or only
	Groups   []string
	Archived bool // ask for those that are archived, instead of those that are not
	After    Hit  // the hit behind which to go on; the zero Hit for the beginning
	Limit    int
}

// Hit is a record that fits. Hits are in the order of their ranks; those of one rank in an order of their ids.
type Hit struct {
	Rank Rank
	ID   string
}

// Answer is what was found.
type Answer struct {
	Hits  []Hit
	Total int  // of all pages, as far as was looked
	Cut   bool // so many may fit that not all were looked at; those who fit by name came first
}

// The bounds of a query.
const (
	maxTerms = 8
	maxLooks = 30_000 // how many candidates are looked at
)

// Index holds records.
type Index struct {
	// Lock order: packing, then mu. packing lets one Pack run at a time.
	packing sync.Mutex
	room    workshop

	mu       sync.RWMutex
	segments []*segment // nil where one was packed away
	open     int        // the segment that takes in
	where    map[uint64]uint64
	groups   map[string]uint16
	seed     maphash.Seed
}

// New makes an empty index.
func New() *Index {
	return &Index{segments: []*segment{newSegment()}, where: map[uint64]uint64{}, groups: map[string]uint16{}, seed: maphash.MakeSeed()}
}

// spot is where a record is: segment and number, as one number.
func spot(segment int, n uint32) uint64 { return uint64(segment)<<32 | uint64(n) }

func (x *Index) at(spot uint64) (*segment, uint32) {
	return x.segments[spot>>32], uint32(spot)
}

// gone stands in the place of the spot of a record that is no longer in any segment.
const gone = ^uint64(0)

// find gives the key under which the spot of an id is, or would be, kept. Ids themselves are only in the segments.
func (x *Index) find(id string) (key uint64, spot uint64, known bool) {
	for key = maphash.String(x.seed, id); ; key++ {
		spot, known = x.where[key]
		if !known {
			return key, 0, false
		}
		if spot == gone {
			continue
		}
		if s, n := x.at(spot); s.id(n) == id {
			return key, spot, true
		}
	}
}

// Version gives the version in which a record is known.
func (x *Index) Version(id string) (int64, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	_, spot, known := x.find(id)
	if !known {
		return 0, false
	}
	s, n := x.at(spot)
	return int64(s.version[n]), !s.dead.has(n)
}

// Put takes in records, in the place of older versions of the same.
func (x *Index) Put(docs ...Doc) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, d := range docs {
		x.put(d)
	}
}

func (x *Index) put(d Doc) {
	key, old, known := x.find(d.ID)
	if known {
		s, n := x.at(old)
		if s.version[n] > clampVersion(d.Version) {
			return
		}
		s.kill(n)
	}
	group, ok := x.groups[d.Group]
	if !ok {
		group = uint16(len(x.groups))
		x.groups[d.Group] = group
	}
	if x.segments[x.open].len() >= segmentSize {
		x.reopen()
	}
	n := x.segments[x.open].add(d, group)
	x.where[key] = spot(x.open, n)
}

// Drop takes records out and wipes their words from memory.
func (x *Index) Drop(ids ...string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, id := range ids {
		if _, spot, known := x.find(id); known {
			s, n := x.at(spot)
			s.kill(n)
		}
	}
}

// Waiting tells how many records wait to be packed: a search reads through all of them.
func (x *Index) Waiting() (n int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, s := range x.segments {
		if s != nil && !s.packed {
			n += s.len()
		}
	}
	return n
}

// Len tells how many records there are.
func (x *Index) Len() (n int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, s := range x.segments {
		if s != nil {
			n += s.live
		}
	}
	return n
}

// Size tells how much memory the records take, about.
func (x *Index) Size() (n int) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	const entry = 26 // of a map with 16 bytes in each, by measurement
	for _, s := range x.segments {
		if s != nil {
			n += s.size()
		}
	}
	return n + entry*len(x.where)
}
