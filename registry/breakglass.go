package registry

import (
	"context"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// The states of an emergency access:
//
//	open ──▶ ended (by the clock, by hand, with its session, or by the next one) ──▶ reviewed
const (
	GlassOpen     = "open"
	GlassEnded    = "ended"
	GlassReviewed = "reviewed"
)

// What a reviewer may find.
const (
	GlassJustified    = "justified"
	GlassNotJustified = "not_justified"
)

// Why an emergency access ended.
const (
	glassByHand  = "by_hand"
	glassByTime  = "time"
	glassByNext  = "next" // its operator has opened another one
	glassSession = "session"
)

// GlassOpenFor is how long an emergency access lasts.
const GlassOpenFor = 30 * time.Minute

// minGlassReason is how much must be said at least: "emergency" is no reason.
const minGlassReason = 10

// BreakGlass is that somebody has opened the whole record of one elder in an emergency of their own: not because their
// role lets them, but because they say why. Others are told at once, and another person reviews it.
type BreakGlass struct {
	ID         string     `json:"id"`
	Elder      ElderID    `json:"elder"`
	Centre     CentreID   `json:"centre"`
	Operator   OperatorID `json:"operator"`
	Reason     string     `json:"reason"`
	At         time.Time  `json:"at"`
	Until      time.Time  `json:"until"` // at the latest
	EndedAt    *time.Time `json:"ended_at,omitempty"`
	Looks      int        `json:"looks"` // how often something was looked at by it; counted by who answers
	State      string     `json:"state"`
	Verdict    string     `json:"verdict,omitempty"`
	ReviewNote string     `json:"review_note,omitempty"`
	ReviewedBy OperatorID `json:"reviewed_by,omitempty"`
	ReviewedAt *time.Time `json:"reviewed_at,omitempty"`

	// Locked says that the elder was erased, or the key is missing: what was written cannot be read any more.
	Locked bool `json:"locked,omitempty"`

	session string
}

// sealedGlass is what of an emergency access is sealed.
type sealedGlass struct {
	Reason string `json:"reason"`
	Note   string `json:"note"`
}

func (g *BreakGlass) settle(now time.Time) {
	switch {
	case g.ReviewedAt != nil:
		g.State = GlassReviewed
	case g.EndedAt != nil || !now.Before(g.Until):
		g.State = GlassEnded
		if g.EndedAt == nil {
			until := g.Until
			g.EndedAt = &until
		}
	default:
		g.State = GlassOpen
	}
}

// Breaking is an emergency access that somebody asks for.
type Breaking struct {
	Elder    ElderID
	Reason   string
	Operator OperatorID
	Session  string // in which alone it holds

	// Tell tells others of it, in the same transaction: there is none of which nobody was told.
	Tell func(ctx context.Context, tx *db.Tx, g BreakGlass, others []Operator) error
}

// BreakGlass opens the record of one elder of the scope for an operator. An earlier one of theirs ends: nobody has more than
// one elder open.
func (r *Registry) BreakGlass(ctx context.Context, b Breaking) (g BreakGlass, err error) {
	var bad problems
	reason := tidy(b.Reason)
	if n := len([]rune(reason)); n < minGlassReason {
		bad.add("reason", "must have at least %d characters", minGlassReason)
	}
	bad.text("reason", reason, maxText)
	bad.required("elder", string(b.Elder))
	if err := bad.err("emergency access"); err != nil {
		return g, err
	}
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		row, err := r.elders.load(ctx, tx, r.scope, string(b.Elder))
		if err != nil {
			return err
		}
		if err := r.endGlassTx(ctx, tx, glassWith("operator", string(b.Operator)), glassEnd{r.actor, glassByNext}); err != nil {
			return err
		}
		now := tx.Now()
		g = BreakGlass{ID: db.NewID(), Elder: b.Elder, Centre: row.Centre, Operator: b.Operator, Reason: reason, At: now, Until: now.Add(GlassOpenFor),
			State: GlassOpen, session: b.Session}
		cell, err := r.sealGlass(ctx, tx, g)
		if err != nil {
			return err
		}
		if err := insertGlass(ctx, tx, g, cell); err != nil {
			return err
		}
		others, err := r.reviewersTx(ctx, tx, g)
		if err != nil {
			return err
		}
		r.noteGlass(ctx, tx, g, "opened", map[string]any{"reason": reason, "told": len(others)})
		return b.Tell(ctx, tx, g, others)
	})
	return g, err
}

