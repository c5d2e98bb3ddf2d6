package address

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"anling/geo"
)

// town is a few real streets of Shanghai, Porto, Vaduz and Helsinki at made-up places: what counts here are the names.
func town() []Entry {
	at := func(e Entry, lon, lat float64) Entry {
		e.Point = orb.Point{lon, lat}
		if e.Kind == Street {
			round := func(n float64) float64 { return math.Round(n*perDegree) / perDegree }
			e.Lines = []orb.LineString{{{round(lon - 0.002), lat}, e.Point, {round(lon + 0.002), lat}}}
		}
		return e
	}
	street := func(name string, others ...string) Entry { return Entry{Kind: Street, Name: name, Others: others} }
	huangpi := at(street("黄陂北路", "Huangpi Road North"), 121.469, 31.233)
	huangpi.Area = "黄浦区, 上海市"
	for _, h := range []struct {
		number string
		lon    float64
	}{{"201号", 121.4670}, {"227号", 121.4690}, {"227弄3号", 121.4691}, {"261", 121.4710}, {"200", 121.4671}} {
		huangpi.Houses = append(huangpi.Houses, House{Number: h.number, Point: orb.Point{h.lon, 31.2331}})
	}
	porto := at(street("Rua de São João"), -8.61, 41.14)
	porto.Area, porto.Houses = "Cedofeita, Porto", []House{{Number: "31", Point: orb.Point{-8.6101, 41.14}}}
	xian := at(Entry{Kind: Place, Name: "陕县", Spelt: []string{"shan zhou"}, Category: "place=county"}, 111.1, 34.7)
	return []Entry{
		huangpi, at(street("黄陂南路"), 121.472, 31.222), at(street("重庆北路"), 121.466, 31.231), at(street("重庆南路"), 121.467, 31.215),
		at(street("延安东路", "Yan'an Road East"), 121.480, 31.229), at(street("厦门路"), 121.479, 31.238), at(street("绿苑路"), 121.5, 31.3), at(street("女贞路"), 121.51, 31.31),
		at(Entry{Kind: POI, Name: "黄陂北路社区卫生服务中心", Category: "amenity=clinic"}, 121.4695, 31.2335),
		at(Entry{Kind: POI, Name: "人民广场", Others: []string{"People's Square"}, Category: "railway=station"}, 121.4737, 31.2304),
		at(Entry{Kind: Place, Name: "黄浦区", Category: "place=district", Area: "上海市"}, 121.484, 31.231), at(street("人民路"), 121.49, 31.226), at(street("人民路"), 121.1, 31.1),
		porto, at(street("Rua 31 de Janeiro"), -8.608, 41.146), at(street("Avenida dos Aliados"), -8.611, 41.148), at(street("Praça da Liberdade"), -8.611, 41.146),
		at(street("Rua da Santa Catarina"), -8.606, 41.15), at(street("Städtle"), 9.521, 47.139), at(street("Fürst-Franz-Josef-Strasse"), 9.523, 47.145), at(street("Mannerheimintie", "Mannerheimvägen"), 24.93, 60.18), xian,
	}
}

// square is People's Square.
func square() orb.Point { return orb.Point{121.4737, 31.2304} }

