package alerts

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"anling/internal/db"
	"anling/registry"
)

// emergencyPlan is the plan when no other one fits; it is built in and can never be missing.
const emergencyPlan = "emergency"

// PlanAsk is everything on which the choice of a plan depends.
type PlanAsk struct {
	Kind    string              `json:"kind"`
	Elder   registry.ElderID    `json:"elder,omitempty"`
	Tier    string              `json:"tier,omitempty"`
	Classes []string            `json:"classes,omitempty"` // of caller: vip, important
	Centres []registry.CentreID `json:"centres"`           // the alert's own, then the one above it, and so on
	At      time.Time           `json:"at"`
	Zone    string              `json:"zone"` // of the own centre
}

// Considered is one plan that was looked at, and why it was chosen or not (keys of the message file under plan.choice.yes. and plan.choice.no.).
type Considered struct {
	Plan   PlanRef           `json:"plan"`
	Name   map[string]string `json:"name"`
	Owner  registry.CentreID `json:"centre,omitempty"` // whose own plan it is
	Chosen bool              `json:"chosen"`
	Why    []string          `json:"why"` // for the chosen one every condition that it meets, for others the first that speaks against them
}

// The reasons of a choice.
const (
	whyKind        = "kind"         // not for this kind of signal; for the chosen one: it is
	whyCentre      = "centre"       // of a centre that the alert does not belong to; the own plan of a centre
	whyElder       = "elder"        // for other elders; names this elder
	whyCaller      = "caller"       // for other classes of caller; for this one
	whyTier        = "tier"         // for other tiers; for this one
	whyHours       = "hours"        // for other hours; for this one
	whyShadowed    = "shadowed"     // a nearer centre has its own plan of the same name
	whyLessExact   = "less_exact"   // the chosen one says more exactly whom it is for
	whyNothingFits = "nothing_fits" // no plan fits: the emergency plan, or that for tasks
)

// against gives the first reason for which a plan is not for an alert; "" when it is.
func (p parsed) against(q PlanAsk) string {
	w := p.When
	lacks := func(want []string, has ...string) bool {
		return len(want) > 0 && !slices.ContainsFunc(has, func(h string) bool { return slices.Contains(want, h) })
	}
	switch {
	case !slices.Contains(p.For, q.Kind):
		return whyKind
	case p.centre != "" && !slices.Contains(q.Centres, p.centre):
		return whyCentre
	case lacks(w.Elders, string(q.Elder)):
		return whyElder
	case lacks(w.Callers, q.Classes...):
		return whyCaller
	case lacks(w.Tiers, q.Tier):
		return whyTier
	case len(w.Hours) > 0 && !registry.Within(w.shifts(), q.At, registry.Zone(q.Zone)):
		return whyHours
	}
	return ""
}

func (w When) shifts() []registry.Shift {
	var out []registry.Shift
	for _, h := range w.Hours {
		out = append(out, h.shift())
	}
	return out
}

// far is how many centres stand between the alert's own and the plan's; one for all centres is the farthest.
func (p parsed) far(q PlanAsk) int {
	if i := slices.Index(q.Centres, p.centre); i >= 0 {
		return i
	}
	return len(q.Centres)
}

// compare puts the more exact of two plans that fit first: one that names elders before one for a class of caller, then tiers,
// hours, the nearer centre, and at last the alphabet, so that the same press always has the same plan.
func (p parsed) compare(o parsed, q PlanAsk) int {
	more := func(a, b int) int { return cmp.Compare(min(b, 1), min(a, 1)) }
	return cmp.Or(
		more(len(p.When.Elders), len(o.When.Elders)), more(len(p.When.Callers), len(o.When.Callers)),
		more(len(p.When.Tiers), len(o.When.Tiers)), more(len(p.When.Hours), len(o.When.Hours)),
		cmp.Compare(p.far(q), o.far(q)), cmp.Compare(p.ref, o.ref))
}

// choose picks the plan for an alert. Of plans that fit and have one name, only that of the nearest centre counts: it stands in the place of
// the others. Among the rest the most exact one wins. When none fits it is the emergency plan; for work with a clock the built-in plan for that.
func (b *planBook) choose(q PlanAsk) (parsed, []Considered) {
	all := b.all()
	var fit []parsed
	seen := make([]Considered, len(all))
	for i, p := range all {
		seen[i] = Considered{Plan: p.ref, Name: p.Name, Owner: p.centre}
		if why := p.against(q); why != "" {
			seen[i].Why = []string{why}
			continue
		}
		if slices.ContainsFunc(all, func(o parsed) bool { return o.ID == p.ID && o.far(q) < p.far(q) && o.against(q) == "" }) {
			seen[i].Why = []string{whyShadowed}
			continue
		}
		seen[i].Why = []string{whyLessExact}
		fit = append(fit, p)
	}
	if len(fit) == 0 {
		best := b.named(orElse(q.Kind), q.Centres)
		mark := func(c Considered) bool { return c.Plan == best.ref }
		if i := slices.IndexFunc(seen, mark); i >= 0 {
			seen[i].Chosen, seen[i].Why = true, []string{whyNothingFits}
		}
		return best, seen
	}
	best := slices.MinFunc(fit, func(x, y parsed) int { return x.compare(y, q) })
	for i := range seen {
		if seen[i].Plan == best.ref {
			seen[i].Chosen, seen[i].Why = true, best.reasons()
		}
	}
	return best, seen
}

// reasons are the conditions that a chosen plan makes, and that are met.
func (p parsed) reasons() []string {
	why := []string{whyKind}
	add := func(is bool, reason string) {
		if is {
			why = append(why, reason)
		}
	}
	add(len(p.When.Elders) > 0, whyElder)
	add(len(p.When.Callers) > 0, whyCaller)
	add(len(p.When.Tiers) > 0, whyTier)
	add(len(p.When.Hours) > 0, whyHours)
	add(p.centre != "", whyCentre)
	return why
}

