package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"anling/internal/certs"
	"anling/internal/fault"
	"anling/internal/wholefile"
)

// certificates makes what TLS needs.
func certificates(_ context.Context, e environment, args []string) int {
	return finish(e, "tls", makeCertificate(e, args))
}

// makeCertificate writes a certificate that nobody vouches for, for a network without the internet.
func makeCertificate(e environment, args []string) error {
	flags := newFlags(e, "tls")
	names := flags.String("names", "", "`names` and addresses under which the service is reached, separated by commas")
	folder := flags.String("out", "", "`folder` to write anling.crt and anling.key into")
	days := flags.Int("days", int(certs.MaxLife.Hours()/24), "how many days it is good")
	force := flags.Bool("force", false, "write over what is there")
	rest, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 || rest[0] != "self-signed" {
		return usage("tls self-signed --names NAME,… --out FOLDER")
	}
	if *names == "" || *folder == "" {
		return usage("say --names (such as anling.lan,192.168.1.10) and --out")
	}
	made, err := certs.SelfSigned(strings.FieldsFunc(*names, func(r rune) bool { return r == ',' || r == ' ' }), time.Duration(*days)*24*time.Hour, time.Now())
	if err != nil {
		return err
	}
	cert, key := filepath.Join(*folder, "anling.crt"), filepath.Join(*folder, "anling.key")
	if err := writePair(cert, key, made, *force); err != nil {
		return err
	}
	say(e.Stdout, `Wrote %s and %s, good until %s.

Start with:   anling serve --tls-cert %s --tls-key %s --public-url https://…
Nobody vouches for this certificate: put anling.crt on the seats and devices, and compare its fingerprint there:
%s
`, cert, key, made.Until.Format(time.DateOnly), cert, key, made.Fingerprint)
	return nil
}

func writePair(cert, key string, made certs.Made, force bool) error {
	if err := os.MkdirAll(filepath.Dir(cert), 0o700); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	for _, name := range []string{cert, key} {
		_, err := os.Stat(name)
		if err == nil && !force {
			return fault.New(fault.Conflict, "%s is there already; --force writes over it", name)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	// Each is put in its place whole: a service may be reading it.
	if err := writeWhole(key, made.Key, 0o600); err != nil {
		return err
	}
	return writeWhole(cert, made.Cert, 0o644)
}

func writeWhole(name string, body []byte, mode fs.FileMode) error {
	_, err := wholefile.Write(name, mode, func(w io.Writer) error {
		_, err := w.Write(body)
		return err
	})
	return err
}
