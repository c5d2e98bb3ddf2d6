package registry

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
)

// find gives the ids of the elders that a scope finds by a text, all pages.
func (h *house) find(t testing.TB, scope Scope, q Query) (ids []string) {
	t.Helper()
	q.Classes |= AllWords
	for {
		page := must[Page[Elder]](t)(h.ListElders(t.Context(), scope, q))
		for _, e := range page.Items {
			ids = append(ids, string(e.ID))
		}
		if page.Next == nil {
			return ids
		}
		q.Cursor = *page.Next
	}
}

func TestNamesAreSpelt(t *testing.T) {
	t.Parallel()
	var s speller
	for name, want := range map[string][2]string{
		"张秀兰": {"zhangxiulan", "zxl"}, "单田芳": {"dantianfang chantianfang shantianfang", "dtf ctf stf"}, "仇和": {"qiuhe", "qh"},
		"曾伟": {"zengwei", "zw"}, "Wang Wei": {"wangwei", "ww"}, "李A": {"lia", "la"}, "": {"", ""}, "·": {"", ""},
	} {
		spelt, initials := s.spell(name)
		for i, got := range [][]string{spelt, initials} {
			missing := slices.DeleteFunc(strings.Fields(want[i]), func(w string) bool { return slices.Contains(got, w) })
			if len(missing) > 0 || want[i] == "" && len(got) > 0 {
				t.Errorf("%q: got %v, want %q among them", name, got, want[i])
			}
		}
	}
}

func TestEldersAreFoundAsPeopleType(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for i, e := range []Elder{
			{Name: "张秀英", Address: "富强路3号", Phones: []string{"19900001234"}},
			{Name: "张秀英华", Address: "富强路13号"},
			{Name: "单玉芬", Address: "人民路 8 号", Notes: "怕狗"},
			{Name: "赵小燕", Address: "张秀英路1号", Phones: []string{"029-88445566"}},
		} {
			e.ID = ElderID(fmt.Sprint("E", i+1))
			must[Elder](t)(h.CreateElder(t.Context(), e))
		}
		for text, want := range map[string]string{
			"张秀英": "E1 E2 E4", "zhangxiuying": "E1 E2", "ZXY": "E1 E4 E2", "ｚｈａｎｇ": "E1 E2", "shan": "E3", "danyufen": "E3", "zhang 富强路 3号": "E1",
			"zhang富强路3号": "E1", "人民路8号": "E3", "人民路 ８ 号": "E3", "张 号": "E1 E2 E4", "1234": "E1", "199 0000 1234": "E1", "+86 199-0000-1234": "E1", "88445566": "E4",
			"02988445566": "E4", "怕狗": "E3", "e2": "E2", "没有": "", "张 王": "",
		} {
			if got := strings.Join(h.find(t, ScopeAll(), Query{Text: text}), " "); got != want {
				t.Errorf("%s finds %q, want %q", text, got, want)
			}
		}
		_, err := h.ListElders(t.Context(), ScopeAll(), Query{Text: strings.Repeat("a ", mostTerms+1), Cursor: "§"})
		wantFields(t, "too many words", err, "q", "cursor")
		wantKind(t, "too many words", err, fault.Invalid)
	})
}

