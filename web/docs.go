package web

import (
	"maps"

	"anling/alerts"
	"anling/devices"
	"anling/registry"
)

// doc says of a route what it takes and gives. Body and answer are values of the Go types themselves, so that
// the document cannot say anything else than the program does.
type doc struct {
	tag, summary string
	body         any    // nil: none
	optional     bool   // the fields of the body may all be left out
	answer       any    // nil: none
	status       int    // 0: 200
	media        string // of the answer; "": application/json
	query        []param
	example      string // of the body; the test sends it to the router
	want         int    // the status that the example gets in the test's house, when not status
}

// param is a query parameter.
type param struct{ name, about string }

// docs describes every route of the table, under "METHOD path".
func docs() map[string]doc {
	paging := []param{{"limit", "how many at most"}, {"cursor", "next of the page before"}}
	d := map[string]doc{
		"GET /":                     {tag: "house", summary: "Leads to the console", status: 302},
		"GET /livez":                {tag: "house", summary: "The process answers", answer: StatusView{}},
		"GET /readyz":               {tag: "house", summary: "The database answers", answer: StatusView{}},
		"GET /metrics":              {tag: "house", summary: "Metrics for Prometheus", media: "text/plain"},
		"GET /openapi.json":         {tag: "house", summary: "This document"},
		"GET /docs":                 {tag: "house", summary: "This document for people", media: "text/html"},
		"GET /assets/{file}":        {tag: "house", summary: "Style and script of the pages outside the console", media: "text/css"},
		"GET /console/{file:.*}":    {tag: "house", summary: "The operators' console", media: "text/html"},
		"GET /basemap/city.pmtiles": {tag: "geo", summary: "The base map, in parts (Range)", media: "application/vnd.pmtiles"},

		"POST /v1/session": {tag: "session", summary: "Log in; sets a cookie", body: credentials{}, answer: SessionView{},
			example: `{"name":"zhou","password":"a long enough phrase"}`},
		"GET /v1/session":    {tag: "session", summary: "Who is logged in", answer: SessionView{}},
		"DELETE /v1/session": {tag: "session", summary: "Log out; closes the session's live streams", status: 204},
		"GET /v1/config":     {tag: "session", summary: "What the console must know before the log-in", answer: ConfigView{}},

		"POST /v1/signals": {tag: "signals", summary: "A signal of a device, or an array of them. 202 means durable; the same id from the same device gives the same answer",
			body: devices.Signal{}, answer: devices.Receipt{}, status: 202,
			example: `{"id":"17","device":"pendant-1","kind":"sos","time":"2026-11-23T08:00:00Z","position":{"lat":31.23,"lon":121.47,"accuracy_m":12},"battery":63}`},

		"GET /v1/alerts": {tag: "alerts", summary: "Alerts, newest first", answer: page[gated[AlertView]]{},
			query: append([]param{{"state", "open, closed, all or a state"}, {"elder", "id"}, {"device", "id"}, {"centre", "id"}}, paging...)},
		"GET /v1/alerts/{id}": {tag: "alerts", summary: "An alert with the elder's profile, contacts and earlier alerts", answer: gated[DetailView]{}},
		"GET /v1/alerts/{id}/events": {tag: "alerts", summary: "The whole story of an alert, each event with the hash that covers the one before. With a limit only the newest, in their order; next leads to those before them",
			answer: page[gated[EventView]]{}, query: paging},
		"GET /v1/alerts/{id}/candidates": {tag: "alerts", summary: "Helpers who could come, with travel time and the reasons for their order",
			answer: candidatesPage{}, query: []param{{"limit", "how many at most"}}},
		"GET /v1/alerts/{id}/people": {tag: "alerts", summary: "Whom to check on in an outage, the most fragile first", answer: page[gated[OutagePersonView]]{},
			query: append([]param{{"state", "unchecked, well, help or back; all without it"}}, paging...)},
		"POST /v1/alerts/{id}/{command}": {tag: "alerts", summary: "A command: accept, offer, assign, depart, arrive, note, call, escalate, transfer, link, resolve, follow-up, close, reopen, cancel, no-speech, locate (where the elder is: a position, or the source of a known one), or check (of one person of an outage: person, and outcome well, help or unreached). Send an Idempotency-Key",
			body: alerts.Command{}, optional: true, answer: gated[AlertView]{}, example: `{"text":"speaks clearly"}`},
		"GET /v1/stream": {tag: "alerts", summary: "Live: a snapshot, then changes; resumes from Last-Event-ID", media: "text/event-stream"},

		"GET /v1/nearest": {tag: "geo", summary: "Available helpers who can be at a place soonest", answer: page[gated[NearView]]{},
			query: []param{{"lat", "required"}, {"lon", "required"}, {"limit", "how many at most"}, {"service", "only who offers it"}, {"mode", "foot, bike or car"}}},
		"GET /v1/addresses": {tag: "geo", summary: "Streets, houses, points of interest and places: what a text names, the nearest first, or (with lat and lon alone) what is at a point",
			answer: page[AddressView]{}, query: []param{{"q", "a name in Chinese, pinyin, initials or English, with or without a house number; typing errors are forgiven"}, {"lat", "from where the nearest is told; the map's centre when it is not given. Without q: the point"},
				{"lon", "WGS-84, as everywhere"}, {"limit", "how many at most"}}},
		"GET /v1/route": {tag: "geo", summary: "The quickest way from one place to another on free roads: without setting out, parking and the stairs; by air where there is no road", answer: RouteView{},
			query: []param{{"from", "required: latitude,longitude"}, {"to", "required: latitude,longitude"}, {"mode", "foot (else), bike or car"}}},
		"PUT /v1/helpers/{id}/position": {tag: "registry", summary: "Where a helper is now", body: placeBody{}, status: 204, example: `{"lat":31.2304,"lon":121.4737,"accuracy_m":10}`},
		"GET /v1/devices/{id}/signals":  {tag: "signals", summary: "What a device has said, newest first", answer: page[gated[devices.Record]]{}, query: paging},
		"GET /v1/elders/{id}/contacts":  {tag: "registry", summary: "An elder's contacts in the order in which they are told", answer: page[gated[registry.Contact]]{}},
		"POST /v1/elders/{id}/contacts": {tag: "registry", summary: "Add a contact", body: registry.Contact{}, optional: true, answer: gated[registry.Contact]{}, status: 201,
			example: `{"name":"张伟","role":"family","relation":"儿子","phones":["+8619900001003"]}`},
		"PUT /v1/operators/{id}/password": {tag: "registry", summary: "Set an operator's password; their sessions end (step-up)", body: passwordBody{}, status: 204, example: `{"password":"another long phrase"}`},
		"GET /v1/plans":                   {tag: "plans", summary: "The newest version of each response plan", answer: page[PlanView]{}},
		"GET /v1/plans/{id}":              {tag: "plans", summary: "The newest version of a response plan, also in words", answer: PlanView{}},
		"POST /v1/plans": {tag: "plans", summary: "A new version of the plan that the text names; open alerts keep theirs", body: planBody{}, answer: alerts.PlanDoc{}, status: 201,
			example: `{"body":"plan: [not a plan"}`, want: 422},

		"GET /f/{token}":   {tag: "pages", summary: "A contact's page; only shows", media: "text/html"},
		"POST /f/{token}":  {tag: "pages", summary: "A contact's answer (form field answer: coming, cannot, arrived)", status: 303},
		"GET /h/{token}":   {tag: "pages", summary: "A helper's page; only shows", media: "text/html"},
		"POST /h/{token}":  {tag: "pages", summary: "A helper's answer (form field answer: coming, cannot, departed, arrived)", status: 303},
		"POST /demo/press": {tag: "demo", summary: "Press an elder's button; in the demo only", body: pressBody{}, optional: true, answer: Pressed{}, status: 202},
	}
	maps.Copy(d, accountDocs())
	planDocs(d)
	addNoun(d, "/v1/elders", registry.Elder{}, `{"name":"刘桂芳","sex":"f","birth_date":"1940-05-01","phones":["+8619900000002"],"address":"黄河路21号","allergies":["磺胺"]}`)
	addNoun(d, "/v1/contacts", registry.Contact{}, `{"elder":"e1","name":"张伟","role":"family","phones":["+8619900001004"]}`)
	addNoun(d, "/v1/devices", registry.Device{}, `{"identity":"pendant-2","protocol":"http","kind":"pendant","elder":"e1"}`)
	addNoun(d, "/v1/helpers", registry.Helper{}, `{"name":"周涛","phones":["+8619900002009"],"kind":"volunteer","modes":["foot","bike"],"position":{"lat":31.23,"lon":121.47},"skills":["first_aid"],"certificates":[{"kind":"first_aid","number":"A-17","issued":"2024-03-01","expires":"2027-02-28"}],"background_check":{"state":"passed","date":"2026-01-05"},"absences":[{"from":"2026-12-24","until":"2026-12-26"}],"weekly_offers":3,"quiet_hours":[{"days":[1,2,3,4,5,6,7],"from":"22:00","to":"07:00"}]}`)
	addNoun(d, "/v1/providers", registry.Provider{}, `{"name":"安心护理","kind":"medical","phones":["+8619900003001"],"contact_name":"陈静","address":"黄河路88号","services":["nursing"],"inspections":[{"year":2026,"result":"passed","date":"2026-04-15"}]}`)
	addNoun(d, "/v1/centres", registry.Centre{}, `{"name":"静安中心","parent":"c1","phone":"+8619900009997"}`)
	addNoun(d, "/v1/operators", registry.Operator{}, `{"name":"sun","display_name":"孙悦","role":"operator","centre":"c1"}`)
	for _, more := range []map[string]doc{docsRoles(), docsImports(), docsWebhooks(), docsAudit(), docsGlass(), docsClosures(), docsCoverage(), docsElders()} {
		maps.Copy(d, more)
	}
	ruleDocs(d)
	seatDocs(d)
	return d
}

