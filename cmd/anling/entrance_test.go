package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anling/internal/certs"
	"anling/internal/clock"
	"anling/internal/config"
)

// mustCertify makes a certificate for this machine with the command, and gives its folder.
func mustCertify(t *testing.T, names string) (cert, key string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tls")
	if o := newShell(t).bare("tls", "self-signed", "--names", names, "--out", dir); o.code != exitDone || !strings.Contains(o.out, "fingerprint") {
		t.Fatalf("tls self-signed: %d %s%s", o.code, o.out, o.err)
	}
	return filepath.Join(dir, "anling.crt"), filepath.Join(dir, "anling.key")
}

// trusts gives a client that believes in a certificate, and follows no redirects.
func trusts(t *testing.T, cert string) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(mustReadText(t, cert))) {
		t.Fatal("no certificate")
	}
	return &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func TestServeWithItsOwnCertificate(t *testing.T) {
	t.Parallel()
	cert, key := mustCertify(t, "localhost,127.0.0.1")
	for _, name := range []string{key} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", name, info.Mode(), err)
		}
	}
	r := mustStart(t, `listens on (\S+);`, "serve", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"),
		"--tls-cert", cert, "--tls-key", key, "--public-url", "https://localhost")
	res, err := trusts(t, cert).Get(strings.Replace(r.url, "http:", "https:", 1) + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 200 || res.ProtoMajor != 2 || res.TLS.Version != tls.VersionTLS13 || res.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("got %d over %s, TLS %x, HSTS %q", res.StatusCode, res.Proto, res.TLS.Version, res.Header.Get("Strict-Transport-Security"))
	}
	if res, err := http.Get(r.url + "/readyz"); err == nil {
		if res.Body.Close(); res.StatusCode == 200 {
			t.Error("the door answers without TLS")
		}
	}
	if code := r.ended(); code != exitDone {
		t.Errorf("serve ended with %d", code)
	}
}

func TestCertificatesAreNotWrittenOver(t *testing.T) {
	t.Parallel()
	cert, _ := mustCertify(t, "a.lan")
	s := newShell(t)
	before := mustReadText(t, cert)
	again := []string{"tls", "self-signed", "--names", "b.lan", "--out", filepath.Dir(cert)}
	if o := s.bare(again...); o.code != exitFailed || !strings.Contains(o.err, "--force") || mustReadText(t, cert) != before {
		t.Errorf("got %d %s", o.code, o.err)
	}
	if o := s.bare(append(again, "--force")...); o.code != exitDone || mustReadText(t, cert) == before {
		t.Errorf("--force: %d %s", o.code, o.err)
	}
	for _, args := range [][]string{{"tls"}, {"tls", "self-signed"}, {"tls", "fly", "--names", "x", "--out", "y"}} {
		if o := s.bare(args...); o.code != exitUsage {
			t.Errorf("%q: %d", args, o.code)
		}
	}
}

// TestPlainHTTPLeadsToHTTPS looks at who is led on, who is refused, and that nobody is led elsewhere.
func TestPlainHTTPLeadsToHTTPS(t *testing.T) {
	t.Parallel()
	warned := 0
	h := secureInstead{to: "https://anling.example", warn: func() { warned++ }}
	for _, c := range []struct {
		method, target string
		status         int
		location       string
	}{
		{"GET", "/console/?a=1", 308, "https://anling.example/console/?a=1"},
		{"GET", "/f/abc", 308, "https://anling.example/f/abc"},
		{"GET", "//evil.example/x", 308, "https://anling.example//evil.example/x"},
		{"POST", "/v1/signals", 308, "https://anling.example/v1/signals"},
		{"GET", "/v1/alerts", 403, ""},
		{"POST", "/v1/session", 403, ""},
		{"POST", "/hooks/twilio/sms", 403, ""},
	} {
		r := httptest.NewRequest(c.method, c.target, nil)
		r.Host = "evil.example"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != c.status || w.Header().Get("Location") != c.location || w.Header().Get("Strict-Transport-Security") != "" {
			t.Errorf("%s %s: got %d to %q", c.method, c.target, w.Code, w.Header().Get("Location"))
		}
	}
	if warned != 1 {
		t.Errorf("warned %d times of a signal over plain http, want once", warned)
	}
}

// gatehouse is an app with a listener for TLS and one for plain http, running; obtained closes when an authority has given its certificates.
func gatehouse(t *testing.T, cfg config.Config, log io.Writer) (address, plain string, obtained <-chan struct{}) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	mustWork(t, err)
	p, err := net.Listen("tcp", "127.0.0.1:0")
	mustWork(t, err)
	a, err := newApp(t.Context(), cfg, parts{Clock: clock.Real(), Log: slog.New(slog.NewTextHandler(log, nil))})
	mustWork(t, err)
	a.workers = append(a.workers, worker{"plain http", func(ctx context.Context) error { return a.leadToHTTPS(ctx, p) }, nil})
	got := make(chan struct{})
	for i, w := range a.workers {
		if w.name == "certificate" {
			a.workers[i].run = func(ctx context.Context) error {
				defer close(got)
				return w.run(ctx)
			}
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- a.serve(ctx, l) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		mustWork(t, a.close())
	})
	return l.Addr().String(), p.Addr().String(), got
}

