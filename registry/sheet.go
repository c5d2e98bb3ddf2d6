package registry

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"fmt"
	"iter"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"anling/internal/fault"
)

// line is one record of a spreadsheet.
type line struct {
	number  int // as the person sees it: the first is 1
	cells   []string
	problem string // why it cannot be read; cells are then of no use
}

// sheet is a spreadsheet about to be read.
type sheet struct {
	lines iter.Seq[line]
	total int  // lines, about; for a progress bar
	excel bool // numbers may stand for dates
}

// The bounds of what is read. A spreadsheet is uploaded by a person, and a small file can unpack to
// a very large one.
const (
	maxSheetBytes  = 256 << 20
	maxZipEntries  = 10_000
	maxRecordLines = 20 // over how many lines one quoted record may go
	maxColumns     = 200
)

func openSheet(data []byte) (sheet, error) {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return openXLSX(data)
	case bytes.HasPrefix(data, []byte{0xD0, 0xCF, 0x11, 0xE0}):
		return sheet{}, fault.New(fault.Invalid, "this is an old or a password-protected Excel file; save it as .xlsx without a password, or as CSV")
	}
	text := decodeText(data)
	if strings.ContainsRune(text[:min(len(text), 4096)], 0) {
		return sheet{}, fault.New(fault.Invalid, "this is neither a CSV nor an XLSX file")
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	return sheet{lines: csvLines(text), total: strings.Count(text, "\n") + 1}, nil
}

// decodeText finds out in which encoding a text is. A byte order mark decides; else it is UTF-8 when it can be, or when most of its
// lines that are not plain ASCII can be (one broken character must not turn all names into others);
// else GB18030, which never fails: what it cannot read becomes U+FFFD, and the field that holds one is refused.
func decodeText(data []byte) string {
	switch {
	case bytes.HasPrefix(data, []byte{0xEF, 0xBB, 0xBF}):
		return strings.ToValidUTF8(string(data[3:]), "\uFFFD")
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}), bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		return decodeWith(unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM), data)
	case utf8.Valid(data):
		return string(data)
	case mostlyUTF8(data):
		return strings.ToValidUTF8(string(data), "\uFFFD")
	}
	return decodeWith(simplifiedchinese.GB18030, data)
}

func decodeWith(e encoding.Encoding, data []byte) string {
	out, err := e.NewDecoder().Bytes(data)
	if err != nil {
		return strings.ToValidUTF8(string(data), "\uFFFD")
	}
	return string(out)
}

func mostlyUTF8(data []byte) bool {
	good, bad := 0, 0
	for l := range bytes.Lines(data) {
		switch {
		case !utf8.Valid(l):
			bad++
		case bytes.ContainsFunc(l, func(r rune) bool { return r >= utf8.RuneSelf }):
			good++
		}
	}
	return good > bad
}

// csvLines reads CSV so that a quotation mark that is not closed spoils its own line and no other: when a
// record that goes over several lines cannot be read, or has not as many cells as the header, the next line is read as a
// new record.
func csvLines(text string) iter.Seq[line] {
	return func(yield func(line) bool) {
		lines := strings.Split(text, "\n")
		comma, width := separatorOf(lines[0]), 0
		for i := 0; i < len(lines); {
			l, took := nextRecord(lines[i:], comma, width)
			l.number = i + 1
			i += took
			if l.cells == nil && l.problem == "" {
				continue
			}
			if width == 0 {
				width = len(l.cells)
			}
			if !yield(l) {
				return
			}
		}
	}
}

func separatorOf(header string) rune {
	commas, tabs := strings.Count(header, ","), strings.Count(header, "\t")
	switch {
	case tabs > commas:
		return '\t'
	case commas == 0 && strings.Contains(header, ";"):
		return ';'
	}
	return ','
}