func (r *Registry) noteGlass(ctx context.Context, tx *db.Tx, g BreakGlass, verb string, data any) {
	r.audit.AddTx(ctx, tx, audit.Entry{Actor: r.actor, Action: "break_glass." + verb, Resource: "break_glass", ID: g.ID,
		Subject: string(g.Elder), Centre: string(g.Centre), Data: data})
}

func (r *Registry) sealGlass(ctx context.Context, tx *db.Tx, g BreakGlass) ([]byte, error) {
	key, err := r.vault.Key(ctx, tx, string(g.Elder))
	if err != nil {
		return nil, err
	}
	return key.SealJSON("break_glass", "cell", g.ID, sealedGlass{g.Reason, g.ReviewNote})
}

// openGlass reads what is sealed; of an elder who was erased there is nothing to read.
func (r *Registry) openGlass(ctx context.Context, tx *db.Tx, row glassRow) BreakGlass {
	g := row.BreakGlass
	g.settle(tx.Now())
	var s sealedGlass
	key, err := r.vault.Existing(ctx, tx, string(g.Elder))
	if err == nil {
		err = key.OpenJSON("break_glass", "cell", g.ID, row.cell, &s)
	}
	g.Locked = err != nil
	g.Reason, g.ReviewNote = s.Reason, s.Note
	return g
}

// maxReviewers bounds how many people are told.
const maxReviewers = 20

// reviewersTx are those who are told of an emergency access: whoever may review one at the elder's centre or at one above
// it, but for who has opened it. Administrators are told where there is nobody else.
func (r *Registry) reviewersTx(ctx context.Context, tx *db.Tx, g BreakGlass) ([]Operator, error) {
	centres, err := centresAbove(ctx, tx, g.Centre)
	if err != nil {
		return nil, err
	}
	var roles []string
	for _, x := range r.book.all() {
		if x.Kind == RoleForPeople && x.ID != RoleAdmin && compile(x).May(BreakGlassReview) {
			roles = append(roles, string(x.ID))
		}
	}
	for _, of := range [][]string{roles, {RoleAdmin}} {
		if len(of) == 0 {
			continue
		}
		var c condition
		c.and("centre IN ("+db.InList(len(centres))+")", anys(centres)...)
		c.and("role IN ("+db.InList(len(of))+")", anys(of)...)
		c.and("id <> ?", g.Operator)
		c.archived(false)
		rows, err := r.operators.store.list(ctx, tx, c, maxReviewers)
		if err != nil {
			return nil, err
		}
		if len(rows) > 0 {
			return r.operators.openAll(ctx, tx, rows)
		}
	}
	return nil, nil
}

// centresAbove gives a centre and all above it.
func centresAbove(ctx context.Context, tx *db.Tx, centre CentreID) ([]CentreID, error) {
	var all []CentreID
	for range highest {
		if centre == "" {
			break
		}
		all = append(all, centre)
		up, err := parentOf(ctx, tx, centre)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		centre = up
	}
	return all, nil
}

// OpenedBy gives the id of the emergency access to an elder that holds in a session; empty when there is none.
func (r *Registry) OpenedBy(ctx context.Context, session string, elder ElderID) (id string, err error) {
	if session == "" || elder == "" {
		return "", nil
	}
	err = r.db.View(ctx, func(tx *db.Tx) error {
		id, err = glassOpenIn(ctx, tx, session, elder)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return id, err
}

// Glass gives one emergency access of the scope, or one of the operator's own.
func (r *Registry) Glass(ctx context.Context, id string) (g BreakGlass, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		g, err = r.glassTx(ctx, tx, id)
		return err
	})
	return g, err
}

func (r *Registry) glassTx(ctx context.Context, tx *db.Tx, id string) (BreakGlass, error) {
	row, err := findGlass(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !r.scope.Has(row.Centre) {
		return BreakGlass{}, fault.New(fault.NotFound, "there is no such emergency access")
	}
	if err != nil {
		return BreakGlass{}, err
	}
	return r.openGlass(ctx, tx, row), nil
}

// GlassQuery asks for emergency accesses.
type GlassQuery struct {
	Operator OperatorID // empty: of everybody in the scope
	Elder    ElderID
	State    string
	After    string // an id: only those before it
	Limit    int
}

// ListGlass lists emergency accesses of the scope, newest first.
func (r *Registry) ListGlass(ctx context.Context, q GlassQuery) (all []BreakGlass, err error) {
	var bad problems
	if q.State != "" {
		bad.oneOf("state", q.State, GlassOpen, GlassEnded, GlassReviewed)
	}
	if err := bad.err("query"); err != nil {
		return nil, err
	}
	err = r.db.View(ctx, func(tx *db.Tx) error {
		rows, err := listGlass(ctx, tx, r.scope, q)
		if err != nil {
			return err
		}
		all = []BreakGlass{}
		for _, row := range rows {
			all = append(all, r.openGlass(ctx, tx, row))
		}
		return nil
	})
	return all, err
}

// GlassWaiting counts the emergency accesses that are over and that nobody has reviewed.
func (r *Registry) GlassWaiting(ctx context.Context) (n int, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		n, err = countGlassWaiting(ctx, tx)
		return err
	})
	return n, err
}