type lockedText struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedText) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// pebble is Let's Encrypt's own test authority, with a name server that sends every name to this machine.
type pebble struct{ directory, ca string }

// freePorts finds ports below the range from which clients get theirs.
func freePorts(t *testing.T, n int) (all []string) {
	t.Helper()
	for port := 10000 + os.Getpid()%5000; len(all) < n && port < 20000; port++ {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		defer l.Close()
		all = append(all, fmt.Sprint(port))
	}
	return all
}

// mustWork ends a test whose surroundings do not work.
func mustWork(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mustPebble starts the authority; it looks for names at the given ports. Debian's package pebble has it: .ci/install.sh.
func mustPebble(t *testing.T, tlsPort, httpPort string) pebble {
	t.Helper()
	cert, key := mustCertify(t, "localhost,127.0.0.1")
	port := freePorts(t, 4)
	dns, api, manage, control := port[0], port[1], port[2], port[3]
	start := func(name, ready string, args ...string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), name, args...)
		c.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=20")
		out, err := c.StdoutPipe()
		mustWork(t, err)
		if err := c.Start(); err != nil {
			t.Fatalf("%v; install it with: .ci/install.sh pebble", err)
		}
		t.Cleanup(func() { c.Process.Kill(); c.Wait() })
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), ready) {
				go io.Copy(io.Discard, out)
				return
			}
		}
		t.Fatalf("%s does not start", name)
	}
	start("pebble-challtestsrv", "Starting management server", "-dns01", "127.0.0.1:"+dns, "-management", "127.0.0.1:"+control,
		"-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "")
	settings, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": "127.0.0.1:" + api, "managementListenAddress": "127.0.0.1:" + manage, "certificate": cert, "privateKey": key,
		"httpPort": json.Number(httpPort), "tlsPort": json.Number(tlsPort), "ocspResponderURL": "", "externalAccountBindingRequired": false}})
	mustWork(t, err)
	file := filepath.Join(t.TempDir(), "pebble.json")
	mustWork(t, os.WriteFile(file, settings, 0o600))
	start("pebble", "ACME directory available", "-config", file, "-dnsserver", "127.0.0.1:"+dns, "-strict")
	return pebble{directory: "https://localhost:" + api + "/dir", ca: cert}
}

// TestCertificateOfAnAuthority asks Let's Encrypt's test authority for a certificate as the service does: before anybody
// comes, the name is proved over TLS, and what was given is kept in files of the owner alone.
func TestCertificateOfAnAuthority(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	cfg := config.Default()
	cfg.Data, cfg.PublicURL, cfg.ACMEDomain, cfg.ACMEEmail = data, "https://anling.example.test", "anling.example.test", "it@anling.example.test"
	// The authority must know our ports before we can know its address: a door that only passes on stands in between.
	tlsDoor, httpDoor := newPassage(t), newPassage(t)
	ca := mustPebble(t, tlsDoor.port(t), httpDoor.port(t))
	cfg.ACMEDirectory, cfg.ACMECA = ca.directory, ca.ca
	mustWork(t, cfg.Check())
	var log lockedText
	address, plain, obtained := gatehouse(t, cfg, &log)
	tlsDoor.leadsTo(address)
	httpDoor.leadsTo(plain)

	dial := func(name string) (*tls.Conn, error) {
		d := &tls.Dialer{Config: &tls.Config{ServerName: name, InsecureSkipVerify: true}} // the test authority's root changes at each start
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c, err := d.DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { c.Close() })
		return c.(*tls.Conn), nil
	}
	select {
	case <-obtained:
	case <-time.After(time.Minute):
		t.Fatalf("no certificate within a minute\n%s", &log.b)
	}
	c, err := dial("anling.example.test")
	if err != nil {
		t.Fatalf("%v\n%s", err, &log.b)
	}
	leaf := c.ConnectionState().PeerCertificates[0]
	if !strings.Contains(leaf.Issuer.CommonName, "Pebble") || leaf.VerifyHostname("anling.example.test") != nil {
		t.Errorf("got a certificate of %s for %v", leaf.Issuer, leaf.DNSNames)
	}
	if _, err := dial("another.example.test"); err == nil {
		t.Error("a certificate was given for a name that is not ours")
	}
	if until, err := certs.KeptUntil(t.Context(), cfg.ACMECache(), "anling.example.test"); err != nil || !until.Equal(leaf.NotAfter) {
		t.Errorf("kept until %v, %v; want %v", until, err, leaf.NotAfter)
	}
	kept, err := filepath.Glob(filepath.Join(cfg.ACMECache(), "*"))
	mustWork(t, err)
	for _, name := range append(kept, cfg.ACMECache()) {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s can be read by others: %v, %v", name, info.Mode(), err)
		}
	}
	if len(kept) < 2 {
		t.Errorf("kept are %q, want an account's key and a certificate", kept)
	}
}

