package registry

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// slips are a number with every wrong digit, and with every pair of neighbours swapped.
func slips(number string) (all []string) {
	for i := range number {
		for _, d := range "0123456789X" {
			all = append(all, number[:i]+string(d)+number[i+1:])
		}
		if i > 0 {
			all = append(all, number[:i-1]+string(number[i])+string(number[i-1])+number[i+1:])
		}
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == number })
}

func TestResidentNumberCatchesSlips(t *testing.T) {
	t.Parallel()
	right := func(number string) bool {
		var c problems
		c.paper(PaperResident, number)
		return len(c.fields) == 0
	}
	for order := range 60 {
		number := ResidentNumber("310199", time.Date(1940, 3, 5+order%20, 0, 0, 0, 0, time.UTC), order)
		if !right(number) {
			t.Fatalf("%s is refused", number)
		}
		for _, slip := range slips(number) {
			if right(slip) {
				t.Errorf("%s passes for %s", slip, number)
			}
		}
	}
}

func TestPapers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ kind, number, wantKind, wantNumber string }{
		{"", " 11010519491231002x ", PaperResident, "11010519491231002X"}, // the standard's own example
		{"身份证", "１１０１０５１９４９１２３１００２Ｘ", PaperResident, "11010519491231002X"},
		{"resident", "110105 19491231 002X", PaperResident, "11010519491231002X"},
		{"", "110105491231002", PaperResident, "11010519491231002X"}, // as cards were until 1999
		{"护照", "xx0012345", PaperPassport, "XX0012345"},
		{"回乡证", "h1234567890", PaperHKMacau, "H1234567890"},
		{"台胞证", "12345678", PaperTaiwan, "12345678"},
		{"外国人永久居留身份证", "XXX310099123456", PaperForeigner, "XXX310099123456"},
		{"other", "AB-123456", PaperOther, "AB123456"},
		{"resident", "", "", ""},
	} {
		kind, number := paperOf(c.kind, c.number)
		var bad problems
		bad.paper(kind, number)
		if kind != c.wantKind || number != c.wantNumber || len(bad.fields) > 0 {
			t.Errorf("%s %s: got %s %s %v", c.kind, c.number, kind, number, bad.fields)
		}
	}
	for kind, numbers := range map[string][]string{
		PaperResident: {"110105194912310021", "1101051949123100", "11010519491331002X", "1101051949123100XX", "ABC"},
		PaperHKMacau:  {"810000194912310022", "H1", "110105194912310020"},
		PaperTaiwan:   {"1234567"}, PaperForeigner: {"12345"}, PaperPassport: {"A1"}, "library card": {"12345678"},
	} {
		for _, n := range numbers {
			var bad problems
			if bad.paper(kind, n); len(bad.fields) == 0 {
				t.Errorf("%s %s passes", kind, n)
			}
		}
	}
	if got := sexByPaper(PaperResident, "11010519491231002X") + bornByPaper(PaperResident, "11010519491231002X"); got != "f1949-12-31" {
		t.Errorf("got %s", got)
	}
	if s := strings.Join(paperKinds(), " "); s != "resident passport hk_macau taiwan foreigner other" {
		t.Errorf("kinds: %s", s)
	}
}
