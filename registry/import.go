package registry

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"anling/internal/db"
	"anling/internal/fault"
)

// Report tells what an import did.
type Report struct {
	Created   int          `json:"created"`
	Changed   int          `json:"changed"`
	Unchanged int          `json:"unchanged"` // were there already, and the same
	Refused   []RefusedRow `json:"refused"`
	Ignored   []string     `json:"ignored"` // headings that are no column of this kind
}

// RefusedRow is a row of which nothing was taken in, and why. It holds nothing of what the row said.
type RefusedRow struct {
	Line   int    `json:"line"`
	Field  string `json:"field"` // the wrong fields, separated by commas
	Reason string `json:"reason"`
}

// importBatch is how many rows share a transaction: few enough that an alarm behind them waits
// some milliseconds.
const importBatch = 100

// Import takes in a spreadsheet of elders, contacts, devices or helpers: CSV (UTF-8, GB18030 or UTF-16) or XLSX, with a line of
// headings. A row is taken in whole or refused whole, and the good rows go in whatever the others
// are. A row with a known id changes that record – a device also by its identity, a contact by elder, name and a
// number – and in it only what the row says: an empty cell changes nothing. The error is Invalid when
// the file as a whole cannot be read. name is only for sentences; progress may be nil.
func (r *Registry) Import(ctx context.Context, kind string, in io.Reader, name string, progress func(done, total int)) (Report, error) {
	if progress == nil {
		progress = func(int, int) {}
	}
	data, err := io.ReadAll(io.LimitReader(in, maxSheetBytes+1))
	if err != nil {
		return Report{}, fmt.Errorf("read %s: %w", name, err)
	}
	if len(data) > maxSheetBytes {
		return Report{}, fault.New(fault.Invalid, "%s is larger than %d MB; import it in parts", name, maxSheetBytes>>20)
	}
	var report Report
	err = guarded(func() (err error) {
		report, err = r.importSheet(ctx, kind, data, progress)
		return err
	})
	return report, err
}

func (r *Registry) importSheet(ctx context.Context, kind string, data []byte, progress func(done, total int)) (Report, error) {
	s, err := openSheet(data)
	if err != nil {
		return Report{}, err
	}
	switch kind {
	case Elders:
		return intake[Elder, *Elder]{shelf: r.elders, by: r, kind: kind, sheet: s, progress: progress}.run(ctx)
	case Contacts:
		return intake[Contact, *Contact]{shelf: r.contacts, by: r, kind: kind, sheet: s, progress: progress, match: r.sameContact}.run(ctx)
	case Devices:
		return intake[Device, *Device]{shelf: r.devices, by: r, kind: kind, sheet: s, progress: progress, match: r.sameDevice}.run(ctx)
	case Helpers:
		return intake[Helper, *Helper]{shelf: r.helpers, by: r, kind: kind, sheet: s, progress: progress}.run(ctx)
	case Providers:
		return intake[Provider, *Provider]{shelf: r.providers, by: r, kind: kind, sheet: s, progress: progress}.run(ctx)
	}
	return Report{}, unknownKind()
}

func unknownKind() error {
	return fault.New(fault.Invalid, "what can be imported and exported is %s", strings.Join([]string{Elders, Contacts, Devices, Helpers, Providers}, ", "))
}

// intake is one import under way.
type intake[T any, P record[T]] struct {
	*shelf[T, P]
	by       *Registry
	kind     string
	sheet    sheet
	progress func(done, total int)
	// match finds the record that a row without an id is about; empty when there is none.
	match func(ctx context.Context, tx *db.Tx, x T) (id string, err error)

	columns []string // of the file, "" for those ignored
}

func (in intake[T, P]) run(ctx context.Context) (Report, error) {
	report := Report{Refused: []RefusedRow{}, Ignored: []string{}}
	var batch []line
	for l := range in.sheet.lines {
		if in.columns == nil {
			var err error
			in.columns, report.Ignored, err = headings(in.kind, l)
			if err != nil {
				return report, err
			}
			continue
		}
		batch = append(batch, l)
		if len(batch) < importBatch {
			continue
		}
		if err := in.take(ctx, batch, &report); err != nil {
			return report, err
		}
		in.progress(l.number, max(in.sheet.total, l.number))
		batch = batch[:0]
	}
	if in.columns == nil {
		return report, fault.New(fault.Invalid, "the file is empty; its first line must be the headings")
	}
	err := in.take(ctx, batch, &report)
	in.progress(in.sheet.total, in.sheet.total)
	return report, err
}

