package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
	"anling/internal/seal"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// receiver is the other program: it remembers what it was told, and answers as it is set.
type receiver struct {
	mu     sync.Mutex
	status int
	told   []*http.Request
	bodies []string
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told, r.bodies = append(r.told, req), append(r.bodies, string(body))
	return &http.Response{StatusCode: r.status, Body: io.NopCloser(strings.NewReader("ok")), Request: req}, nil
}

// town is a set of hooks with a receiver.
type town struct {
	*Hooks
	t     *testing.T
	clock *clock.Manual
	recv  *receiver
	log   *bytes.Buffer
	died  []string
}

func newTown(t *testing.T, o db.Options) *town {
	t.Helper()
	clk := clock.NewManual(start)
	d := dbtest.Open(t, o, clk)
	ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring"))
	must(t, err)
	w := &town{t: t, clock: clk, recv: &receiver{status: 200}, log: &bytes.Buffer{}}
	w.Hooks = Open(Options{DB: d, Vault: seal.NewVault(d, ring), Clock: clk, Log: slog.New(slog.NewTextHandler(w.log, nil)),
		Kinds: []string{"alert.raised", "alert.closed"}, Transport: w.recv,
		Died: func(_ context.Context, _ *db.Tx, h Hook) { w.died = append(w.died, h.ID) }})
	return w
}

func silent(*db.Tx, Hook) {}

func (w *town) register(wish Wish) (Hook, string) {
	w.t.Helper()
	h, secret, err := w.Create(w.t.Context(), wish, silent)
	must(w.t, err)
	return h, secret
}

// happen feeds one event of a centre.
func (w *town) happen(n int64, kind string, centres ...string) int {
	w.t.Helper()
	told, err := w.Feed(w.t.Context(), Span{From: n - 1, UpTo: n}, []Occurrence{{Global: n, At: w.clock.Now(), Kind: kind, Centres: centres, Body: fmt.Appendf(nil, `{"n":%d}`, n)}})
	must(w.t, err)
	return told
}

func (w *town) deliver() {
	w.t.Helper()
	for range 100 {
		did, _, err := w.Step(w.t.Context())
		must(w.t, err)
		if did == 0 {
			return
		}
	}
	w.t.Fatal("the hooks do not come to rest")
}

