package twilio

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/gorilla/mux"
	"github.com/twilio/twilio-go/client"

	"anling/notify"
	"anling/notify/phonewall"
)

// The example of https://www.twilio.com/docs/usage/security#validating-requests, with its
// published result, as twilio-go's own tests have it.
func TestSignatureOfTwiliosOwnExample(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"},
		"From": {"+14158675309"}, "To": {"+18005551212"},
	}
	const address = "https://mycompany.com/myapp.php?foo=1&bar=2"
	const want = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
	if got := phonewall.Sign("12345", address, form); got != want {
		t.Errorf("the phone wall signs %s, want %s", got, want)
	}
	v := client.NewRequestValidator("12345")
	if !v.ValidateBody(address, []byte(form.Encode()), want) {
		t.Error("the validator refuses the published example")
	}
}

type refusal struct {
	name   string
	change func(r *http.Request)
	want   int
}

func TestHooksRefuseWhatIsNotSigned(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	form := url.Values{"MessageSid": {"SM1"}, "From": {daughter}, "To": {number}, "Body": {"1"}, "AccountSid": {account}}
	for _, c := range []refusal{
		{"signed", func(*http.Request) {}, http.StatusOK},
		{"no signature", func(r *http.Request) { r.Header.Del("X-Twilio-Signature") }, http.StatusForbidden},
		{"wrong signature", func(r *http.Request) { r.Header.Set("X-Twilio-Signature", "AAAA") }, http.StatusForbidden},
		{"other query", func(r *http.Request) { r.URL.RawQuery = "a=1" }, http.StatusForbidden},
		{"changed body", func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(form.Encode() + "&x=1"))
			r.ContentLength = -1
		}, http.StatusForbidden},
		{"json", func(r *http.Request) { r.Header.Set("Content-Type", "application/json") }, http.StatusForbidden},
		{"too long", func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(strings.Repeat("a", maxForm+1)))
			r.ContentLength = -1
		}, http.StatusBadRequest},
		{"get", func(r *http.Request) { r.Method = http.MethodGet }, http.StatusMethodNotAllowed},
	} {
		res := w.hook("sms", form, token, c.change)
		if res.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, res.Code, c.want)
		}
		if res.Code == http.StatusForbidden && res.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: answered as %s", c.name, res.Header().Get("Content-Type"))
		}
	}
}

// hook posts a signed form, after a change, to a webhook.
func (w *town) hook(path string, form url.Values, key string, change func(r *http.Request)) *httptest.ResponseRecorder {
	w.t.Helper()
	address := w.service.URL + "/hooks/twilio/" + path
	r := httptest.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	r.Header.Set("X-Twilio-Signature", phonewall.Sign(key, address, form))
	change(r)
	router := mux.NewRouter()
	w.hooks.Register(router)
	res := httptest.NewRecorder()
	router.ServeHTTP(res, r)
	return res
}

func TestSecondTokenAndOtherAccount(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	o := w.sender.o
	o.SecondaryToken = "fedcba9876543210fedcba9876543210"
	w.hooks = NewHooks(HookOptions{Sender: mustSender(t, o), Outbox: w.outbox, Caller: w.alert, Log: w.hooks.log})
	same := func(*http.Request) {}
	form := url.Values{"MessageSid": {"SM1"}, "From": {daughter}, "Body": {"1"}, "AccountSid": {account}}
	for key, want := range map[string]int{token: 200, o.SecondaryToken: 200, "another": 403, "": 403} {
		if res := w.hook("sms", form, key, same); res.Code != want {
			t.Errorf("token %q: %d, want %d", key, res.Code, want)
		}
	}
	form.Set("AccountSid", "AC00000000000000000000000000000002")
	if res := w.hook("sms", form, token, same); res.Code != http.StatusForbidden {
		t.Errorf("another account: %d", res.Code)
	}
}

func TestHooksTakeNonsenseCalmly(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	same := func(*http.Request) {}
	for path, want := range map[string]int{
		"status": 204, "status?m=nobody": 204, "recording": 204, "recording?m=nobody": 204, "sms": 400, "voice": 400,
		"call/nobody": 200, "call/nobody/key": 200, "call/nobody/dialed": 200, "voice/dialed": 200, "nothing": 404,
	} {
		if res := w.hook(path, url.Values{"CallStatus": {"nonsense"}}, token, same); res.Code != want {
			t.Errorf("%s: %d %s, want %d", path, res.Code, res.Body, want)
		}
	}
	if res := w.hook("status?m=nobody&r=-1", url.Values{"CallSid": {"CA1"}, "CallStatus": {"ringing"}}, token, same); res.Code != 204 {
		t.Errorf("status of an unknown call: %d", res.Code)
	}
}

func TestNewRefusesBadSettingsAllAtOnce(t *testing.T) {
	t.Parallel()
	_, err := New(Options{AccountSID: "AC1", AuthToken: "", From: "123", PublicURL: "anling", APIURL: "ftp://x", VoiceFrom: "x", SecondaryToken: "?"})
	if err == nil {
		t.Fatal("taken")
	}
	for _, field := range []string{"twilio-account-sid", "twilio-auth-token", "twilio-from", "public-url", "twilio-api-url", "twilio-voice-from", "twilio-secondary-token"} {
		if !strings.Contains(fieldsOf(err), field) {
			t.Errorf("%s is not named", field)
		}
	}
}

func TestMessagingServiceNeedsANumberForCalls(t *testing.T) {
	t.Parallel()
	s := mustSender(t, Options{AccountSID: account, AuthToken: token, From: "MG00000000000000000000000000000001", PublicURL: "https://anling.example"})
	if res := s.Send(t.Context(), call("一")); !res.Permanent || res.Code != "no_voice_number" {
		t.Errorf("%+v", res)
	}
	m := text("一")
	m.Channel = notify.Push
	if res := s.Send(t.Context(), m); !res.Permanent {
		t.Errorf("push: %+v", res)
	}
}
