package web

import (
	"context"
	"net/http"
	"reflect"

	"anling/alerts"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/registry"
)

// planRoutes are what a manager does with plans beyond reading and saving them.
func (s *Server) planRoutes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	return []route{
		{get, "/v1/plans/explain", "plans.see", s.explainPlan}, // before the plans: it is no id
		{post, "/v1/plans/check", "plans.change", s.checkPlan},
		{post, "/v1/plans/try", "plans.see", s.tryPlan},
		{get, "/v1/plans/{id}", "plans.see", s.getPlan},
		{get, "/v1/plans/{id}/versions", "plans.see", s.listPlanVersions},
		{del, "/v1/plans/{id}", "plans.change", s.withdrawPlan},
	}
}

// PlanView is the newest version of a plan, with what a list shows of it.
type PlanView struct {
	alerts.PlanDoc
	For      []string                   `json:"for"` // kinds of signal
	Priority int                        `json:"priority"`
	Told     map[string]alerts.PlanTold `json:"told,omitempty"` // the plan in words, in both languages; not in a list
}

// viewPlan reads what a list shows out of the text. A plan that this program cannot read shows its text alone.
func viewPlan(d alerts.PlanDoc) (PlanView, *alerts.Plan) {
	v := PlanView{PlanDoc: d, For: []string{}}
	p, _ := alerts.CheckPlan([]byte(d.Body))
	if p != nil {
		v.For, v.Priority = some(p.For), p.Priority
	}
	return v, p
}

// toldPlan is a plan in words, in both languages; nil for none.
func toldPlan(p *alerts.Plan) map[string]alerts.PlanTold {
	if p == nil {
		return nil
	}
	return map[string]alerts.PlanTold{words.Zh: p.Told(words.Zh), words.En: p.Told(words.En)}
}

// listPlans answers GET /v1/plans: the newest version of each.
func (s *Server) listPlans(w http.ResponseWriter, r *http.Request) error {
	plans, err := s.plansOf(r)
	if err != nil {
		return err
	}
	all := []PlanView{}
	for _, d := range plans {
		v, _ := viewPlan(d)
		all = append(all, v)
	}
	return writeJSON(w, http.StatusOK, page[PlanView]{Items: all})
}

// getPlan answers GET /v1/plans/{id}.
func (s *Server) getPlan(w http.ResponseWriter, r *http.Request) error {
	d, err := s.planOf(r, pathVar(r, "id"))
	if err != nil {
		return err
	}
	v, p := viewPlan(d)
	v.Told = toldPlan(p)
	return writeJSON(w, http.StatusOK, v)
}

// PlanMistake is something in the text of a plan that cannot be used; Told says it in both languages, Key and Vars give the sentence in others.
type PlanMistake struct {
	alerts.Mistake
	Key  string            `json:"key,omitempty"`
	Vars map[string]string `json:"vars,omitempty"`
	Told map[string]string `json:"told"`
}

// PlanCheck is what is to be said of a text: its mistakes, and when there are none the plan in words.
type PlanCheck struct {
	Items []PlanMistake              `json:"items"`
	Next  *string                    `json:"next"` // always null: a check has one page
	Told  map[string]alerts.PlanTold `json:"told,omitempty"`
}

// checkPlan answers POST /v1/plans/check: everything that is wrong with a text. Nothing is stored.
func (s *Server) checkPlan(w http.ResponseWriter, r *http.Request) error {
	var body planBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	out := PlanCheck{Items: []PlanMistake{}}
	for _, m := range s.engine.CheckPlan([]byte(body.Body)) {
		f := words.Explained(fault.Field{Problem: m.Problem})
		out.Items = append(out.Items, PlanMistake{Mistake: m, Key: f.Key, Vars: f.Vars,
			Told: map[string]string{words.Zh: words.Problem(words.Zh, f), words.En: m.Problem}})
	}
	if len(out.Items) == 0 {
		p, _ := alerts.CheckPlan([]byte(body.Body))
		out.Told = toldPlan(p)
	}
	return writeJSON(w, http.StatusOK, out)
}

// PlanChoice is which plan a signal would have, why, and what it says, in both languages.
type PlanChoice struct {
	Chosen    alerts.PlanDoc      `json:"chosen"`
	Plans     []ConsideredView    `json:"plans"`
	Sentences map[string][]string `json:"sentences"`
}

