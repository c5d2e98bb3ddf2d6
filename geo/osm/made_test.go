package osm

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of a message made by hand.
func field(num protowire.Number, value any) []byte {
	switch v := value.(type) {
	case int:
		return protowire.AppendVarint(protowire.AppendTag(nil, num, protowire.VarintType), uint64(v))
	case string:
		return protowire.AppendString(protowire.AppendTag(nil, num, protowire.BytesType), v)
	case []byte:
		return protowire.AppendBytes(protowire.AppendTag(nil, num, protowire.BytesType), v)
	}
	panic("no such field")
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// packed is a list of plain numbers, deltas one of differences.
func packed(values ...int) (out []byte) {
	for _, v := range values {
		out = protowire.AppendVarint(out, uint64(v))
	}
	return out
}

func deltas(values ...int64) (out []byte) {
	last := int64(0)
	for _, v := range values {
		out = protowire.AppendVarint(out, protowire.EncodeZigZag(v-last))
		last = v
	}
	return out
}

func zigzag(v int64) int { return int(protowire.EncodeZigZag(v)) }

// plain and zipped are a Blob; framed puts it into a file.
func plain(data []byte) []byte { return field(1, data) }

func zipped(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return join(field(2, len(data)), field(3, b.Bytes()))
}

func framed(kind string, blob []byte) []byte {
	head := join(field(1, kind), field(3, len(blob)))
	return join(binary.BigEndian.AppendUint32(nil, uint32(len(head))), head, blob)
}

func headerBlob(features ...string) []byte {
	var b []byte
	for _, f := range features {
		b = append(b, field(4, f)...)
	}
	return framed("OSMHeader", plain(b))
}

// table is the strings of a block; the first is empty, as the format wants it.
func table(words ...string) []byte {
	b := field(1, "")
	for _, w := range words {
		b = append(b, field(1, w)...)
	}
	return field(1, b)
}

// fileOf is a whole file with one block of these fields.
func fileOf(fields ...[]byte) []byte {
	return join(headerBlob("OsmSchema-V0.6", "DenseNodes"), framed("OSMData", zipped(join(fields...))))
}

func mustWrite(t testing.TB, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "made.osm.pbf")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// found is all that a file holds.
type found struct {
	nodes     []Node
	ways      []Way
	relations []Relation
}

func (f *found) handler() Handler {
	return Handler{
		Node:     func(n Node) error { f.nodes = append(f.nodes, n); return nil },
		Way:      func(w Way) error { f.ways = append(f.ways, w); return nil },
		Relation: func(r Relation) error { f.relations = append(f.relations, r); return nil },
	}
}

// readBytes reads a file that stands in memory.
func readBytes(data []byte) (found, error) {
	var f found
	err := read(context.Background(), bytes.NewReader(data), int64(len(data)), reading{handler: f.handler()})
	return f, err
}
