package road

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"
)

// TestNobodyTurnsAroundAtTheEndOfAnIsland: a road comes from the west to an island; one carriageway leads on beside it, the other comes
// back.
func TestNobodyTurnsAroundAtTheEndOfAnIsland(t *testing.T) {
	t.Parallel()
	west, tip := orb.Point{8.000, 41}, orb.Point{8.001, 41}
	there, back := orb.Point{8.0013, 40.99998}, orb.Point{8.0013, 41.00002}
	side := orb.Point{8.001, 40.999}
	road, entry, exit := lane{west, tip, false}, lane{tip, there, true}, lane{back, tip, true}
	for _, c := range []struct {
		name  string
		lanes []lane
		want  []ban
	}{
		{"the road goes on", []lane{road, entry, exit}, []ban{{Mode: car, From: 4, To: 2}}},
		{"there is no other way", []lane{entry, exit}, nil},
		{"the way back is no carriageway", []lane{road, {tip, there, false}, exit}, nil},
		{"who comes is on no carriageway", []lane{road, entry, {back, tip, false}}, nil},
		{"a side street is no way back", []lane{road, {tip, side, true}, exit}, nil},
	} {
		b := building{sheet: sheetOf(c.lanes)}
		b.noses()
		if !slices.Equal(b.Bans, c.want) {
			t.Errorf("%s: %v, want %v", c.name, b.Bans, c.want)
		}
	}
}

// lane is a straight piece of road.
type lane struct {
	from, to orb.Point
	oneWay   bool
}

func sheetOf(lanes []lane) *sheet {
	s := &sheet{Shapes: []uint32{0}}
	known := map[orb.Point]uint32{}
	crossing := func(p orb.Point) uint32 {
		if _, ok := known[p]; !ok {
			known[p] = s.Crossings
			s.Crossings++
		}
		return known[p]
	}
	for _, l := range lanes {
		s.From, s.To = append(s.From, crossing(l.from)), append(s.To, crossing(l.to))
		for _, p := range []orb.Point{l.from, l.to} {
			lon, lat := unitsOf(p)
			s.Points = append(s.Points, lon, lat)
		}
		s.Shapes = append(s.Shapes, uint32(len(s.Points)/2))
		against := uint32(1000)
		if l.oneWay {
			against = never
		}
		for m := range s.Cost {
			s.Cost[m][0] = append(s.Cost[m][0], 1000)
			s.Cost[m][1] = append(s.Cost[m][1], against)
		}
	}
	return s
}
