package web

import "anling/registry"

// docsImports describes the routes of spreadsheets.
func docsImports() map[string]doc {
	const states = "state: staged, checking, checked, running, done or failed"
	return map[string]doc{
		"POST /v1/imports": {tag: "spreadsheets", summary: "Hand in a CSV or XLSX file, as the body or as the first file of a form; it is kept sealed for a day. The answer shows its first rows with what is wrong with them",
			answer: registry.Staged{}, status: 201, query: []param{{"kind", "elders, contacts, devices, helpers or providers"}}},
		"GET /v1/imports":      {tag: "spreadsheets", summary: "The imports of the caller, newest first", answer: page[registry.Staged]{}},
		"GET /v1/imports/{id}": {tag: "spreadsheets", summary: "How far an import is (" + states + "), with the first refused rows", answer: registry.Staged{}},
		"PATCH /v1/imports/{id}": {tag: "spreadsheets", summary: "Say what the headings mean (empty: leave it out), the encoding or sheet, mode rows or file, and what becomes of rows that are there: change, skip or refuse",
			body: registry.ImportChange{}, optional: true, answer: registry.Staged{}},
		"DELETE /v1/imports/{id}":          {tag: "spreadsheets", summary: "Delete a file that was handed in, with the report on it; what was taken in stays", status: 204},
		"POST /v1/imports/{id}/check":      {tag: "spreadsheets", summary: "Try every row with nothing written", answer: registry.Staged{}, status: 202},
		"POST /v1/imports/{id}/run":        {tag: "spreadsheets", summary: "Take the file in", answer: registry.Staged{}, status: 202},
		"GET /v1/imports/{id}/refused.csv": {tag: "spreadsheets", summary: "The refused rows with line, field and reason in the caller's language, to be mended and sent again", media: "text/csv"},
		"GET /v1/exports/{kind}": {tag: "spreadsheets", summary: "Those whom the list would show, as a spreadsheet with the columns that the caller may take along (step-up)", media: "text/csv",
			query: []param{{"format", "csv or xlsx"}, {"encoding", "of CSV: utf-8 or gb18030"}, {"columns", "separated by commas"}, {"q", "as in the list; its filters, too"}}},
	}
}