// headings finds the column of each heading. A file without a column that is needed is refused as a whole:
// every one of its rows would be.
func headings(kind string, l line) (columns, ignored []string, err error) {
	all, needed := columnsOf(kind)
	ignored = []string{}
	for _, h := range l.cells {
		c := columnNamed(h, all)
		if c != "" && slices.Contains(columns, c) {
			return nil, nil, fault.New(fault.Invalid, "two headings mean the column %s", c)
		}
		columns = append(columns, c)
		if h = tidy(h); c == "" && h != "" {
			ignored = append(ignored, h)
		}
	}
	var missing []fault.Field
	for _, n := range needed {
		if !slices.Contains(columns, n) {
			missing = append(missing, fault.Field{Name: n, Problem: "is a column that must be there"})
		}
	}
	if len(missing) > 0 || len(columns) > maxColumns {
		return nil, nil, fault.InvalidFields("the first line must be the headings, of "+strings.Join(all, ", "), missing)
	}
	return columns, ignored, nil
}

// take takes in a batch in one transaction. When something in it cannot be done after a row
// has begun to be written, each row gets a transaction of its own.
func (in intake[T, P]) take(ctx context.Context, batch []line, report *Report) error {
	together, err := in.attempt(ctx, batch)
	if err == nil {
		report.add(together)
		return nil
	}
	for i := range batch {
		alone, err := in.attempt(ctx, batch[i:i+1])
		if fault.Is(err, fault.Retry) || fault.Is(err, fault.Internal) {
			return fmt.Errorf("import line %d: %w", batch[i].number, err)
		}
		if err != nil {
			alone = Report{Refused: []RefusedRow{refused(batch[i].number, err)}}
		}
		report.add(alone)
	}
	return nil
}

func (r *Report) add(o Report) {
	r.Created, r.Changed, r.Unchanged = r.Created+o.Created, r.Changed+o.Changed, r.Unchanged+o.Unchanged
	r.Refused = append(r.Refused, o.Refused...)
}

func (in intake[T, P]) attempt(ctx context.Context, batch []line) (Report, error) {
	var report Report
	err := in.db.Update(ctx, func(tx *db.Tx) error {
		report = Report{}
		for _, l := range batch {
			err := in.row(ctx, tx, l, &report)
			if fault.Is(err, fault.Invalid) { // then nothing of it was written
				report.Refused = append(report.Refused, refused(l.number, err))
			} else if err != nil {
				return err
			}
		}
		return nil
	})
	return report, err
}

func refused(number int, err error) RefusedRow {
	row := RefusedRow{Line: number, Reason: fault.MessageOf(err)}
	var names, reasons []string
	for _, f := range fault.FieldsOf(err) {
		if !slices.Contains(names, f.Name) {
			names = append(names, f.Name)
		}
		reasons = append(reasons, f.Name+" "+f.Problem)
	}
	if len(reasons) > 0 {
		row.Field, row.Reason = strings.Join(names, ","), strings.Join(reasons, "; ")
	}
	return row
}

// row takes in one row.
func (in intake[T, P]) row(ctx context.Context, tx *db.Tx, l line, report *Report) error {
	cells, err := in.cells(l)
	if err != nil {
		return err
	}
	d, err := in.begin(ctx, tx, cells)
	if err != nil {
		return err
	}
	fields := in.fields(cells, d.old, &d.bad)
	assign := patch{noun: in.noun, creating: true}
	assign.assign(&d.x, fields, &d.bad)
	d.bad.settle()
	in.prepare(&d)
	if d.old != nil && len(d.bad.fields) == 0 && sameJSON(d.x, *d.old) {
		report.Unchanged++
		return nil
	}
	if _, err := in.put(ctx, tx, d); err != nil {
		return err
	}
	if d.old == nil {
		report.Created++
		return nil
	}
	report.Changed++
	return nil
}

