package web

import (
	"net/http"
	"slices"

	"anling/internal/fault"
	"anling/registry"
)

// ruleRoutes are what helpers and centres go by: kinds of service, classes of callers, agreements between centres, staff.
func (s *Server) ruleRoutes() []route {
	const get, post, patch, del = http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodDelete
	type reg = *registry.Registry
	services := noun[registry.ServiceType, registry.ServiceCode]{s: s, path: "/v1/services",
		verbs: func(r reg) verbs[registry.ServiceType, registry.ServiceCode] {
			return verbs[registry.ServiceType, registry.ServiceCode]{r.Service, nil, r.CreateService, r.ChangeService, r.DeprecateService}
		}}
	t := []route{
		{get, services.path, "services.see", s.listServices},
		{post, services.path, "services.change", services.handleCreate},
		{get, services.path + "/{id}", "services.see", services.handleGet},
		{patch, services.path + "/{id}", "services.change", services.handleChange},
		{del, services.path + "/{id}", "services.change", services.handleArchive},
		{get, "/v1/providers/{id}/staff", "helpers.see", s.listStaff},
	}
	t = append(t, s.gradeRoutes()...)
	t = append(t, noun[registry.CallerClass, registry.ClassID]{s: s, path: "/v1/caller-classes", right: "classes",
		filters: []string{"centre", "elder", "class", "phone"},
		verbs: func(r reg) verbs[registry.CallerClass, registry.ClassID] {
			return verbs[registry.CallerClass, registry.ClassID]{r.Class, r.ListClasses, r.CreateClass, r.ChangeClass, r.ArchiveClass}
		}}.plainRoutes()...)
	return append(t, noun[registry.Agreement, registry.AgreementID]{s: s, path: "/v1/agreements", right: "agreements",
		filters: []string{"centre"}, fresh: registry.Agreement{AfterS: 60},
		verbs: func(r reg) verbs[registry.Agreement, registry.AgreementID] {
			return verbs[registry.Agreement, registry.AgreementID]{r.Agreement, r.ListAgreements, r.CreateAgreement, r.ChangeAgreement, r.ArchiveAgreement}
		}}.plainRoutes()...)
}

// plainRoutes are the routes of a noun that whoever may change may take back, too.
func (n noun[T, ID]) plainRoutes() []route {
	all := n.routes()
	for i := range all {
		if all[i].method == http.MethodDelete {
			all[i].need = registry.Action(n.right + ".change")
		}
	}
	return all
}

// listServices answers GET /v1/services: the whole tree, each class before its kinds. It is small; there are no pages.
func (s *Server) listServices(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	tree := s.registry.Helpers().Services()
	all := tree.All()
	if text := q.Get("q"); text != "" {
		all = tree.Search(text)
	}
	if d := q.Get("deprecated"); d != "" && d != "true" && d != "false" {
		return fault.InvalidFields("the query is not valid", []fault.Field{{Name: "deprecated", Problem: "must be true or false"}})
	}
	all = slices.DeleteFunc(all, func(x registry.ServiceType) bool {
		return q.Get("parent") != "" && string(x.Parent) != q.Get("parent") || x.ArchivedAt != nil && q.Get("deprecated") != "true"
	})
	return writeJSON(w, http.StatusOK, page[gated[registry.ServiceType]]{Items: redactAll(s.viewer(r.Context()), all)})
}

// listStaff answers GET /v1/providers/{id}/staff.
func (s *Server) listStaff(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	ask := registry.Query{Cursor: q.text("cursor"), Limit: q.limit("limit", 50, 500)}
	if err := q.err(); err != nil {
		return err
	}
	if err := s.ownerWithin(r, registry.ProviderAttachments, pathVar(r, "id")); err != nil {
		return err
	}
	found, err := s.registryFor(r).Staff(r.Context(), registry.ProviderID(pathVar(r, "id")), ask)
	if err != nil {
		return err
	}
	out := page[gated[registry.Helper]]{Items: []gated[registry.Helper]{}, Next: found.Next}
	for _, h := range found.Items {
		out.Items = append(out.Items, redact(s.listed(r.Context(), h), h))
	}
	return writeJSON(w, http.StatusOK, out)
}
