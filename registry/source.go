package registry

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"anling/internal/fault"
)

// Source is a file that can be read as often as is needed.
type Source func() (io.ReadCloser, error)

// Bytes makes a source of what is in memory.
func Bytes(data []byte) Source {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
}

// all reads the whole file into memory, which a zip needs.
func (u Source) all() (data []byte, err error) {
	in, err := u()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	data, err = io.ReadAll(io.LimitReader(in, maxSheetBytes+1))
	if err == nil && len(data) > maxSheetBytes {
		return nil, fault.New(fault.Invalid, "the file is larger than %d MB; import it in parts", maxSheetBytes>>20)
	}
	return data, err
}

// The encodings of a spreadsheet.
const (
	EncodingUTF8    = "utf-8"
	EncodingGB18030 = "gb18030"
	EncodingUTF16   = "utf-16"
	EncodingXLSX    = "xlsx" // says itself
)

// nature is what a look through a file tells of it.
type nature struct {
	encoding string
	mark     int // bytes of a byte order mark
	total    int // lines of the text; a quoted cell may go over several
	macLines bool
}

// maxLineBytes is how long one line of a text file may be.
const maxLineBytes = 1 << 20

// look reads a file once and says what it is. A byte order mark decides its encoding; else it is UTF-8 when it can be, or when most of its
// lines that are not plain ASCII can be (one broken character must not turn all names into others);
// else GB18030, which never fails: what it cannot read becomes U+FFFD, and the field that holds one is refused.
func (u Source) look() (n nature, err error) {
	in, err := u()
	if err != nil {
		return n, err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	r := bufio.NewReaderSize(in, 64<<10)
	head, err := r.Peek(4096)
	if err != nil && !errors.Is(err, io.EOF) {
		return n, fmt.Errorf("read the file: %w", err)
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return nature{encoding: EncodingXLSX}, nil
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return n, fault.New(fault.Invalid, "this is an old or a password-protected Excel file; save it as .xlsx without a password, or as CSV")
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		n.encoding = EncodingUTF16
	case bytes.IndexByte(head, 0) >= 0:
		return n, fault.New(fault.Invalid, "this is neither a CSV nor an XLSX file")
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		n.encoding, n.mark = EncodingUTF8, 3
	}
	return n, n.count(r)
}

// count reads to the end: how many lines there are, and whether they are UTF-8.
func (n *nature) count(r *bufio.Reader) error {
	good, bad, carriage, size, open := 0, 0, 0, 0, false // open: the last line has no end
	for {
		piece, err := r.ReadSlice('\n')
		size += len(piece)
		switch {
		case size > maxSheetBytes:
			return fault.New(fault.Invalid, "the file is larger than %d MB; import it in parts", maxSheetBytes>>20)
		case !utf8.Valid(piece) && !errors.Is(err, bufio.ErrBufferFull):
			bad++
		case bytes.ContainsFunc(piece, func(r rune) bool { return r >= utf8.RuneSelf }):
			good++
		}
		carriage += bytes.Count(piece, []byte{'\r'})
		if errors.Is(err, io.EOF) {
			open = len(piece) > 0
			break
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return fmt.Errorf("read the file: %w", err)
		}
		if err == nil {
			n.total++
		}
	}
	if n.total == 0 && carriage > 0 {
		n.macLines, n.total = true, carriage
	}
	if open {
		n.total++
	}
	if n.encoding == "" {
		n.encoding = EncodingGB18030
		if bad == 0 || good > bad {
			n.encoding = EncodingUTF8
		}
	}
	return nil
}

// text gives the file as UTF-8.
func (n nature) text(in io.Reader) io.Reader {
	switch n.encoding {
	case EncodingUTF16:
		in = transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder())
	case EncodingGB18030:
		in = transform.NewReader(in, simplifiedchinese.GB18030.NewDecoder())
	}
	if n.macLines {
		in = carriages{in}
	}
	return in
}

// carriages turns the line ends of old Macs into those of the rest of the world.
type carriages struct{ io.Reader }

func (c carriages) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	for i := range n {
		if p[i] == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// textLines reads line by line, however long one is.
type textLines struct {
	r   *bufio.Reader
	err error // other than the end
}

// next gives the next line without its end. What a line has beyond the bound is left out, and U+FFFD says so.
func (t *textLines) next() (string, bool) {
	var all []byte
	for {
		piece, more, err := t.r.ReadLine()
		if err != nil {
			if !errors.Is(err, io.EOF) {
				t.err = err
			}
			return "", false
		}
		if room := maxLineBytes - len(all); len(piece) > room {
			piece = append(piece[:max(room, 0):max(room, 0)], "\uFFFD"...)
		}
		if all = append(all, piece...); !more {
			return string(bytes.ToValidUTF8(all, []byte("\uFFFD"))), true
		}
	}
}

// decodeText gives a text in memory as UTF-8, without a byte order mark.
func decodeText(data []byte) (string, error) {
	n, err := Bytes(data).look()
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(n.text(bytes.NewReader(data)))
	if err != nil {
		return "", fault.Wrap(fault.Invalid, err, "the file cannot be read")
	}
	return string(bytes.TrimPrefix(bytes.ToValidUTF8(text, []byte("\uFFFD")), []byte("\ufeff"))), nil
}
