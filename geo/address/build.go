package address

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/osm"
)

// Options say of what Build makes a file of places, and where.
type Options struct {
	OSM        string     // path of the .osm.pbf
	Areas      string     // path of a GeoJSON file of areas (geo.ReadAreas); may be empty
	AreaSystem geo.System // of the coordinates in it, unless it says so itself; wgs84 when empty
	Addresses  string     // path of a CSV file of addresses (ReadAddresses); may be empty
	System     geo.System // of the coordinates in it, unless a row says so itself; wgs84 when empty
	Out        string     // path of the file of places; what is there is replaced when the new one is whole
	// Progress is told how many bytes were read of how many that will be; nil: nobody.
	Progress func(done, total int64)
}

// Report says what Build has found.
type Report struct {
	Streets      int // after ways of one name were joined
	Ways         int // named ways of which they were made
	Houses       int
	Estimated    int // houses on lines of which only the ends are known; part of Houses
	OnlyByHouses int // streets that are known only by their houses; part of Streets
	POIs         int
	Places       int
	Areas        int // with a polygon
	OpenAreas    int // whose edge is not whole in the extract
	MissingNodes int // of ways that go beyond the extract
	Rows         int // of the list of addresses, that were taken in
	Defects      []Defect
	Bytes        int64
}

// Defect is something in a list of addresses or areas that was left out, and why.
type Defect struct {
	File   string // its path
	Where  string // "line 12", "feature 3 (610402)"
	Reason string
}

// Build makes a file of places of OpenStreetMap data and, where given, lists of one's own. It reads the extract twice: for the relations, and
// then for everything else. What is wrong in a list is told in the report and hinders nothing else; a broken extract is refused as Invalid
// and leaves what is there untouched.
func Build(ctx context.Context, o Options) (Report, error) {
	b := newBuilding()
	if err := b.readExtract(ctx, o); err != nil {
		return b.report, err
	}
	b.areas = b.boundaries()
	if err := b.readAreas(o); err != nil {
		return b.report, err
	}
	b.joinStreets()
	b.addHouses()
	if err := b.readAddresses(o); err != nil {
		return b.report, err
	}
	entries := b.finish()
	if err := ctx.Err(); err != nil {
		return b.report, context.Cause(ctx)
	}
	var err error
	b.report.Bytes, err = WriteFile(o.Out, entries)
	return b.report, err
}

// building is a file of places in the making.
type building struct {
	report Report
	nodes  osm.Places
	entry  []Entry  // points of interest and places
	ways   []way    // named highways and squares
	doors  []doorAt // numbered houses

	wanted     map[int64]bool    // ways that relations are made of
	edges      map[int64][]int64 // their nodes
	boundary   []osm.Relation    // administrative
	shapes     []osm.Relation    // other relations with a name or a number
	doorNodes  map[int64]doorAt
	lines      []interpolation
	streets    []Entry
	byName     map[string][]int // folded name → streets
	areas      []namedArea
	streetWays []osm.Way
	closed     []osm.Way // buildings and grounds with a name or a number
}

// doorAt is a house number before its street is found.
type doorAt struct {
	street, number, area string
	point                orb.Point
	estimated            bool
}

func newBuilding() *building {
	return &building{wanted: map[int64]bool{}, edges: map[int64][]int64{}, doorNodes: map[int64]doorAt{}, byName: map[string][]int{}}
}

// readExtract reads an extract: which ways relations need, then nodes and ways. Ways are looked at when all nodes are there, so it
// does not matter in which order a file has them.
func (b *building) readExtract(ctx context.Context, o Options) error {
	tell := func(part int64) func(done, total int64) {
		return func(done, total int64) {
			if o.Progress != nil {
				o.Progress(done+part*total, 2*total)
			}
		}
	}
	if err := osm.ReadFile(ctx, o.OSM, osm.Handler{Relation: b.takeRelation}, tell(0)); err != nil {
		return fmt.Errorf("read the relations of %s: %w", o.OSM, err)
	}
	if err := osm.ReadFile(ctx, o.OSM, osm.Handler{Node: b.takeNode, Way: b.takeWay}, tell(1)); err != nil {
		return fmt.Errorf("read %s: %w", o.OSM, err)
	}
	b.settle()
	return nil
}

// settle works out where everything is that was read.
func (b *building) settle() {
	for _, w := range b.streetWays {
		b.addStreetWay(w)
	}
	for _, w := range b.closed {
		if at, ok := b.middleOfNodes(w.Nodes); ok {
			b.addTagged(w.Tags, at)
		}
	}
	for _, r := range b.shapes {
		if at, ok := b.middleOfRelation(r); ok {
			b.addTagged(r.Tags, at)
		}
	}
	b.addInterpolations()
	b.streetWays, b.closed, b.shapes = nil, nil, nil
}

func (b *building) takeRelation(r osm.Relation) error {
	switch kind := r.Tags.Get("type"); {
	case r.Tags.Get("boundary") == "administrative" && r.Tags.Has("name"):
		b.boundary = append(b.boundary, r)
	case kind == "multipolygon" || kind == "site" || kind == "building":
		if !isTold(r.Tags) {
			return nil
		}
		b.shapes = append(b.shapes, r)
	default:
		return nil
	}
	for _, m := range r.Members {
		if m.Type == osm.KindWay {
			b.wanted[m.Ref] = true
		}
	}
	return nil
}

