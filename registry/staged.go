package registry

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/words"
)

// The states of an import that was handed in.
const (
	ImportStaged   = "staged"   // waits for somebody to say what is to be done
	ImportChecking = "checking" // every row is tried, and nothing written
	ImportChecked  = "checked"
	ImportRunning  = "running"
	ImportDone     = "done"
	ImportFailed   = "failed" // Problem says why
)

// Staged is an import that was handed in.
type Staged struct {
	ID        string            `json:"id"`
	Kind      string            `json:"kind"`
	State     string            `json:"state"`
	Mapping   map[string]string `json:"mapping"`
	Mode      string            `json:"mode"`
	Existing  string            `json:"on_duplicate"`
	Done      int               `json:"done"`  // lines
	Total     int               `json:"total"` // lines, about
	Created   int               `json:"created"`
	Changed   int               `json:"changed"`
	Unchanged int               `json:"unchanged"`
	Skipped   int               `json:"skipped"`
	Refusals  int               `json:"refused_rows"`
	Refused   []RefusedRow      `json:"refused"` // the first of them
	Ignored   []string          `json:"ignored"`
	Problem   string            `json:"problem"`
	CreatedAt time.Time         `json:"created_at"`
	Preview
}

const (
	importKept   = 24 * time.Hour // how long a file, and the report on it, are kept
	importLease  = 30 * time.Second
	importPart   = 256 << 10
	importTable  = "imports"
	mostRefused  = 200    // rows that a report shows; the rest is in the file of refused rows
	mostRemarked = 50_000 // refused rows of which it is kept why
)

// kept is the sealed part of an import.
type kept struct {
	Order   ImportOrder
	All     bool
	Centres []CentreID
	ColumnLimits
	Ignored []string
	Problem string
}

// ColumnLimits are columns that whoever imports may not change at all, and those that they may give to a new record and,
// because they do not see them, not change in one that exists.
type ColumnLimits struct {
	Barred []string
	Hidden []string
}

func subjectOf(id string) string { return "import:" + id }

// StageImport takes in a file, sealed, piece by piece so that no alarm waits behind it, and shows what it looks like, within the
// limits of whoever hands it in.
func (r *Registry) StageImport(ctx context.Context, kind string, in io.Reader, limits ColumnLimits) (Staged, error) {
	o := ImportOrder{Kind: kind, Mode: ImportRows, Existing: ExistingChange, Mapping: map[string]string{}}
	if err := o.check(r.Columns(o.Kind)); err != nil {
		return Staged{}, err
	}
	row := stagedRow{id: db.NewID(), kind: kind, state: ImportStaged, centre: r.homeCentre(), actor: r.actor}
	plan := kept{Order: o, All: r.scope.all, Centres: r.scope.centres, ColumnLimits: limits}
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		if _, err := r.defaultCentre(ctx, tx); err != nil {
			return err
		}
		text, err := mappingOf(ctx, tx, row.centre, kind)
		if err == nil {
			err = json.Unmarshal([]byte(text), &plan.Order.Mapping)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return fmt.Errorf("read what headings mean: %w", err)
		}
		if err := r.sealPlan(ctx, tx, &row, plan); err != nil {
			return err
		}
		return insertImport(ctx, tx, row)
	})
	if err != nil {
		return Staged{}, err
	}
	if err = r.stageParts(ctx, row.id, in); err == nil {
		var s Staged
		if s, err = r.StagedImport(ctx, row.id); err == nil {
			return s, nil
		}
	}
	return Staged{}, errors.Join(err, r.dropImport(context.WithoutCancel(ctx), row.id))
}

// homeCentre is the centre whose headings are remembered.
func (r *Registry) homeCentre() CentreID {
	if len(r.scope.centres) > 0 {
		return r.scope.centres[0]
	}
	return ""
}

func (r *Registry) stageParts(ctx context.Context, id string, in io.Reader) error {
	buf := make([]byte, importPart)
	for n, size := 0, 0; ; n++ {
		got, err := io.ReadFull(in, buf)
		if size += got; size > maxSheetBytes {
			return fault.New(fault.Invalid, "the file is larger than %d MB; import it in parts", maxSheetBytes>>20)
		}
		if got > 0 {
			if err := r.stagePart(ctx, id, n, buf[:got]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, err, "the file could not be read to its end")
		}
	}
}