// passage carries connections to wherever it is told later.
type passage struct{ net.Listener }

func newPassage(t *testing.T) *passage {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	mustWork(t, err)
	p := &passage{l}
	t.Cleanup(func() { l.Close() })
	return p
}

func (p *passage) port(t *testing.T) string {
	t.Helper()
	return portOf(t, p.Addr().String())
}

func portOf(t *testing.T, address string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(address)
	mustWork(t, err)
	return port
}

func (p *passage) leadsTo(address string) {
	go func() {
		for {
			in, err := p.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", address)
			if err != nil {
				in.Close()
				continue
			}
			go func() { io.Copy(out, in); out.Close() }()
			go func() { io.Copy(in, out); in.Close() }()
		}
	}()
}

func TestDoctorLooksAtTheDoor(t *testing.T) {
	t.Parallel()
	cert, key := mustCertify(t, "anling.lan")
	open := filepath.Join(t.TempDir(), "open.key")
	mustWork(t, os.WriteFile(open, []byte(mustReadText(t, key)), 0o644))
	mustWork(t, os.Chmod(open, 0o644))
	old, err := certs.SelfSigned([]string{"anling.lan"}, time.Hour, time.Now().Add(-2*time.Hour))
	mustWork(t, err)
	oldCert, oldKey := filepath.Join(t.TempDir(), "c"), filepath.Join(t.TempDir(), "k")
	mustWork(t, os.WriteFile(oldCert, old.Cert, 0o600))
	mustWork(t, os.WriteFile(oldKey, old.Key, 0o600))
	for _, c := range []struct {
		name  string
		set   func(*config.Config)
		state findingState
		say   string
	}{
		{"open to the world, no TLS", func(c *config.Config) { c.PublicURL = "http://anling.lan" }, warnState, "unprotected"},
		{"this machine only", func(c *config.Config) { c.Listen, c.PublicURL = "127.0.0.1:8080", "http://localhost:8080" }, wellState, "not needed"},
		{"own", func(c *config.Config) { c.TLSCert, c.TLSKey = cert, key }, wellState, "self-signed"},
		{"another name", func(c *config.Config) { c.TLSCert, c.TLSKey, c.PublicURL = cert, key, "https://other.lan" }, badState, "not for other.lan"},
		{"key for all to read", func(c *config.Config) { c.TLSCert, c.TLSKey = cert, open }, badState, "chmod 600"},
		{"ended", func(c *config.Config) { c.TLSCert, c.TLSKey = oldCert, oldKey }, badState, "ended"},
		{"no pair", func(c *config.Config) { c.TLSCert, c.TLSKey = cert, oldKey }, badState, "cannot be used together"},
		{"nothing given yet", func(c *config.Config) { c.ACMEDomain = "anling.lan" }, warnState, "asked for"},
		{"a proxy that nobody named", func(*config.Config) {}, warnState, "trusted-proxies"},
		{"everybody is a proxy", func(c *config.Config) { c.TrustedProxies = "0.0.0.0/0" }, badState, "everybody"},
		{"database far away", func(c *config.Config) { c.Database = "postgres://a:b@db.example/x" }, badState, "verify-full"},
		{"database far away, unverified", func(c *config.Config) { c.Database = "postgres://a:b@db.example/x?sslmode=require" }, badState, "sslmode is require"},
		{"database far away, verified", func(c *config.Config) { c.Database = "postgres://a:b@db.example/x?sslmode=verify-full" }, wellState, "proves"},
		{"database here", func(c *config.Config) { c.Database = "postgres://a:b@localhost/x" }, wellState, "this machine"},
	} {
		cfg := config.Default()
		cfg.Data, cfg.PublicURL = t.TempDir(), "https://anling.lan"
		c.set(&cfg)
		found := false
		said := fmt.Sprint(examineEntrance(t.Context(), cfg))
		for _, f := range examineEntrance(t.Context(), cfg) {
			found = found || f.state == c.state && strings.Contains(f.words, c.say)
		}
		if !found || strings.Contains(said, "a:b@") {
			t.Errorf("%s: it says %s", c.name, said)
		}
	}
	for mode, want := range map[os.FileMode]findingState{0o700: wellState, 0o750: badState, 0o705: badState} {
		dir := t.TempDir()
		mustWork(t, os.Chmod(dir, mode))
		if f := examineFolder(dir); len(f) != 1 || f[0].state != want {
			t.Errorf("folder of mode %o: %v", mode, f)
		}
	}
}
