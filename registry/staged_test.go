package registry

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
)

func clerk() audit.Actor { return audit.Actor{Kind: audit.Operator, ID: "o1"} }

// mustWork lets the worker do all that waits, and gives the import.
func (h *house) mustWork(t testing.TB, id string) Staged {
	t.Helper()
	for did := 1; did > 0; {
		n, _, err := h.Imports().Step(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		did = n
	}
	return must[Staged](t)(h.As(clerk()).StagedImport(t.Context(), id))
}

func (h *house) mustStage(t testing.TB, kind, text string) Staged {
	t.Helper()
	return must[Staged](t)(h.As(clerk()).StageImport(t.Context(), kind, strings.NewReader(text), ColumnLimits{}))
}

func (s Staged) counts() string {
	return fmt.Sprintf("%s: %d created, %d changed, %d unchanged, %d skipped, %d refused", s.State, s.Created, s.Changed, s.Unchanged, s.Skipped, s.Refusals)
}

func TestAStagedImportFromHandingInToTheReport(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx, me := t.Context(), h.As(clerk())
		s := h.mustStage(t, Elders, "姓名,尊称,备忘\n张秀英,19900001234,x\n王伟,110,y\n,19900001235,\n")
		if s.State != ImportStaged || s.Encoding != EncodingUTF8 || s.Rows != 3 || len(s.Preview.Preview) != 3 || s.Columns[1].Field != nil || s.Columns[1].Samples[0] != "19900001234" {
			t.Fatalf("handed in: %+v", s)
		}
		mapping := map[string]string{"尊称": "phones", "备忘": ""}
		s = must[Staged](t)(me.ChangeImport(ctx, s.ID, ImportChange{Mapping: &mapping}))
		if len(s.Preview.Preview[1].Problems) != 1 || s.Preview.Preview[1].Problems[0].Name != "phones" || len(s.Preview.Preview[0].Problems) != 0 {
			t.Fatalf("preview: %+v", s.Preview.Preview)
		}
		must[Staged](t)(me.CheckImport(ctx, s.ID, ColumnLimits{}))
		_, err := me.ChangeImport(ctx, s.ID, ImportChange{})
		wantKind(t, "a change while it is checked", err, fault.Conflict)
		if s = h.mustWork(t, s.ID); s.counts() != "checked: 1 created, 0 changed, 0 unchanged, 0 skipped, 2 refused" {
			t.Errorf("checked: %s", s.counts())
		}
		if page := must[Page[Elder]](t)(h.ListElders(ctx, ScopeAll(), Query{})); len(page.Items) != 0 {
			t.Error("a check has written something")
		}
		must[Staged](t)(me.RunImport(ctx, s.ID, ColumnLimits{}))
		if s = h.mustWork(t, s.ID); s.counts() != "done: 1 created, 0 changed, 0 unchanged, 0 skipped, 2 refused" || len(s.Refused) != 2 {
			t.Errorf("done: %s %s", s.counts(), s.Problem)
		}
		var out bytes.Buffer
		if err := me.WriteRefused(ctx, s.ID, "zh", &out); err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"行号,字段,原因,姓名,尊称,备忘", "3,phones,", "王伟,110,y", "4,name,"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("the refused rows lack %q:\n%s", want, out.String())
			}
		}
		next := h.mustStage(t, Elders, "姓名,尊称\n李四,19900001299\n")
		if f := next.Columns[1].Field; f == nil || *f != "phones" {
			t.Error("what a heading means was forgotten")
		}
		_, err = h.As(audit.Actor{Kind: audit.Operator, ID: "o2"}).StagedImport(ctx, s.ID)
		wantKind(t, "somebody else's import", err, fault.NotFound)
		if err := me.DropImport(ctx, next.ID); err != nil {
			t.Fatal(err)
		}
		h.clock.Advance(importKept + time.Second)
		if _, _, err := h.Imports().Step(ctx); err != nil {
			t.Fatal(err)
		}
		if all := must[[]Staged](t)(me.StagedImports(ctx)); len(all) != 0 {
			t.Errorf("after a day there are still %d imports", len(all))
		}
	})
}

