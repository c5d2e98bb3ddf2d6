package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"anling/alerts"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/notify/webhook"
	"anling/registry"
)

// webhookRoutes are the routes of the programs that are told what happens.
func (s *Server) webhookRoutes() []route {
	if s.webhooks == nil {
		return nil
	}
	const see, change = "webhooks.see", "webhooks.change"
	return []route{
		{http.MethodGet, "/v1/webhooks", see, s.listWebhooks},
		{http.MethodPost, "/v1/webhooks", change, s.stepped(s.createWebhook)},
		{http.MethodGet, "/v1/webhooks/{id}", see, s.getWebhook},
		{http.MethodDelete, "/v1/webhooks/{id}", change, s.deleteWebhook},
		{http.MethodGet, "/v1/webhooks/{id}/deliveries", see, s.listDeliveries},
		{http.MethodPost, "/v1/webhooks/{id}/test", change, s.testWebhook},
		{http.MethodPost, "/v1/webhooks/{id}/rotate", change, s.stepped(s.rotateWebhook)},
		{http.MethodPost, "/v1/webhooks/{id}/pause", change, s.setWebhook(webhook.Paused, "webhook.paused")},
		{http.MethodPost, "/v1/webhooks/{id}/resume", change, s.setWebhook(webhook.Active, "webhook.resumed")},
	}
}

// docsWebhooks describes them.
func docsWebhooks() map[string]doc {
	const tag = "webhooks"
	return map[string]doc{
		"GET /v1/webhooks": {tag: tag, summary: "Programs that are told what happens", answer: page[webhook.Hook]{}},
		"POST /v1/webhooks": {tag: tag, summary: "Register an address; events are posted there, signed by the Standard Webhooks scheme. The secret is told this once (step-up)",
			body: webhookBody{}, answer: WebhookMade{}, status: 201,
			example: `{"name":"city dashboard","url":"https://hooks.example.org/anling","kinds":["alert.raised","alert.closed"]}`},
		"GET /v1/webhooks/{id}":            {tag: tag, summary: "One of them; the address itself is not told again", answer: webhook.Hook{}},
		"DELETE /v1/webhooks/{id}":         {tag: tag, summary: "Forget it, with what is still to be told", status: 204},
		"GET /v1/webhooks/{id}/deliveries": {tag: tag, summary: "What was told lately, and how it was taken", answer: page[webhook.Delivery]{}, query: []param{{"limit", "how many at most"}}},
		"POST /v1/webhooks/{id}/test":      {tag: tag, summary: "Tell it something that has not happened", answer: WebhookTest{}, status: 202},
		"POST /v1/webhooks/{id}/rotate":    {tag: tag, summary: "A new secret, told this once; for a day the old one signs as well (step-up)", answer: WebhookSecret{}},
		"POST /v1/webhooks/{id}/pause":     {tag: tag, summary: "Tell it nothing until it is resumed", answer: webhook.Hook{}},
		"POST /v1/webhooks/{id}/resume":    {tag: tag, summary: "Tell it again, also after it was switched off for taking nothing", answer: webhook.Hook{}},
	}
}

// webhookBody registers an address.
type webhookBody struct {
	Name   string            `json:"name"`
	URL    string            `json:"url"`
	Kinds  []string          `json:"kinds"`
	Centre registry.CentreID `json:"centre"`
}

// WebhookMade is a new webhook with its secret.
type WebhookMade struct {
	webhook.Hook
	Secret string `json:"secret"`
}

// WebhookSecret is a new secret.
type WebhookSecret struct {
	Secret string `json:"secret"`
}

// WebhookTest names what was told.
type WebhookTest struct {
	Delivery string `json:"delivery"`
}

// webhookKinds are what a program may ask for.
func webhookKinds() []string {
	var all []string
	for _, t := range []alerts.EventType{alerts.EventRaised, alerts.EventPressedAgain, alerts.EventAccepted, alerts.EventAssigned, alerts.EventDeparted,
		alerts.EventArrived, alerts.EventEscalated, alerts.EventTransferred, alerts.EventJoined, alerts.EventResolved, alerts.EventFollowedUp,
		alerts.EventClosed, alerts.EventReopened, alerts.EventCancelled} {
		all = append(all, kindOfEvent(t))
	}
	return all
}

// WebhookKinds are what a program may ask for.
func WebhookKinds() []string { return webhookKinds() }

func kindOfEvent(t alerts.EventType) string { return "alert." + string(t) }

// noted writes an action on a webhook into the audit log, in its own transaction.
func (s *Server) noted(ctx context.Context, action string) func(tx *db.Tx, h webhook.Hook) {
	return func(tx *db.Tx, h webhook.Hook) {
		s.audit.AddTx(ctx, tx, s.entryOf(ctx, look{action: action, resource: "webhook", id: h.ID, centre: registry.CentreID(h.Centre)}))
	}
}

// webhookOf finds the webhook of a request; one of another centre is not there.
func (s *Server) webhookOf(r *http.Request) (webhook.Hook, error) {
	h, err := s.webhooks.Get(r.Context(), pathVar(r, "id"))
	if err == nil && !mayHook(callerOf(r.Context()).scope, registry.CentreID(h.Centre)) {
		return webhook.Hook{}, fault.New(fault.NotFound, "there is no such webhook")
	}
	return h, err
}