// addNoun describes the five routes of a kind of record.
func addNoun[T any](d map[string]doc, path string, record T, example string) {
	one := path + "/{id}"
	d["GET "+path] = doc{tag: "registry", summary: "List and search", answer: page[gated[T]]{},
		query: []param{{"q", "all its words must occur: of name, pinyin, initials, address, number …, as far as the caller may see them; the best first"}, {"count", "true: tell also how many there are, up to 1000"}, {"archived", "true: only the archived"}, {"limit", "how many at most"}, {"cursor", "next of the page before"}}}
	d["POST "+path] = doc{tag: "registry", summary: "Create; an id that is given is kept", body: record, optional: true, answer: gated[T]{}, status: 201, example: example}
	d["GET "+one] = doc{tag: "registry", summary: "One record", answer: gated[T]{}}
	d["PATCH "+one] = doc{tag: "registry", summary: "Change by a JSON merge patch that names the version which was read; 409 when that is stale", body: record, optional: true, answer: gated[T]{}}
	d["GET "+one+"/history"] = doc{tag: "registry", summary: "Every change of the record, newest first, as the caller may see the record itself", answer: page[RevisionView]{}, query: []param{{"limit", "how many at most"}, {"cursor", "next of the page before"}}}
	d["DELETE "+one] = doc{tag: "registry", summary: "Archive: out of lists and look-ups, still readable by its id", status: 204}
}
