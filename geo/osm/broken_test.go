package osm

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"anling/internal/fault"
)

// brokenFiles are files made wrong by hand and a part of what must be said about each.
func brokenFiles() map[string]struct {
	data []byte
	want string
} {
	type broken = struct {
		data []byte
		want string
	}
	head := headerBlob("OsmSchema-V0.6")
	at := fmt.Sprintf("at byte %d: ", len(head))
	data := func(blob []byte) []byte { return join(head, framed("OSMData", blob)) }
	group := func(fields ...[]byte) []byte { return fileOf(table("a", "b"), field(2, join(fields...))) }
	node, dense, way, relation := func(f ...[]byte) []byte { return group(field(1, join(f...))) }, func(f ...[]byte) []byte { return group(field(2, join(f...))) },
		func(f ...[]byte) []byte { return group(field(3, join(f...))) }, func(f ...[]byte) []byte { return group(field(4, join(f...))) }
	return map[string]broken{
		"empty":                 {nil, "at byte 0: it holds nothing"},
		"three bytes":           {[]byte{0, 0, 1}, "at byte 0: 3 bytes are left"},
		"xml":                   {[]byte("<?xml version='1.0'?>"), "at byte 0: a blob header of 1010792557 bytes is announced, 1 to 65536 are possible; is it an .osm.pbf file?"},
		"no header length":      {[]byte{0, 0, 0, 0, 1}, "a blob header of 0 bytes"},
		"header cut":            {head[:9], "at byte 4: a blob header of 13 bytes is announced, 5 are left"},
		"blob cut":              {head[:len(head)-2], "at byte 17: a blob of 18 bytes is announced, 16 are left"},
		"nothing but others":    {framed("Weather", []byte("rain")), "at byte 0: it holds nothing"},
		"data first":            {framed("OSMData", plain(nil)), "at byte 0: data comes before the header"},
		"type missing":          {join(head, binary.BigEndian.AppendUint32(nil, 2), field(3, 0)), at + "blob header: the type is missing"},
		"size missing":          {join(head, binary.BigEndian.AppendUint32(nil, 9), field(1, "OSMData")), at + "blob header: the size is missing"},
		"blob too large":        {join(head, binary.BigEndian.AppendUint32(nil, 14), field(1, "OSMData"), field(3, 32<<20+1)), at + "a blob of 33554433 bytes is announced"},
		"no data":               {data(nil), at + "it holds no data"},
		"lzma":                  {data(field(4, "x")), at + "it is packed with lzma, which is not read; pack it with zlib: osmium cat"},
		"lz4":                   {data(field(6, "x")), at + "it is packed with lz4"},
		"zstd":                  {data(field(7, "x")), at + "it is packed with zstd"},
		"no zlib":               {data(join(field(2, 5), field(3, "abcde"))), at + "it does not unpack"},
		"says less":             {data(join(field(2, 5), zipped([]byte("123456"))[2:])), at + "it unpacks to more than 5 bytes"},
		"says more":             {data(join(field(2, 7), zipped([]byte("123456"))[2:])), at + "it unpacks to 6 bytes and says 7"},
		"says too much":         {data(join(field(2, 32<<20+1), zipped([]byte("123456"))[2:])), at + "it says that it unpacks to 33554433 bytes"},
		"history":               {headerBlob("OsmSchema-V0.6", "HistoricalInformation"), "at byte 0: it holds the history of the map (HistoricalInformation)"},
		"unknown feature":       {headerBlob("Weather"), `at byte 0: it needs a reader that understands "Weather"`},
		"granularity":           {fileOf(field(17, 0)), "a granularity of 0 is not possible"},
		"two tables":            {fileOf(table("a"), table("b")), "two tables of strings"},
		"no UTF-8":              {fileOf(table("\xff"), field(2, field(1, field(1, 2)))), "string 1 of a block is not UTF-8"},
		"node without id":       {node(field(8, 0)), "a node has no id"},
		"node nowhere":          {node(field(1, 2), field(8, zigzag(900_000_001))), "node 1: lat 90.0000001, lon 0 is no place on earth"},
		"node of text":          {node(field(1, "2")), "field 1 is not of the type that the format says"},
		"keys without values":   {node(field(1, 2), field(2, packed(1))), "node 1: an element has not as many values as keys"},
		"unknown string":        {node(field(1, 2), field(2, packed(1)), field(3, packed(3))), "node 1: string 3 is asked for, the block has 3"},
		"too many tags":         {node(field(1, 2), field(2, make([]byte, maxTags+1)), field(3, make([]byte, maxTags+1))), "node 1: an element has 65537 tags"},
		"too many dense tags":   {dense(field(1, deltas(7)), field(8, deltas(1)), field(9, deltas(1)), field(10, bytes.Repeat([]byte{1}, 2*maxTags+2))), "node 7: it has more than 65536 tags"},
		"dense lists":           {dense(field(1, deltas(7, 8)), field(8, deltas(1, 1)), field(9, deltas(1))), "the lists of ids and places of dense nodes are not of one length"},
		"dense list twice":      {dense(field(1, deltas(7)), field(1, deltas(7))), "field 1 is there twice"},
		"dense nowhere":         {dense(field(1, deltas(7)), field(8, deltas(0)), field(9, deltas(-1_800_000_001))), "node 7: lat 0, lon -180.0000001 is no place"},
		"dense key alone":       {dense(field(1, deltas(7)), field(8, deltas(1)), field(9, deltas(1)), field(10, packed(1))), "node 7: a key has no value"},
		"dense tags of nobody":  {dense(field(1, deltas(7)), field(8, deltas(1)), field(9, deltas(1)), field(10, packed(1, 2, 0, 1, 2, 0))), "more tags than nodes"},
		"way without id":        {way(field(8, deltas(1, 2))), "a way has no id"},
		"nodes cut off":         {way(field(1, 3), field(8, []byte{0x80})), "way 3: a list of numbers is cut off"},
		"too many nodes":        {way(field(1, 3), field(8, make([]byte, maxParts+1))), "way 3 has 1048577 nodes"},
		"members":               {relation(field(1, 3), field(8, packed(0)), field(9, deltas(1, 2)), field(10, packed(0, 0))), "relation 3: its lists of members are not of one length"},
		"member of no kind":     {relation(field(1, 3), field(8, packed(0)), field(9, deltas(1)), field(10, packed(3))), "relation 3: a member of kind 3 is not known"},
		"role unknown":          {relation(field(1, 3), field(8, packed(9)), field(9, deltas(1)), field(10, packed(1))), "relation 3: string 9 is asked for"},
		"too many members":      {relation(field(1, 3), field(9, make([]byte, maxParts+1))), "relation 3: it has 1048577 members"},
		"group cut off":         {fileOf(table("a"), field(2, []byte{0x12, 0x05, 0})), "field 2 is cut off or malformed"},
		"number with no end":    {fileOf(bytes.Repeat([]byte{0xff}, 20)), "a field does not begin as a field must"},
		"too many strings":      {fileOf(field(1, bytes.Repeat(field(1, ""), maxStrings+1)), field(2, field(1, field(1, 2)))), "a block has 4194305 strings"},
		"broken table":          {fileOf(field(1, []byte{0x0a}), field(2, field(1, field(1, 2)))), "table of strings: field 1 is cut off"},
		"broken blob header":    {join([]byte{0, 0, 0, 1, 0x0a}), "at byte 0: blob header: field 1 is cut off"},
		"broken header":         {framed("OSMHeader", plain([]byte{0x22})), "at byte 0: header: field 4 is cut off"},
		"broken box":            {framed("OSMHeader", plain(field(1, []byte{8}))), "at byte 0: header: field 1 is cut off"},
		"broken blob":           {data([]byte{0x0a}), at + "field 1 is cut off"},
		"group of the wrong":    {fileOf(table("a"), field(2, 7)), "field 2 is not of the type"},
		"elements of the wrong": {group(field(1, 7)), "field 1 is not of the type"},
	}
}

func TestBrokenFilesAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range brokenFiles() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := readBytes(c.data)
			if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(fmt.Sprint(err), "the map file is broken at byte ") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want Invalid with %q", err, c.want)
			}
		})
	}
}

func TestOtherBlobsArePassedOver(t *testing.T) {
	t.Parallel()
	data := join(headerBlob("OsmSchema-V0.6"), framed("Weather", []byte("rain")), framed("OSMData", plain(join(table("a"), field(2, field(5, "set")), field(2, field(3, field(1, 9)))))))
	if f, err := readBytes(data); err != nil || len(f.ways) != 1 {
		t.Errorf("%v, %v", f, err)
	}
}

// No cut of a real file may be read as if it were whole, unless it ends between two blobs.
func TestCutFiles(t *testing.T) {
	t.Parallel()
	whole := mustRead(t, shanghai)
	ends := blobEnds(t, whole)
	for n := 0; n < len(whole); n += 397 {
		f, err := readBytes(whole[:n])
		if fault.Is(err, fault.Invalid) == ends[int64(n)] {
			t.Fatalf("cut at %d: %d nodes, %v", n, len(f.nodes), err)
		}
	}
}

// Any flipped bit is noticed where the file keeps sums (zlib); elsewhere reading may go on, but never panics.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	whole := mustRead(t, shanghai)
	refused := 0
	for n := 0; n < len(whole); n += 241 {
		data := bytes.Clone(whole)
		data[n] ^= 1 << (n % 8)
		_, err := readBytes(data)
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Fatalf("bit %d of byte %d: %v", n%8, n, err)
		}
		if err != nil {
			refused++
		}
	}
	if tried := len(whole)/241 + 1; refused < tried*95/100 {
		t.Errorf("of %d flipped bits %d were noticed", tried, refused)
	}
}

