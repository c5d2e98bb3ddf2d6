package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"anling/alerts"
	"anling/geo"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/registry"
)

// How much is listed at once.
const (
	usualAlerts     = 50
	mostAlerts      = 200
	usualCandidates = 8
	mostCandidates  = 50
	historyLength   = 10
)

// page is a part of a list in JSON.
type page[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next"`

	Partial bool            `json:"partial,omitempty"` // a search is still being made ready: there may be more
	Total   *registry.Total `json:"total,omitempty"`   // of all pages, when it was asked for with count=true
}

func itoa(n int) string { return strconv.Itoa(n) }

func pathVar(r *http.Request, name string) string { return mux.Vars(r)[name] }

// listAlerts answers GET /v1/alerts.
func (s *Server) listAlerts(w http.ResponseWriter, r *http.Request) error {
	c := callerOf(r.Context())
	q := query{r: r}
	f := alerts.Filter{State: q.text("state"), Elder: registry.ElderID(q.text("elder")),
		Device: registry.DeviceID(q.text("device")), Centre: registry.CentreID(q.text("centre")),
		Cursor: q.text("cursor"), Limit: q.limit("limit", usualAlerts, mostAlerts)}
	if err := q.err(); err != nil {
		return err
	}
	list, next, err := s.engine.List(r.Context(), c.scope, f)
	if err != nil {
		return err
	}
	count := len(list)
	s.lookAtAlarm(r.Context(), look{action: "alert.listed", resource: "alert", seen: seen{Query: map[string]string{"state": f.State,
		"elder": string(f.Elder), "device": string(f.Device), "centre": string(f.Centre)}, Count: &count}})
	out := page[gated[AlertView]]{Items: []gated[AlertView]{}, Next: next}
	for _, a := range list {
		out.Items = append(out.Items, redact(s.alertViewer(r.Context(), c, a), s.view(a)))
	}
	return writeJSON(w, http.StatusOK, out)
}

// view is the alert with what its plan will do next.
func (s *Server) view(a *alerts.Alert) AlertView {
	v := viewAlert(a, s.engine.Upcoming(a), s.clock.Now())
	v.CentreName = s.registry.Helpers().CentreName(a.Centre)
	return v
}

// alert loads the alert of the path, if the caller may know of it.
func (s *Server) alert(r *http.Request) (*alerts.Alert, error) {
	a, err := s.engine.Get(r.Context(), alerts.AlertID(pathVar(r, "id")))
	if err != nil {
		return nil, err
	}
	if !a.VisibleTo(callerOf(r.Context()).scope) {
		return nil, fault.New(fault.NotFound, "there is no such alert")
	}
	return a, nil
}

// getAlert answers GET /v1/alerts/{id}.
func (s *Server) getAlert(w http.ResponseWriter, r *http.Request) error {
	a, err := s.alert(r)
	if err != nil {
		return err
	}
	v := DetailView{AlertView: s.view(a), Contacts: []registry.Contact{}, History: []HistoryView{}}
	if a.Elder != "" {
		if err := s.addProfile(r, a, &v); err != nil {
			return err
		}
	}
	s.addClasses(r, a, &v)
	who, err := s.throughGlass(r.Context(), standing{viewer: s.alertViewer(r.Context(), callerOf(r.Context()), a)}, a.Elder)
	if err != nil {
		return err
	}
	l := s.alertLook(a, v.Profile, who.viewer, "alert.seen")
	l.seen.Note = who.note()
	s.lookAtAlarm(r.Context(), l)
	return writeJSON(w, http.StatusOK, redact(who.viewer, v))
}

// addProfile adds what the registry knows of the elder. An elder who is not there any more, or whose key
// is missing, does not hide the alert.
func (s *Server) addProfile(r *http.Request, a *alerts.Alert, v *DetailView) error {
	ctx := r.Context()
	elder, err := s.registry.Elder(ctx, a.Elder)
	if fault.Is(err, fault.NotFound) || a.Locked && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	v.Profile = &elder
	if v.Safety, err = s.engine.SafetyOf(ctx, a.Elder); err != nil {
		return err
	}
	contacts, err := s.contactsOf(ctx, a.Elder)
	if err != nil {
		return err
	}
	v.Contacts = some(contacts)
	earlier, _, err := s.engine.List(ctx, callerOf(ctx).scope, alerts.Filter{State: "all", Elder: a.Elder, Limit: historyLength + 1})
	if err != nil {
		return err
	}
	v.History = viewHistory(earlier, a.ID)
	return nil
}

// addClasses adds how the caller is classed. It is a mark beside the alert: when it cannot be read, the alert is shown
// without it.
func (s *Server) addClasses(r *http.Request, a *alerts.Alert, v *DetailView) {
	phones := []string{a.Caller}
	if v.Profile != nil {
		phones = append(phones, v.Profile.Phones...)
	}
	held, err := s.registryFor(r).ClassesOf(r.Context(), a.Elder, phones)
	if err != nil {
		s.log.Error("the classes of a caller cannot be read; the alert is shown without them", "alert", string(a.ID), "err", err)
	}
	v.Classes = some(held)
}

