package devices

import (
	"cmp"
	"slices"
	"time"

	"anling/alerts"
	"anling/registry"
)

const (
	// gatherFor is how long a loss waits for others, before it is somebody's task by itself.
	gatherFor = 90 * time.Second
	// gatherEvery is how often the losses that wait are looked at.
	gatherEvery = 30 * time.Second
)

// enough says when so many losses at once are one matter: at least so many people, and such a share of those with whom they have it
// in common.
type enough struct {
	people int
	share  float64
}

// outageFrom holds for any of its lines: in a village of five four are an outage, of three thousand three are none and a hundred
// are. Devices fail by themselves about once in a year, so that of three thousand ten are lost on a usual day, and never a
// hundred within the quarter of an hour that is looked at.
func outageFrom() []enough {
	return []enough{{4, 0.5}, {20, 0.15}, {100, 0.03}, {1000, 0.005}}
}

// peer is a device of a centre as far as it tells whether others were lost with it.
type peer struct {
	id       registry.DeviceID
	elder    registry.ElderID
	centre   registry.CentreID
	protocol string
	carrier  string
	area     string
	seen     time.Time
	missing  time.Duration // how long it is missed
	beat     Beat
	gathered bool // lost, and nobody's task yet
	lost     bool // lost a moment ago, and found to be alone
}

// areaDigits are the lengths of the official codes of a district, a street and a community (GB/T 2260, GB/T 10114: 6, 9 and 12 digits).
func areaDigits() []int { return []int{6, 9, 12} }

// causes are what a device could have been lost by together with others, the widest first.
func (p peer) causes() []alerts.Cause {
	all := []alerts.Cause{{Centre: p.centre, By: alerts.ByGateway, Value: p.protocol}}
	if p.carrier != "" {
		all = append(all, alerts.Cause{Centre: p.centre, By: alerts.ByCarrier, Value: p.carrier})
	}
	for _, n := range areaDigits() {
		if len(p.area) >= n {
			all = append(all, alerts.Cause{Centre: p.centre, By: alerts.ByArea, Value: p.area[:n]})
		}
	}
	return all
}

// group is what has one cause in common.
type group struct {
	cause  alerts.Cause
	lost   []registry.DeviceID
	tasks  []registry.DeviceID // that were found to be alone a moment ago
	since  time.Time           // whoever was heard after this was not hit
	silent int                 // lost, or overdue since then
	elders []registry.ElderID  // of what is silent
	people int                 // how many they are
	alive  int
}

// outage is a group that is one matter. tasks were found to be alone before it was seen.
type outage struct {
	cause alerts.Cause
	lost  []registry.DeviceID
	tasks []registry.DeviceID
}

// outages finds which of the gathered losses are one matter. peers are all devices that report by themselves in the centres of the
// losses, open the causes of outages that there are already: what is lost for one of these belongs to it. It is pure.
//
// Of several groups to which a loss could belong the one that explains most is taken: a dead gateway is one outage and not one for
// each street, and a dead street is not called a carrier because a watch elsewhere has an empty battery.
func outages(peers []peer, open map[alerts.Cause]bool) (found []outage) {
	taken := map[registry.DeviceID]bool{}
	take := func(g *group) {
		free := func(ids []registry.DeviceID) (out []registry.DeviceID) {
			for _, id := range ids {
				if !taken[id] {
					taken[id] = true
					out = append(out, id)
				}
			}
			return out
		}
		o := outage{g.cause, free(g.lost), free(g.tasks)}
		if len(o.lost) > 0 {
			found = append(found, o)
		}
	}
	groups := groupsOf(peers, open)
	for _, g := range groups {
		if open[g.cause] || g.left(taken) > 0 && g.isOutage(taken) {
			take(g)
		}
	}
	return found
}

// groupsOf makes the groups in which there are losses, those of open outages first, then what explains most.
func groupsOf(peers []peer, open map[alerts.Cause]bool) []*group {
	by := map[alerts.Cause]*group{}
	var all []*group
	for _, p := range peers {
		if !p.gathered && !p.lost {
			continue
		}
		for _, c := range p.causes() {
			g := by[c]
			if g == nil {
				g = &group{cause: c}
				by[c], all = g, append(all, g)
			}
			// A device that was hit missed its next report by it: the cause had begun by then.
			g.since = later(g.since, p.seen.Add(time.Duration(p.beat)))
			if p.gathered {
				g.lost = append(g.lost, p.id)
			} else {
				g.tasks = append(g.tasks, p.id)
			}
		}
	}
	for _, p := range peers {
		for _, c := range p.causes() {
			if g := by[c]; g != nil {
				g.add(p)
			}
		}
	}
	for _, g := range all {
		slices.Sort(g.elders)
		g.people = len(slices.Compact(g.elders))
	}
	slices.SortFunc(all, func(x, y *group) int { return x.compare(y, open) })
	return all
}

// add counts a device of the group: silent, alive, or not known to be either because it reports too seldom.
func (g *group) add(p peer) {
	switch {
	case p.gathered || p.lost || p.missing > time.Duration(p.beat)*3/2 && !p.seen.After(g.since):
		g.silent++
		g.elders = append(g.elders, p.elder)
	case p.seen.After(g.since):
		g.alive++
	}
}

func (g *group) share() float64 { return float64(g.silent) / float64(g.silent+g.alive) }

// left counts the losses that belong to no outage yet.
func (g *group) left(taken map[registry.DeviceID]bool) (n int) {
	for _, id := range g.lost {
		if !taken[id] {
			n++
		}
	}
	return n
}

// isOutage reports whether so many people of the group are cut off that it is one matter, without those who are explained already.
func (g *group) isOutage(taken map[registry.DeviceID]bool) bool {
	explained := len(g.lost) - g.left(taken)
	people := g.people - explained
	return slices.ContainsFunc(outageFrom(), func(e enough) bool {
		return people >= e.people && float64(g.silent-explained)/float64(g.silent-explained+g.alive) >= e.share
	})
}

// explains is how well a group explains its losses: how many they are, and how much of the group they are.
func (g *group) explains() float64 { return float64(g.silent) * g.share() }

// compare orders the groups that could explain the same losses; equals in a fixed order, the widest first.
func (g *group) compare(o *group, open map[alerts.Cause]bool) int {
	if open[g.cause] != open[o.cause] {
		return map[bool]int{true: -1, false: 1}[open[g.cause]]
	}
	rank := map[string]int{alerts.ByGateway: 0, alerts.ByCarrier: 1, alerts.ByArea: 2}
	return cmp.Or(cmp.Compare(o.explains(), g.explains()), cmp.Compare(g.cause.Centre, o.cause.Centre), cmp.Compare(rank[g.cause.By], rank[o.cause.By]),
		cmp.Compare(len(g.cause.Value), len(o.cause.Value)), cmp.Compare(g.cause.Value, o.cause.Value))
}
