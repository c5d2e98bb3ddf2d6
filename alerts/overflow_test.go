package alerts

import (
	"slices"
	"testing"
	"time"

	"anling/internal/fault"
	"anling/registry"
)

// neighbour is an agreement with c2, after so many seconds; at night only when hours are given.
func neighbour(after int, hours ...registry.Shift) Share {
	return Share{Agreement: "g1", To: "c2", AfterS: after, Hours: hours, Zone: "UTC"}
}

func (w *world) pressWith(unmanned bool, shares ...Share) *world {
	w.t.Helper()
	w.do(Command{Type: commandRaise, Actor: Actor{Kind: ActorDevice, ID: "d1"}, raise: &Raise{Kind: "sos", Priority: 1, Plan: "emergency@1",
		Elder: "e1", Subject: "e1", Centre: "c1", Title: "张秀英", Language: "zh", PressedAt: w.now, Overflow: shares, Unmanned: unmanned}})
	w.follow()
	return w
}

func (w *world) sharedAt() []time.Duration {
	var out []time.Duration
	for _, e := range w.events {
		if e.Type == EventShared {
			out = append(out, e.At.Sub(start))
		}
	}
	return out
}

func TestWhenANeighbouringCentreSeesAnAlert(t *testing.T) {
	t.Parallel()
	every := []int{1, 2, 3, 4, 5, 6, 7}
	night := registry.Shift{Days: every, From: "22:00", To: "06:00"}
	day := registry.Shift{Days: every, From: "07:00", To: "19:00"}
	soon := registry.Shift{Days: every, From: "08:03", To: "09:00"} // three minutes after the press
	for _, c := range []struct {
		name     string
		unmanned bool
		share    []Share
		want     []time.Duration
	}{
		{"no agreement", false, nil, nil},
		{"nobody there, no agreement", true, nil, nil},
		{"nobody accepts", false, []Share{neighbour(60)}, []time.Duration{time.Minute}},
		{"not before the plan says so", false, []Share{neighbour(0)}, []time.Duration{time.Minute}},
		{"later by agreement", false, []Share{neighbour(90)}, []time.Duration{90 * time.Second}},
		{"nobody there", true, []Share{neighbour(90)}, []time.Duration{0}},
		{"within the hours", true, []Share{neighbour(90, day)}, []time.Duration{0}},
		{"outside of the hours", true, []Share{neighbour(90, night)}, nil},
		{"the hours begin", true, []Share{neighbour(90, soon)}, []time.Duration{3 * time.Minute}},
		{"two partners", false, []Share{neighbour(60), {To: "c3", AfterS: 120, Zone: "UTC"}}, []time.Duration{time.Minute, 2 * time.Minute}},
		{"with itself", true, []Share{{To: "c1", Zone: "UTC"}}, nil},
	} {
		w := newWorld(t).pressWith(c.unmanned, c.share...)
		w.pass(10 * time.Minute)
		if got := w.sharedAt(); !slices.Equal(got, c.want) {
			t.Errorf("%s: shared at %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAnAcceptedAlertIsNotShared(t *testing.T) {
	t.Parallel()
	w := newWorld(t).pressWith(false, neighbour(60))
	w.pass(30 * time.Second)
	w.must(Command{Type: CommandAccept, Actor: operator("operator")})
	for range 60 {
		w.must(Command{Type: CommandNote, Actor: operator("operator"), Text: "speaking with her"})
		w.pass(time.Minute)
	}
	if got := w.sharedAt(); got != nil {
		t.Errorf("shared at %v", got)
	}
	if w.a.VisibleTo(registry.ScopeOf("c2")) {
		t.Error("the neighbour sees an alert that was never shared")
	}
}

func TestASharedAlertIsThePartnersWhileItIsOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t).pressWith(true, neighbour(60))
	partner, stranger := registry.ScopeOf("c2"), registry.ScopeOf("c3")
	if !w.a.VisibleTo(partner) || w.a.VisibleTo(stranger) || !w.a.VisibleTo(registry.ScopeOf("c1")) || w.a.Level < 2 {
		t.Fatalf("after the press: shared with %v, level %d", w.a.Shared, w.a.Level)
	}
	w.must(Command{Type: CommandAccept, Actor: Actor{Kind: ActorOperator, ID: "theirs", Name: "林岚", Role: "operator"}})
	err := w.do(Command{Type: CommandAccept, Actor: operator("operator")})
	if fault.KindOf(err) != fault.Conflict || w.a.Operator.ID != "theirs" {
		t.Errorf("both accept: %v, and %s has it", err, w.a.Operator.ID)
	}
	w.must(Command{Type: CommandResolve, Actor: operator("operator"), Outcome: OutcomeHelped})
	w.must(Command{Type: CommandFollowUp, Actor: operator("operator"), Satisfaction: Satisfied, Reached: ReachedElder})
	if !w.a.VisibleTo(partner) {
		t.Error("resolved is not closed yet, and the partner has lost it")
	}
	w.must(Command{Type: CommandClose, Actor: operator("operator")})
	if w.a.VisibleTo(partner) || !w.a.SharedWith(partner) {
		t.Error("the partner still sees a closed alert, or is not told of its end")
	}
}
