package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"anling/registry"
)

// route is one line of the table: what is asked, the action that the caller's role must allow, and who answers.
type route struct {
	method, path string
	need         registry.Action
	handle       handler
}

// table is the whole interface. docs.go says of each line what it takes and gives.
func (s *Server) table() []route {
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	t := []route{
		{get, "/", nobody, s.toConsole},
		{get, "/livez", nobody, s.live},
		{get, "/readyz", nobody, s.ready},
		{get, "/metrics", nobody, s.showMetrics},
		{get, "/openapi.json", nobody, s.showOpenAPI},
		{get, "/docs", nobody, s.showDocs},
		{get, "/assets/{file}", nobody, s.showAsset},
		{get, "/console/{file:.*}", nobody, s.showConsole},
		{get, "/basemap/city.pmtiles", nobody, s.showBasemap},

		{post, "/v1/session", nobody, s.logIn},
		{get, "/v1/session", nobody, s.whoAmI},
		{del, "/v1/session", nobody, s.logOut},
		{get, "/v1/config", nobody, s.showConfig},

		{post, "/v1/signals", "signals.send", s.takeSignals},

		{get, "/v1/alerts", "alerts.see", s.listAlerts},
		{get, "/v1/alerts/{id}", "alerts.see", s.getAlert},
		{get, "/v1/alerts/{id}/events", "alerts.see", s.listEvents},
		{get, "/v1/alerts/{id}/candidates", "alerts.work", s.listCandidates},
		{get, "/v1/alerts/{id}/people", "alerts.see", s.listOutagePeople},
		{post, "/v1/alerts/{id}/{command}", "alerts.work", s.command},
		{get, "/v1/stream", "alerts.see", s.stream},
		{get, "/v1/nearest", "helpers.see", s.nearest},
		{get, "/v1/addresses", "areas.see", s.findAddresses},
		{get, "/v1/route", "alerts.see", s.showRoute},

		{put, "/v1/helpers/{id}/position", "helpers.change", s.moveHelper},
		{get, "/v1/devices/{id}/signals", "signals.see", s.listSignals},
		{get, "/v1/elders/{id}/contacts", "contacts.see", s.listContacts},
		{post, "/v1/elders/{id}/contacts", "contacts.change", s.createContact},
		{put, "/v1/operators/{id}/password", "operators.change", s.stepped(s.setPassword)},
		{get, "/v1/plans", "plans.see", s.listPlans},
		{post, "/v1/plans", "plans.change", s.savePlan},

		{get, "/f/{token}", nobody, s.showFamily},
		{post, "/f/{token}", nobody, s.answerFamily},
		{get, "/h/{token}", nobody, s.showHelper},
		{post, "/h/{token}", nobody, s.answerHelper},
	}
	t = append(t, s.elderRoutes()...) // before the records: /v1/elders/duplicates is no id
	t = append(t, s.planRoutes()...)
	t = append(t, s.nouns()...)
	t = append(t, s.roleRoutes()...)
	t = append(t, s.importRoutes()...)
	t = append(t, s.webhookRoutes()...)
	t = append(t, s.auditRoutes()...)
	t = append(t, s.accountRoutes()...)
	t = append(t, s.tokenRoutes()...)
	t = append(t, s.ruleRoutes()...)
	t = append(t, s.moveRoutes()...)
	t = append(t, s.glassRoutes()...)
	t = append(t, s.seatRoutes()...)
	t = append(t, s.closureRoutes()...)
	t = append(t, s.coverageRoutes()...)
	t = append(t, s.zoneRoutes()...)
	if s.privacy != nil && s.retention != nil {
		t = append(t, s.privacyRoutes()...)
	}
	if s.demo != nil {
		t = append(t, route{post, "/demo/press", nobody, s.demoPress})
	}
	return t
}

// router makes the routes of the table. GET answers HEAD, too.
func (s *Server) router() *mux.Router {
	r := mux.NewRouter()
	for _, rt := range s.routes {
		methods := []string{rt.method}
		if rt.method == http.MethodGet {
			methods = append(methods, http.MethodHead)
		}
		r.Handle(rt.path, s.adapt(rt)).Methods(methods...)
	}
	if s.hooks != nil {
		r.PathPrefix("/hooks/").Handler(s.named("/hooks/…", s.hooks))
	}
	if s.demo != nil && s.demo.Page != nil {
		r.Handle("/demo", s.named("/demo", s.demo.Page))
	}
	if s.phones != nil {
		r.PathPrefix("/phones").Handler(s.named("/phones/…", s.phones))
	}
	r.NotFoundHandler = s.problems(unmatched)
	r.MethodNotAllowedHandler = s.problems(s.wrongMethod)
	return r
}

// named serves a handler that is not ours under a name for log and metrics.
func (s *Server) named(name string, h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		infoOf(r.Context()).route = name
		w.Header().Set("Content-Security-Policy", cspConsole)
		if err := bodyInTime(laneAlarm, w, r); err != nil {
			s.finish(w, r, err)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// wrongMethod says which methods the path knows.
func (s *Server) wrongMethod(r *http.Request) error {
	var allow []string
	for _, rt := range s.routes {
		if matches(rt.path, r.URL.Path) && !slices.Contains(allow, rt.method) {
			allow = append(allow, rt.method)
		}
	}
	slices.Sort(allow)
	return &refusal{status: http.StatusMethodNotAllowed, msg: "this method is not known here", allow: strings.Join(allow, ", ")}
}

// matches tells whether a path has the form of a template.
func matches(template, path string) bool {
	want, have := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return false
	}
	for i := range want {
		if !strings.HasPrefix(want[i], "{") && want[i] != have[i] {
			return false
		}
	}
	return true
}