// TestFirstHit is the table of what people type and what they mean.
func TestFirstHit(t *testing.T) {
	t.Parallel()
	x := New(town())
	for _, c := range []struct {
		text  string
		name  string
		match Match
		exact Exact
	}{
		{"hpbl", "黄陂北路", Exactly, AtStreet},
		{"HPBL", "黄陂北路", Exactly, AtStreet},
		{"huangpibeilu", "黄陂北路", Exactly, AtStreet},
		{"huang pi bei lu", "黄陂北路", Exactly, AtStreet},
		{"huang pi bei lu 227", "黄陂北路", Exactly, AtHouse},
		{"hpbl227", "黄陂北路", Exactly, AtHouse},
		{"hpbl 227号", "黄陂北路", Exactly, AtHouse},
		{"huangpibei", "黄陂北路", Prefix, AtStreet},
		{"黄陂北路", "黄陂北路", Exactly, AtStreet},
		{"黄陂北", "黄陂北路", Prefix, AtStreet},
		{"陂北路", "黄陂北路", Infix, AtStreet},
		{"beilu", "黄陂北路", Infix, AtStreet},
		{"黄陂北路 227号", "黄陂北路", Exactly, AtHouse},
		{"黄陂北路２２７号", "黄陂北路", Exactly, AtHouse},
		{"黄陂北路227弄3号502室", "黄陂北路", Exactly, AtHouse},
		{"上海市黄浦区黄陂北路227弄3号502室", "黄陂北路", Exactly, AtHouse},
		{"黄浦区, 黄陂北路 227弄3号", "黄陂北路", Exactly, AtHouse},
		{"黄陂北路227弄5号", "黄陂北路", Exactly, Interpolated},
		{"黄陂北路231号", "黄陂北路", Exactly, Interpolated},
		{"黄陂北路 900号", "黄陂北路", Exactly, AtStreet},
		{"huangpobeilu", "黄陂北路", Similar, AtStreet},
		{"haungpibeilu", "黄陂北路", Similar, AtStreet},
		{"huangpibeliu 227", "黄陂北路", Similar, AtHouse},
		{"黄坡北路", "黄陂北路", Similar, AtStreet},
		{"黄皮北路", "黄陂北路", Sound, AtStreet},
		{"黄皮北路227号", "黄陂北路", Sound, AtHouse},
		{"黄陂此路", "黄陂北路", Similar, AtStreet},
		{"人民路", "人民路", Exactly, AtStreet},
		{"Huangpi Road North", "黄陂北路", Exactly, AtStreet},
		{"huangpi rd north", "黄陂北路", Words, AtStreet},
		{"227 Huangpi Road North", "黄陂北路", Exactly, AtHouse},
		{"north huangpi", "黄陂北路", Words, AtStreet},
		{"yanan road east", "延安东路", Exactly, AtStreet},
		{"chongqingbeilu", "重庆北路", Exactly, AtStreet},
		{"cqnl", "重庆南路", Exactly, AtStreet},
		{"xiamenlu", "厦门路", Exactly, AtStreet},
		{"lvyuanlu", "绿苑路", Exactly, AtStreet},
		{"luyuanlu", "绿苑路", Exactly, AtStreet},
		{"lüyuanlu", "绿苑路", Exactly, AtStreet},
		{"卫生服务", "黄陂北路社区卫生服务中心", Infix, AtPOI},
		{"peoples square", "人民广场", Exactly, AtPOI},
		{"shanzhou", "陕县", Exactly, AtPlace},
		{"sao joao", "Rua de São João", Infix, AtStreet},
		{"rua de sao joao 31", "Rua de São João", Exactly, AtHouse},
		{"Rua de S. João, 31, Porto", "Rua de São João", Words, AtHouse},
		{"sao joao porto", "Rua de São João", Words, AtStreet},
		{"Rua 31", "Rua 31 de Janeiro", Prefix, AtStreet},
		{"rua 31 de janeiro 7", "Rua 31 de Janeiro", Exactly, AtStreet},
		{"av aliados", "Avenida dos Aliados", Words, AtStreet},
		{"Pça Liberdade", "Praça da Liberdade", Words, AtStreet},
		{"sta catarina", "Rua da Santa Catarina", Words, AtStreet},
		{"stadtle", "Städtle", Exactly, AtStreet},
		{"staedtle", "Städtle", Exactly, AtStreet},
		{"fürst franz josef str.", "Fürst-Franz-Josef-Strasse", Prefix, AtStreet},
		{"Fuerst-Franz-Josef-Straße 12", "Fürst-Franz-Josef-Strasse", Exactly, AtStreet},
		{"mannerhiemintie", "Mannerheimintie", Similar, AtStreet},
		{"mannerheimvagen", "Mannerheimintie", Exactly, AtStreet},
	} {
		hits := x.Search(Query{Text: c.text, Near: new(square()), Limit: 5})
		if len(hits) == 0 {
			t.Errorf("%s: found nothing, want %s", c.text, c.name)
			continue
		}
		if h := hits[0]; h.Name != c.name || h.Match != c.match || h.Exact != c.exact {
			t.Errorf("%s: got %s, %s, %s; want %s, %s, %s", c.text, h.Name, h.Match, h.Exact, c.name, c.match, c.exact)
		}
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	x := New(town())
	for text, want := range map[string]string{
		"黄陂北路227":            "上海市黄浦区黄陂北路227号",
		"黄陂北路227弄3号502室":     "上海市黄浦区黄陂北路227弄3号502室",
		"hpbl 227 502":       "上海市黄浦区黄陂北路227号502",
		"rua de sao joao 31": "Rua de São João 31, Cedofeita, Porto",
		"人民广场":               "人民广场",
	} {
		hits := x.Search(Query{Text: text, Limit: 1})
		if len(hits) != 1 || hits[0].Label != want {
			t.Errorf("%s: got %+v, want %s", text, hits, want)
		}
	}
}

func TestNothing(t *testing.T) {
	t.Parallel()
	x := New(town())
	for _, text := range []string{"", " ", "…", "227", "qqqqqq", "\xff\xfe", strings.Repeat("路", 300)} {
		if hits := x.Search(Query{Text: text, Near: new(square())}); len(hits) != 0 {
			t.Errorf("%q: found %v", text, hits)
		}
	}
	if hits := New(nil).Search(Query{Text: "hpbl"}); len(hits) != 0 {
		t.Errorf("an empty index found %v", hits)
	}
}

// TestOrder holds what the comment of Search promises about the order of hits.
func TestOrder(t *testing.T) {
	t.Parallel()
	x := New(town())
	hits := x.Search(Query{Text: "人民", Near: new(square()), Limit: 10})
	var names []string
	for _, h := range hits {
		names = append(names, h.Name)
	}
	if want := []string{"人民广场", "人民路", "人民路"}; !slices.Equal(names, want) {
		t.Fatalf("got %v, want %v", names, want)
	}
	if hits[1].Distance >= hits[2].Distance || hits[1].Distance > 2000 {
		t.Errorf("the nearer does not come first: %v, %v", hits[1].Distance, hits[2].Distance)
	}
	best := slices.Index(matches(), hits[0].Match)
	for _, h := range x.Search(Query{Text: "huangpi", Near: new(square()), Limit: 20}) {
		if at := slices.Index(matches(), h.Match); at < best {
			t.Errorf("%s (%s) stands behind a worse match", h.Name, h.Match)
		} else {
			best = at
		}
	}
}

func matches() []Match { return []Match{Exactly, Prefix, Infix, Words, Sound, Similar} }

func TestCheck(t *testing.T) {
	t.Parallel()
	x := New(town())
	for _, c := range []struct {
		text  string
		at    orb.Point
		known bool
		far   bool
	}{
		{"黄陂北路227号502室", orb.Point{121.4690, 31.2332}, true, false},
		{"黄陂北路227号502室", orb.Point{121.4690, 31.2360}, true, true},
		{"黄陂南路5号", orb.Point{121.472, 31.2255}, true, false}, // 390 m from a street is no reason
		{"黄陂南路5号", orb.Point{121.472, 31.2285}, true, true},
		{"人民路5号", orb.Point{121.1, 31.1}, true, false}, // the one there is meant
		{"杨家村3组12号", square(), false, false},
		{"黄浦区", square(), false, false}, // a district is no address
		{"", square(), false, false},
	} {
		g, known := x.Check(c.text, c.at)
		if known != c.known || g.Far != c.far {
			t.Errorf("%s at %v: got %+v, %t; want far %t, known %t", c.text, c.at, g, known, c.far, c.known)
		}
	}
}

func TestReverse(t *testing.T) {
	t.Parallel()
	x := New(town())
	h := x.Reverse(orb.Point{121.4690, 31.2332})
	if h.Street == nil || h.Street.Name != "黄陂北路" || h.House == nil || h.House.Number != "227号" || h.Label != "上海市黄浦区黄陂北路227号" || h.Area != "黄浦区, 上海市" {
		t.Errorf("got %+v", h)
	}
	if d := h.Street.Distance; d < 20 || d > 24 {
		t.Errorf("the street is %v m away, want 22 m from its line", d)
	}
	if p := h.POI; p == nil || p.Name != "黄陂北路社区卫生服务中心" {
		t.Errorf("the clinic is not there: %+v", p)
	}
	far := x.Reverse(orb.Point{0, 0})
	if far.Street != nil || far.House != nil || far.POI != nil || far.Place != nil || far.Label != "" {
		t.Errorf("something is in the middle of the ocean: %+v", far)
	}
	if none := x.Reverse(orb.Point{0, 91}); none.Label != "" {
		t.Errorf("something is at no place on earth: %+v", none)
	}
}

func TestDistanceIsToTheLine(t *testing.T) {
	t.Parallel()
	lines := []orb.LineString{{{8.0, 47.0}, {8.1, 47.0}}}
	p, d := nearestOn(lines, orb.Point{8.05, 47.001})
	if want := geo.Distance(orb.Point{8.05, 47.001}, orb.Point{8.05, 47.0}); d < want-0.5 || d > want+0.5 || p[0] < 8.0499 || p[0] > 8.0501 {
		t.Errorf("got %v, %v; want %v", p, d, want)
	}
}
