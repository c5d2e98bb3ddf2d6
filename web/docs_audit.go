package web

import "anling/registry"

// docsAudit describes the routes of the audit log.
func docsAudit() map[string]doc {
	filters := []param{{"actor", "id of who did it"}, {"actor_kind", "operator, token, helper, contact, device, system, command or nobody"},
		{"action", "noun.verb, or noun.* for all of a noun"}, {"resource", "elder, device …"}, {"id", "of the record"}, {"subject", "id of whom it is about"},
		{"alert", "id of the alert that was the reason"}, {"from", "time or day, included"}, {"until", "time or day, not included"}}
	return map[string]doc{
		"GET /v1/audit": {tag: "audit", summary: "Who did and saw what, newest first", answer: page[gated[AuditView]]{},
			query: append(filters, param{"limit", "how many at most"}, param{"cursor", "next of the page before"})},
		"GET /v1/audit/export": {tag: "audit", summary: "The same as a file, with everything that is needed to check the chains by hand (step-up)", media: "application/jsonl",
			query: append(filters, param{"format", "jsonl or csv"})},
		"POST /v1/elders/{id}/erase": {tag: "privacy", summary: "Erase an elder: the key, the record, contacts, numbers; alerts stay without anything personal. 409 under a legal hold or while an alert is open (step-up)",
			body: Erasure{}, optional: true, status: 204, example: `{"reason":"asked for it"}`},
		"GET /v1/elders/{id}/subject-access": {tag: "privacy", summary: "Everything that is held about an elder, as a zip (step-up)", media: "application/zip"},
		"GET /v1/privacy/requests":           {tag: "privacy", summary: "Requests of people about their data, those that are due first", answer: page[gated[registry.PrivacyRequest]]{}, query: []param{{"open", "true: only those that are not done"}}},
		"POST /v1/privacy/requests": {tag: "privacy", summary: "Write a request down: access, correction, erasure or objection", body: requestBody{}, optional: true, answer: gated[registry.PrivacyRequest]{}, status: 201,
			example: `{"elder":"e1","kind":"access","who":"女儿，受托","identity":"身份证原件核对"}`},
		"PATCH /v1/privacy/requests/{id}": {tag: "privacy", summary: "Say what was done; done ends it", body: requestAnswer{}, optional: true, answer: gated[registry.PrivacyRequest]{}},
		"GET /v1/retention":               {tag: "privacy", summary: "How long each kind of data is kept, why, and when old data was last deleted", answer: page[RuleView]{}},
		"PATCH /v1/retention":             {tag: "privacy", summary: "Change for how many days a kind is kept", body: ruleBody{}, answer: RuleView{}, example: `{"kind":"positions","days":60}`},
		"GET /v1/audit/checkpoint":        {tag: "audit", summary: "The newest signed checkpoint of all chains, and the key that checks it", answer: CheckpointView{}},
	}
}
