package registry

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/fault"
)

func at(lat, lon float64) *geo.Position { return &geo.Position{Point: orb.Point{lon, lat}} }

func TestNormalizePhone(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"19900001234": "+8619900001234", "+86 199 0000 1234": "+8619900001234", "0086-199-0000-1234": "+8619900001234",
		"8619900001234": "+8619900001234", "１９９００００１２３４": "+8619900001234", "1990000-1234": "+8619900001234",
		"029-88445566": "+862988445566", "(029) 8844 5566": "+862988445566", "+1 415-555-2671": "+14155552671",
		"400-820-8820": "+864008208820", "+44 20 7946 0018": "+442079460018", "\u202a+8619900001234\u202c": "+8619900001234",
	} {
		if got, err := NormalizePhone(raw); err != nil || got != want {
			t.Errorf("NormalizePhone(%q) = %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{"", "110", "12345", "88445566", "199000012", "199000012345", "19900001234;19900005678", "19900001234、19900005678",
		"029-88445566转801", "029-88445566-801", "029-88445566 ext. 801", "88445566#801", "1-800-FLOWERS", "家里的电话", "+86", "19900001234+", "++8619900001234",
		"12900001234", "000000000000", "+999123456789", "1.39E+10"} {
		got, err := NormalizePhone(raw)
		if !fault.Is(err, fault.Invalid) || got != "" {
			t.Errorf("NormalizePhone(%q) = %q, %v; want it refused", raw, got, err)
		}
	}
}

func TestEveryWrongFieldIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	_, err := Parse[Elder]([]byte(`{"name":" ","sex":"q","birth_date":"5/3/44","phones":["110","19900001234"],"position":{"lat":0,"lon":0},
		"language":"!","tier":"a b","notes":"a\u0007b","nickname":"x","version":3,"illnesses":"gout"}`), noon())
	wantKind(t, "elder", err, fault.Invalid)
	wantFields(t, "elder", err, "name", "sex", "birth_date", "phones", "position", "language", "tier", "notes", "nickname", "version", "illnesses")
	_, err = Parse[Contact]([]byte(`{"role":"boss","channels":["fax"],"order":-1,"has_key":"x"}`), noon())
	wantFields(t, "contact", err, "elder", "name", "role", "channels", "order", "phones", "has_key")
	_, err = Parse[Device]([]byte(`{"protocol":"smoke signals"}`), noon())
	wantFields(t, "device", err, "identity", "protocol")
	_, err = Parse[Device]([]byte(`{"protocol":"phone","identity":"no number"}`), noon())
	wantFields(t, "device", err, "identity")
	_, err = Parse[Helper]([]byte(`{"name":"x","kind":"dog","modes":["boat"],"schedule":[{"days":[8],"from":"8","to":"9:00"}]}`), noon())
	wantFields(t, "helper", err, "kind", "modes", "schedule", "schedule", "phones")
	_, err = Parse[Operator]([]byte(`{"role":"the king"}`), noon())
	wantFields(t, "operator", err, "name", "display_name", "role")
	for _, body := range []string{``, `null`, `[]`, `{`, `"x"`} {
		_, err := Parse[Elder]([]byte(body), noon())
		wantKind(t, body, err, fault.Invalid)
	}
}

