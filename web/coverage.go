package web

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"anling/alerts/coverage"
	"anling/geo"
	"anling/geo/cover"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/registry"
)

// coverageRoutes are those of who could be at whose door. They are for those who plan: places and figures, and elders for who may see elders.
func (s *Server) coverageRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/coverage", "figures.see", s.showCoverage},
		{http.MethodGet, "/v1/elders/{id}/coverage", "figures.see", s.elderCoverage},
		{http.MethodGet, "/v1/coverage/nights", "figures.see", s.listNights},
	}
}

func docsCoverage() map[string]doc {
	const tag = "geo"
	return map[string]doc{
		"GET /v1/coverage": {tag: tag, summary: "Who could be at the elders' doors in time: a GeoJSON FeatureCollection of H3 cells, and in a week of where one more helps most (greedy maximum coverage). It is reckoned in the background: while state is computing, ask again in a few seconds",
			answer: CoverageView{}, query: []param{{"minutes", "from setting out to the door: 10, 1 to 60"}, {"mode", "only by foot, bike or car"}, {"service", "only who offers it"},
				{"at", "now; week: all hours of the week; or an hour of the week, 0 (Monday after midnight) to 167"}, {"centre", "only its elders"}, {"uncovered", "how many of the elders without anybody are named: 20, at most 100"}}},
		"GET /v1/elders/{id}/coverage": {tag: tag, summary: "Who could be at one elder's door in time: now, the first three of them, and how many in each hour of the week. While state is computing, ask again in a few seconds",
			answer: ElderCoverageView{}, query: []param{{"minutes", "from setting out to the door: 10, 1 to 60"}}},
		"GET /v1/coverage/nights": {tag: tag, summary: "The report of each night on the coming week, newest first, with that of a week before", answer: page[coverage.Night]{},
			query: []param{{"limit", "how many nights at most"}, {"centre", "only its elders"}, {"format", "json (else) or csv"}}},
	}
}

// CoverageView is a GeoJSON FeatureCollection (RFC 7946) with figures beside it.
type CoverageView struct {
	Type     string     `json:"type"`  // FeatureCollection
	State    string     `json:"state"` // ready; stale: something newer is on its way; computing: there is nothing yet
	At       *time.Time `json:"at"`    // of which moment it is
	TookMS   int64      `json:"took_ms"`
	Minutes  int        `json:"minutes"`
	When     string     `json:"when"`    // now, week, or an hour of the week
	Zone     string     `json:"zone"`    // in which hours of the week are told
	Helpers  int        `json:"helpers"` // who were reckoned with
	Elders   int        `json:"elders"`
	Unplaced int        `json:"unplaced"` // of them: nobody knows where they live
	Covered  int        `json:"covered"`  // somebody could be there; in a week: in every hour
	ByFoot   int        `json:"by_foot"`  // elders at whose door somebody could be on foot; in a week: in at least one hour
	ByBike   int        `json:"by_bike"`
	ByCar    int        `json:"by_car"`
	Share    float64    `json:"share"` // of elders covered; in a week: of their hours

	Features  []CoverageFeature `json:"features"`
	Uncovered []UncoveredView   `json:"uncovered"` // elders without anybody, those who count most first; empty for who may not see elders
}

// CoverageFeature is a cell with its elders, or somebody who would help.
type CoverageFeature struct {
	Type       string             `json:"type"`     // Feature
	Geometry   *ShapeView         `json:"geometry"` // null: at no one place
	Properties CoverageProperties `json:"properties"`
}

// ShapeView is the geometry of a feature, a Polygon or a Point.
type ShapeView struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// CoverageProperties are what a feature tells.
type CoverageProperties struct {
	Kind    string  `json:"kind"` // cell, volunteer, key, provider
	Cell    string  `json:"cell"` // of H3
	Elders  int     `json:"elders"`
	Covered int     `json:"covered"`  // of a cell
	Share   float64 `json:"share"`    // of a cell: as above
	MedianS int     `json:"median_s"` // of a cell now: until the first could be there, half of the covered sooner; else 0

	Rank   int                `json:"rank"`   // of a proposal: 1 helps most, each beside those before it of its kind
	Hours  int64              `json:"hours"`  // of the week of all these elders that gain somebody
	When   coverage.When      `json:"when"`   // in which of them
	Helper registry.HelperID  `json:"helper"` // who could keep keys
	Keys   []registry.ElderID `json:"keys"`   // whose
	Zh     string             `json:"zh"`     // the reason
	En     string             `json:"en"`
}

// UncoveredView is an elder at whose door nobody could be, as the caller may see them.
type UncoveredView struct {
	Elder     registry.ElderID  `json:"elder"`
	Centre    registry.CentreID `json:"centre"`
	Name      string            `json:"name"`
	Position  *geo.Position     `json:"position"`
	OpenHours int               `json:"open_hours"` // of a week: how many, and how many of them at night
	Nights    int               `json:"nights"`
	Open      string            `json:"open"` // a sign for each hour of the week, 1: nobody could be there; "" of a moment
}

