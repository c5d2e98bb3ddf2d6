package registry

import (
	"slices"
	"strings"
	"testing"
	"time"

	"anling/internal/fault"
)

func TestBuiltInRolesCanBeRead(t *testing.T) {
	t.Parallel()
	all, err := ParseRoles(builtInRoles)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []RoleID{RoleOperator, RoleSupervisor, RoleManager, RoleAdmin, "installer", "provider", "auditor", "privacy", "clerk",
		"token-signals", "token-read", "token-operate", "token-admin"} {
		if !slices.ContainsFunc(all, func(r Role) bool { return r.ID == want && r.Name.Zh != "" && r.Name.En != "" }) {
			t.Errorf("there is no role %s", want)
		}
	}
	if got := len(BuiltInRights(RoleAdmin).Actions()); got != len(Actions()) {
		t.Errorf("an administrator may do %d of %d things", got, len(Actions()))
	}
}

func TestWrongRolesAreNamed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ file, want string }{
		{"roles:\n  - id: a\n    name: {zh: 甲, en: A}\n    kind: person\n    actions: [elders.eat]\n", `a: actions.0 is not an action: "elders.eat" (line 2)`},
		{"roles:\n  - id: a\n    name: {zh: 甲, en: A}\n    fields:\n      - {of: [elder], class: [health], may: [peek], when: [sometimes]}\n", `fields.0.when is not a situation: "sometimes"`},
		{"roles:\n  - id: a\n    name: {zh: 甲, en: A}\n    colour: red\n", "[4:5]"},
		{"roles:\n  - name: {zh: 甲, en: A}\n", "role number 1: id is required"},
		{"roles:\n  - id: a\n    name: {zh: 甲}\n", "a: name.en is required"},
		{"roles:\n  - id: a\n    name: {zh: 甲, en: A}\n    fields: [{may: [see]}]\n", "names no record"},
	} {
		_, err := ParseRoles([]byte(c.file))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want …%s…", err, c.want)
		}
	}
}

func TestRights(t *testing.T) {
	t.Parallel()
	door := Field{Resource: "elder", Name: "access", Class: "access"}
	phones := Field{Resource: "elder", Name: "phones", Class: "number"}
	for _, c := range []struct {
		role RoleID
		f    Field
		when Situation
		want Right
	}{
		{RoleOperator, door, Always, MayChange},
		{RoleOperator, door, Always | DuringAlert, MaySee | MayChange},
		{RoleManager, door, Always, MaySee | MayChange | MayExport},
		{"clerk", door, Always | DuringAlert, MayChange},
		{"auditor", door, Always | DuringAlert | OwnCentre, 0},
		{"token-read", phones, Always, MaySeeMasked},
		{"token-read", door, Always | DuringAlert, 0},
		{"installer", door, Always | OwnCentre, 0},
		{"installer", door, Always | OwnRecord, MaySee},
		{"page-helper", door, Always, 0},
		{"page-helper", door, Always | AfterAccept, MaySee},
		{"nonsense", door, Always, 0},
	} {
		if got := BuiltInRights(c.role).Of(c.f, c.when); got != c.want {
			t.Errorf("%s, %s in %v: got %v, want %v", c.role, c.f.Name, c.when.Words(), got.Words(), c.want.Words())
		}
	}
}

// fields are a few, for those who make roles.
func fields() []Field {
	all := []Field{{"elder", "phones", "number"}, {"elder", "allergies", "vital"}, {"elder", "illnesses", "health"}, {"elder", "access", "access"},
		{"elder", "notes", "note"}, {"signal", "raw", "raw"}, {"alert", "kind", "rough"}}
	for _, of := range []string{"elder", "contact", "device", "helper"} {
		all = append(all, Field{of, "id", "open"}, Field{of, "name", "personal"})
	}
	return all
}

func by(role RoleID) Granting { return Granting{By: BuiltInRights(role), Fields: fields()} }

func night() Role {
	return Role{ID: "night", Name: Label{"夜班", "Night"}, Actions: []Action{AlertsSee, AlertsWork},
		Fields: []FieldRight{{Of: []string{"elder"}, Class: []string{"personal"}, May: []string{"see"}}}}
}

func TestRolesOfOnesOwn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		made := must[Role](t)(h.CreateRole(ctx, by(RoleAdmin), night()))
		if made.BuiltIn || made.Version != 1 || made.Kind != RoleForPeople {
			t.Errorf("made: %+v", made)
		}
		if !h.RightsOf(ctx, "night").May(AlertsWork) || h.RightsOf(ctx, "night").May("elders.see") {
			t.Error("the role is not in force")
		}
		_, err := h.CreateRole(ctx, by(RoleAdmin), night())
		wantKind(t, "twice", err, fault.Conflict)
		must[Operator](t)(h.CreateOperator(ctx, Operator{ID: "o1", Name: "yu", Role: "night"}))
		wantKind(t, "in use", h.ArchiveRole(ctx, by(RoleAdmin), "night"), fault.Conflict)
		must[Role](t)(h.ChangeRole(ctx, by(RoleAdmin), "night", []byte(`{"version":1,"actions":["elders.see"]}`)))
		if h.RightsOf(ctx, "night").May(AlertsWork) {
			t.Error("what was taken away is still allowed")
		}
		must[Operator](t)(h.ChangeOperator(ctx, "o1", []byte(`{"version":1,"role":"operator"}`)))
		if err := h.ArchiveRole(ctx, by(RoleAdmin), "night"); err != nil {
			t.Fatal(err)
		}
		if h.RightsOf(ctx, "night") != nil {
			t.Error("an archived role is in force")
		}
		_, err = h.CreateOperator(ctx, Operator{ID: "o2", Name: "li", Role: "night"})
		wantFields(t, "an archived role", err, "role")
	})
}

