package devices

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anling/alerts"
	"anling/registry"
)

// town makes peers for the table below, all heard a minute ago at noon, with a beat of five minutes.
type town struct {
	now time.Time
	all []peer
}

// add puts n devices of n people into the town.
func (w *town) add(n int, p peer, change ...func(*peer)) *town {
	for range n {
		q := p
		i := len(w.all)
		q.id, q.elder = registry.DeviceID(fmt.Sprintf("d%05d", i)), registry.ElderID(fmt.Sprintf("e%05d", i))
		q.beat = Beat(5 * time.Minute)
		if q.centre == "" {
			q.centre = "c1"
		}
		q.seen = w.now.Add(-time.Minute)
		for _, f := range change {
			f(&q)
		}
		q.missing = w.now.Sub(q.seen)
		w.all = append(w.all, q)
	}
	return w
}

func (w *town) silent(d time.Duration) func(*peer) {
	return func(p *peer) { p.seen = w.now.Add(-d) }
}

// gone is a device that is lost and waits.
func (w *town) gone(p *peer) {
	p.seen, p.gathered = w.now.Add(-16*time.Minute), true
}

// overdue was hit with those that are gone, a moment before its report.
func (w *town) overdue(p *peer) { p.seen = w.now.Add(-12 * time.Minute) }

// daily reports once a day, and was heard this morning.
func (w *town) daily(p *peer) {
	p.beat, p.seen = Beat(24*time.Hour), w.now.Add(-4*time.Hour)
}

// lostTogether is a town, the outages that are open in it, and those that are to be found.
type lostTogether struct {
	name string
	town func(w *town)
	open []alerts.Cause
	want string
}

func lostTogetherCases() []lostTogether {
	mqtt := peer{protocol: "mqtt"}
	sim := func(carrier, area string) peer { return peer{protocol: "gt06", carrier: carrier, area: area} }
	return []lostTogether{
		{"nothing", func(w *town) { w.add(50, mqtt) }, nil, ""},
		{"3 of 3,000", func(w *town) { w.add(2997, mqtt).add(3, mqtt, w.gone) }, nil, ""},
		{"3 of 3", func(w *town) { w.add(3, mqtt, w.gone) }, nil, ""},
		{"20 of 3,000 at random", func(w *town) { w.add(2980, mqtt).add(20, mqtt, w.gone) }, nil, ""},
		{"a village of 5 where 4 went", func(w *town) {
			w.add(2000, sim("46000", "310101001001")).add(1, sim("46001", "310102003004")).add(4, sim("46001", "310102003004"), w.gone)
		}, nil, "carrier 46001: 4"},
		{"100 of 3,000", func(w *town) { w.add(2900, mqtt).add(100, mqtt, w.gone) }, nil, "gateway mqtt: 100"},
		{"a dead gateway is one outage, not one for each street", func(w *town) {
			for i := range 20 {
				w.add(10, peer{protocol: "mqtt", area: fmt.Sprintf("3101010%02d001", i)}, w.gone)
			}
			w.add(400, sim("46000", "310101001001"))
		}, nil, "gateway mqtt: 200"},
		{"a dead carrier among two", func(w *town) {
			w.add(300, sim("46000", "310101001001"), w.gone).add(300, sim("46001", "310101001001"))
		}, nil, "carrier 46000: 300"},
		{"a street, and one flat battery elsewhere", func(w *town) {
			w.add(60, sim("46000", "310101005001"), w.gone).add(1, sim("46000", "310101006001"), w.gone).add(1500, sim("46000", "310101006001"))
		}, nil, "area 310101005: 60"},
		{"two streets of two districts", func(w *town) {
			w.add(12, sim("46000", "310101005001"), w.gone).add(12, sim("46000", "310205006001"), w.gone).
				add(400, sim("46000", "310101007001")).add(400, sim("46000", "310205007001"))
		}, nil, "area 310101005: 12; area 310205006: 12"},
		{"two are lost and three are overdue since", func(w *town) {
			w.add(2, mqtt, w.gone).add(3, mqtt, w.overdue)
		}, nil, "gateway mqtt: 2"},
		{"who reports once a day proves nothing", func(w *town) {
			w.add(5, mqtt, w.gone).add(500, mqtt, w.daily)
		}, nil, "gateway mqtt: 5"},
		{"who was lost long ago does not hide who is lost now", func(w *town) {
			w.add(1, mqtt, w.gone, func(p *peer) { p.seen, p.beat = w.now.Add(-75*time.Hour), Beat(24*time.Hour) })
			w.add(5, mqtt, w.gone).add(2, mqtt)
		}, nil, "gateway mqtt: 6"},
		{"several devices of one person", func(w *town) {
			w.add(6, mqtt, w.gone, func(p *peer) { p.elder = "one" })
		}, nil, ""},
		{"two of another centre", func(w *town) {
			w.add(2, mqtt, w.gone).add(2, peer{protocol: "mqtt", centre: "c2"}, w.gone)
		}, nil, ""},
		{"one more, of an open outage", func(w *town) { w.add(1, mqtt, w.gone).add(500, mqtt) },
			[]alerts.Cause{{Centre: "c1", By: alerts.ByGateway, Value: "mqtt"}}, "gateway mqtt: 1"},
		{"two have become tasks already, and two more went", func(w *town) {
			w.add(2, mqtt, w.silent(20*time.Minute), func(p *peer) { p.lost = true }).add(2, mqtt, w.gone)
		}, nil, "gateway mqtt: 2 and 2 tasks"},
	}
}

func TestWhatIsLostTogether(t *testing.T) {
	t.Parallel()
	for _, c := range lostTogetherCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := &town{now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}
			c.town(w)
			open := map[alerts.Cause]bool{}
			for _, o := range c.open {
				open[o] = true
			}
			var got []string
			var all []registry.DeviceID
			for _, o := range outages(w.all, open) {
				line := fmt.Sprintf("%s %s: %d", o.cause.By, o.cause.Value, len(o.lost))
				if len(o.tasks) > 0 {
					line += fmt.Sprintf(" and %d tasks", len(o.tasks))
				}
				got, all = append(got, line), append(append(all, o.lost...), o.tasks...)
			}
			slices.Sort(got)
			if got := strings.Join(got, "; "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			slices.Sort(all)
			if once := slices.Compact(slices.Clone(all)); len(once) < len(all) {
				t.Errorf("%d devices are in two outages", len(all)-len(once))
			}
		})
	}
}

// BenchmarkOutages is a look at a centre of 100 000 devices, all of which are gone.
func BenchmarkOutages(b *testing.B) {
	w := &town{now: time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)}
	for i := range 1000 {
		w.add(100, peer{protocol: "mqtt", carrier: "46000", area: fmt.Sprintf("3101%02d%03d001", i%20, i)}, w.gone)
	}
	for b.Loop() {
		if n := len(outages(w.all, nil)); n != 1 {
			b.Fatalf("%d outages, want one", n)
		}
	}
}
