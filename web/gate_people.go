package web

import "anling/registry"

// standingRows classes what stands within the records of helpers and providers.
func standingRows() []gateRow {
	type fields = map[class][]string
	return []gateRow{
		classed(registry.Certificate{}, fields{open: {"kind", "issued", "expires"}, number: {"number"}}),
		classed(registry.BackgroundCheck{}, fields{open: {"state", "date"}, note: {"by"}}),
		classed(registry.Notice{}, fields{open: {"from", "until"}, note: {"text"}}),
		classed(registry.Absence{}, fields{open: {"from", "until", "substitute"}, note: {"reason"}}),
		classed(registry.Warning{}, fields{open: {"code", "field", "value", "until"}}),
		classed(registry.ServiceType{}, fields{open: {"code", "centre", "parent", "name", "level", "note", "built_in",
			"version", "created_at", "updated_at", "archived_at"}}),
		classed(registry.Bilingual{}, fields{open: {"zh", "en"}}),
		classed(registry.CallerClass{}, fields{
			open:   {"id", "centre", "elder", "class", "until", "by", "version", "created_at", "updated_at", "archived_at"},
			number: {"phone"}, note: {"reason"}}),
		classed(registry.Agreement{}, fields{open: {"id", "centre", "to", "kinds", "hours", "after_s", "from", "until", "note",
			"version", "created_at", "updated_at", "archived_at"}}),
		classed(registry.Move{}, fields{open: {"id", "resource", "record", "centre", "to", "state", "by", "decided_by", "decided_at",
			"version", "created_at", "updated_at", "archived_at"}, note: {"reason", "note"}}),
		classed(registry.Due{}, fields{open: {"resource", "id", "centre", "code", "value", "until", "stage"}, personal: {"name"}}),
		classed(registry.Inspection{}, fields{open: {"year", "result", "date"}, note: {"note"}}),
	}
}
