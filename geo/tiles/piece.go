package tiles

import (
	"encoding/binary"

	"google.golang.org/protobuf/encoding/protowire"
)

// piece is what of a feature lies in one tile.
type piece struct {
	tile  uint64
	order uint64 // within the tile: layer, rank, and the number of the feature
	kind  shapeKind
	attrs []byte
	paths [][]spot
}

const (
	layerShift = 56
	rankShift  = 48
)

// orderOf puts features one after the other within a tile. No two have the same number.
func orderOf(l layer, rank uint8, number uint64) uint64 {
	return uint64(l)<<layerShift | uint64(rank)<<rankShift | number
}

func (p *piece) layer() layer { return layer(p.order >> layerShift) }

// append encodes what is not in the keys of a piece.
func (p *piece) append(b []byte) []byte {
	b = append(b, byte(p.kind))
	b = protowire.AppendBytes(b, p.attrs)
	b = binary.AppendUvarint(b, uint64(len(p.paths)))
	var last spot
	for _, path := range p.paths {
		b = binary.AppendUvarint(b, uint64(len(path)))
		for _, s := range path {
			b = binary.AppendVarint(b, int64(s.x-last.x))
			b = binary.AppendVarint(b, int64(s.y-last.y))
			last = s
		}
	}
	return b
}

// decode reads what append wrote. The bytes are our own, from a temporary file.
func (p *piece) decode(b []byte) {
	p.kind = shapeKind(b[0])
	attrs, n := protowire.ConsumeBytes(b[1:])
	p.attrs = attrs
	r := reader{b[1+n:]}
	p.paths = make([][]spot, r.unsigned())
	var last spot
	for i := range p.paths {
		path := make([]spot, r.unsigned())
		for j := range path {
			last.x += int32(r.signed())
			last.y += int32(r.signed())
			path[j] = last
		}
		p.paths[i] = path
	}
}

// reader takes numbers from bytes that are known to be whole.
type reader struct{ rest []byte }

func (r *reader) unsigned() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.rest = r.rest[n:]
	return v
}

func (r *reader) signed() int64 {
	v, n := binary.Varint(r.rest)
	r.rest = r.rest[n:]
	return v
}
