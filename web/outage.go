package web

import (
	"net/http"
	"time"

	"anling/alerts"
	"anling/registry"
)

// How many people of an outage are listed at once.
const (
	usualPeople = 50
	mostPeople  = 200
)

// OutagePersonView is somebody to be checked on in an outage.
type OutagePersonView struct {
	Elder     registry.ElderID  `json:"elder"`
	State     alerts.CheckState `json:"state"` // unchecked, well, help, back
	At        time.Time         `json:"at"`    // since when
	Tries     int               `json:"tries"` // how often they could not be reached
	Asked     int               `json:"asked"` // how often a machine has called them since they are unchecked
	Emergency *alerts.AlertID   `json:"emergency"`
	Name      string            `json:"name"`
	Age       int               `json:"age"`
	Address   string            `json:"address"`
	Language  string            `json:"language"`
	Phones    []string          `json:"phones"`
	Fragility int               `json:"fragility"` // the more, the sooner
	Why       []alerts.Why      `json:"why"`       // the weightiest first
}

// outageRows classes what is told of the people of an outage.
func outageRows() []gateRow {
	type fields = map[class][]string
	return []gateRow{
		classed(OutagePersonView{}, fields{
			open:     {"elder", "state", "at", "tries", "asked", "emergency", "language"},
			personal: {"name", "age", "address"}, number: {"phones"}, health: {"fragility", "why"}}),
		classed(alerts.Outage{}, fields{open: {"by", "value", "people", "unchecked", "well", "help", "back"}}),
	}
}

// listOutagePeople answers GET /v1/alerts/{id}/people: whom to check on in an outage, the most fragile first.
func (s *Server) listOutagePeople(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	ask := alerts.PeopleQuery{State: alerts.CheckState(q.text("state")), Cursor: q.text("cursor"), Limit: q.limit("limit", usualPeople, mostPeople)}
	if err := q.err(); err != nil {
		return err
	}
	a, err := s.alert(r)
	if err != nil {
		return err
	}
	people, next, err := s.engine.OutagePeople(r.Context(), a.ID, ask)
	if err != nil {
		return err
	}
	views := make([]OutagePersonView, 0, len(people))
	for _, p := range people {
		views = append(views, viewOutagePerson(p, s.clock.Now()))
	}
	count := len(views)
	l := s.alertLook(a, nil, viewer{}, "outage.listed")
	l.seen.Query, l.seen.Count = filtersOf(r), &count
	s.lookAtAlarm(r.Context(), l)
	who := s.alertViewer(r.Context(), callerOf(r.Context()), a)
	return writeJSON(w, http.StatusOK, page[gated[OutagePersonView]]{Items: redactAll(who, views), Next: next})
}

// viewOutagePerson adds who it is. A record that cannot be opened, because its key is missing, does not hide that somebody is to be
// checked on.
func viewOutagePerson(p alerts.OutagePerson, now time.Time) OutagePersonView {
	el := p.Record
	_, why := alerts.Fragility(el, now)
	return OutagePersonView{Elder: p.Elder, State: p.State, At: p.At, Tries: p.Tries, Asked: p.Asked, Emergency: orNull(p.Emergency), Fragility: p.Fragility,
		Name: el.Name, Age: el.Age(now), Address: el.Address, Language: el.Language, Phones: some(el.Phones), Why: some(why)}
}