func TestModesOfAnImport(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		run := func(text string, c ImportChange, barred ...string) Staged {
			s := h.mustStage(t, Elders, text)
			must[Staged](t)(h.As(clerk()).ChangeImport(ctx, s.ID, c))
			must[Staged](t)(h.As(clerk()).RunImport(ctx, s.ID, ColumnLimits{Barred: barred}))
			return h.mustWork(t, s.ID)
		}
		file, skip, refuse := ImportFile, ExistingSkip, ExistingRefuse
		s := run("id,name,id_number\nE7,甲,\nE8,乙,bad\n", ImportChange{Mode: &file})
		if s.State != ImportFailed || s.Refusals != 1 || s.Problem == "" {
			t.Errorf("a file with a bad row: %s %q", s.counts(), s.Problem)
		}
		_, err := h.Elder(ctx, "E7")
		wantKind(t, "a good row of a refused file", err, fault.NotFound)
		if s = run("id,name\nE7,甲\nE8,乙\n", ImportChange{Mode: &file}); s.counts() != "done: 2 created, 0 changed, 0 unchanged, 0 skipped, 0 refused" {
			t.Errorf("a good file: %s %s", s.counts(), s.Problem)
		}
		if s = run("id,name\nE1,new\nE9,丙\n", ImportChange{Existing: &skip}); s.counts() != "done: 1 created, 0 changed, 0 unchanged, 1 skipped, 0 refused" {
			t.Errorf("skip: %s", s.counts())
		}
		if s = run("id,name\nE1,new\n", ImportChange{Existing: &refuse}); s.counts() != "done: 0 created, 0 changed, 0 unchanged, 0 skipped, 1 refused" {
			t.Errorf("refuse: %s", s.counts())
		}
		if s = run("id,name,access\nE10,x,4711\n", ImportChange{}, "access"); s.State != ImportFailed || !strings.Contains(s.Problem, "access") {
			t.Errorf("a column that may not be changed: %s %q", s.counts(), s.Problem)
		}
		if e := must[Elder](t)(h.Elder(ctx, "E1")); e.Name != "张秀英" {
			t.Error("one who was to be left alone was changed")
		}
	})
}

// TestAnImportGoesOnAfterItsProgramDied stops the worker in the middle, as a kill does: what a batch has done is noted
// in its own transaction, so another worker does the rest and nothing twice.
func TestAnImportGoesOnAfterItsProgramDied(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var text strings.Builder
		text.WriteString("name,phones\n")
		for i := range 4*importBatch + 7 {
			fmt.Fprintf(&text, "老人%d,199%08d\n", i, i)
		}
		s := h.mustStage(t, Elders, text.String())
		must[Staged](t)(h.As(clerk()).RunImport(t.Context(), s.ID, ColumnLimits{}))
		dying := h.mustOpen(t)
		var row stagedRow
		h.update(t, func(tx *db.Tx) (err error) {
			row, err = claimImport(t.Context(), tx, tx.Now(), tx.Now().Add(importLease))
			return err
		})
		j := &job{Importer: dying.Imports(), row: row}
		plan := kept{}
		h.view(t, func(tx *db.Tx) (err error) {
			plan, err = dying.openPlan(t.Context(), tx, row)
			return err
		})
		ctx, kill := context.WithCancel(t.Context())
		batches := 0
		_, err := dying.importWith(ctx, dying.orderOf(ctx, row, plan), keeping{keep: func(ctx context.Context, tx *db.Tx, part Report, upTo int) error {
			if batches++; batches == 3 {
				kill()
			}
			return j.keep(ctx, tx, part, upTo)
		}})
		if err == nil {
			t.Fatal("the worker did not die")
		}
		mid := must[Staged](t)(h.As(clerk()).StagedImport(t.Context(), s.ID))
		there := len(must[Page[Elder]](t)(h.ListElders(t.Context(), ScopeAll(), Query{Limit: 500})).Items)
		if mid.State != ImportRunning || mid.Created == 0 || mid.Created != there {
			t.Errorf("in the middle: %s, %d are there", mid.counts(), there)
		}
		if did, _, err := h.Imports().Step(t.Context()); did != 0 || err != nil {
			t.Errorf("another took the import up while its lease held: %d %v", did, err)
		}
		h.update(t, func(tx *db.Tx) error { // as when its time has passed
			_, err := tx.Exec(t.Context(), `UPDATE imports SET lease_until = 0`)
			return err
		})
		if s = h.mustWork(t, s.ID); s.State != ImportDone || s.Created != 4*importBatch+7 {
			t.Errorf("at the end: %s", s.counts())
		}
		if got := h.count(t); got != 4*importBatch+7 {
			t.Errorf("%d elders are there", got)
		}
		if err := dying.db.Update(t.Context(), func(tx *db.Tx) error { return j.keep(t.Context(), tx, Report{Created: 1}, 9) }); !fault.Is(err, fault.Conflict) {
			t.Errorf("who has lost the lease still writes: %v", err)
		}
	})
}

func (h *house) count(t testing.TB) (n int) {
	t.Helper()
	h.view(t, func(tx *db.Tx) (err error) {
		n, err = h.elders.count(t.Context(), tx, condition{}, 1_000_000)
		return err
	})
	return n
}