// named is the plan of a name that stands nearest to a centre; the built-in emergency plan when there is none.
func (b *planBook) named(name string, centres []registry.CentreID) parsed {
	q := PlanAsk{Centres: centres}
	var best parsed
	for _, p := range b.all() {
		ours := p.centre == "" || slices.Contains(centres, p.centre)
		if p.ID == name && ours && (best.Plan == nil || p.far(q) < best.far(q)) {
			best = p
		}
	}
	if best.Plan == nil && name != emergencyPlan {
		return b.named(emergencyPlan, centres)
	}
	return best
}

// pins fixes the versions of all plans that one may go on with, whoever saves another while the alert is open.
func (b *planBook) pins(p parsed, centres []registry.CentreID) map[string]PlanRef {
	pins := map[string]PlanRef{}
	for open := []*Plan{p.Plan}; len(open) > 0; open = open[1:] {
		for _, s := range open[0].Steps {
			if _, known := pins[s.With]; s.Do != doContinue || known {
				continue
			}
			to := b.named(s.With, centres)
			if s.With == p.ID {
				to = p
			}
			pins[s.With] = to.ref
			open = append(open, to.Plan)
		}
	}
	if len(pins) == 0 {
		return nil
	}
	return pins
}

func (b *planBook) all() []parsed {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.newest
}

// family groups the kinds of signal that are about one thing: a further press joins the open alert of its family. Smoke is not told
// to an open press, because it needs the fire service at once.
func family(kind string) string {
	switch kind {
	case "silent":
		return "silent"
	case "smoke", "gas", "water", "co":
		return "hazard"
	case "inactivity", "door", "zone":
		return "inactivity"
	case "low_battery", "mains_lost", "tamper", "fault", "lost", "untested", "false_alarms", "battery_ok", "mains_ok", "fault_ok":
		return "technical"
	case "safety", "test", "outage":
		return kind
	}
	return emergencyPlan
}

// families are those that a cancelling key may mean, in the order in which they are looked for.
func families(kind string) []string {
	if kind == "cancel" {
		return []string{emergencyPlan, "silent", "hazard", "inactivity"}
	}
	return []string{family(kind)}
}

// chosenKind is the kind by which the plan is chosen: a press on which nothing may sound is a silent alarm, whatever pressed it.
func (r *Raise) chosenKind() string {
	switch {
	case r.Test:
		return "test"
	case r.Silent && family(r.Kind) == emergencyPlan:
		return "silent"
	}
	return r.Kind
}

// plan chooses the response plan of a new alert, and fixes what its steps will ask.
func (e *Engine) plan(ctx context.Context, tx *db.Tx, r *Raise, s Signal) error {
	if err := e.freshPlans(ctx, tx); err != nil {
		return err
	}
	q, err := e.planAsk(ctx, tx, r, s)
	if err != nil {
		return err
	}
	best, _ := e.plans.choose(q)
	r.Plan, r.Priority, r.Ahead, r.Pins = best.ref, best.Priority, best.Ahead, e.plans.pins(best, q.Centres)
	r.Zone, r.Classes, r.DoBy = q.Zone, q.Classes, best.Repair.doBy(s, tx.Now())
	if el := r.known.elder; el != nil {
		r.Alone = livesAlone(el.Living)
	}
	return nil
}

// planAsk gathers what the choice of a plan depends on.
func (e *Engine) planAsk(ctx context.Context, tx *db.Tx, r *Raise, s Signal) (PlanAsk, error) {
	q := PlanAsk{Kind: r.chosenKind(), Elder: r.Elder, At: tx.Now()}
	if el := r.known.elder; el != nil {
		q.Tier = el.Tier
	}
	var phones []string
	if s.Protocol == "phone" || s.Protocol == "sms" {
		phones = []string{s.Identity}
	}
	held, err := e.registry.ClassesOfTx(ctx, tx, r.Elder, phones)
	if err != nil {
		return q, err
	}
	for _, k := range held {
		if !slices.Contains(q.Classes, k.Class) {
			q.Classes = append(q.Classes, k.Class)
		}
	}
	q.Centres, q.Zone, err = e.centresAbove(ctx, tx, r.Centre)
	return q, err
}

// highestTree is how many centres may stand above each other.
const highestTree = 12

// centresAbove gives a centre and those above it, and the time zone of the first.
func (e *Engine) centresAbove(ctx context.Context, tx *db.Tx, id registry.CentreID) (all []registry.CentreID, zone string, err error) {
	for id != "" && len(all) < highestTree && !slices.Contains(all, id) {
		c, err := e.centre(ctx, tx, id)
		if err != nil {
			return nil, "", err
		}
		if len(all) == 0 {
			zone = c.loc.String()
		}
		all, id = append(all, id), c.Parent
	}
	return all, zone, nil
}

// livesAlone reads what the registry says of how somebody lives, which each centre writes in its own words.
func livesAlone(living string) bool {
	living = strings.ToLower(living)
	return strings.Contains(living, "独居") || strings.Contains(living, "独自") || strings.Contains(living, "alone")
}

// family is by which presses find an alert that follows the plan: that of its kind, or, when it went on with a plan for others, theirs.
func (p *Plan) family(a *Alert) string {
	r := Raise{Kind: a.Kind, Silent: a.Silent, Test: a.Test}
	if kind := r.chosenKind(); len(p.For) == 0 || slices.Contains(p.For, kind) {
		return family(kind)
	}
	return family(p.For[0])
}
