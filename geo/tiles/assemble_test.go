package tiles

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What is alike becomes one feature where that changes nothing that is seen.
func TestWhatIsAlikeBecomesOne(t *testing.T) {
	t.Parallel()
	type thing struct {
		layer layer
		tags  string
		kind  shapeKind
		paths [][]spot
	}
	ring := func(x int32) [][]spot { return [][]spot{{{x, 0}, {x + 5, 0}, {x + 5, 5}}} }
	var pieces []packedPiece
	for i, x := range []thing{
		{buildings, "house", areaShape, ring(0)}, {buildings, "house", areaShape, ring(10)}, {buildings, "tower", areaShape, ring(20)},
		{buildings, "number 7", pointShape, [][]spot{{{1, 1}}}}, {buildings, "number 7", pointShape, [][]spot{{{2, 2}}}}, {buildings, "number 9", pointShape, [][]spot{{{3, 3}}}},
		{roads, "street", lineShape, [][]spot{{{0, 0}, {9, 0}}}}, {roads, "lane", lineShape, [][]spot{{{9, 0}, {9, 9}}}}, {roads, "street", lineShape, [][]spot{{{9, 5}, {9, 0}}, {{50, 50}, {60, 60}}}},
		{pois, "bench", pointShape, [][]spot{{{1, 1}}}}, {pois, "bench", pointShape, [][]spot{{{2, 2}}}},
	} {
		l := look{}
		l.add("kind", x.tags)
		p := piece{order: orderOf(x.layer, 0, uint64(i)), kind: x.kind, attrs: l.at(0), paths: x.paths}
		pieces = append(pieces, packedPiece{order: p.order, data: p.append(nil)})
	}
	var a assembler
	packed, err := a.tile(pieces)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]int{} // how many paths each feature has
	for _, features := range mustDraw(t, mustUnzip(t, packed)) {
		for _, d := range features {
			got[d.props["kind"].(string)] = append(got[d.props["kind"].(string)], len(d.paths))
		}
	}
	want := map[string][]int{"house": {2}, "tower": {1}, "number 7": {1}, "number 9": {1}, "street": {2}, "lane": {1}, "bench": {1, 1}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}
