package registry

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
)

// hashing is what a password hash costs. These are OWASP's for argon2id: 19 MiB, two passes, one
// thread; 50 ms on the machine where it was measured.
type hashing struct {
	kib     uint32
	passes  uint32
	threads uint8
}

func currentHashing() hashing { return hashing{kib: 19 * 1024, passes: 2, threads: 1} }

// The bounds of what a stored hash may ask for: a row that was tampered with must not take all memory.
const (
	maxHashKiB    = 256 * 1024
	maxHashPasses = 16
	saltBytes     = 16
	keyBytes      = 32
)

// loginQueue is how long a log-in waits for its turn.
const loginQueue = 2 * time.Second

// passwords hashes few at a time: a hundred log-ins at once would otherwise take 1.9 GB. Browsers that are known have a
// slot of their own, so that a flood of strangers does not keep a shift waiting.
type passwords struct {
	clock clock.Clock
	cost  hashing
	slots chan struct{}
	known chan struct{}
}

func newPasswords(c clock.Clock, memoryKiB int) *passwords {
	cost := currentHashing()
	if memoryKiB > 0 {
		cost.kib = uint32(memoryKiB)
	}
	return &passwords{clock: c, cost: cost, slots: make(chan struct{}, max(1, runtime.NumCPU()/2)), known: make(chan struct{}, 1)}
}

// enter waits for a slot; who entered calls leave.
func (p *passwords) enter(ctx context.Context, known bool) (leave func(), err error) {
	own := p.slots
	if known {
		own = p.known
	}
	select {
	case own <- struct{}{}:
		return func() { <-own }, nil
	default:
	}
	select {
	case own <- struct{}{}:
		return func() { <-own }, nil
	case <-p.clock.After(loginQueue):
		return nil, fault.New(fault.Retry, "too many people are logging in at once; try again in a moment")
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Retry, ctx.Err(), "the log-in was not waited for")
	}
}

// hash gives the PHC string of a password: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func (p *passwords) hash(ctx context.Context, password string, h hashing) (string, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("make a salt: %w", err)
	}
	// Whoever sets a password has been let in already.
	key, err := p.key(ctx, Try{Password: password, Known: true}, stored{hashing: h, salt: salt, key: make([]byte, keyBytes)})
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.kib, h.passes, h.threads,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

func (p *passwords) key(ctx context.Context, t Try, s stored) ([]byte, error) {
	leave, err := p.enter(ctx, t.Known)
	if err != nil {
		return nil, err
	}
	defer leave()
	return argon2.IDKey([]byte(t.Password), s.salt, s.passes, s.kib, s.threads, uint32(len(s.key))), nil
}

// stored is a PHC string, read.
type stored struct {
	hashing
	salt []byte
	key  []byte
}

func parsePHC(phc string) (s stored, err error) {
	unknown := fault.New(fault.Internal, "a stored password is of an unknown form")
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return s, unknown
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &s.kib, &s.passes, &s.threads); err != nil {
		return s, unknown
	}
	b64 := base64.RawStdEncoding
	var badSalt, badKey error
	s.salt, badSalt = b64.DecodeString(parts[4])
	s.key, badKey = b64.DecodeString(parts[5])
	if badSalt != nil || badKey != nil || !s.reasonable() {
		return s, unknown
	}
	return s, nil
}

func (s stored) reasonable() bool {
	return s.kib <= maxHashKiB && s.passes > 0 && s.passes <= maxHashPasses && s.threads > 0 &&
		len(s.key) >= 16 && len(s.key) <= 64
}

// weaker tells whether a hash is cheaper to guess than what is made today.
func (s stored) weaker(than hashing) bool {
	return s.kib < than.kib || s.passes < than.passes
}

// nobody is what an unknown name is checked against, so that it takes the same time as a known one.
func (p *passwords) nobody() stored {
	return stored{hashing: p.cost, salt: make([]byte, saltBytes), key: make([]byte, keyBytes)}
}

const (
	minPassword = 12
	maxPassword = 256
)

// passwordProblem refuses what is guessed first. No rule asks for signs and digits: length is what counts (ASVS 6.2).
func passwordProblem(name, password string) string {
	folded := strings.ToLower(password)
	kinds := map[rune]bool{}
	for _, r := range folded {
		kinds[r] = true
	}
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return "must be UTF-8 text"
	case n < minPassword:
		return fmt.Sprintf("must have at least %d characters", minPassword)
	case n > maxPassword:
		return fmt.Sprintf("must have at most %d characters", maxPassword)
	case len(kinds) < 5:
		return "must have more than four different characters"
	case strings.Contains(folded, fold(name)) && utf8.RuneCountInString(name)*2 > n:
		return "must not be the log-in name with a little added"
	case slices.Contains(commonPasswords(), folded):
		return "is one of those that are tried first"
	}
	return ""
}

// commonPasswords are those of twelve characters and more that head the published lists.
func commonPasswords() []string {
	return []string{"123456789012", "1234567890123", "12345678901234", "123456789123", "1234567891011", "012345678910",
		"123123123123", "121212121212", "112233445566", "987654321012", "1q2w3e4r5t6y", "1qaz2wsx3edc", "qwertyuiop12",
		"qwertyuiop123", "qwertyuiopas", "qwertyuiopasdfghjkl", "qwertyqwerty", "qwerty123456", "123456qwerty",
		"password1234", "password12345", "password123456", "passwordpassword", "abc123456789", "abcd12345678", "a12345678910",
		"abcdefghijkl", "iloveyou1234", "administrator", "changeme1234", "letmein12345", "welcome12345", "woaini1314520",
		"woaini520520", "5201314520131", "asdfghjkl123", "zxcvbnm12345", "aa1234567890", "1234567890ab", "1234567890qwerty"}
}

