package web

// docsAudit describes the routes of the audit log.
func docsAudit() map[string]doc {
	filters := []param{{"actor", "id of who did it"}, {"actor_kind", "operator, token, helper, contact, device, system, command or nobody"},
		{"action", "noun.verb, or noun.* for all of a noun"}, {"resource", "elder, device …"}, {"id", "of the record"}, {"subject", "id of whom it is about"},
		{"alert", "id of the alert that was the reason"}, {"from", "time or day, included"}, {"until", "time or day, not included"}}
	return map[string]doc{
		"GET /v1/audit": {tag: "audit", summary: "Who did and saw what, newest first", answer: page[gated[AuditView]]{},
			query: append(filters, param{"limit", "how many at most"}, param{"cursor", "next of the page before"})},
		"GET /v1/audit/export": {tag: "audit", summary: "The same as a file, with everything that is needed to check the chains by hand", media: "application/jsonl",
			query: append(filters, param{"format", "jsonl or csv"})},
		"GET /v1/audit/checkpoint": {tag: "audit", summary: "The newest signed checkpoint of all chains, and the key that checks it", answer: CheckpointView{}},
	}
}