func (r *Registry) stagePart(ctx context.Context, id string, n int, part []byte) error {
	return r.db.Update(ctx, func(tx *db.Tx) error {
		key, err := r.vault.Key(ctx, tx, subjectOf(id))
		if err != nil {
			return fmt.Errorf("key of import %s: %w", id, err)
		}
		return insertPart(ctx, tx, id, n, key.Seal("import_parts", "part", partPlace(id, n), part))
	})
}

func partPlace(id string, n int) string { return id + "/" + strconv.Itoa(n) }

// upload reads a staged file again, piece by piece, each in a transaction of its own.
func (r *Registry) upload(ctx context.Context, id string) Source {
	return func() (io.ReadCloser, error) {
		return &partReader{load: func(n int) (part []byte, err error) {
			err = r.db.View(ctx, func(tx *db.Tx) error {
				cell, err := partOfImport(ctx, tx, id, n)
				if err != nil {
					return err
				}
				key, err := r.vault.Existing(ctx, tx, subjectOf(id))
				if err != nil {
					return fmt.Errorf("key of import %s: %w", id, err)
				}
				part, err = key.Open("import_parts", "part", partPlace(id, n), cell)
				return err
			})
			return part, err
		}}, nil
	}
}

// partReader puts the pieces of a staged file together.
type partReader struct {
	load func(n int) ([]byte, error) // NotFound behind the last
	n    int
	left []byte
}

// Close implements io.Closer.
func (p *partReader) Close() error { return nil }

// Read implements io.Reader.
func (p *partReader) Read(to []byte) (int, error) {
	for len(p.left) == 0 {
		part, err := p.load(p.n)
		if fault.Is(err, fault.NotFound) {
			return 0, io.EOF
		}
		if err != nil {
			return 0, err
		}
		p.n, p.left = p.n+1, part
	}
	n := copy(to, p.left)
	p.left = p.left[n:]
	return n, nil
}

func (r *Registry) sealPlan(ctx context.Context, tx *db.Tx, row *stagedRow, plan kept) error {
	key, err := r.vault.Key(ctx, tx, subjectOf(row.id))
	if err != nil {
		return fmt.Errorf("key of import %s: %w", row.id, err)
	}
	row.cell, err = key.SealJSON(importTable, recordColumn, row.id, plan)
	return err
}

func (r *Registry) openPlan(ctx context.Context, tx *db.Tx, row stagedRow) (plan kept, err error) {
	key, err := r.vault.Existing(ctx, tx, subjectOf(row.id))
	if err != nil {
		return plan, fmt.Errorf("key of import %s: %w", row.id, err)
	}
	err = key.OpenJSON(importTable, recordColumn, row.id, row.cell, &plan)
	return plan, err
}

// own gives an import of whoever asks; that of somebody else is not there.
func (r *Registry) own(ctx context.Context, tx *db.Tx, id string) (row stagedRow, plan kept, err error) {
	row, err = importBy(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && row.actor != r.actor {
		return row, plan, fault.New(fault.NotFound, "there is no such import")
	}
	if err != nil {
		return row, plan, err
	}
	plan, err = r.openPlan(ctx, tx, row)
	return row, plan, err
}

// StagedImport tells how far an import is, and while it waits, what the file looks like.
func (r *Registry) StagedImport(ctx context.Context, id string) (s Staged, err error) {
	var row stagedRow
	var plan kept
	var refused []RefusedRow
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		if row, plan, err = r.own(ctx, tx, id); err != nil {
			return err
		}
		refused, err = r.refusedRows(ctx, tx, id, 0)
		return err
	})
	if err != nil {
		return s, err
	}
	s = stagedOf(row, plan)
	s.Refused = refused
	if row.state == ImportStaged || row.state == ImportChecked {
		s.Preview, err = r.PreviewImport(ctx, r.orderOf(ctx, row, plan))
	}
	return s, err
}

func stagedOf(row stagedRow, plan kept) Staged {
	return Staged{ID: row.id, Kind: row.kind, State: row.state, Mapping: plan.Order.Mapping, Mode: plan.Order.Mode, Existing: plan.Order.Existing,
		Done: int(row.atLine), Total: row.total, Created: row.report.Created, Changed: row.report.Changed, Unchanged: row.report.Unchanged,
		Skipped: row.report.Skipped, Refusals: row.refused, Refused: []RefusedRow{}, Ignored: append([]string{}, plan.Ignored...), Problem: plan.Problem,
		CreatedAt: row.created, Preview: Preview{Sheets: []string{}, Columns: []PreviewColumn{}, Fields: []string{}, Preview: []PreviewRow{}}}
}

