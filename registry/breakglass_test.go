package registry

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

const emergency = "邻居来电说老人倒在门口，须开门"

// mustGlass has an operator of the county east open E1 in a session of theirs; it gives also who was told.
func (h *house) mustGlass(t *testing.T, op OperatorID) (BreakGlass, Session, []OperatorID) {
	t.Helper()
	_, s, err := h.BeginSession(t.Context(), Beginning{Operator: Operator{ID: op, Centre: "east"}, Level: LevelSecondFactor})
	if err != nil {
		t.Fatal(err)
	}
	var told []OperatorID
	g, err := h.as(t, "east").BreakGlass(t.Context(), Breaking{Elder: "E1", Reason: emergency, Operator: op, Session: s.ID,
		Tell: func(_ context.Context, _ *db.Tx, _ BreakGlass, others []Operator) error {
			for _, o := range others {
				told = append(told, o.ID)
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	return g, s, told
}

func (h *house) holds(t *testing.T, s Session, e ElderID) bool {
	t.Helper()
	return must[string](t)(h.OpenedBy(t.Context(), s.ID, e)) != ""
}

func (h *house) glassRows(t *testing.T, id string) string {
	t.Helper()
	var all []string
	for _, row := range must[audit.Page](t)(h.audit.Find(t.Context(), audit.Query{Resource: "break_glass", ID: id})).Items {
		all = append([]string{strings.TrimPrefix(row.Action, "break_glass.")}, all...)
	}
	return strings.Join(all, " ")
}

func TestABrokenGlassOpensOneElderInOneSession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustCounties(t)
		for id, role := range map[OperatorID]string{"o1": RoleOperator, "chief": RoleSupervisor, "dpo": "privacy"} {
			must[Operator](t)(h.CreateOperator(t.Context(), Operator{ID: id, Centre: map[OperatorID]CentreID{"dpo": "main"}[id], Name: string(id), Role: role}))
		}
		must[Operator](t)(h.CreateOperator(t.Context(), Operator{ID: "other", Centre: "west", Name: "other", Role: RoleSupervisor}))
		g, s, told := h.mustGlass(t, "o1")
		if len(told) != 2 {
			t.Errorf("told %v, want the supervisor and the data-protection officer above, not those of another county", told)
		}
		if g.State != GlassOpen || g.Until.Sub(g.At) != GlassOpenFor || g.Centre != "east" {
			t.Errorf("opened: %+v", g)
		}
		_, another, _ := h.mustGlass(t, "chief")
		if !h.holds(t, s, "E1") || h.holds(t, s, "E2") || h.holds(t, Session{}, "E1") {
			t.Error("it holds for another elder, or without a session, or not at all")
		}
		if !h.holds(t, another, "E1") {
			t.Error("what somebody else opened has ended it")
		}
		h.clock.Advance(GlassOpenFor)
		if h.holds(t, s, "E1") {
			t.Error("it holds when its time is over")
		}
		if got := must[BreakGlass](t)(h.Glass(t.Context(), g.ID)); got.State != GlassEnded || got.EndedAt == nil || !got.EndedAt.Equal(g.Until) {
			t.Errorf("over: %+v", got)
		}
		if err := h.FlushAccounts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := h.FlushAccounts(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := h.glassRows(t, g.ID); got != "opened ended" {
			t.Errorf("the log has %q", got)
		}
	})
}

func TestABrokenGlassEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustCounties(t)
		first, s1, _ := h.mustGlass(t, "o1")
		second, s2, _ := h.mustGlass(t, "o1")
		if h.holds(t, s1, "E1") || !h.holds(t, s2, "E1") || h.glassRows(t, first.ID) != "opened ended" {
			t.Error("somebody has two open at once")
		}
		if err := h.EndSession(t.Context(), s2.ID, Ending{By: audit.Actor{Kind: audit.System}, Why: EndedLogOut}); err != nil {
			t.Fatal(err)
		}
		if got := must[BreakGlass](t)(h.Glass(t.Context(), second.ID)); h.holds(t, s2, "E1") || got.State != GlassEnded {
			t.Errorf("it outlives its session: %+v", got)
		}
		third, s3, _ := h.mustGlass(t, "o1")
		ended := must[BreakGlass](t)(h.as(t, "east").EndGlass(t.Context(), third.ID))
		if h.holds(t, s3, "E1") || ended.State != GlassEnded {
			t.Errorf("it was not ended by hand: %+v", ended)
		}
		again := must[BreakGlass](t)(h.as(t, "east").EndGlass(t.Context(), third.ID))
		if !again.EndedAt.Equal(*ended.EndedAt) || h.glassRows(t, third.ID) != "opened ended" {
			t.Error("it ended twice")
		}
		_, err := h.as(t, "west").EndGlass(t.Context(), third.ID)
		wantKind(t, "end one of another county", err, fault.NotFound)
	})
}

