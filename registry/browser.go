package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// The kinds of browser.
const (
	BrowserSeen = "browser" // somebody has logged in from it
	BrowserSeat = "seat"    // a supervisor has enrolled it beforehand: known for everybody
)

const (
	seatCodeLife = 24 * time.Hour
	codeLength   = 16 // of 32 signs: 80 bits
)

// Browser is a browser that holds a cookie of ours. Wrong passwords from elsewhere never slow it down, so nobody can
// lock a night shift out.
type Browser struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	Label     string     `json:"label"` // what people call the seat
	Centre    CentreID   `json:"centre"`
	Agent     string     `json:"agent"` // what it says it is, such as chrome/windows
	MadeAt    time.Time  `json:"made_at"`
	MadeBy    OperatorID `json:"made_by"`
	SeenAt    *time.Time `json:"seen_at"`
	CodeUntil *time.Time `json:"code_until"` // of a seat whose code was not used yet
	RevokedAt *time.Time `json:"revoked_at"`
	RevokedBy OperatorID `json:"revoked_by"`

	// Operators have logged in from it, the last one first.
	Operators []OperatorID `json:"operators"`

	cell []byte
}

// Visitor is a browser that comes to log in as somebody.
type Visitor struct {
	Cookie  string
	Agent   string
	Account string // the name that was typed, whether there is such an account or not
}

// LoginName is the form of a log-in name in which all ways to write it are equal.
func LoginName(typed string) string { return operatorLookupOf(typed).text }

func (v Visitor) pair() []byte {
	sum := sha256.Sum256([]byte(v.Cookie + "\x00" + v.Account))
	return sum[:]
}

// Mark tells a browser from others without telling its cookie.
func (v Visitor) Mark() string { return hex.EncodeToString(hashOfSession(v.Cookie)) }

// Acquaintance is how well a browser is known.
type Acquaintance struct {
	Known   bool // it is a seat, or somebody has logged in there by that name before
	Revoked bool // its cookie is worth nothing any more: it needs a new one
}

// Meet tells how well a browser is known for an account. It does not depend on whether there is such an account.
func (r *Registry) Meet(ctx context.Context, v Visitor) (a Acquaintance, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		b, err := browserBy(ctx, tx, hashOfSession(v.Cookie))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil && (b.RevokedAt != nil || b.Kind == BrowserSeat) {
			a = Acquaintance{Known: b.RevokedAt == nil, Revoked: b.RevokedAt != nil}
			return nil
		}
		a.Known, err = pairKnown(ctx, tx, v.pair())
		return err
	})
	return a, err
}

// rememberBrowser notes that an operator has logged in from a browser, and gives the browser's id.
func (c *core) rememberBrowser(ctx context.Context, tx *db.Tx, v Visitor, o Operator) (id string, err error) {
	b, err := browserBy(ctx, tx, hashOfSession(v.Cookie))
	switch {
	case fault.Is(err, fault.NotFound):
		now := tx.Now()
		b = Browser{ID: db.NewID(), Kind: BrowserSeen, Centre: o.Centre, Agent: v.Agent, MadeAt: now, MadeBy: o.ID, SeenAt: &now}
		err = insertBrowser(ctx, tx, b, hashOfSession(v.Cookie), nil)
	case err == nil && b.RevokedAt != nil:
		return "", fault.New(fault.Retry, "this browser was revoked just now; try again")
	case err == nil:
		err = touchBrowser(ctx, tx, b.ID)
	}
	if err != nil {
		return "", err
	}
	return b.ID, rememberPair(ctx, tx, v.pair(), o.ID, b.ID)
}

var errNoBrowser = fault.New(fault.NotFound, "there is no such browser")

// newCode gives a code that a person can type: 80 bits, in four groups.
func newCode() string {
	c := rand.Text()[:codeLength]
	return c[:4] + "-" + c[4:8] + "-" + c[8:12] + "-" + c[12:]
}

// codeOf undoes what people do to a code when they type it.
func codeOf(typed string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(narrow(tidy(typed))))
}

func hashOfCode(owner, typed string) []byte {
	sum := sha256.Sum256([]byte("code\x00" + owner + "\x00" + codeOf(typed)))
	return sum[:]
}

const seatColumn = "label"

