package phone

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/fault"
)

// AML is what a phone sends by SMS when somebody calls for help with it (Advanced Mobile Location, ETSI TS 103 625; the text as
// Google's ELS page gives it):
//
//	A"ML=1;lt=+51.53321;lg=-0.12601;rd=14;top=20220131171748;lc=68;pm=W;si=…;ei=…;mcc=234;mnc=15;ml=127
//
// The numbers of the card (si) and of the telephone (ei) are read by nobody and kept nowhere.
type AML struct {
	Position   *geo.Position // nil: the phone did not know, or what it said is no place
	Confidence int           // per cent with which the phone is within the accuracy; 0: not said
	Method     string        // gnss, wifi, cell; empty: not said
	Network    string        // MCC-MNC; empty: not said
	Remarks    []fault.Field // what was odd
	Text       string        // as it came, without the numbers of card and telephone
}

// maxAML bounds what is read of a text; one SMS has 160 characters.
const maxAML = 1000

// amlFields are those whose values are kept; all others may tell who somebody is.
func amlFields() []string { return []string{"lt", "lg", "rd", "top", "lc", "pm", "mcc", "mnc", "ml"} }

// ParseAML reads the text of an SMS; false when it is none of AML. It is generous: whatever is odd or missing, the text is still that of
// a phone with which somebody calls for help.
func ParseAML(text string) (AML, bool) {
	text = strings.TrimSpace(text)
	head, rest, _ := strings.Cut(text, ";")
	if !isAML(head) || len(text) > maxAML {
		return AML{}, false
	}
	r := amlReader{said: map[string]string{}, kept: []string{`A"ML=` + digits(head)}}
	for part := range strings.SplitSeq(rest, ";") {
		r.field(part)
	}
	out := AML{Text: strings.Join(r.kept, ";"), Method: method(r.said["pm"]), Network: network(r.said["mcc"], r.said["mnc"])}
	if n, err := strconv.Atoi(r.said["lc"]); err == nil && n > 0 && n <= 100 {
		out.Confidence = n
	}
	out.Position = r.position()
	if ml, said := r.said["ml"]; said && ml != strconv.Itoa(utf8.RuneCountInString(text)) {
		r.odd("ml", "is not the length of the text") // the published example's own is wrong: never a reason to refuse
	}
	out.Remarks = r.remarks
	return out, true
}

// isAML knows the head of the text. Gateways write the quotation mark in their own way, or lose it.
func isAML(head string) bool {
	head = strings.ToUpper(strings.NewReplacer(`"`, "", "“", "", "”", "", "'", "", " ", "").Replace(head))
	return strings.HasPrefix(head, "AML=")
}

// digits are the digits of a short text.
func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s[:min(len(s), 16)])
}

type amlReader struct {
	said    map[string]string
	kept    []string
	remarks []fault.Field
}

func (r *amlReader) odd(name, problem string) {
	r.remarks = append(r.remarks, fault.Field{Name: name, Problem: problem})
}

// field takes one name=value. Of a name that is said twice the first counts.
func (r *amlReader) field(part string) {
	name, value, _ := strings.Cut(part, "=")
	name, value = strings.ToLower(strings.TrimSpace(name)), strings.TrimSpace(value)
	if name == "si" || name == "ei" {
		value = "…"
	} else if !slices.Contains(amlFields(), name) || len(value) > 20 {
		return
	}
	if _, again := r.said[name]; again {
		return
	}
	r.said[name] = value
	r.kept = append(r.kept, name+"="+value)
}

// position is where the phone is; nil when it says that it does not know, in whatever way.
func (r *amlReader) position() *geo.Position {
	if strings.EqualFold(r.said["pm"], "N") || strings.EqualFold(r.said["rd"], "N") {
		return nil
	}
	lat, okLat := r.number("lt")
	lon, okLon := r.number("lg")
	if !okLat || !okLon {
		return nil
	}
	p := geo.Position{Point: orb.Point{lon, lat}, Source: geo.SourceAML, At: r.time()}
	if radius, ok := r.number("rd"); ok && radius > 0 {
		p.AccuracyM = radius
	}
	if !geo.Usable(p) {
		r.odd("lt", "and lg are no place")
		return nil
	}
	return &p
}

func (r *amlReader) number(name string) (float64, bool) {
	v, err := strconv.ParseFloat(r.said[name], 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		r.odd(name, "must be a number")
		return 0, false
	}
	return v, true
}

// time is when the place was found, in UTC as the standard has it; zero when that cannot be read.
func (r *amlReader) time() time.Time {
	at, err := time.ParseInLocation("20060102150405", r.said["top"], time.UTC)
	if err != nil {
		r.odd("top", "must be a time (yyyyMMddHHmmss, UTC)")
		return time.Time{}
	}
	return at
}

func method(pm string) string {
	return map[string]string{"G": "gnss", "W": "wifi", "C": "cell"}[strings.ToUpper(pm)]
}

func network(mcc, mnc string) string {
	if mcc == "" || mnc == "" {
		return ""
	}
	return mcc + "-" + mnc
}
