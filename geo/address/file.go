package address

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/fault"
	"anling/internal/wholefile"
)

// The file of places is a head – fileMagic, the version, the length of the body, its SHA-256 – and the body: texts, each once, then the
// entries. Numbers are varints; points are differences in steps of 1e-7 degree (about a centimetre). It holds what is known, not the
// index, which is made anew when the file is opened, so that a later program can search better in an older file.
const (
	fileMagic   = "ANLPLACE"
	fileVersion = 1
	headLength  = len(fileMagic) + 4 + 8 + sha256.Size
	// maxFile is far more than a province has.
	maxFile = 2 << 30
)

// Write writes entries as a file of places.
func Write(w io.Writer, entries []Entry) error {
	p := packer{known: map[string]uint64{}}
	p.number(uint64(len(entries)))
	for i := range entries {
		p.entry(&entries[i])
	}
	body := append(p.textTable(), p.out...)
	head := binary.LittleEndian.AppendUint32([]byte(fileMagic), fileVersion)
	head = binary.LittleEndian.AppendUint64(head, uint64(len(body)))
	sum := sha256.Sum256(body)
	if _, err := w.Write(append(head, sum[:]...)); err != nil {
		return fmt.Errorf("write the head of the places: %w", err)
	}
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("write the places: %w", err)
	}
	return nil
}

// WriteFile writes entries into a file, so that there is always a whole one, and gives its size in bytes.
func WriteFile(path string, entries []Entry) (int64, error) {
	return wholefile.Write(path, 0o644, func(w io.Writer) error { return Write(w, entries) })
}

// Open reads a file of places and makes its index. A file that is none, of another version, cut off or changed is Invalid, with the reason.
func Open(path string) (*Index, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open the places: %w", err)
	}
	//house:errors nothing was written
	defer f.Close()
	return Read(f)
}

// OpenFS is Open for a file that travels with the program.
func OpenFS(files fs.FS, name string) (*Index, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, fmt.Errorf("open the places: %w", err)
	}
	//house:errors nothing was written
	defer f.Close()
	return Read(f)
}

// Read is Open for what was opened already.
func Read(r io.Reader) (*Index, error) {
	entries, err := ReadEntries(r)
	if err != nil {
		return nil, err
	}
	return New(entries), nil
}

// ReadEntries reads what Write wrote.
func ReadEntries(r io.Reader) ([]Entry, error) {
	head := make([]byte, headLength)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(fileMagic)]) != fileMagic {
		return nil, fault.New(fault.Invalid, "this is no file of places")
	}
	rest := head[len(fileMagic):]
	if v := binary.LittleEndian.Uint32(rest); v != fileVersion {
		return nil, fault.New(fault.Invalid, "the file of places has version %d, and this program reads %d; please build it anew (anling map build)", v, fileVersion)
	}
	length := binary.LittleEndian.Uint64(rest[4:])
	if length > maxFile {
		return nil, fault.New(fault.Invalid, "the file of places says that it is longer than any can be")
	}
	body, err := io.ReadAll(io.LimitReader(r, int64(length)+1))
	if err != nil {
		return nil, fmt.Errorf("read the places: %w", err)
	}
	if uint64(len(body)) != length {
		return nil, fault.New(fault.Invalid, "the file of places is cut off or has something behind it: %d bytes instead of %d", len(body), length)
	}
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], rest[12:]) {
		return nil, fault.New(fault.Invalid, "the file of places was changed or damaged: its checksum does not fit; please build it anew (anling map build)")
	}
	u := unpacker{in: body}
	entries := u.entries()
	if u.broken || len(u.in) > 0 {
		return nil, fault.New(fault.Invalid, "the file of places does not hold what its head says")
	}
	return entries, nil
}

// packer writes entries.
type packer struct {
	out   []byte
	texts []string
	known map[string]uint64
	last  [2]int64
}

func (p *packer) number(n uint64) { p.out = binary.AppendUvarint(p.out, n) }