// ConsideredView is one plan that was looked at; Told says why it was chosen or not.
type ConsideredView struct {
	alerts.Considered
	Told map[string]string `json:"told"`
}

// explainPlan answers GET /v1/plans/explain.
func (s *Server) explainPlan(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	ask := alerts.PlanQuery{Elder: registry.ElderID(q.text("elder")), Centre: registry.CentreID(q.text("centre")), Kind: q.text("kind"), At: q.moment("at")}
	if err := q.err(); err != nil {
		return err
	}
	if _, err := s.elderOfPlan(r, ask); err != nil {
		return err
	}
	got, err := s.engine.PlanFor(r.Context(), ask)
	if err != nil {
		return err
	}
	out := PlanChoice{Chosen: got.Chosen, Plans: []ConsideredView{}, Sentences: map[string][]string{}}
	scope := callerOf(r.Context()).scope
	for _, c := range got.Plans {
		if owner := c.Owner; c.Chosen || owner == "" || scope.Has(owner) {
			out.Plans = append(out.Plans, ConsideredView{Considered: c, Told: map[string]string{words.Zh: c.Told(words.Zh), words.En: c.Told(words.En)}})
		}
	}
	if p, _ := alerts.CheckPlan([]byte(got.Chosen.Body)); p != nil {
		out.Sentences[words.Zh], out.Sentences[words.En] = p.Sentences(words.Zh), p.Sentences(words.En)
	}
	return writeJSON(w, http.StatusOK, out)
}

// elderOfPlan finds the elder of a question, whom the caller must be allowed to see: the choice of a plan tells who is a VIP. Without an
// elder it must be a centre of the caller's.
func (s *Server) elderOfPlan(r *http.Request, ask alerts.PlanQuery) (e registry.Elder, err error) {
	if ask.Elder != "" {
		if err := s.demand(r.Context(), "elders.see"); err != nil {
			return e, err
		}
		return s.registryFor(r).Elder(r.Context(), ask.Elder)
	}
	if ask.Centre != "" {
		_, err = s.registryFor(r).Centre(r.Context(), ask.Centre)
	}
	return e, err
}

// TryView is a trial with each line told in both languages.
type TryView struct {
	Plan   alerts.PlanRef `json:"plan"`
	Kind   string         `json:"kind"`
	State  alerts.State   `json:"state"` // at the end
	Lines  []TryLineView  `json:"lines"`
	Silent []string       `json:"silent,omitempty"` // answers that nobody was asked for
}

// TryLineView is one thing that would happen.
type TryLineView struct {
	alerts.TryLine
	Told map[string]string `json:"told"`
}

// tryPlan answers POST /v1/plans/try: a plan played through on an elder. Nothing is written but the look, nothing is sent. Who does not see the
// names of people in an alert does not see them here.
func (s *Server) tryPlan(w http.ResponseWriter, r *http.Request) error {
	var ask alerts.TryQuery
	if err := decode(w, r, &ask); err != nil {
		return err
	}
	if ask.Elder == "" {
		return fault.InvalidFields("the trial is not valid", []fault.Field{{Name: "elder", Problem: "is required"}})
	}
	elder, err := s.elderOfPlan(r, ask.PlanQuery)
	if err != nil {
		return err
	}
	if err := s.planWithin(r, ask.Plan); err != nil {
		return err
	}
	got, err := s.engine.Try(r.Context(), ask)
	if err != nil {
		return err
	}
	id := string(elder.ID)
	if err := s.look(r.Context(), look{action: "plan.tried", resource: "elder", id: id, subject: id}); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, tryView(got, s.seesNames(r.Context(), elder.Centre)))
}

// seesNames tells whether the caller sees the names of those who are in an alert of a centre.
func (s *Server) seesNames(ctx context.Context, centre registry.CentreID) bool {
	return s.viewerIn(ctx, centre).rights(reflect.TypeFor[PersonView](), "name")&registry.MaySee != 0
}

