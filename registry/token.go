package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
)

// What a token may do (interfaces: "Who may call").
const (
	TokenSignals = "signals" // only send signals
	TokenRead    = "read"
	TokenOperate = "operate" // and all that read may
	TokenAdmin   = "admin"   // and everything else
)

const (
	tokenPrefix = "anl_"
	// shownOfToken is how much of a token lists show: enough to find a leaked one, too little to use it.
	shownOfToken = len(tokenPrefix) + 4
	// maxTokens is how many tokens a list shows.
	maxTokens = 10_000
	// tokenLife is how long a token lasts of which nothing else was said.
	tokenLife = 365 * 24 * time.Hour
)

// Token is a machine's right to call. The token itself is shown once, when it is made.
type Token struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Scope     string     `json:"scope"`
	Device    DeviceID   `json:"device"` // may speak for this device alone; empty: for any
	Centre    CentreID   `json:"centre"` // may see this centre and those below; empty: all
	Prefix    string     `json:"prefix"`
	CreatedAt time.Time  `json:"created_at"`
	Expires   time.Time  `json:"expires"`
	RevokedAt *time.Time `json:"revoked_at"`
	UsedAt    *time.Time `json:"used_at"` // to the hour
}

// Allows tells whether the token may do what asks for a scope.
func (t Token) Allows(scope string) bool {
	switch t.Scope {
	case TokenAdmin:
		return true
	case TokenOperate:
		return scope == TokenOperate || scope == TokenRead
	}
	return scope == t.Scope
}

func (t Token) good(now time.Time) bool { return t.RevokedAt == nil && now.Before(t.Expires) }

// CreateToken makes a token and gives it in plain, this once.
func (r *Registry) CreateToken(ctx context.Context, t Token) (plain string, made Token, err error) {
	var bad problems
	t.Name = tidy(t.Name)
	bad.name("name", t.Name)
	bad.oneOf("scope", t.Scope, TokenSignals, TokenRead, TokenOperate, TokenAdmin)
	now := r.clock.Now().UTC().Truncate(time.Microsecond)
	if t.Expires.IsZero() {
		t.Expires = now.Add(tokenLife)
	}
	t.Expires = t.Expires.UTC().Truncate(time.Microsecond)
	if !t.Expires.After(now) {
		bad.add("expires", "lies in the past")
	}
	plain = tokenPrefix + rand.Text()
	t.ID, t.Prefix, t.CreatedAt, t.RevokedAt = db.NewID(), plain[:shownOfToken], now, nil
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		found := problems{fields: append([]fault.Field{}, bad.fields...)}
		if err := r.relateToken(ctx, tx, t, &found); err != nil {
			return err
		}
		if err := found.err("token"); err != nil {
			return err
		}
		r.audit.AddTx(ctx, tx, r.noteToken("token.created", t.ID, t))
		return insertToken(ctx, tx, t, hashOfToken(plain))
	})
	if err != nil {
		return "", Token{}, err
	}
	return plain, t, nil
}

func (r *Registry) noteToken(action, id string, data any) audit.Entry {
	return audit.Entry{Actor: r.actor, Action: action, Resource: "token", ID: id, Data: data}
}

func (r *Registry) relateToken(ctx context.Context, tx *db.Tx, t Token, bad *problems) error {
	if t.Device != "" {
		_, err := r.devices.load(ctx, tx, r.scope, string(t.Device))
		if fault.Is(err, fault.NotFound) {
			bad.add("device", "is not a device that is known")
		} else if err != nil {
			return err
		}
	}
	if t.Centre == "" {
		return nil
	}
	_, err := r.centres.load(ctx, tx, r.scope, string(t.Centre))
	if fault.Is(err, fault.NotFound) {
		bad.add("centre", "is not a centre that is known")
		return nil
	}
	return err
}

func hashOfToken(plain string) []byte {
	sum := sha256.Sum256([]byte(plain))
	return sum[:]
}

// ListTokens gives all tokens, without what they are.
func (r *Registry) ListTokens(ctx context.Context) (all []Token, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		all, err = listTokens(ctx, tx)
		return err
	})
	return all, err
}

