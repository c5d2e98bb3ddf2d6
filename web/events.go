package web

import (
	"net/http"
	"strconv"

	"anling/alerts"
	"anling/internal/fault"
)

// mostEvents is how many events of a story are given at once to who asks for a part of it. The story of an outage has one for each of
// its people.
const mostEvents = 500

// EventView is an event, and whom it is about where it tells so by an id only.
type EventView struct {
	alerts.Event
	Names []string `json:"names,omitempty"`
}

// listEvents answers GET /v1/alerts/{id}/events: the whole story in its order, or with a limit the newest part of it.
func (s *Server) listEvents(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	ask := alerts.EventQuery{Limit: q.limit("limit", 0, mostEvents), Before: q.before()}
	if err := q.err(); err != nil {
		return err
	}
	a, err := s.alert(r)
	if err != nil {
		return err
	}
	found, err := s.engine.Story(r.Context(), a.ID, ask)
	if err != nil {
		return err
	}
	s.lookAtAlarm(r.Context(), s.alertLook(a, nil, viewer{}, "events.listed"))
	views := make([]EventView, 0, len(found.Events))
	for i, e := range found.Events {
		views = append(views, EventView{Event: e, Names: found.Names[i]})
	}
	out := page[gated[EventView]]{Items: redactAll(s.alertViewer(r.Context(), callerOf(r.Context()), a), views)}
	if found.Before > 0 {
		next := strconv.FormatInt(found.Before, 10)
		out.Next = &next
	}
	return writeJSON(w, http.StatusOK, out)
}

// before reads the cursor of a story: the number of the event before which it goes on.
func (q *query) before() int64 {
	s := q.text("cursor")
	if s == "" {
		return 0
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 1 {
		q.bad = append(q.bad, fault.Field{Name: "cursor", Problem: "is not one of this list"})
	}
	return n
}