func tryView(got alerts.TryResult, names bool) TryView {
	out := TryView{Plan: got.Plan, Kind: got.Kind, State: got.State, Silent: got.Silent, Lines: []TryLineView{}}
	for _, l := range got.Lines {
		if !names {
			l.Name = ""
		}
		out.Lines = append(out.Lines, TryLineView{TryLine: l, Told: map[string]string{words.Zh: l.Told(words.Zh), words.En: l.Told(words.En)}})
	}
	return out
}

// planWithin refuses the id of another centre's own plan as one that there is not; "" is none.
func (s *Server) planWithin(r *http.Request, id string) error {
	if id == "" {
		return nil
	}
	_, err := s.planOf(r, id)
	return err
}

// planOf is the newest version of a plan that the caller may see.
func (s *Server) planOf(r *http.Request, id string) (alerts.PlanDoc, error) {
	plans, err := s.plansOf(r)
	if err != nil {
		return alerts.PlanDoc{}, err
	}
	for _, p := range plans {
		if p.ID == id {
			return p, nil
		}
	}
	return alerts.PlanDoc{}, fault.New(fault.NotFound, "there is no such plan")
}

// listPlanVersions answers GET /v1/plans/{id}/versions: who wrote which text, and when, newest first.
func (s *Server) listPlanVersions(w http.ResponseWriter, r *http.Request) error {
	all, err := s.engine.PlanVersions(r.Context(), pathVar(r, "id"))
	if err != nil {
		return err
	}
	if owner := all[0].Centre; owner != "" && !callerOf(r.Context()).scope.Has(owner) {
		return fault.New(fault.NotFound, "there is no such plan")
	}
	return writeJSON(w, http.StatusOK, page[alerts.PlanDoc]{Items: all})
}

// withdrawPlan answers DELETE /v1/plans/{id}?centre=: a centre's own plan is out of use, its versions stay.
func (s *Server) withdrawPlan(w http.ResponseWriter, r *http.Request) error {
	c, q := callerOf(r.Context()), query{r: r}
	doc, err := s.planOf(r, pathVar(r, "id"))
	if err != nil {
		return err
	}
	if want := registry.CentreID(q.text("centre")); want != doc.Centre {
		return fault.New(fault.NotFound, "there is no such plan")
	}
	noted := func(tx *db.Tx, d alerts.PlanDoc) {
		s.audit.AddTx(r.Context(), tx, s.entryOf(r.Context(), look{action: "plan.withdrawn", resource: "plan", id: d.ID,
			seen: seen{Note: "version " + itoa(d.Version)}}))
	}
	if err := s.engine.WithdrawPlan(r.Context(), doc.ID, alerts.PlanDraft{Centre: doc.Centre, By: c.actor, Scope: c.scope}, noted); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// planDocs describes the routes of plans.go.
func planDocs(d map[string]doc) {
	const text = `"plan: door\nname: {zh: 开门, en: Door}\nfor: [door]\npriority: 2\nsteps:\n  - step: list\n    do: sound\n    level: 0\n    what: {zh: 列出, en: List}\n"`
	d["POST /v1/plans/check"] = doc{tag: "plans", summary: "Everything that is wrong with the text of a plan, with line and column, else the plan in words; nothing is stored",
		body: planBody{}, answer: PlanCheck{}, example: `{"body":` + text + `}`}
	d["GET /v1/plans/explain"] = doc{tag: "plans", summary: "Which plan a signal would have, why not the others, and the plan in sentences", answer: PlanChoice{},
		query: []param{{"elder", "who presses"}, {"centre", "in the place of an elder"}, {"kind", "of the signal; sos when not said"}, {"at", "when; now when not said"}}}
	d["POST /v1/plans/try"] = doc{tag: "plans", summary: "A plan played through on an elder, with what people would answer; nobody is told", body: alerts.TryQuery{}, optional: true,
		answer: TryView{}, example: `{"elder":"e1","kind":"sos","answers":[{"who":"contact1","what":"coming","after_s":40}]}`}
	d["GET /v1/plans/{id}/versions"] = doc{tag: "plans", summary: "The versions of a plan, newest first, with author and time; one without a text is its withdrawal", answer: page[alerts.PlanDoc]{}}
	d["DELETE /v1/plans/{id}"] = doc{tag: "plans", summary: "Withdraw a centre's own plan; its versions stay, open alerts keep theirs", status: 204,
		query: []param{{"centre", "whose own it is"}}}
}
