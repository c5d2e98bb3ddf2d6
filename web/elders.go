package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"anling/geo"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/registry"
)

// elderRoutes are what there is about elders beyond their records: areas, households, consents, attachments, the centres' own
// fields.
func (s *Server) elderRoutes() []route {
	const get, post, patch, del = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete
	own := noun[registry.CustomField, registry.CustomFieldID]{s: s, path: "/v1/custom-fields", right: "custom_fields",
		filters: []string{"centre", "resource"},
		verbs: func(r *registry.Registry) verbs[registry.CustomField, registry.CustomFieldID] {
			return verbs[registry.CustomField, registry.CustomFieldID]{r.CustomFieldByID, r.ListCustomFields, r.CreateCustomField, r.ChangeCustomField, r.ArchiveCustomField}
		}}
	t := []route{
		{get, "/v1/areas", "areas.see", s.listAreas},
		{post, "/v1/areas/import", "areas.change", s.importAreas},

		{post, "/v1/elders/{id}/household", "elders.change", s.joinHousehold},
		{get, "/v1/elders/{id}/consents", "consents.see", s.listConsents},
		{post, "/v1/elders/{id}/consents", "consents.change", s.giveConsent},
		{post, "/v1/consents/{id}/withdraw", "consents.change", s.withdrawConsent},

		{get, "/v1/custom-fields", "custom_fields.see", own.handleList},
		{post, "/v1/custom-fields", "custom_fields.change", own.handleCreate},
		{get, "/v1/custom-fields/{id}", "custom_fields.see", own.handleGet},
		{patch, "/v1/custom-fields/{id}", "custom_fields.change", own.handleChange},
		{del, "/v1/custom-fields/{id}", "custom_fields.change", own.handleArchive},
	}
	return append(t, slices.Concat(s.attachmentRoutes(), s.mergeRoutes())...)
}

// listAreas answers GET /v1/areas: the parts of a parent, what a text names, or one area; with lat and lon those in which a point lies.
func (s *Server) listAreas(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	if q.text("lat") != "" || q.text("lon") != "" {
		return s.areasAt(w, r)
	}
	ask := registry.AreaQuery{Code: q.text("code"), Parent: q.text("parent"), Text: q.text("q"), Abolished: q.text("abolished") == "true",
		Count: q.text("count") == "elders", Limit: q.limit("limit", 500, 1000)}
	if err := q.err(); err != nil {
		return err
	}
	if ask.Count && !s.may(r.Context(), "elders.see") {
		ask.Count = false
	}
	all, err := s.registryFor(r).Areas(r.Context(), ask)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, page[registry.Area]{Items: some(all)})
}

// maxAreaFile is longer than the list of all areas of the country.
const maxAreaFile = 128 << 20

// importAreas answers POST /v1/areas/import: a CSV of AreaCity, of adcode, or our own; or the edges of areas as GeoJSON.
func (s *Server) importAreas(w http.ResponseWriter, r *http.Request) error {
	if err := wantType(r, "text/csv", "application/octet-stream", "application/geo+json"); err != nil {
		return err
	}
	data, err := readBody(w, r, maxAreaFile)
	if err != nil {
		return err
	}
	q := query{r: r}
	report, err := s.registryFor(r).ImportAreaFile(r.Context(), geo.AreaFile{Data: data, System: geo.System(q.text("system")), Code: q.text("code")})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, report)
}

// joinHousehold answers POST /v1/elders/{id}/household.
func (s *Server) joinHousehold(w http.ResponseWriter, r *http.Request) error {
	var j registry.Joining
	if err := decode(w, r, &j); err != nil {
		return err
	}
	e, err := s.registryFor(r).JoinHousehold(r.Context(), registry.ElderID(pathVar(r, "id")), j)
	if err != nil {
		return err
	}
	who, err := s.opened(r.Context(), e)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, redact(who.viewer, e))
}

// listConsents answers GET /v1/elders/{id}/consents.
func (s *Server) listConsents(w http.ResponseWriter, r *http.Request) error {
	all, err := s.registryFor(r).Consents(r.Context(), registry.ElderID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	elder := pathVar(r, "id")
	who, err := s.throughGlass(r.Context(), standing{viewer: s.viewer(r.Context())}, registry.ElderID(elder))
	if err != nil {
		return err
	}
	err = s.look(r.Context(), look{action: "consents.listed", resource: "elder", id: elder, subject: elder, seen: seen{Count: new(len(all)), Note: who.note()}})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, page[gated[registry.Consent]]{Items: redactAll(who.viewer, all)})
}

// giveConsent answers POST /v1/elders/{id}/consents.
func (s *Server) giveConsent(w http.ResponseWriter, r *http.Request) error {
	x := registry.Consent{Basis: "consent"}
	if err := decode(w, r, &x); err != nil {
		return err
	}
	elder := registry.ElderID(pathVar(r, "id"))
	if x.Elder != "" && x.Elder != elder {
		return fault.InvalidFields("the consent is not valid", []fault.Field{{Name: "elder", Problem: "is not the elder of the path"}})
	}
	x.Elder = elder
	x, err := s.registryFor(r).GiveConsent(r.Context(), x)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, redact(s.viewer(r.Context()), x))
}

// withdrawal says who asked for the end of a consent.
type withdrawal struct {
	By   string `json:"by"`
	Note string `json:"note"`
}

// withdrawConsent answers POST /v1/consents/{id}/withdraw.
func (s *Server) withdrawConsent(w http.ResponseWriter, r *http.Request) error {
	var b withdrawal
	if err := decode(w, r, &b); err != nil {
		return err
	}
	x, err := s.registryFor(r).WithdrawConsent(r.Context(), registry.ConsentID(pathVar(r, "id")), b.By, b.Note)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, redact(s.viewer(r.Context()), x))
}

// adviseElder is what a person should look at again in a record that was taken in.
func (s *Server) adviseElder(ctx context.Context, e registry.Elder) (registry.Advice, error) {
	return s.registry.AdviseElder(ctx, e, s.places)
}

// warningsFor writes advice in the language of the caller, without what is about fields that they do not see.
func warningsFor(r *http.Request, advice registry.Advice, masked []string) []ProblemField {
	out := []ProblemField{}
	for _, f := range advice {
		if slices.Contains(masked, f.Name) || slices.ContainsFunc(masked, func(m string) bool { return strings.HasPrefix(f.Name, m+".") }) {
			continue
		}
		out = append(out, ProblemField{Field: f.Name, Problem: words.Problem(langOf(r), f), Key: f.Key})
	}
	return out
}