func (b *building) takeNode(n osm.Node) error {
	b.nodes.Add(n.ID, n.Point)
	if len(n.Tags) == 0 {
		return nil
	}
	b.addTagged(n.Tags, n.Point)
	if d, ok := doorOf(n.Tags, n.Point); ok {
		b.doorNodes[n.ID] = d
	}
	return nil
}

func (b *building) takeWay(w osm.Way) error {
	if b.wanted[w.ID] {
		b.edges[w.ID] = w.Nodes
	}
	switch {
	case len(w.Nodes) < 2:
	case isStreet(w.Tags):
		b.streetWays = append(b.streetWays, w)
	case w.Tags.Has("addr:interpolation"):
		b.lines = append(b.lines, interpolation{w.Nodes, w.Tags.Get("addr:interpolation")})
	case isTold(w.Tags):
		b.closed = append(b.closed, w)
	}
	return nil
}

// addTagged takes in what a node, a building or a ground is by its tags: a point of interest, a place, a house, or all of that.
func (b *building) addTagged(tags osm.Tags, at orb.Point) {
	if d, ok := doorOf(tags, at); ok {
		for number := range strings.FieldsFuncSeq(d.number, func(r rune) bool { return r == ';' || r == ',' }) {
			one := d
			one.number = strings.TrimSpace(number)
			b.doors = append(b.doors, one)
		}
	}
	kind, category, ok := kindOf(tags)
	if !ok {
		return
	}
	e := Entry{Kind: kind, Category: category, Name: nameOf(tags), Others: otherNames(tags), Spelt: pinyinOf(tags), Point: at, Area: cityOf(tags)}
	b.entry = append(b.entry, e)
}

func (b *building) addStreetWay(w osm.Way) {
	var line orb.LineString
	for _, id := range w.Nodes {
		p, ok := b.nodes.At(id)
		if !ok {
			b.report.MissingNodes++
			continue
		}
		line = append(line, p)
	}
	if len(line) < 2 {
		return
	}
	b.report.Ways++
	b.ways = append(b.ways, way{nodes: w.Nodes, line: simplified(line), tags: w.Tags})
}

// middleOfNodes is the middle of a ground: good enough for a house.
func (b *building) middleOfNodes(ids []int64) (orb.Point, bool) {
	var all orb.MultiPoint
	for _, id := range ids {
		if p, ok := b.nodes.At(id); ok {
			all = append(all, p)
		}
	}
	if len(all) == 0 {
		return orb.Point{}, false
	}
	return all.Bound().Center(), true
}

func (b *building) middleOfRelation(r osm.Relation) (orb.Point, bool) {
	var ids []int64
	for _, m := range r.Members {
		if m.Type == osm.KindWay && m.Role != "inner" {
			ids = append(ids, b.edges[m.Ref]...)
		}
	}
	return b.middleOfNodes(ids)
}

// finish puts everything together in an order that does not depend on that of the file.
func (b *building) finish() []Entry {
	all := append(b.streets, mergeStops(b.entry)...)
	all = append(all, b.areaEntries()...)
	for i := range all {
		e := &all[i]
		b.report.Houses += len(e.Houses)
		for _, h := range e.Houses {
			b.report.Estimated += estimate(h)
		}
		switch e.Kind {
		case Street:
			b.report.Streets++
		case POI:
			b.report.POIs++
		case Place:
			b.report.Places++
		}
		b.locate(e)
	}
	slices.SortStableFunc(all, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(kindRank(a.Kind), kindRank(b.Kind)), strings.Compare(a.Name, b.Name), strings.Compare(a.Category, b.Category),
			cmp.Compare(a.Point[0], b.Point[0]), cmp.Compare(a.Point[1], b.Point[1]))
	})
	return all
}

// locate says in which areas an entry lies, and its houses, and where it goes besides.
func (b *building) locate(e *Entry) {
	if area, code := areaOf(b.areas, *e, e.Point); area != "" {
		e.Area, e.Code = area, code
	}
	if e.Kind != Street || len(b.areas) == 0 {
		return
	}
	for i := range e.Houses {
		if area, _ := areaOf(b.areas, *e, e.Houses[i].Point); area != e.Area {
			e.Houses[i].Area = area
		}
	}
	var through []string
	own := strings.Split(e.Area, ", ")
	for _, line := range e.Lines {
		for _, p := range []orb.Point{line[0], line[len(line)/2], line[len(line)-1]} { // a way seldom crosses an area
			through = append(through, b.besides(e, p, append(own, through...))...)
		}
	}
	e.Through = strings.Join(through, ", ")
}

// besides gives the areas in which a point of a street lies, but for those that are known.
func (b *building) besides(e *Entry, p orb.Point, known []string) []string {
	area, _ := areaOf(b.areas, *e, p)
	return slices.DeleteFunc(strings.Split(area, ", "), func(name string) bool { return name == "" || slices.Contains(known, name) })
}

// sameStop is how near two points of interest of one name and kind are when they are one: the platforms of a stop.
const sameStop geo.Metres = 150

// mergeStops leaves one of those that are one.
func mergeStops(all []Entry) []Entry {
	type name struct{ category, name string }
	kept, out := map[name][]orb.Point{}, all[:0]
	for _, e := range all {
		n := name{e.Category, e.Name}
		if slices.ContainsFunc(kept[n], func(p orb.Point) bool { return geo.Distance(p, e.Point) <= sameStop }) {
			continue
		}
		kept[n] = append(kept[n], e.Point)
		out = append(out, e)
	}
	return out
}
