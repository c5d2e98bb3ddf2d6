package registry

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/url"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// The kinds of second factor. Recovery codes are for the day when the others are lost.
const (
	FactorTOTP     = "totp"
	FactorPasskey  = "passkey"
	FactorRecovery = "recovery"
)

// The states of a second factor: pending → active → blocked. A pending one was never used, a blocked one may have
// been copied.
const (
	FactorPending = "pending"
	FactorActive  = "active"
	FactorBlocked = "blocked"
)

// What every authenticator app understands (RFC 6238).
const (
	totpStep   = 30 * time.Second
	totpDigits = 6
	totpSkew   = 1 // steps before and after: a telephone's clock may be off by half a minute
	totpSecret = 20
)

const (
	recoveryCodes = 10
	maxFactors    = 20
	factorTable   = "operator_factors"
	factorColumn  = "cell"
)

// Factor is a second factor of an operator.
type Factor struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	State    string     `json:"state"`
	Label    string     `json:"label"`
	MadeAt   time.Time  `json:"made_at"`
	UsedAt   *time.Time `json:"used_at"`
	operator OperatorID
	lastStep int64
	cell     []byte
	secret   factorSecret
}

// factorSecret is what is sealed of a factor.
type factorSecret struct {
	Label   string `json:"label,omitempty"`
	TOTP    string `json:"totp,omitempty"`    // base32
	Passkey []byte `json:"passkey,omitempty"` // the whole credential as its library writes it
}

// Standing is how well it can be known who an operator is.
type Standing struct {
	HasPassword bool
	Temporary   bool      // somebody else has given the password: it must be changed
	PasswordAt  time.Time // when it was set
	Factors     []string  // kinds that can be used now
	Recovery    int       // codes that are left
}

// Strong tells whether the operator has a second factor.
func (s Standing) Strong() bool { return len(s.Factors) > 0 }

// StandingOf gives the standing of an operator.
func (r *Registry) StandingOf(ctx context.Context, id OperatorID) (s Standing, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		p, err := passwordRow(ctx, tx, id)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		s = Standing{HasPassword: p.phc != "", Temporary: p.temporaryUntil != nil, PasswordAt: p.changedAt}
		if s.Factors, err = activeKinds(ctx, tx, id); err != nil || len(s.Factors) == 0 {
			return err
		}
		if s.Recovery, err = recoveryLeft(ctx, tx, id); err != nil {
			return err
		}
		if s.Recovery > 0 {
			s.Factors = append(s.Factors, FactorRecovery)
		}
		return nil
	})
	return s, err
}

// Factors lists an operator's second factors, with their labels.
func (r *Registry) Factors(ctx context.Context, id OperatorID) (all []Factor, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		all, err = r.openFactors(ctx, tx, id)
		return err
	})
	return all, err
}

func (c *core) openFactors(ctx context.Context, tx *db.Tx, id OperatorID) ([]Factor, error) {
	all, err := factorsOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if err := c.openFactor(ctx, tx, &all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (c *core) openFactor(ctx context.Context, tx *db.Tx, f *Factor) error {
	key, err := c.vault.Existing(ctx, tx, string(f.operator))
	if err != nil {
		return fmt.Errorf("key of factor %s: %w", f.ID, err)
	}
	if err := key.OpenJSON(factorTable, factorColumn, f.ID, f.cell, &f.secret); err != nil {
		return err
	}
	f.Label = f.secret.Label
	return nil
}

func (c *core) sealFactor(ctx context.Context, tx *db.Tx, f *Factor) error {
	key, err := c.vault.Key(ctx, tx, string(f.operator))
	if err != nil {
		return fmt.Errorf("key of factor %s: %w", f.ID, err)
	}
	f.cell, err = key.SealJSON(factorTable, factorColumn, f.ID, f.secret)
	return err
}

// NewTOTP is what an authenticator app must be told, this once.
type NewTOTP struct {
	ID     string `json:"id"`
	Secret string `json:"secret"` // to be typed where the picture cannot be read
	URI    string `json:"uri"`
	QR     string `json:"qr"` // a PNG as a data: address
}

// BeginTOTP makes a secret for an authenticator app. It counts only after ConfirmTOTP; one that was
// begun before and not confirmed is forgotten.
func (r *Registry) BeginTOTP(ctx context.Context, o Operator) (NewTOTP, error) {
	raw := make([]byte, totpSecret)
	rand.Read(raw) // never fails: without randomness Go stops the program
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	made, err := describeTOTP(o.Name, secret)
	if err != nil {
		return NewTOTP{}, err
	}
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		if err := dropFactors(ctx, tx, o.ID, FactorTOTP, FactorPending); err != nil {
			return err
		}
		f := Factor{ID: db.NewID(), Kind: FactorTOTP, State: FactorPending, MadeAt: tx.Now(), operator: o.ID,
			secret: factorSecret{TOTP: secret}}
		made.ID = f.ID
		if err := r.sealFactor(ctx, tx, &f); err != nil {
			return err
		}
		return insertFactor(ctx, tx, f, nil)
	})
	return made, err
}

