package devices

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"anling/internal/fault"

	"github.com/google/go-cmp/cmp"
)

func TestDecodeReadsEveryField(t *testing.T) {
	t.Parallel()
	body := `{"id":"a1","device":"BTN-7","kind":"fall","time":"2026-11-23T08:00:00+08:00",
		"position":{"lat":31.23,"lon":121.47,"accuracy_m":12,"time":"2026-11-22T23:59:00Z","source":"moon"},
		"battery":63,"silent":true,"text":"在浴室","extra":{"x":[1]}}`
	got, batch, err := Decode([]byte(body))
	if err != nil || batch || len(got) != 1 {
		t.Fatalf("got %v, batch %v, err %v", got, batch, err)
	}
	s := got[0]
	if s.ID != "a1" || s.Device != "BTN-7" || s.Kind != Fall || *s.Battery != 63 || !s.Silent || s.Text != "在浴室" {
		t.Errorf("got %+v", s)
	}
	if want := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC); !s.Time.Equal(want) {
		t.Errorf("time %v, want %v", s.Time, want)
	}
	if s.Position == nil || s.Position.Source != "device" || s.Position.AccuracyM != 12 {
		t.Errorf("position %+v", s.Position)
	}
	if len(s.Remarks) != 0 || !json.Valid(s.Raw) {
		t.Errorf("remarks %v, raw %q", s.Remarks, s.Raw)
	}
}

func TestAnOddAlarmIsTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		kind       Kind
		remarks    []string
	}{
		{"plain", `{"device":"x","kind":"sos"}`, SOS, nil},
		{"kind in capitals", `{"device":"x","kind":" SOS "}`, SOS, nil},
		{"names in capitals", `{"Device":"x","KIND":"Low-Battery"}`, LowBattery, nil},
		{"unknown kind", `{"device":"x","kind":"panic_long"}`, SOS, []string{"kind"}},
		{"bad time", `{"device":"x","kind":"sos","time":"yesterday"}`, SOS, []string{"time"}},
		{"time as a number", `{"device":"x","kind":"sos","time":1795420800}`, SOS, []string{"time"}},
		{"no fix", `{"device":"x","kind":"sos","position":{"lat":0,"lon":0}}`, SOS, []string{"position"}},
		{"impossible place", `{"device":"x","kind":"sos","position":{"lat":95,"lon":"e"}}`, SOS, []string{"position.lon", "position.lat"}},
		{"place as text", `{"device":"x","kind":"sos","position":"here"}`, SOS, []string{"position"}},
		{"battery too full", `{"device":"x","kind":"fall","battery":255}`, Fall, []string{"battery"}},
		{"battery as text", `{"device":"x","kind":"fall","battery":"63%"}`, Fall, nil},
		{"silent as text", `{"device":"x","kind":"sos","silent":"perhaps"}`, SOS, []string{"silent"}},
		{"text as number", `{"device":"x","kind":"sos","text":7}`, SOS, []string{"text"}},
		{"id as object", `{"device":"x","kind":"sos","id":{}}`, SOS, []string{"id"}},
		{"all at once", `{"device":"x","kind":"sos","id":[],"time":0,"position":[],"battery":-1,"silent":[],"text":{}}`, SOS,
			[]string{"id", "time", "position", "battery", "silent", "text"}},
		{"byte order mark", "\xef\xbb\xbf" + `{"device":"x","kind":"sos"}`, SOS, nil},
		{"nulls", `{"device":"x","kind":"sos","id":null,"time":null,"position":null,"battery":null,"silent":null,"text":null}`, SOS, nil},
	} {
		got, _, err := Decode([]byte(c.body))
		if err != nil {
			t.Errorf("%s: refused: %v", c.name, err)
			continue
		}
		var names []string
		for _, f := range got[0].Remarks {
			names = append(names, f.Name)
		}
		if got[0].Kind != c.kind || got[0].Device != "x" || !cmp.Equal(names, c.remarks) {
			t.Errorf("%s: got kind %s, remarks %v; want %s, %v", c.name, got[0].Kind, names, c.kind, c.remarks)
		}
	}
}

