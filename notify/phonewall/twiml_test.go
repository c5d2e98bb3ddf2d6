package phonewall

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestParseTwiML(t *testing.T) {
	t.Parallel()
	verbs, err := parseTwiML([]byte(`<?xml version="1.0"?><Response>
		<Gather numDigits="1" action="/k?a=1&amp;b=2"><Say language="cmn-CN">张&lt;秀&gt;英</Say><Pause length="2"/></Gather>
		<Dial timeout="20"><Number>+8619900000001</Number></Dial><Hangup/></Response>`))
	if err != nil || len(verbs) != 3 {
		t.Fatalf("%+v, %v", verbs, err)
	}
	g := verbs[0]
	if g.name != "Gather" || g.attr["action"] != "/k?a=1&b=2" || g.inner[0].text != "张<秀>英" || g.inner[1].seconds("length", 1) != 2*time.Second {
		t.Errorf("gather %+v", g)
	}
	if got := verbs[1].dialled(); got != "+8619900000001" {
		t.Errorf("dials %q", got)
	}
}

func TestParseTwiMLRefuses(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"empty": "", "text": "hello", "other root": "<Say>x</Say>", "open": "<Response><Say>", "unknown verb": "<Response><Shout/></Response>",
		"say in say": "<Response><Say><Say/></Say></Response>", "dial in gather": "<Response><Gather><Dial/></Gather></Response>",
		"two roots": "<Response/><Response/>", "huge": "<Response>" + strings.Repeat(" ", maxTwiML) + "</Response>",
		"many": "<Response>" + strings.Repeat("<Pause/>", maxVerbs+1) + "</Response>",
	} {
		if verbs, err := parseTwiML([]byte(doc)); err == nil {
			t.Errorf("%s: taken as %+v", name, verbs)
		}
	}
}

func FuzzParseTwiML(f *testing.F) {
	for _, s := range []string{"<Response/>", "<Response><Say>a</Say><Hangup/></Response>", "<Response><Gather><Say/></Gather></Response>", "<!DOCTYPE x [<!ENTITY a 'b'>]><Response><Say>&a;</Say></Response>", "<Response"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		verbs, err := parseTwiML(doc)
		if err != nil && verbs != nil {
			return // what was read before the mistake is not used
		}
		for _, v := range verbs {
			if !mayStandIn(v.name, "Response") {
				t.Fatalf("%q: took %s", doc, v.name)
			}
			if d := speakTime(v.text); d < 0 {
				t.Fatalf("%q: speaks for %v", doc, d)
			}
		}
	})
}

func TestSentences(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"张秀英跌倒报警！时间14:32。请按1":   {"张秀英跌倒报警！", "时间14:32。", "请按1"},
		"Hello there. Press 1.": {"Hello there.", "Press 1."},
		"  ":                    nil,
		"3.5 km":                {"3.5 km"},
	}
	for in, want := range cases {
		if got := sentences(in); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
