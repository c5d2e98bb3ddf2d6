package registry

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"anling/internal/fault"
)

// The forms of an export.
const (
	FormatCSV  = "csv"
	FormatXLSX = "xlsx"
)

// ExportOrder says what is to be exported, and how. Empty: CSV in UTF-8, every column, everybody who is not archived.
type ExportOrder struct {
	Kind     string
	Format   string
	Encoding string   // of CSV
	Columns  []string // in the order asked for
	Query    Query    // its page does not matter
}

func (o ExportOrder) check(all []string) error {
	var c problems
	c.oneOf("kind", o.Kind, Elders, Contacts, Devices, Helpers, Providers)
	c.oneOf("format", o.Format, "", FormatCSV, FormatXLSX)
	c.oneOf("encoding", o.Encoding, "", EncodingUTF8, EncodingGB18030)
	for _, column := range o.Columns {
		if !slices.Contains(all, column) {
			c.add("columns", "names a column that there is not")
		}
	}
	c.settle()
	return c.err("export")
}

// Export writes everybody of a kind as CSV; see ExportTo.
func (r *Registry) Export(ctx context.Context, kind string, w io.Writer) error {
	_, err := r.ExportTo(ctx, ExportOrder{Kind: kind}, w)
	return err
}

// ExportTo writes elders, contacts, devices, helpers or providers of the registry's scope as a spreadsheet that Import reads back, and
// tells how many. Texts that would run as formulas are marked by a ' in CSV; in XLSX they are texts. It reads page by page
// and keeps nothing in memory. Somebody whose sealed part cannot be opened has only what is known in clear.
func (r *Registry) ExportTo(ctx context.Context, o ExportOrder, w io.Writer) (rows int, err error) {
	if err := o.check(r.Columns(o.Kind)); err != nil {
		return 0, err
	}
	switch o.Kind {
	case Elders:
		return export(ctx, r, r.elders, outlet{ExportOrder: o, to: w})
	case Contacts:
		return export(ctx, r, r.contacts, outlet{ExportOrder: o, to: w})
	case Devices:
		return export(ctx, r, r.devices, outlet{ExportOrder: o, to: w})
	case Helpers:
		return export(ctx, r, r.helpers, outlet{ExportOrder: o, to: w})
	case Providers:
		return export(ctx, r, r.providers, outlet{ExportOrder: o, to: w})
	}
	return 0, unknownKind()
}

// outlet is an export and where it goes.
type outlet struct {
	ExportOrder
	to io.Writer
}

// table is a spreadsheet being written.
type table interface {
	write(cells []string) error
	close() error
}

// open begins the spreadsheet.
func (o outlet) open() (table, error) {
	switch {
	case o.Format == FormatXLSX:
		return newXLSX(o.to)
	case o.Encoding == EncodingGB18030:
		out := transform.NewWriter(o.to, simplifiedchinese.GB18030.NewEncoder())
		return csvTable{csv.NewWriter(out), out}, nil
	}
	// Excel shows Chinese only when the file says that it is UTF-8.
	if _, err := io.WriteString(o.to, "\ufeff"); err != nil {
		return nil, err
	}
	return csvTable{csv.NewWriter(o.to), nil}, nil
}

type csvTable struct {
	*csv.Writer
	below io.Closer // what must be closed for the last signs to be written; may be nil
}

func (t csvTable) write(cells []string) error {
	marked := make([]string, len(cells))
	for i, c := range cells {
		marked[i] = escape(c)
	}
	return t.Write(marked)
}

func (t csvTable) close() error {
	if t.Flush(); t.Error() != nil || t.below == nil {
		return t.Error()
	}
	return t.below.Close()
}

// maxExportRows is more than anybody has; a query that never ends must end.
const maxExportRows = 20_000_000

func export[T any, P record[T]](ctx context.Context, r *Registry, s *shelf[T, P], o outlet) (rows int, err error) {
	columns := o.Columns
	if len(columns) == 0 {
		columns = r.Columns(o.Kind)
	}
	q := o.Query
	q.Limit, q.Cursor, q.Count = maxLimit, "", false
	page, err := s.list(ctx, r, r.scope, q) // before the first byte: what is wrong with the query can still be said
	if err != nil {
		return 0, err
	}
	out, err := o.open()
	if err != nil {
		return 0, fmt.Errorf("export %s: %w", o.Kind, err)
	}
	if err := out.write(columns); err != nil {
		return 0, fmt.Errorf("export %s: %w", o.Kind, err)
	}
	for rows < maxExportRows {
		for _, x := range page.Items {
			if err := out.write(cellsOf(x, columns)); err != nil {
				return rows, fmt.Errorf("export %s: %w", o.Kind, err)
			}
		}
		if rows += len(page.Items); page.Next == nil {
			break
		}
		q.Cursor = *page.Next
		if page, err = s.list(ctx, r, r.scope, q); err != nil {
			return rows, fmt.Errorf("export %s: %w", o.Kind, err)
		}
	}
	if page.Partial {
		return rows, fault.New(fault.Retry, "the search is still being made ready; try again in a moment")
	}
	return rows, out.close()
}

func cellsOf(x any, columns []string) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		if key, own := strings.CutPrefix(c, customPrefix); own {
			if v := customOfRecord(x)[key]; v != nil {
				cells[i] = cellText(v)
			}
			continue
		}
		cells[i] = cellOf(x, c)
	}
	return cells
}