func TestDecodeRefusesAndNamesEveryWrongField(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body string
		fields     []string
	}{
		{"empty", ``, nil},
		{"no JSON", `{"device":"x","kind":"sos"`, nil},
		{"two values", `{} {}`, nil},
		{"number", `7`, []string{"signal"}},
		{"null", `null`, []string{"signal"}},
		{"empty object", `{}`, []string{"kind", "device"}},
		{"no kind", `{"device":"x"}`, []string{"kind"}},
		{"kind as number", `{"device":"x","kind":5,"time":"x"}`, []string{"kind", "time"}},
		{"device as list", `{"device":["x"],"kind":"sos","battery":300}`, []string{"device", "battery"}},
		{"odd heartbeat", `{"device":"x","kind":"heartbeat","battery":101,"time":"now"}`, []string{"time", "battery"}},
		{"nowhere", `{"device":"x","kind":"position"}`, []string{"position"}},
		{"bad place", `{"device":"x","kind":"position","position":{"lat":91,"lon":0}}`, []string{"position.lat"}},
		{"empty batch", `[]`, nil},
		{"batch of nothing", `[1,{"kind":"sos","device":{}},{"device":"x"}]`, []string{"[0]", "[1].device", "[2].kind"}},
	} {
		_, _, err := Decode([]byte(c.body))
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want Invalid", c.name, err)
			continue
		}
		var names []string
		for _, f := range fault.FieldsOf(err) {
			names = append(names, f.Name)
		}
		if !cmp.Equal(names, c.fields) {
			t.Errorf("%s: fields %v, want %v", c.name, names, c.fields)
		}
	}
}

func TestABatchKeepsTheGoodAmongTheBad(t *testing.T) {
	t.Parallel()
	got, batch, err := Decode([]byte(`[{"device":"a","kind":"sos"},{"kind":"heartbeat","device":"b","battery":-3},{"device":867530912345678,"kind":"fall"}]`))
	if err != nil || !batch || len(got) != 3 {
		t.Fatalf("got %d, batch %v, err %v", len(got), batch, err)
	}
	if got[0].Err() != nil || got[2].Err() != nil || got[2].Device != "867530912345678" {
		t.Errorf("the good ones: %v, %v, device %q", got[0].Err(), got[2].Err(), got[2].Device)
	}
	if f := fault.FieldsOf(got[1].Err()); len(f) != 1 || f[0].Name != "[1].battery" {
		t.Errorf("the bad one: %v", f)
	}
}

func TestLongWordsAreCutAndLongIdsKeptApart(t *testing.T) {
	t.Parallel()
	body := func(id string) string {
		return `{"device":"x","kind":"sos","id":"` + id + `","text":"` + strings.Repeat("救", 3000) + `"}`
	}
	a, _, errA := Decode([]byte(body(strings.Repeat("a", 500))))
	b, _, errB := Decode([]byte(body(strings.Repeat("a", 501))))
	if errA != nil || errB != nil {
		t.Fatal(errA, errB)
	}
	if n := len([]rune(a[0].Text)); n != maxText {
		t.Errorf("text has %d characters, want %d", n, maxText)
	}
	if a[0].ID == b[0].ID || len(a[0].ID) > maxID {
		t.Errorf("ids %q and %q", a[0].ID, b[0].ID)
	}
}

func TestASignalWithoutIdIsKnownAgainByItsContent(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 8, 0, 5, 0, time.UTC)
	id := func(body string, at time.Time) string {
		t.Helper()
		s, _, err := Decode([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return s[0].contentID(at)
	}
	plain, timed := `{"device":"x","kind":"sos"}`, `{"device":"x","kind":"sos","time":"2026-11-23T08:00:00Z"}`
	if id(plain, now) != id(plain, now.Add(30*time.Second)) {
		t.Error("the same words within the minute are a repetition")
	}
	if id(plain, now) == id(plain, now.Add(2*time.Minute)) {
		t.Error("the same words without a time, minutes later, are the next press")
	}
	if id(timed, now) != id(timed, now.Add(5*time.Hour)) {
		t.Error("the same words with a time are the same press, however late they come again")
	}
}

// FuzzDecode holds what must be true of anything at all: no panic, a good item has a known kind, a bad one says why,
// and what was decoded can be said again.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{`{"id":"1","device":"x","kind":"sos"}`, `[{"device":"x","kind":"fall","time":"2026-11-23T08:00:00Z"},7]`,
		`{"device":1e400,"kind":"position","position":{"lat":1e999,"lon":0}}`, `null`, `[`, `{"kind":"\ud800"}`, `{"device":"x","kind":"sos","battery":1e-9}`,
		`{"device":"x","kind":"sos","time":"9999-12-31T23:59:59-23:59"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		signals, _, err := Decode(body)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v, want Invalid", err)
			}
			return
		}
		good := 0
		for _, s := range signals {
			if s.Err() != nil {
				continue
			}
			good++
			if !s.Kind.Known() || s.Battery != nil && (*s.Battery < 0 || *s.Battery > 100) || s.Position != nil && s.Position.Check() != nil {
				t.Fatalf("taken: %+v", s)
			}
			again, err := json.Marshal(s)
			if err != nil {
				t.Fatalf("say again: %v", err)
			}
			if _, _, err := Decode(again); err != nil && s.Device != "" {
				t.Fatalf("%s said again is refused: %v", again, err)
			}
		}
		if good == 0 {
			t.Fatal("accepted without a good signal")
		}
	})
}
