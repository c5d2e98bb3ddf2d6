package web

import (
	"fmt"
	"html"
	"reflect"
	"slices"
	"strings"

	"anling/internal/words"
	"anling/registry"
)

// pages are the two pages without a log-in, as they were at some moments.
type pages struct {
	h     *matrixHouse
	links map[registry.RoleID]string
	seen  map[string]string // "role moment" → what the page says
}

// moments are when the pages are looked at: h1 was asked, has promised to come, and it is over.
func moments() []string { return []string{"asked", "promised", "closed"} }

func (h *matrixHouse) openPages() *pages {
	return &pages{h: h, seen: map[string]string{},
		links: map[registry.RoleID]string{pageFamily: h.carrier.linkOf("k1"), pageHelper: h.carrier.linkOf("h1")}}
}

func (p *pages) look(moment string) {
	p.h.t.Helper()
	for role, link := range p.links {
		w := p.h.direct("GET", link, "", "")
		if over := moment == "closed"; over != (w.Code == 404) || !over && w.Code != 200 {
			p.h.t.Errorf("%s, %s: %d; a link ends with its alert", role, moment, w.Code)
		}
		p.seen[string(role)+" "+moment] = html.UnescapeString(w.Body.String())
	}
}

// told is a record about which a page may say something.
type told struct {
	name   string
	of     reflect.Type
	record map[string]any
}

// text tells which fields of the elder, of another contact and of a helper a page shows, and compares that with the page's role.
func (p *pages) text(reference map[string]map[string]any) string {
	p.h.t.Helper()
	var out strings.Builder
	fmt.Fprint(&out, "\n\nPAGES without a log-in: what they show of the elder, the other contacts, and the helper who comes.\n")
	about := []told{
		{"elder", reflect.TypeFor[registry.Elder](), reference["elder "+inClosed]},
		{"contact", reflect.TypeFor[registry.Contact](), map[string]any{"name": "王强", "phones": []any{"+8619900001002"}, "note": "夜班"}},
		{"helper", reflect.TypeFor[registry.Helper](), map[string]any{"name": "李强", "phones": []any{"+8619900002000"}}},
	}
	for _, role := range []registry.RoleID{pageFamily, pageHelper} {
		for _, moment := range moments() {
			var names []string
			for _, a := range about {
				names = append(names, p.namesOf(role, moment, a)...)
			}
			fmt.Fprintf(&out, "%-12s %-9s %s\n", role, moment, strings.Join(names, " "))
		}
	}
	return out.String()
}

// namesOf lists the fields of a record that a page shows at a moment.
func (p *pages) namesOf(role registry.RoleID, moment string, a told) []string {
	p.h.t.Helper()
	s := registry.Always
	if moment == "promised" {
		s |= registry.AfterAccept
	}
	var names []string
	for _, f := range p.h.fieldsOf(a.of) {
		if !p.shows(role, moment, f.path, a.record) {
			continue
		}
		names = append(names, a.name+"."+f.path)
		if registry.BuiltInRights(role).Of(f.of, s)&registry.MaySee == 0 {
			p.h.t.Errorf("%s shows %s.%s when %s, and the role does not", role, a.name, f.path, moment)
		}
	}
	return names
}

// shows tells whether a page says what stands in a field.
func (p *pages) shows(role registry.RoleID, moment, path string, record map[string]any) bool {
	if !slices.Contains([]string{"name", "birth_date", "id_number", "phones", "dialect", "address", "illnesses", "medicines", "allergies", "mobility",
		"access", "notes", "note", "safety_plan.reason", "custom.pension", "custom.ward"}, path) {
		return false // codes and times, of which a page may have the like for another reason
	}
	for _, v := range valuesAt(record, path) {
		text := fmt.Sprint(v)
		if path == "mobility" {
			text = words.T(words.Zh, "mobility."+text, nil)
		}
		if strings.Contains(p.seen[string(role)+" "+moment], text) {
			return true
		}
	}
	return false
}
