package web

import (
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"anling/registry"
)

// posts is what webhooks were told.
type posts struct {
	mu   sync.Mutex
	body []string
}

func (p *posts) RoundTrip(r *http.Request) (*http.Response, error) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.body = append(p.body, string(b))
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("")), Request: r}, nil
}

// TestWhatIsToldIsOpen holds the fields that leave for addresses that somebody typed against the classes of the gate.
func TestWhatIsToldIsOpen(t *testing.T) {
	t.Parallel()
	classes := map[string]class{}
	for _, row := range gateRows() {
		if reflect.TypeOf(row.of) == reflect.TypeFor[AlertView]() {
			classes = row.fields
		}
	}
	told := reflect.TypeFor[AlertTold]()
	for i := range told.NumField() {
		name := jsonName(told.Field(i))
		if c := classes[name]; c != open && c != rough {
			t.Errorf("%s is of class %q", name, c)
		}
	}
}

// TestWebhooks goes the whole way: registered over the API, told of an alert, deleted; and nothing personal in it.
func TestWebhooks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	made := h.do(ask{method: "POST", path: "/v1/webhooks", token: h.tokens["admin"], body: `{"name":"board","url":"https://board.example/x?key=MARKEDSECRET"}`})
	made.want(t, 201)
	id, secret := made.json(t)["id"].(string), made.json(t)["secret"].(string)
	if !strings.HasPrefix(secret, "whsec_") {
		t.Errorf("the secret is %.8s…", secret)
	}
	_, _, err := h.server.StepWebhooks(t.Context()) // the service has been running
	must(t, err)
	alert := h.press()
	for _, step := range []string{"feed", "deliver"} {
		did, _, err := h.server.StepWebhooks(t.Context())
		if step == "deliver" {
			did, _, err = h.hooks.Step(t.Context())
		}
		if err != nil || did == 0 {
			t.Fatalf("%s: %d, %v", step, did, err)
		}
	}
	var told EventTold
	first := slices.IndexFunc(h.posts.body, func(b string) bool { return strings.Contains(b, `"type":"alert.raised"`) })
	if first < 0 {
		t.Fatalf("nobody was told of the press: %q", h.posts.body)
	}
	must(t, json.Unmarshal([]byte(h.posts.body[first]), &told))
	if told.Type != "alert.raised" || string(told.Data.ID) != alert || told.Data.Centre != "c1" || *told.Data.Elder != registry.ElderID("e1") {
		t.Errorf("told was %s", h.posts.body[first])
	}
	for _, private := range []string{"张秀英", "黄陂", "4471", "青霉素", "高血压", "13900", "+86", "耳背", "张丽"} {
		if strings.Contains(strings.Join(h.posts.body, ""), private) {
			t.Errorf("a webhook was told %s", private)
		}
	}
	list := h.do(ask{method: "GET", path: "/v1/webhooks/" + id + "/deliveries", token: h.tokens["admin"]})
	if list.want(t, 200); !strings.Contains(string(list.body), `"code":"200"`) {
		t.Errorf("deliveries: %s", list.body)
	}
	for path, want := range map[string]int{"/test": 202, "/pause": 200, "/resume": 200, "/rotate": 200} {
		h.do(ask{method: "POST", path: "/v1/webhooks/" + id + path, token: h.tokens["admin"]}).want(t, want)
	}
	for _, path := range []string{"/v1/webhooks", "/v1/webhooks/" + id} {
		if a := h.do(ask{method: "GET", path: path, token: h.tokens["admin"]}); a.StatusCode != 200 || strings.Contains(string(a.body), "MARKEDSECRET") || strings.Contains(string(a.body), "whsec_") {
			t.Errorf("%s: %d %s", path, a.StatusCode, a.body)
		}
	}
	h.do(ask{method: "DELETE", path: "/v1/webhooks/" + id, token: h.tokens["admin"]}).want(t, 204)
	h.do(ask{method: "GET", path: "/v1/webhooks/" + id, token: h.tokens["admin"]}).want(t, 404)
	if log := h.log.String(); strings.Contains(log, "MARKEDSECRET") || strings.Contains(log, secret) {
		t.Error("the log holds an address or a secret")
	}
	h.do(ask{method: "POST", path: "/v1/webhooks", token: h.tokens["operate"], body: `{}`}).want(t, 403)
	inside := h.do(ask{method: "POST", path: "/v1/webhooks", token: h.tokens["admin"], body: `{"name":"x","url":"https://169.254.169.254/"}`})
	inside.want(t, 422)
}
