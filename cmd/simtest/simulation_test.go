package simtest

import (
	"context"
	"database/sql/driver"
	"flag"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var (
	oneSeed  = flag.Int("seed", 0, "play this seed alone and tell its story")
	seeds    = flag.Int("seeds", 40, "how many seeds are played")
	fromSeed = flag.Int("from", 1, "the first of them")
	first    = flag.Bool("first", false, "end with the first story that breaks an invariant")

	allMutations = flag.Bool("mutations", false, "show of every invariant that it can fail, not only of some")
	update       = flag.Bool("update", false, "write docs/invariants.md anew")
)

// TestSimulation plays stories and holds each against every invariant.
func TestSimulation(t *testing.T) {
	if *oneSeed != 0 {
		synctest.Test(t, func(t *testing.T) {
			w := newTown(t).play(*oneSeed)
			t.Logf("the story of seed %d (%x):\n%s", w.seed, w.hash.Sum64(), w.story())
			for _, b := range w.broken {
				t.Errorf("%s: %s", b.invariant, b.what)
			}
		})
		return
	}
	defer debug.SetGCPercent(debug.SetGCPercent(1600)) // memory is at hand, and each story leaves much behind
	var sum tally
	began := time.Now()
	workers := runtime.GOMAXPROCS(0)
	t.Run("stories", func(t *testing.T) {
		for i := range workers {
			t.Run(fmt.Sprint(i+1), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { playMany(t, &sum, i, workers) })
			})
		}
	})
	took := time.Since(began)
	t.Logf("%d stories, %s of virtual time, %d steps, %d requests, %d deaths in %s: %.0f stories a second", sum.stories, sum.virtual.Round(time.Hour),
		sum.events, sum.requests, sum.deaths, took.Round(time.Millisecond), float64(sum.stories)/took.Seconds())
}

// tally counts what the workers did.
type tally struct {
	mu                        sync.Mutex
	stories, events, requests int
	deaths                    int
	virtual                   time.Duration
	broken                    int
}

// playMany plays every so-manieth seed. The town is the same for all of them.
func playMany(t *testing.T, sum *tally, worker, workers int) {
	tn := newTown(t)
	for seed := *fromSeed + worker; seed < *fromSeed+*seeds; seed += workers {
		w := tn.play(seed)
		sum.add(w)
		if len(w.broken) == 0 {
			continue
		}
		t.Error(w.complaint())
		if sum.tooMany() {
			break
		}
	}
}

func (s *tally) add(w *world) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stories++
	s.virtual += w.now.Sub(w.start)
	s.events += int(w.view.global)
	s.requests += len(w.ledger.requests)
	s.deaths += w.counts["death"]
}

// tooMany says so after a handful of broken stories: the first ones tell enough.
func (s *tally) tooMany() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken++
	return *first || s.broken > 10
}

// complaint is what a maintainer reads first: what broke, how it came about, and how to see all of it.
func (w *world) complaint() string {
	var b strings.Builder
	for _, v := range w.broken {
		fmt.Fprintf(&b, "invariant %s failed: %s\n", v.invariant, v.what)
	}
	last := w.lines[max(0, len(w.lines)-25):]
	fmt.Fprintf(&b, "seed %d; its last lines:\n%s\nthe whole story: go test ./cmd/simtest -run TestSimulation -seed %d -v", w.seed,
		strings.Join(last, "\n"), w.seed)
	return b.String()
}

// TestASeedRepeatsItself plays some seeds twice, in other company each time.
func TestASeedRepeatsItself(t *testing.T) {
	t.Parallel()
	const seeds = 12
	var told [2]map[int][]string
	for round := range told {
		told[round] = map[int][]string{}
		synctest.Test(t, func(t *testing.T) {
			tn := newTown(t)
			for seed := 1 + 3*round; seed <= seeds; seed += 1 + round {
				told[round][seed] = tn.play(seed).lines
			}
		})
	}
	for seed, again := range told[1] {
		for i, line := range told[0][seed] {
			if i >= len(again) || again[i] != line {
				t.Errorf("seed %d gave another story, from its line %d on:\n%s\n%s", seed, i+1, line, again[min(i, len(again)-1)])
				break
			}
		}
	}
}

// finish looks at what is looked at only once.
func (w *world) finish() {
	if !w.full.IsZero() {
		w.emptyDisk()
	}
	busy := len(w.broken) > 0
	for _, m := range w.view.messages {
		busy = busy || m.pending && m.leased > 0
	}
	for _, n := range w.town.nodes {
		n.busy = busy || w.learned || n.wrote
	}
	if len(w.broken) > 0 {
		return
	}
	rep, err := w.observer.Verify(context.Background())
	w.must(err)
	for _, p := range rep.Problems {
		w.breaks("whole", "%s, event %d: %s", w.alertName(p.Alert), p.Seq, p.What)
	}
	if rep.Unread > 0 {
		w.breaks("whole", "%d events cannot be opened", rep.Unread)
	}
	for _, id := range w.view.order {
		w.tell("%s ends %s", w.alertName(id), w.view.alerts[id].State)
	}
	for _, n := range w.nodes {
		n.w = nil
	}
}

// TestAStoryLeavesNothingBehind compares every table before and after some stories: a seed must be the same whatever was played before it.
func TestAStoryLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tn := newTown(t)
		before := tn.dump()
		for seed := range 12 {
			tn.play(7 * (seed + 1))
		}
		tn.clear()
		for table, rows := range tn.dump() {
			if rows != before[table] {
				t.Errorf("table %s is not what it was:\n%s\nnow:\n%s", table, before[table], rows)
			}
		}
	})
}

// dump is everything that the database holds, as text.
func (tn *town) dump() map[string]string {
	out := map[string]string{}
	for table := range tn.rows {
		var b strings.Builder
		tn.probe.each(`SELECT * FROM `+table+` ORDER BY rowid`, nil, func(row []driver.Value) { fmt.Fprintf(&b, "%v\n", row) })
		out[table] = b.String()
	}
	return out
}
