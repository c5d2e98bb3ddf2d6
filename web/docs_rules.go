package web

import (
	"anling/alerts"
	"anling/registry"
)

// ruleDocs describes the routes of rules.go.
func ruleDocs(d map[string]doc) {
	addNoun(d, "/v1/services", registry.ServiceType{}, `{"code":"opera_singing","parent":"culture","name":{"zh":"戏曲演唱","en":"Opera singing"}}`)
	delete(d, "GET /v1/services/{id}/history") // a kind of service is about nobody; the audit log tells who changed it
	d["GET /v1/services"] = doc{tag: "rules", summary: "The tree of kinds of service, each class before its kinds, the centres' own among them",
		answer: page[gated[registry.ServiceType]]{},
		query:  []param{{"q", "all its words must occur in name or code; classes of what is found come along"}, {"parent", "only the kinds of a class"}, {"deprecated", "true: those that are no longer offered, too"}}}
	d["DELETE /v1/services/{id}"] = doc{tag: "rules", summary: "Deprecate a kind of one's own; records that name it stay as they are", status: 204}
	addNoun(d, "/v1/caller-classes", registry.CallerClass{}, `{"phone":"+8619900007777","class":"vip","reason":"劳动模范","until":"2027-12-31"}`)
	addNoun(d, "/v1/agreements", registry.Agreement{}, `{"centre":"c1","to":"c2","kinds":["sos","fall"],"hours":[{"days":[1,2,3,4,5,6,7],"from":"22:00","to":"06:00"}],"after_s":60}`)
	moveDocs(d)
	for path, whose := range map[string]string{"helpers": "a helper", "providers": "a provider's staff"} {
		d["GET /v1/"+path+"/{id}/grade"] = doc{tag: "registry", summary: "The credit grade, worked out each night from what " + whose + " did in 180 days, with the figures that it rests on", answer: registry.Grade{}}
	}
	d["GET /v1/helpers/{id}/availability"] = doc{tag: "registry", summary: "Whether a helper may be asked to go now, and everything that speaks against it",
		answer: AvailabilityView{}}
	d["GET /v1/helpers/{id}/asked"] = doc{tag: "registry", summary: "How often a helper was asked this week, how often they want to be, and what they did the last fifty times",
		answer: alerts.Recall{}}
	d["GET /v1/elders/{id}/reachability"] = doc{tag: "registry", summary: "In how many alarms of the last 180 days each contact was asked and answered, worked out each night",
		answer: page[registry.Reached]{}}
	d["GET /v1/due"] = doc{tag: "registry", summary: "Certificates and yearly inspections that expire within so many days, or are over; the most urgent first",
		answer: page[gated[registry.Due]]{}, query: []param{{"days", "30, 60 or 90; 90 when not said"}}}
	d["GET /v1/providers/{id}/staff"] = doc{tag: "registry", summary: "The helpers whom a provider sends", answer: page[gated[registry.Helper]]{},
		query: []param{{"limit", "how many at most"}, {"cursor", "next of the page before"}}}
}

// moveDocs describes the routes of moves.go.
func moveDocs(d map[string]doc) {
	for path, what := range map[string]string{"elders": "an elder with contacts and devices", "devices": "a device that is nobody's", "helpers": "a helper who is no provider's staff"} {
		d["POST /v1/"+path+"/{id}/move"] = doc{tag: "rules", summary: "Move " + what + " to another centre: at once within one's own centres, else as a request",
			body: moveBody{}, answer: gated[registry.Move]{}, status: 201}
	}
	d["GET /v1/moves"] = doc{tag: "rules", summary: "Moves from and to one's centres, newest first", answer: page[gated[registry.Move]]{},
		query: []param{{"state", "requested, accepted, declined or withdrawn"}, {"limit", "how many at most"}}}
	d["GET /v1/moves/{id}"] = doc{tag: "rules", summary: "One move", answer: gated[registry.Move]{}}
	for verb, what := range map[string]string{"accept": "Accept a move; the new centre does", "decline": "Decline a move; the new centre does", "withdraw": "Withdraw a move; the old centre does"} {
		d["POST /v1/moves/{id}/"+verb] = doc{tag: "rules", summary: what, body: answerBody{}, optional: true, answer: gated[registry.Move]{}}
	}
}