// mayHook: events of all centres are for those who see all.
func mayHook(scope registry.Scope, centre registry.CentreID) bool {
	if centre == "" {
		return scope.All()
	}
	return scope.Has(centre)
}

// listWebhooks answers GET /v1/webhooks.
func (s *Server) listWebhooks(w http.ResponseWriter, r *http.Request) error {
	all, err := s.webhooks.List(r.Context())
	if err != nil {
		return err
	}
	mine := []webhook.Hook{}
	for _, h := range all {
		if mayHook(callerOf(r.Context()).scope, registry.CentreID(h.Centre)) {
			mine = append(mine, h)
		}
	}
	return writeJSON(w, http.StatusOK, page[webhook.Hook]{Items: mine})
}

// createWebhook answers POST /v1/webhooks.
func (s *Server) createWebhook(w http.ResponseWriter, r *http.Request) error {
	var body webhookBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	c := callerOf(r.Context())
	if body.Centre == "" && !c.scope.All() && c.operator != nil {
		body.Centre = c.operator.Centre
	}
	if !mayHook(c.scope, body.Centre) {
		return fault.InvalidFields("the webhook is not valid", []fault.Field{{Name: "centre", Problem: "must be one of your centres"}})
	}
	wish := webhook.Wish{Name: body.Name, Centre: string(body.Centre), URL: body.URL, Kinds: body.Kinds}
	h, secret, err := s.webhooks.Create(r.Context(), wish, s.noted(r.Context(), "webhook.created"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, WebhookMade{Hook: h, Secret: secret})
}

// getWebhook answers GET /v1/webhooks/{id}.
func (s *Server) getWebhook(w http.ResponseWriter, r *http.Request) error {
	h, err := s.webhookOf(r)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, h)
}

// deleteWebhook answers DELETE /v1/webhooks/{id}.
func (s *Server) deleteWebhook(w http.ResponseWriter, r *http.Request) error {
	h, err := s.webhookOf(r)
	if err != nil {
		return err
	}
	if err := s.webhooks.Delete(r.Context(), h.ID, s.noted(r.Context(), "webhook.deleted")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// setWebhook answers POST /v1/webhooks/{id}/pause and …/resume.
func (s *Server) setWebhook(to webhook.State, action string) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		h, err := s.webhookOf(r)
		if err != nil {
			return err
		}
		if h, err = s.webhooks.Set(r.Context(), h.ID, to, s.noted(r.Context(), action)); err != nil {
			return err
		}
		return writeJSON(w, http.StatusOK, h)
	}
}

// rotateWebhook answers POST /v1/webhooks/{id}/rotate.
func (s *Server) rotateWebhook(w http.ResponseWriter, r *http.Request) error {
	h, err := s.webhookOf(r)
	if err != nil {
		return err
	}
	secret, err := s.webhooks.Rotate(r.Context(), h.ID, s.noted(r.Context(), "webhook.rotated"))
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, WebhookSecret{Secret: secret})
}

// testWebhook answers POST /v1/webhooks/{id}/test.
func (s *Server) testWebhook(w http.ResponseWriter, r *http.Request) error {
	h, err := s.webhookOf(r)
	if err != nil {
		return err
	}
	body, err := json.Marshal(EventTold{Type: "test", Timestamp: s.clock.Now().UTC(), Data: AlertTold{ID: "test", Test: true}})
	if err != nil {
		return fmt.Errorf("encode a test: %w", err)
	}
	id, err := s.webhooks.Test(r.Context(), h.ID, body)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusAccepted, WebhookTest{Delivery: id})
}

// listDeliveries answers GET /v1/webhooks/{id}/deliveries.
func (s *Server) listDeliveries(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	limit := q.limit("limit", 50, 200)
	if err := q.err(); err != nil {
		return err
	}
	h, err := s.webhookOf(r)
	if err != nil {
		return err
	}
	all, err := s.webhooks.Deliveries(r.Context(), h.ID, limit)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, page[webhook.Delivery]{Items: some(all)})
}

// EventTold is the body of what other programs are told (Standard Webhooks: type, timestamp, data).
type EventTold struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      AlertTold `json:"data"`
}

// AlertTold is an alert as other programs are told of it. Every field is of the classes open and rough of AlertView, so
// that nothing personal can be sent to an address that somebody typed; who needs more asks the API, which knows what its
// token may see and writes the look down. A test compares the classes.
type AlertTold struct {
	ID           alerts.AlertID     `json:"id"`
	Number       int64              `json:"number"`
	Kind         string             `json:"kind"`
	State        alerts.State       `json:"state"`
	Priority     int                `json:"priority"`
	Elder        *registry.ElderID  `json:"elder"`
	Device       *registry.DeviceID `json:"device"`
	Centre       registry.CentreID  `json:"centre"`
	Test         bool               `json:"test"`
	Silent       bool               `json:"silent"`
	Unidentified bool               `json:"unidentified"`
	Outcome      *alerts.Outcome    `json:"outcome"`
	RaisedAt     time.Time          `json:"raised_at"`
	AcceptedAt   *time.Time         `json:"accepted_at"`
	OnSceneAt    *time.Time         `json:"on_scene_at"`
	ResolvedAt   *time.Time         `json:"resolved_at"`
	ClosedAt     *time.Time         `json:"closed_at"`
	Version      int64              `json:"version"`
	Seq          int64              `json:"seq"`
}