// coverageQuery is what is asked.
type coverageQuery struct {
	ask   coverage.Ask
	view  coverage.View
	when  string
	names int
}

// mostCells is how many fine cells are told; where there are more, they are coarse.
const mostCells = 4000

func (s *Server) readCoverage(r *http.Request) (c coverageQuery, err error) {
	q := query{r: r}
	c.ask = coverage.Ask{Minutes: q.limit("minutes", coverage.UsualMinutes, coverage.MostMinutes), Mode: geo.Mode(q.text("mode")), Service: q.text("service")}
	if c.ask.Mode != "" && !c.ask.Mode.Valid() {
		q.bad = append(q.bad, fault.Field{Name: "mode", Problem: "must be foot, bike or car"})
	}
	c.when, c.view.Hour = cmp.Or(q.text("at"), "now"), coverage.WholeWeek
	if c.ask.Week = c.when != "now"; c.ask.Week && c.when != "week" {
		hour, wrong := strconv.Atoi(c.when)
		if wrong != nil || hour < 0 || hour >= cover.WeekHours {
			q.bad = append(q.bad, fault.Field{Name: "at", Problem: "must be now, week, or an hour of the week from 0 to 167"})
		}
		c.view.Hour = hour
	}
	c.names = q.limit("uncovered", 20, 100)
	c.view.Scope = s.coverageScope(r, registry.CentreID(q.text("centre")))
	c.view.Fine = s.may(r.Context(), "elders.see") // a small cell is nearly an address
	return c, q.err()
}

// coverageScope is what the caller may see, or the one centre of it that they ask for. Somebody of a firm plans for nobody.
func (s *Server) coverageScope(r *http.Request, only registry.CentreID) registry.Scope {
	c := callerOf(r.Context())
	switch {
	case c.firm() != "" || only != "" && !c.scope.Has(only):
		return registry.ScopeOf()
	case only != "":
		return registry.ScopeOf(only)
	}
	return c.scope
}

// showCoverage answers GET /v1/coverage.
func (s *Server) showCoverage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.readCoverage(r)
	if err != nil {
		return err
	}
	known, coming := s.coverage.Look(c.ask)
	out := CoverageView{Type: "FeatureCollection", State: "ready", Minutes: c.ask.Minutes, When: c.when, Zone: s.coverage.Zone().String(), Features: []CoverageFeature{}, Uncovered: []UncoveredView{}}
	if coming {
		out.State = "stale"
	}
	if known == nil {
		out.State = "computing"
		return writeJSON(w, http.StatusOK, out)
	}
	picture := known.Picture(c.view)
	if len(picture.Cells) > mostCells {
		c.view.Fine = false
		picture = known.Picture(c.view)
	}
	out.fill(known, c, picture)
	if s.may(r.Context(), "elders.see") {
		for _, p := range known.Proposals(c.view.Scope) {
			out.Features = append(out.Features, viewProposal(p, c.ask.Minutes))
		}
		ranked(out.Features)
		if out.Uncovered, err = s.viewUncovered(r, picture.Uncovered[:min(len(picture.Uncovered), c.names)]); err != nil {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, out)
}

func (v *CoverageView) fill(r *coverage.Result, c coverageQuery, p coverage.Picture) {
	v.At, v.TookMS, v.Helpers = &r.At, r.Took.Milliseconds(), r.Helpers
	v.Elders, v.Unplaced, v.Covered, v.ByFoot, v.ByBike, v.ByCar = p.Elders, p.Unplaced, p.Covered, p.By[0], p.By[1], p.By[2]
	whole := c.ask.Week && c.view.Hour == coverage.WholeWeek
	v.Share = shareOf(whole, p.Covered, p.Hours, p.Elders-p.Unplaced)
	for _, cell := range p.Cells {
		v.Features = append(v.Features, CoverageFeature{Type: "Feature", Geometry: polygon(cover.Outline(cell.Cell)), Properties: CoverageProperties{
			Kind: "cell", Cell: cell.Cell.String(), Elders: cell.Elders, Covered: cell.Covered, Share: shareOf(whole, cell.Covered, cell.Hours, cell.Elders),
			MedianS: int(cell.Median.Seconds()), Keys: []registry.ElderID{}}})
	}
}

// shareOf is the part of the elders who are covered, or of a whole week the part of their hours, in thousandths.
func shareOf(whole bool, covered int, hours int64, elders int) float64 {
	if elders == 0 {
		return 0
	}
	part := float64(covered) / float64(elders)
	if whole {
		part = float64(hours) / float64(elders*cover.WeekHours)
	}
	return float64(int(part*1000)) / 1000
}

