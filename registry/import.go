package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/words"
)

// Report tells what an import did.
type Report struct {
	Created   int          `json:"created"`
	Changed   int          `json:"changed"`
	Unchanged int          `json:"unchanged"` // were there already, and the same
	Skipped   int          `json:"skipped"`   // were there already, and were to be left alone
	Refused   []RefusedRow `json:"refused"`
	Unlisted  int          `json:"unlisted"` // more that were refused: nobody reads so many reasons
	Ignored   []string     `json:"ignored"`  // headings that are no column of this kind
}

// RefusedRow is a row of which nothing was taken in, and why. It holds nothing of what the row said.
type RefusedRow struct {
	Line     int           `json:"line"`
	Field    string        `json:"field"` // the wrong fields, separated by commas
	Reason   string        `json:"reason"`
	Problems []fault.Field `json:"problems"` // the same, field by field
}

// In gives the reason in a language.
func (r RefusedRow) In(lang string) RefusedRow {
	if len(r.Problems) == 0 {
		r.Reason = words.Sentence(lang, r.Reason)
		return r
	}
	own := make([]fault.Field, len(r.Problems))
	var reasons []string
	for i, f := range r.Problems {
		own[i] = fault.Field{Name: f.Name, Problem: words.Problem(lang, f), Key: f.Key}
		reasons = append(reasons, f.Name+" "+own[i].Problem)
	}
	r.Problems, r.Reason = own, strings.Join(reasons, "; ")
	return r
}

// importBatch is how many rows share a transaction: few enough that an alarm behind them waits
// some milliseconds.
const importBatch = 20

// mostAtOnce is how many rows can be taken in by one transaction, behind which every alarm waits.
const mostAtOnce = 2000

// The modes of an import.
const (
	ImportRows = "rows" // the good rows go in, whatever the others are
	ImportFile = "file" // nothing goes in unless everything can
)

// What an import does with a row about a record that is there.
const (
	ExistingChange = "change"
	ExistingSkip   = "skip"
	ExistingRefuse = "refuse"
)

// ImportOrder says what is to be imported, and how. Empty: rows, change, and what can be found out of the file.
type ImportOrder struct {
	Kind     string            `json:"kind"`
	Mapping  map[string]string `json:"mapping"` // heading → column; empty leaves it out. A heading that is not named means what it says
	Mode     string            `json:"mode"`
	Existing string            `json:"on_duplicate"`
	Encoding string            `json:"encoding"`
	Sheet    string            `json:"sheet"`

	File     Source                   `json:"-"`
	Dry      bool                     `json:"-"` // only say what would be done
	Progress func(done, total int)    `json:"-"`
	May      func(column string) bool `json:"-"` // which columns whoever imports may change; nil: all
	Sees     func(column string) bool `json:"-"` // which they see of a record that exists; nil: all
}

func (o ImportOrder) check(all []string) error {
	var c problems
	c.oneOf("kind", o.Kind, Elders, Contacts, Devices, Helpers, Providers)
	c.oneOf("mode", o.Mode, "", ImportRows, ImportFile)
	c.oneOf("on_duplicate", o.Existing, "", ExistingChange, ExistingSkip, ExistingRefuse)
	for heading, column := range o.Mapping {
		if column != "" && column != "lat" && column != "lon" && !slices.Contains(all, column) {
			c.add("mapping", "names a column that there is not")
		}
		if len(heading) > maxLine {
			c.add("mapping", "names a heading that is too long")
		}
	}
	c.settle()
	return c.err("import")
}

// Import takes in a spreadsheet that can be read once; see ImportFile.
func (r *Registry) Import(ctx context.Context, kind string, in io.Reader, name string, progress func(done, total int)) (Report, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxSheetBytes+1))
	if err != nil {
		return Report{}, fmt.Errorf("read %s: %w", name, err)
	}
	return r.ImportFile(ctx, ImportOrder{Kind: kind, File: Bytes(data), Progress: progress})
}

