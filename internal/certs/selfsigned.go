package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"time"

	"anling/internal/fault"
)

// serialBytes of chance make a serial number: the CA/Browser forum asks for 64 bits at least.
const serialBytes = 16

// MaxLife is how long a certificate may be good: browsers refuse longer ones.
const MaxLife = 397 * 24 * time.Hour

// Made is a certificate with its key, in PEM.
type Made struct {
	Cert, Key   []byte
	Fingerprint string // SHA-256, to be compared by eye
	Until       time.Time
}

// SelfSigned makes a certificate that nobody vouches for, for the names and addresses under which the service is
// reached. now is the time from which it is good.
func SelfSigned(names []string, life time.Duration, now time.Time) (Made, error) {
	if len(names) == 0 {
		return Made{}, fault.New(fault.Invalid, "a certificate needs a name or an address")
	}
	if life <= 0 || life > MaxLife {
		return Made{}, fault.New(fault.Invalid, "a certificate is good for at most %d days", int(MaxLife.Hours()/24))
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return Made{}, fmt.Errorf("make a key: %w", err)
	}
	form := template(names, now, now.Add(life))
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		return Made{}, fmt.Errorf("make a certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return Made{}, fmt.Errorf("encode a key: %w", err)
	}
	return Made{
		Cert:        pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		Key:         pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
		Fingerprint: Fingerprint(der), Until: form.NotAfter,
	}, nil
}

func template(names []string, now, until time.Time) *x509.Certificate {
	serial := make([]byte, serialBytes)
	rand.Read(serial)
	serial[0] = serial[0]&0x7f | 0x40 // positive, and never shorter
	t := &x509.Certificate{
		SerialNumber: new(big.Int).SetBytes(serial),
		Subject:      pkix.Name{CommonName: names[0], Organization: []string{"Anling"}},
		NotBefore:    now.Add(-time.Hour).UTC(), // clocks of devices are slow
		NotAfter:     until.UTC(),
		KeyUsage:     x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	for _, n := range names {
		if ip := net.ParseIP(n); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, n)
		}
	}
	return t
}

// Fingerprint is the SHA-256 of a certificate, as browsers show it.
func Fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	out := fmt.Sprintf("% X", sum[:])
	b := []byte(out)
	for i := range b {
		if b[i] == ' ' {
			b[i] = ':'
		}
	}
	return string(b)
}
