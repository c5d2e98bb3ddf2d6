package tiles

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"anling/geo/osm"

	"github.com/google/go-cmp/cmp"
)

// tagsOf reads "highway=primary name=…", where ~ stands for a space.
func tagsOf(text string) (tags osm.Tags) {
	for part := range strings.FieldsSeq(text) {
		k, v, _ := strings.Cut(part, "=")
		tags = append(tags, osm.Tag{Key: k, Value: strings.ReplaceAll(v, "~", " ")})
	}
	return tags
}

// told writes looks as "layer from: key=value …", a point of an area with a dot.
func told(looks []look) (out []string) {
	for _, l := range looks {
		var props []string
		for _, a := range l.attrs {
			if !slices.Contains([]string{"sort_rank", "min_zoom", "shield_text", "shield_text_length", "population", "sort_key"}, a.key) {
				props = append(props, fmt.Sprint(a.key, "=", a.value))
			}
		}
		dot := ""
		if l.point {
			dot = "."
		}
		out = append(out, fmt.Sprintf("%s%s %d: %s", l.layer, dot, l.from, strings.Join(props, " ")))
	}
	return out
}

func TestHowLinesShow(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string][]string{
		"highway=motorway ref=G42;G2 name=沪蓉高速 name:en=G42":                 {"roads 5: kind=highway kind_detail=motorway ref=G42 name=沪蓉高速 script=Han name:en=G42"},
		"highway=motorway_link oneway=yes bridge=viaduct":                   {"roads 11: kind=highway kind_detail=motorway is_link=true is_bridge=true oneway=yes"},
		"highway=residential name=牛桥弄 tunnel=yes":                           {"roads 12: kind=minor_road kind_detail=residential is_tunnel=true name=牛桥弄 script=Han"},
		"highway=footway tunnel=building_passage bridge=no":                 {"roads 14: kind=path kind_detail=footway"},
		"highway=steps junction=roundabout":                                 {"roads 14: kind=path kind_detail=steps oneway=yes"},
		"highway=proposed":                                                  nil,
		"highway=bus_stop":                                                  nil,
		"railway=subway name=Linie~1":                                       {"roads 12: kind=rail kind_detail=subway name=Linie 1"},
		"railway=rail service=yard tunnel=yes":                              {"roads 13: kind=rail kind_detail=rail is_tunnel=true"},
		"railway=abandoned":                                                 nil,
		"route=ferry":                                                       {"roads 9: kind=ferry"},
		"aeroway=runway":                                                    {"roads 10: kind=aeroway kind_detail=runway"},
		"man_made=pier":                                                     {"roads 13: kind=path kind_detail=pier"},
		"waterway=river name=黄浦江 name:en=Huangpu":                           {"water 9: kind=river name=黄浦江 script=Han name:en=Huangpu"},
		"waterway=stream intermittent=yes":                                  {"water 13: kind=stream intermittent=true"},
		"waterway=stream tunnel=culvert":                                    nil,
		"boundary=administrative admin_level=4":                             {"boundaries 5: kind=region kind_detail=4"},
		"boundary=administrative admin_level=10":                            nil,
		"boundary=administrative admin_level=2 maritime=yes":                nil,
		"boundary=administrative admin_level=2 natural=coastline":           nil,
		"boundary=administrative admin_level=6 disputed=yes waterway=river": {"water 9: kind=river", "boundaries 8: kind=county kind_detail=6 disputed=true"},
		"barrier=wall":                                                      nil,
	} {
		if d := cmp.Diff(want, told(lineLooks(tagsOf(tags), 0))); d != "" {
			t.Errorf("%s: %s", tags, d)
		}
	}
	if got := told(lineLooks(tagsOf("boundary=administrative admin_level=6"), 4)); got[0] != "boundaries 5: kind=region kind_detail=4" {
		t.Errorf("the border of a county that is one of a province, too: %v", got)
	}
}

func TestHowAreasShow(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string][]string{
		"building=yes": {"buildings 13: kind=building"},
		"building=no":  nil,
		"building=apartments building:levels=28 addr:housenumber=12 addr:street=黄陂北路": {"buildings 13: kind=building height=84", "buildings. 15: kind=address addr_housenumber=12 addr_street=黄陂北路"},
		"building=yes height=12.4~m min_height=3":                                     {"buildings 13: kind=building height=12 min_height=3"},
		"building=yes height=tall building:levels=-3":                                 {"buildings 13: kind=building"},
		"building:part=yes": {"buildings 13: kind=building_part"},
		"building=hospital amenity=hospital name=瑞金医院": {"buildings 13: kind=building", "pois. 12: name=瑞金医院 script=Han kind=hospital"},
		"amenity=hospital name=Spital":                 {"landuse 11: kind=hospital", "pois. 12: name=Spital kind=hospital"},
		"natural=water water=lake name=西湖":             {"water 0: kind=lake", "water. 10: name=西湖 script=Han kind=lake"},
		"natural=water water=river name=Rhein":         {"water 0: kind=river"},
		"natural=water":                                {"water 0: kind=lake"},
		"landuse=reservoir intermittent=yes":           {"water 0: kind=lake reservoir=true intermittent=true"},
		"leisure=swimming_pool":                        {"water 14: kind=swimming_pool"},
		"waterway=riverbank":                           {"water 0: kind=river"},
		"landuse=basin name=塘":                         {"water 0: kind=basin", "water. 10: name=塘 script=Han kind=lake"},
		"landuse=forest":                               {"landuse 6: kind=forest"},
		"leisure=park landuse=grass name=人民公园":         {"landuse 8: kind=park", "pois. 14: name=人民公园 script=Han kind=park"},
		"highway=pedestrian area=yes":                  {"landuse 13: kind=pedestrian"},
		"place=island name=Insel":                      {"earth. 10: name=Insel kind=island"},
		"place=town name=Ort":                          nil,
		"landuse=garages":                              {"landuse 13: kind=other"},
		"boundary=administrative admin_level=6":        nil,
	} {
		if d := cmp.Diff(want, told(areaLooks(tagsOf(tags), 3e7))); d != "" {
			t.Errorf("%s: %s", tags, d)
		}
	}
}