func polygon(ring orb.Ring) *ShapeView {
	parts := make([]string, len(ring))
	for i, p := range ring {
		parts[i] = lonLat(p)
	}
	return &ShapeView{Type: "Polygon", Coordinates: json.RawMessage("[[" + strings.Join(parts, ",") + "]]")}
}

// lonLat writes a place to some ten centimetres.
func lonLat(p orb.Point) string {
	return "[" + strconv.FormatFloat(p.Lon(), 'f', 6, 64) + "," + strconv.FormatFloat(p.Lat(), 'f', 6, 64) + "]"
}

func viewProposal(p coverage.Proposal, minutes int) CoverageFeature {
	f := CoverageFeature{Type: "Feature", Properties: CoverageProperties{Kind: string(p.Kind), Elders: p.Elders, Hours: p.Hours, When: p.Chiefly, Helper: p.Helper, Keys: p.Keys}}
	if p.Keys == nil {
		f.Properties.Keys = []registry.ElderID{}
		f.Properties.Cell = p.Cell.String()
		f.Geometry = &ShapeView{Type: "Point", Coordinates: json.RawMessage(lonLat(p.Point))}
	}
	say := func(lang string) string {
		vars := map[string]string{"minutes": itoa(minutes), "elders": eldersText(lang, p.Elders), "hours": itoa(p.PerElder),
			"when": words.T(lang, "coverage.when."+string(p.Chiefly), nil)}
		open := "coverage.open"
		if p.Hours == int64(p.Elders)*cover.WeekHours {
			open = "coverage.open.always"
		}
		vars["open"] = words.T(lang, open, vars)
		return words.T(lang, "coverage."+string(p.Kind), vars)
	}
	f.Properties.Zh, f.Properties.En = say(words.Zh), say(words.En)
	return f
}

func eldersText(lang string, n int) string {
	if n == 1 {
		return words.T(lang, "coverage.elder", nil)
	}
	return words.T(lang, "coverage.elders", map[string]string{"count": itoa(n)})
}

// ranked numbers the proposals of each kind.
func ranked(all []CoverageFeature) {
	n := map[string]int{}
	for i := range all {
		if p := &all[i].Properties; p.Kind != "cell" {
			n[p.Kind]++
			p.Rank = n[p.Kind]
		}
	}
}

// viewUncovered names elders as the caller may see them; who is not there any more is left out.
func (s *Server) viewUncovered(r *http.Request, all []coverage.Uncovered) ([]UncoveredView, error) {
	reg := s.registryFor(r)
	out := []UncoveredView{}
	for _, u := range all {
		e, err := reg.Elder(r.Context(), u.Elder)
		if fault.Is(err, fault.NotFound) || err == nil && (e.ArchivedAt != nil || e.Locked) {
			continue
		}
		if err != nil {
			return nil, err
		}
		shown := redact(s.viewerIn(r.Context(), e.Centre), e).Record
		v := UncoveredView{Elder: e.ID, Centre: e.Centre, Name: shown.Name, Position: shown.Position, OpenHours: u.Open.Len(), Nights: u.Open.And(cover.Nights()).Len()}
		if u.Open != (cover.Hours{}) {
			v.Open = signs(u.Open)
		}
		out = append(out, v)
	}
	return out, s.lookAtList(r, "elders", len(out))
}

func signs(h cover.Hours) string {
	out := []byte(strings.Repeat("0", cover.WeekHours))
	h.Each(func(hour int) { out[hour] = '1' })
	return string(out)
}

// listNights answers GET /v1/coverage/nights.
func (s *Server) listNights(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	limit, format := q.limit("limit", 30, 400), q.text("format")
	if format != "" && format != "json" && format != "csv" {
		q.bad = append(q.bad, fault.Field{Name: "format", Problem: "must be json or csv"})
	}
	scope := s.coverageScope(r, registry.CentreID(q.text("centre")))
	if err := q.err(); err != nil {
		return err
	}
	all, err := s.coverage.Nights(r.Context(), scope, limit)
	if err != nil {
		return err
	}
	if format != "csv" {
		return writeJSON(w, http.StatusOK, page[coverage.Night]{Items: some(all)})
	}
	asFile(w, "text/csv; charset=utf-8", "coverage.csv")
	out := csv.NewWriter(w)
	if err := out.Write([]string{"day", "minutes", "elders", "unplaced", "always", "never", "covered_percent", "change_points", "worst_hour", "worst_hour_uncovered"}); err != nil {
		return err
	}
	for _, n := range all {
		if err := out.Write(nightRow(n)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func nightRow(n coverage.Night) []string {
	change := ""
	if n.Before != nil {
		change = percent(n.Share() - n.Before.Share())
	}
	hour, open := n.Worst()
	return []string{n.Day, itoa(n.Minutes), itoa(n.Elders), itoa(n.Unplaced), itoa(n.Always), itoa(n.Never), percent(n.Share()), change, itoa(hour), itoa(open)}
}

func percent(share float64) string { return strconv.FormatFloat(100*share, 'f', 1, 64) }