func TestWhatBreaksNoGlass(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustCounties(t)
		untold := errors.New("nobody can be told")
		for _, c := range []struct {
			name, reason, centre string
			elder                ElderID
			tell                 error
			kind                 fault.Kind
		}{
			{"a reason that is none", "emergency", "east", "E1", nil, fault.Invalid},
			{"blanks", strings.Repeat(" ", 20), "east", "E1", nil, fault.Invalid},
			{"an elder of another county", emergency, "west", "E1", nil, fault.NotFound},
			{"nobody", emergency, "east", "E9", nil, fault.NotFound},
			{"of which nobody can be told", emergency, "east", "E1", untold, fault.Internal},
		} {
			_, err := h.as(t, CentreID(c.centre)).BreakGlass(t.Context(), Breaking{Elder: c.elder, Reason: c.reason, Operator: "o1", Session: "s",
				Tell: func(context.Context, *db.Tx, BreakGlass, []Operator) error { return c.tell }})
			wantKind(t, c.name, err, c.kind)
		}
		if all := must[[]BreakGlass](t)(h.ListGlass(t.Context(), GlassQuery{})); len(all) != 0 {
			t.Errorf("there are %v", all)
		}
	})
}

func TestAnotherPersonReviewsABrokenGlass(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustCounties(t)
		ctx := t.Context()
		g, _, _ := h.mustGlass(t, "o1")
		r := h.as(t, "main")
		review := func(by OperatorID, verdict, note string) error {
			_, err := r.ReviewGlass(ctx, GlassReview{ID: g.ID, By: by, Verdict: verdict, Note: note})
			return err
		}
		wantKind(t, "while it is open", review("chief", GlassJustified, ""), fault.Conflict)
		h.clock.Advance(GlassOpenFor + time.Second)
		if n := must[int](t)(h.GlassWaiting(ctx)); n != 1 {
			t.Errorf("%d wait for a review", n)
		}
		wantKind(t, "one's own", review("o1", GlassJustified, ""), fault.Denied)
		wantKind(t, "a machine", review("", GlassJustified, ""), fault.Denied)
		wantKind(t, "no verdict", review("chief", "", ""), fault.Invalid)
		wantKind(t, "blame without a word", review("chief", GlassNotJustified, ""), fault.Invalid)
		if err := review("chief", GlassNotJustified, "老人当时在家人身边"); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "twice", review("dpo", GlassJustified, ""), fault.Conflict)
		got := must[BreakGlass](t)(h.Glass(ctx, g.ID))
		if got.State != GlassReviewed || got.Verdict != GlassNotJustified || got.ReviewedBy != "chief" || got.ReviewNote == "" || got.Reason != emergency || got.EndedAt == nil {
			t.Errorf("reviewed: %+v", got)
		}
		if rows := h.glassRows(t, g.ID); rows != "opened ended reviewed" {
			t.Errorf("the log has %q", rows)
		}
		for state, want := range map[string]int{GlassOpen: 0, GlassEnded: 0, GlassReviewed: 1, "": 1} {
			if all := must[[]BreakGlass](t)(h.ListGlass(ctx, GlassQuery{State: state, Elder: "E1"})); len(all) != want {
				t.Errorf("%q lists %d", state, len(all))
			}
		}
		if all := must[[]BreakGlass](t)(h.as(t, "west").ListGlass(ctx, GlassQuery{})); len(all) != 0 {
			t.Error("another county sees it")
		}
	})
}
