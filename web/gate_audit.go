package web

import "anling/registry"

// auditRows classes what is told of the audit log. Ids and codes are open to whoever may see it at all; terms of a search and
// remarks are what people wrote.
func auditRows() []gateRow {
	type fields = map[class][]string
	return []gateRow{
		classed(AuditView{}, fields{
			open: {"chain", "seq", "at", "actor", "action", "resource", "id", "subject", "centre", "alert", "fields", "count", "unread"},
			note: {"query", "note"}, raw: {"data"}}),
		classed(registry.PrivacyRequest{}, fields{
			open:     {"id", "centre", "elder", "kind", "created_at", "due_at", "done_at", "version"},
			personal: {"who", "identity", "note", "answer"}}),
		classed(registry.BreakGlass{}, fields{
			open: {"id", "elder", "centre", "operator", "at", "until", "ended_at", "looks", "state", "verdict", "reviewed_by", "reviewed_at", "locked"},
			// Who reviews it must read it.
			personal: {"reason", "review_note"}}),
		classed(ActorView{}, fields{open: {"kind", "id", "name"}}),
	}
}