func (p *packer) text(s string) {
	n, known := p.known[s]
	if !known {
		n = uint64(len(p.texts))
		p.known[s] = n
		p.texts = append(p.texts, s)
	}
	p.number(n)
}

func (p *packer) list(all []string) {
	p.number(uint64(len(all)))
	for _, s := range all {
		p.text(s)
	}
}

func (p *packer) point(q orb.Point) {
	for i := range q {
		n := int64(math.Round(q[i] * perDegree))
		p.out = binary.AppendVarint(p.out, n-p.last[i])
		p.last[i] = n
	}
}

// perDegree is how many steps a degree has.
const perDegree = 1e7

func (p *packer) entry(e *Entry) {
	for _, s := range []string{string(e.Kind), e.Category, e.Name, e.Area, e.Through, e.Code} {
		p.text(s)
	}
	p.list(e.Others)
	p.list(e.Spelt)
	p.point(e.Point)
	p.number(uint64(len(e.Lines)))
	for _, line := range e.Lines {
		p.number(uint64(len(line)))
		for _, q := range line {
			p.point(q)
		}
	}
	p.number(uint64(len(e.Houses)))
	for _, h := range e.Houses {
		p.text(h.Number)
		p.text(h.Area)
		p.point(h.Point)
		p.number(uint64(estimate(h)))
	}
}

func (p *packer) textTable() []byte {
	out := binary.AppendUvarint(nil, uint64(len(p.texts)))
	for _, s := range p.texts {
		out = binary.AppendUvarint(out, uint64(len(s)))
		out = append(out, s...)
	}
	return out
}

// unpacker reads entries. What does not fit leaves it broken, and everything behind that is empty.
type unpacker struct {
	in     []byte
	texts  []string
	last   [2]int64
	broken bool
}

func (u *unpacker) fail() { u.broken, u.in = true, nil }

func (u *unpacker) number() uint64 {
	n, size := binary.Uvarint(u.in)
	if size <= 0 {
		u.fail()
		return 0
	}
	u.in = u.in[size:]
	return n
}

// count reads how many of something follow, each of which takes a byte at least.
func (u *unpacker) count() int {
	n := u.number()
	if n > uint64(len(u.in)) {
		u.fail()
		return 0
	}
	return int(n)
}

func (u *unpacker) text() string {
	n := u.number()
	if n >= uint64(len(u.texts)) {
		u.fail()
		return ""
	}
	return u.texts[n]
}

func (u *unpacker) list() (all []string) {
	for range u.count() {
		all = append(all, u.text())
	}
	return all
}

func (u *unpacker) point() (p orb.Point) {
	for i := range p {
		n, size := binary.Varint(u.in)
		if size <= 0 {
			u.fail()
			return orb.Point{}
		}
		u.in = u.in[size:]
		u.last[i] += n
		p[i] = float64(u.last[i]) / perDegree
	}
	if !geo.Valid(p) {
		u.fail()
	}
	return p
}

func (u *unpacker) entries() (all []Entry) {
	for range u.count() {
		n := u.count()
		u.texts = append(u.texts, string(u.in[:n]))
		u.in = u.in[n:]
	}
	n := u.count()
	if n > 0 {
		all = make([]Entry, 0, n)
	}
	for range n {
		if u.broken {
			return nil
		}
		all = append(all, u.entry())
	}
	return all
}

func (u *unpacker) entry() (e Entry) {
	e = Entry{Kind: Kind(u.text()), Category: u.text(), Name: u.text(), Area: u.text(), Through: u.text(), Code: u.text(), Others: u.list(), Spelt: u.list(), Point: u.point()}
	if kindRank(e.Kind) < 0 {
		u.fail()
	}
	for range u.count() {
		var line orb.LineString
		for range u.count() {
			line = append(line, u.point())
		}
		if len(line) < 2 {
			u.fail()
		}
		e.Lines = append(e.Lines, line)
	}
	for range u.count() {
		e.Houses = append(e.Houses, House{Number: u.text(), Area: u.text(), Point: u.point(), Estimated: u.number() == 1})
	}
	return e
}