// ImportFile takes in a spreadsheet of elders, contacts, devices, helpers or providers: CSV (UTF-8, GB18030 or UTF-16) or XLSX,
// with a line of headings. A row is taken in whole or refused whole. A row with a known id changes that record – a device
// also by its identity, a contact by elder, name and a number – and in it only what the row says: an empty
// cell changes nothing. The error is Invalid when the file as a whole cannot be read.
func (r *Registry) ImportFile(ctx context.Context, o ImportOrder) (Report, error) {
	report, err := r.importWith(ctx, o, keeping{})
	if err != nil || r.audit == nil {
		return report, err
	}
	row := stagedRow{kind: o.Kind, state: ImportDone, centre: r.homeCentre(), actor: r.actor, report: report, refused: report.Refusals()}
	return report, r.audit.Add(ctx, auditOf(row, o.Dry))
}

// keeping is how an import that others can watch writes down how far it is.
type keeping struct {
	after int // rows up to this line are done
	// keep notes what was done up to a line, in the transaction in which it is done.
	keep func(ctx context.Context, tx *db.Tx, part Report, upTo int) error
}

func (r *Registry) importWith(ctx context.Context, o ImportOrder, k keeping) (report Report, err error) {
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	report = Report{Refused: []RefusedRow{}, Ignored: []string{}}
	if err := o.check(r.Columns(o.Kind)); err != nil {
		return report, err
	}
	err = guarded(func() error {
		s, err := openSheet(o.File, choice{o.Encoding, o.Sheet})
		if err != nil {
			return err
		}
		taker, err := r.taker(o, s, k)
		if err != nil {
			return err
		}
		report, err = taker.run(ctx)
		return err
	})
	return report, err
}

// taker is an intake of any kind.
type taker interface {
	run(ctx context.Context) (Report, error)
	preview(ctx context.Context, rows int) (Preview, error)
}

func (r *Registry) taker(o ImportOrder, s sheet, k keeping) (taker, error) {
	w := work{by: r, ImportOrder: o, sheet: s, keeping: k, own: r.ownFieldsOf(o.Kind)}
	switch o.Kind {
	case Elders:
		return &intake[Elder, *Elder]{shelf: r.elders, work: w}, nil
	case Contacts:
		return &intake[Contact, *Contact]{shelf: r.contacts, work: w, match: r.sameContact}, nil
	case Devices:
		return &intake[Device, *Device]{shelf: r.devices, work: w, match: r.sameDevice}, nil
	case Helpers:
		return &intake[Helper, *Helper]{shelf: r.helpers, work: w}, nil
	case Providers:
		return &intake[Provider, *Provider]{shelf: r.providers, work: w}, nil
	}
	return nil, unknownKind()
}

func unknownKind() error {
	return fault.New(fault.Invalid, "what can be imported and exported is %s", strings.Join([]string{Elders, Contacts, Devices, Helpers, Providers}, ", "))
}

// work is an import of any kind under way.
type work struct {
	ImportOrder
	keeping
	by      *Registry
	sheet   sheet
	columns []string // of the file, "" for those ignored
	own     map[string]CustomField
	whole   bool // nothing is kept when a row is refused
	seen    map[lookup]claim
}

// claim is a row of the file that has something that only one record may have.
type claim struct {
	id   string
	line int
}

// intake is one import of a kind under way.
type intake[T any, P record[T]] struct {
	*shelf[T, P]
	work
	// match finds the record that a row without an id is about; empty when there is none.
	match func(ctx context.Context, tx *db.Tx, x T) (id string, err error)
}

// run takes in the file, in the way that its order says.
func (in *intake[T, P]) run(ctx context.Context) (Report, error) {
	if in.Mode != ImportFile || in.Dry || in.after > 0 {
		return in.pass(ctx)
	}
	check := *in
	check.Dry = true
	report, err := check.pass(ctx)
	if err != nil || len(report.Refused) > 0 {
		return Report{Refused: report.Refused, Ignored: report.Ignored}, err
	}
	if report.rows() <= mostAtOnce {
		in.whole = true
	}
	return in.pass(ctx)
}

func (r Report) rows() int {
	return r.Created + r.Changed + r.Unchanged + r.Skipped + r.Refusals()
}

