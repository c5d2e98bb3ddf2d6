package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"anling/internal/certs"
	"anling/internal/config"
	"anling/internal/fault"
)

// entrance is how the world comes in: with TLS or without.
type entrance struct {
	tls       *tls.Config                     // nil without
	until     func() (time.Time, error)       // when the certificate in use ends; nil without
	challenge func(http.Handler) http.Handler // answers an authority's questions over plain http; nil when nobody asks
	names     []string                        // for which an authority is asked
}

// openEntrance reads the certificate, or makes ready to ask for one.
func openEntrance(cfg config.Config, p parts) (entrance, error) {
	switch {
	case cfg.TLSCert != "":
		files, err := certs.Open(cfg.TLSCert, cfg.TLSKey, p.Clock, p.Log)
		if err != nil {
			return entrance{}, err
		}
		until := func() (time.Time, error) { return files.Until(), nil }
		return entrance{tls: certs.Policy(files.Get), until: until}, nil
	case cfg.ACMEDomain != "":
		names := cfg.ACMEDomains()
		m, err := certs.NewACME(certs.Authority{Directory: cfg.ACMEDirectory, CA: cfg.ACMECA, Email: cfg.ACMEEmail, Names: names, Cache: cfg.ACMECache()})
		if err != nil {
			return entrance{}, err
		}
		until := func() (time.Time, error) { return certs.KeptUntil(context.Background(), cfg.ACMECache(), names[0]) }
		return entrance{tls: certs.ForAuthority(certs.Policy(m.GetCertificate)), until: until, challenge: m.HTTPHandler, names: names}, nil
	}
	return entrance{}, nil
}

// askAgain is how long after an authority's refusal it is asked again: longer than the minute for which the refusal is remembered.
const askAgain = 65 * time.Second

// obtain asks for the certificates before anybody comes: an authority takes seconds, more than a visitor's handshake may.
func (a *app) obtain(ctx context.Context) error {
	missing := slices.Clone(a.entrance.names)
	for {
		missing = slices.DeleteFunc(missing, func(name string) bool {
			err := a.ask(ctx, name)
			if err != nil && ctx.Err() == nil {
				a.log.Error("no certificate from the authority yet; trying again", "name", name, "err", err)
			}
			return err == nil
		})
		if len(missing) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.clock.After(askAgain):
		}
	}
}

// ask asks for one certificate. An authority that hangs does not keep the service from stopping.
func (a *app) ask(ctx context.Context, name string) error {
	done := make(chan error, 1)
	go func() {
		_, err := a.entrance.tls.GetCertificate(&tls.ClientHelloInfo{ServerName: name, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}})
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// serve takes connections of a listener until the server is shut down.
func (e entrance) serve(server *http.Server, l net.Listener) error {
	if e.tls == nil {
		return server.Serve(l)
	}
	server.TLSConfig = e.tls
	return server.ServeTLS(l, "", "")
}

// redirect listens where plain http comes in, and leads it to https.
func (a *app) redirect(ctx context.Context) error {
	l, err := listen(a.cfg.ListenHTTP)
	if err != nil {
		return err
	}
	return a.leadToHTTPS(ctx, l)
}

// The limits of a connection that is only told to come again.
const (
	redirectTime  = 5 * time.Second
	redirectGrace = 2 * time.Second
)

func (a *app) leadToHTTPS(ctx context.Context, l net.Listener) error {
	h := http.Handler(secureInstead{to: a.cfg.PublicURL, warn: func() {
		a.log.Warn("a signal came over plain http and was sent on to https; its token could be read on the way: mend the device's address")
	}})
	if a.entrance.challenge != nil {
		h = a.entrance.challenge(h)
	}
	server := &http.Server{Handler: h, ReadTimeout: redirectTime, WriteTimeout: redirectTime, IdleTimeout: redirectTime, MaxHeaderBytes: 16 << 10}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("lead to https: %w", err)
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), redirectGrace, errors.New("plain http did not end in 2 s"))
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// secureInstead leads people from http to https, always to the public address: what a request says about its host is
// not believed. Programs are refused, so that a token that travels unprotected is noticed at the first try and not
// after years (ASVS 4.1.2); but a device's signal may be an alarm, so it is led on, and the log says so.
type secureInstead struct {
	to   string
	warn func()
}

// ServeHTTP is http.Handler's.
func (s secureInstead) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	signal := r.URL.Path == "/v1/signals"
	if program := strings.HasPrefix(r.URL.Path, "/v1/") || strings.HasPrefix(r.URL.Path, "/hooks/"); program && !signal {
		h.Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusForbidden)
		say(w, `{"type":"urn:anling:problem:denied","title":"Forbidden","status":403,"detail":"use https: %s; what was sent over http should be changed, it could be read on its way"}`+"\n", s.to)
		return
	}
	if signal {
		s.warn()
	}
	h.Set("Location", s.to+r.URL.RequestURI())
	w.WriteHeader(http.StatusPermanentRedirect)
}

// trusting is a client that believes in exactly the certificate of this service, for the demo's own devices.
func (e entrance) trusting(timeout time.Duration) (*http.Client, error) {
	if e.tls == nil {
		return &http.Client{Timeout: timeout}, nil
	}
	cert, err := e.tls.GetCertificate(&tls.ClientHelloInfo{ServerName: "localhost"})
	if err != nil {
		return nil, err
	}
	leaf := cert.Leaf
	name := "localhost"
	switch {
	case len(leaf.DNSNames) > 0:
		name = leaf.DNSNames[0]
	case len(leaf.IPAddresses) > 0:
		name = leaf.IPAddresses[0].String()
	default:
		return nil, fault.New(fault.Invalid, "the certificate has no names")
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &http.Client{Timeout: timeout, Transport: &http.Transport{
		TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: name, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true}}, nil
}
