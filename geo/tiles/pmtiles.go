package tiles

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"github.com/paulmach/orb"
)

// The numbers of the PMTiles specification, version 3
// (https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md).
const (
	headerBytes     = 127
	rootBytes       = 16384 - headerBytes // the header and the root directory are in the first 16 KiB
	compressionGzip = 2
	tileTypeMVT     = 1
)

// entry is a run of tiles that are all the same; in a directory of directories it points to a leaf and its
// run is 0.
type entry struct {
	id     uint64
	offset uint64
	length uint32
	run    uint32
}

// archive collects tiles, in ascending order of their number, and then writes the file around them. Tiles
// that are the same are kept once.
type archive struct {
	data    io.Writer // where the tiles themselves go
	entries []entry
	known   map[[32]byte]entry
	size    uint64 // of the tiles
	tiles   uint64 // with those that are the same
}

func newArchive(data io.Writer) *archive {
	return &archive{data: data, known: map[[32]byte]entry{}}
}

// add takes the next tile, packed as it is to be served.
func (a *archive) add(id uint64, tile []byte) error {
	a.tiles++
	sum := sha256.Sum256(tile)
	e, known := a.known[sum]
	if !known {
		e = entry{offset: a.size, length: uint32(len(tile))}
		a.known[sum] = e
		a.size += uint64(len(tile))
		if _, err := a.data.Write(tile); err != nil {
			return fmt.Errorf("write tile: %w", err)
		}
	}
	if n := len(a.entries); n > 0 {
		last := &a.entries[n-1]
		if last.offset == e.offset && last.id+uint64(last.run) == id {
			last.run++
			return nil
		}
	}
	a.entries = append(a.entries, entry{id: id, offset: e.offset, length: e.length, run: 1})
	return nil
}

// about is what the head of an archive says of its map.
type about struct {
	bounds orb.Bound
	meta   metadata
}

// metadata is the JSON of an archive, which map programs read.
type metadata struct {
	Name        string        `json:"name"`
	Description string        `json:"description"`
	Version     string        `json:"version"` // of the schema
	Type        string        `json:"type"`
	Attribution string        `json:"attribution"`
	OSMTime     string        `json:"osm_time,omitempty"`
	Layers      []vectorLayer `json:"vector_layers"`
}

// vectorLayer says what a layer of the tiles holds.
type vectorLayer struct {
	ID      string            `json:"id"`
	Fields  map[string]string `json:"fields"`
	MinZoom uint8             `json:"minzoom"`
	MaxZoom uint8             `json:"maxzoom"`
}

// finish writes the whole archive; data gives the tiles that were added.
func (a *archive) finish(out io.Writer, data io.Reader, what about) error {
	meta, err := json.Marshal(what.meta)
	if err != nil {
		return fmt.Errorf("write metadata: %w", err)
	}
	if meta, err = packed(meta); err != nil {
		return err
	}
	root, leaves, err := directories(a.entries, rootBytes)
	if err != nil {
		return err
	}
	head := a.header(what.bounds, [3]int{len(root), len(meta), len(leaves)})
	for _, part := range [][]byte{head, root, meta, leaves} {
		if _, err := out.Write(part); err != nil {
			return fmt.Errorf("write archive: %w", err)
		}
	}
	if _, err := io.CopyN(out, data, int64(a.size)); err != nil {
		return fmt.Errorf("write archive: %w", err)
	}
	return nil
}

// header is the fixed head of an archive; lengths are those of the root directory, the metadata and the leaves.
func (a *archive) header(b orb.Bound, lengths [3]int) []byte {
	h := make([]byte, 0, headerBytes)
	h = append(h, "PMTiles\x03"...)
	at := uint64(headerBytes)
	for _, n := range lengths {
		h = binary.LittleEndian.AppendUint64(h, at)
		h = binary.LittleEndian.AppendUint64(h, uint64(n))
		at += uint64(n)
	}
	for _, n := range []uint64{at, a.size, a.tiles, uint64(len(a.entries)), uint64(len(a.known))} {
		h = binary.LittleEndian.AppendUint64(h, n)
	}
	const clustered = 1
	h = append(h, clustered, compressionGzip, compressionGzip, tileTypeMVT, minZoom, maxZoom)
	for _, degrees := range []float64{b.Min.Lon(), b.Min.Lat(), b.Max.Lon(), b.Max.Lat()} {
		h = appendE7(h, degrees)
	}
	h = append(h, centreZoom)
	return appendE7(appendE7(h, b.Center().Lon()), b.Center().Lat())
}

func appendE7(h []byte, degrees float64) []byte {
	return binary.LittleEndian.AppendUint32(h, uint32(int32(math.Round(degrees*1e7))))
}

// directories packs the entries into one directory when it fits into limit, and else into leaves with a root
// that points to them.
func directories(entries []entry, limit int) (root, leaves []byte, err error) {
	if root, err = directory(entries); err != nil || len(root) <= limit {
		return root, nil, err
	}
	for size := 4096; ; size *= 2 {
		root, leaves, err = split(entries, size)
		if err != nil || len(root) <= limit {
			return root, leaves, err
		}
	}
}

// split makes leaves of so many entries each.
func split(entries []entry, size int) (root, leaves []byte, err error) {
	var tops []entry
	for len(entries) > 0 {
		n := min(size, len(entries))
		leaf, err := directory(entries[:n])
		if err != nil {
			return nil, nil, err
		}
		tops = append(tops, entry{id: entries[0].id, offset: uint64(len(leaves)), length: uint32(len(leaf))})
		leaves = append(leaves, leaf...)
		entries = entries[n:]
	}
	root, err = directory(tops)
	return root, leaves, err
}

// directory encodes entries column by column, as the specification says.
func directory(entries []entry) ([]byte, error) {
	b := binary.AppendUvarint(nil, uint64(len(entries)))
	last := uint64(0)
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.id-last)
		last = e.id
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	for i, e := range entries {
		if i > 0 && e.offset == entries[i-1].offset+uint64(entries[i-1].length) {
			b = append(b, 0) // right behind the one before
			continue
		}
		b = binary.AppendUvarint(b, e.offset+1)
	}
	return packed(b)
}

func packed(data []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(data); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	return b.Bytes(), nil
}
