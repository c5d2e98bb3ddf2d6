package road

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/osm"
	"anling/internal/fault"
)

// Options says what Build makes a road file of.
type Options struct {
	OSM     string // path of the .osm.pbf
	Out     string // path of the road file; what is there is replaced when the new one is whole
	Country string // ISO 3166-1 alpha-2; empty when it is not known
	// Progress is told how many bytes were read of how many that will be; nil: nobody.
	Progress func(done, total int64)
}

// Report says what Build has found.
type Report struct {
	Ways, Segments, Crossings, Turns, Barriers int
	Usable                                     [3]int // segments that are joined to the rest, on foot, by bicycle, by car
	MissingNodes                               int    // of ways that go beyond the extract
	TurnsLeftOut                               int    // forbidden turns that name a way of several parts, or one that is not there
	Bytes                                      int64
}

// Build makes a road file of OpenStreetMap data. It reads the file twice: for the ways, and then for the places of their nodes.
// A broken file is refused as Invalid and leaves what is there untouched.
func Build(ctx context.Context, o Options) (Report, error) {
	b := building{profile: newProfile(o.Country), labels: map[string]uint32{"": 0}}
	b.sheet = &sheet{Labels: []string{""}, Shapes: []uint32{0}, About: About{
		Source: filepath.Base(o.OSM), Attribution: "© OpenStreetMap contributors", Country: o.Country,
	}}
	progress := func(half int64) func(done, total int64) {
		return func(done, total int64) {
			if o.Progress != nil {
				o.Progress(half*total+done, 2*total)
			}
		}
	}
	if err := osm.ReadFile(ctx, o.OSM, osm.Handler{Way: b.way, Relation: b.relation}, progress(0)); err != nil {
		return Report{}, err
	}
	if len(b.ways) == 0 {
		return Report{}, fault.New(fault.Invalid, "%s holds no roads", filepath.Base(o.OSM))
	}
	b.count()
	if err := osm.ReadFile(ctx, o.OSM, osm.Handler{Node: b.node}, progress(1)); err != nil {
		return Report{}, err
	}
	return b.finish(o.Out)
}

// building is a sheet while it is made.
type building struct {
	profile
	*sheet
	ways    []roadWay
	refs    []int64 // the nodes of all ways
	forbids []forbidden
	nodes   []roadNode // those that ways go along, by their ids
	labels  map[string]uint32
	parts   map[int64][]uint32  // the segments of the ways that a forbidden turn names
	exits   map[uint32][]uint32 // directed segments by the crossing that they leave; made when first asked for
	report  Report
}

type roadWay struct {
	id       int64
	from, to int // in refs
	name     uint32
	travelled
}

type roadNode struct {
	id       int64
	point    orb.Point
	there    bool // in the extract
	cut      bool // ways end or meet here
	stops    [modes]bool
	delay    [modes]float64
	arms     [ranks]uint8 // of roads for cars, by their rank
	crossing uint32
}

// forbidden is a relation that forbids turns.
type forbidden struct {
	from, to, via int64
	only          bool // all turns but this one
	modes         [modes]bool
}

func (b *building) way(w osm.Way) error {
	t, ok := b.profile.way(w.Tags)
	if !ok || len(w.Nodes) < 2 {
		return nil
	}
	name := w.Tags.Get("name")
	if name == "" {
		name = w.Tags.Get("ref")
	}
	at, known := b.labels[name]
	if !known {
		at = uint32(len(b.Labels))
		b.labels[name], b.Labels = at, append(b.Labels, name)
	}
	b.ways = append(b.ways, roadWay{id: w.ID, from: len(b.refs), to: len(b.refs) + len(w.Nodes), name: at, travelled: t})
	b.refs = append(b.refs, w.Nodes...)
	return nil
}

// relation keeps the turns that are forbidden at a node (restriction=* of OpenStreetMap). One by way of other ways is counted
// and left out: its exits are far apart, and who is led through it is told nothing false but how to turn.
func (b *building) relation(r osm.Relation) error {
	kind := restrictionOf(r.Tags)
	if kind == "" {
		return nil
	}
	f := forbidden{only: len(kind) > 5 && kind[:5] == "only_", modes: [modes]bool{bike: true, car: true}}
	if !f.only && (len(kind) < 3 || kind[:3] != "no_") {
		return nil
	}
	if r.Tags.Get("restriction") == "" {
		f.modes[bike] = false
	}
	for _, e := range splitList(r.Tags.Get("except")) {
		f.modes[bike] = f.modes[bike] && e != "bicycle"
		f.modes[car] = f.modes[car] && e != "motorcar" && e != "motor_vehicle"
	}
	whole := true
	for _, m := range r.Members {
		switch {
		case m.Role == "from" && m.Type == osm.KindWay && f.from == 0:
			f.from = m.Ref
		case m.Role == "to" && m.Type == osm.KindWay && f.to == 0:
			f.to = m.Ref
		case m.Role == "via" && m.Type == osm.KindNode && f.via == 0:
			f.via = m.Ref
		case m.Role == "from" || m.Role == "to" || m.Role == "via":
			whole = false
		}
	}
	if !whole || f.from == 0 || f.to == 0 || f.via == 0 {
		b.report.TurnsLeftOut++
		return nil
	}
	b.forbids = append(b.forbids, f)
	return nil
}