// pass reads the file once and takes in what it says, batch by batch.
func (in *intake[T, P]) pass(ctx context.Context) (Report, error) {
	report := Report{Refused: []RefusedRow{}, Ignored: []string{}}
	size := importBatch
	if in.whole {
		size = mostAtOnce
	}
	in.columns, in.seen = nil, map[lookup]claim{}
	var batch []line
	for l := range in.sheet.lines {
		if in.columns == nil {
			var err error
			if report.Ignored, err = in.headings(l); err != nil {
				return report, err
			}
			continue
		}
		if l.number <= in.after {
			continue
		}
		batch = append(batch, l)
		if len(batch) < size {
			continue
		}
		if err := in.take(ctx, batch, &report); err != nil {
			return report, err
		}
		in.Progress(l.number, max(in.sheet.total, l.number))
		batch = batch[:0]
	}
	if in.columns == nil {
		return report, fault.New(fault.Invalid, "the file is empty; its first line must be the headings")
	}
	err := in.take(ctx, batch, &report)
	in.Progress(in.sheet.total, in.sheet.total)
	return report, err
}

// headings finds the column of each heading. A file without a column that is needed is refused as a whole:
// every one of its rows would be.
func (w *work) headings(l line) (ignored []string, err error) {
	_, needed := columnsOf(w.Kind)
	all := w.by.Columns(w.Kind)
	var columns []string
	var wrong []fault.Field
	ignored = []string{}
	if len(l.cells) > maxColumns {
		return nil, fault.New(fault.Invalid, "the file has more than %d columns", maxColumns)
	}
	for _, h := range l.cells {
		h = tidy(h)
		c := w.columnOf(h, all)
		switch {
		case c != "" && slices.Contains(columns, c):
			return nil, fault.New(fault.Invalid, "two headings mean the column %s", c)
		case c != "" && w.May != nil && !w.May(c):
			wrong = append(wrong, fault.Field{Name: c, Problem: "is a field that you may not change; leave this column out"})
		case c == "" && h != "":
			ignored = append(ignored, h)
		}
		columns = append(columns, c)
	}
	for _, n := range needed {
		if !slices.Contains(columns, n) {
			wrong = append(wrong, fault.Field{Name: n, Problem: "is a column that must be there"})
		}
	}
	if len(wrong) > 0 {
		return nil, fault.InvalidFields("the first line must be the headings, of "+strings.Join(all, ", "), wrong)
	}
	w.columns = columns
	return ignored, nil
}

// columnOf is what a heading was said to mean, else what it says.
func (w *work) columnOf(heading string, all []string) string {
	if c, said := w.Mapping[heading]; said {
		return c
	}
	if c := columnNamed(heading, all); c != "" {
		return c
	}
	return columnMeant(heading, w.own)
}

// take takes in a batch in one transaction. When something in it cannot be done after a row
// has begun to be written, each row gets a transaction of its own – unless all rows are to go in together.
func (in *intake[T, P]) take(ctx context.Context, batch []line, report *Report) error {
	if len(batch) == 0 {
		return nil
	}
	together, err := in.attempt(ctx, batch)
	if err == nil || in.whole && errors.Is(err, errRefused) {
		report.add(together)
		return nil
	}
	if fault.Is(err, fault.Retry) || fault.Is(err, fault.Internal) || in.whole {
		return fmt.Errorf("import lines %d to %d: %w", batch[0].number, batch[len(batch)-1].number, err)
	}
	for i := range batch {
		alone, err := in.attempt(ctx, batch[i:i+1])
		if fault.Is(err, fault.Retry) || fault.Is(err, fault.Internal) {
			return fmt.Errorf("import line %d: %w", batch[i].number, err)
		}
		if err != nil {
			alone = Report{Refused: []RefusedRow{refused(batch[i].number, err)}}
			if err := in.noted(ctx, alone, batch[i].number); err != nil {
				return err
			}
		}
		report.add(alone)
	}
	return nil
}

func (r *Report) add(o Report) {
	r.Created, r.Changed, r.Unchanged, r.Skipped = r.Created+o.Created, r.Changed+o.Changed, r.Unchanged+o.Unchanged, r.Skipped+o.Skipped
	room := mostRemarked - len(r.Refused)
	r.Refused = append(r.Refused, o.Refused[:min(len(o.Refused), room)]...)
	r.Unlisted += o.Unlisted + max(0, len(o.Refused)-room)
}

