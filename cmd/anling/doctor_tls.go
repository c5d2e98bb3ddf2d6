package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"anling/internal/certs"
	"anling/internal/config"
	"anling/internal/fault"
)

// How long before its end a certificate is complained about: an authority renews thirty days before.
const (
	certWarn = 25 * 24 * time.Hour
	certBad  = 7 * 24 * time.Hour
)

// examineEntrance looks at TLS, at who may speak for clients, and at the way to the database.
func examineEntrance(ctx context.Context, cfg config.Config) []finding {
	found := []finding{examineTLS(ctx, cfg)}
	found = append(found, examineProxies(cfg)...)
	if cfg.Database != "" {
		found = append(found, examineWayToDatabase(cfg.Database))
	}
	return found
}

func examineTLS(ctx context.Context, cfg config.Config) finding {
	now := time.Now()
	switch {
	case cfg.TLSCert != "":
		return examineCertificate(cfg, now)
	case cfg.ACMEDomain != "":
		until, err := certs.KeptUntil(ctx, cfg.ACMECache(), cfg.ACMEDomains()[0])
		if fault.Is(err, fault.NotFound) {
			return warn("tls", "no certificate has been given yet: it is asked for at the first visit of %s, which must reach this machine from the internet", cfg.PublicURL)
		}
		if err != nil {
			return bad("tls", "%v", err)
		}
		return ending("given by an authority", until, now)
	case strings.HasPrefix(cfg.PublicURL, "https://"):
		return well("tls", "is spoken by a proxy before the service")
	case onlyLocal(cfg.Listen):
		return well("tls", "is not needed: %s is reached from this machine only", cfg.Listen)
	}
	return warn("tls", "passwords, names and door codes travel unprotected; set tls-cert (`anling tls self-signed` makes one) or acme-domain")
}

func examineCertificate(cfg config.Config, now time.Time) finding {
	pair, err := certs.Load(cfg.TLSCert, cfg.TLSKey)
	if err != nil {
		return bad("tls", "%s; nobody can come in", fault.MessageOf(err))
	}
	if info, err := os.Stat(cfg.TLSKey); err == nil && info.Mode().Perm()&0o077 != 0 {
		return bad("tls", "%s can be read by others on this machine; chmod 600 it", cfg.TLSKey)
	}
	leaf := pair.Leaf
	u, err := url.Parse(cfg.PublicURL)
	if err != nil {
		return bad("tls", "the public address cannot be read")
	}
	if err := leaf.VerifyHostname(u.Hostname()); err != nil {
		return bad("tls", "the certificate is not for %s; browsers and devices will refuse it", u.Hostname())
	}
	if weak := weakness(leaf); weak != "" {
		return bad("tls", "%s", weak)
	}
	words := "a certificate of your own"
	if leaf.CheckSignatureFrom(leaf) == nil || string(leaf.RawIssuer) == string(leaf.RawSubject) {
		words = "self-signed: seats and devices must have been given the certificate"
	}
	return ending(words, leaf.NotAfter, now)
}

// weakness says what is wrong with the key or number of a certificate; "" nothing.
func weakness(leaf *x509.Certificate) string {
	switch k := leaf.PublicKey.(type) {
	case *rsa.PublicKey:
		if k.N.BitLen() < 2048 {
			return "the certificate's RSA key is shorter than 2048 bits"
		}
	case *ecdsa.PublicKey:
		if k.Curve.Params().BitSize < 256 {
			return "the certificate's key is shorter than 256 bits"
		}
	case ed25519.PublicKey:
	default:
		return "the certificate's kind of key is not known"
	}
	if leaf.SerialNumber.BitLen() < 64-8 {
		return "the certificate's serial number is shorter than 64 random bits"
	}
	return ""
}

func ending(words string, until, now time.Time) finding {
	left, day := until.Sub(now), until.Format(time.DateOnly)
	switch {
	case left <= 0:
		return bad("tls", "%s; the certificate ended on %s: browsers and devices refuse it", words, day)
	case left < certBad:
		return bad("tls", "%s; the certificate ends on %s", words, day)
	case left < certWarn:
		return warn("tls", "%s; the certificate ends on %s: renew it", words, day)
	}
	return well("tls", "%s; good until %s", words, day)
}

func examineProxies(cfg config.Config) []finding {
	proxies := cfg.Proxies()
	for _, p := range proxies {
		if p.Bits() == 0 {
			return []finding{bad("proxies", "%s lets everybody write the address they seem to come from", p)}
		}
	}
	behind := !cfg.TLS() && strings.HasPrefix(cfg.PublicURL, "https://")
	switch {
	case behind && len(proxies) == 0:
		return []finding{warn("proxies", "all clients seem to be the proxy: one guesser of passwords slows everybody; name the proxy in trusted-proxies")}
	case len(proxies) > 0:
		return []finding{well("proxies", "%s are believed about a client's address", cfg.TrustedProxies)}
	}
	return nil
}

func onlyLocal(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	return err == nil && thisMachine(host)
}

// thisMachine tells whether a host is this machine.
func thisMachine(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// examineWayToDatabase wants a database on another machine to prove who it is.
func examineWayToDatabase(address string) finding {
	u, err := url.Parse(address)
	if err != nil {
		return bad("way", "the database's address cannot be read")
	}
	q := u.Query()
	host := u.Hostname()
	if h := q.Get("host"); h != "" {
		host = h
	}
	mode := q.Get("sslmode")
	switch {
	case host == "" || strings.HasPrefix(host, "/") || thisMachine(host):
		return well("way", "the database is on this machine")
	case mode == "verify-full":
		return well("way", "the database on another machine proves who it is")
	case mode == "":
		mode = "not set"
	}
	return bad("way", "sslmode is %s: whoever stands between can read and change everything; write ?sslmode=verify-full&sslrootcert=FILE into the database's address", mode)
}