func TestDefaultsAndLeniency(t *testing.T) {
	t.Parallel()
	h, err := Parse[Helper]([]byte(`{"name":"李强","phones":["19900001234"]}`), noon())
	if err != nil || !h.OnDuty || h.Kind != KindVolunteer || len(h.Modes) != 1 || h.Modes[0] != geo.Foot {
		t.Errorf("helper by default: %+v, %v", h, err)
	}
	// 60 and over is the usual, not a rule; dates of lesser precision are what many people know.
	for _, born := range []string{"", "1990-05-05", "1944", "1944-3", "1944年3月5日", "19440305", "1944.3.5"} {
		if _, err := Parse[Elder]([]byte(`{"name":"x","birth_date":"`+born+`"}`), noon()); err != nil {
			t.Errorf("born %q: %v", born, err)
		}
	}
	for _, born := range []string{"1944-02-30", "44-03-05", "2027", "2026-12-01", "1800-01-01", "never"} {
		_, err := Parse[Elder]([]byte(`{"name":"x","birth_date":"`+born+`"}`), noon())
		wantFields(t, born, err, "birth_date")
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	for born, want := range map[string]int{"1944-11-23": 82, "1944-11-24": 81, "1944": 81, "1944-10": 82, "": 0, "x": 0, "2030-01-01": 0} {
		if got := (Elder{BirthDate: born}).Age(noon()); got != want {
			t.Errorf("born %q: got %d, want %d", born, got, want)
		}
	}
}

func TestAvailable(t *testing.T) {
	t.Parallel()
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	monday := time.Date(2026, 11, 23, 0, 0, 0, 0, shanghai)
	day := []Shift{{Days: []int{1, 2, 3, 4, 5}, From: "08:00", To: "18:00"}}
	night := []Shift{{Days: []int{7}, From: "22:00", To: "06:00"}} // Sunday night into Monday
	for _, c := range []struct {
		name     string
		schedule []Shift
		at       time.Duration
		want     bool
	}{
		{"always", nil, 3 * time.Hour, true},
		{"in the shift", day, 8 * time.Hour, true},
		{"before it", day, 8*time.Hour - time.Second, false},
		{"at its end", day, 18 * time.Hour, false},
		{"on Saturday", day, 5*24*time.Hour + 9*time.Hour, false},
		{"in the night after Sunday", night, 5 * time.Hour, true},
		{"at the end of that night", night, 6 * time.Hour, false},
		{"in the next night", night, 23 * time.Hour, false},
		{"on Sunday evening", night, 6*24*time.Hour + 23*time.Hour, true},
		{"all day", []Shift{{Days: []int{1}, From: "00:00", To: "00:00"}}, 15 * time.Hour, true},
		{"until midnight", []Shift{{Days: []int{1}, From: "20:00", To: "24:00"}}, 23 * time.Hour, true},
	} {
		h := Helper{OnDuty: true, Schedule: c.schedule}
		if got := h.Availability(monday.Add(c.at).UTC(), Circumstances{Location: shanghai}).OK(); got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		h.OnDuty = false
		if h.Availability(monday.Add(c.at), Circumstances{Location: shanghai}).OK() {
			t.Errorf("%s: available though not on duty", c.name)
		}
	}
}

func TestScopesMeet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want Scope }{
		{ScopeAll(), ScopeAll(), ScopeAll()},
		{ScopeAll(), ScopeOf("a"), ScopeOf("a")},
		{ScopeOf("a", "b"), ScopeOf("b", "c"), ScopeOf("b")},
		{Scope{}, ScopeAll(), Scope{}},
		{ScopeOf("a"), Scope{}, ScopeOf()},
	} {
		got := c.a.and(c.b)
		if got.All() != c.want.All() || cmp.Diff(append([]CentreID{}, c.want.centres...), append([]CentreID{}, got.centres...)) != "" {
			t.Errorf("%v and %v: got %v, want %v", c.a, c.b, got, c.want)
		}
	}
	if (Scope{}).Has("") || ScopeOf("a").Has("b") || !ScopeAll().Has("b") {
		t.Error("a scope has what it must not")
	}
}

func FuzzNormalizePhone(f *testing.F) {
	for _, s := range []string{"19900001234", "+86 29 8844 5566", "88445566转801", "1-800-FLOWERS", "+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		number, err := NormalizePhone(raw)
		if err != nil {
			return
		}
		again, err := NormalizePhone(number)
		if err != nil || again != number {
			t.Errorf("%q became %q, and that %q, %v", raw, number, again, err)
		}
	})
}
