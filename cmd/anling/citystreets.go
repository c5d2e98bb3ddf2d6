package main

import (
	"cmp"
	"container/heap"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"anling/geo"

	"github.com/paulmach/orb"
)

//go:embed citydata/streets.json
var streetFile []byte

// streets are the real streets of the demo's quarter, as a graph that one can walk on. All of it is
// connected.
type streets struct {
	nodes []orb.Point
	next  [][]int      // the neighbours of each node
	homes []streetPart // the named parts along which people live
}

// streetPart is one straight piece of a named street.
type streetPart struct {
	name   string
	a, b   orb.Point
	metres float64
	from   float64 // metres from the beginning of the street's first line: what house numbers grow with
}

func loadStreets() (*streets, error) {
	var file struct {
		Streets []struct {
			Name  string        `json:"name"`
			Lines [][]orb.Point `json:"lines"`
		} `json:"streets"`
	}
	if err := json.Unmarshal(streetFile, &file); err != nil {
		return nil, fmt.Errorf("read the demo's streets: %w", err)
	}
	s := &streets{}
	index := map[orb.Point]int{}
	for _, street := range file.Streets {
		from := 0.0
		for _, line := range street.Lines {
			from = s.add(index, street.Name, line, from)
		}
	}
	return s, nil
}

// add takes in one line of a street that begins so many metres after the street's beginning, and gives
// where it ends.
func (s *streets) add(index map[orb.Point]int, name string, line []orb.Point, from float64) float64 {
	for i, p := range line {
		s.node(index, p)
		if i == 0 {
			continue
		}
		s.join(index[line[i-1]], index[p])
		part := streetPart{name: name, a: line[i-1], b: p, metres: metres(line[i-1], p), from: from}
		from += part.metres
		if part.name != "" && part.metres > 8 {
			s.homes = append(s.homes, part)
		}
	}
	return from
}

func (s *streets) node(index map[orb.Point]int, p orb.Point) {
	if _, known := index[p]; known {
		return
	}
	index[p] = len(s.nodes)
	s.nodes = append(s.nodes, p)
	s.next = append(s.next, nil)
}

func (s *streets) join(a, b int) {
	if a == b || slices.Contains(s.next[a], b) {
		return
	}
	s.next[a] = append(s.next[a], b)
	s.next[b] = append(s.next[b], a)
}

func metres(a, b orb.Point) float64 { return float64(geo.Distance(a, b)) }

// part picks a piece of a street, long ones more often, so that homes lie evenly along the streets.
func (s *streets) part(r *rand.Rand) streetPart {
	total := 0.0
	for _, p := range s.homes {
		total += p.metres
	}
	at := r.Float64() * total
	for _, p := range s.homes {
		if at -= p.metres; at <= 0 {
			return p
		}
	}
	return s.homes[len(s.homes)-1]
}

// home is a door beside a street: where it is and what it is called.
func (s *streets) home(r *rand.Rand) (orb.Point, string) {
	p := s.part(r)
	t := r.Float64()
	aside := (10 + 35*r.Float64()) * float64(1-2*r.IntN(2))
	at := beside(p, t, aside)
	number := 2*int((p.from+t*p.metres)/9) + 2
	if aside < 0 {
		number--
	}
	if r.IntN(3) == 0 {
		return at, fmt.Sprintf("%s%d号%d室", p.name, number, 100*(1+r.IntN(6))+1+r.IntN(4))
	}
	return at, fmt.Sprintf("%s%d弄%d号%d室", p.name, number, 1+r.IntN(20), 100*(1+r.IntN(6))+1+r.IntN(4))
}

// beside is the point at t (0 to 1) of a piece of street and so many metres to its left.
func beside(p streetPart, t, aside float64) orb.Point {
	const degree = 111_195.0 // metres in a degree of latitude
	squeeze := math.Cos(p.a.Lat() * math.Pi / 180)
	dx, dy := (p.b.Lon()-p.a.Lon())*squeeze, p.b.Lat()-p.a.Lat()
	length := math.Hypot(dx, dy)
	return orb.Point{
		round6(p.a.Lon() + t*(p.b.Lon()-p.a.Lon()) - dy/length*aside/degree/squeeze),
		round6(p.a.Lat() + t*(p.b.Lat()-p.a.Lat()) + dx/length*aside/degree),
	}
}

func round6(v float64) float64 { return math.Round(v*1e6) / 1e6 }

// near is the node nearest to a point.
func (s *streets) near(p orb.Point) int {
	best, least := 0, math.Inf(1)
	for i, n := range s.nodes {
		if d := metres(n, p); d < least {
			best, least = i, d
		}
	}
	return best
}

// path is the shortest way on foot between two nodes, both included.
func (s *streets) path(from, to int) []int {
	back := make([]int, len(s.nodes))
	dist := make([]float64, len(s.nodes))
	for i := range dist {
		back[i], dist[i] = -1, math.Inf(1)
	}
	dist[from] = 0
	q := &frontier{{from, 0}}
	for q.Len() > 0 {
		at := heap.Pop(q).(reach)
		if at.node == to {
			break
		}
		if at.metres > dist[at.node] {
			continue
		}
		for _, n := range s.next[at.node] {
			if d := at.metres + metres(s.nodes[at.node], s.nodes[n]); d < dist[n] {
				dist[n], back[n] = d, at.node
				heap.Push(q, reach{n, d})
			}
		}
	}
	way := []int{to}
	for at := to; at != from && back[at] >= 0; at = back[at] {
		way = append(way, back[at])
	}
	slices.Reverse(way)
	return way
}

// reach is a node and how far it is; frontier is a heap of them, nearest first.
type reach struct {
	node   int
	metres float64
}

type frontier []reach

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(i, j int) bool { return cmp.Less(f[i].metres, f[j].metres) }
func (f frontier) Swap(i, j int)      { f[i], f[j] = f[j], f[i] }
func (f *frontier) Push(x any)        { *f = append(*f, x.(reach)) }
func (f *frontier) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}