// EnrolSeat prepares a seat of a centre, and gives the code that makes a browser that seat: once, within a day.
func (r *Registry) EnrolSeat(ctx context.Context, b Browser) (code string, made Browser, err error) {
	var bad problems
	b.Label = tidy(b.Label)
	bad.name("label", b.Label)
	code = newCode()
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		found := problems{fields: append([]fault.Field{}, bad.fields...)}
		if err := r.home(ctx, tx, asking{scope: r.scope, bad: &found}, &b.Centre); err != nil {
			return err
		}
		if err := found.err("seat"); err != nil {
			return err
		}
		now := tx.Now()
		until := now.Add(seatCodeLife)
		made = Browser{ID: db.NewID(), Kind: BrowserSeat, Label: b.Label, Centre: b.Centre, MadeAt: now, MadeBy: OperatorID(r.actor.ID),
			CodeUntil: &until, Operators: []OperatorID{}}
		key, err := r.vault.Key(ctx, tx, made.ID)
		if err != nil {
			return err
		}
		made.cell = key.SealString("browsers", seatColumn, made.ID, made.Label)
		r.audit.AddTx(ctx, tx, made.entry(r.actor, "browser.enrolled"))
		return insertBrowser(ctx, tx, made, nil, hashOfCode("seat", code))
	})
	return code, made, err
}

// RedeemSeat makes the browser with a cookie the seat that a code was made for. It is Unauthenticated when
// the code is wrong, used or too old, and does not tell which.
func (r *Registry) RedeemSeat(ctx context.Context, code string, v Visitor) error {
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		b, err := redeemSeat(ctx, tx, hashOfCode("seat", code), v)
		if err == nil {
			r.audit.AddTx(ctx, tx, b.entry(audit.Actor{Kind: audit.Nobody}, "browser.redeemed"))
		}
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Unauthenticated, "the code is wrong or is no longer good")
	}
	return err
}

// RevokeBrowser takes a browser's being known away and ends the sessions in it.
func (r *Registry) RevokeBrowser(ctx context.Context, id string) error {
	return r.db.Update(ctx, func(tx *db.Tx) error {
		b, err := browserOf(ctx, tx, id)
		if fault.Is(err, fault.NotFound) {
			return errNoBrowser
		}
		if err != nil {
			return err
		}
		if err := revokeBrowser(ctx, tx, id, r.actor.ID); err != nil {
			return err
		}
		r.audit.AddTx(ctx, tx, b.entry(r.actor, "browser.revoked"))
		return r.endTx(ctx, tx, sessionsWith("browser", id), Ending{By: r.actor, Why: EndedBrowser})
	})
}

func (b Browser) entry(actor audit.Actor, action string) audit.Entry {
	return audit.Entry{Actor: actor, Action: action, Resource: "browser", ID: b.ID, Centre: string(b.Centre)}
}

// Browser gives one browser of the scope.
func (r *Registry) Browser(ctx context.Context, id string) (b Browser, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		if b, err = browserOf(ctx, tx, id); err != nil {
			return err
		}
		return r.finishBrowser(ctx, tx, &b)
	})
	if fault.Is(err, fault.NotFound) || err == nil && !r.scope.Has(b.Centre) {
		return Browser{}, errNoBrowser
	}
	return b, err
}

// ListBrowsers lists the browsers and seats of the scope, or all from which one operator has logged in.
func (r *Registry) ListBrowsers(ctx context.Context, operator OperatorID) (all []Browser, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		if all, err = listBrowsers(ctx, tx, r.scope, operator); err != nil {
			return err
		}
		for i := range all {
			if err := r.finishBrowser(ctx, tx, &all[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// finishBrowser adds the label and who has logged in there. A label that cannot be opened stays empty.
func (r *Registry) finishBrowser(ctx context.Context, tx *db.Tx, b *Browser) (err error) {
	if b.Operators, err = loginsFrom(ctx, tx, b.ID); err != nil {
		return err
	}
	if b.Operators == nil {
		b.Operators = []OperatorID{}
	}
	if len(b.cell) == 0 {
		return nil
	}
	key, err := r.keys(tx).of(ctx, b.ID)
	if err == nil {
		b.Label, err = key.OpenString("browsers", seatColumn, b.ID, b.cell)
		err = unsealed(err)
	}
	if err != nil && !fault.Is(err, fault.Retry) {
		r.log.Warn("the name of a seat cannot be opened", "seat", b.ID, "error", err)
		return nil
	}
	return err
}
