package cover

import (
	"cmp"
	"container/heap"
	"slices"
)

// Need is what one door lacks.
type Need struct {
	Weight int64 // how much it counts; more than zero
	Open   Hours // in which nobody could be there
}

// Option is one more person whom there could be.
type Option struct {
	Hours Hours   // in which they could be asked
	Doors []int32 // at which they could be in time
	Most  int     // of how many doors at most they could take care, as the keys that one person keeps; 0: of all
}

// Choice is an option that was taken.
type Choice struct {
	Option int
	Doors  []int32 // those that gain by it
	Gain   int64   // hours of the week that nobody else covers, each with the weight of its door
	Hours  []Hours // of each of the doors: those gained
}

// Choose takes up to n options, each time the one that adds most to those taken before: hours of the week in which somebody
// could be at a door, weighted by the door. It stops when nothing is gained any more. What is gained can only shrink as others are
// taken (it is monotone and submodular), so that the sum is at least 1 − 1/e = 63 % of what the best n options together could
// gain (Nemhauser, Wolsey and Fisher 1978), and one that was looked at needs a second look only when it comes up (Minoux 1978). An option with
// a bound may be taken more than once, with other doors.
func Choose(needs []Need, options []Option, n int) []Choice {
	c := chooser{open: make([]Hours, len(needs)), needs: needs, options: options}
	for i, need := range needs {
		c.open[i] = need.Open
	}
	for i := range options {
		if gain := c.look(i).Gain; gain > 0 {
			c.queue = append(c.queue, bound{i, gain})
		}
	}
	heap.Init(&c.queue)
	var taken []Choice
	for len(taken) < n && len(c.queue) > 0 {
		best := c.look(c.queue[0].option)
		if best.Gain == c.queue[0].gain && best.Gain > 0 {
			taken = append(taken, best)
			for i, d := range best.Doors {
				c.open[d] = c.open[d].Without(best.Hours[i])
			}
			best = c.look(best.Option)
		}
		if c.queue[0].gain = best.Gain; best.Gain == 0 {
			heap.Pop(&c.queue)
		} else {
			heap.Fix(&c.queue, 0)
		}
	}
	return taken
}

// chooser is one choice while it is made.
type chooser struct {
	needs   []Need
	open    []Hours // still
	options []Option
	queue   bounds
}

// look tells what an option would gain now.
func (c *chooser) look(i int) Choice {
	o, out := c.options[i], Choice{Option: i}
	type part struct {
		door int32
		got  Hours
		gain int64
	}
	var parts []part
	for _, d := range o.Doors {
		if got := c.open[d].And(o.Hours); got != (Hours{}) {
			parts = append(parts, part{d, got, c.needs[d].Weight * int64(got.Len())})
		}
	}
	if o.Most > 0 && len(parts) > o.Most {
		slices.SortFunc(parts, func(a, b part) int { return cmp.Or(cmp.Compare(b.gain, a.gain), cmp.Compare(a.door, b.door)) })
		parts = parts[:o.Most]
	}
	for _, p := range parts {
		out.Doors, out.Hours, out.Gain = append(out.Doors, p.door), append(out.Hours, p.got), out.Gain+p.gain
	}
	return out
}

// bound is what an option gained when it was last looked at: it cannot be more now.
type bound struct {
	option int
	gain   int64
}

// bounds is a heap with the largest on top, of equals the first option.
type bounds []bound

func (b bounds) Len() int { return len(b) }
func (b bounds) Less(i, j int) bool {
	return b[i].gain > b[j].gain || b[i].gain == b[j].gain && b[i].option < b[j].option
}
func (b bounds) Swap(i, j int) { b[i], b[j] = b[j], b[i] }

// Push is for container/heap.
func (b *bounds) Push(x any) { *b = append(*b, x.(bound)) }

// Pop is for container/heap.
func (b *bounds) Pop() any {
	last := (*b)[len(*b)-1]
	*b = (*b)[:len(*b)-1]
	return last
}
