package certs

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"anling/internal/clock"
	"anling/internal/fault"
)

// lookAgain is how old the last look at the files may be.
const lookAgain = 10 * time.Second

// Files is a certificate in two files that may change while it is used.
type Files struct {
	cert, key string
	clock     clock.Clock
	log       *slog.Logger

	mu     sync.Mutex
	held   *tls.Certificate
	seen   stamp     // of the files that held was read from, or that could not be used
	looked time.Time // when
}

// stamp tells whether files have changed.
type stamp [2]struct {
	size int64
	at   time.Time
}

// Open reads a certificate and its key. Both must fit and be PEM.
func Open(cert, key string, c clock.Clock, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, clock: c, log: log, looked: c.Now()}
	var err error
	if f.seen, err = f.stamp(); err != nil {
		return nil, err
	}
	if f.held, err = Load(cert, key); err != nil {
		return nil, err
	}
	return f, nil
}

// Load reads a certificate, its chain and its key from PEM files.
func Load(cert, key string) (*tls.Certificate, error) {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		// What tls says may not quote a key, but need not say more than a person can act on.
		return nil, fault.Wrap(fault.Invalid, err, "the certificate %s and the key %s cannot be used together", cert, key)
	}
	if pair.Leaf == nil {
		if pair.Leaf, err = x509.ParseCertificate(pair.Certificate[0]); err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "the certificate %s cannot be read", cert)
		}
	}
	return &pair, nil
}

func (f *Files) stamp() (s stamp, err error) {
	for i, name := range []string{f.cert, f.key} {
		var info fs.FileInfo
		if info, err = os.Stat(name); err != nil {
			return s, fmt.Errorf("look at a certificate's file: %w", err)
		}
		s[i].size, s[i].at = info.Size(), info.ModTime()
	}
	return s, nil
}

// Get is GetCertificate.
func (f *Files) Get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now := f.clock.Now(); now.Sub(f.looked) >= lookAgain {
		f.looked = now
		f.reload()
	}
	return f.held, nil
}

// reload takes what is new. It is called with the lock held.
func (f *Files) reload() {
	now, err := f.stamp()
	if err == nil && now == f.seen {
		return
	}
	var fresh *tls.Certificate
	if err == nil {
		fresh, err = Load(f.cert, f.key)
	}
	if err != nil {
		f.log.Error("the new certificate cannot be used; going on with the old one", "err", err)
		f.seen = now // it is complained about once, not at every handshake
		return
	}
	f.held, f.seen = fresh, now
	f.log.Info("a new certificate is in use", "until", fresh.Leaf.NotAfter)
}

// Until is when the certificate that is in use ends.
func (f *Files) Until() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.held.Leaf.NotAfter
}
