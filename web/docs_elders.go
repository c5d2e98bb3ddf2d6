package web

import (
	"maps"

	"anling/registry"
)

// docsElders describes what there is about elders beyond their records.
func docsElders() map[string]doc {
	d := map[string]doc{
		"GET /v1/areas": {tag: "areas", summary: "Areas by their official codes: the parts of a parent, what a text names (in Chinese, pinyin or initials), or one",
			answer: page[registry.Area]{}, query: []param{{"q", "all its words must occur in the full name or the pinyin"}, {"parent", "a code; empty: the provinces"},
				{"code", "one area, an abolished one too"}, {"abolished", "true: those that there are no more, too"}, {"count", "elders: how many live in each"},
				{"limit", "how many at most"}, {"lat", "with lon: the areas in which a point lies, from the province to the community; approximate says that the nearest centre was taken, distance_m how far it is"},
				{"lon", "WGS-84, as everywhere"}}},
		"POST /v1/areas/import": {tag: "areas", summary: "Take in a list of areas (CSV of AreaCity, of adcode, or with the headings code, name …). What is missing in it below its topmost areas is marked as abolished. GeoJSON: the edges of areas",
			answer: registry.AreaReport{}, query: []param{{"system", "of the coordinates of a GeoJSON file that does not say so itself: wgs84, gcj02 or bd09"}, {"code", "of a file that is one geometry"}}},
		"POST /v1/elders/{id}/household": {tag: "registry", summary: "Share a home with another elder, or (without one) leave the household; contacts are copied on request",
			body: registry.Joining{}, optional: true, answer: gated[registry.Elder]{}, example: `{"share_contacts":false}`},
		"GET /v1/elders/{id}/consents": {tag: "consents", summary: "What an elder has agreed to, past and withdrawn too", answer: page[gated[registry.Consent]]{}},
		"POST /v1/elders/{id}/consents": {tag: "consents", summary: "Write down a consent, or another basis, for a purpose", body: registry.Consent{}, optional: true,
			answer: gated[registry.Consent]{}, status: 201, example: `{"purpose":"sharing","basis":"consent","scope":"家人与社区联络员","given_by":"本人","how":"paper"}`},
		"POST /v1/consents/{id}/withdraw": {tag: "consents", summary: "Withdraw a consent; a second time changes nothing", body: withdrawal{}, optional: true, answer: gated[registry.Consent]{}},
		"GET /v1/elders/duplicates": {tag: "registry", summary: "Pairs of records that may be of one person, the likeliest first, with the reasons", answer: page[DuplicateView]{},
			query: []param{{"limit", "how many at most"}}},
		"POST /v1/elders/{id}/merge": {tag: "registry", summary: "Make two records one: what hangs on the other goes over, the other becomes an archived pointer; fields is a merge patch for what stays",
			body: registry.Merging{}, answer: gated[registry.Elder]{}, example: `{"from":"nobody","fields":{},"version":1}`, want: 409},
		"GET /v1/attachments/{id}":           {tag: "attachments", summary: "The bytes of a photograph or a document; the look is logged", media: "application/octet-stream"},
		"GET /v1/attachments/{id}/thumbnail": {tag: "attachments", summary: "A photograph in small, for lists", media: "image/jpeg"},
		"DELETE /v1/attachments/{id}":        {tag: "attachments", summary: "Delete an attachment; its bytes go at once", status: 204},
		"GET /v1/custom-fields": {tag: "registry", summary: "Fields that centres define for themselves", answer: page[gated[registry.CustomField]]{},
			query: []param{{"centre", "of one centre"}, {"resource", "elder, helper or provider"}, {"archived", "true: only the archived"}, {"limit", "how many at most"}, {"cursor", "next of the page before"}}},
		"POST /v1/custom-fields": {tag: "registry", summary: "Define a field; its class says who sees it", body: registry.CustomField{}, optional: true,
			answer: gated[registry.CustomField]{}, status: 201,
			example: `{"centre":"c1","key":"pension","label":{"zh":"养老金档次","en":"Pension"},"type":"choice","choices":["A","B"],"class":"personal"}`},
		"GET /v1/custom-fields/{id}":    {tag: "registry", summary: "One definition", answer: gated[registry.CustomField]{}},
		"PATCH /v1/custom-fields/{id}":  {tag: "registry", summary: "Change a definition; key and record stay", body: registry.CustomField{}, optional: true, answer: gated[registry.CustomField]{}},
		"DELETE /v1/custom-fields/{id}": {tag: "registry", summary: "Archive a definition; values stay in the records", status: 204},
	}
	for _, of := range []string{"elders", "helpers", "providers"} {
		d["GET /v1/"+of+"/{id}/attachments"] = doc{tag: "attachments", summary: "Photographs and documents, without their bytes", answer: page[gated[registry.Attachment]]{}}
		d["POST /v1/"+of+"/{id}/attachments"] = doc{tag: "attachments",
			summary: "Attach a photograph (JPEG, PNG, WebP: written anew) or a PDF of at most 10 MB: a form with file, kind and title, or the bytes with ?kind=photo|document&title=",
			answer:  gated[registry.Attachment]{}, status: 201}
	}
	maps.Copy(d, docsZones())
	return d
}