func mustRead(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func blobEnds(t *testing.T, data []byte) map[int64]bool {
	t.Helper()
	ends := map[int64]bool{}
	err := read(t.Context(), bytes.NewReader(data), int64(len(data)), reading{progress: func(done, _ int64) { ends[done] = true }})
	if err != nil || len(ends) < 3 {
		t.Fatalf("%d blobs, %v", len(ends), err)
	}
	return ends
}

// A small file that claims to be large takes little memory.
func TestClaimsCostNothing(t *testing.T) { // alone: it measures memory
	head := headerBlob("OsmSchema-V0.6")
	tiny := join(field(2, 32<<20), zipped([]byte("x"))[2:])
	files := [][]byte{
		join(head, binary.BigEndian.AppendUint32(nil, 14), field(1, "OSMData"), field(3, 32<<20-1), []byte("x")),
		join(head, framed("OSMData", tiny)),
		join(head, framed("OSMData", zipped(join(table("a"), field(2, field(3, join(field(1, 1), field(8, []byte{1})))))))),
	}
	for i, data := range files {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := readBytes(data)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; took > 2<<20 {
			t.Errorf("file %d of %d bytes took %d bytes (%v)", i, len(data), took, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range brokenFiles() {
		if len(c.data) < 4096 {
			f.Add(c.data)
		}
	}
	f.Add(mustRead(f, shanghai))
	words := table("highway", "footway")
	f.Add(fileOf(words, field(2, field(2, join(field(1, deltas(5, 6)), field(8, deltas(10, 20)), field(9, deltas(1, 2)), field(10, packed(1, 2, 0, 0)))))))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readBytes(data); err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%v is no Invalid", err)
		}
		// The same bytes as the inside of a block, which a changed sum would hide.
		if _, err := readBytes(join(headerBlob(), framed("OSMData", plain(data)))); err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%v is no Invalid", err)
		}
	})
}