// cells gives what a row says, by column, without the empty cells.
func (in intake[T, P]) cells(l line) (map[string]string, error) {
	if l.problem != "" {
		return nil, fault.New(fault.Invalid, "%s", l.problem)
	}
	cells := map[string]string{}
	for i, c := range l.cells {
		c = tidy(unescape(tidy(c)))
		if c == "" {
			continue
		}
		if i >= len(in.columns) {
			return nil, fault.New(fault.Invalid, "the row has more cells than there are headings; is a comma in a text that has no quotation marks?")
		}
		if in.columns[i] != "" {
			cells[in.columns[i]] = c
		}
	}
	if lat, lon := cells["lat"], cells["lon"]; lat != "" || lon != "" {
		cells["position"] = lat + "," + lon
	}
	delete(cells, "lat")
	delete(cells, "lon")
	return cells, nil
}

// begin finds the record that a row is about, or begins a new one.
func (in intake[T, P]) begin(ctx context.Context, tx *db.Tx, cells map[string]string) (draft[T], error) {
	d := draft[T]{scope: in.by.scope, actor: in.by.actor}
	id, err := in.about(ctx, tx, cells)
	if err != nil {
		return d, err
	}
	if id != "" {
		old, err := in.find(ctx, tx, ScopeAll(), id)
		if err == nil {
			return in.going(d, old)
		}
		if !fault.Is(err, fault.NotFound) {
			return d, err
		}
	}
	P(&d.x).defaults()
	P(&d.x).setHead(head{ID: orDefault(id, db.NewID())})
	return d, nil
}

// going is the change of a record that exists.
func (in intake[T, P]) going(d draft[T], old T) (draft[T], error) {
	h := P(&old).head()
	if !in.by.scope.Has(h.Centre) {
		return d, fault.InvalidFields("", []fault.Field{{Name: "id", Problem: "belongs to somebody else"}})
	}
	if h.Archived != nil {
		return d, fault.InvalidFields("", []fault.Field{{Name: "id", Problem: "is of one who is archived; restore that first"}})
	}
	d.old = &old
	x, err := in.copyOf(old)
	d.x = x
	return d, err
}

// about gives the id that a row names or, by what else it says, means.
func (in intake[T, P]) about(ctx context.Context, tx *db.Tx, cells map[string]string) (string, error) {
	if cells["id"] != "" || in.match == nil {
		return cells["id"], nil
	}
	var x T
	var ignored problems
	raw := in.fields(cells, nil, &ignored)
	reader := patch{noun: in.noun, creating: true}
	reader.assign(&x, raw, &ignored)
	P(&x).normalise(&ignored)
	return in.match(ctx, tx, x)
}

// fields gives the JSON of the cells that say something new.
func (in intake[T, P]) fields(cells map[string]string, old *T, bad *problems) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	for _, column := range slices.Sorted(maps.Keys(cells)) {
		cell := cells[column]
		if column == "id" || old != nil && cellOf(*old, column) == cell {
			continue
		}
		raw, problem := jsonOf(column, cell, in.sheet.excel)
		if problem != "" {
			bad.add(column, "%s", problem)
			continue
		}
		fields[column] = raw
	}
	return fields
}

func (r *Registry) sameDevice(ctx context.Context, tx *db.Tx, x Device) (string, error) {
	l := deviceLookupOf(x.Protocol, x.Identity)
	id, err := rowBy(ctx, tx, l.kind, r.vault.Blind(l.kind, l.text))
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return id, err
}

func (r *Registry) sameContact(ctx context.Context, tx *db.Tx, x Contact) (string, error) {
	all, err := r.ContactsTx(ctx, tx, x.Elder)
	if err != nil {
		return "", err
	}
	for _, k := range all {
		shares := slices.ContainsFunc(k.Phones, func(p string) bool { return slices.Contains(x.Phones, p) })
		if k.Name == x.Name && shares {
			return string(k.ID), nil
		}
	}
	return "", nil
}
