package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"anling/internal/fault"
)

// Authority is who gives a certificate over ACME (RFC 8555), and to whom.
type Authority struct {
	Directory string // its address; empty means Let's Encrypt
	CA        string // file of what vouches for that address; empty means what the machine trusts
	Email     string // whom it may write to; may be empty
	Names     []string
	Cache     string // folder of account key and certificates, of the owner alone
}

// NewACME gives who asks for certificates and keeps them. Having asked for one means to accept the authority's terms.
func NewACME(a Authority) (*autocert.Manager, error) {
	if err := os.MkdirAll(a.Cache, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of certificates: %w", err)
	}
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, Cache: autocert.DirCache(a.Cache), Email: a.Email,
		HostPolicy: autocert.HostWhitelist(a.Names...),
	}
	if a.Directory != "" {
		m.Client = &acme.Client{DirectoryURL: a.Directory, UserAgent: "anling"}
	}
	if a.CA != "" {
		roots, err := readRoots(a.CA)
		if err != nil {
			return nil, err
		}
		m.Client.HTTPClient = &http.Client{Timeout: authorityTime, Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	}
	return m, nil
}

// authorityTime is how long an authority may take for one answer.
const authorityTime = 30 * time.Second

func readRoots(file string) (*x509.CertPool, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read what vouches for the authority: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(body) {
		return nil, fault.New(fault.Invalid, "%s holds no certificate", file)
	}
	return pool, nil
}

// ForAuthority adds to a policy what an authority asks over TLS to prove a name (tls-alpn-01).
func ForAuthority(c *tls.Config) *tls.Config {
	c.NextProtos = append(c.NextProtos, acme.ALPNProto)
	return c
}

// KeptUntil is when the certificate for a name in a cache ends; NotFound when there is none yet.
func KeptUntil(ctx context.Context, cache, name string) (time.Time, error) {
	held, err := autocert.DirCache(cache).Get(ctx, filepath.Base(name))
	if errors.Is(err, autocert.ErrCacheMiss) {
		return time.Time{}, fault.New(fault.NotFound, "there is no certificate for %s yet", name)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("read the kept certificate: %w", err)
	}
	for block, rest := pem.Decode(held); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		leaf, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return time.Time{}, fault.Wrap(fault.Invalid, err, "the kept certificate of %s cannot be read", name)
		}
		return leaf.NotAfter, nil
	}
	return time.Time{}, fault.New(fault.Invalid, "the kept certificate of %s cannot be read", name)
}
