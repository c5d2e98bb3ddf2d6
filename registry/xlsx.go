package registry

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// xlsxTable writes an XLSX file row by row. Every cell is a text, so none can be a formula; and nothing goes through a
// temporary file, which would hold names and illnesses in clear.
type xlsxTable struct {
	z      *zip.Writer
	sheet  *bufio.Writer
	sheets int
	rows   int      // in this sheet
	head   []string // is repeated at the top of each sheet
}

// The bounds that programs have which read XLSX.
const (
	mostSheetRows = 1_000_000
	mostCellSigns = 32_000
)

func newXLSX(w io.Writer) (*xlsxTable, error) {
	t := &xlsxTable{z: zip.NewWriter(w)}
	return t, t.begin()
}

// begin begins another sheet.
func (t *xlsxTable) begin() error {
	t.sheets++
	t.rows = 0
	part, err := t.z.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", t.sheets))
	if err != nil {
		return err
	}
	t.sheet = bufio.NewWriterSize(part, 64<<10)
	_, err = t.sheet.WriteString(xml.Header + `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	return err
}

func (t *xlsxTable) end() error {
	if _, err := t.sheet.WriteString(`</sheetData></worksheet>`); err != nil {
		return err
	}
	return t.sheet.Flush()
}

func (t *xlsxTable) write(cells []string) error {
	if t.head == nil {
		t.head = cells
	}
	if t.rows == mostSheetRows {
		if err := t.end(); err != nil {
			return err
		}
		if err := t.begin(); err != nil {
			return err
		}
		if err := t.row(t.head); err != nil {
			return err
		}
	}
	return t.row(cells)
}

func (t *xlsxTable) row(cells []string) error {
	t.rows++
	var b strings.Builder
	b.WriteString("<row>")
	for _, c := range cells {
		b.WriteString(`<c t="inlineStr"><is><t xml:space="preserve">`)
		if err := xml.EscapeText(&b, []byte(cut(c))); err != nil {
			return err
		}
		b.WriteString(`</t></is></c>`)
	}
	b.WriteString("</row>")
	_, err := t.sheet.WriteString(b.String())
	return err
}

// cut shortens a text that no program would read.
func cut(s string) string {
	if utf8.RuneCountInString(s) <= mostCellSigns {
		return s
	}
	return string([]rune(s)[:mostCellSigns])
}

// close writes what tells where the sheets are.
func (t *xlsxTable) close() error {
	if err := t.end(); err != nil {
		return err
	}
	types, sheets, rels := "", "", ""
	for n := 1; n <= t.sheets; n++ {
		types += fmt.Sprintf(`<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, n)
		sheets += fmt.Sprintf(`<sheet name="%d" sheetId="%d" r:id="rId%d"/>`, n, n, n)
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>`, n, n)
	}
	const relations = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	for _, part := range [][2]string{
		{"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` + types + `</Types>`},
		{"_rels/.rels", relations + `<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` + sheets + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", relations + rels + `</Relationships>`},
	} {
		w, err := t.z.Create(part[0])
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, xml.Header+part[1]); err != nil {
			return err
		}
	}
	return t.z.Close()
}
