package seal

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
)

func ringPath(t testing.TB) string { return filepath.Join(t.TempDir(), "ring.json") }

func mustUpdate(t testing.TB, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Update(t.Context(), f); err != nil {
		t.Fatalf("update: %v", err)
	}
}

// mustSeal seals a text under the subject's key, as an alarm is stored.
func mustSeal(t testing.TB, d *db.DB, v *Vault, subject, plain string) (cell []byte) {
	t.Helper()
	mustUpdate(t, d, func(tx *db.Tx) error {
		k, err := v.Key(t.Context(), tx, subject)
		if err == nil {
			cell = k.SealString("t", "c", subject, plain)
		}
		return err
	})
	return cell
}

// open opens a cell, as a page shows it.
func open(t testing.TB, d *db.DB, v *Vault, subject string, cell []byte) (plain string, err error) {
	t.Helper()
	err = d.View(t.Context(), func(tx *db.Tx) error {
		k, err := v.Existing(t.Context(), tx, subject)
		if err == nil {
			plain, err = k.OpenString("t", "c", subject, cell)
		}
		return err
	})
	return plain, err
}

func TestSealedCellComesBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		path := ringPath(t)
		v := NewVault(d, mustRing(t, path))
		cell := mustSeal(t, d, v, "e1", "Bai")
		again := mustSeal(t, d, v, "e1", "Bai Yun")
		for _, reader := range []*Vault{v, v, NewVault(d, mustRing(t, path))} {
			for want, c := range map[string][]byte{"Bai": cell, "Bai Yun": again} {
				if got, err := open(t, d, reader, "e1", c); err != nil || got != want {
					t.Errorf("got %q, %v, want %q", got, err, want)
				}
			}
		}
		if !bytes.Equal(cell[1:5], again[1:5]) {
			t.Error("the subject was given a second key")
		}
		if v.Locked() {
			t.Error("locked with the whole ring")
		}
		if _, err := open(t, d, v, "e2", cell); !fault.Is(err, fault.NotFound) {
			t.Errorf("a subject never made: got %v, want NotFound", err)
		}
	})
}

func TestKeyOfARolledBackTransactionIsForgotten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := NewVault(d, mustRing(t, ringPath(t)))
		var cell []byte
		stop := errors.New("stop")
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			k, err := v.Key(t.Context(), tx, "e1")
			if err != nil {
				return err
			}
			if _, err := v.Existing(t.Context(), tx, "e1"); err != nil {
				return err
			}
			cell = k.SealString("t", "c", "e1", "x")
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatalf("got %v", err)
		}
		if _, err := open(t, d, v, "e1", cell); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v, want NotFound", err)
		}
		after := mustSeal(t, d, v, "e1", "y")
		if got, err := open(t, d, NewVault(d, v.ring), "e1", after); err != nil || got != "y" {
			t.Errorf("sealed afterwards: got %q, %v", got, err)
		}
	})
}

func TestShred(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		hands := clock.NewManual(time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC))
		d := dbtest.Open(t, o, hands)
		r := mustRing(t, ringPath(t))
		v, elsewhere := NewVault(d, r), NewVault(d, r)
		cell, neighbour := mustSeal(t, d, v, "e1", "Bai"), mustSeal(t, d, v, "e2", "Lan")
		for _, node := range []*Vault{v, elsewhere} {
			if _, err := open(t, d, node, "e1", cell); err != nil {
				t.Fatalf("before: %v", err)
			}
		}
		mustUpdate(t, d, func(tx *db.Tx) error { return v.Shred(t.Context(), tx, "e1") })
		if got, err := open(t, d, v, "e1", cell); !fault.Is(err, fault.NotFound) {
			t.Errorf("after: got %q, %v, want NotFound", got, err)
		}
		hands.Advance(cacheFor + time.Second)
		if got, err := open(t, d, elsewhere, "e1", cell); !fault.Is(err, fault.NotFound) {
			t.Errorf("on another node, a minute later: got %q, %v, want NotFound", got, err)
		}
		mustSeal(t, d, v, "e1", "somebody new")
		if got, err := open(t, d, v, "e1", cell); !errors.Is(err, ErrLocked) {
			t.Errorf("with a new key: got %q, %v, want ErrLocked", got, err)
		}
		if got, err := open(t, d, v, "e2", neighbour); err != nil || got != "Lan" {
			t.Errorf("the neighbour: got %q, %v", got, err)
		}
	})
}

