package alerts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

const (
	linkAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	linkLength   = 22             // 128 bits
	linkLife     = 72 * time.Hour // a link ends with its alert, and in any case after this
)

// newToken draws a link's token of letters and digits only: phones cut links at other signs.
func newToken() (string, error) {
	raw := make([]byte, linkLength)
	if _, err := rand.Read(raw); err != nil {
		return "", fmt.Errorf("draw a link: %w", err)
	}
	for i, b := range raw {
		raw[i] = linkAlphabet[int(b)%len(linkAlphabet)]
	}
	return string(raw), nil
}

func linkHash(token string) []byte {
	sum := sha256.Sum256([]byte("anling link " + token))
	return sum[:]
}

// ByLink finds what a link opens. A wrong, expired and revoked link give the same NotFound.
func (e *Engine) ByLink(ctx context.Context, token string) (*Alert, *Person, error) {
	var a *Alert
	var who *Person
	err := e.db.View(ctx, func(tx *db.Tx) error {
		id, person, err := e.store.findLink(ctx, tx, token)
		if err != nil {
			return err
		}
		if a, err = e.store.read(ctx, tx, id, ""); err != nil {
			return err
		}
		if who = a.Person(person); who == nil {
			return fault.New(fault.NotFound, "this link is not valid any more")
		}
		return nil
	})
	return a, who, err
}
