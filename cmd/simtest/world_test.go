package simtest

import (
	"container/heap"
	"context"
	"fmt"
	"hash"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"time"

	"anling/alerts"
)

// Bounds of a story.
const (
	storyLength = 15 * time.Minute
	longStory   = 4 * time.Hour // with the call-back
	maxSteps    = 4000
	enough      = 300    // events, after which a story that goes round and round is left
	maxRounds   = 300    // of nodes that keep each other busy at one moment
	days        = 20_000 // after so many seeds the days come again
)

// world is one story: a town, a seed, and everything that happens because of it.
type world struct {
	*town
	seed   int
	rng    *rand.Rand
	start  time.Time
	end    time.Time
	enough int64         // events after which it ends anyway
	now    time.Time     // true time
	wrong  time.Duration // what the machine's clock is ahead

	healthySince time.Time     // since when a node lives and the database answers; zero: not now
	healthy      time.Duration // machine time that went by in health

	queue queue
	order int

	nodes    []*node   // that take part; the second one in some stories only
	refusing time.Time // until when the database refuses everything
	full     time.Time // until when its disk is full
	learned  bool      // nodes remember a plan that is gone when the story ends
	lid      bool      // the console of somebody has fallen silent
	weather  weather
	people   map[string]*human
	desk     []*operator
	unsure   map[string]alerts.AlertID // notes, by their keys, of which nobody knows whether they were taken

	touched bool // a node has done something since it was looked at last

	ledger ledger
	view   view
	broken []violation

	lines   []string
	hash    hash.Hash64
	secrets []string          // that only those may learn who come
	names   map[string]string // of ids that chance made, by when they were first told of
	counts  map[string]int
}

// happening is something that will happen.
type happening struct {
	at   time.Time
	n    int // among those of the same moment
	what string
	do   func()
}

type queue []happening

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if !q[i].at.Equal(q[j].at) {
		return q[i].at.Before(q[j].at)
	}
	return q[i].n < q[j].n
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push is for container/heap only.
func (q *queue) Push(x any) { *q = append(*q, x.(happening)) }

// Pop is for container/heap only.
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// play tells the story of a seed from its beginning to its end.
func (tn *town) play(seed int) *world {
	w := &world{town: tn, seed: seed, rng: rand.New(rand.NewPCG(uint64(seed), 20260101)), hash: fnv.New64a(),
		names: map[string]string{}, unsure: map[string]alerts.AlertID{}, counts: map[string]int{}, people: map[string]*human{}}
	// Each story has a day of its own, so that nothing that was remembered of an earlier one is fresh.
	w.start = built.AddDate(0, 0, 10+2*(seed%days)).Add(time.Duration(w.rng.IntN(24*60)) * time.Minute)
	w.now, w.end, w.enough = w.start, w.start.Add(storyLength), enough
	if w.chance(12) {
		w.enough = 2 * enough
		w.end = w.start.Add(longStory)
	}
	tn.clock.Set(w.now)
	tn.clear()
	w.begin()
	w.plot()
	w.loop()
	w.finish()
	return w
}

// begin puts everybody in their place.
func (w *world) begin() {
	for _, n := range w.town.nodes {
		n.w = nil
		if n.dead || n.busy || w.start.Before(w.played) {
			w.must(n.build(context.Background()))
		}
		n.dead, n.failing, n.stalled, n.wake, n.fate, n.statements, n.seen, n.awake, n.wrote = false, false, time.Time{}, time.Time{}, fateless, 0, never, true, true
	}
	w.town.played, w.town.disk = w.start, disk{}
	w.nodes = w.town.nodes[:1]
	if w.chance(30) {
		w.nodes = w.town.nodes[:2]
	}
	for i := range w.homes {
		w.secrets = append(w.secrets, doorCode(i+1), fmt.Sprintf("Elder%d", i+1), fmt.Sprintf("house %d9", i+1))
	}
	w.view.begin(w)
	w.ledger.begin()
	w.weather = w.drawWeather()
	w.meetPeople()
	for _, n := range w.nodes {
		n.w = w
		n.open()
		w.placeHelpers(n)
		n.step()
	}
}

// loop lets things happen until nothing more is to be expected, or something is broken.
func (w *world) loop() {
	for range maxSteps {
		w.settle()
		w.well()
		w.checkWhen(true)
		if len(w.broken) > 0 || w.view.global > w.enough {
			return
		}
		at := w.nextMoment()
		if at.IsZero() || at.After(w.end) {
			return
		}
		w.turn(at)
		if len(w.queue) > 0 && !w.queue[0].at.After(w.now) {
			h := heap.Pop(&w.queue).(happening)
			h.do()
			w.check()
		}
	}
	w.breaks("rest", "the story does not come to its end within %d steps", maxSteps)
}

