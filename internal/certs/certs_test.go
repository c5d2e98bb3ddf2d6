package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/fault"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

func mustMake(t *testing.T, names ...string) Made {
	t.Helper()
	made, err := SelfSigned(names, 30*24*time.Hour, start)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func mustWrite(t *testing.T, dir string, cert, key []byte, at time.Time) (certFile, keyFile string) {
	t.Helper()
	certFile, keyFile = filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	for name, body := range map[string][]byte{certFile: cert, keyFile: key} {
		if err := os.WriteFile(name, body, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, at, at); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func leafOf(t *testing.T, certPEM []byte) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode(certPEM)
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

func TestSelfSigned(t *testing.T) {
	t.Parallel()
	leaf := leafOf(t, mustMake(t, "anling.lan", "192.168.1.10", "fd00::10").Cert)
	for _, name := range []string{"anling.lan", "192.168.1.10", "fd00::10"} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Errorf("not good for %s: %v", name, err)
		}
	}
	if leaf.SerialNumber.Sign() <= 0 || leaf.SerialNumber.BitLen() < 120 {
		t.Errorf("the serial number has %d bits", leaf.SerialNumber.BitLen())
	}
	if other := leafOf(t, mustMake(t, "anling.lan").Cert); other.SerialNumber.Cmp(leaf.SerialNumber) == 0 {
		t.Error("two certificates have the same serial number")
	}
	if leaf.IsCA || !slices.Equal(leaf.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}) {
		t.Errorf("it may do more than serve: CA %v, uses %v", leaf.IsCA, leaf.ExtKeyUsage)
	}
	for name, bad := range map[string]func() error{
		"no name":  func() error { _, err := SelfSigned(nil, time.Hour, start); return err },
		"too long": func() error { _, err := SelfSigned([]string{"a.b"}, MaxLife+time.Hour, start); return err },
		"no life":  func() error { _, err := SelfSigned([]string{"a.b"}, 0, start); return err },
	} {
		if err := bad(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestReload changes the files under a service that is running: good ones are taken, bad ones are not.
func TestReload(t *testing.T) {
	t.Parallel()
	dir, clk := t.TempDir(), clock.NewManual(start)
	var log bytes.Buffer
	first, second := mustMake(t, "first.lan"), mustMake(t, "second.lan")
	cert, key := mustWrite(t, dir, first.Cert, first.Key, start)
	f, err := Open(cert, key, clk, slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	serves := func(name string) {
		t.Helper()
		got, err := f.Get(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Leaf.VerifyHostname(name); err != nil {
			t.Errorf("got a certificate for %v, want %s", got.Leaf.DNSNames, name)
		}
	}
	mustWrite(t, dir, second.Cert, second.Key, start.Add(time.Second))
	serves("first.lan") // it was looked at a moment ago
	clk.Advance(lookAgain)
	serves("second.lan")

	mustWrite(t, dir, first.Cert, second.Key, start.Add(2*time.Second)) // half of a renewal
	clk.Advance(lookAgain)
	serves("second.lan")
	clk.Advance(lookAgain)
	serves("second.lan")
	if n := strings.Count(log.String(), "going on with the old one"); n != 1 {
		t.Errorf("what cannot be used was complained about %d times, want once:\n%s", n, &log)
	}
	if strings.Contains(log.String(), "PRIVATE") {
		t.Error("a key stands in the log")
	}
	mustWrite(t, dir, first.Cert, first.Key, start.Add(3*time.Second)) // the other half
	clk.Advance(lookAgain)
	serves("first.lan")
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	clk.Advance(lookAgain)
	serves("first.lan")
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	one, other := mustMake(t, "a.lan"), mustMake(t, "b.lan")
	for name, pair := range map[string][2][]byte{
		"another key": {one.Cert, other.Key}, "no certificate": {[]byte("x"), one.Key}, "no key": {one.Cert, nil},
	} {
		cert, key := mustWrite(t, t.TempDir(), pair[0], pair[1], start)
		if _, err := Open(cert, key, clock.NewManual(start), slog.New(slog.DiscardHandler)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := Open("none.pem", "none.pem", clock.NewManual(start), slog.New(slog.DiscardHandler)); err == nil {
		t.Error("files that are not there were opened")
	}
}

// handshake speaks with a door that keeps the policy, and gives what was agreed upon.
func handshake(t *testing.T, how *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	made := mustMake(t, "anling.lan")
	pair, err := tls.X509KeyPair(made.Cert, made.Key)
	if err != nil {
		t.Fatal(err)
	}
	get := func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &pair, nil }
	ours, theirs := net.Pipe()
	server := tls.Server(ours, Policy(get))
	go func() {
		server.Handshake()
		ours.Close()
	}()
	how.InsecureSkipVerify = true // who it is does not matter here
	client := tls.Client(theirs, how)
	defer theirs.Close()
	err = client.Handshake()
	return client.ConnectionState(), err
}

// TestPolicy tries what old and new clients offer. Only what nobody can tamper with is agreed upon.
func TestPolicy(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]*tls.Config{
		"TLS 1.0":      {MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10},
		"TLS 1.1":      {MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11},
		"CBC":          {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256}},
		"RC4":          {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA}},
		"RSA exchange": {MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}},
		"another tune": {NextProtos: []string{"spdy/3"}},
	} {
		if got, err := handshake(t, how); err == nil {
			t.Errorf("%s: agreed upon %x with %x", name, got.Version, got.CipherSuite)
		}
	}
	for name, how := range map[string]*tls.Config{
		"TLS 1.3": {NextProtos: []string{"h2", "http/1.1"}},
		"TLS 1.2": {MaxVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}},
	} {
		got, err := handshake(t, how)
		if err != nil || got.NegotiatedProtocol != how.NextProtos[0] {
			t.Errorf("%s: got %q, %v", name, got.NegotiatedProtocol, err)
		}
	}
}