// nextRecord reads the record at the beginning of lines and tells how many it took.
func nextRecord(lines []string, comma rune, width int) (l line, took int) {
	text := lines[0]
	if strings.TrimSpace(text) == "" {
		return line{}, 1
	}
	if !strings.Contains(text, `"`) {
		return line{cells: strings.Split(text, string(comma))}, 1
	}
	took = 1
	for odd(text) && took < len(lines) && took < maxRecordLines {
		text += "\n" + lines[took]
		took++
	}
	cells, ok := readRecord(text, comma)
	switch {
	case took > 1 && (!ok || len(cells) != width), !ok && odd(lines[0]):
		return line{problem: "a quotation mark is not closed"}, 1
	case !ok:
		return line{problem: "a quotation mark stands in the wrong place"}, 1
	}
	return line{cells: cells}, took
}

func odd(text string) bool { return strings.Count(text, `"`)%2 == 1 }

func readRecord(text string, comma rune) ([]string, bool) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord = comma, -1
	cells, err := r.Read()
	return cells, err == nil && r.InputOffset() >= int64(len(text))
}

// openXLSX opens the first sheet. It unpacks in memory: a temporary file would hold names and illnesses in clear.
func openXLSX(data []byte) (sheet, error) {
	unreadable := fault.New(fault.Invalid, "the XLSX file cannot be read; save it again, or save it as CSV")
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return sheet{}, unreadable
	}
	var size uint64
	for _, f := range z.File {
		size += min(f.UncompressedSize64, maxSheetBytes+1)
	}
	if len(z.File) > maxZipEntries || size > maxSheetBytes {
		return sheet{}, fault.New(fault.Invalid, "the XLSX file is too large when unpacked; save it as CSV, or in parts")
	}
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{
		UnzipSizeLimit: maxSheetBytes, UnzipXMLSizeLimit: maxSheetBytes, RawCellValue: true})
	if err != nil {
		return sheet{}, unreadable
	}
	names := f.GetSheetList()
	if len(names) == 0 {
		return sheet{}, unreadable
	}
	return sheet{lines: xlsxLines(f, names[0]), total: lastRow(f, names[0]), excel: true}, nil
}

func lastRow(f *excelize.File, name string) int {
	dimension, err := f.GetSheetDimension(name)
	if err != nil {
		return 0
	}
	_, last, _ := strings.Cut(dimension, ":")
	_, row, err := excelize.CellNameToCoordinates(last)
	if err != nil {
		return 0
	}
	return row
}

func xlsxLines(f *excelize.File, name string) iter.Seq[line] {
	return func(yield func(line) bool) {
		broken := line{problem: "the file cannot be read from here on"}
		rows, err := f.Rows(name)
		if err != nil {
			yield(broken)
			return
		}
		for rows.Next() {
			broken.number++
			cells, err := rows.Columns()
			if err != nil {
				break
			}
			for i, c := range cells {
				cells[i] = wholeNumber(c)
			}
			if strings.Join(cells, "") != "" && !yield(line{number: broken.number, cells: cells}) {
				return
			}
		}
		if rows.Error() != nil {
			yield(broken)
		}
	}
}

// wholeNumber undoes 1.3912345678E10, as some programs write a telephone number.
func wholeNumber(cell string) string {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(cell), "E")
	if !ok || len(cell) > 30 || strings.Trim(mantissa, "0123456789.") != "" || strings.Trim(exponent, "+0123456789") != "" || len(exponent) > 3 {
		return cell
	}
	n, ok := new(big.Rat).SetString(cell)
	if !ok || !n.IsInt() {
		return cell
	}
	return n.Num().String()
}

// formulaSigns are what a spreadsheet program takes for the beginning of a formula.
const formulaSigns = "=+-@\t\r＝＋－＠"

// runs tells whether a cell would be run as a formula, or looks like one that was marked.
func runs(cell string) bool {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(cell, "'"))
	return first != utf8.RuneError && strings.ContainsRune(formulaSigns, first)
}

// escape marks a text with a ' that the program which opens the export would run as a formula.
func escape(cell string) string {
	if runs(cell) {
		return "'" + cell
	}
	return cell
}

// unescape takes escape back.
func unescape(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && runs(rest) {
		return rest
	}
	return cell
}

// guarded runs a reader of somebody else's. A file made to break it must be refused, not end the program.
func guarded(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Invalid, fmt.Errorf("panic: %v", p), "the file cannot be read")
		}
	}()
	return read()
}