// SetPassword gives the operator with a log-in name a password that counts until it is changed, and ends their sessions.
func (r *Registry) SetPassword(ctx context.Context, name, password string) error {
	var o Operator
	err := r.db.View(ctx, func(tx *db.Tx) (err error) {
		o, err = r.operatorBy(ctx, tx, name)
		return err
	})
	if err != nil {
		return err
	}
	return r.GivePassword(ctx, NewPassword{Operator: o, Password: password})
}

// NewPassword is a password about to be set.
type NewPassword struct {
	Operator  Operator
	Password  string
	Temporary bool   // must be changed at the first log-in, within temporaryLife
	Session   string // id of the session that goes on; all others of the operator end
}

// temporaryLife is how long a password that somebody else has given can be logged in with.
const temporaryLife = 3 * 24 * time.Hour

// GivePassword sets an operator's password and ends their other sessions.
func (r *Registry) GivePassword(ctx context.Context, p NewPassword) error {
	if problem := passwordProblem(p.Operator.Name, p.Password); problem != "" {
		return fault.InvalidFields("the password is not good enough", []fault.Field{{Name: "password", Problem: problem}})
	}
	phc, err := r.passwords.hash(ctx, p.Password, r.passwords.cost)
	if err != nil {
		return err
	}
	return r.db.Update(ctx, func(tx *db.Tx) error {
		row := password{phc: phc, changedAt: tx.Now()}
		if p.Temporary {
			until := tx.Now().Add(temporaryLife)
			row.temporaryUntil = &until
		}
		if err := setPassword(ctx, tx, p.Operator.ID, row); err != nil {
			return err
		}
		r.audit.AddTx(ctx, tx, doneBy(r.actor, p.Operator.entry("password.set", map[string]bool{"temporary": p.Temporary})))
		return r.endSessionsTx(ctx, tx, Ending{Operator: p.Operator.ID, Except: p.Session, By: r.actor, Why: EndedPassword})
	})
}

// operatorBy gives the operator with a log-in name.
func (r *Registry) operatorBy(ctx context.Context, tx *db.Tx, name string) (Operator, error) {
	l := operatorLookupOf(name)
	id, err := rowBy(ctx, tx, l.kind, r.vault.Blind(l.kind, l.text))
	if fault.Is(err, fault.NotFound) {
		return Operator{}, fault.New(fault.NotFound, "there is no such operator")
	}
	if err != nil {
		return Operator{}, fmt.Errorf("look up an operator: %w", err)
	}
	return r.operators.findAnyway(ctx, tx, r.scope, id)
}

// OperatorByName gives the operator with a log-in name; NotFound when there is none.
func (r *Registry) OperatorByName(ctx context.Context, name string) (o Operator, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		o, err = r.operatorBy(ctx, tx, name)
		return err
	})
	return o, err
}

// Try is a log-in with a password.
type Try struct {
	Name     string
	Password string
	Known    bool // from a browser that is known for the name
}

// ErrRunOut says that a temporary password was right and is no longer good.
var ErrRunOut = fault.New(fault.Denied, "the temporary password has run out; ask for a new one")

// CheckPassword gives the operator whose name and password these are; otherwise the error is
// Unauthenticated and does not tell which of the two was wrong, neither by its words nor by the time
// it takes; the operator that comes with it is for the audit log only. It is Retry when too many log in at once, and ErrRunOut when the password was right too late.
func (r *Registry) CheckPassword(ctx context.Context, t Try) (Operator, error) {
	refused := fault.New(fault.Unauthenticated, "name or password is wrong")
	if len(t.Password) > maxPassword*utf8.UTFMax {
		return Operator{}, refused
	}
	o, row, err := r.passwordOf(ctx, t.Name)
	if err != nil {
		return Operator{}, err
	}
	want := r.passwords.nobody()
	if row.phc != "" {
		if want, err = parsePHC(row.phc); err != nil {
			return Operator{}, fmt.Errorf("password of %s: %w", o.ID, err)
		}
	}
	got, err := r.passwords.key(ctx, t, want)
	if err != nil {
		return Operator{}, err
	}
	if subtle.ConstantTimeCompare(got, want.key) != 1 || row.phc == "" {
		return o, refused
	}
	if row.temporaryUntil != nil && r.clock.Now().After(*row.temporaryUntil) {
		return Operator{}, ErrRunOut
	}
	if want.weaker(r.passwords.cost) {
		row.phc, err = r.passwords.hash(ctx, t.Password, r.passwords.cost)
		if err == nil {
			err = r.db.Update(ctx, func(tx *db.Tx) error { return setPassword(ctx, tx, o.ID, row) })
		}
	}
	return o, err
}

// passwordOf gives an operator and the stored password; both are empty when there is no such name.
func (r *Registry) passwordOf(ctx context.Context, name string) (o Operator, p password, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		o, err = r.operatorBy(ctx, tx, name)
		if err == nil {
			p, err = passwordRow(ctx, tx, o.ID)
		}
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		return err
	})
	return o, p, err
}

// operatorStored ends the sessions of who has left, or whose rights have changed.
func (c *core) operatorStored(ctx context.Context, tx *db.Tx, d draft[Operator]) error {
	if d.old == nil {
		return nil
	}
	old, now, why := *d.old, d.x, ""
	switch {
	case now.ArchivedAt != nil && old.ArchivedAt == nil:
		why = EndedArchived
	case now.Role != old.Role || now.Centre != old.Centre:
		why = EndedRole
	default:
		return nil
	}
	return c.endSessionsTx(ctx, tx, Ending{Operator: now.ID, By: d.actor, Why: why})
}
