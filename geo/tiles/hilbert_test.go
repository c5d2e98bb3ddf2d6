package tiles

import "testing"

// The numbers are those of the PMTiles specification and of its reference programs.
func TestTilesAreNumberedAsInTheSpecification(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id uint64
		at tile
	}{
		{0, tile{0, 0, 0}}, {1, tile{0, 0, 1}}, {2, tile{0, 1, 1}}, {3, tile{1, 1, 1}}, {4, tile{1, 0, 1}}, {5, tile{0, 0, 2}},
		{19078479, tile{3423, 1763, 12}},
	} {
		if got := idOf(c.at); got != c.id {
			t.Errorf("tile %v has number %d, want %d", c.at, got, c.id)
		}
		if got := tileOf(c.id); got != c.at {
			t.Errorf("number %d is tile %v, want %v", c.id, got, c.at)
		}
	}
}

// Neighbours on the curve are neighbours on the map, and no tile is left out.
func TestTheCurveIsUnbroken(t *testing.T) {
	t.Parallel()
	for id := uint64(5); id < 5+16+64+256+1024; id++ {
		at, last := tileOf(id), tileOf(id-1)
		if idOf(at) != id {
			t.Fatalf("tile %v has number %d, want %d", at, idOf(at), id)
		}
		dx, dy := int(at.x)-int(last.x), int(at.y)-int(last.y)
		if at.z == last.z && dx*dx+dy*dy != 1 {
			t.Fatalf("tile %v follows on %v", at, last)
		}
	}
}