// brokenRows are 10 kinds of broken rows, and where in the file they stand.
func brokenRows(rows int) (text string, broken []int) {
	kinds := []func(n int) string{
		func(n int) string { return fmt.Sprintf("B%d,,女,1944-03-05,19900001234,富强路%d号,1", n, n) },   // no name
		func(n int) string { return fmt.Sprintf("B%d,张三,妖,1944-03-05,19900001234,富强路%d号,1", n, n) }, // no such sex
		func(n int) string { return fmt.Sprintf("B%d,张三,女,2944-03-05,19900001234,富强路%d号,1", n, n) }, // born in the future
		func(n int) string { return fmt.Sprintf("B%d,张三,女,1944-03-05,12,富强路%d号,1", n, n) },          // no number
		func(n int) string {
			return fmt.Sprintf("B%d,\"张三,女,1944-03-05,19900001234,富强路%d号,1", n, n)
		}, // a quotation mark not closed
		func(n int) string {
			return fmt.Sprintf("B%d,张\"三,女,1944-03-05,19900001234,富强路%d号,1", n, n)
		}, // one in the wrong place
		func(n int) string {
			return fmt.Sprintf("B%d,张三,女,1944-03-05,19900001234,富强路%d号,1,more,cells", n, n)
		}, // too long
		func(n int) string {
			return fmt.Sprintf("B%d,张\x00三,女,1944-03-05,19900001234,富强路%d号,1", n, n)
		}, // a NUL
		func(n int) string {
			return fmt.Sprintf("B%d,张三,女,1944-03-05,19900001234,富强路%d号,二", n, n)
		}, // no identity number
		func(n int) string { return fmt.Sprintf("B%d,BROKEN,女,1944-03-05,19900001234,富强路%d号,1", n, n) }, // bytes of no character
	}
	var b strings.Builder
	b.WriteString("id,姓名,性别,出生日期,电话,地址,id_number\n")
	for i := range rows {
		if i%(rows/100) == rows/200 && len(broken) < 100 {
			b.WriteString(kinds[len(broken)%len(kinds)](i) + "\n")
			broken = append(broken, i+2)
			continue
		}
		fmt.Fprintf(&b, "E%d,张秀英,女,1944-03-05,199%08d,富强路%d号,\n", i, i, i)
	}
	return b.String(), broken
}

// TestAFileInGB18030WithAHundredBrokenRowsNamesThese is the proof that clerks can trust a report.
func TestAFileInGB18030WithAHundredBrokenRowsNamesThese(t *testing.T) {
	t.Parallel()
	h := mustHouse(t, db.Options{Path: dbtest.Path(t)})
	text, broken := brokenRows(2000)
	data := must[[]byte](t)(simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text)))
	data = bytes.ReplaceAll(data, []byte("BROKEN"), []byte("\xD5\xC5\xFF\xFF")) // 张 and two bytes that are nothing
	want := slices.Clone(broken)
	o := ImportOrder{Kind: Elders, File: Bytes(data), Dry: true}
	for _, dry := range []bool{true, false} {
		o.Dry = dry
		r := must[Report](t)(h.ImportFile(t.Context(), o))
		var got []int
		for _, x := range r.Refused {
			got = append(got, x.Line)
			if x.Reason == "" || x.In("zh").Reason == "" {
				t.Errorf("line %d was refused for no reason", x.Line)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("dry %v: refused lines (-want +got):\n%s", dry, diff)
		}
		if r.Created != 1900 {
			t.Errorf("dry %v: %s", dry, counts(r))
		}
		if n := h.count(t); dry && n != 0 || !dry && n != 1900 {
			t.Errorf("dry %v: %d are there", dry, n)
		}
	}
}

func TestTheDryRunSeesDuplicatesWithinTheFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var b strings.Builder
		b.WriteString("id,identity,protocol\n")
		for i := range 3 * importBatch {
			fmt.Fprintf(&b, "D%d,imei-%d,watch\n", i, i%(2*importBatch))
		}
		r := must[Report](t)(h.ImportFile(t.Context(), ImportOrder{Kind: Devices, File: Bytes([]byte(b.String())), Dry: true}))
		wantCounts(t, "dry run", r, fmt.Sprintf("%d created, 0 changed, 0 unchanged, %d refused", 2*importBatch, importBatch))
		r = must[Report](t)(h.ImportFile(t.Context(), ImportOrder{Kind: Devices, File: Bytes([]byte(b.String())), Mode: ImportFile}))
		wantCounts(t, "as a whole", r, fmt.Sprintf("0 created, 0 changed, 0 unchanged, %d refused", importBatch))
	})
}