// RevokeToken ends a token: here at once, on other nodes within five seconds.
func (r *Registry) RevokeToken(ctx context.Context, id string) error {
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		r.audit.AddTx(ctx, tx, r.noteToken("token.revoked", id, nil))
		return revokeToken(ctx, tx, id)
	})
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.NotFound, "there is no such token")
	}
	if err != nil {
		return fmt.Errorf("revoke token %s: %w", id, err)
	}
	r.tokens.forget(id)
	return nil
}

// CheckToken gives the token that this is, else Unauthenticated. A token that was just seen costs
// no query, and none costs a write.
func (r *Registry) CheckToken(ctx context.Context, plain string) (Token, error) {
	refused := fault.New(fault.Unauthenticated, "the token is unknown, expired or revoked")
	if !strings.HasPrefix(plain, tokenPrefix) || len(plain) > 100 {
		return Token{}, refused
	}
	hash := sha256.Sum256([]byte(plain))
	t, ok := r.tokens.get(hash)
	if !ok {
		err := r.db.View(ctx, func(tx *db.Tx) (err error) {
			t, err = tokenBy(ctx, tx, hash[:])
			return err
		})
		if fault.Is(err, fault.NotFound) {
			return Token{}, refused
		}
		if err != nil {
			return Token{}, fmt.Errorf("check a token: %w", err)
		}
		r.tokens.put(hash, t)
	}
	now := r.clock.Now()
	if !t.good(now) {
		return Token{}, refused
	}
	r.tokens.used(t, now)
	return t, nil
}

// tokenUse is how exactly it is kept when a token was last used.
const tokenUse = time.Hour

// flushTokens writes which tokens were used. The call that used one has not waited for it.
func (c *core) flushTokens(ctx context.Context) error {
	all := c.tokens.takeUsed()
	if len(all) == 0 {
		return nil
	}
	err := c.db.Update(ctx, func(tx *db.Tx) error {
		for _, id := range slices.Sorted(maps.Keys(all)) {
			if err := setTokenUsed(ctx, tx, id, all[id]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write when tokens were used: %w", err)
	}
	return nil
}

// tokenWarning is how long before its end a token is worth a warning.
const tokenWarning = 14 * 24 * time.Hour

// ExpiringTokens gives the tokens in use that end within two weeks, or have ended within the last: somebody
// will miss them.
func (r *Registry) ExpiringTokens(ctx context.Context) ([]Token, error) {
	all, err := r.ListTokens(ctx)
	now := r.clock.Now()
	return slices.DeleteFunc(all, func(t Token) bool {
		left := t.Expires.Sub(now)
		return t.RevokedAt != nil || left > tokenWarning || left < -tokenWarning
	}), err
}

// tokenMemory is how long a token is believed without a look at the database.
const tokenMemory = 5 * time.Second

// tokenCache remembers the tokens that were checked lately. Unknown ones are not remembered, so
// that guessing does not fill it.
type tokenCache struct {
	clock clock.Clock
	mu    sync.Mutex
	seen  map[[sha256.Size]byte]seenToken
	uses  map[string]time.Time // since the last flush, by id
}

type seenToken struct {
	Token
	until time.Time
}

func newTokenCache(c clock.Clock) *tokenCache {
	return &tokenCache{clock: c, seen: map[[sha256.Size]byte]seenToken{}, uses: map[string]time.Time{}}
}

func (c *tokenCache) get(hash [sha256.Size]byte) (Token, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t, ok := c.seen[hash]
	return t.Token, ok && c.clock.Now().Before(t.until)
}

func (c *tokenCache) put(hash [sha256.Size]byte, t Token) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.seen) >= maxTokens {
		clear(c.seen) // who is still there comes back with one query
	}
	c.seen[hash] = seenToken{Token: t, until: c.clock.Now().Add(tokenMemory)}
}

func (c *tokenCache) forget(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for hash, t := range c.seen {
		if t.ID == id {
			delete(c.seen, hash)
		}
	}
}

// used notes that a token was used, unless that is known for the hour.
func (c *tokenCache) used(t Token, now time.Time) {
	if t.UsedAt != nil && now.Sub(*t.UsedAt) < tokenUse {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.uses[t.ID] = now
}

func (c *tokenCache) takeUsed() map[string]time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := c.uses
	c.uses = map[string]time.Time{}
	return all
}