const (
	totpIssuer = "Anling"
	qrPixels   = 240
)

func describeTOTP(account, secret string) (NewTOTP, error) {
	v := url.Values{"secret": {secret}, "issuer": {totpIssuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	uri := "otpauth://totp/" + url.PathEscape(totpIssuer+":"+account) + "?" + v.Encode()
	key, err := otp.NewKeyFromURL(uri)
	if err != nil {
		return NewTOTP{}, fmt.Errorf("describe a secret: %w", err)
	}
	img, err := key.Image(qrPixels, qrPixels)
	if err != nil {
		return NewTOTP{}, fmt.Errorf("draw a secret: %w", err)
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return NewTOTP{}, fmt.Errorf("draw a secret: %w", err)
	}
	return NewTOTP{Secret: secret, URI: uri, QR: "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())}, nil
}

// ConfirmTOTP makes the secret count, after the person has shown that their app knows it. It takes the place of the one
// before. With somebody's first factor come ten recovery codes, told this once.
func (r *Registry) ConfirmTOTP(ctx context.Context, o Operator, id, code string) (recovery []string, err error) {
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		f, err := r.factorOf(ctx, tx, o.ID, id)
		if err != nil {
			return err
		}
		if f.Kind != FactorTOTP || f.State != FactorPending {
			return fault.New(fault.Conflict, "this second factor is in use already")
		}
		step, ok := matchTOTP(f.secret.TOTP, codeOf(code), tx.Now())
		if !ok {
			return ErrWrongCode
		}
		if err := dropFactors(ctx, tx, o.ID, FactorTOTP, FactorActive); err != nil {
			return err
		}
		if err := activateFactor(ctx, tx, f.ID, step); err != nil {
			return err
		}
		r.audit.AddTx(ctx, tx, r.factorEntry(o, f, "factor.added"))
		recovery, err = r.firstRecovery(ctx, tx, o.ID)
		return err
	})
	return recovery, err
}

func (c *core) factorOf(ctx context.Context, tx *db.Tx, operator OperatorID, id string) (Factor, error) {
	f, err := factorBy(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && f.operator != operator {
		return Factor{}, fault.New(fault.NotFound, "there is no such second factor")
	}
	if err != nil {
		return Factor{}, err
	}
	return f, c.openFactor(ctx, tx, &f)
}

// ErrWrongCode says that a code of a second factor does not count.
var ErrWrongCode = fault.New(fault.Unauthenticated, "the code is wrong or was used before")

// matchTOTP gives the step of the code, if it is one of the steps around now.
func matchTOTP(secret, code string, now time.Time) (step int64, ok bool) {
	at := now.Unix() / int64(totpStep/time.Second)
	for s := at - totpSkew; s <= at+totpSkew; s++ {
		want, err := hotp.GenerateCodeCustom(secret, uint64(s), hotp.ValidateOpts{Digits: totpDigits, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, ok = s, true
		}
	}
	return step, ok
}

// useCode uses up a code of an operator: one of the app, good once, or a recovery code. It gives the kind.
// Two nodes cannot both use one: each is taken by a change that only the first one can make.
func (c *core) useCode(ctx context.Context, tx *db.Tx, o Operator, typed string) (kind string, err error) {
	code := codeOf(typed)
	if len(code) != totpDigits {
		used, err := burnRecovery(ctx, tx, o.ID, hashOfCode(string(o.ID), code))
		if err != nil {
			return "", err
		}
		if !used {
			return "", ErrWrongCode
		}
		c.audit.AddTx(ctx, tx, doneBy(o.themself(), o.entry("factor.used", map[string]string{"kind": FactorRecovery})))
		return FactorRecovery, nil
	}
	all, err := c.openFactors(ctx, tx, o.ID)
	if err != nil {
		return "", err
	}
	for _, f := range all {
		if f.Kind != FactorTOTP || f.State != FactorActive {
			continue
		}
		step, ok := matchTOTP(f.secret.TOTP, code, tx.Now())
		if !ok {
			continue
		}
		fresh, err := takeStep(ctx, tx, f.ID, step)
		if err != nil {
			return "", err
		}
		if fresh {
			c.audit.AddTx(ctx, tx, doneBy(o.themself(), about("factor", f.ID, o.entry("factor.used", map[string]string{"kind": FactorTOTP}))))
			return FactorTOTP, nil
		}
	}
	return "", ErrWrongCode
}

// UseCode uses up a code of an operator's second factor, for something that is asked just now.
func (r *Registry) UseCode(ctx context.Context, o Operator, code string) (kind string, err error) {
	err = r.db.Update(ctx, func(tx *db.Tx) (err error) {
		kind, err = r.useCode(ctx, tx, o, code)
		return err
	})
	return kind, err
}

// NewRecoveryCodes replaces an operator's recovery codes and gives the new ones, this once.
func (r *Registry) NewRecoveryCodes(ctx context.Context, o Operator) (codes []string, err error) {
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		kinds, err := activeKinds(ctx, tx, o.ID)
		if err != nil {
			return err
		}
		if len(kinds) == 0 {
			return fault.New(fault.Conflict, "recovery codes stand in for a second factor; add one first")
		}
		r.audit.AddTx(ctx, tx, doneBy(r.actor, o.entry("factor.recovery", nil)))
		codes, err = r.makeRecovery(ctx, tx, o.ID)
		return err
	})
	return codes, err
}

func (r *Registry) factorEntry(o Operator, f Factor, action string) audit.Entry {
	return doneBy(r.actor, about("factor", f.ID, o.entry(action, map[string]string{"kind": f.Kind})))
}

// firstRecovery makes recovery codes for who has none left.
func (c *core) firstRecovery(ctx context.Context, tx *db.Tx, operator OperatorID) ([]string, error) {
	left, err := recoveryLeft(ctx, tx, operator)
	if err != nil || left > 0 {
		return []string{}, err
	}
	return c.makeRecovery(ctx, tx, operator)
}

func (c *core) makeRecovery(ctx context.Context, tx *db.Tx, operator OperatorID) ([]string, error) {
	codes := make([]string, recoveryCodes)
	hashes := make([][]byte, recoveryCodes)
	for i := range codes {
		codes[i] = newCode()
		hashes[i] = hashOfCode(string(operator), codes[i])
	}
	return codes, setRecovery(ctx, tx, operator, hashes)
}

// RemoveFactor takes a second factor away from its operator. With the last one go the recovery codes.
func (r *Registry) RemoveFactor(ctx context.Context, o Operator, id string) error {
	return r.db.Update(ctx, func(tx *db.Tx) error {
		f, err := factorBy(ctx, tx, id)
		if fault.Is(err, fault.NotFound) || err == nil && f.operator != o.ID {
			return fault.New(fault.NotFound, "there is no such second factor")
		}
		if err != nil {
			return err
		}
		if err := dropFactor(ctx, tx, id); err != nil {
			return err
		}
		r.audit.AddTx(ctx, tx, r.factorEntry(o, f, "factor.removed"))
		kinds, err := activeKinds(ctx, tx, o.ID)
		if err != nil || len(kinds) > 0 {
			return err
		}
		return setRecovery(ctx, tx, o.ID, nil)
	})
}

// ResetFactors takes all second factors and recovery codes of somebody away who has lost them, and ends
// their sessions.
func (r *Registry) ResetFactors(ctx context.Context, id OperatorID) error {
	return r.db.Update(ctx, func(tx *db.Tx) error {
		o, err := r.operators.find(ctx, tx, r.scope, string(id))
		if err != nil {
			return err
		}
		r.audit.AddTx(ctx, tx, doneBy(r.actor, o.entry("factor.reset", nil)))
		for _, state := range []string{FactorPending, FactorActive, FactorBlocked} {
			for _, kind := range []string{FactorTOTP, FactorPasskey} {
				if err := dropFactors(ctx, tx, id, kind, state); err != nil {
					return err
				}
			}
		}
		if err := setRecovery(ctx, tx, id, nil); err != nil {
			return err
		}
		return r.endSessionsTx(ctx, tx, Ending{Operator: id, By: r.actor, Why: EndedFactors})
	})
}
