package web

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"anling/registry"
)

var updateRights = flag.Bool("update", false, "rewrite testdata/rights.golden")

// TestRightsMatrix tries, over the real API, every route and every field of every record with every role, in every
// situation. What came back is compared with what the role says, and with testdata/rights.golden, which people review.
func TestRightsMatrix(t *testing.T) {
	t.Parallel()
	h := newMatrixHouse(t)
	pages := h.openPages()
	pages.look("asked")
	h.promise()
	pages.look("promised")
	var all []*matrix
	for _, role := range matrixRoles() {
		if role.Kind != registry.RoleForPages {
			all = append(all, h.matrixOf(role))
		}
	}
	everybody := all[slices.IndexFunc(all, func(m *matrix) bool { return m.role.ID == "token-all" })]
	reference := h.readings(everybody)
	for _, m := range all {
		m.reference = reference
		m.readAll(places()[:4])
		m.readAll([]string{inMine})
		m.writeAll(inOwn, inAlert)
		m.exportAll()
	}
	h.closeAlert(h.alerts[inAlert])
	requests := 0
	reference = h.readings(everybody)
	for _, m := range all {
		m.reference = reference
		m.readAll([]string{inClosed})
		requests += m.requests
	}
	pages.look("closed")
	routes := h.tryRoutes(all)
	t.Logf("%d requests of %d roles", requests+routes.requests, len(all))
	compareGolden(t, "testdata/rights.golden", legend+routes.text+written(all)+pages.text(reference)+unfilled(all, h))
}

const legend = `What every role may do: this page is written and compared by TestRightsMatrix, which tries every line of it over the
real API. A change of a role, of a route or of a field changes it, and somebody has to look at the change.

see masked -        a field is shown, shown as 139****678, left out
200 403 404         the whole record: there for them, not allowed, not there for them
own below another   of the very centre where they work, of one below it, of a foreign one
alert closed        of an elder whose alert is open, and when it is closed
mine                about themself, their firm or their work
new                 may give it to a new record, in their own centre (of their own firm)
change, in alert    may change it, in their own centre (of their own firm), and of an elder whose alert is open
`