// settle lets the nodes do what is due, until nothing is. What they have done is looked at after each of their looks.
func (w *world) settle() {
	for range maxRounds {
		moved := false
		for _, i := range w.rng.Perm(len(w.nodes)) {
			n := w.nodes[i]
			if !n.curious() {
				continue
			}
			moved = n.step() || moved
			w.check()
			if !n.wrote {
				n.seen = w.view.version
			}
		}
		if !moved {
			return
		}
	}
	w.breaks("rest", "the program does not come to rest")
}

// nextMoment is when something happens next, or a node looks by itself.
func (w *world) nextMoment() time.Time {
	var at time.Time
	if len(w.queue) > 0 {
		at = w.queue[0].at
	}
	for _, n := range w.nodes {
		if !n.dead {
			at = earlier(at, n.looksAt())
		}
	}
	if !at.IsZero() && at.Before(w.now) {
		// A node that is behind its own work looks again in a moment.
		at = earlier(w.now.Add(time.Second), w.queueNext())
	}
	return at
}

func (w *world) queueNext() time.Time {
	if len(w.queue) == 0 {
		return time.Time{}
	}
	return w.queue[0].at
}

// turn lets time go by.
func (w *world) turn(at time.Time) {
	before := w.clock.Now()
	well := w.well()
	// No two things happen at the very same microsecond.
	if w.now = w.now.Add(time.Microsecond); at.After(w.now) {
		w.now = at
	}
	w.clock.Set(w.now.Add(w.wrong))
	if well {
		w.healthy += w.clock.Now().Sub(before)
	}
}

// well tells whether what is due can be done: a node lives, its senders move, the database answers.
func (w *world) well() bool {
	well := false
	for _, n := range w.nodes {
		well = well || !n.dead && !n.failing && !w.now.Before(n.stalled)
	}
	well = well && !w.now.Before(w.refusing) && !w.now.Before(w.full) && !w.now.Before(w.disk.bad)
	switch {
	case !well:
		w.healthySince = time.Time{}
	case w.healthySince.IsZero():
		w.healthySince = w.now
	}
	return well
}

// steadySince tells whether all was well for so long.
func (w *world) steadySince(d time.Duration) bool {
	return !w.healthySince.IsZero() && w.now.Sub(w.healthySince) >= d
}

// wall turns a moment by the machine's clock into a true one.
func (w *world) wall(machine time.Time) time.Time {
	if machine.IsZero() {
		return machine
	}
	return machine.Add(-w.wrong)
}

// after lets something happen a while from now.
func (w *world) after(d time.Duration, what string, do func()) {
	w.order++
	heap.Push(&w.queue, happening{at: w.now.Add(d), n: w.order, what: what, do: do})
}

// chance is true so many times in a hundred.
func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

// upTo is some time, at most so long; in whole tenths of a second.
func (w *world) upTo(d time.Duration) time.Duration {
	const grain = 100 * time.Millisecond
	return time.Duration(w.rng.Int64N(int64(max(d/grain, 1)))) * grain
}

// between is a time from a to b.
func (w *world) between(a, b time.Duration) time.Duration { return a + w.upTo(b-a) }

// someNode is a node that a caller reaches: any that is alive, else a dead one.
func (w *world) someNode() *node {
	var alive []*node
	for _, n := range w.nodes {
		if !n.dead {
			alive = append(alive, n)
		}
	}
	if len(alive) == 0 {
		return w.nodes[0]
	}
	return alive[w.rng.IntN(len(alive))]
}

// tell adds a line to the story.
func (w *world) tell(format string, args ...any) {
	since := w.now.Sub(w.start)
	line := fmt.Sprintf("%02d:%02d:%04.1f  %s", int(since.Hours()), int(since.Minutes())%60, (since % time.Minute).Seconds(), fmt.Sprintf(format, args...))
	w.lines = append(w.lines, line)
	w.hash.Write([]byte(line)) // hash.Hash never fails
}

// name gives what chance made (an id) a name by which the story tells of it.
func (w *world) name(kind, id string) string {
	if id == "" {
		return "nothing"
	}
	if known := w.names[id]; known != "" {
		return known
	}
	w.counts[kind]++
	w.names[id] = fmt.Sprintf("%s %d", kind, w.counts[kind])
	return w.names[id]
}

func (w *world) alertName(id alerts.AlertID) string { return w.name("alert", string(id)) }

// violation is an invariant that did not hold.
type violation struct {
	invariant string
	what      string
}

func (w *world) breaks(invariant, format string, args ...any) {
	v := violation{invariant, fmt.Sprintf(format, args...)}
	w.broken = append(w.broken, v)
	w.tell("BROKEN %s: %s", v.invariant, v.what)
}

// story is everything that happened.
func (w *world) story() string { return strings.Join(w.lines, "\n") }
