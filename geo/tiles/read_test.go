package tiles

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// opened is an archive that was read back, from the specifications and with nothing of the writer. The
// console's tests read the same archive with the reader of Protomaps.
type opened struct {
	header  [11]uint64 // offsets, lengths and counts
	rest    []byte     // of the header
	meta    metadata
	tiles   map[uint64][]byte // unpacked
	entries int
}

func mustOpen(t *testing.T, data []byte) opened {
	t.Helper()
	if len(data) < 127 || string(data[:8]) != "PMTiles\x03" {
		t.Fatalf("the archive begins with %q", data[:min(8, len(data))])
	}
	var o opened
	for i := range o.header {
		o.header[i] = binary.LittleEndian.Uint64(data[8+8*i:])
	}
	o.rest = data[96:127]
	part := func(i int) []byte { return data[o.header[2*i]:][:o.header[2*i+1]] }
	if err := json.Unmarshal(mustUnzip(t, part(1)), &o.meta); err != nil {
		t.Fatalf("metadata: %v", err)
	}
	o.tiles = map[uint64][]byte{}
	o.directory(t, part(0), part(2), part(3))
	return o
}

func mustUnzip(t *testing.T, data []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (o *opened) directory(t *testing.T, packed, leaves, data []byte) {
	t.Helper()
	r := reader{mustUnzip(t, packed)}
	n := int(r.unsigned())
	ids, runs, lengths := make([]uint64, n), make([]uint64, n), make([]uint64, n)
	last := uint64(0)
	for i := range ids {
		last += r.unsigned()
		ids[i] = last
	}
	for i := range runs {
		runs[i] = r.unsigned()
	}
	for i := range lengths {
		lengths[i] = r.unsigned()
	}
	end := uint64(0)
	for i := range n {
		at := end
		if v := r.unsigned(); v > 0 {
			at = v - 1
		} else if i == 0 {
			t.Fatal("the first entry follows on nothing")
		}
		end = at + lengths[i]
		if runs[i] == 0 {
			o.directory(t, leaves[at:end], nil, data)
			continue
		}
		o.entries++
		for k := range runs[i] {
			o.tiles[ids[i]+k] = mustUnzip(t, data[at:end])
		}
	}
	if len(r.rest) > 0 {
		t.Fatalf("%d bytes follow on a directory", len(r.rest))
	}
}

// drawn is a feature of a tile that was read back.
type drawn struct {
	kind  shapeKind
	props map[string]any
	paths [][]spot
}

// mustDraw decodes a vector tile and checks what the specification asks of it.
func mustDraw(t *testing.T, data []byte) map[string][]drawn {
	t.Helper()
	out := map[string][]drawn{}
	fields(t, data, func(num protowire.Number, v []byte, _ uint64) {
		if num != 3 {
			t.Fatalf("a tile has a field %d", num)
		}
		name, features := mustLayer(t, v)
		if out[name] != nil || len(features) == 0 {
			t.Fatalf("layer %q is there twice or empty", name)
		}
		out[name] = features
	})
	return out
}

func fields(t *testing.T, data []byte, take func(protowire.Number, []byte, uint64)) {
	t.Helper()
	for len(data) > 0 {
		num, typ, n := protowire.ConsumeTag(data)
		size := protowire.ConsumeFieldValue(num, typ, data[n:])
		if n < 0 || size < 0 {
			t.Fatal("a tile is malformed")
		}
		value := data[n : n+size]
		switch typ {
		case protowire.BytesType:
			v, _ := protowire.ConsumeBytes(value)
			take(num, v, 0)
		case protowire.VarintType:
			v, _ := protowire.ConsumeVarint(value)
			take(num, nil, v)
		default:
			take(num, value, 0)
		}
		data = data[n+size:]
	}
}

func mustLayer(t *testing.T, data []byte) (name string, out []drawn) {
	t.Helper()
	var keys []string
	var values []any
	var features [][]byte
	fields(t, data, func(num protowire.Number, v []byte, n uint64) {
		switch num {
		case 1:
			name = string(v)
		case 2:
			features = append(features, v)
		case 3:
			keys = append(keys, string(v))
		case 4:
			values = append(values, valueOf(t, v))
		case 5:
			if n != 4096 {
				t.Errorf("extent %d", n)
			}
		case 15:
			if n != 2 {
				t.Errorf("version %d", n)
			}
		}
	})
	for _, f := range features {
		d := drawn{props: map[string]any{}}
		fields(t, f, func(num protowire.Number, v []byte, n uint64) {
			switch num {
			case 2:
				for r := (reader{v}); len(r.rest) > 0; {
					k := keys[r.unsigned()]
					d.props[k] = values[r.unsigned()]
				}
			case 3:
				d.kind = shapeKind(n)
			case 4:
				d.paths = mustPaths(t, v)
			}
		})
		out = append(out, d)
	}
	return name, out
}

func valueOf(t *testing.T, data []byte) (out any) {
	t.Helper()
	fields(t, data, func(num protowire.Number, v []byte, n uint64) {
		switch num {
		case 1:
			out = string(v)
		case 3:
			out = math.Float64frombits(binary.LittleEndian.Uint64(v))
		case 5:
			out = int(n)
		case 6:
			out = int(protowire.DecodeZigZag(n))
		case 7:
			out = n == 1
		}
	})
	return out
}

// mustPaths draws the commands of a geometry.
func mustPaths(t *testing.T, data []byte) (paths [][]spot) {
	t.Helper()
	var pen spot
	for r := (reader{data}); len(r.rest) > 0; {
		command := r.unsigned()
		id, count := command&7, command>>3
		if id == 7 {
			continue
		}
		for range count {
			pen.x += int32(protowire.DecodeZigZag(r.unsigned()))
			pen.y += int32(protowire.DecodeZigZag(r.unsigned()))
			switch id {
			case 1:
				paths = append(paths, []spot{pen})
			case 2:
				paths[len(paths)-1] = append(paths[len(paths)-1], pen)
			default:
				t.Fatalf("command %d", id)
			}
		}
	}
	return paths
}

// checkShape looks whether a feature may be drawn: all within the tile and its margin, rings with area,
// the outer one first, holes wound the other way round.
func checkShape(d drawn) error {
	if d.props["kind"] == nil || len(d.paths) == 0 {
		return fmt.Errorf("it has no kind or nothing to draw: %v", d.props)
	}
	low, high := int32(-margin), int32(extent+margin)
	if d.kind == pointShape {
		low, high = 0, extent-1
	}
	for i, path := range d.paths {
		for _, s := range path {
			if s.x < low || s.y < low || s.x > high || s.y > high {
				return fmt.Errorf("%v lies at %v", d.props, s)
			}
		}
		if d.kind == lineShape && len(path) < 2 || d.kind == areaShape && (len(path) < 3 || spotArea(path) == 0) {
			return fmt.Errorf("%v has a path %v", d.props, path)
		}
		if d.kind == areaShape && i == 0 && spotArea(path) < 0 {
			return fmt.Errorf("%v begins with a hole", d.props)
		}
	}
	return nil
}
