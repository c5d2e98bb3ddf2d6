package phone_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anling/alerts"
	"anling/devices"
	"anling/devices/phone"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
	"anling/internal/seal"
	"anling/internal/words"
	"anling/registry"

	"github.com/google/go-cmp/cmp"
)

func morning() time.Time { return time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC) }

type engine struct{ got []alerts.Signal }

func (e *engine) Signal(ctx context.Context, tx *db.Tx, s alerts.Signal) (alerts.AlertID, error) {
	n, err := tx.NextSeq(ctx, "test_alerts", 1)
	if err != nil {
		return "", err
	}
	tx.AfterCommit(func() { e.got = append(e.got, s) })
	return alerts.AlertID(fmt.Sprintf("alert-%d", n)), nil
}

func (e *engine) Located(context.Context, *db.Tx, []alerts.Fix) error       { return nil }
func (e *engine) ZoneBack(context.Context, *db.Tx, alerts.ZoneReturn) error { return nil }

func (e *engine) Heard(context.Context, *db.Tx, []registry.DeviceID) error { return nil }

type rig struct {
	line     *phone.Line
	registry *registry.Registry
	engine   *engine
}

func each(t *testing.T, f func(t *testing.T, r *rig)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		c := clock.NewManual(morning())
		d := dbtest.Open(t, o, c)
		ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring"))
		if err != nil {
			t.Fatal(err)
		}
		vault := seal.NewVault(d, ring)
		reg := registry.New(registry.Options{DB: d, Vault: vault, Clock: c})
		if _, err := reg.CreateCentre(t.Context(), registry.Centre{ID: "c1", Name: "黄浦", Phone: "+8619900009999"}); err != nil {
			t.Fatal(err)
		}
		e := &engine{}
		in := devices.NewIntake(devices.Options{DB: d, Vault: vault, Registry: reg, Engine: e, Clock: c})
		f(t, &rig{line: phone.New(phone.Options{DB: d, Intake: in, Registry: reg}), registry: reg, engine: e})
	})
}

func (r *rig) mustElder(t *testing.T, id registry.ElderID, language, number string) {
	t.Helper()
	e := registry.Elder{ID: id, Centre: "c1", Name: "elder " + string(id), Language: language, Phones: []string{number}}
	if _, err := r.registry.CreateElder(t.Context(), e); err != nil {
		t.Fatal(err)
	}
}

func (r *rig) mustCall(t *testing.T, id, from string) phone.Answer {
	t.Helper()
	a, err := r.line.Incoming(t.Context(), phone.Call{ID: id, From: from, To: "+8619900009999", At: morning()})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestACallOfAnElderIsAnAlert(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustElder(t, "e1", "en", "+8619900001111")
		got := r.mustCall(t, "CA1", "+8619900001111")
		if got.Elder != "e1" || got.Say != phone.SayGreeting || got.Language != "en" || got.Dial != "+8619900009999" || got.Alert != "alert-1" {
			t.Errorf("got %+v", got)
		}
		if again := r.mustCall(t, "CA1", "+8619900001111"); !cmp.Equal(again, got) {
			t.Errorf("told again: %+v, first %+v", again, got)
		}
		if len(r.engine.got) != 1 || r.engine.got[0].Protocol != "phone" || r.engine.got[0].Elder != "e1" || r.engine.got[0].Kind != "sos" {
			t.Errorf("the engine heard %+v", r.engine.got)
		}
		if next := r.mustCall(t, "CA2", "+8619900001111"); next.Signal == got.Signal {
			t.Error("the next call is taken for the first")
		}
	})
}

func TestACallFromAnAlarmTelephoneIsItsElders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustElder(t, "e1", "zh", "+8619900001111")
		d := registry.Device{Identity: "+8619900002222", Protocol: "phone", Kind: "phone", Elder: "e1"}
		if _, err := r.registry.CreateDevice(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if got := r.mustCall(t, "CA1", "+8619900002222"); got.Elder != "e1" || got.Say != phone.SayGreeting {
			t.Errorf("got %+v", got)
		}
		if r.engine.got[0].Device.ID == "" {
			t.Error("the engine was not told of the device")
		}
	})
}

func TestACoupleSharesALine(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustElder(t, "e1", "zh", "+8619900001111")
		r.mustElder(t, "e2", "zh", "+8619900001111")
		got := r.mustCall(t, "CA1", "+8619900001111")
		if got.Elder != "" || got.Name != "" || got.Say != phone.SayGreeting || got.Dial == "" {
			t.Errorf("got %+v: nobody knows which of the two it is", got)
		}
		if n := len(r.engine.got[0].Elders); n != 2 {
			t.Errorf("the engine was told of %d elders, want 2", n)
		}
	})
}

func TestWhoeverCallsIsTaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustElder(t, "e1", "zh", "+8619900001111")
		for i, from := range []string{"+8619900007777", "", "anonymous", "+266696687", "sip:someone@example.com", "114"} {
			got := r.mustCall(t, fmt.Sprint("CA", i), from)
			if got.Alert == "" || got.Elder != "" || got.Say != phone.SayUnknown || got.Dial != "+8619900009999" {
				t.Errorf("from %q: %+v", from, got)
			}
		}
		if r.engine.got[1].Identity != "" || r.engine.got[3].Identity != "" {
			t.Error("a withheld number was taken for a number")
		}
		if _, err := r.line.Incoming(t.Context(), phone.Call{From: "+8619900001111"}); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "1111") {
			t.Errorf("a call without an id: %v", err)
		}
	})
}

func TestTheSentencesExist(t *testing.T) {
	t.Parallel()
	for _, key := range []string{phone.SayGreeting, phone.SayUnknown, phone.SayNoSeat} {
		if !words.Has(key) {
			t.Errorf("there are no words for %s", key)
		}
	}
}
