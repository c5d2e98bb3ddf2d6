package alerts

import (
	"slices"
	"testing"
	"time"
)

// spent is a helper so many minutes away who wants so many offers a week and has had so many.
func spent(id string, minutes, budget, had int) Candidate {
	c := away(id, minutes)
	c.Budget, c.Known.ThisWeek = &budget, had
	return c
}

func asleep(c Candidate) Candidate {
	c.Quiet = true
	return c
}

func TestBudgetAndQuietHours(t *testing.T) {
	t.Parallel()
	busy := spent("busy", 1, 5, 5)
	busy.Load = 1
	for _, c := range []struct {
		name     string
		priority int
		known    []Candidate
		want     []string
		not      map[string]string // who is not asked, and why
		exceeded map[string]string // who is asked all the same, and what was exceeded
	}{
		{"within the budget", 2, []Candidate{spent("a", 1, 5, 4)}, []string{"a"}, nil, nil},
		{"the budget is spent", 2, []Candidate{spent("a", 1, 5, 5), spent("b", 5, 5, 0)}, []string{"b"}, map[string]string{"a": ReasonOverBudget}, nil},
		{"none at all", 2, []Candidate{spent("a", 1, 0, 0)}, []string{}, map[string]string{"a": ReasonOverBudget}, nil},
		{"any number", 2, []Candidate{{Helper: "a", Numbers: 1, Known: Known{ThisWeek: 50}}}, []string{"a"}, nil, nil},
		{"a quiet hour", 3, []Candidate{asleep(away("a", 1)), away("b", 5)}, []string{"b"}, map[string]string{"a": ReasonQuiet}, nil},
		{"a life: nobody is exceeded while others are in reach", 1, []Candidate{spent("a", 1, 5, 5), asleep(away("b", 2)), away("c", 6), away("d", 7)},
			[]string{"c", "d"}, map[string]string{"a": ReasonOverBudget, "b": ReasonQuiet}, nil},
		{"a life: only as many as are wanting", 1, []Candidate{spent("a", 1, 5, 5), asleep(away("b", 2)), away("c", 6)},
			[]string{"c", "a"}, map[string]string{"b": ReasonQuiet}, map[string]string{"a": ReasonOverBudget}},
		{"a life: who is within the budget and too far does not count", 1, []Candidate{asleep(spent("a", 1, 5, 7)), away("b", 9)},
			[]string{"a"}, map[string]string{"b": ReasonTooFar}, map[string]string{"a": ReasonQuiet}},
		{"a life: nobody else at all", 1, []Candidate{busy}, []string{"busy"}, nil, map[string]string{"busy": ReasonOverBudget}},
		{"a life: who goes elsewhere stays there while somebody can be woken", 1, []Candidate{busy, asleep(away("b", 2))}, []string{"b"},
			map[string]string{"busy": ReasonBusy}, map[string]string{"b": ReasonQuiet}},
	} {
		q := inPhase(2, c.known...)
		q.Priority = c.priority
		got := Phases{}.Ask(q)
		if !slices.Equal(asked(got.Offer), c.want) {
			t.Errorf("%s: asked %v, want %v", c.name, asked(got.Offer), c.want)
		}
		for who, code := range c.not {
			if _, ok := said(got.Not, who, code); !ok {
				t.Errorf("%s: %s is not asked because of %v, want %s", c.name, who, got.Not, code)
			}
		}
		for who, code := range c.exceeded {
			if _, ok := said(got.Offer, who, code); !ok {
				t.Errorf("%s: it is not recorded that %s was exceeded for %s: %v", c.name, code, who, got.Offer)
			}
		}
		for _, o := range got.Offer {
			is := slices.ContainsFunc(o.Reasons, func(r Reason) bool { return r.Code == ReasonOverBudget || r.Code == ReasonQuiet })
			if _, want := c.exceeded[o.Person]; is && !want {
				t.Errorf("%s: it is said of %s that something was exceeded: %v", c.name, o.Person, o.Reasons)
			}
		}
	}
}

func TestWhoWasAskedLeastComesFirstAmongEquals(t *testing.T) {
	t.Parallel()
	near := spent("near", 2, 5, 3)
	same := spent("same", 2, 5, 0)
	same.Duration += 5 * time.Second
	if got := asked(Phases{}.Ask(inPhase(1, near, same)).Offer); !slices.Equal(got, []string{"same"}) {
		t.Errorf("asked %v, want who was not asked this week: five seconds are no difference", got)
	}
	same.Duration += time.Minute
	if got := asked(Phases{}.Ask(inPhase(1, near, same)).Offer); !slices.Equal(got, []string{"near"}) {
		t.Errorf("asked %v, want who is a minute sooner", got)
	}
}

func TestTheSparedStandWithTheirReason(t *testing.T) {
	t.Parallel()
	q := inPhase(2, spent("a", 1, 5, 5), away("b", 6))
	if found, out := q.spared(order(q)); len(out) != 0 || len(found) != 2 || found[1].Helper != "a" || found[1].Reasons[0].Code != ReasonOverBudget {
		t.Errorf("a life: %v and %v, want a behind b with the reason", found, out)
	}
	q.Priority = 2
	if found, out := q.spared(order(q)); len(found) != 1 || len(out) != 1 || out[0].Reasons[0] != (Reason{Code: ReasonOverBudget, Value: 5}) {
		t.Errorf("no life: %v and %v, want a left out with the reason", found, out)
	}
}
