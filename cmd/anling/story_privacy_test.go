package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"golang.org/x/text/encoding/simplifiedchinese"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
	"anling/web"
)

// marker is a word that occurs nowhere but where the tests have put it: in clear it must be nowhere on the disk.
const marker = "玄武湖畔4471"

// markedStory is an alarm from the press to the close, with the marker in everything that people write and devices send.
func markedStory(t *testing.T) *story {
	t.Helper()
	s := newStory(t)
	ctx := t.Context()
	e, err := s.app.registry.Elder(ctx, "zhang")
	s.ok(err)
	patch := map[string]any{"version": e.Version, "access": marker, "notes": marker, "address": marker, "illnesses": []string{marker}, "mobility": marker, "name": marker}
	body, err := json.Marshal(patch)
	s.ok(err)
	_, err = s.app.registry.ChangeElder(ctx, "zhang", body)
	s.ok(err)
	_, err = s.app.registry.CreateContact(ctx, registry.Contact{Elder: "zhang", Name: marker, Relation: marker, Role: "family", Phones: []string{"+8619900000177"}})
	s.ok(err)
	s.hangOn(t)
	s.logIn("zhou")
	alert := s.press("p1")
	s.settle()
	s.command(alert, "accept", nil)
	s.command(alert, "note", map[string]any{"text": marker})
	for _, path := range []string{"/v1/elders/zhang", "/v1/elders?q=" + marker, "/v1/alerts/" + alert, "/v1/elders/zhang/history"} {
		if status, _ := s.call(http.MethodGet, path, "", nil); status != http.StatusOK {
			t.Fatalf("GET %s: %d", path, status)
		}
	}
	s.command(alert, "resolve", map[string]any{"outcome": "helped"})
	s.command(alert, "follow-up", map[string]any{"satisfaction": "satisfied", "reached": true})
	s.command(alert, "close", nil)
	s.settle()
	return s
}

// hangOn gives the elder a consent, a photograph, and a second record, with a class of caller, that is merged into theirs.
func (s *story) hangOn(t *testing.T) {
	t.Helper()
	ctx, r := t.Context(), s.app.registry
	_, err := r.CreateCentre(ctx, registry.Centre{ID: "elsewhere", Name: "外区中心"})
	s.ok(err)
	twin, err := r.CreateElder(ctx, registry.Elder{ID: "twin", Centre: "elsewhere", Name: marker, Address: marker, Notes: marker, Phones: []string{"+8619900000178"}})
	s.ok(err)
	_, err = r.GiveConsent(ctx, registry.Consent{Elder: "zhang", Purpose: "care", Scope: marker, How: "written"})
	s.ok(err)
	_, err = r.CreateClass(ctx, registry.CallerClass{Elder: twin.ID, Class: registry.ClassImportant, Reason: marker})
	s.ok(err)
	var picture bytes.Buffer
	s.ok(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 8, 8))))
	_, err = r.Attach(ctx, registry.Upload{Resource: registry.ElderAttachments, Owner: "zhang", Kind: registry.PhotoAttachment, Title: marker, Content: picture.Bytes()})
	s.ok(err)
	e, err := r.Elder(ctx, "zhang")
	s.ok(err)
	_, err = r.MergeElders(ctx, "zhang", registry.Merging{From: twin.ID, Version: e.Version})
	s.ok(err)
}

