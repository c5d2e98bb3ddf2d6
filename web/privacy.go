package web

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"anling/internal/retention"
	"anling/internal/words"
	"anling/registry"
)

// Privacy is what the program as a whole can do for a person: it reaches through all rooms.
type Privacy interface {
	// Erase erases an elder. NotFound outside the scope; Conflict under a legal hold or while an alert is open.
	Erase(ctx context.Context, r *registry.Registry, id registry.ElderID, why Erasure) error
	// SubjectAccess writes everything that is held about an elder as a zip.
	SubjectAccess(ctx context.Context, r *registry.Registry, id registry.ElderID, w io.Writer) error
}

// Erasure is why somebody is erased.
type Erasure struct {
	Reason  string `json:"reason"`
	Request string `json:"request"` // id of the request, if one was made
}

func (s *Server) privacyRoutes() []route {
	const get, post, patch = http.MethodGet, http.MethodPost, http.MethodPatch
	return []route{
		{post, "/v1/elders/{id}/erase", "privacy.act", s.stepped(s.eraseElder)},
		{get, "/v1/elders/{id}/subject-access", "privacy.act", s.stepped(s.subjectAccess)},
		{get, "/v1/privacy/requests", "privacy.see", s.listRequests},
		{post, "/v1/privacy/requests", "privacy.act", s.createRequest},
		{patch, "/v1/privacy/requests/{id}", "privacy.act", s.answerRequest},
		{get, "/v1/retention", "retention.see", s.listRetention},
		{patch, "/v1/retention", "retention.change", s.changeRetention},
	}
}

// eraseElder answers POST /v1/elders/{id}/erase.
func (s *Server) eraseElder(w http.ResponseWriter, r *http.Request) error {
	var why Erasure
	if err := decode(w, r, &why); err != nil {
		return err
	}
	if err := s.privacy.Erase(r.Context(), s.registryFor(r), registry.ElderID(pathVar(r, "id")), why); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// subjectAccess answers GET /v1/elders/{id}/subject-access: a zip with everything that is held about the elder.
func (s *Server) subjectAccess(w http.ResponseWriter, r *http.Request) error {
	id := registry.ElderID(pathVar(r, "id"))
	var zip bytes.Buffer // so that an error in the middle is not half a file
	if err := s.privacy.SubjectAccess(r.Context(), s.registryFor(r), id, &zip); err != nil {
		return err
	}
	l := look{action: "elder.exported", resource: "elder", id: string(id), subject: string(id), seen: seen{Note: "subject access"}}
	if err := s.look(r.Context(), l); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", `attachment; filename="subject-access.zip"`)
	_, err := w.Write(zip.Bytes())
	return lostClient(err)
}

// listRequests answers GET /v1/privacy/requests?open=true.
func (s *Server) listRequests(w http.ResponseWriter, r *http.Request) error {
	all, err := s.registryFor(r).ListRequests(r.Context(), r.URL.Query().Get("open") == "true")
	if err != nil {
		return err
	}
	n := len(all)
	if err := s.look(r.Context(), look{action: "privacy_requests.listed", resource: "privacy_request", seen: seen{Count: &n}}); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, page[gated[registry.PrivacyRequest]]{Items: redactAll(s.viewer(r.Context()), all)})
}

// requestBody is a request as somebody writes it down.
type requestBody struct {
	Elder    registry.ElderID `json:"elder"`
	Kind     string           `json:"kind"`
	Who      string           `json:"who"`
	Identity string           `json:"identity"`
	Note     string           `json:"note"`
}

// createRequest answers POST /v1/privacy/requests.
func (s *Server) createRequest(w http.ResponseWriter, r *http.Request) error {
	var b requestBody
	if err := decode(w, r, &b); err != nil {
		return err
	}
	q, err := s.registryFor(r).CreateRequest(r.Context(), registry.PrivacyRequest{Elder: b.Elder, Kind: b.Kind, Who: b.Who, Identity: b.Identity, Note: b.Note})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, redact(s.viewer(r.Context()), q))
}

// requestAnswer is what was done about a request.
type requestAnswer struct {
	Version  int64  `json:"version"`
	Answer   string `json:"answer"`
	Identity string `json:"identity"`
	Done     bool   `json:"done"`
}

// answerRequest answers PATCH /v1/privacy/requests/{id}.
func (s *Server) answerRequest(w http.ResponseWriter, r *http.Request) error {
	var b requestAnswer
	if err := decode(w, r, &b); err != nil {
		return err
	}
	q, err := s.registryFor(r).AnswerRequest(r.Context(),
		registry.PrivacyRequest{ID: pathVar(r, "id"), Version: b.Version, Answer: b.Answer, Identity: b.Identity}, b.Done)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, redact(s.viewer(r.Context()), q))
}

// RuleView is how long a kind of data is kept, and why.
type RuleView struct {
	retention.Rule
	Name  registry.Label `json:"name"`
	Basis registry.Label `json:"basis"`
}

func viewRule(r retention.Rule) RuleView {
	both := func(key string) registry.Label {
		return registry.Label{Zh: words.T(words.Zh, key, nil), En: words.T(words.En, key, nil)}
	}
	return RuleView{Rule: r, Name: both("retention.kind." + r.Kind), Basis: both("retention.basis." + r.Kind)}
}

// listRetention answers GET /v1/retention.
func (s *Server) listRetention(w http.ResponseWriter, r *http.Request) error {
	rules, err := s.retention.Rules(r.Context())
	if err != nil {
		return err
	}
	out := page[RuleView]{Items: []RuleView{}}
	for _, rule := range rules {
		out.Items = append(out.Items, viewRule(rule))
	}
	return writeJSON(w, http.StatusOK, out)
}

// ruleBody changes one rule.
type ruleBody struct {
	Kind string `json:"kind"`
	Days int    `json:"days"`
}

// changeRetention answers PATCH /v1/retention.
func (s *Server) changeRetention(w http.ResponseWriter, r *http.Request) error {
	var b ruleBody
	if err := decode(w, r, &b); err != nil {
		return err
	}
	rule, err := s.retention.Change(r.Context(), callerOf(r.Context()).who(), b.Kind, b.Days)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, viewRule(rule))
}

// retentionGauge tells how long old data has waited to be deleted.
func (s *Server) retentionGauge() prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "anling_retention_days_since_run",
		Help: "Days since old data was last deleted, of the kind that has waited longest; -1 when one never was, or it cannot be told."},
		func() float64 {
			ctx, cancel := context.WithTimeoutCause(context.Background(), scrapeTime, errScrape)
			defer cancel()
			days, err := s.retention.DaysSince(ctx)
			if err != nil {
				return -1
			}
			return days
		})
}
