package web

// auditRows classes what is told of the audit log. Ids and codes are open to whoever may see it at all; terms of a search and
// remarks are what people wrote.
func auditRows() []gateRow {
	type fields = map[class][]string
	return []gateRow{
		classed(AuditView{}, fields{
			open: {"chain", "seq", "at", "actor", "action", "resource", "id", "subject", "centre", "alert", "fields", "count", "unread"},
			note: {"query", "note"}, raw: {"data"}}),
		classed(ActorView{}, fields{open: {"kind", "id", "name"}}),
	}
}
