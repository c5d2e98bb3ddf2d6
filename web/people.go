package web

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"anling/alerts"
	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// listContacts answers GET /v1/elders/{id}/contacts, in the order in which they are told.
func (s *Server) listContacts(w http.ResponseWriter, r *http.Request) error {
	e, err := s.registryFor(r).Elder(r.Context(), registry.ElderID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	found, err := s.contactsOf(r.Context(), e.ID)
	if err != nil {
		return err
	}
	who, err := s.throughGlass(r.Context(), standing{viewer: s.viewerIn(r.Context(), e.Centre)}, e.ID)
	if err != nil {
		return err
	}
	err = s.look(r.Context(), look{action: "contacts.listed", resource: "elder", id: string(e.ID), subject: string(e.ID), centre: e.Centre,
		seen: seen{Count: new(len(found)), Note: who.note()}})
	if err != nil {
		return err
	}
	out := page[gated[registry.Contact]]{Items: redactAll(who.viewer, found)}
	return writeJSON(w, http.StatusOK, out)
}

// createContact answers POST /v1/elders/{id}/contacts.
func (s *Server) createContact(w http.ResponseWriter, r *http.Request) error {
	e, err := s.registryFor(r).Elder(r.Context(), registry.ElderID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	var v registry.Contact
	body, err := readJSON(w, r, maxBody)
	if err != nil {
		return err
	}
	if err := decodeBytes(body, &v); err != nil {
		return err
	}
	if err := s.guardNew(r.Context(), v, body); err != nil {
		return err
	}
	if v.Elder != "" && v.Elder != e.ID {
		return fault.InvalidFields("the contact is not valid", []fault.Field{{Name: "elder", Problem: "is not the elder of the path"}})
	}
	v.Elder = e.ID
	if v, err = s.registryFor(r).CreateContact(r.Context(), v); err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, redact(s.viewerIn(r.Context(), e.Centre), v))
}

// placeBody is a position as a helper's phone tells it; geo.Position reads it.
type placeBody struct {
	Lat       float64    `json:"lat"`
	Lon       float64    `json:"lon"`
	AccuracyM float64    `json:"accuracy_m,omitempty"`
	Time      *time.Time `json:"time,omitempty"`
}

// moveHelper answers PUT /v1/helpers/{id}/position. Positions live in memory and are written in batches.
func (s *Server) moveHelper(w http.ResponseWriter, r *http.Request) error {
	body, err := readJSON(w, r, maxBody)
	if err != nil {
		return err
	}
	var p geo.Position
	if err := p.UnmarshalJSON(body); err != nil {
		return jsonFault(err)
	}
	h, ok := s.registry.Helpers().Get(registry.HelperID(pathVar(r, "id")))
	if !ok || !callerOf(r.Context()).scope.Has(h.Centre) || s.within(r.Context(), h) != nil {
		return fault.New(fault.NotFound, "there is no such helper")
	}
	if now := s.clock.Now(); p.At.IsZero() || p.At.After(now) {
		p.At = now // a phone whose clock is ahead must not pin its owner to one place
	}
	if err := s.registry.Helpers().MovePosition(h.ID, p); err != nil {
		return fmt.Errorf("move helper %s: %w", h.ID, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// passwordBody sets a password.
type passwordBody struct {
	Password string `json:"password"`
	// Temporary says that it must be changed at the first log-in. Where nothing is said, one that a person gives to another is.
	Temporary *bool `json:"temporary,omitempty"`
}

// setPassword answers PUT /v1/operators/{id}/password.
func (s *Server) setPassword(w http.ResponseWriter, r *http.Request) error {
	var body passwordBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	op, err := s.registryFor(r).Operator(r.Context(), registry.OperatorID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	if err := s.mayGive(r.Context(), op.Role); err != nil {
		return err
	}
	c := callerOf(r.Context())
	p := registry.NewPassword{Operator: op, Password: body.Password, Temporary: c.operator != nil && c.operator.ID != op.ID}
	if body.Temporary != nil {
		p.Temporary = *body.Temporary
	}
	if err := s.registry.As(c.who()).GivePassword(r.Context(), p); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// planBody is a response plan to be saved: the text that a manager writes.
type planBody struct {
	Centre registry.CentreID `json:"centre,omitempty"` // whose own it is to be; none: for all
	Body   string            `json:"body"`
	Base   int               `json:"base,omitempty"` // the version that the text was made from; 409 when it is not the newest any more
}

// plansOf are the plans for all centres and those of the caller's own.
func (s *Server) plansOf(r *http.Request) ([]alerts.PlanDoc, error) {
	plans, err := s.engine.Plans(r.Context())
	scope := callerOf(r.Context()).scope
	return slices.DeleteFunc(plans, func(d alerts.PlanDoc) bool { return d.Centre != "" && !scope.Has(d.Centre) }), err
}

// savePlan answers POST /v1/plans: a new version of the plan that the text names. Open alerts keep theirs.
func (s *Server) savePlan(w http.ResponseWriter, r *http.Request) error {
	var body planBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	c := callerOf(r.Context())
	noted := func(tx *db.Tx, d alerts.PlanDoc) {
		s.audit.AddTx(r.Context(), tx, s.entryOf(r.Context(), look{action: "plan.changed", resource: "plan", id: d.ID,
			seen: seen{Note: "version " + itoa(int(d.Version))}}))
	}
	doc, err := s.engine.SavePlan(r.Context(), alerts.PlanDraft{Centre: body.Centre, Body: body.Body, Base: body.Base, By: c.actor, Scope: c.scope}, noted)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, doc)
}
