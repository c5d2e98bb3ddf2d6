package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"anling/registry"
)

// lapse is one thing that the service did not keep, or did twice.
type lapse struct{ press, what string }

// audit asks the service for every press that it acknowledged: the signal is in its device's list exactly once,
// its alert is there, and stands for the press exactly once.
func (st *stage) audit(ctx context.Context) ([]lapse, error) {
	a := &auditor{st: st, signals: map[registry.DeviceID]map[string]int{}, marks: map[string]map[string]int{}}
	var acked []*press
	alertIDs, deviceIDs := map[string]bool{}, map[registry.DeviceID]bool{}
	for _, p := range st.ledger.presses {
		if p.acked.IsZero() {
			continue
		}
		acked = append(acked, p)
		deviceIDs[p.device.ID] = true
		if p.answer.Alert != nil {
			alertIDs[*p.answer.Alert] = true
		}
	}
	bar := st.bar(len(deviceIDs)+len(alertIDs), "checking")
	defer st.finishBar(bar)
	err := inParallel(ctx, keysOf(deviceIDs), func(ctx context.Context, id registry.DeviceID) error {
		defer st.tick(bar)
		return a.readDevice(ctx, id)
	})
	if err != nil {
		return nil, firstOf(err)
	}
	err = inParallel(ctx, keysOf(alertIDs), func(ctx context.Context, id string) error {
		defer st.tick(bar)
		return a.readAlert(ctx, id)
	})
	if err != nil {
		return nil, firstOf(err)
	}
	var out []lapse
	for _, p := range acked {
		for _, what := range a.check(p) {
			out = append(out, lapse{p.signal.ID, what})
		}
	}
	return out, nil
}

func keysOf[K ~string](m map[K]bool) []K {
	out := make([]K, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// auditor is what the service says at the end.
type auditor struct {
	st      *stage
	mu      sync.Mutex
	signals map[registry.DeviceID]map[string]int // how often each signal stands in its device's list
	marks   map[string]map[string]int            // by alert: how often it tells of each signal; nil when it is not there
}

func (a *auditor) readDevice(ctx context.Context, id registry.DeviceID) error {
	seen := map[string]int{}
	next := ""
	for {
		var page struct {
			Items []struct {
				ID string `json:"id"`
			} `json:"items"`
			Next *string `json:"next"`
		}
		path := "/v1/devices/" + url.PathEscape(string(id)) + "/signals?limit=500&cursor=" + url.QueryEscape(next)
		if err := a.st.api.do(ctx, http.MethodGet, path, nil, &page); err != nil {
			return err
		}
		for _, it := range page.Items {
			seen[it.ID]++
		}
		if page.Next == nil {
			break
		}
		next = *page.Next
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.signals[id] = seen
	return nil
}

func (a *auditor) readAlert(ctx context.Context, id string) error {
	var page struct {
		Items []struct {
			Type string `json:"type"`
			Data struct {
				Signal string `json:"signal"`
				Raised *struct {
					Signal string `json:"signal"`
				} `json:"raised"`
			} `json:"data"`
		} `json:"items"`
	}
	err := a.st.api.do(ctx, http.MethodGet, "/v1/alerts/"+url.PathEscape(id)+"/events", nil, &page)
	if statusOf(err) == http.StatusNotFound {
		return nil // check finds that it is missing
	}
	if err != nil {
		return err
	}
	told := map[string]int{}
	for _, e := range page.Items {
		switch {
		case e.Type == "pressed_again":
			told[e.Data.Signal]++
		case e.Type == "raised" && e.Data.Raised != nil:
			told[e.Data.Raised.Signal]++
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.marks[id] = told
	return nil
}

// check says what is wrong with one acknowledged press.
func (a *auditor) check(p *press) []string {
	var out []string
	if n := a.signals[p.device.ID][p.answer.Signal]; n == 0 {
		out = append(out, "lost: the signal is not in its device's list")
	} else if n > 1 {
		out = append(out, fmt.Sprintf("doubled: the signal is in its device's list %d times", n))
	}
	if p.other != nil && (p.other.Signal != p.answer.Signal || alertOf(*p.other) != alertOf(p.answer)) {
		out = append(out, "doubled: the two paths of one press got two answers")
	}
	if p.answer.Alert == nil {
		return append(out, "lost: it was acknowledged without an alert")
	}
	told, there := a.marks[*p.answer.Alert]
	switch n := told[p.answer.Signal]; {
	case !there:
		out = append(out, "lost: its alert is not there")
	case n == 0:
		out = append(out, "lost: its alert does not tell of it")
	case n > 1:
		out = append(out, fmt.Sprintf("doubled: its alert tells of it %d times", n))
	}
	return out
}

// percentiles are those of a list of durations.
type percentiles struct {
	n                  int
	p50, p90, p99, max time.Duration
}

func percentilesOf(all []time.Duration) percentiles {
	if len(all) == 0 {
		return percentiles{}
	}
	slices.Sort(all)
	at := func(q float64) time.Duration { return all[min(len(all)-1, int(q*float64(len(all))))] }
	return percentiles{n: len(all), p50: at(0.50), p90: at(0.90), p99: at(0.99), max: all[len(all)-1]}
}

// report tells what happened, on standard output.
func (st *stage) report(lapses []lapse) {
	c := st.ledger.count()
	out := st.e.Stdout
	say(out, "presses      %d sent, %d acknowledged, %d refused, %d without answer; %d needed more than one try\n",
		c.sent, c.acknowledged, c.refused, c.unanswered, c.retried)
	var answered, visible []time.Duration
	raisedBy := map[string]bool{}
	alertsOf := map[string]bool{}
	for _, p := range st.ledger.presses {
		if p.acked.IsZero() {
			continue
		}
		answered = append(answered, p.acked.Sub(p.due))
		id := alertOf(p.answer)
		alertsOf[id] = true
		if at, ok := st.watch.at(id); ok && at.After(p.due) && !raisedBy[id] {
			raisedBy[id] = true
			visible = append(visible, at.Sub(p.due))
		}
	}
	say(out, "alerts       %d, of which %d were seen live on the stream\n", len(alertsOf), len(visible))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	say(table, "latency\tn\tp50\tp90\tp99\tmax\t\n")
	row := func(name string, d []time.Duration) {
		p := percentilesOf(d)
		say(table, "%s\t%d\t%s\t%s\t%s\t%s\t\n", name, p.n, short(p.p50), short(p.p90), short(p.p99), short(p.max))
	}
	row("press → 202", answered)
	row("press → visible", visible)
	if err := table.Flush(); err != nil {
		return // whoever asked has gone
	}
	say(out, "other        %d heartbeats and positions taken, %d refused for the moment; %d commands done, %d refused\n",
		st.ledger.noise, st.ledger.shed, st.ledger.deeds, st.ledger.refused)
	for text, n := range st.ledger.errs {
		say(out, "             %d × %s\n", n, text)
	}
	if len(lapses) == 0 {
		say(out, "kept         every acknowledged press is there, and none twice\n")
		return
	}
	for i, l := range lapses {
		if i == 20 {
			say(out, "             … and %d more\n", len(lapses)-i)
			break
		}
		say(out, "BROKEN       press %s: %s\n", l.press, l.what)
	}
}

func short(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}
