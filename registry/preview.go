package registry

import (
	"context"

	"anling/internal/fault"
)

// Preview is what a file looks like before it is imported.
type Preview struct {
	Encoding string          `json:"encoding"`
	Sheets   []string        `json:"sheets"` // of an XLSX file, without those that are hidden
	Sheet    string          `json:"sheet"`
	Rows     int             `json:"rows"` // about, without the headings
	Columns  []PreviewColumn `json:"columns"`
	Fields   []string        `json:"fields"` // all that a column can mean
	Preview  []PreviewRow    `json:"preview"`
}

// PreviewColumn is a column of the file.
type PreviewColumn struct {
	Heading string   `json:"heading"`
	Field   *string  `json:"field"` // nil: it is left out
	Samples []string `json:"samples"`
}

// PreviewRow is one of the first rows, with what is wrong with it.
type PreviewRow struct {
	Line     int           `json:"line"`
	Cells    []string      `json:"cells"`
	Problems []fault.Field `json:"problems"`
}

// The bounds of a preview.
const (
	previewRows    = 20
	previewSamples = 3
	mostCell       = 200 // signs of a cell that are shown
)

// PreviewImport looks at the beginning of a file. Nothing is written. A file whose headings say too little can be looked
// at too, so that somebody can say what they mean.
func (r *Registry) PreviewImport(ctx context.Context, o ImportOrder) (p Preview, err error) {
	if err := o.check(r.Columns(o.Kind)); err != nil {
		return p, err
	}
	o.Dry = true
	err = guarded(func() error {
		s, err := openSheet(o.File, choice{o.Encoding, o.Sheet})
		if err != nil {
			return err
		}
		taker, err := r.taker(o, s, keeping{})
		if err != nil {
			return err
		}
		p, err = taker.preview(ctx, previewRows)
		return err
	})
	return p, err
}

func (in *intake[T, P]) preview(ctx context.Context, rows int) (Preview, error) {
	all := in.by.Columns(in.Kind)
	p := Preview{Encoding: in.sheet.encoding, Sheets: append([]string{}, in.sheet.names...), Sheet: in.sheet.name,
		Rows: max(0, in.sheet.total-1), Columns: []PreviewColumn{}, Fields: all, Preview: []PreviewRow{}}
	in.seen = map[lookup]claim{}
	var wrong error
	for l := range in.sheet.lines {
		if p.Columns == nil || len(p.Columns) == 0 {
			if len(l.cells) > maxColumns {
				return p, fault.New(fault.Invalid, "the file has more than %d columns", maxColumns)
			}
			p.Columns = in.headed(l, all)
			_, wrong = in.headings(l)
			continue
		}
		row := PreviewRow{Line: l.number, Cells: []string{}, Problems: []fault.Field{}}
		for i, c := range l.cells {
			c = shorten(unescape(tidy(c)))
			row.Cells = append(row.Cells, c)
			if i < len(p.Columns) && c != "" && len(p.Columns[i].Samples) < previewSamples {
				p.Columns[i].Samples = append(p.Columns[i].Samples, c)
			}
		}
		if wrong == nil {
			report, err := in.attempt(ctx, []line{l})
			if fault.Is(err, fault.Retry) || fault.Is(err, fault.Internal) {
				return p, err
			}
			if err != nil {
				report.Refused = []RefusedRow{refused(l.number, err)}
			}
			for _, bad := range report.Refused {
				row.Problems = append(row.Problems, bad.fields()...)
			}
		}
		if p.Preview = append(p.Preview, row); len(p.Preview) == rows {
			break
		}
	}
	if len(p.Columns) == 0 {
		return p, fault.New(fault.Invalid, "the file is empty; its first line must be the headings")
	}
	return p, nil
}

// fields gives what is wrong with a row, also when it is the row itself.
func (r RefusedRow) fields() []fault.Field {
	if len(r.Problems) == 0 {
		return []fault.Field{{Problem: r.Reason}}
	}
	return r.Problems
}

func (w *work) headed(l line, all []string) []PreviewColumn {
	columns := []PreviewColumn{}
	for _, h := range l.cells {
		h = tidy(h)
		c := PreviewColumn{Heading: shorten(h), Samples: []string{}}
		if name := w.columnOf(h, all); name != "" {
			c.Field = &name
		}
		columns = append(columns, c)
	}
	return columns
}

func shorten(s string) string {
	if signs := []rune(s); len(signs) > mostCell {
		return string(signs[:mostCell]) + "…"
	}
	return s
}