func TestLostRingLocksButTakesAlarms(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		path := ringPath(t)
		old := NewVault(d, mustRing(t, path))
		name := mustSeal(t, d, old, "e1", "Bai")
		if err := os.Rename(path, path+".lost"); err != nil {
			t.Fatal(err)
		}

		v := NewVault(d, mustRing(t, path))
		if err := v.Check(t.Context()); !v.Locked() || !errors.Is(err, ErrLocked) {
			t.Errorf("check: got %v, want ErrLocked", err)
		}
		if _, err := open(t, d, v, "e1", name); !errors.Is(err, ErrLocked) || !fault.Is(err, fault.Denied) {
			t.Errorf("the name: got %v, want ErrLocked", err)
		}
		alarm := mustSeal(t, d, v, "e1", "help")
		if got, err := open(t, d, v, "e1", alarm); err != nil || got != "help" {
			t.Errorf("the alarm: got %q, %v", got, err)
		}
		if _, err := open(t, d, v, "e1", name); !errors.Is(err, ErrLocked) {
			t.Errorf("the name beside the alarm: got %v, want ErrLocked", err)
		}
		mustSeal(t, d, v, "e2", "a new elder")

		both := NewVault(d, joined(t, path+".lost", path))
		if err := both.Check(t.Context()); err != nil {
			t.Errorf("with both rings: %v", err)
		}
		for want, cell := range map[string][]byte{"Bai": name, "help": alarm} {
			if got, err := open(t, d, both, "e1", cell); err != nil || got != want {
				t.Errorf("with both rings: got %q, %v, want %q", got, err, want)
			}
		}
	})
}

// joined gives the ring that has the keys of both files, as after a recovery.
func joined(t testing.TB, first, second string) *Ring {
	t.Helper()
	a, b := mustRing(t, first), mustRing(t, second)
	a.file.Keys = append(a.file.Keys, b.file.Keys...)
	path := ringPath(t)
	if err := writeRing(path, a.file, os.Rename); err != nil {
		t.Fatal(err)
	}
	return mustRing(t, path)
}

func TestDamagedKeyTakesAlarms(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		v := NewVault(d, mustRing(t, ringPath(t)))
		mustSeal(t, d, v, "e1", "Bai")
		mustSeal(t, d, v, "e2", "Lan")
		mustUpdate(t, d, func(tx *db.Tx) error { // one person's key in another's row
			_, err := tx.Exec(t.Context(), `UPDATE data_keys SET wrapped = (SELECT wrapped FROM data_keys WHERE subject = ?) WHERE subject = ?`, "e2", "e1")
			return err
		})
		if _, err := open(t, d, v, "e1", nil); !errors.Is(err, errUnwrap) {
			t.Errorf("got %v, want a damaged key", err)
		}
		alarm := mustSeal(t, d, v, "e1", "help")
		if got, err := open(t, d, v, "e1", alarm); err != nil || got != "help" {
			t.Errorf("the alarm: got %q, %v", got, err)
		}
	})
}