// StagedImports lists the imports of whoever asks, newest first.
func (r *Registry) StagedImports(ctx context.Context) (all []Staged, err error) {
	all = []Staged{}
	err = r.db.View(ctx, func(tx *db.Tx) error {
		rows, err := importsOf(ctx, tx, r.actor)
		if err != nil {
			return err
		}
		for _, row := range rows {
			plan, err := r.openPlan(ctx, tx, row)
			if err != nil {
				return err
			}
			all = append(all, stagedOf(row, plan))
		}
		return nil
	})
	return all, err
}

// orderOf is what the worker, or a preview, does with a staged file.
func (r *Registry) orderOf(ctx context.Context, row stagedRow, plan kept) ImportOrder {
	o := plan.Order
	o.File = r.upload(ctx, row.id)
	o.May = func(column string) bool { return !slices.Contains(plan.Barred, column) }
	o.Sees = func(column string) bool { return !slices.Contains(plan.Hidden, column) }
	return o
}

// ImportChange is what somebody says of an import that waits; nil leaves it as it is.
type ImportChange struct {
	Mapping  *map[string]string `json:"mapping"`
	Mode     *string            `json:"mode"`
	Existing *string            `json:"on_duplicate"`
	Encoding *string            `json:"encoding"`
	Sheet    *string            `json:"sheet"`
}

// ChangeImport says how a file is to be read and what is to be done with it; what the headings mean is remembered.
func (r *Registry) ChangeImport(ctx context.Context, id string, c ImportChange) (Staged, error) {
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		row, plan, err := r.own(ctx, tx, id)
		if err != nil {
			return err
		}
		o := &plan.Order
		setIf(&o.Mapping, c.Mapping)
		setIf(&o.Mode, c.Mode)
		setIf(&o.Existing, c.Existing)
		setIf(&o.Encoding, c.Encoding)
		setIf(&o.Sheet, c.Sheet)
		if err := o.check(r.Columns(o.Kind)); err != nil {
			return err
		}
		row.state, plan.Problem, plan.Ignored = ImportStaged, "", nil
		return r.say(ctx, tx, row, plan)
	})
	if err != nil {
		return Staged{}, err
	}
	return r.StagedImport(ctx, id)
}

func setIf[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// say writes a new state of an import that nobody works on.
func (r *Registry) say(ctx context.Context, tx *db.Tx, row stagedRow, plan kept) error {
	if err := r.sealPlan(ctx, tx, &row, plan); err != nil {
		return err
	}
	if err := clearRefused(ctx, tx, row.id); err != nil {
		return err
	}
	return setImport(ctx, tx, row, ImportStaged, ImportChecked, ImportFailed)
}

// CheckImport has every row tried, with nothing written.
func (r *Registry) CheckImport(ctx context.Context, id string, limits ColumnLimits) (Staged, error) {
	return r.begin(ctx, id, limits, ImportChecking)
}

// RunImport has the file taken in.
func (r *Registry) RunImport(ctx context.Context, id string, limits ColumnLimits) (Staged, error) {
	return r.begin(ctx, id, limits, ImportRunning)
}

func (r *Registry) begin(ctx context.Context, id string, limits ColumnLimits, state string) (Staged, error) {
	var s Staged
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		row, plan, err := r.own(ctx, tx, id)
		if err != nil {
			return err
		}
		row.state = state
		plan.All, plan.Centres, plan.ColumnLimits, plan.Problem = r.scope.all, r.scope.centres, limits, ""
		text, err := json.Marshal(plan.Order.Mapping)
		if err != nil {
			return fmt.Errorf("write what headings mean: %w", err)
		}
		if err := setMapping(ctx, tx, row.centre, row.kind, string(text)); err != nil {
			return fmt.Errorf("remember what headings mean: %w", err)
		}
		row.report, row.refused, row.atLine = Report{}, 0, 0
		s = stagedOf(row, plan)
		tx.AfterCommit(r.imports.poke)
		return r.say(ctx, tx, row, plan)
	})
	return s, err
}