// The example of the Standard Webhooks' own test suite.
func TestSignatureOfTheStandardsOwnExample(t *testing.T) {
	t.Parallel()
	const want = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
	at, body := time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`)
	const id, secret = "msg_p5jXN8AQM9LWM0D4loKWxJek", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	if got, err := sign([]string{secret}, id, at, body); err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if got, err := sign([]string{newSecret(), secret}, id, at, body); err != nil || !strings.HasSuffix(got, " "+want) {
		t.Errorf("with two secrets: got %s, %v", got, err)
	}
	for _, changed := range []func() (string, error){
		func() (string, error) { return sign([]string{secret}, id+"x", at, body) },
		func() (string, error) { return sign([]string{secret}, id, at.Add(time.Second), body) },
		func() (string, error) { return sign([]string{secret}, id, at, append(body, ' ')) },
		func() (string, error) { return sign([]string{newSecret()}, id, at, body) },
	} {
		if got, err := changed(); err != nil || got == want {
			t.Errorf("what is changed has the same signature: %s, %v", got, err)
		}
	}
	if s := newSecret(); s == newSecret() || len(s) < 40 {
		t.Errorf("secrets like %d bytes", len(s))
	}
}

func TestWhoIsToldWhat(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		w := newTown(t, o)
		all, secret := w.register(Wish{Name: "all", URL: "https://all.example/x?key=MARKEDSECRET"})
		w.register(Wish{Name: "closed", URL: "https://closed.example/", Kinds: []string{"alert.closed"}})
		w.register(Wish{Name: "north", URL: "https://north.example/", Centre: "north"})
		paused, _ := w.register(Wish{Name: "paused", URL: "https://paused.example/"})
		_, err := w.Set(t.Context(), paused.ID, Paused, silent)
		must(t, err)
		if n := w.happen(1, "alert.raised", "south", "city"); n != 1 {
			t.Errorf("%d were to be told of an alert in the south, want 1", n)
		}
		if n := w.happen(2, "alert.closed", "north-1", "north", "city"); n != 3 {
			t.Errorf("%d were to be told of a close in the north, want 3", n)
		}
		if n := w.happen(2, "alert.closed", "north"); n != 0 {
			t.Errorf("the same event again: %d", n)
		}
		w.deliver()
		hosts := map[string]int{}
		for _, r := range w.recv.told {
			hosts[r.URL.Host]++
		}
		if hosts["all.example"] != 2 || hosts["closed.example"] != 1 || hosts["north.example"] != 1 || len(hosts) != 3 {
			t.Errorf("told were %v", hosts)
		}
		at := slices.IndexFunc(w.recv.told, func(r *http.Request) bool { return r.URL.Host == "all.example" })
		first := w.recv.told[at]
		want, err := sign([]string{secret}, first.Header.Get("webhook-id"), start, []byte(w.recv.bodies[at]))
		must(t, err)
		if first.Header.Get("webhook-signature") != want || first.Header.Get("webhook-timestamp") != fmt.Sprint(start.Unix()) {
			t.Errorf("the request is %v", first.Header)
		}
		shown, err := json.Marshal(must1(w.List(t.Context())))
		must(t, err)
		if strings.Contains(string(shown), "MARKEDSECRET") || strings.Contains(string(shown), "whsec_") || strings.Contains(w.log.String(), "MARKEDSECRET") {
			t.Error("an address or a secret is told again")
		}
		must(t, w.Delete(t.Context(), all.ID, silent))
		if _, err := w.Get(t.Context(), all.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a deleted hook: %v", err)
		}
		if n := w.happen(3, "alert.raised", "south"); n != 0 {
			t.Errorf("a deleted hook is still told: %d", n)
		}
	})
}

func must1[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestTriesAndDeath(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		w := newTown(t, o)
		h, _ := w.register(Wish{Name: "a", URL: "https://a.example/"})
		w.recv.status = 500
		w.happen(1, "alert.raised", "c")
		w.deliver()
		if w.deliver(); len(w.recv.told) != 1 {
			t.Errorf("told %d times at once, want once", len(w.recv.told))
		}
		w.clock.Advance(pause(1))
		w.deliver()
		if len(w.recv.told) != 2 || w.recv.told[0].Header.Get("webhook-id") != w.recv.told[1].Header.Get("webhook-id") {
			t.Errorf("a second try: %d requests, or another id", len(w.recv.told))
		}
		w.recv.status = 204
		w.clock.Advance(pause(2))
		w.deliver()
		if got := must1(w.Get(t.Context(), h.ID)); !got.Failing.IsZero() || got.State != Active {
			t.Errorf("after success the hook is %+v", got)
		}
		w.recv.status = 302 // a redirect is not followed, and not taken for success
		w.happen(2, "alert.raised", "c")
		for range 40 {
			w.deliver()
			w.clock.Advance(time.Hour)
		}
		got := must1(w.Get(t.Context(), h.ID))
		if got.State != Dead || len(w.died) != 1 || w.died[0] != h.ID || !strings.Contains(w.log.String(), "switched off") {
			t.Errorf("after a day without success the hook is %+v, told %v", got, w.died)
		}
		before := len(w.recv.told)
		if w.happen(3, "alert.raised", "c"); before > 20 {
			t.Errorf("a dead receiver was tried %d times", before)
		}
		w.clock.Advance(24 * time.Hour)
		if w.deliver(); len(w.recv.told) != before {
			t.Error("a dead hook is told on")
		}
		_, err := w.Set(t.Context(), h.ID, Active, silent)
		must(t, err)
		w.recv.status = 410
		w.happen(4, "alert.raised", "c")
		if w.deliver(); must1(w.Get(t.Context(), h.ID)).State != Dead {
			t.Error("a receiver that is gone is not switched off")
		}
	})
}

func TestSecretsAreRotated(t *testing.T) {
	t.Parallel()
	w := newTown(t, db.Options{Path: dbtest.Path(t)})
	h, old := w.register(Wish{Name: "a", URL: "https://a.example/"})
	fresh, err := w.Rotate(t.Context(), h.ID, silent)
	must(t, err)
	signedBy := func(secret string) bool {
		t.Helper()
		n := len(w.recv.told) - 1
		at := w.clock.Now()
		want, err := sign([]string{secret}, w.recv.told[n].Header.Get("webhook-id"), at, []byte(w.recv.bodies[n]))
		must(t, err)
		return strings.Contains(w.recv.told[n].Header.Get("webhook-signature"), want)
	}
	tell := func() {
		t.Helper()
		_, err := w.Test(t.Context(), h.ID, []byte(`{}`))
		must(t, err)
		w.deliver()
	}
	if tell(); !signedBy(old) || !signedBy(fresh) {
		t.Error("during a rotation both secrets sign")
	}
	w.clock.Advance(rotation + time.Second)
	if tell(); signedBy(old) || !signedBy(fresh) {
		t.Error("after a day the old secret still signs, or the new one does not")
	}
}

func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	w := newTown(t, db.Options{Path: dbtest.Path(t)})
	w.o.Allow = []netip.Prefix{netip.MustParsePrefix("10.2.0.0/16")}
	for address, good := range map[string]bool{
		"https://hooks.example/x": true, "https://10.2.3.4/x": true, "http://10.2.3.4:8080/x": true,
		"http://hooks.example/": false, "https://user:pass@hooks.example/": false, "ftp://hooks.example/": false, "hooks.example": false, "": false,
		"https://127.0.0.1/": false, "https://169.254.169.254/latest/meta-data": false, "https://10.3.0.1/": false, "https://[::1]/": false,
		"https://[::ffff:127.0.0.1]/": false, "https://[fd00::1]/": false, "https://[64:ff9b::7f00:1]/": false, "https://100.64.0.1/": false, "http://10.3.0.1/": false,
		"file:///etc/passwd": false, "gopher://hooks.example/": false, "https:///x": false,
	} {
		_, _, err := w.Create(t.Context(), Wish{Name: "a", URL: address}, silent)
		if (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
		if err != nil && address != "" && strings.Contains(err.Error(), address) {
			t.Errorf("the error repeats the address: %v", err)
		}
	}
	for _, wish := range []Wish{{URL: "https://a.example/"}, {Name: "a", URL: "https://a.example/", Kinds: []string{"elder.seen"}}, {Name: strings.Repeat("a", 101), URL: "https://a.example"}} {
		if _, _, err := w.Create(t.Context(), wish, silent); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", wish, err)
		}
	}
}

// TestTheNetworkIsGuarded connects for real. Whatever a name or a redirect leads to is judged when it is dialled, so a
// name that means another machine at the second look (DNS rebinding) gains nothing.
func TestTheNetworkIsGuarded(t *testing.T) {
	t.Parallel()
	reached := 0
	inside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached++
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/inside", http.StatusTemporaryRedirect)
		case "/huge":
			w.Header().Set("Content-Length", fmt.Sprint(1<<40))
			for range 1 << 10 {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		case "/long-header":
			w.Header().Set("X-Long", strings.Repeat("a", headerBytes*2))
		}
	}))
	t.Cleanup(inside.Close)
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	must(t, err)
	w := newTown(t, db.Options{Path: dbtest.Path(t)})
	try := func(client *http.Client, address string) string {
		w.client = client
		return w.post(t.Context(), Delivery{ID: "d", Body: []byte(`{}`)}, secrets{URL: address, Secrets: []string{newSecret()}})
	}
	strict := newClient(Options{})
	for _, address := range []string{"http://127.0.0.1:" + port, "http://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://0.0.0.0:" + port,
		"http://127.1.2.3:" + port, "http://2130706433:" + port} {
		if got := try(strict, address+"/"); got != "forbidden" && got != "unreachable" {
			t.Errorf("%s: %s", address, got)
		}
	}
	if reached != 0 {
		t.Fatalf("the inside was reached %d times", reached)
	}
	for _, address := range []string{"http://169.254.169.254/", "http://10.0.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://[fd00::1]/", "http://[fe80::1]/",
		"http://[64:ff9b::a9fe:a9fe]/", "http://198.18.0.1/"} {
		if got := try(strict, address); got != "forbidden" {
			t.Errorf("%s: %s", address, got)
		}
	}
	open := newClient(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	for path, want := range map[string]string{"/": "200", "/redirect": "307", "/huge": "200", "/long-header": "unreachable"} {
		if got := try(open, "http://127.0.0.1:"+port+path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if got := try(open, "http://10.0.0.1/"); got != "forbidden" {
		t.Errorf("what was not allowed: %s", got)
	}
	if got := try(open, "http://127.0.0.1:1/"); got != "unreachable" {
		t.Errorf("nobody there: %s", got)
	}
}

// TestASlowReceiverIsLeft: what does not answer is a try that failed, and keeps nobody else waiting for ever.
func TestASlowReceiverIsLeft(t *testing.T) {
	t.Parallel()
	never := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-never }))
	t.Cleanup(slow.Close)
	t.Cleanup(func() { close(never) })
	w := newTown(t, db.Options{Path: dbtest.Path(t)})
	w.client = newClient(Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	w.client.Timeout = 50 * time.Millisecond
	if got := w.post(t.Context(), Delivery{Body: []byte(`{}`)}, secrets{URL: slow.URL, Secrets: []string{newSecret()}}); got != "timeout" {
		t.Errorf("got %s", got)
	}
}

// TestALostLeaseWritesNothing lets another node take a delivery over while a request is under way.
func TestALostLeaseWritesNothing(t *testing.T) {
	t.Parallel()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) {
		w := newTown(t, o)
		h, _ := w.register(Wish{Name: "a", URL: "https://a.example/"})
		w.happen(1, "alert.raised", "c")
		var mine []Delivery
		must(t, w.o.DB.Update(t.Context(), func(tx *db.Tx) (err error) { mine, err = w.claim(t.Context(), tx); return err }))
		late := mine[0]
		late.generation-- // as if another had claimed it after us
		must(t, w.settle(t.Context(), late, "200"))
		if d := must1(w.Deliveries(t.Context(), h.ID, 10)); !d[0].Pending || d[0].Code != "" {
			t.Errorf("who lost the lease has written %+v", d[0])
		}
		must(t, w.settle(t.Context(), mine[0], "200"))
		if d := must1(w.Deliveries(t.Context(), h.ID, 10)); d[0].Pending || d[0].Code != "200" {
			t.Errorf("who holds the lease has written %+v", d[0])
		}
	})
}