// Refusals is how many rows were refused.
func (r Report) Refusals() int { return len(r.Refused) + r.Unlisted }

// errDry takes a transaction back that was only to show what would be done, errRefused one of which all or nothing is wanted.
var (
	errDry     = errors.New("only a look at what would be done")
	errRefused = errors.New("a row was refused, and so is the file")
)

func (in *intake[T, P]) attempt(ctx context.Context, batch []line) (Report, error) {
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
		switch {
		case in.Dry:
			return errDry
		case in.whole && len(report.Refused) > 0:
			report = Report{Refused: report.Refused}
			return errRefused
		case in.keep == nil:
			return nil
		}
		return in.keep(ctx, tx, report, batch[len(batch)-1].number)
	})
	if errors.Is(err, errDry) {
		err = nil
	}
	return report, err
}

// noted writes down a row whose own transaction was taken back.
func (in *intake[T, P]) noted(ctx context.Context, part Report, upTo int) error {
	if in.keep == nil || in.Dry {
		return nil
	}
	return in.db.Update(ctx, func(tx *db.Tx) error { return in.keep(ctx, tx, part, upTo) })
}

func refused(number int, err error) RefusedRow {
	row := RefusedRow{Line: number, Reason: fault.MessageOf(err), Problems: []fault.Field{}}
	var names, reasons []string
	for _, f := range fault.FieldsOf(err) {
		row.Problems = append(row.Problems, words.Explained(f))
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
func (in *intake[T, P]) row(ctx context.Context, tx *db.Tx, l line, report *Report) error {
	cells, err := in.cells(l)
	if err != nil {
		return err
	}
	d, err := in.begin(ctx, tx, cells)
	if err != nil {
		return err
	}
	switch {
	case d.old != nil && in.Existing == ExistingSkip:
		report.Skipped++
		return nil
	case d.old != nil && in.Existing == ExistingRefuse:
		return fault.InvalidFields("", []fault.Field{{Name: "id", Problem: "is there already"}})
	}
	if d.old != nil {
		in.hides(cells, &d.bad)
	}
	fields := in.fields(cells, d.old, &d.bad)
	assign := patch{noun: in.noun, creating: true}
	assign.assign(&d.x, fields, &d.bad)
	d.bad.settle()
	in.prepare(&d)
	in.once(&d, l.number)
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

// once refuses, in a look at what would be done, what another row of the file would have taken.
func (in *intake[T, P]) once(d *draft[T], number int) {
	if !in.Dry {
		return
	}
	id := P(&d.x).head().ID
	for _, l := range P(&d.x).lookups() {
		i := slices.IndexFunc(in.leads, func(x lead) bool { return x.kind == l.kind && x.unique != "" })
		if i < 0 {
			continue
		}
		if was, known := in.seen[l]; known && was.id != id {
			d.bad.add(in.leads[i].unique, "is the same as in line %d", was.line)
			continue
		}
		in.seen[l] = claim{id, number}
	}
}

// cells gives what a row says, by column, without the empty cells.
func (in *intake[T, P]) cells(l line) (map[string]string, error) {
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
func (in *intake[T, P]) begin(ctx context.Context, tx *db.Tx, cells map[string]string) (draft[T], error) {
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
func (in *intake[T, P]) going(d draft[T], old T) (draft[T], error) {
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
func (in *intake[T, P]) about(ctx context.Context, tx *db.Tx, cells map[string]string) (string, error) {
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
func (in *intake[T, P]) fields(cells map[string]string, old *T, bad *problems) map[string]json.RawMessage {
	fields := map[string]json.RawMessage{}
	for _, column := range slices.Sorted(maps.Keys(cells)) {
		cell := cells[column]
		if _, own := in.own[column]; own || column == "id" || old != nil && cellOf(*old, column) == cell {
			continue
		}
		raw, problem := jsonOf(column, cell, in.sheet.excel)
		if problem != "" {
			bad.add(column, "%s", problem)
			continue
		}
		fields[column] = raw
	}
	var was Custom
	if old != nil {
		was = customOfRecord(*old)
	}
	if raw := customCells(cells, in.own, was, bad); raw != nil {
		fields["custom"] = raw
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
