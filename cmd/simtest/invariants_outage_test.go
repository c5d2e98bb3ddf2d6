package simtest

import (
	"database/sql/driver"
	"maps"
	"time"

	"anling/alerts"
	"anling/registry"
)

// outageInvariants are about people who cannot call for help because their devices fell silent together.
func outageInvariants() []invariant {
	return []invariant{{
		name:     "outage-checked",
		sentence: "An outage ends only when everybody on its list has been checked on or is heard again, unless a supervisor has written why.",
		check:    outageChecked,
	}, {
		name:     "outage-help",
		sentence: "Who is found to need help in an outage is an emergency of their own in the same step.",
		check:    outageHelp,
	}, {
		name:     "outage-list",
		sentence: "Nobody is lost from the list of an outage, nobody comes off it unheard and unchecked, and what is shown of it is what was found.",
		check:    outageList,
	}}
}

// listed is how somebody on the list of an outage was found, and since when they have been on it.
type listed struct {
	state alerts.CheckState
	since time.Time
}

// noteOutage keeps the list of an outage by what its timeline says, and notes what it says without reason.
func (v *view) noteOutage(w *world, e alerts.Event) {
	list := v.outages[e.Alert]
	if list == nil {
		list = map[string]listed{}
		v.outages[e.Alert] = list
	}
	switch e.Type {
	case alerts.EventGathered:
		for _, el := range e.Data.Elders {
			list[string(el)] = listed{alerts.Unchecked, w.now}
		}
	case alerts.EventBack:
		for _, el := range e.Data.Elders {
			was := list[string(el)]
			if w.ledger.heard[deviceOfElder(el)].Before(was.since) {
				v.unheard = append(v.unheard, string(el))
			}
			list[string(el)] = listed{alerts.BackAgain, was.since}
		}
	case alerts.EventChecked:
		if how := alerts.CheckState(e.Data.Outcome); how == alerts.CheckedWell || how == alerts.NeedsHelp {
			list[e.Data.Person] = listed{alerts.CheckState(e.Data.Outcome), list[e.Data.Person].since}
		}
	case alerts.EventResolved, alerts.EventClosed, alerts.EventCancelled:
		excused := e.Actor.Kind == alerts.ActorOperator && e.Actor.Role == "supervisor" && e.Data.Reason != ""
		v.excused[e.Alert] = v.excused[e.Alert] || excused
		for el, l := range list {
			if l.state == alerts.Unchecked && !v.excused[e.Alert] {
				v.forsaken = append(v.forsaken, el)
			}
		}
	}
}

// deviceOfElder is the one device of an elder of the town.
func deviceOfElder(el registry.ElderID) string { return "d" + string(el[1:]) }

func outageChecked(w *world, v *view, bad func(string, ...any)) {
	if len(v.forsaken) > 0 {
		bad("an outage ended, and nobody has checked on %v", v.forsaken)
	}
}

func outageHelp(w *world, v *view, bad func(string, ...any)) {
	for _, e := range v.fresh {
		if e.Type != alerts.EventChecked || e.Data.Outcome != string(alerts.NeedsHelp) {
			continue
		}
		raised := false
		for _, r := range v.fresh {
			raised = raised || (r.Type == alerts.EventRaised || r.Type == alerts.EventPressedAgain) && string(v.alerts[r.Alert].Elder) == e.Data.Person
		}
		if !raised {
			bad("%s needs help, and no alarm was raised for them", e.Data.Person)
		}
	}
}

func outageList(w *world, v *view, bad func(string, ...any)) {
	if len(v.unheard) > 0 {
		bad("%v are off the list, and their devices have not been heard", v.unheard)
	}
	for id := range v.before {
		o := v.alerts[id].Outage
		if o == nil {
			continue
		}
		count := map[alerts.CheckState]int{}
		want := map[string]string{}
		for el, l := range v.outages[id] {
			count[l.state]++
			want[el] = string(l.state)
		}
		if sum := (alerts.Outage{By: o.By, Value: o.Value, People: len(want), Unchecked: count[alerts.Unchecked], Well: count[alerts.CheckedWell],
			Help: count[alerts.NeedsHelp], Back: count[alerts.BackAgain]}); sum != *o {
			bad("%s shows %+v, and was found to be %+v", w.alertName(id), *o, sum)
		}
		got := map[string]string{}
		w.probe.each(`SELECT elder, state FROM outage_people WHERE alert = ?`, []driver.Value{string(id)}, func(row []driver.Value) {
			got[row[0].(string)] = row[1].(string)
		})
		if !maps.Equal(got, want) {
			bad("the list of %s is %v, and was found to be %v", w.alertName(id), got, want)
		}
	}
}

// overByRule tells whether an event ends an outage of which nobody is left.
func (v *view) overByRule(e alerts.Event) bool {
	return v.alerts[e.Alert].Outage != nil && e.Data.Code == "back"
}