// CandidateView is a helper who could be asked.
type CandidateView struct {
	Helper       string        `json:"helper"`
	Name         string        `json:"name"`
	Kind         string        `json:"kind"`
	Skills       []string      `json:"skills"`
	Mode         geo.Mode      `json:"mode"`
	DurationS    int           `json:"duration_s"`
	DistanceM    int           `json:"distance_m"`
	Position     *geo.Position `json:"position"`
	PositionAgeS *int          `json:"position_age_s"`
	ByRoad       bool          `json:"by_road"`
	Load         int           `json:"load"`
	HasKey       bool          `json:"has_key"`
	Trained      bool          `json:"trained"`
	State        *string       `json:"state"`
	Rank         int           `json:"rank"`
	Reasons      []ReasonView  `json:"reasons"`
}

// ReasonView says why a candidate stands where they stand.
type ReasonView struct {
	Code  string `json:"code"`
	Value int    `json:"value,omitempty"`
	Zh    string `json:"zh"`
	En    string `json:"en"`
}

// candidatesPage is who could come, and who is near and would not be asked.
type candidatesPage struct {
	page[gated[CandidateView]]
	LeftOut []gated[CandidateView] `json:"left_out"`
}

// listCandidates answers GET /v1/alerts/{id}/candidates.
func (s *Server) listCandidates(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	limit := q.limit("limit", usualCandidates, mostCandidates)
	if err := q.err(); err != nil {
		return err
	}
	a, err := s.alert(r)
	if err != nil {
		return err
	}
	found, leftOut, err := s.engine.Candidates(r.Context(), a.ID, limit)
	if err != nil {
		return err
	}
	who := s.alertViewer(r.Context(), callerOf(r.Context()), a)
	var out candidatesPage
	out.Items, out.LeftOut = redactAll(who, viewCandidates(found)), redactAll(who, viewCandidates(leftOut))
	return writeJSON(w, http.StatusOK, out)
}

func viewCandidates(all []alerts.Candidate) []CandidateView {
	out := make([]CandidateView, 0, len(all))
	for i, c := range all {
		out = append(out, viewCandidate(c, i+1))
	}
	return out
}

func viewCandidate(c alerts.Candidate, rank int) CandidateView {
	v := CandidateView{
		Helper: c.Helper, Name: c.Name, Kind: c.Kind, Skills: some(c.Skills), Mode: c.Mode,
		DurationS: int(c.Duration.Seconds()), DistanceM: c.Metres, PositionAgeS: ageSeconds(c.PositionAge),
		ByRoad: c.ByRoad, Load: c.Load, HasKey: c.HasKey, Trained: c.Trained,
		State: orNull(string(c.State)), Rank: rank, Reasons: []ReasonView{},
	}
	if geo.Valid(c.Position.Point) {
		v.Position = &c.Position
	}
	for _, why := range c.Reasons {
		v.Reasons = append(v.Reasons, viewReason(why))
	}
	return v
}

// ageSeconds is null for a position of unknown age.
func ageSeconds(age time.Duration) *int {
	if age > 10*365*24*time.Hour {
		return nil
	}
	s := int(age.Seconds())
	return &s
}

func viewReason(why alerts.Reason) ReasonView {
	vars := map[string]string{"value": itoa(why.Value), "minutes": itoa((why.Value + 59) / 60)}
	key := "web.reason." + why.Code
	if !words.Has(key) {
		key = "reason." + why.Code
	}
	return ReasonView{Code: why.Code, Value: why.Value,
		Zh: words.T(words.Zh, key, vars), En: words.T(words.En, key, vars)}
}

// command answers POST /v1/alerts/{id}/{command}. The same Idempotency-Key from the same caller is
// carried out once.
func (s *Server) command(w http.ResponseWriter, r *http.Request) error {
	name := alerts.CommandType(pathVar(r, "command"))
	if !knownCommand(name) {
		return fault.New(fault.NotFound, "there is no such command")
	}
	var c alerts.Command
	if err := decode(w, r, &c); err != nil {
		return err
	}
	key := strings.TrimSpace(r.Header.Get("Idempotency-Key"))
	if len(key) > 200 {
		return fault.InvalidFields("the request is not valid",
			[]fault.Field{{Name: "Idempotency-Key", Problem: "must have at most 200 characters"}})
	}
	a, err := s.alert(r)
	if err != nil {
		return err
	}
	who := callerOf(r.Context())
	c.Type, c.Actor, c.Key = name, who.actor, key
	if a, err = s.engine.Do(r.Context(), a.ID, c); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, redact(s.alertViewer(r.Context(), who, a), s.view(a)))
}

func knownCommand(name alerts.CommandType) bool {
	for _, c := range alerts.Commands() {
		if c == name {
			return true
		}
	}
	return false
}
