package web

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/notify"
	"anling/registry"
)

// glassRoutes are those of emergency access. Who opened one sees and ends it; others are for who may review them.
func (s *Server) glassRoutes() []route {
	const get, post = http.MethodGet, http.MethodPost
	return []route{
		{post, "/v1/break-glass", "break_glass.open", s.stepped(s.breakGlass)},
		{get, "/v1/break-glass", anybody, s.listGlass},
		{get, "/v1/break-glass/{id}", anybody, s.getGlass},
		{post, "/v1/break-glass/{id}/end", anybody, s.endGlass},
		{post, "/v1/break-glass/{id}/review", registry.BreakGlassReview, s.stepped(s.reviewGlass)},
	}
}

// docsGlass describes them.
func docsGlass() map[string]doc {
	const tag = "emergency access"
	one := gated[registry.BreakGlass]{}
	return map[string]doc{
		"POST /v1/break-glass": {tag: tag, summary: "Open the whole record of one elder for 30 minutes, saying why (step-up). Supervisors and data-protection officers are told at once; an earlier one of yours ends",
			body: glassBody{}, answer: one, status: 201, want: 403, example: `{"elder":"e1","reason":"邻居来电说老人倒在门口，须开门"}`},
		"GET /v1/break-glass": {tag: tag, summary: "Emergency accesses, newest first: all of one's centres for who may review or see them, else one's own", answer: page[gated[registry.BreakGlass]]{},
			query: []param{{"state", "open, ended (these wait for a review) or reviewed"}, {"elder", "id"}, {"after", "next of the page before"}, {"limit", "how many at most"}}},
		"GET /v1/break-glass/{id}":      {tag: tag, summary: "One of them, with how often something was looked at by it", answer: one},
		"POST /v1/break-glass/{id}/end": {tag: tag, summary: "End it before its time; who opened it, or who may review it", answer: one},
		"POST /v1/break-glass/{id}/review": {tag: tag, summary: "Say whether it was justified, when it is over; never one's own (step-up)",
			body: glassReviewBody{}, answer: one, example: `{"verdict":"justified","note":"已与老人家属核实"}`, want: 404},
	}
}

// glassBody opens the record of an elder.
type glassBody struct {
	Elder  registry.ElderID `json:"elder"`
	Reason string           `json:"reason"`
}

// breakGlass answers POST /v1/break-glass. It is for the people of a centre: neither for machines nor for those of a firm.
func (s *Server) breakGlass(w http.ResponseWriter, r *http.Request) error {
	c := callerOf(r.Context())
	if c.operator == nil || c.firm() != "" {
		return fault.New(fault.Denied, "only a person of a centre can do this")
	}
	var body glassBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	g, err := s.registryFor(r).BreakGlass(r.Context(), registry.Breaking{Elder: body.Elder, Reason: body.Reason,
		Operator: c.operator.ID, Session: c.session.ID, Tell: s.tellOfGlass(*c.operator)})
	if err != nil {
		return err
	}
	return s.answerGlass(w, r, http.StatusCreated, g)
}

// glassWorth is for how long it is worth telling of an emergency access: it is reviewed when it is over, too.
const glassWorth = 12 * time.Hour

// tellOfGlass writes an SMS to those who may review what an operator has opened. It names neither the elder nor the reason.
func (s *Server) tellOfGlass(by registry.Operator) func(context.Context, *db.Tx, registry.BreakGlass, []registry.Operator) error {
	return func(ctx context.Context, tx *db.Tx, g registry.BreakGlass, others []registry.Operator) error {
		centre, err := s.registry.CentreTx(ctx, tx, g.Centre)
		if err != nil {
			return err
		}
		vars := map[string]string{"operator": cmp.Or(by.DisplayName, by.Name), "time": g.At.In(centre.Location()).Format("15:04"),
			"minutes": itoa(int(registry.GlassOpenFor.Minutes()))}
		var all []notify.Message
		for _, o := range others {
			if o.Phone == "" {
				continue
			}
			all = append(all, notify.Message{Subject: string(o.ID), Person: string(o.ID), Channel: notify.SMS, To: o.Phone, Language: o.Language,
				Priority: notify.PriorityRest, Template: "glass_opened", Step: "break_glass", Text: notify.Render("glass_opened", o.Language, vars),
				Deadline: tx.Now().Add(glassWorth)})
		}
		return s.outbox.Add(ctx, tx, all)
	}
}

// seesGlass tells whether the caller sees emergency accesses of others.
func (s *Server) seesGlass(ctx context.Context) bool {
	return s.may(ctx, registry.BreakGlassSee) || s.may(ctx, registry.BreakGlassReview)
}