// count counts rows.
func (s *story) count(rows string) (n int) {
	s.ok(s.app.db.View(context.Background(), func(tx *db.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT COUNT(*) FROM `+rows).Scan(&n)
	}))
	return n
}

// inClear gives the files in which a word stands in clear: as UTF-8, UTF-16 or GB18030.
func inClear(t *testing.T, word string, folders ...string) []string {
	t.Helper()
	var forms [][]byte
	little, big := []byte{}, []byte{}
	for _, u := range utf16.Encode([]rune(word)) {
		little, big = append(little, byte(u), byte(u>>8)), append(big, byte(u>>8), byte(u))
	}
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(word))
	if err != nil {
		t.Fatal(err)
	}
	escaped, err := json.Marshal(word)
	if err != nil {
		t.Fatal(err)
	}
	forms = append(forms, []byte(word), little, big, gb, bytes.Trim(escaped, `"`))
	var found []string
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			for _, form := range forms {
				if bytes.Contains(content, form) {
					found = append(found, filepath.Base(path))
					break
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return found
}

// TestNothingPersonalLiesInClear looks with plain eyes into the database file, its log, a backup and the program's log.
func TestNothingPersonalLiesInClear(t *testing.T) {
	t.Parallel()
	s := markedStory(t)
	backups := t.TempDir()
	s.ok(s.app.db.Backup(t.Context(), filepath.Join(backups, "backup.db")))
	s.ok(os.WriteFile(filepath.Join(backups, "program.log"), s.log.Bytes(), 0o600))
	for _, word := range []string{marker, "+8619900000177", "19900000177"} {
		if got := inClear(t, word, s.dir, backups); len(got) > 0 {
			t.Errorf("%q stands in clear in %v", word, got)
		}
	}
	// The control: in a column that is not sealed the same search finds it, and in a backup of that.
	s.ok(s.app.db.Update(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE elders SET tier = ? WHERE id = 'zhang'`, marker)
		return err
	}))
	s.ok(s.app.db.Backup(t.Context(), filepath.Join(backups, "unsealed.db")))
	if got := inClear(t, marker, s.dir, backups); len(got) < 2 {
		t.Errorf("the search finds an unsealed column only in %v", got)
	}
}

// TestAnErasedPersonIsGone erases after an alarm: nothing can be read any more, nothing that must stay is lost, and an older backup
// does not bring the person back.
func TestAnErasedPersonIsGone(t *testing.T) {
	t.Parallel()
	s := markedStory(t)
	ctx := t.Context()
	backup := filepath.Join(t.TempDir(), "before.db")
	s.ok(s.app.db.Backup(ctx, backup))
	open := s.press("p2")
	s.settle()
	zhang, err := s.app.registry.Elder(ctx, "zhang")
	s.ok(err)
	by := s.app.registry.As(audit.Actor{Kind: audit.Operator, ID: "dpo"}).In(registry.ScopeOf(zhang.Centre))
	why := web.Erasure{Reason: "asked for it"}
	if err := s.app.privacy.Erase(ctx, by, "zhang", why); !fault.Is(err, fault.Conflict) {
		t.Fatalf("with an open alert: %v", err)
	}
	s.command(open, "cancel", map[string]any{"reason": "pressed by mistake", "reached": true})
	s.settle()
	s.ok(s.app.privacy.Erase(ctx, by, "zhang", why))

	for _, id := range []registry.ElderID{"zhang", "twin"} {
		if _, err := s.app.registry.Elder(ctx, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s is still there: %v", id, err)
		}
	}
	for _, rows := range []string{"attachments", "attachment_contents", "caller_classes", "lookups WHERE row_id IN ('zhang', 'twin')", "data_keys WHERE subject IN ('zhang', 'twin')"} {
		if n := s.count(rows); n != 0 {
			t.Errorf("%d of %s are left", n, rows)
		}
	}
	for _, q := range []string{marker, "19900000177", "0177"} {
		elders, err := s.app.registry.ListElders(ctx, registry.ScopeAll(), registry.Query{Text: q, Classes: registry.AllWords})
		s.ok(err)
		contacts, err := s.app.registry.ListContacts(ctx, registry.ScopeAll(), registry.Query{Text: q, Classes: registry.AllWords})
		s.ok(err)
		if n := len(elders.Items) + len(contacts.Items); n != 0 {
			t.Errorf("a search for %q finds %d", q, n)
		}
	}
	for _, path := range []string{"/v1/alerts?state=all", "/v1/alerts/" + open, "/v1/alerts/" + open + "/events", "/v1/elders?archived=true", "/v1/devices", "/v1/helpers"} {
		status, body := s.call(http.MethodGet, path, "", nil)
		if status != http.StatusOK || contains(body, marker) || contains(body, elderPhone) {
			t.Errorf("GET %s: %d %s", path, status, body)
		}
	}
	s.verified()
	r, err := s.app.notary.Verify(ctx, nil)
	if err != nil || len(r.Problems) > 0 {
		t.Errorf("the audit log is not whole: %+v %v", r, err)
	}
	rows, err := s.app.audit.Find(ctx, audit.Query{ID: "zhang", Action: "elder.erased"})
	if err != nil || len(rows.Items) != 1 || rows.Items[0].Actor.ID != "dpo" {
		t.Errorf("the erasure is noted as %+v %v", rows.Items, err)
	}
	s.ok(s.app.db.View(ctx, func(tx *db.Tx) error {
		if _, err := s.app.vault.Existing(ctx, tx, "zhang"); !fault.Is(err, fault.NotFound) {
			t.Errorf("the key is still there: %v", err)
		}
		all, err := s.app.registry.FindCallerTx(ctx, tx, elderPhone)
		if len(all) > 0 {
			t.Errorf("the number still leads to %v", all)
		}
		return err
	}))

	// An older database is put back: the program erases again, by the list beside it.
	s.running.Store(nil)
	s.ok(s.app.close())
	for _, end := range []string{"-wal", "-shm", ""} {
		if err := os.Remove(s.cfg.DatabasePath() + end); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	s.ok(copyFile(backup, s.cfg.DatabasePath()))
	s.begin()
	for _, id := range []registry.ElderID{"zhang", "twin"} {
		if _, err := s.app.registry.Elder(ctx, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("the backup has brought %s back: %v", id, err)
		}
	}
}

func TestALegalHoldKeepsAPerson(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	e, err := s.app.registry.Elder(t.Context(), "zhang")
	s.ok(err)
	body, err := json.Marshal(map[string]any{"version": e.Version, "legal_hold": true, "legal_hold_reason": "诉讼"})
	s.ok(err)
	_, err = s.app.registry.ChangeElder(t.Context(), "zhang", body)
	s.ok(err)
	if err := s.app.privacy.Erase(t.Context(), s.app.registry, "zhang", web.Erasure{Reason: "asked"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
	if _, err := s.app.registry.Elder(t.Context(), "zhang"); err != nil {
		t.Errorf("half of the elder is gone: %v", err)
	}
}

func TestSubjectAccessHoldsEverything(t *testing.T) {
	t.Parallel()
	s := markedStory(t)
	var b bytes.Buffer
	zhang, err := s.app.registry.Elder(t.Context(), "zhang")
	s.ok(err)
	s.ok(s.app.privacy.SubjectAccess(t.Context(), s.app.registry.In(registry.ScopeOf(zhang.Centre)), "zhang", &b))
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	s.ok(err)
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		s.ok(err)
		body, err := io.ReadAll(r)
		s.ok(err)
		files[f.Name] = string(body)
	}
	pictures := 0
	for name := range files {
		if strings.HasPrefix(name, "files/") && strings.HasSuffix(name, ".jpg") {
			pictures++
		}
	}
	if pictures != 1 {
		t.Errorf("%d photographs, want one", pictures)
	}
	for name, wants := range map[string][]string{
		"record.json":  {marker, "+8619900000177", elderPhone, `"purpose": "care"`, `"media": "image/jpeg"`, `"class": "important"`},
		"merged.json":  {`"id": "twin"`, `"merged_into": "zhang"`, marker},
		"alerts.json":  {marker, `"events"`, `"messages"`, daughterPhone},
		"signals.json": {`"kind": "sos"`},
		"log.json":     {"elder.seen", "elder.changed"},
		"index.html":   {marker, "关于您的全部信息"},
	} {
		for _, want := range wants {
			if !strings.Contains(files[name], want) {
				t.Errorf("%s does not hold %q", name, want)
			}
		}
	}
}

// TestWhatIsOldGoes turns the clock by years and wants each kind of data to go when its time has come, not before.
func TestWhatIsOldGoes(t *testing.T) {
	t.Parallel()
	s := markedStory(t)
	ctx := t.Context()
	s.ok(s.app.notary.Make(ctx))
	count := s.count
	sweep := func(days int) {
		t.Helper()
		s.clock.Advance(time.Duration(days) * 24 * time.Hour)
		_, _, err := s.app.keeper.Step(context.WithoutCancel(ctx))
		s.ok(err)
		s.ok(s.app.notary.Make(ctx))
	}
	places, events, rows := count("helper_positions"), count("events"), count("audit")
	if sweep(60); count("helper_positions") != places || count("events") != events {
		t.Error("something went before its time")
	}
	if sweep(40); places == 0 || count("helper_positions") != 0 {
		t.Errorf("after 100 days %d of %d positions are there", count("helper_positions"), places)
	}
	if count("events") != events || count("audit") < rows {
		t.Error("events or the log went with the positions")
	}
	sweep(3*365 - 100 + 2)
	for _, table := range []string{"events", "alerts", "messages", "signals"} {
		if n := count(table); n != 0 {
			t.Errorf("after three years %d %s are there", n, table)
		}
	}
	if n := count("audit"); n >= rows {
		t.Errorf("after three years the log still has %d of %d rows", n, rows)
	}
	r, err := s.app.notary.Verify(ctx, nil)
	if err != nil || len(r.Problems) > 0 {
		t.Errorf("what is left is not whole: %+v %v", r.Problems, err)
	}
	if days, err := s.app.keeper.DaysSince(ctx); err != nil || days != 0 {
		t.Errorf("days since the last run: %v %v", days, err)
	}
	if _, err := s.app.keeper.Change(ctx, audit.Actor{}, "audit", 30); !fault.Is(err, fault.Invalid) {
		t.Errorf("the log may be kept for a month only: %v", err)
	}
}

// TestKeysAreRotatedWhileTheServiceRuns: another process changes the ring, the running one goes on reading and writing.
func TestKeysAreRotatedWhileTheServiceRuns(t *testing.T) {
	t.Parallel()
	s := newStory(t)
	sh := &shell{t: t, data: s.dir, env: map[string]string{}}
	before := s.app.ring.Fingerprint()
	if out := sh.must("keys", "rotate"); !strings.Contains(out, "wrapped with the new master key") {
		t.Errorf("rotate said %s", out)
	}
	if _, err := s.app.registry.Elder(t.Context(), "zhang"); err != nil {
		t.Errorf("the running service cannot read: %v", err)
	}
	_, err := s.app.registry.CreateElder(t.Context(), registry.Elder{ID: "e9", Name: "新人"})
	s.ok(err)
	used, err := s.app.vault.InUse(t.Context())
	if err != nil || len(used) != 1 {
		t.Errorf("master keys in use: %v %v, want the new one alone", used, err)
	}
	if used[before] > 0 {
		t.Error("the old master key still wraps")
	}
	sh.must("keys", "status")
	sh.must("keys", "retire", before)
	sh.refused(exitFailed, "no master key", "keys", "retire", before)
	s.restart()
	if _, err := s.app.registry.Elder(t.Context(), "e9"); err != nil {
		t.Errorf("after a restart with the new ring alone: %v", err)
	}
}