// count lists the nodes of all ways and finds those where ways end or meet.
func (b *building) count() {
	ids := slices.Clone(b.refs)
	slices.Sort(ids)
	for i := 0; i < len(ids); {
		n := roadNode{id: ids[i]}
		from := i
		for i < len(ids) && ids[i] == n.id {
			i++
		}
		n.cut = i-from > 1
		b.nodes = append(b.nodes, n)
	}
	for _, w := range b.ways {
		b.find(b.refs[w.from]).cut, b.find(b.refs[w.to-1]).cut = true, true
		b.meet(w)
	}
	for _, f := range b.forbids {
		if n := b.find(f.via); n != nil {
			n.cut = true
		}
	}
}

// meet counts how many roads for cars meet at each node of a way.
func (b *building) meet(w roadWay) {
	if w.speed[car] == [directions]float64{} {
		return
	}
	rank := rankOf(w.class)
	for i := w.from; i < w.to; i++ {
		n := b.find(b.refs[i])
		arms := uint8(2)
		if i == w.from || i == w.to-1 {
			arms = 1
		}
		n.arms[rank] = min(n.arms[rank]+arms, 100)
	}
}

func (b *building) find(id int64) *roadNode {
	i, ok := slices.BinarySearchFunc(b.nodes, id, func(n roadNode, id int64) int { return cmp.Compare(n.id, id) })
	if !ok {
		return nil
	}
	return &b.nodes[i]
}

func (b *building) node(n osm.Node) error {
	at := b.find(n.ID)
	if at == nil {
		return nil
	}
	if !geo.Valid(n.Point) {
		return fault.New(fault.Invalid, "node %d is no place on earth", n.ID)
	}
	at.point, at.there = n.Point, true
	if len(n.Tags) > 0 {
		at.stops, at.delay = barrier(n.Tags), delays(n.Tags)
		at.cut = at.cut || at.stops != [modes]bool{}
	}
	return nil
}

// finish cuts the ways into segments and writes the file.
func (b *building) finish(out string) (Report, error) {
	b.number()
	b.parts = map[int64][]uint32{}
	for _, f := range b.forbids {
		b.parts[f.from], b.parts[f.to] = nil, nil
	}
	for _, w := range b.ways {
		b.cutWay(w)
	}
	for _, f := range b.forbids {
		b.forbid(f)
	}
	b.noses()
	b.bound()
	if err := b.check(); err != nil {
		return Report{}, err
	}
	if b.segments() == 0 {
		return Report{}, fault.New(fault.Invalid, "%s holds roads, but the places of their nodes are not in it", b.About.Source)
	}
	size := newMap(b.sheet).Size()
	b.report.Ways, b.report.Segments, b.report.Crossings = len(b.ways), b.segments(), int(b.Crossings)
	b.report.Turns, b.report.Barriers, b.report.Usable = len(b.Bans), len(b.Blocks), size.Usable
	n, err := write(out, b.sheet)
	b.report.Bytes = n
	return b.report, err
}

// number gives the crossings their numbers, near ones near each other, so that a search stays in one part of the memory.
func (b *building) number() {
	var cuts []*roadNode
	for i := range b.nodes {
		if n := &b.nodes[i]; n.there && n.cut {
			cuts = append(cuts, n)
		} else if !n.there {
			b.report.MissingNodes++
		}
	}
	slices.SortFunc(cuts, func(a, c *roadNode) int {
		return cmp.Or(cmp.Compare(morton(a.point), morton(c.point)), cmp.Compare(a.id, c.id))
	})
	for i, n := range cuts {
		n.crossing = uint32(i)
		for m, stops := range n.stops {
			if stops {
				b.Blocks = append(b.Blocks, block{Mode: uint8(m), Crossing: uint32(i)})
			}
		}
	}
	b.Crossings = uint32(len(cuts))
}

// morton interleaves the bits of a place (Morton 1966).
func morton(p orb.Point) uint64 {
	return spread(uint32((p.Lon()+180)/360*(1<<31))) | spread(uint32((p.Lat()+90)/180*(1<<31)))<<1
}

func spread(v uint32) uint64 {
	x := uint64(v)
	x = (x | x<<16) & 0x0000FFFF0000FFFF
	x = (x | x<<8) & 0x00FF00FF00FF00FF
	x = (x | x<<4) & 0x0F0F0F0F0F0F0F0F
	x = (x | x<<2) & 0x3333333333333333
	return (x | x<<1) & 0x5555555555555555
}
