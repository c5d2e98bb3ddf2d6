package osm

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"

	"anling/internal/fault"
)

// The limits that the format sets.
const (
	maxHeader = 64 << 10
	maxBlob   = 32 << 20

	// deflateRatio is how much a byte of deflate can become at most: what a blob claims beyond it is not there.
	deflateRatio = 1032
)

// The blobs that are read; the format says that others are to be passed over.
const (
	typeHeader = "OSMHeader"
	typeData   = "OSMData"
)

// blob is one piece of the file, as it lies there.
type blob struct {
	at   int64 // where in the file it begins, with its length
	end  int64
	kind string
	data []byte
}

// frames cuts a file into its blobs.
type frames struct {
	in   *bufio.Reader
	at   int64
	size int64
}

// brokenAt says where in the file a flaw is; other errors stay what they are.
func brokenAt(at int64, err error) error {
	if f, ok := errors.AsType[flaw](err); ok {
		return fault.New(fault.Invalid, "the map file is broken at byte %d: %s", at, f)
	}
	return err
}

// next gives the next blob that is to be read, and io.EOF at the end of the file.
func (f *frames) next() (blob, error) {
	for {
		b, err := f.one()
		if err != nil || b.data != nil {
			return b, err
		}
	}
}

// one reads a blob; it has no data when it is of a type to be passed over.
func (f *frames) one() (blob, error) {
	b := blob{at: f.at}
	length, err := f.length()
	if err != nil {
		return b, err
	}
	head, err := f.read(length)
	if err != nil {
		return b, err
	}
	size, err := b.header(head)
	if err != nil {
		return b, brokenAt(b.at, err)
	}
	if left := f.size - f.at; size > left {
		return b, brokenAt(f.at, flawf("a blob of %d bytes is announced, %d are left", size, left))
	}
	b.end = f.at + size
	if b.kind != typeHeader && b.kind != typeData {
		n, err := f.in.Discard(int(size))
		f.at += int64(n)
		return b, f.shorter(err)
	}
	b.data, err = f.read(size)
	return b, err
}

func (f *frames) length() (int64, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	if left := f.size - f.at; left < 4 {
		return 0, brokenAt(f.at, flawf("%d bytes are left, too few for a blob", left))
	}
	at := f.at
	word, err := f.read(4)
	if err != nil {
		return 0, err
	}
	length := int64(binary.BigEndian.Uint32(word))
	if length == 0 || length > maxHeader {
		return 0, brokenAt(at, flawf("a blob header of %d bytes is announced, 1 to %d are possible; is it an .osm.pbf file?", length, maxHeader))
	}
	if left := f.size - f.at; length > left {
		return 0, brokenAt(f.at, flawf("a blob header of %d bytes is announced, %d are left", length, left))
	}
	return length, nil
}

// read takes n bytes, which are known to be within the file.
func (f *frames) read(n int64) ([]byte, error) {
	data := make([]byte, n)
	got, err := io.ReadFull(f.in, data)
	f.at += int64(got)
	return data, f.shorter(err)
}

// shorter makes a flaw of an end that comes too early.
func (f *frames) shorter(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return brokenAt(f.at, flaw("the file became shorter while it was read"))
	}
	return err
}

// header reads the BlobHeader: what the blob is and how many bytes it has.
func (b *blob) header(data []byte) (size int64, err error) {
	m := message{rest: data}
	size = -1
	for m.next() {
		switch m.num {
		case 1:
			b.kind = string(m.bytes())
		case 3:
			size = m.number()
		}
	}
	switch {
	case m.err != nil:
		return 0, flawf("blob header: %s", m.err)
	case b.kind == "":
		return 0, flaw("blob header: the type is missing")
	case size < 0:
		return 0, flaw("blob header: the size is missing or below zero")
	case size > maxBlob:
		return 0, flawf("a blob of %d bytes is announced, %d is the most", size, maxBlob)
	}
	return size, nil
}

// unpack gives what a blob holds.
func unpack(data []byte, z *inflater) ([]byte, error) {
	m := message{rest: data}
	size := int64(-1)
	var plain, packed []byte
	for m.next() {
		switch m.num {
		case 1:
			plain = m.bytes()
		case 2:
			size = m.number()
		case 3:
			packed = m.bytes()
		case 4, 5, 6, 7:
			name := [...]string{4: "lzma", 5: "bzip2", 6: "lz4", 7: "zstd"}[m.num]
			return nil, flawf("it is packed with %s, which is not read; pack it with zlib: osmium cat IN.osm.pbf -o OUT.osm.pbf", name)
		}
	}
	switch {
	case m.err != nil:
		return nil, m.err
	case size > maxBlob || size < -1:
		return nil, flawf("it says that it unpacks to %d bytes, %d is the most", size, maxBlob)
	case plain != nil:
		return plain, nil
	case packed == nil:
		return nil, flaw("it holds no data")
	}
	return z.inflate(packed, size)
}

// inflater unpacks zlib and keeps its tables from blob to blob.
type inflater struct {
	source bytes.Reader
	zlib   io.ReadCloser
}

// inflate unpacks data that says it is of a size, or -1 when it does not say.
func (z *inflater) inflate(data []byte, size int64) ([]byte, error) {
	most := size
	if size < 0 {
		most = maxBlob
	}
	if err := z.reset(data); err != nil {
		return nil, flawf("it does not unpack: %s", err)
	}
	out := bytes.NewBuffer(make([]byte, 0, min(most, deflateRatio*int64(len(data)))+bytes.MinRead))
	n, err := out.ReadFrom(io.LimitReader(z.zlib, most+1))
	switch {
	case err != nil:
		return nil, flawf("it does not unpack: %s", err)
	case n > most:
		return nil, flawf("it unpacks to more than %d bytes", most)
	case size >= 0 && n != size:
		return nil, flawf("it unpacks to %d bytes and says %d", n, size)
	}
	return out.Bytes(), nil
}

func (z *inflater) reset(data []byte) error {
	z.source.Reset(data)
	if z.zlib != nil {
		return z.zlib.(zlib.Resetter).Reset(&z.source, nil)
	}
	var err error
	z.zlib, err = zlib.NewReader(&z.source)
	return err
}
