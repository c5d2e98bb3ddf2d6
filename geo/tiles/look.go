package tiles

import (
	"encoding/binary"
	"math"
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
)

// layer is a layer of the tiles, in the order in which it stands in them.
type layer uint8

const (
	earth layer = iota
	landuse
	water
	buildings
	boundaries
	roads
	pois
	places
	layerCount
)

func (l layer) String() string {
	return [...]string{"earth", "landuse", "water", "buildings", "boundaries", "roads", "pois", "places"}[l]
}

// look is how an element shows on the map: in which layer, with which properties, and from which zoom on.
type look struct {
	layer layer
	attrs []attribute
	from  uint8 // the lowest zoom
	rank  uint8 // within the layer; what is higher is drawn later
	point bool  // of an area: it shows as a point within it
}

// attribute is a property of a feature, and from which zoom on it is needed: fewer at low zooms make more
// lines alike, which then become one.
type attribute struct {
	key   string
	value any // string, int, float64 or bool
	from  uint8
}

// add notes a property, unless it is empty text.
func (l *look) add(key string, value any) { l.addFrom(0, key, value) }

func (l *look) addFrom(zoom uint8, key string, value any) {
	if value != "" {
		l.attrs = append(l.attrs, attribute{key: key, value: value, from: zoom})
	}
}

// at gives the properties at a zoom, encoded: key and value, each with its length, the value as the
// vector tiles have it.
func (l *look) at(zoom uint8) []byte {
	var b []byte
	for _, a := range l.attrs {
		if a.from > zoom {
			continue
		}
		b = protowire.AppendString(b, a.key)
		b = protowire.AppendBytes(b, encodedValue(a.value))
	}
	return b
}

// changes tells whether the properties at a zoom differ from those one below.
func (l *look) changes(zoom uint8) bool {
	return slices.ContainsFunc(l.attrs, func(a attribute) bool { return a.from == zoom })
}

// encodedValue is a Value message of the vector tile specification, 4.1.
func encodedValue(v any) []byte {
	switch v := v.(type) {
	case string:
		return protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), v)
	case float64:
		b := protowire.AppendTag(nil, 3, protowire.Fixed64Type)
		return binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	case int:
		if v < 0 {
			return protowire.AppendVarint(protowire.AppendTag(nil, 6, protowire.VarintType), protowire.EncodeZigZag(int64(v)))
		}
		return protowire.AppendVarint(protowire.AppendTag(nil, 5, protowire.VarintType), uint64(v))
	case bool:
		return protowire.AppendVarint(protowire.AppendTag(nil, 7, protowire.VarintType), protowire.EncodeBool(v))
	}
	panic("a property of a type that tiles do not have")
}
