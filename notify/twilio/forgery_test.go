package twilio

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/mux"

	"anling/notify/phonewall"
)

// forgery is what somebody without the token could do to a request, or with one that they have seen.
type forgery struct {
	name string
	do   func(r *http.Request, form url.Values, sign func(address string, form url.Values))
}

func setForm(r *http.Request, form url.Values) {
	r.Body = io.NopCloser(strings.NewReader(form.Encode()))
	r.ContentLength = -1
}

func forgeries() []forgery {
	changed := func(change func(url.Values)) func(*http.Request, url.Values, func(string, url.Values)) {
		return func(r *http.Request, form url.Values, _ func(string, url.Values)) {
			change(form)
			setForm(r, form)
		}
	}
	elsewhere := func(from, to string) func(*http.Request, url.Values, func(string, url.Values)) {
		return func(r *http.Request, form url.Values, sign func(string, url.Values)) {
			sign(strings.Replace(r.URL.String(), from, to, 1), form)
		}
	}
	return []forgery{
		{"unsigned", func(r *http.Request, _ url.Values, _ func(string, url.Values)) { r.Header.Del("X-Twilio-Signature") }},
		{"empty signature", func(r *http.Request, _ url.Values, _ func(string, url.Values)) {
			r.Header.Set("X-Twilio-Signature", "")
		}},
		{"cut signature", func(r *http.Request, _ url.Values, _ func(string, url.Values)) {
			s := r.Header.Get("X-Twilio-Signature")
			r.Header.Set("X-Twilio-Signature", s[:len(s)-4])
		}},
		{"signature of nothing", func(r *http.Request, _ url.Values, sign func(string, url.Values)) { sign("", nil) }},
		{"a parameter changed", changed(func(f url.Values) { f.Set("From", "+8619900000999") })},
		{"a parameter added", changed(func(f url.Values) { f.Set("Digits", "1") })},
		{"a parameter doubled", changed(func(f url.Values) { f.Add("From", "+8619900000999") })},
		{"a parameter cut", changed(func(f url.Values) { f.Del("CallSid") })},
		{"the body cut", func(r *http.Request, form url.Values, _ func(string, url.Values)) {
			body := form.Encode()
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body[:len(body)-3])), -1
		}},
		{"the query changed", func(r *http.Request, _ url.Values, _ func(string, url.Values)) { r.URL.RawQuery = "m=another" }},
		{"signed for another host", elsewhere("://", "://evil.")},
		{"signed for http", elsewhere("https://", "http://")},
		{"signed for another path", elsewhere("/hooks/twilio/", "/hooks/twilio/x/")},
		{"signed with another token", func(r *http.Request, form url.Values, _ func(string, url.Values)) {
			r.Header.Set("X-Twilio-Signature", phonewall.Sign("0123456789abcdef0123456789abcdee", r.URL.String(), form))
		}},
		{"signed without a token", func(r *http.Request, form url.Values, _ func(string, url.Values)) {
			r.Header.Set("X-Twilio-Signature", phonewall.Sign("", r.URL.String(), form))
		}},
		{"another account", func(r *http.Request, form url.Values, sign func(string, url.Values)) {
			form.Set("AccountSid", "AC00000000000000000000000000000009")
			setForm(r, form)
			sign(r.URL.String(), form)
		}},
		{"as JSON", func(r *http.Request, _ url.Values, _ func(string, url.Values)) {
			r.Header.Set("Content-Type", "application/json")
		}},
		{"as multipart", func(r *http.Request, _ url.Values, _ func(string, url.Values)) {
			r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		}},
	}
}

// TestForgeriesOfEveryHook tries each forgery on each webhook, behind an https proxy that speaks http to us under a name
// of its own. Only what is really signed for the public address is taken, whatever Host and X-Forwarded-… say.
func TestForgeriesOfEveryHook(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	o := w.sender.o
	o.PublicURL = "https://anling.example"
	hooks := NewHooks(HookOptions{Sender: mustSender(t, o), Outbox: w.outbox, Caller: w.alert, Log: w.hooks.log})
	router := mux.NewRouter()
	hooks.Register(router)
	ask := func(path string, f *forgery) int {
		form := url.Values{"AccountSid": {account}, "CallSid": {"CA1"}, "MessageSid": {"SM1"}, "From": {daughter}, "To": {number}, "Body": {"1"}, "CallStatus": {"ringing"}}
		r := httptest.NewRequest(http.MethodPost, o.PublicURL+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		sign := func(address string, form url.Values) {
			r.Header.Set("X-Twilio-Signature", phonewall.Sign(token, address, form))
		}
		sign(o.PublicURL+path, form)
		if f != nil {
			f.do(r, form, sign)
		}
		// What arrives from the proxy says nothing of the public address.
		r.Host = "10.0.0.7:8080"
		r.Header.Set("X-Forwarded-Host", "evil.example")
		r.Header.Set("X-Forwarded-Proto", "http")
		r.URL.Scheme, r.URL.Host = "", ""
		res := httptest.NewRecorder()
		router.ServeHTTP(res, r)
		return res.Code
	}
	var paths []string
	if err := router.Walk(func(route *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		path, err := route.GetPathTemplate()
		paths = append(paths, strings.ReplaceAll(path, "{message}", "m-1"))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if len(paths) < 8 {
		t.Fatalf("only %d webhooks: %q", len(paths), paths)
	}
	for _, path := range paths {
		if code := ask(path, nil); code/100 != 2 {
			t.Errorf("%s, really signed: %d", path, code)
		}
		for _, f := range forgeries() {
			if code := ask(path, &f); code != http.StatusForbidden {
				t.Errorf("%s, %s: %d", path, f.name, code)
			}
		}
	}
}
