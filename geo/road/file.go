package road

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"anling/internal/fault"
	"anling/internal/wholefile"
)

// A road file is the magic, a sheet in columns, and the SHA-256 of all that. Numbers are little-endian; a column is its length in
// elements as eight bytes, then the elements. The last column is JSON: labels and what the map was made of.
const magic = "ANROAD01"

type tail struct {
	Labels []string `json:"labels"`
	About  About    `json:"about"`
}

// columns are those of numbers, in the order of the file.
func (s *sheet) columns() []any {
	out := []any{&s.From, &s.To, &s.Shapes, &s.Points, &s.Class, &s.Names}
	for m := range s.Cost {
		for d := range s.Cost[m] {
			out = append(out, &s.Cost[m][d])
		}
	}
	return out
}

// encode gives the bytes of a road file.
func encode(s *sheet) ([]byte, error) {
	out := []byte(magic)
	var err error
	put := func(column any, n int) {
		out = binary.LittleEndian.AppendUint64(out, uint64(n))
		var e error
		if out, e = binary.Append(out, binary.LittleEndian, column); e != nil {
			err = errors.Join(err, e)
		}
	}
	for _, c := range s.columns() {
		switch c := c.(type) {
		case *[]uint32:
			put(*c, len(*c))
		case *[]int32:
			put(*c, len(*c))
		case *[]uint8:
			put(*c, len(*c))
		}
	}
	put(s.Bans, len(s.Bans))
	put(s.Blocks, len(s.Blocks))
	put(s.Crossings, 1)
	words, e := json.Marshal(tail{Labels: s.Labels, About: s.About})
	put(words, len(words))
	if err = errors.Join(err, e); err != nil {
		return nil, fmt.Errorf("encode the roads: %w", err)
	}
	return seal(out), nil
}

// seal puts the checksum behind what it is of.
func seal(data []byte) []byte {
	sum := sha256.Sum256(data)
	return append(data, sum[:]...)
}

// decode reads a road file. One that is broken, cut off, or of another version is refused as Invalid.
func decode(data []byte) (*sheet, error) {
	broken := func(format string, args ...any) error {
		return fault.New(fault.Invalid, "the road file is broken: %s", fmt.Sprintf(format, args...))
	}
	if len(data) < len(magic)+sha256.Size || !bytes.HasPrefix(data, []byte(magic[:6])) {
		return nil, fault.New(fault.Invalid, "this is no road file")
	}
	if !bytes.HasPrefix(data, []byte(magic)) {
		return nil, fault.New(fault.Invalid, "the road file is of another version (%q, not %q): make it again with anling map build", data[:len(magic)], magic)
	}
	body, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if found := sha256.Sum256(body); !bytes.Equal(found[:], sum) {
		return nil, broken("its checksum is wrong; it was changed or not written to the end")
	}
	r := columnReader{rest: body[len(magic):]}
	s := &sheet{}
	for _, c := range s.columns() {
		switch c := c.(type) {
		case *[]uint32:
			*c = read[uint32](&r, 4)
		case *[]int32:
			*c = read[int32](&r, 4)
		case *[]uint8:
			*c = read[uint8](&r, 1)
		}
	}
	s.Bans, s.Blocks = read[ban](&r, 9), read[block](&r, 5)
	crossings, words := read[uint32](&r, 4), read[uint8](&r, 1)
	if r.bad || len(r.rest) > 0 || len(crossings) != 1 {
		return nil, broken("its columns do not end where it ends")
	}
	s.Crossings = crossings[0]
	var t tail
	if err := json.Unmarshal(words, &t); err != nil {
		return nil, broken("its names cannot be read: %v", err)
	}
	s.Labels, s.About = t.Labels, t.About
	return s, s.check()
}

// columnReader reads columns, and remembers that one was not whole.
type columnReader struct {
	rest []byte
	bad  bool
}

func read[T any](r *columnReader, size int) []T {
	if r.bad || len(r.rest) < 8 {
		r.bad = true
		return nil
	}
	n := binary.LittleEndian.Uint64(r.rest)
	r.rest = r.rest[8:]
	if n > uint64(len(r.rest)/size) {
		r.bad = true
		return nil
	}
	out := make([]T, n)
	used, err := binary.Decode(r.rest, binary.LittleEndian, out)
	if err != nil || used != int(n)*size {
		r.bad = true
		return nil
	}
	r.rest = r.rest[used:]
	return out
}

// write writes a road file, and gives its size in bytes.
func write(path string, s *sheet) (int64, error) {
	data, err := encode(s)
	if err != nil {
		return 0, err
	}
	return wholefile.Write(path, 0o644, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// Load reads a road file. It gives fs.ErrNotExist when there is none, and Invalid when it is broken.
func Load(files fs.FS, name string) (*Map, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, fmt.Errorf("read the roads: %w", err)
	}
	s, err := decode(data)
	if err != nil {
		return nil, err
	}
	return newMap(s), nil
}
