package registry

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/csv"
	"fmt"
	"iter"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

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
	lines    iter.Seq[line]
	total    int  // lines, about; for a progress bar
	excel    bool // numbers may stand for dates
	encoding string
	names    []string // of the sheets in the file that are not hidden
	name     string   // of the one that is read
}

// choice is what a person has said about how a file is to be read; empty: find out.
type choice struct{ encoding, sheet string }

// The bounds of what is read. A spreadsheet is uploaded by a person, and a small file can unpack to
// a very large one.
const (
	maxSheetBytes  = 256 << 20
	maxZipEntries  = 10_000
	maxRecordLines = 20 // over how many lines one quoted record may go
	maxColumns     = 200
)

func openSheet(u Source, how choice) (sheet, error) {
	n, err := u.look()
	if err != nil {
		return sheet{}, err
	}
	if n.encoding == EncodingXLSX {
		return openXLSX(u, how.sheet)
	}
	switch how.encoding {
	case "", n.encoding:
	case EncodingUTF8, EncodingGB18030, EncodingUTF16:
		n.encoding = how.encoding
	default:
		return sheet{}, fault.InvalidFields("", []fault.Field{{Name: "encoding", Problem: "must be one of utf-8, gb18030, utf-16"}})
	}
	return sheet{lines: csvLines(u, n), total: n.total, encoding: n.encoding}, nil
}

// csvLines reads CSV so that a quotation mark that is not closed spoils its own line and no other: when a
// record that goes over several lines cannot be read, or has not as many cells as the header, the next line is read as a
// new record.
func csvLines(u Source, n nature) iter.Seq[line] {
	return func(yield func(line) bool) {
		in, err := u()
		if err != nil {
			yield(line{number: 1, problem: unreadableFrom})
			return
		}
		r := &recordReader{text: textLines{r: bufio.NewReaderSize(n.text(in), 64<<10)}, number: 1}
		for going := true; going; {
			l, ok := r.next()
			if !ok {
				break
			}
			going = yield(l)
		}
		if in.Close() != nil || r.text.err != nil {
			yield(line{number: r.number, problem: unreadableFrom})
		}
	}
}

// unreadableFrom is what is wrong with a file that breaks off.
const unreadableFrom = "the file cannot be read from here on"

// recordReader cuts lines into records. It looks ahead as far as a record may go.
type recordReader struct {
	text   textLines
	ahead  []string
	number int // of the first line ahead
	comma  rune
	width  int
}

// next gives the next record that is not empty.
func (r *recordReader) next() (line, bool) {
	for {
		for len(r.ahead) < maxRecordLines {
			text, ok := r.text.next()
			if !ok {
				break
			}
			if r.number == 1 && len(r.ahead) == 0 {
				text = strings.TrimPrefix(text, "\uFEFF")
				r.comma = separatorOf(text)
			}
			r.ahead = append(r.ahead, text)
		}
		if len(r.ahead) == 0 {
			return line{}, false
		}
		l, took := nextRecord(r.ahead, r.comma, r.width)
		l.number = r.number
		r.number, r.ahead = r.number+took, append(r.ahead[:0], r.ahead[took:]...)
		if l.cells == nil && l.problem == "" {
			continue
		}
		if r.width == 0 {
			r.width = len(l.cells)
		}
		return l, true
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

// openXLSX opens a sheet: the one that is named, else the first that is not hidden. It unpacks in memory: a
// temporary file would hold names and illnesses in clear.
func openXLSX(u Source, name string) (sheet, error) {
	unreadable := fault.New(fault.Invalid, "the XLSX file cannot be read; save it again, or save it as CSV")
	data, err := u.all()
	if err != nil {
		return sheet{}, err
	}
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
	names := slices.DeleteFunc(f.GetSheetList(), func(n string) bool {
		shown, err := f.GetSheetVisible(n)
		return err != nil || !shown
	})
	switch {
	case len(names) == 0:
		return sheet{}, unreadable
	case name == "":
		name = names[0]
	case !slices.Contains(names, name):
		return sheet{}, fault.InvalidFields("", []fault.Field{{Name: "sheet", Problem: "is not a sheet of this file"}})
	}
	return sheet{lines: xlsxLines(f, name), total: lastRow(f, name), excel: true, encoding: EncodingXLSX, names: names, name: name}, nil
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
		broken := line{problem: unreadableFrom}
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
