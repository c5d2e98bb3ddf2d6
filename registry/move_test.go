package registry

import (
	"testing"

	"anling/internal/audit"
	"anling/internal/fault"
)

// mustCounties is a city with two counties, and E1 in the first.
func (h *house) mustCounties(t *testing.T) {
	t.Helper()
	h.mustPeople(t)
	for _, k := range []Centre{{ID: "east", Name: "东县", Parent: "main", Level: LevelCounty}, {ID: "west", Name: "西县", Parent: "main"}, {ID: "ward", Name: "东一街", Parent: "east"}} {
		must[Centre](t)(h.CreateCentre(t.Context(), k))
	}
	must[Move](t)(h.MoveElder(t.Context(), "E1", "east", "建档"))
}

func (h *house) as(t *testing.T, centre CentreID) *Registry {
	t.Helper()
	return h.In(must[Scope](t)(h.ScopeUnder(t.Context(), centre))).As(audit.Actor{Kind: audit.Operator, ID: "op-" + string(centre)})
}

// TestWhoSeesWhoseElders: the city its counties', a county neither its sister's nor the city's, a ward not its county's.
func TestWhoSeesWhoseElders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustCounties(t)
		for id, centre := range map[ElderID]CentreID{"E2": "main", "E3": "west", "E4": "ward"} {
			e := zhang()
			e.ID, e.Centre, e.Phones = id, centre, nil
			must[Elder](t)(h.CreateElder(t.Context(), e))
		}
		for centre, want := range map[CentreID]string{"main": "E1 E2 E3 E4 ", "east": "E1 E4 ", "west": "E3 ", "ward": "E4 "} {
			r, got := h.as(t, centre), ""
			for _, e := range must[Page[Elder]](t)(r.ListElders(t.Context(), ScopeAll(), Query{})).Items {
				got += string(e.ID) + " "
			}
			if got != want {
				t.Errorf("%s sees %s, want %s", centre, got, want)
			}
			for _, id := range []ElderID{"E1", "E2", "E3", "E4"} {
				_, err := r.Elder(t.Context(), id)
				if seen := err == nil; seen != contains(want, id) {
					t.Errorf("%s opens %s: %v", centre, id, err)
				}
			}
		}
	})
}

func contains(list string, id ElderID) bool {
	for i := 0; i+2 <= len(list); i += 3 {
		if list[i:i+2] == string(id) {
			return true
		}
	}
	return false
}

func TestAMoveWithinTheScopeIsDoneAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustCounties(t)
		must[CallerClass](t)(h.CreateClass(ctx, CallerClass{ID: "K1", Class: ClassVIP, Elder: "E1", Reason: "劳模"}))
		m := must[Move](t)(h.as(t, "main").MoveElder(ctx, "E1", "west", "搬到女儿家"))
		if m.State != MoveAccepted || m.Centre != "east" || m.By != "op-main" || m.DecidedAt == nil {
			t.Errorf("the move: %+v", m)
		}
		west := h.as(t, "west")
		if e := must[Elder](t)(west.Elder(ctx, "E1")); e.Centre != "west" {
			t.Errorf("the elder is at %s", e.Centre)
		}
		must[Device](t)(west.Device(ctx, "D1"))
		must[Contact](t)(west.Contact(ctx, "C1"))
		must[CallerClass](t)(west.Class(ctx, "K1"))
		_, err := h.as(t, "east").Elder(ctx, "E1")
		wantKind(t, "the old centre", err, fault.NotFound)
	})
}

func TestAMoveOutOfTheScopeIsAsked(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustCounties(t)
		east, west, ward := h.as(t, "east"), h.as(t, "west"), h.as(t, "ward")
		_, err := east.MoveElder(ctx, "E1", "nowhere", "")
		wantFields(t, "nowhere, for no reason", err, "centre", "reason")
		_, err = west.MoveElder(ctx, "E1", "west", "拉人")
		wantKind(t, "somebody else's elder", err, fault.NotFound)
		m := must[Move](t)(east.MoveElder(ctx, "E1", "west", "搬到女儿家"))
		if e := must[Elder](t)(east.Elder(ctx, "E1")); m.State != MoveRequested || e.Centre != "east" {
			t.Errorf("asked, and already at %s: %+v", e.Centre, m)
		}
		_, err = east.MoveElder(ctx, "E1", "main", "再试")
		wantKind(t, "a second one", err, fault.Conflict)
		_, err = east.AnswerMove(ctx, m.ID, MoveAccepted, "")
		wantKind(t, "the old centre accepts", err, fault.Denied)
		_, err = west.AnswerMove(ctx, m.ID, MoveWithdrawn, "")
		wantKind(t, "the new centre withdraws", err, fault.Denied)
		_, err = ward.AnswerMove(ctx, m.ID, MoveAccepted, "")
		wantKind(t, "a third one", err, fault.NotFound)
		if got := must[[]Move](t)(ward.Moves(ctx, "", 10)); len(got) != 0 {
			t.Errorf("a third one sees %v", got)
		}
		if got := must[[]Move](t)(west.Moves(ctx, MoveRequested, 10)); len(got) != 1 || got[0].Reason != "搬到女儿家" {
			t.Errorf("the new centre sees %v", got)
		}
		m = must[Move](t)(west.AnswerMove(ctx, m.ID, MoveAccepted, "欢迎"))
		if m.State != MoveAccepted || m.DecidedBy != "op-west" || must[Elder](t)(west.Elder(ctx, "E1")).Centre != "west" {
			t.Errorf("accepted: %+v", m)
		}
		_, err = west.AnswerMove(ctx, m.ID, MoveDeclined, "")
		wantKind(t, "a second answer", err, fault.Conflict)
	})
}

func TestWhatFollowsSomebodyDoesNotMoveAlone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustCounties(t)
		must[Provider](t)(h.CreateProvider(ctx, Provider{ID: "P1", Name: "安心家政"}))
		x := li()
		x.ID, x.Provider = "H2", "P1"
		must[Helper](t)(h.CreateHelper(ctx, x))
		_, err := h.MoveDevice(ctx, "D1", "west", "x")
		wantKind(t, "an elder's device", err, fault.Conflict)
		_, err = h.MoveHelper(ctx, "H2", "west", "x")
		wantKind(t, "a provider's staff", err, fault.Conflict)
		must[Device](t)(h.CreateDevice(ctx, Device{ID: "D2", Identity: "spare", Protocol: "http"}))
		must[Move](t)(h.MoveDevice(ctx, "D2", "west", "备用机"))
		must[Move](t)(h.MoveHelper(ctx, "H1", "west", "搬家"))
		west := h.as(t, "west")
		must[Device](t)(west.Device(ctx, "D2"))
		if got, _ := h.Helpers().Get("H1"); got.Centre != "west" || must[Helper](t)(west.Helper(ctx, "H1")).Position == nil {
			t.Errorf("the helper in memory: %+v", got)
		}
	})
}