// TestASearchKeepsToItsScope finds one by one, so that filters and pages meet, and nobody of another centre, archived or erased.
func TestASearchKeepsToItsScope(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "north", Name: "北区", Parent: "main"}))
		for i := range 30 {
			e := Elder{ID: ElderID(fmt.Sprintf("N%02d", i)), Name: "王秀英", Centre: "north", Tier: "vip"}
			if i%2 == 0 {
				e.Centre, e.ID, e.Tier = "main", ElderID(fmt.Sprintf("M%02d", i)), "normal"
			}
			must[Elder](t)(h.CreateElder(ctx, e))
		}
		north := ScopeOf("north")
		if got := h.find(t, north, Query{Text: "王", Limit: 1}); len(got) != 15 || got[0] != "N01" {
			t.Errorf("the north finds %v", got)
		}
		if got := h.find(t, ScopeAll(), Query{Text: "王", Limit: 4, Filters: map[string]string{"tier": "vip"}}); len(got) != 15 {
			t.Errorf("of one tier: %v", got)
		}
		if got := h.find(t, ScopeAll(), Query{Text: "王", Limit: 7, Filters: map[string]string{"centre": "main"}}); len(got) != 15 || got[0] != "M00" {
			t.Errorf("of one centre: %v", got)
		}
		if got := h.find(t, north, Query{Text: "王", Filters: map[string]string{"centre": "main"}}); len(got) != 0 {
			t.Errorf("the north finds in main %v", got)
		}
		if got := h.find(t, north, Query{Text: "19900001234"}); len(got) != 0 {
			t.Errorf("the north finds by the number of one of main %v", got)
		}
		page := must[Page[Elder]](t)(h.ListElders(ctx, north, Query{Text: "王", Classes: AllWords, Limit: 2, Count: true}))
		if page.Total == nil || page.Total.N != 15 || page.Total.AtLeast || page.Partial {
			t.Errorf("the total of the north is %+v", page.Total)
		}
		must[Elder](t)(h.ChangeElder(ctx, "N01", []byte(`{"version":1,"centre":"main"}`)))
		if err := h.ArchiveElder(ctx, "N03"); err != nil {
			t.Fatal(err)
		}
		h.update(t, func(tx *db.Tx) error { return h.vault.Shred(ctx, tx, "N05") })
		h.Forget("N05")
		if got := h.find(t, north, Query{Text: "王"}); len(got) != 12 || got[0] != "N07" {
			t.Errorf("after a move, an archiving and an erasure the north finds %v", got)
		}
		if got := h.find(t, north, Query{Text: "王", Filters: map[string]string{"archived": "true"}}); strings.Join(got, "") != "N03" {
			t.Errorf("of the archived: %v", got)
		}
	})
}

// TestWhileASearchIsMadeReady asks before everything has been read: exact numbers lead to their elder, and the answer says that
// it is not all.
func TestWhileASearchIsMadeReady(t *testing.T) {
	t.Parallel()
	h := mustHouse(t, db.Options{Path: dbtest.Path(t)})
	var text strings.Builder
	text.WriteString("id,name,phones\n")
	for i := range 3 * chunk {
		fmt.Fprintf(&text, "E%04d,王伟,199%08d\n", i, i)
	}
	mustImport(t, h, Elders, text.String())
	other := &house{Registry: h.mustOpen(t)}
	ask := func(text string) Page[Elder] {
		return must[Page[Elder]](t)(other.ListElders(t.Context(), ScopeAll(), Query{Text: text, Classes: AllWords, Count: true}))
	}
	if page := ask("199 0000 1400"); !page.Partial || len(page.Items) != 1 || page.Items[0].ID != "E1400" {
		t.Errorf("by a whole number: %d found, partial %v", len(page.Items), page.Partial)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := other.Searches().Run(ctx); err != nil && !fault.Is(err, fault.Retry) {
		t.Fatal(err)
	}
	for range 4 {
		ask("王伟")
	}
	page := ask("wangwei")
	if page.Partial || !page.Total.AtLeast || page.Total.N != mostCounted {
		t.Errorf("when all is read: partial %v, total %+v", page.Partial, page.Total)
	}
	if diff := cmp.Diff(3*chunk, len(other.find(t, ScopeAll(), Query{Text: "ww", Limit: 400}))); diff != "" {
		t.Errorf("how many are found (-want +got):\n%s", diff)
	}
}

func TestAListIsCounted(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustPeople(t)
		page := must[Page[Elder]](t)(h.ListElders(t.Context(), ScopeAll(), Query{Count: true}))
		if page.Total == nil || *page.Total != (Total{N: 1}) {
			t.Errorf("got %+v", page.Total)
		}
		if page := must[Page[Elder]](t)(h.ListElders(t.Context(), ScopeOf(), Query{Count: true})); *page.Total != (Total{}) {
			t.Errorf("who sees nobody counts %+v", page.Total)
		}
	})
}
