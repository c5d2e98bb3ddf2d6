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
		classed(registry.Inspection{}, fields{open: {"year", "result", "date"}, note: {"note"}}),
	}
}
