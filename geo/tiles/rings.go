package tiles

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// chain is a row of nodes, of one way or of several that were joined.
type chain []int64

func (c chain) closed() bool { return len(c) > 3 && c[0] == c[len(c)-1] }

// chained joins ways at the nodes that they share. Closed ones come first; rest are those that do not close,
// because the extract has not all of them. Ways of coasts are only joined in their direction.
func chained(ways []chain, directed bool) (rings, rest []chain) {
	at := map[int64][]int{} // the ways that begin or end at a node
	used := make([]bool, len(ways))
	for i, w := range ways {
		if len(w) < 2 || w.closed() {
			used[i] = true
			if w.closed() {
				rings = append(rings, w)
			}
			continue
		}
		at[w[0]] = append(at[w[0]], i)
		if !directed {
			at[w[len(w)-1]] = append(at[w[len(w)-1]], i)
		}
	}
	c := chainer{ways: ways, at: at, used: used, directed: directed}
	for _, i := range c.starts() {
		if used[i] {
			continue
		}
		if got := c.follow(i); got.closed() {
			rings = append(rings, got)
		} else if len(got) > 1 {
			rest = append(rest, got)
		}
	}
	return rings, rest
}

type chainer struct {
	ways     []chain
	at       map[int64][]int
	used     []bool
	directed bool
}

// starts gives the ways in the order in which chains may begin: those first that no other leads to.
func (c *chainer) starts() []int {
	ends := map[int64]int{}
	for i, w := range c.ways {
		if c.used[i] {
			continue
		}
		ends[w[len(w)-1]]++
		if !c.directed {
			ends[w[0]]++
		}
	}
	alone := func(i int) bool {
		n := ends[c.ways[i][0]]
		return n == 0 || !c.directed && n == 1
	}
	var first, others []int
	for i, w := range c.ways {
		switch {
		case c.used[i] || len(w) == 0:
		case alone(i):
			first = append(first, i)
		default:
			others = append(others, i)
		}
	}
	return append(first, others...)
}

func (c *chainer) follow(i int) chain {
	c.used[i] = true
	got := slices.Clone(c.ways[i])
	for !got.closed() {
		tail := got[len(got)-1]
		next := slices.IndexFunc(c.at[tail], func(k int) bool { return !c.used[k] })
		if next < 0 {
			return got
		}
		k := c.at[tail][next]
		c.used[k] = true
		w := c.ways[k]
		if w[0] != tail {
			w = slices.Clone(w)
			slices.Reverse(w)
		}
		got = append(got, w[1:]...)
	}
	return got
}

// nested makes areas of rings: one that lies within an odd number of others is a hole of the smallest of
// them. The roles that mappers give are wrong too often to be asked; but where parts of an area are missing,
// holes are those rings that are nothing else: an island is not drawn as water because the shore is not there.
func nested(rings, holes []orb.Ring) []orb.Polygon {
	all := make([]nest, 0, len(rings)+len(holes))
	for i, r := range slices.Concat(rings, holes) {
		if len(r) >= 4 && area(r) != 0 {
			all = append(all, nest{ring: r, box: r.Bound(), size: math.Abs(area(r)), hole: i >= len(rings)})
		}
	}
	slices.SortStableFunc(all, func(a, b nest) int { return cmp.Compare(b.size, a.size) })
	var out []orb.Polygon
	for i := range all {
		all[i].within(all[:i])
		switch n := &all[i]; {
		case n.depth%2 == 0 && n.hole:
			n.polygon = nothing
		case n.depth%2 == 0:
			n.polygon = len(out)
			out = append(out, orb.Polygon{wound(n.ring, true)})
		default:
			n.polygon = all[n.parent].polygon
			if n.polygon != nothing {
				out[n.polygon] = append(out[n.polygon], wound(n.ring, false))
			}
		}
	}
	return out
}

// nest is a ring among others.
type nest struct {
	ring    orb.Ring
	box     orb.Bound
	size    float64
	depth   int // how many rings it lies within
	parent  int // the smallest of them
	polygon int // that it is part of
	hole    bool
}

const nothing = -1 // the polygon of a hole in nothing

// within looks which of the larger rings a ring lies in.
func (n *nest) within(larger []nest) {
	for k := range larger {
		if o := &larger[k]; o.box.Contains(n.box.Min) && o.box.Contains(n.box.Max) && inside(n.ring, o.ring) {
			n.depth++
			n.parent = k
		}
	}
}

// wound gives a ring clockwise on the map, or the other way round.
func wound(r orb.Ring, clockwise bool) orb.Ring {
	if area(r) > 0 != clockwise {
		r = slices.Clone(r)
		slices.Reverse(r)
	}
	return r
}

// inside tells whether a ring lies in a larger one that it does not cross. Rings may touch, so several
// places of it are asked and most of them decide.
func inside(r, larger orb.Ring) bool {
	const asked = 7
	in, n := 0, min(asked, len(r)-1)
	for k := range n {
		i := k * (len(r) - 1) / n
		middle := orb.Point{(r[i][0] + r[i+1][0]) / 2, (r[i][1] + r[i+1][1]) / 2}
		if contains(larger, middle) {
			in++
		}
	}
	return 2*in > n
}

// contains tells whether a place lies in a closed ring.
func contains(r orb.Ring, p orb.Point) bool {
	in := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			in = !in
		}
	}
	return in
}

// middle is a place well within an area: where its name goes. It lies halfway along the longest stretch of the
// area on the line through its centre.
func middle(p orb.Polygon) orb.Point {
	box := p[0].Bound()
	y := box.Center()[1]
	var xs []float64
	for _, r := range p {
		for i := 1; i < len(r); i++ {
			a, b := r[i-1], r[i]
			if (a[1] > y) != (b[1] > y) {
				xs = append(xs, a[0]+(y-a[1])/(b[1]-a[1])*(b[0]-a[0]))
			}
		}
	}
	slices.Sort(xs)
	best, at := 0.0, box.Center()
	for i := 0; i+1 < len(xs); i += 2 {
		if w := xs[i+1] - xs[i]; w > best {
			best, at = w, orb.Point{(xs[i] + xs[i+1]) / 2, y}
		}
	}
	return at
}
