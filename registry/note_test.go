package registry

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anling/geo"
	"anling/internal/audit"
	"anling/internal/fault"
)

// noted gives the rows of the log, oldest first, as "actor action resource/id centre: fields".
func (h *house) noted(t testing.TB, q audit.Query) []string {
	t.Helper()
	q.Limit = 1000
	page := must[audit.Page](t)(h.audit.Find(t.Context(), q))
	out := []string{}
	for _, r := range page.Items {
		if strings.HasPrefix(r.Action, "import.") {
			out = append(out, fmt.Sprintf("%s %s %s %s", r.Actor.ID, r.Action, r.Resource, r.Data))
			continue
		}
		var fields map[string]Changed
		if r.Data != nil && !r.Unread {
			if err := json.Unmarshal(r.Data, &fields); err != nil {
				t.Fatalf("data of a row: %v", err)
			}
		}
		var names []string
		for name, c := range fields {
			names = append(names, fmt.Sprintf("%s %s>%s", name, c.From, c.To))
		}
		slices.Sort(names)
		out = append(out, fmt.Sprintf("%s %s %s/%s %s: %s", r.Actor.ID, r.Action, r.Resource, r.ID, r.Centre, strings.Join(names, ", ")))
	}
	slices.Reverse(out)
	return out
}

func TestEveryChangeIsNotedWithWhoAndWhat(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustPeople(t)
		r := h.As(audit.Actor{Kind: audit.Operator, ID: "o1"}).In(ScopeAll())
		must[Elder](t)(r.ChangeElder(t.Context(), "E1", []byte(`{"version":1,"access":"钥匙在邻居处","notes":"耳背","living":""}`)))
		_, err := r.ChangeElder(t.Context(), "E1", []byte(`{"version":1,"access":"stale"}`))
		wantKind(t, "a stale change", err, fault.Conflict)
		if err := r.ArchiveElder(t.Context(), "E1"); err != nil {
			t.Fatal(err)
		}
		must[Elder](t)(r.ChangeElder(t.Context(), "E1", []byte(`{"version":3,"archived_at":null}`)))
		got := h.noted(t, audit.Query{Subject: "E1", ActorKind: audit.Operator})
		want := []string{
			`o1 elder.changed elder/E1 main: access "门锁密码 4711">"钥匙在邻居处", living "alone">, notes >"耳背"`,
			`o1 elder.archived elder/E1 main: `,
			`o1 elder.restored elder/E1 main: `,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("noted of the elder (-want +got):\n%s", diff)
		}
		// The archived elder's device became nobody's: by the same hand.
		if got := h.noted(t, audit.Query{ID: "D1", Actor: "o1"}); len(got) != 1 || !strings.Contains(got[0], `elder "E1">`) {
			t.Errorf("noted of the device: %q", got)
		}
	})
}

func TestWhatMovesByItselfIsNoChange(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustPeople(t)
		before := len(h.noted(t, audit.Query{}))
		if err := h.Helpers().MovePosition("H1", geo.Position{Point: people().Point, At: noon()}); err != nil {
			t.Fatal(err)
		}
		if err := h.Helpers().Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		must[Elder](t)(h.ChangeElder(t.Context(), "E1", []byte(`{"version":1,"name":"张秀英"}`))) // as it was
		if got := h.noted(t, audit.Query{}); len(got) != before {
			t.Errorf("noted: %q", got[before:])
		}
	})
}

func TestImportNotesOneRowForEachRecord(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		file := "id,name,access\nE1,张秀英,4711\nE2,,\nE3,王伟,\n"
		mustImport(t, h, Elders, file)
		r := must[Report](t)(h.As(audit.Actor{Kind: audit.Command, ID: "import"}).Import(t.Context(), Elders,
			strings.NewReader("id,name,access\nE1,张秀英,4712\nE3,王伟,\n"), "again.csv", nil))
		wantCounts(t, "again", r, "0 created, 1 changed, 1 unchanged, 0 refused")
		got := h.noted(t, audit.Query{Resource: "elder"})
		want := []string{
			` elder.created elder/E1 main: access >"4711", centre >"main", language >"zh", name >"张秀英", number >"A0000001", tier >"normal"`,
			` elder.created elder/E3 main: centre >"main", language >"zh", name >"王伟", number >"A0000003", tier >"normal"`,
			` import.done elder {"changed":0,"created":2,"refused":1,"skipped":0,"state":"done","unchanged":0}`,
			`import elder.changed elder/E1 main: access "4711">"4712"`,
			`import import.done elder {"changed":1,"created":0,"refused":0,"skipped":0,"state":"done","unchanged":1}`,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("noted (-want +got):\n%s", diff)
		}
	})
}

func TestPasswordsAndTokensAreNotedWithoutWhatTheyAre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		r := h.As(audit.Actor{Kind: audit.Operator, ID: "boss"})
		o := must[Operator](t)(r.CreateOperator(t.Context(), Operator{Name: "zhou", Role: RoleOperator}))
		if err := r.SetPassword(t.Context(), "zhou", "a long enough phrase"); err != nil {
			t.Fatal(err)
		}
		plain, made, err := r.CreateToken(t.Context(), Token{Name: "gateway", Scope: TokenSignals})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.RevokeToken(t.Context(), made.ID); err != nil {
			t.Fatal(err)
		}
		wantKind(t, "revoke what is not there", r.RevokeToken(t.Context(), "none"), fault.NotFound)
		page := must[audit.Page](t)(h.audit.Find(t.Context(), audit.Query{Actor: "boss"}))
		var got []string
		for _, row := range page.Items {
			got = append(got, row.Action+" "+row.ID)
			if strings.Contains(string(row.Data), plain) || strings.Contains(string(row.Data), "phrase") {
				t.Errorf("%s holds the secret", row.Action)
			}
		}
		want := []string{"token.revoked " + made.ID, "token.created " + made.ID, "password.set " + string(o.ID), "operator.created " + string(o.ID)}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("noted (-want +got):\n%s", diff)
		}
	})
}
