package tiles

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// The page for those who make a map tells every layer and every kind that is made.
func TestThePageTellsAllKinds(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/map.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for l := range layerCount {
		words[l.String()] = true
	}
	for _, byValue := range uses {
		for _, u := range byValue {
			words[u.kind] = true
		}
	}
	for _, byValue := range interests {
		for _, i := range byValue {
			words[i.kind] = true
		}
	}
	for _, c := range roadClasses {
		words[c.kind] = true
	}
	for _, s := range settlements {
		words[s.kind] = true
	}
	for _, tags := range []string{"natural=water", "waterway=riverbank", "landuse=basin", "leisure=swimming_pool", "amenity=fountain", "waterway=stream", "waterway=drain",
		"waterway=canal", "route=ferry", "railway=rail", "aeroway=runway", "building=yes", "building:part=yes", "addr:housenumber=1", "place=island name=I",
		"boundary=administrative admin_level=2", "boundary=administrative admin_level=4", "boundary=administrative admin_level=6", "boundary=administrative admin_level=8"} {
		for _, l := range slices.Concat(lineLooks(tagsOf(tags), 0), areaLooks(tagsOf(tags), 1)) {
			words[l.kind()] = true
		}
	}
	if len(words) < 100 {
		t.Fatalf("only %d words are looked for", len(words))
	}
	for _, w := range slices.Sorted(maps.Keys(words)) {
		if !strings.Contains(string(page), "`"+w+"`") {
			t.Errorf("docs/map.md does not tell of %s", w)
		}
	}
}

// kind is the property by which a style chooses.
func (l look) kind() string {
	i := slices.IndexFunc(l.attrs, func(a attribute) bool { return a.key == "kind" })
	return l.attrs[i].value.(string)
}