func TestRotation(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		path := ringPath(t)
		r := mustRing(t, path)
		v := NewVault(d, r)
		cells := map[string][]byte{}
		for _, e := range []string{"e1", "e2", "e3", "e4", "e5"} {
			cells[e] = mustSeal(t, d, v, e, e)
		}
		before, _ := r.newest()
		if err := r.Rotate(); err != nil {
			t.Fatal(err)
		}
		cells["e6"] = mustSeal(t, d, v, "e6", "e6")
		for _, want := range []int{5, 0} {
			if got, err := v.Rewrap(t.Context(), 2); err != nil || got != want {
				t.Errorf("rewrap: got %d, %v, want %d", got, err, want)
			}
		}
		// The old master key can go: nothing needs it.
		only := mustRing(t, path)
		only.file.Keys = only.file.Keys[1:]
		if err := writeRing(path, only.file, os.Rename); err != nil {
			t.Fatal(err)
		}
		fresh := NewVault(d, mustRing(t, path))
		if now, _ := fresh.ring.newest(); now == before || fresh.Locked() {
			t.Errorf("got master key %s, locked %v", now, fresh.Locked())
		}
		for e, cell := range cells {
			if got, err := open(t, d, fresh, e, cell); err != nil || got != e {
				t.Errorf("%s: got %q, %v", e, got, err)
			}
		}
	})
}

// TestNothingInClear looks for markers in everything that SQLite leaves on the disk, and proves that it
// would find them.
func TestNothingInClear(t *testing.T) {
	t.Parallel()
	path := dbtest.Path(t)
	d := dbtest.Open(t, db.Options{Path: path}, clock.Real())
	v := NewVault(d, mustRing(t, filepath.Join(filepath.Dir(path), "ring.json")))
	const sealed, clear, erased = "MARKER-sealed-19900001234", "MARKER-clear", "MARKER-erased"
	cell := mustSeal(t, d, v, "e1", sealed)
	exec := func(query string, args ...any) {
		t.Helper()
		mustUpdate(t, d, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), query, args...)
			return err
		})
	}
	exec(`CREATE TABLE marks (a BLOB)`)
	exec(`INSERT INTO marks VALUES (?), (?), (?)`, cell, []byte(clear), []byte(erased))
	dek := secretOf(t, d, v, "e1")
	exec(`DELETE FROM marks WHERE a = ?`, []byte(erased))

	found := func(marker []byte) (files []string) {
		all, err := filepath.Glob(path + "*")
		if err != nil || len(all) == 0 {
			t.Fatalf("got files %v, %v", all, err)
		}
		for _, f := range all {
			content, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, marker) {
				files = append(files, filepath.Base(f))
			}
		}
		return files
	}
	if len(found([]byte(clear))) == 0 {
		t.Error("the marker in clear was not found: this test proves nothing")
	}
	if in := found([]byte(sealed)); len(in) > 0 {
		t.Errorf("the sealed marker is in %v", in)
	}
	if in := found(dek); len(in) > 0 {
		t.Errorf("a data key is in %v", in)
	}
	if err := d.Close(); err != nil { // the log is worked into the file and goes
		t.Fatal(err)
	}
	if in := found([]byte(erased)); len(in) > 0 {
		t.Errorf("the erased marker is still in %v", in)
	}
}

func secretOf(t testing.TB, d *db.DB, v *Vault, subject string) (secret []byte) {
	t.Helper()
	err := d.View(t.Context(), func(tx *db.Tx) error {
		rows, err := listKeys(t.Context(), tx, subject)
		if err == nil {
			secret, err = v.unwrap(rows[0])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func BenchmarkSeal(b *testing.B) {
	k, plain := mustKey(b), bytes.Repeat([]byte("x"), 64)
	for b.Loop() {
		k.Seal("elders", "access", "e1", plain)
	}
}

func BenchmarkKey(b *testing.B) {
	d := dbtest.SQLite(b)
	v := NewVault(d, mustRing(b, ringPath(b)))
	mustSeal(b, d, v, "e1", "x")
	mustUpdate(b, d, func(tx *db.Tx) error {
		for b.Loop() {
			if _, err := v.Key(b.Context(), tx, "e1"); err != nil {
				return err
			}
		}
		return nil
	})
}
