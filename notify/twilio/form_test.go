package twilio

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"

	"anling/internal/fault"
	"anling/notify"
)

func fieldsOf(err error) string {
	var names []string
	for _, f := range fault.FieldsOf(err) {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

func TestStatusReport(t *testing.T) {
	t.Parallel()
	cases := []struct {
		form string
		want notify.Status
		code string
	}{
		{"MessageSid=SM1&MessageStatus=queued", "", ""},
		{"MessageSid=SM1&MessageStatus=sent", notify.StatusSent, ""},
		{"MessageSid=SM1&MessageStatus=delivered", notify.StatusDelivered, ""},
		{"MessageSid=SM1&MessageStatus=undelivered&ErrorCode=30006", notify.StatusFailed, "30006"},
		{"CallSid=CA1&CallStatus=initiated", notify.StatusSent, ""},
		{"CallSid=CA1&CallStatus=in-progress", notify.StatusAnswered, ""},
		{"CallSid=CA1&CallStatus=in-progress&AnsweredBy=human", notify.StatusAnswered, ""},
		{"CallSid=CA1&CallStatus=in-progress&AnsweredBy=unknown", notify.StatusAnswered, ""},
		{"CallSid=CA1&CallStatus=in-progress&AnsweredBy=machine_start", notify.StatusVoicemail, "machine_start"},
		{"CallSid=CA1&CallStatus=completed&AnsweredBy=machine_end_beep", notify.StatusVoicemail, "machine_end_beep"},
		{"CallSid=CA1&AnsweredBy=fax", notify.StatusVoicemail, "fax"},
		{"CallSid=CA1&CallStatus=failed&SipResponseCode=404", notify.StatusFailed, "404"},
		{"CallSid=CA1&CallStatus=no-answer", notify.StatusNoAnswer, ""},
		{"CallSid=CA1&CallStatus=canceled", notify.StatusCancelled, ""},
		{"CallSid=CA1&CallStatus=bogus", "", ""},
		{"CallStatus=ringing", notify.StatusRinging, ""}, // without a CallSid it is not kept
	}
	for _, c := range cases {
		form, err := url.ParseQuery(c.form)
		if err != nil {
			t.Fatal(err)
		}
		rep, ok := statusReport(url.Values{"m": {"m-1"}, "r": {"2"}}, form)
		if wantOK := c.want != "" && rep.Ref != ""; ok != wantOK || rep.Status != c.want || rep.Code != c.code {
			t.Errorf("%s: %+v %v", c.form, rep, ok)
		}
		if rep.Message != "m-1" || rep.Repeat != 2 {
			t.Errorf("%s: message %q copy %d", c.form, rep.Message, rep.Repeat)
		}
	}
}

func FuzzStatusForm(f *testing.F) {
	for _, s := range []string{"MessageSid=SM1&MessageStatus=sent", "CallSid=CA1&CallStatus=ringing&AnsweredBy=human", "%zz", "a=b;c", "CallSid=&CallSid=2", "RecordingSid=RE1&RecordingUrl=u&RecordingDuration=-3"} {
		f.Add(s, "m=1&r=9")
	}
	f.Fuzz(func(t *testing.T, body, query string) {
		form, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		q, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		if rep, ok := statusReport(q, form); ok && (rep.Ref == "" || rep.Status == "" || rep.Repeat < 0 || !rep.Status.After(notify.StatusUnknown)) {
			t.Fatalf("%q %q: %+v", body, query, rep)
		}
		if in, ok := incomingSMS(form); ok && (in.ID == "" || in.From == "") {
			t.Fatalf("%q: %+v", body, in)
		}
		if rec, ok := recording(q, form); ok && (rec.Ref == "" || rec.Duration < 0) {
			t.Fatalf("%q: %+v", body, rec)
		}
	})
}

func FuzzTwiML(f *testing.F) {
	for _, s := range []string{"张秀英", "<Say>", "a & b", "\x00\x1b", "]]>", "\xff"} {
		f.Add(s, "https://anling.example/hooks/twilio/call/m/key?n=1&x=2", "zh")
	}
	f.Fuzz(func(t *testing.T, text, action, lang string) {
		for _, doc := range []string{
			AskTwiML(Prompt{Text: text, Language: lang, Action: action}),
			TellTwiML(lang, text, text),
			ConnectTwiML(Connection{Text: text, Language: lang, Number: text, After: action, Recording: action}),
			MessageTwiML(text),
		} {
			if err := xml.Unmarshal([]byte(doc), &struct{}{}); err != nil {
				t.Fatalf("%q: %v", doc, err)
			}
			if strings.Count(doc, "<Response>") != 1 {
				t.Fatalf("a text broke out: %q", doc)
			}
		}
	})
}

func TestTwiML(t *testing.T) {
	t.Parallel()
	got := AskTwiML(Prompt{Text: "张<秀>英&", Language: "zh", Action: "https://a/b?n=1&x=2"})
	want := `<?xml version="1.0" encoding="UTF-8"?>
<Response><Gather input="dtmf" numDigits="1" timeout="6" action="https://a/b?n=1&amp;x=2" method="POST" actionOnEmptyResult="true">` +
		`<Say language="cmn-CN" voice="Polly.Zhiyu">张&lt;秀&gt;英&amp;</Say></Gather></Response>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := MessageTwiML(""); !strings.HasSuffix(got, "<Response></Response>") {
		t.Errorf("silence: %s", got)
	}
	if got := TellTwiML("en", "Hello"); !strings.Contains(got, `language="en-US"`) || !strings.HasSuffix(got, "<Hangup></Hangup></Response>") {
		t.Errorf("tell: %s", got)
	}
}

func TestPassing(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"20003": true, "20429": true, "21611": true, "21211": false, "21610": false, "21614": false, "21617": false, "http_400": false} {
		if got := passing(400, code); got != want {
			t.Errorf("code %s passing: %v", code, got)
		}
	}
	if !passing(401, "http_401") || !passing(429, "http_429") {
		t.Error("a refused token or a full queue is taken for the number's fault")
	}
}
