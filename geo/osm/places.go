package osm

import (
	"math"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"
)

// Places keeps where nodes are, in 16 bytes each, to a ten-millionth of a degree (about 1 cm), which is what
// OpenStreetMap itself keeps. Nodes are added from one goroutine; when all are there any number may ask.
// The zero value is empty and ready.
type Places struct {
	chunks   []*chunk
	n        int
	last     int64
	mu       sync.Mutex // held while sorting
	unsorted atomic.Bool
}

// chunk is a run of nodes. Chunks make room without ever copying what is there.
type chunk [chunkSize]located

const chunkSize = 1 << 14

type located struct {
	id       int64
	lon, lat int32 // ten-millionths of a degree
}

const perDegree = 1e7

// Add notes where a node is. Ids mostly come in ascending order; when they do not, everything is sorted once,
// at the next question. Of a node that was added twice the later place counts.
func (p *Places) Add(id int64, at orb.Point) {
	if p.n == len(p.chunks)*chunkSize {
		p.chunks = append(p.chunks, new(chunk))
	}
	*p.place(p.n) = located{id: id, lon: int32(math.Round(at.Lon() * perDegree)), lat: int32(math.Round(at.Lat() * perDegree))}
	if p.n > 0 && id <= p.last {
		p.unsorted.Store(true)
	}
	p.last = id
	p.n++
}

// At gives where a node is, and false when it was not added.
func (p *Places) At(id int64) (orb.Point, bool) {
	if p.unsorted.Load() {
		p.sort()
	}
	first, after := 0, len(p.chunks) // the last node that is not above id is in one of these chunks
	for after-first > 1 {
		if middle := (first + after) / 2; p.chunks[middle][0].id <= id {
			first = middle
		} else {
			after = middle
		}
	}
	low, high := first*chunkSize, min(p.n, (first+1)*chunkSize)
	for high-low > 1 {
		if middle := (low + high) / 2; p.chunks[first][middle%chunkSize].id <= id {
			low = middle
		} else {
			high = middle
		}
	}
	if low == high || p.place(low).id != id {
		return orb.Point{}, false
	}
	l := p.place(low)
	return orb.Point{float64(l.lon) / perDegree, float64(l.lat) / perDegree}, true
}

// Len gives how many places were added.
func (p *Places) Len() int { return p.n }

func (p *Places) place(i int) *located { return &p.chunks[i/chunkSize][i%chunkSize] }

// sort puts the nodes in order of their ids; those of one id stay in the order in which they came.
func (p *Places) sort() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.unsorted.Load() {
		return
	}
	sort.Stable((*byID)(p))
	p.last = p.place(p.n - 1).id
	p.unsorted.Store(false)
}

// byID is Places for package sort.
type byID Places

func (p *byID) Len() int           { return p.n }
func (p *byID) Less(i, j int) bool { return (*Places)(p).place(i).id < (*Places)(p).place(j).id }
func (p *byID) Swap(i, j int) {
	a, b := (*Places)(p).place(i), (*Places)(p).place(j)
	*a, *b = *b, *a
}
