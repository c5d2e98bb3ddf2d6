package tiles

// tile is one square of the map at a zoom: x counts to the east, y to the south.
type tile struct {
	x, y uint32
	z    uint8
}

// idOf numbers a tile as PMTiles does: zoom by zoom, within a zoom along a Hilbert curve, so that what lies
// together on the ground lies together in the file.
func idOf(t tile) uint64 {
	n := uint64(1) << t.z
	id := (n*n - 1) / 3 // the tiles of all lower zooms
	x, y := uint64(t.x), uint64(t.y)
	for s := n / 2; s > 0; s /= 2 {
		rx, ry := x&s/s, y&s/s
		id += s * s * (3*rx ^ ry)
		x, y = turn(n, [2]uint64{x, y}, [2]uint64{rx, ry})
	}
	return id
}

// tileOf is the inverse of idOf.
func tileOf(id uint64) tile {
	z, first := uint8(0), uint64(0)
	for count := uint64(1); id-first >= count; count *= 4 {
		first += count
		z++
	}
	rest := id - first
	var x, y uint64
	for s := uint64(1); s < 1<<z; s *= 2 {
		rx := 1 & (rest / 2)
		ry := 1 & (rest ^ rx)
		x, y = turn(s, [2]uint64{x, y}, [2]uint64{rx, ry})
		x, y = x+s*rx, y+s*ry
		rest /= 4
	}
	return tile{uint32(x), uint32(y), z}
}

// turn turns and mirrors a quarter of the curve, so that its ends meet those of its neighbours.
func turn(n uint64, at, quarter [2]uint64) (x, y uint64) {
	x, y = at[0], at[1]
	if quarter[1] == 1 {
		return x, y
	}
	if quarter[0] == 1 {
		x, y = n-1-x, n-1-y
	}
	return y, x
}
