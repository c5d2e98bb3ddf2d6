package phone_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"anling/devices/phone"
)

const published = `A"ML=1;lt=+51.53321;lg=-0.12601;rd=14;top=20220131171748;lc=68;pm=W;si=234159000000000;ei=123456789012345;mcc=234;mnc=15;ml=126`

func TestAMLReadsThePublishedExample(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile("testdata/aml_open.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Vectors []struct {
			ID, SMS string
			Expect  struct {
				Lat, Lon   float64
				RadiusM    float64 `json:"radius_m"`
				Time       time.Time
				Confidence int
				Method     string
				MCC, MNC   string
			}
		}
	}
	if err := json.Unmarshal(body, &file); err != nil || len(file.Vectors) == 0 {
		t.Fatalf("%d vectors, %v", len(file.Vectors), err)
	}
	for _, v := range file.Vectors {
		got, is := phone.ParseAML(v.SMS)
		if !is || got.Position == nil {
			t.Fatalf("%s: %+v, %v", v.ID, got, is)
		}
		p, e := got.Position, v.Expect
		if p.Point.Lat() != e.Lat || p.Point.Lon() != e.Lon || p.AccuracyM != e.RadiusM || !p.At.Equal(e.Time) || p.Source != "aml" ||
			got.Confidence != e.Confidence || got.Method != e.Method || got.Network != e.MCC+"-"+e.MNC {
			t.Errorf("%s: got %+v at %+v, want %+v", v.ID, got, p, e)
		}
		if len(got.Remarks) != 1 || got.Remarks[0].Name != "ml" {
			t.Errorf("%s: remarks %v, want one of its wrong length", v.ID, got.Remarks)
		}
	}
}

func TestAMLWithoutAPlaceHasNone(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"pm=N":       `A"ML=1;lt=+00.00000;lg=+000.00000;rd=N;top=20220131171748;lc=0;pm=N;mcc=460;mnc=00`,
		"rd=N":       `A"ML=1;lt=+31.23000;lg=+121.47000;rd=N;top=20220131171748;pm=W`,
		"pm=n":       `A"ML=1;lt=+31.23000;lg=+121.47000;rd=14;top=20220131171748;pm=n`,
		"0,0":        `A"ML=1;lt=+00.00000;lg=+000.00000;rd=14;top=20220131171748;pm=G`,
		"off earth":  `A"ML=1;lt=+91.00000;lg=+121.00000;rd=14;pm=G`,
		"no number":  `A"ML=1;lt=here;lg=+121.00000;rd=14;pm=G`,
		"not finite": `A"ML=1;lt=NaN;lg=Inf;rd=14;pm=G`,
		"half":       `A"ML=1;lt=+31.23000`,
		"nothing":    `A"ML=1`,
	} {
		got, is := phone.ParseAML(text)
		if !is || got.Position != nil {
			t.Errorf("%s: %v, position %v; want a call for help without a place", name, is, got.Position)
		}
	}
}

func TestAMLIsReadGenerously(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`A"ML=1;lt=+31.23000;lg=+121.47000;rd=14;top=20261123075800;lc=68;pm=G`,
		` A“ML=1; LT = 31.23 ; lg=121.47; RD=14 ;top=20261123075800;pm=g;xx=later ;`,
		`AML=1;lg=+121.47;lt=+31.23;top=20261123075800;rd=14;lt=9`,
	} {
		got, is := phone.ParseAML(text)
		if !is || got.Position == nil || got.Position.Point[0] != 121.47 || got.Position.Point[1] != 31.23 || got.Position.AccuracyM != 14 ||
			!got.Position.At.Equal(time.Date(2026, 11, 23, 7, 58, 0, 0, time.UTC)) {
			t.Errorf("%q gives %v %+v", text, is, got.Position)
		}
	}
	for _, text := range []string{"", "1 4471", "救命", "AMLODIPIN vergessen", "A;ML=1", strings.Repeat(`A"ML=1;`, 500)} {
		if _, is := phone.ParseAML(text); is {
			t.Errorf("%.40q is taken for a phone's message", text)
		}
	}
	if got, is := phone.ParseAML(`A"ML=1;lt=+31.23;lg=+121.47;rd=14;top=yesterday;pm=G`); !is || got.Position == nil || !got.Position.At.IsZero() {
		t.Errorf("with a time that cannot be read: %+v", got)
	}
}

func TestAMLKeepsNoNumberOfCardOrTelephone(t *testing.T) {
	t.Parallel()
	got, _ := phone.ParseAML(published + ";imei=123456789012345;lt=234159000000000234159000000000")
	for _, number := range []string{"234159000000000", "123456789012345"} {
		if strings.Contains(got.Text, number) {
			t.Errorf("%q holds the number %s", got.Text, number)
		}
	}
	if !strings.Contains(got.Text, "lt=+51.53321") || !strings.Contains(got.Text, "si=…") {
		t.Errorf("kept %q", got.Text)
	}
}

func TestAPhonesMessageIsACallForHelp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *rig) {
		r.mustElder(t, "e1", "zh", "+8619900001111")
		m := phone.SMS{ID: "SM1", From: "+8619900001111", Text: published}
		for range 2 {
			if id, taken, err := r.line.Located(t.Context(), m); id == "" || !taken || err != nil {
				t.Fatalf("got %q, %v, %v", id, taken, err)
			}
		}
		if len(r.engine.got) != 1 {
			t.Fatalf("the engine heard %d messages, want one", len(r.engine.got))
		}
		s := r.engine.got[0]
		if s.Elder != "e1" || s.Kind != "sos" || !s.Where || s.Protocol != "phone" || s.Path != "aml" || s.Position == nil || s.Position.Source != "aml" {
			t.Errorf("the engine heard %+v", s)
		}
		m.ID, m.From = "SM2", "+8619900007777"
		if id, taken, err := r.line.Located(t.Context(), m); id == "" || !taken || err != nil || r.engine.got[1].Identity != m.From {
			t.Errorf("of somebody unknown: %q, %v, %v", id, taken, err)
		}
		if _, taken, err := r.line.Located(t.Context(), phone.SMS{ID: "SM3", From: m.From, Text: "1 4471"}); taken || err != nil {
			t.Errorf("an answer is taken for a place: %v", err)
		}
	})
}

func FuzzParseAML(f *testing.F) {
	f.Add(published)
	f.Add(`A"ML=1;` + strings.Repeat("si;", 300))
	f.Add(`A"ML=1;lt=+00.00000;lg=+000.00000;rd=N;pm=N`)
	f.Add(`A“ML=;;;=;lt==;lt=1e400;top=99999999999999`)
	f.Fuzz(func(t *testing.T, text string) {
		got, is := phone.ParseAML(text)
		if !is && (got.Text != "" || got.Position != nil) {
			t.Fatalf("%q is none, and gives %+v", text, got)
		}
		if p := got.Position; p != nil && (p.Check() != nil || p.Point[0] == 0 && p.Point[1] == 0) {
			t.Fatalf("%q gives %+v, which is no place", text, p)
		}
		if again, ok := phone.ParseAML(got.Text); is && (!ok || (again.Position == nil) != (got.Position == nil)) {
			t.Fatalf("%q is kept as %q, which says something else", text, got.Text)
		}
	})
}
