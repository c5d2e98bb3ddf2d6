package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// Passkey is a passkey of an operator. Body is the whole credential as the library that made it wrote it:
// part of it would not do to log in with later.
type Passkey struct {
	Factor     Factor
	Operator   OperatorID
	Credential []byte // the id that the authenticator gave it
	Body       []byte
}

func hashOfCredential(id []byte) []byte {
	sum := sha256.Sum256(id)
	return sum[:]
}

// AddPasskey gives an operator a passkey. With somebody's first factor come ten recovery codes, told this once.
func (r *Registry) AddPasskey(ctx context.Context, o Operator, label string, p Passkey) (recovery []string, err error) {
	var bad problems
	label = tidy(label)
	bad.name("label", label)
	if err := bad.err("passkey"); err != nil {
		return nil, err
	}
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		all, err := factorsOf(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if len(all) >= maxFactors {
			return fault.New(fault.Conflict, "there are too many second factors; remove one first")
		}
		now := tx.Now()
		f := Factor{ID: db.NewID(), Kind: FactorPasskey, State: FactorActive, MadeAt: now, UsedAt: &now, operator: o.ID,
			secret: factorSecret{Label: label, Passkey: p.Body}}
		if err := r.sealFactor(ctx, tx, &f); err != nil {
			return err
		}
		if err := insertFactor(ctx, tx, f, hashOfCredential(p.Credential)); err != nil {
			return err
		}
		r.audit.AddTx(ctx, tx, r.factorEntry(o, f, "factor.added"))
		recovery, err = r.firstRecovery(ctx, tx, o.ID)
		return err
	})
	return recovery, err
}

// PasskeysOf gives the passkeys that an operator can use.
func (r *Registry) PasskeysOf(ctx context.Context, id OperatorID) ([]Passkey, error) {
	all, err := r.Factors(ctx, id)
	var found []Passkey
	for _, f := range all {
		if f.Kind == FactorPasskey && f.State == FactorActive {
			found = append(found, Passkey{Factor: f, Operator: id, Body: f.secret.Passkey})
		}
	}
	return found, err
}

// PasskeyBy gives the passkey with a credential's id; NotFound when there is none that can be used.
func (r *Registry) PasskeyBy(ctx context.Context, credential []byte) (p Passkey, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		f, err := factorByCredential(ctx, tx, hashOfCredential(credential))
		if err != nil {
			return err
		}
		if f.State != FactorActive {
			return fault.New(fault.NotFound, "this passkey is blocked")
		}
		if err := r.openFactor(ctx, tx, &f); err != nil {
			return err
		}
		p = Passkey{Factor: f, Operator: f.operator, Credential: credential, Body: f.secret.Passkey}
		return nil
	})
	return p, err
}

// PasskeyUsed writes what a passkey has counted. One that may have been copied is blocked.
func (r *Registry) PasskeyUsed(ctx context.Context, p Passkey, copied bool) error {
	return r.db.Update(ctx, func(tx *db.Tx) error {
		f := p.Factor
		now := tx.Now()
		f.UsedAt = &now
		f.secret.Passkey = p.Body
		o, action := Operator{ID: f.operator}, "factor.used"
		if copied {
			f.State, action = FactorBlocked, "factor.blocked"
		}
		r.audit.AddTx(ctx, tx, doneBy(o.themself(), about("factor", f.ID, o.entry(action, map[string]string{"kind": f.Kind}))))
		if err := r.sealFactor(ctx, tx, &f); err != nil {
			return err
		}
		return updateFactor(ctx, tx, f)
	})
}

// The kinds of ceremony.
const (
	CeremonyAddPasskey = "add_passkey"
	CeremonyPasskey    = "passkey"
	CeremonySSO        = "sso"
)

const (
	ceremonyLife  = 5 * time.Minute
	maxCeremonies = 20_000
	ceremonies    = "ceremonies"
)

// ceremony is a row of something that is under way.
type ceremony struct {
	kind     string
	operator OperatorID
	cell     []byte
}

// BeginCeremony keeps v until the ceremony ends, and gives the token to end it with: once, within
// five minutes.
func (r *Registry) BeginCeremony(ctx context.Context, kind string, operator OperatorID, v any) (token string, err error) {
	token = rand.Text()
	hash := hashOfSession(token)
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		key, err := r.vault.Key(ctx, tx, ceremonies)
		if err != nil {
			return fmt.Errorf("key of ceremonies: %w", err)
		}
		c := ceremony{kind: kind, operator: operator}
		if c.cell, err = key.SealJSON(ceremonies, "cell", hex.EncodeToString(hash), v); err != nil {
			return err
		}
		return insertCeremony(ctx, tx, hash, c)
	})
	return token, err
}

// EndCeremony gives what BeginCeremony kept, and whose it is. It is Unauthenticated when it was ended before, or too late.
func (r *Registry) EndCeremony(ctx context.Context, kind, token string, v any) (operator OperatorID, err error) {
	hash := hashOfSession(token)
	var plain []byte
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		c, err := takeCeremony(ctx, tx, hash, kind)
		if err != nil {
			return err
		}
		operator = c.operator
		key, err := r.vault.Existing(ctx, tx, ceremonies)
		if err != nil {
			return fmt.Errorf("key of ceremonies: %w", err)
		}
		plain, err = key.Open(ceremonies, "cell", hex.EncodeToString(hash), c.cell)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.Unauthenticated, "this took too long or was done before; begin again")
	}
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return "", fmt.Errorf("read a ceremony: %w", err)
	}
	return operator, nil
}
