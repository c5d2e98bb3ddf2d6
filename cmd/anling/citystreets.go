package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"

	"anling/geo"

	"github.com/paulmach/orb"
)

//go:embed citydata/streets.json
var streetFile []byte

// streets are the real streets of the demo's quarter, along which its people live.
type streets struct {
	nodes []orb.Point  // corners and bends
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
	known := map[orb.Point]bool{}
	for _, street := range file.Streets {
		from := 0.0
		for _, line := range street.Lines {
			from = s.add(known, street.Name, line, from)
		}
	}
	return s, nil
}

// add takes in one line of a street that begins so many metres after the street's beginning, and gives
// where it ends.
func (s *streets) add(known map[orb.Point]bool, name string, line []orb.Point, from float64) float64 {
	for i, p := range line {
		if !known[p] {
			known[p] = true
			s.nodes = append(s.nodes, p)
		}
		if i == 0 {
			continue
		}
		part := streetPart{name: name, a: line[i-1], b: p, metres: metres(line[i-1], p), from: from}
		from += part.metres
		if part.name != "" && part.metres > 8 {
			s.homes = append(s.homes, part)
		}
	}
	return from
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