// EndGlass ends an emergency access before its time. One that is over stays as it is.
func (r *Registry) EndGlass(ctx context.Context, id string) (g BreakGlass, err error) {
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		if _, err := r.glassTx(ctx, tx, id); err != nil {
			return err
		}
		if err := r.endGlassTx(ctx, tx, glassWith("id", id), glassEnd{r.actor, glassByHand}); err != nil {
			return err
		}
		g, err = r.glassTx(ctx, tx, id)
		return err
	})
	return g, err
}

// glassEnd is who ends an emergency access, and why.
type glassEnd struct {
	by  audit.Actor
	why string
}

// endGlassTx ends those that are selected and open, and writes that down.
func (c *core) endGlassTx(ctx context.Context, tx *db.Tx, which glasses, e glassEnd) error {
	ended, err := endGlass(ctx, tx, which)
	if err != nil {
		return err
	}
	for _, g := range ended {
		end := e
		if !g.EndedAt.Before(g.Until) {
			end = glassEnd{audit.Actor{Kind: audit.System}, glassByTime}
		}
		c.audit.AddTx(ctx, tx, audit.Entry{Actor: end.by, Action: "break_glass.ended", Resource: "break_glass", ID: g.ID,
			Subject: string(g.Elder), Centre: string(g.Centre), Data: map[string]string{"why": end.why}})
	}
	return nil
}

// endOldGlass writes the end of those whose time is over: they have held no longer, also before this was written.
func (c *core) endOldGlass(ctx context.Context) error {
	var over bool
	err := c.db.View(ctx, func(tx *db.Tx) (err error) {
		over, err = glassIsOver(ctx, tx)
		return err
	})
	if err != nil || !over {
		return err
	}
	return c.db.Update(ctx, func(tx *db.Tx) error {
		return c.endGlassTx(ctx, tx, glassOver(tx.Now()), glassEnd{audit.Actor{Kind: audit.System}, glassByTime})
	})
}

// GlassReview is what another person has found.
type GlassReview struct {
	ID      string
	By      OperatorID
	Verdict string
	Note    string
}

// ReviewGlass closes an emergency access that is over. Nobody reviews their own.
func (r *Registry) ReviewGlass(ctx context.Context, v GlassReview) (g BreakGlass, err error) {
	var bad problems
	v.Note = tidy(v.Note)
	bad.oneOf("verdict", v.Verdict, GlassJustified, GlassNotJustified)
	bad.text("note", v.Note, maxText)
	if v.Verdict == GlassNotJustified {
		bad.required("note", v.Note)
	}
	if err := bad.err("review"); err != nil {
		return g, err
	}
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		if g, err = r.glassTx(ctx, tx, v.ID); err != nil {
			return err
		}
		if err := g.mayReview(v.By); err != nil {
			return err
		}
		if err := r.endGlassTx(ctx, tx, glassWith("id", v.ID), glassEnd{r.actor, glassByTime}); err != nil {
			return err
		}
		now := tx.Now()
		g.State, g.Verdict, g.ReviewNote, g.ReviewedBy, g.ReviewedAt = GlassReviewed, v.Verdict, v.Note, v.By, &now
		var cell []byte
		if !g.Locked {
			if cell, err = r.sealGlass(ctx, tx, g); err != nil {
				return err
			}
		}
		r.noteGlass(ctx, tx, g, "reviewed", map[string]string{"verdict": g.Verdict, "note": g.ReviewNote})
		return reviewGlass(ctx, tx, g, cell)
	})
	return g, err
}

func (g BreakGlass) mayReview(by OperatorID) error {
	switch {
	case by == "":
		return fault.New(fault.Denied, "only a person can do this")
	case by == g.Operator:
		return fault.New(fault.Denied, "another person reviews this: it is your own")
	case g.State == GlassOpen:
		return fault.New(fault.Conflict, "it is still open; end it first")
	case g.State == GlassReviewed:
		return fault.New(fault.Conflict, "it has been reviewed already")
	}
	return nil
}