func TestNobodyGivesWhatTheyDoNotHave(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for name, change := range map[string]func(*Role){
			"an action": func(r *Role) { r.Actions = append(r.Actions, "operators.change") },
			"a field":   func(r *Role) { r.Fields[0].Class = []string{"access"} },
			"a situation": func(r *Role) {
				r.Fields[0] = FieldRight{Of: []string{"*"}, Class: []string{"access"}, May: []string{"see"}}
			},
			"an export":   func(r *Role) { r.Fields[0].May = []string{"export"} },
			"every field": func(r *Role) { r.Fields[0].Class = []string{"*"} },
			"all centres": func(r *Role) { r.Actions = []Action{CentresEverywhere} },
		} {
			r := night()
			change(&r)
			_, err := h.CreateRole(ctx, by(RoleOperator), r)
			if !fault.Is(err, fault.Denied) || len(fault.FieldsOf(err)) == 0 {
				t.Errorf("%s: got %v", name, err)
			}
		}
		must[Role](t)(h.CreateRole(ctx, by(RoleOperator), night()))
		_, err := h.ChangeRole(ctx, by("clerk"), "night", []byte(`{"version":1,"actions":[]}`))
		wantKind(t, "taking away what one has not", err, fault.Denied)
		_, err = h.ChangeRole(ctx, by(RoleOperator), "night", []byte(`{"version":1,"actions":["roles.change"]}`))
		wantKind(t, "adding what one has not", err, fault.Denied)
		_, err = h.CreateRole(ctx, Granting{Fields: fields()}, night())
		wantKind(t, "nobody", err, fault.Denied)
		r := night()
		r.Fields[0].Field = []string{"shoe_size"}
		_, err = h.CreateRole(ctx, by(RoleAdmin), r)
		wantFields(t, "an unknown field", err, "fields.0.field")
	})
}

func TestBuiltInRolesStay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		wantKind(t, "delete", h.ArchiveRole(ctx, by(RoleAdmin), RoleOperator), fault.Conflict)
		for _, id := range []RoleID{RoleAdmin, "token-read"} {
			_, err := h.ChangeRole(ctx, by(RoleAdmin), id, []byte(`{"version":1,"actions":[]}`))
			wantKind(t, "change "+string(id), err, fault.Denied)
		}
		taken := night()
		taken.ID, taken.BuiltIn = RoleAdmin, true
		_, err := h.CreateRole(ctx, by(RoleAdmin), taken)
		wantKind(t, "take the name of a built-in role", err, fault.Conflict)
		changed := must[Role](t)(h.ChangeRole(ctx, by(RoleAdmin), RoleOperator, []byte(`{"version":1,"actions":["alerts.see"]}`)))
		if !changed.BuiltIn || changed.Version != 2 || len(changed.Fields) == 0 {
			t.Errorf("changed: %+v", changed)
		}
		if got := h.RightsOf(ctx, RoleOperator).Actions(); len(got) != 1 {
			t.Errorf("an operator may do %v", got)
		}
		_, err = h.ChangeRole(ctx, by(RoleAdmin), RoleOperator, []byte(`{"version":1,"actions":[]}`))
		wantKind(t, "a stale version", err, fault.Conflict)
	})
}

func TestOtherNodesLearnOfRoles(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		other := New(Options{DB: h.db, Vault: h.vault, Clock: h.clock})
		if other.RightsOf(ctx, "night") != nil {
			t.Fatal("known before it was made")
		}
		must[Role](t)(h.CreateRole(ctx, by(RoleAdmin), night()))
		h.clock.Advance(rolesFresh + time.Millisecond)
		before := other.RightsOf(ctx, "night")
		if !before.May(AlertsWork) {
			t.Fatal("the other node does not know the new role after two seconds")
		}
		h.clock.Advance(rolesFresh + time.Millisecond)
		if other.RightsOf(ctx, "night") != before {
			t.Error("a role that has not changed was compiled anew")
		}
	})
}

func TestTheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must[Operator](t)(h.CreateOperator(ctx, Operator{ID: "a1", Name: "a1", Role: RoleAdmin}))
		wantKind(t, "archive", h.ArchiveOperator(ctx, "a1"), fault.Conflict)
		_, err := h.ChangeOperator(ctx, "a1", []byte(`{"version":1,"role":"operator"}`))
		wantKind(t, "another role", err, fault.Conflict)
		must[Operator](t)(h.CreateOperator(ctx, Operator{ID: "a2", Name: "a2", Role: RoleAdmin}))
		if err := h.ArchiveOperator(ctx, "a1"); err != nil {
			t.Error(err)
		}
		wantKind(t, "the one who is left", h.ArchiveOperator(ctx, "a2"), fault.Conflict)
	})
}