func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if *updateRights {
		must(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if string(want) == got {
		return
	}
	was, is := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range min(len(was), len(is)) {
		if was[i] != is[i] {
			t.Errorf("%s is not what happens any more; line %d:\nwas %s\nis  %s\nLook at the whole difference after go test ./web -run RightsMatrix -update", file, i+1, was[i], is[i])
			return
		}
	}
	t.Errorf("%s has %d lines, now there are %d", file, len(was), len(is))
}

// matrixRoles are the roles that the program brings, and one of a centre's own that may take along what is open.
func matrixRoles() []registry.Role {
	own := registry.Role{ID: "figures", Kind: registry.RoleForPeople, Name: registry.Label{Zh: "统计员（自建）", En: "Statistician (a centre's own)"},
		Actions: []registry.Action{"elders.see", "contacts.see", "devices.see", "helpers.see", "providers.see", "export", "alerts.see"},
		Fields: []registry.FieldRight{{Of: []string{"*"}, Class: []string{"open"}, May: []string{"see", "export"}},
			{Of: []string{"elder"}, Field: []string{"care_level", "living"}, May: []string{"see", "export"}},
			{Of: []string{"contact", "elder"}, Class: []string{"number"}, May: []string{"see_masked", "export"}}}}
	every := registry.Role{ID: "token-all", Kind: registry.RoleForMachines, Name: registry.Label{Zh: "所有中心的管理令牌", En: "A token that may do everything, of all centres"}}
	return append(registry.BuiltInRoles(), own, every)
}

// matrixOf is somebody of the first centre with a role.
func (h *matrixHouse) matrixOf(role registry.Role) *matrix {
	h.t.Helper()
	m := &matrix{h: h, role: role, rights: registry.BuiltInRights(role.ID), cells: map[string]map[string]string{}, status: map[string]string{}}
	m.id = string(role.ID) + "-c1"
	switch {
	case role.ID == "token-all":
		m.who, m.rights, m.everywhere = "Bearer "+h.tokens["admin"], registry.BuiltInRights("token-admin"), true
	case role.Kind == registry.RoleForMachines:
		plain, _, err := h.reg.CreateToken(h.t.Context(), registry.Token{Name: "m", Scope: strings.TrimPrefix(string(role.ID), "token-"), Centre: "c1"})
		must(h.t, err)
		m.who = "Bearer " + plain
	case role.ID == registry.RoleProvider:
		_, err := h.reg.CreateOperator(h.t.Context(), registry.Operator{ID: "provider-c1", Centre: "c1", Name: "provider-c1", Role: registry.RoleProvider, Provider: "p-mine"})
		must(h.t, err)
		m.who, m.firm = h.session("provider-c1"), "p-mine"
	case role.ID == "installer": // who has fitted a device already
		m.who = h.session("installer-c1")
	case !role.BuiltIn:
		_, err := h.reg.CreateRole(h.t.Context(), registry.Granting{By: registry.BuiltInRights("admin"), Fields: h.server.gate.catalogue()}, role)
		must(h.t, err)
		m.rights = h.reg.RightsOf(h.t.Context(), role.ID)
		m.who = h.as(string(role.ID), "c1")
	default:
		m.who = h.as(string(role.ID), "c1")
		m.everywhere = m.rights.May(registry.CentresEverywhere)
	}
	return m
}

// matrix is one role as it is tried.
type matrix struct {
	h          *matrixHouse
	role       registry.Role
	rights     *registry.Rights
	id, who    string
	firm       registry.ProviderID
	everywhere bool
	reference  map[string]map[string]any
	cells      map[string]map[string]string // "resource field" → column → what is
	status     map[string]string            // "resource column" → how the record as a whole was answered
	exports    []string
	requests   int
}

type tried struct {
	code int
	body map[string]any
	text string
}

func (m *matrix) ask(method, path, body string) tried {
	m.h.t.Helper()
	m.requests++
	w := m.h.direct(method, path, m.who, body)
	out := tried{code: w.Code, text: w.Body.String()}
	if strings.Contains(w.Header().Get("Content-Type"), "json") && !strings.Contains(w.Header().Get("Content-Type"), "jsonl") {
		must(m.h.t, json.Unmarshal(w.Body.Bytes(), &out.body))
	}
	return out
}

// pathOf is where a probe is read at a place; false where there is nothing of the kind for this role.
func (m *matrix) pathOf(p probe, place string) (string, bool) {
	id, there := p.ids[place]
	if place == inMine {
		switch p.of {
		case reflect.TypeFor[registry.Operator]():
			id, there = m.id, m.role.Kind == registry.RoleForPeople
		case reflect.TypeFor[registry.Elder](), reflect.TypeFor[registry.Device]():
			there = m.role.ID == "installer"
		default:
			there = there && m.firm != ""
		}
	}
	return strings.Replace(p.path, "%", id, 1), there
}

func (m *matrix) readAll(at []string) {
	for _, p := range m.h.probes() {
		for _, place := range at {
			if path, there := m.pathOf(p, place); there {
				m.read(p, place, path)
			}
		}
	}
}

// record takes the record out of an answer.
func (p probe) record(v map[string]any) map[string]any {
	if !p.list {
		return v
	}
	items, _ := v[cmp.Or(p.in, "items")].([]any)
	for _, one := range items {
		if record, is := one.(map[string]any); is && (p.item == "" || record["id"] == p.item) {
			return record
		}
	}
	return nil
}

// read looks at one record in one place, and judges how each of its fields came back.
func (m *matrix) read(p probe, place, path string) {
	m.h.t.Helper()
	resource := resourceName(p.of)
	got := m.ask("GET", path, "")
	m.status[resource+" "+place] = fmt.Sprint(got.code)
	if want := m.wantStatus(p, place, path); got.code != want {
		m.h.t.Errorf("%s: %s, %s: answered with %d, want %d", m.role.ID, resource, place, got.code, want)
	}
	record := p.record(got.body)
	if got.code != 200 || record == nil {
		return
	}
	for _, f := range m.h.fieldsOf(p.of) {
		m.put(resource, f, place, m.judge(cell{p, f, place}, record))
	}
}

func (m *matrix) put(resource string, f fieldRow, column, is string) {
	key := resource + " " + f.path
	if m.cells[key] == nil {
		m.cells[key] = map[string]string{}
	}
	m.cells[key][column] = is
}

// wantStatus is how a record as a whole should be answered.
func (m *matrix) wantStatus(p probe, place, path string) int {
	switch {
	case p.of == reflect.TypeFor[registry.BreakGlass]():
		if others := m.rights.May(registry.BreakGlassSee) || m.rights.May(registry.BreakGlassReview); !others || place == inSister && !m.everywhere {
			return 404 // nobody but who has opened it knows of it
		}
		return 200
	case !m.rights.May(m.h.needOf("GET", path)):
		return 403
	case place == inSister && !m.everywhere:
		return 404
	case m.firm == "" || slices.Contains(forFirmsToo(), p.of):
		return 200
	case place == inMine || place == inAlert && p.of == reflect.TypeFor[registry.Elder]():
		return 200
	}
	return 404 // none of a firm's business
}

// forFirmsToo are the records that somebody of a firm may ask for though they are not the firm's; lists hold only what is.
func forFirmsToo() []reflect.Type {
	return []reflect.Type{reflect.TypeFor[registry.Centre](), reflect.TypeFor[NearView](), reflect.TypeFor[registry.ServiceType](), reflect.TypeFor[registry.Due]()}
}

// needOf is the action that the table asks for.
func (h *matrixHouse) needOf(method, path string) registry.Action {
	path, _, _ = strings.Cut(path, "?")
	for _, rt := range h.server.routes {
		if rt.method == method && matches(rt.path, path) {
			return rt.need
		}
	}
	h.t.Fatalf("no route for %s", path)
	return ""
}

// situation is how the role should stand to a record.
func (m *matrix) situation(p probe, place string) registry.Situation {
	s := registry.Always
	if p.centre && place != inBelow && place != inSister && !(m.role.ID == "token-all") {
		s |= registry.OwnCentre
	}
	if p.opens && m.rights.May(registry.AlertsWork) && (place == inAlert || p.of != reflect.TypeFor[registry.Elder]() && place != inClosed) {
		s |= registry.DuringAlert // of an alert, that of each place is open
	}
	if place == inMine {
		s |= registry.OwnRecord
	}
	if m.firm != "" && place == inAlert {
		s |= registry.AfterAccept
	}
	return s
}

func written(all []*matrix) string {
	var out strings.Builder
	for _, m := range all {
		m.write(&out)
	}
	return out.String()
}

// columns are those of the page.
func columns() []string { return append(places(), "new", "change", "in alert") }

// write prints the role: its fields, gathered where they are treated alike.
func (m *matrix) write(out *strings.Builder) {
	fmt.Fprintf(out, "\n\nROLE %s  %s  %s\n", m.role.ID, m.role.Name.Zh, m.role.Name.En)
	fmt.Fprintf(out, "may: %s\n", strings.Trim(fmt.Sprint(m.rights.Actions()), "[]"))
	for _, line := range m.exports {
		fmt.Fprintln(out, line)
	}
	for _, p := range m.h.probes() {
		resource := resourceName(p.of)
		fmt.Fprintf(out, "\n%s", strings.ToUpper(resource))
		groups := m.groups(resource, p)
		if len(groups) == 0 {
			m.writeRefused(out, resource)
			continue
		}
		fmt.Fprintf(out, "\n  ")
		for _, c := range columns() {
			fmt.Fprintf(out, "%-9s", c)
		}
		fmt.Fprintln(out)
		for _, g := range groups {
			fmt.Fprintf(out, "  %s%-9s %s\n", g.cells, g.class, strings.Join(g.names, " "))
		}
	}
}

func (m *matrix) writeRefused(out *strings.Builder, resource string) {
	for _, c := range columns() {
		if s := m.status[resource+" "+c]; s != "" {
			fmt.Fprintf(out, "  %s %s", c, s)
		}
	}
	fmt.Fprintln(out)
}

// unfilled names the fields that say nothing in any record of this house: of these only the name can be hidden or shown.
func unfilled(all []*matrix, h *matrixHouse) string {
	var out strings.Builder
	fmt.Fprint(&out, "\n\nFields that are empty in every record that was tried:\n")
	for _, p := range h.probes() {
		var names []string
		for _, f := range h.fieldsOf(p.of) {
			if !slices.ContainsFunc(places(), func(place string) bool {
				return len(valuesAt(all[0].reference[resourceName(p.of)+" "+place], f.path)) > 0
			}) {
				names = append(names, f.path)
			}
		}
		if len(names) > 0 {
			fmt.Fprintf(&out, "%s: %s\n", resourceName(p.of), strings.Join(names, " "))
		}
	}
	return out.String()
}

type group struct {
	cells, class string
	names        []string
}

func (m *matrix) groups(resource string, p probe) []*group {
	var all []*group
	known := map[string]*group{}
	for _, f := range m.h.fieldsOf(p.of) {
		row := m.cells[resource+" "+f.path]
		if row == nil {
			continue
		}
		cells := ""
		for _, c := range columns() {
			is := row[c]
			if is == "" {
				is = m.status[resource+" "+c]
			}
			cells += fmt.Sprintf("%-9s", is)
		}
		key := cells + f.class
		if known[key] == nil {
			known[key] = &group{cells: cells, class: f.class}
			all = append(all, known[key])
		}
		known[key].names = append(known[key].names, f.path)
	}
	return all
}

// readings are all records as somebody sees them who sees everything: what must come back where a field is shown.
func (h *matrixHouse) readings(m *matrix) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, p := range h.probes() {
		for _, place := range places() {
			if p.ids[place] == "" && !p.list || p.ids[place] == "itself" {
				continue
			}
			if got := m.ask("GET", strings.Replace(p.path, "%", p.ids[place], 1), ""); got.code == 200 && p.record(got.body) != nil {
				all[resourceName(p.of)+" "+place] = p.record(got.body)
			}
		}
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