// listGlass answers GET /v1/break-glass.
func (s *Server) listGlass(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), query{r: r}
	ask := registry.GlassQuery{State: q.text("state"), Elder: registry.ElderID(q.text("elder")), After: q.text("after"), Limit: q.limit("limit", 50, 200)}
	if err := q.err(); err != nil {
		return err
	}
	if !s.seesGlass(ctx) {
		if callerOf(ctx).operator == nil { // a machine has none
			return writeJSON(w, http.StatusOK, page[gated[registry.BreakGlass]]{Items: []gated[registry.BreakGlass]{}})
		}
		ask.Operator = callerOf(ctx).operator.ID
	}
	all, err := s.registryFor(r).ListGlass(ctx, ask)
	if err != nil {
		return err
	}
	out := page[gated[registry.BreakGlass]]{Items: []gated[registry.BreakGlass]{}}
	for _, g := range all {
		v, err := s.viewGlass(ctx, g)
		if err != nil {
			return err
		}
		out.Items = append(out.Items, v)
	}
	if len(all) == ask.Limit {
		out.Next = &all[len(all)-1].ID
	}
	return writeJSON(w, http.StatusOK, out)
}

// glassOf is the emergency access of the path, if it is the caller's own or they may see those of others.
func (s *Server) glassOf(r *http.Request, others bool) (registry.BreakGlass, error) {
	g, err := s.registryFor(r).Glass(r.Context(), pathVar(r, "id"))
	if err == nil && !others && !callerOf(r.Context()).is(string(g.Operator)) {
		err = fault.New(fault.NotFound, "there is no such emergency access")
	}
	return g, err
}

// getGlass answers GET /v1/break-glass/{id}.
func (s *Server) getGlass(w http.ResponseWriter, r *http.Request) error {
	g, err := s.glassOf(r, s.seesGlass(r.Context()))
	if err != nil {
		return err
	}
	return s.answerGlass(w, r, http.StatusOK, g)
}

// endGlass answers POST /v1/break-glass/{id}/end.
func (s *Server) endGlass(w http.ResponseWriter, r *http.Request) error {
	g, err := s.glassOf(r, s.may(r.Context(), registry.BreakGlassReview))
	if err != nil {
		return err
	}
	if g, err = s.registryFor(r).EndGlass(r.Context(), g.ID); err != nil {
		return err
	}
	return s.answerGlass(w, r, http.StatusOK, g)
}

// glassReviewBody is what a reviewer has found.
type glassReviewBody struct {
	Verdict string `json:"verdict"`
	Note    string `json:"note,omitempty"`
}

// reviewGlass answers POST /v1/break-glass/{id}/review.
func (s *Server) reviewGlass(w http.ResponseWriter, r *http.Request) error {
	var body glassReviewBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	g, err := s.glassOf(r, true)
	if err != nil {
		return err
	}
	review := registry.GlassReview{ID: g.ID, Verdict: body.Verdict, Note: body.Note}
	if c := callerOf(r.Context()); c.operator != nil {
		review.By = c.operator.ID
	}
	if g, err = s.registryFor(r).ReviewGlass(r.Context(), review); err != nil {
		return err
	}
	return s.answerGlass(w, r, http.StatusOK, g)
}

func (s *Server) answerGlass(w http.ResponseWriter, r *http.Request, status int, g registry.BreakGlass) error {
	v, err := s.viewGlass(r.Context(), g)
	if err != nil {
		return err
	}
	return writeJSON(w, status, v)
}

// viewGlass counts the looks of an emergency access, and lets it through the gate.
func (s *Server) viewGlass(ctx context.Context, g registry.BreakGlass) (v gated[registry.BreakGlass], err error) {
	if g.Looks, err = s.countLooks(ctx, g); err != nil {
		return v, err
	}
	who := s.viewerIn(ctx, g.Centre)
	if callerOf(ctx).is(string(g.Operator)) {
		who = who.in(registry.OwnRecord)
	}
	return redact(who, g), nil
}

// countLooks counts what was written down with the id of an emergency access.
func (s *Server) countLooks(ctx context.Context, g registry.BreakGlass) (int, error) {
	until := g.Until
	if g.EndedAt != nil {
		until = *g.EndedAt
	}
	found, err := s.audit.Find(ctx, audit.Query{Actor: string(g.Operator), ActorKind: audit.Operator, Subject: string(g.Elder),
		From: g.At, Until: until.Add(time.Second), Limit: 500})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, row := range found.Items {
		var l seen
		if json.Unmarshal(row.Data, &l) == nil && strings.Contains(l.Note, glassNote+g.ID) {
			n++
		}
	}
	return n, nil
}

// glassNote stands in the log before the id of the emergency access by which something was looked at.
const glassNote = "break_glass "

// throughGlass opens to a caller what is of an elder whose record they have opened in an emergency: in this session, and while
// it lasts.
func (s *Server) throughGlass(ctx context.Context, st standing, elder registry.ElderID) (standing, error) {
	c := callerOf(ctx)
	if c.session == nil {
		return st, nil
	}
	id, err := s.registry.OpenedBy(ctx, c.session.ID, elder)
	if id != "" {
		st.viewer, st.glass = st.in(registry.BrokenGlass), id
	}
	return st, err
}

// glassGauge counts what waits for a review.
func (s *Server) glassGauge() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anling_break_glass_waiting",
		Help: "Emergency accesses that are over and that nobody has reviewed; -1 when they cannot be counted."},
		func() float64 {
			ctx, cancel := context.WithTimeoutCause(context.Background(), scrapeTime, errScrape)
			defer cancel()
			n, err := s.registry.GlassWaiting(ctx)
			if err != nil {
				return -1
			}
			return float64(n)
		})
}
