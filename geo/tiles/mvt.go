package tiles

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// The numbers of the Mapbox Vector Tile specification, version 2.1
// (https://github.com/mapbox/vector-tile-spec/tree/master/2.1).
const (
	extent = 4096 // units along the edge of a tile

	moveTo    = 1
	lineTo    = 2
	closePath = 7
)

// shapeKind is what a feature is made of, numbered as in the tiles.
type shapeKind uint8

const (
	pointShape shapeKind = 1
	lineShape  shapeKind = 2
	areaShape  shapeKind = 3
)

// spot is a place within a tile, in its units, x to the east and y to the south.
type spot struct{ x, y int32 }

// tileLayer encodes the features of one layer of a tile. Its keys and values are kept once each.
type tileLayer struct {
	features []byte // the encoded features
	keys     map[string]uint64
	values   map[string]uint64
	tail     []byte // keys and values, encoded in the order of their numbers
	count    int
}

func newTileLayer() *tileLayer {
	return &tileLayer{keys: map[string]uint64{}, values: map[string]uint64{}}
}

// add appends a feature. attrs is what look.at gives; paths are points, lines, or rings without their last
// point, each outer one before its holes.
func (l *tileLayer) add(kind shapeKind, attrs []byte, paths [][]spot) {
	f := protowire.AppendTag(nil, 2, protowire.BytesType)
	f = protowire.AppendBytes(f, l.tags(attrs))
	f = protowire.AppendTag(f, 3, protowire.VarintType)
	f = protowire.AppendVarint(f, uint64(kind))
	f = protowire.AppendTag(f, 4, protowire.BytesType)
	f = protowire.AppendBytes(f, commands(kind, paths))
	l.features = protowire.AppendTag(l.features, 2, protowire.BytesType)
	l.features = protowire.AppendBytes(l.features, f)
	l.count++
}

// tags gives the numbers of the keys and values of a feature, in turn.
func (l *tileLayer) tags(attrs []byte) []byte {
	var out []byte
	for len(attrs) > 0 {
		key, n := protowire.ConsumeString(attrs)
		value, m := protowire.ConsumeString(attrs[n:])
		attrs = attrs[n+m:]
		out = protowire.AppendVarint(out, number(l, l.keys, key, 3))
		out = protowire.AppendVarint(out, number(l, l.values, value, 4))
	}
	return out
}

// number gives the number of a key or value, and notes one that is new in the field of the layer that lists them.
func number(l *tileLayer, known map[string]uint64, word string, field protowire.Number) uint64 {
	i, ok := known[word]
	if !ok {
		i = uint64(len(known))
		known[word] = i
		l.tail = protowire.AppendTag(l.tail, field, protowire.BytesType)
		l.tail = protowire.AppendString(l.tail, word)
	}
	return i
}

// appendTo writes the layer into a tile.
func (l *tileLayer) appendTo(tile []byte, name string) []byte {
	b := protowire.AppendTag(nil, 15, protowire.VarintType)
	b = protowire.AppendVarint(b, 2) // version
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	b = protowire.AppendString(b, name)
	b = append(append(b, l.features...), l.tail...)
	b = protowire.AppendTag(b, 5, protowire.VarintType)
	b = protowire.AppendVarint(b, extent)
	tile = protowire.AppendTag(tile, 3, protowire.BytesType)
	return protowire.AppendBytes(tile, b)
}

// commands encodes a geometry: commands with their count, and steps from where the pen is.
func commands(kind shapeKind, paths [][]spot) []byte {
	var b []byte
	var pen spot
	command := func(id, count int) { b = protowire.AppendVarint(b, uint64(id|count<<3)) }
	step := func(to spot) {
		b = protowire.AppendVarint(b, protowire.EncodeZigZag(int64(to.x-pen.x)))
		b = protowire.AppendVarint(b, protowire.EncodeZigZag(int64(to.y-pen.y)))
		pen = to
	}
	if kind == pointShape {
		command(moveTo, len(paths))
		for _, p := range paths {
			step(p[0])
		}
		return b
	}
	for _, path := range paths {
		command(moveTo, 1)
		step(path[0])
		command(lineTo, len(path)-1)
		for _, p := range path[1:] {
			step(p)
		}
		if kind == areaShape {
			command(closePath, 1)
		}
	}
	return b
}
