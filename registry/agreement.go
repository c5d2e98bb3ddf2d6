package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// AgreementID is the id of an agreement.
type AgreementID string

// Agreement is that a centre's alerts which nobody there has accepted are seen, and may be worked, by another one.
type Agreement struct {
	ID         AgreementID `json:"id"`
	Centre     CentreID    `json:"centre"` // whose alerts
	To         CentreID    `json:"to"`     // who helps out
	Kinds      []string    `json:"kinds"`  // of alerts; empty: all
	Hours      []Shift     `json:"hours"`  // in the time zone of centre; empty: always
	AfterS     int         `json:"after_s"`
	From       string      `json:"from"`  // the first day; empty: at once
	Until      string      `json:"until"` // the last day; empty: open
	Note       string      `json:"note"`
	Version    int64       `json:"version"`
	CreatedAt  time.Time   `json:"created_at"`
	UpdatedAt  time.Time   `json:"updated_at"`
	ArchivedAt *time.Time  `json:"archived_at"`
}

// usualOverflow is after how many seconds a partner sees an alert, and longestOverflow the longest that can be agreed upon: later, other
// steps have long been taken.
const (
	usualOverflow   = 60
	longestOverflow = 3600
)

// Covers tells whether an alert of a kind may ever be shared under the agreement on a day.
func (g Agreement) Covers(kind, day string) bool {
	return g.ArchivedAt == nil && (len(g.Kinds) == 0 || slices.Contains(g.Kinds, kind)) &&
		(g.From == "" || g.From <= day) && (g.Until == "" || day <= g.Until)
}

// OpensAt gives the first moment from at on that lies within hours; never when they are wrong.
func OpensAt(hours []Shift, at time.Time, loc *time.Location) (time.Time, bool) {
	local := at.In(loc)
	if onShift(hours, local) {
		return at, true
	}
	var first time.Time
	for days := range 8 {
		midnight := time.Date(local.Year(), local.Month(), local.Day()+days, 0, 0, 0, 0, loc)
		for _, s := range hours {
			minutes, ok := minuteOf(s.From)
			begins := midnight.Add(time.Duration(minutes) * time.Minute)
			if ok && slices.Contains(s.Days, weekday(midnight)) && begins.After(at) && (first.IsZero() || begins.Before(first)) {
				first = begins
			}
		}
	}
	return first, !first.IsZero()
}

func (g *Agreement) defaults() { g.AfterS = usualOverflow }

func (g *Agreement) normalise(_ *problems) {
	g.To, g.Note = CentreID(tidy(string(g.To))), tidy(g.Note)
	g.Kinds, g.Hours = codeList(g.Kinds), some(g.Hours)
}

func (g *Agreement) check(c *problems, _ time.Time) {
	c.required("to", string(g.To))
	for _, k := range g.Kinds {
		c.code("kinds", k)
	}
	c.many("kinds", len(g.Kinds))
	for _, s := range g.Hours {
		s.checkAs(c, "hours")
	}
	c.between("after_s", g.AfterS, 0, longestOverflow)
	c.day("from", &g.From)
	c.day("until", &g.Until)
	c.span("until", g.From, g.Until)
	c.text("note", g.Note, maxText)
}

func (g *Agreement) head() head {
	return head{ID: string(g.ID), Centre: g.Centre, Version: g.Version,
		Created: g.CreatedAt, Updated: g.UpdatedAt, Archived: g.ArchivedAt}
}

func (g *Agreement) setHead(h head) {
	g.ID, g.Centre, g.Version = AgreementID(h.ID), h.Centre, h.Version
	g.CreatedAt, g.UpdatedAt, g.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (g *Agreement) subject() string    { return noSubject }
func (g *Agreement) values() []any      { return []any{g.To} }
func (g *Agreement) dests() []any       { return []any{&g.To} }
func (g *Agreement) adopt(o *Agreement) { g.To = o.To }
func (g *Agreement) lock()              {}
func (g *Agreement) lookups() []lookup  { return nil }

func (g *Agreement) words() []word {
	return wordsOf(OpenWords, string(g.ID), string(g.Centre), string(g.To), strings.Join(g.Kinds, " "))
}

// relateAgreement looks whether both centres exist. Whoever gives alerts away must have them; the partner may be any centre.
func (c *core) relateAgreement(ctx context.Context, tx *db.Tx, d *draft[Agreement]) error {
	if err := c.home(ctx, tx, asked(d), &d.x.Centre); err != nil {
		return err
	}
	if d.x.To == d.x.Centre {
		d.bad.add("to", "must be another centre")
	}
	if d.x.To == "" || d.x.ArchivedAt != nil || d.old != nil && d.old.To == d.x.To {
		return nil
	}
	_, err := parentOf(ctx, tx, d.x.To)
	if fault.Is(err, fault.NotFound) {
		d.bad.add("to", "is not a centre that is known")
		return nil
	}
	return err
}

func (c *core) agreementStored(_ context.Context, tx *db.Tx, d draft[Agreement]) error {
	tx.AfterCommit(func() { c.roster.takeAgreement(d.x) })
	return nil
}

func (r *Roster) takeAgreement(g Agreement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.rules.agreements[g.ID]; !ok || known.Version <= g.Version {
		r.rules.agreements[g.ID] = g
	}
}

// Overflow gives the agreements under which a centre's alert of a kind may be shared, the earliest first.
func (r *Roster) Overflow(centre CentreID, kind string, now time.Time) []Agreement {
	r.mu.RLock()
	defer r.mu.RUnlock()
	day := localTime(now, r.rules.centres[centre].loc).Format(time.DateOnly)
	var out []Agreement
	for _, g := range r.rules.agreements {
		if g.Centre == centre && g.Covers(kind, day) {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b Agreement) int { return cmp.Or(cmp.Compare(a.AfterS, b.AfterS), cmp.Compare(a.ID, b.ID)) })
	return out
}

// CentreName gives what a centre is called; empty when it is not known.
func (r *Roster) CentreName(id CentreID) string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.rules.centres[id].Name
}

// CentreZone gives a centre's time zone; UTC when it is not known.
func (r *Roster) CentreZone(id CentreID) *time.Location {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if loc := r.rules.centres[id].loc; loc != nil {
		return loc
	}
	return time.UTC
}

// DayAt gives the day that it is at a centre.
func (r *Roster) DayAt(id CentreID, now time.Time) string {
	return now.In(r.CentreZone(id)).Format(time.DateOnly)
}

// CreateAgreement adds an agreement.
func (r *Registry) CreateAgreement(ctx context.Context, x Agreement) (Agreement, error) {
	return r.agreements.create(ctx, r, x)
}

// ChangeAgreement changes an agreement.
func (r *Registry) ChangeAgreement(ctx context.Context, id AgreementID, patch []byte) (Agreement, error) {
	return r.agreements.change(ctx, r, string(id), patch)
}

// ArchiveAgreement ends an agreement. Alerts that are shared already stay so.
func (r *Registry) ArchiveAgreement(ctx context.Context, id AgreementID) error {
	return r.agreements.archive(ctx, r, string(id))
}

// Agreement gives one agreement.
func (r *Registry) Agreement(ctx context.Context, id AgreementID) (Agreement, error) {
	return r.agreements.one(ctx, r, string(id))
}

// ListAgreements lists the agreements by which centres of the scope give alerts away.
func (r *Registry) ListAgreements(ctx context.Context, scope Scope, q Query) (Page[Agreement], error) {
	return r.agreements.list(ctx, r, scope, q)
}