// DropImport deletes a staged file and the report on it. What was taken in stays.
func (r *Registry) DropImport(ctx context.Context, id string) error {
	err := r.db.View(ctx, func(tx *db.Tx) error {
		row, _, err := r.own(ctx, tx, id)
		if err == nil && (row.state == ImportRunning || row.state == ImportChecking) {
			return fault.New(fault.Conflict, "the import is being worked on, or is done")
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.dropImport(ctx, id)
}

func (c *core) dropImport(ctx context.Context, id string) error {
	return c.db.Update(ctx, func(tx *db.Tx) error {
		if err := deleteImport(ctx, tx, id); err != nil {
			return err
		}
		return c.vault.Shred(ctx, tx, subjectOf(id))
	})
}

// refusedRows opens what was refused, behind a line.
func (r *Registry) refusedRows(ctx context.Context, tx *db.Tx, id string, after int) ([]RefusedRow, error) {
	cells, lines, err := refusedOf(ctx, tx, id, after, mostRefused)
	if err != nil || len(cells) == 0 {
		return []RefusedRow{}, err
	}
	key, err := r.vault.Existing(ctx, tx, subjectOf(id))
	if err != nil {
		return nil, fmt.Errorf("key of import %s: %w", id, err)
	}
	all := make([]RefusedRow, len(cells))
	for i, cell := range cells {
		if err := key.OpenJSON("import_refused", "cell", partPlace(id, lines[i]), cell, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// WriteRefused writes the refused rows as CSV: line, field and reason in a language, and the row as it was, so that it can be mended and
// sent again.
func (r *Registry) WriteRefused(ctx context.Context, id, lang string, w io.Writer) error {
	var row stagedRow
	var plan kept
	err := r.db.View(ctx, func(tx *db.Tx) (err error) {
		row, plan, err = r.own(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	o := r.orderOf(ctx, row, plan)
	return guarded(func() error {
		s, err := openSheet(o.File, choice{o.Encoding, o.Sheet})
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return fmt.Errorf("write refused rows: %w", err)
		}
		return (&refusedFile{r: r, id: id, lang: lang, out: csv.NewWriter(w)}).write(ctx, s)
	})
}

// refusedFile is the file of refused rows being written.
type refusedFile struct {
	r        *Registry
	id, lang string
	out      *csv.Writer
	next     []RefusedRow
}

// write goes through the file that was handed in and takes the rows that were refused.
func (f *refusedFile) write(ctx context.Context, s sheet) error {
	if err := f.more(ctx, 0); err != nil {
		return err
	}
	head := []string{words.T(f.lang, "import.line", nil), words.T(f.lang, "import.field", nil), words.T(f.lang, "import.reason", nil)}
	for l := range s.lines {
		cells := head
		if head == nil {
			var err error
			if cells, err = f.said(ctx, l.number); err != nil {
				return err
			}
		}
		if cells == nil {
			continue
		}
		head = nil
		for _, c := range l.cells {
			cells = append(cells, escape(unescape(c)))
		}
		if err := f.out.Write(cells); err != nil {
			return fmt.Errorf("write refused rows: %w", err)
		}
	}
	f.out.Flush()
	return f.out.Error()
}

// said gives what is said of a line, if it was refused.
func (f *refusedFile) said(ctx context.Context, number int) (cells []string, err error) {
	if len(f.next) == 0 || f.next[0].Line != number {
		return nil, nil
	}
	bad := f.next[0].In(f.lang)
	if f.next = f.next[1:]; len(f.next) == 0 {
		err = f.more(ctx, number)
	}
	return []string{strconv.Itoa(bad.Line), bad.Field, bad.Reason}, err
}

// more reads the refused rows behind a line.
func (f *refusedFile) more(ctx context.Context, after int) error {
	return f.r.db.View(ctx, func(tx *db.Tx) (err error) {
		f.next, err = f.r.refusedRows(ctx, tx, f.id, after)
		return err
	})
}

// actorOf is for whom the worker does an import.
func (c *core) actorOf(row stagedRow, plan kept) *Registry {
	return &Registry{core: c, scope: Scope{all: plan.All, centres: plan.Centres}, actor: row.actor}
}

// auditOf is what the log says of an import that has ended.
func auditOf(row stagedRow, dry bool) audit.Entry {
	action := "import.done"
	if dry {
		action = "import.checked"
	}
	return audit.Entry{Actor: row.actor, Action: action, Resource: strings.TrimSuffix(row.kind, "s"), ID: row.id, Centre: string(row.centre),
		Data: map[string]any{"state": row.state, "created": row.report.Created, "changed": row.report.Changed, "unchanged": row.report.Unchanged,
			"skipped": row.report.Skipped, "refused": row.refused}}
}