func TestWhatIsAnArea(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string]bool{
		"highway=footway": false, "highway=pedestrian area=yes": true, "landuse=forest": true, "landuse=forest area=no": false, "railway=rail": false,
		"railway=platform": true, "barrier=fence": false, "barrier=fence landuse=allotments": true, "junction=roundabout highway=primary": false,
	} {
		if got := isArea(tagsOf(tags)); got != want {
			t.Errorf("%s: %v", tags, got)
		}
	}
}

func TestHowPointsShow(t *testing.T) {
	t.Parallel()
	for tags, want := range map[string][]string{
		"place=city name=上海市 name:en=Shanghai name:zh=上海市 population=24~870~895 capital=4": {"places 5: name=上海市 script=Han name:en=Shanghai kind=locality kind_detail=city population_rank=14"},
		"place=town name=Vaduz capital=yes name:zh=瓦杜兹":                                    {"places 6: name=Vaduz name:zh-Hans=瓦杜兹 kind=locality kind_detail=town population_rank=5 capital=yes"},
		"place=suburb name=静安区 name:zh-Hant=靜安區 population=no":                             {"places 11: name=静安区 script=Han name:zh-Hant=靜安區 kind=neighbourhood kind_detail=suburb population_rank=6"},
		"place=village":                     nil,
		"place=islet name=Riff":             {"earth 15: name=Riff kind=island"},
		"place=islet":                       nil,
		"amenity=pharmacy":                  {"pois 14: kind=pharmacy"},
		"emergency=defibrillator":           {"pois 15: kind=defibrillator"},
		"highway=bus_stop name=人民广场":        {"pois 15: name=人民广场 script=Han kind=bus_stop"},
		"natural=tree":                      nil,
		"addr:housenumber=7":                {"buildings 15: kind=address addr_housenumber=7"},
		"addr:housenumber=33,~ground~floor": nil,
	} {
		if d := cmp.Diff(want, told(pointLooks(tagsOf(tags)))); d != "" {
			t.Errorf("%s: %s", tags, d)
		}
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Landstrasse 5": "", "延安高架路": "Han", "T2航站楼": "Han", "渋谷スクランブル": "Mixed-Japanese", "서울": "Hangul", "Москва": "Cyrillic", "": "", "བོད": "Tibetan",
	} {
		if got := scriptOf(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if got := told([]look{{}}); len(got) != 1 {
		t.Error(got)
	}
	for tags, want := range map[string]string{
		"name:zh=拉萨 name:en=Lhasa": "name=拉萨 script=Han name:en=Lhasa", "name:de=Rhein": "", "name=Rhein int_name=Rhine": "name=Rhein name:en=Rhine",
	} {
		var l look
		l.addNames(0, tagsOf(tags))
		if got := told([]look{l})[0]; got != "earth 0: "+want {
			t.Errorf("%s: %s", tags, got)
		}
	}
}

// At low zooms a road has fewer properties, so that more of them are alike.
func TestPropertiesComeWithTheZoom(t *testing.T) {
	t.Parallel()
	l, _ := roadLook(tagsOf("highway=primary name=北京路 oneway=yes bridge=yes"))
	last := -1
	for z := l.from; z <= maxZoom; z++ {
		n := len(l.at(z))
		if l.changes(z) != (n != last) && z > l.from {
			t.Errorf("zoom %d: %d bytes after %d", z, n, last)
		}
		last = n
	}
	if low, high := len(l.at(7)), len(l.at(15)); low >= high {
		t.Errorf("%d bytes at zoom 7, %d at 15", low, high)
	}
}

// Every property that a look may have is told in the metadata, or map programs do not know it.
func TestTheMetadataTellsAllProperties(t *testing.T) {
	t.Parallel()
	known := map[string]map[string]string{}
	for _, l := range vectorLayers() {
		known[l.ID] = l.Fields
	}
	everything := tagsOf("highway=primary_link bridge=yes oneway=yes ref=S1 name=延安路 name:en=Yan name:zh-Hant=延 name:zh-Hans=安 building=yes height=9 min_height=3 addr:housenumber=1 addr:street=b " +
		"natural=water water=reservoir intermittent=yes boundary=administrative admin_level=4 disputed=yes place=city capital=yes population=5 amenity=hospital tunnel=yes")
	looks := slices.Concat(lineLooks(everything, 0), areaLooks(everything, 1e9), pointLooks(everything))
	if len(looks) < 8 {
		t.Fatalf("only %d looks", len(looks))
	}
	for _, l := range looks {
		for _, a := range l.attrs {
			if known[l.layer.String()][a.key] == "" {
				t.Errorf("layer %s does not tell of %s", l.layer, a.key)
			}
		}
	}
}