func TestSheetsOfAWorkbook(t *testing.T) {
	t.Parallel()
	h := mustHouse(t, db.Options{Path: dbtest.Path(t)})
	f := excelize.NewFile()
	for name, cell := range map[string]string{"Sheet1": "name", "社区二": "姓名", "藏": "name"} {
		must[int](t)(f.NewSheet(name))
		for i, v := range []string{cell, name + "的人"} {
			if err := f.SetCellValue(name, fmt.Sprintf("A%d", i+1), v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.SetSheetVisible("藏", false); err != nil {
		t.Fatal(err)
	}
	buf := must[*bytes.Buffer](t)(f.WriteToBuffer())
	p := must[Preview](t)(h.PreviewImport(t.Context(), ImportOrder{Kind: Elders, File: Bytes(buf.Bytes())}))
	if diff := cmp.Diff([]string{"Sheet1", "社区二"}, p.Sheets); diff != "" || p.Sheet != "Sheet1" || p.Encoding != EncodingXLSX {
		t.Errorf("sheets (-want +got):\n%s", diff)
	}
	must[Report](t)(h.ImportFile(t.Context(), ImportOrder{Kind: Elders, File: Bytes(buf.Bytes()), Sheet: "社区二"}))
	if page := must[Page[Elder]](t)(h.ListElders(t.Context(), ScopeAll(), Query{})); len(page.Items) != 1 || page.Items[0].Name != "社区二的人" {
		t.Errorf("imported %+v", page.Items)
	}
	_, err := h.ImportFile(t.Context(), ImportOrder{Kind: Elders, File: Bytes(buf.Bytes()), Sheet: "藏"})
	wantFields(t, "a hidden sheet", err, "sheet")
}

// TestHostileFiles must not end the program, take its memory, or write anything.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	h := mustHouse(t, db.Options{Path: dbtest.Path(t)})
	for name, text := range map[string]string{
		"ten thousand columns": strings.Repeat("name,", 10_000) + "\nx\n", "one line without end": "name\n" + strings.Repeat("a", 3<<20) + "\n",
		"only quotation marks": "name\n" + strings.Repeat("\"", 100_000), "a quotation mark over all lines": "name\n\"" + strings.Repeat("x\n", 100),
		"NULs": "name\n\x00\x00\x00\n", "mixed encodings": "name\n\xFF\xFE\xFD\xFC\n", "a program": "\x7fELF\x00\x00\x01", "old Excel": "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
		"a page": "<html><body>name</body></html>", "half a zip": "PK\x03\x04 and no more", "nothing": "",
	} {
		report, err := h.ImportFile(t.Context(), ImportOrder{Kind: Elders, File: Bytes([]byte(text)), Mode: ImportFile})
		if err == nil && report.Refusals() == 0 {
			t.Errorf("%s: %s", name, counts(report))
		}
		if err != nil {
			wantKind(t, name, err, fault.Invalid)
		}
		if _, err := h.As(clerk()).StageImport(t.Context(), Elders, strings.NewReader(text), ColumnLimits{}); err != nil {
			wantKind(t, name+", handed in", err, fault.Invalid)
		}
	}
	if n := h.count(t); n != 0 {
		t.Errorf("%d elders came out of it", n)
	}
	_, err := h.As(clerk()).StageImport(t.Context(), "cats", strings.NewReader("name\n"), ColumnLimits{})
	wantFields(t, "no such kind", err, "kind")
	_, err = h.As(clerk()).StageImport(t.Context(), Elders, io.MultiReader(strings.NewReader("name\n"), brokenPipe{}), ColumnLimits{})
	wantKind(t, "an upload that breaks off", err, fault.Invalid)
}

type brokenPipe struct{}

func (brokenPipe) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// TestAnImportChangesOnlyWhatIsSeen: a column that is hidden is taken of a new record, and refused of one that exists, also where it
// says what is there already.
func TestAnImportChangesOnlyWhatIsSeen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustPeople(t)
		must[Elder](t)(h.CreateElder(t.Context(), Elder{ID: "E7", Name: "何桂英", Access: "门禁 77#"}))
		s := h.mustStage(t, Elders, "id,name,access\nE7,何桂英,门禁 77#\nE8,吴秀英,门禁 88#\nE7,何桂芳,\n")
		must[Staged](t)(h.As(clerk()).RunImport(t.Context(), s.ID, ColumnLimits{Hidden: []string{"access"}}))
		done := h.mustWork(t, s.ID)
		if done.Created != 1 || done.Changed != 1 || len(done.Refused) != 1 || done.Refused[0].Line != 2 || done.Refused[0].Field != "access" {
			t.Errorf("the report: %+v", done)
		}
		if e := must[Elder](t)(h.Elder(t.Context(), "E8")); e.Access != "门禁 88#" {
			t.Errorf("a new one has %q", e.Access)
		}
		if e := must[Elder](t)(h.Elder(t.Context(), "E7")); e.Access != "门禁 77#" || e.Name != "何桂芳" {
			t.Errorf("the old one: %+v", e)
		}
	})
}
