package registry

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/audit"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
	"anling/internal/seal"
)

func noon() time.Time { return time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC) }

// house is a registry on a fresh database with a clock that the test turns.
type house struct {
	*Registry
	db    *db.DB
	clock *clock.Manual
	opts  db.Options
	ring  string
}

func each(t *testing.T, f func(t *testing.T, h *house)) {
	t.Helper()
	dbtest.EachOptions(t, func(t *testing.T, o db.Options) { f(t, mustHouse(t, o)) })
}

func mustHouse(t testing.TB, o db.Options) *house {
	t.Helper()
	h := &house{clock: clock.NewManual(noon()), opts: o, ring: filepath.Join(t.TempDir(), "keys")}
	h.db = dbtest.Open(t, o, h.clock)
	h.Registry = h.mustOpen(t)
	return h
}

// mustOpen opens another registry on the same database, as another node or a restart does.
func (h *house) mustOpen(t testing.TB) *Registry {
	t.Helper()
	ring, err := seal.OpenRing(h.ring)
	if err != nil {
		t.Fatalf("open the ring: %v", err)
	}
	vault := seal.NewVault(h.db, ring)
	o := Options{DB: h.db, Vault: vault, Clock: clock.Real(), Audit: audit.New(h.db, vault)}
	if h.clock != nil {
		o.Clock = h.clock
	}
	return New(o)
}

func (h *house) update(t testing.TB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := h.db.Update(t.Context(), f); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func (h *house) view(t testing.TB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := h.db.View(t.Context(), f); err != nil {
		t.Fatalf("view: %v", err)
	}
}

// must gives the value, or ends the test.
func must[T any](t testing.TB) func(x T, err error) T {
	return func(x T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return x
	}
}

func wantKind(t testing.TB, what string, err error, want fault.Kind) {
	t.Helper()
	if got := fault.KindOf(err); got != want {
		t.Errorf("%s: got kind %q (%v), want %q", what, got, err, want)
	}
}

func wantFields(t testing.TB, what string, err error, want ...string) {
	t.Helper()
	var got []string
	for _, f := range fault.FieldsOf(err) {
		got = append(got, f.Name)
	}
	if diff := cmp.Diff(want, got, cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
		t.Errorf("%s: wrong fields (-want +got):\n%s\n%v", what, diff, err)
	}
}

func people() *geo.Position {
	return &geo.Position{Point: orb.Point{121.4737, 31.2304}}
}

func zhang() Elder {
	return Elder{ID: "E1", Name: "张秀英", Sex: "女", BirthDate: "1944/3/5", Phones: []string{"19900001234"}, Address: "黄陂北路88弄3号502",
		Position: people(), Illnesses: []string{"高血压"}, Access: "门锁密码 4711", Living: "alone"}
}

func daughter() Contact {
	return Contact{ID: "C1", Elder: "E1", Name: "张丽", Role: "家人", Relation: "女儿", Phones: []string{"19900002222"}, Order: 1, HasKey: true}
}

func pendant() Device {
	return Device{ID: "D1", Identity: "860000000000001", Protocol: "watch", Kind: "pendant", Elder: "E1"}
}

func li() Helper {
	return Helper{ID: "H1", Name: "李强", Phones: []string{"19900003333"}, OnDuty: true, Position: people(), Skills: []string{"急救"}}
}

func (h *house) mustPeople(t testing.TB) {
	t.Helper()
	must[Elder](t)(h.CreateElder(t.Context(), zhang()))
	must[Contact](t)(h.CreateContact(t.Context(), daughter()))
	must[Device](t)(h.CreateDevice(t.Context(), pendant()))
	must[Helper](t)(h.CreateHelper(t.Context(), li()))
}

func TestElderComesBackAsItWasStored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		made := must[Elder](t)(h.CreateElder(t.Context(), zhang()))
		want := Elder{ID: "E1", Centre: "main", Number: "A0000001", Custom: Custom{}, Name: "张秀英", Sex: "f", BirthDate: "1944-03-05", Phones: []string{"+8619900001234"},
			Language: "zh", Address: "黄陂北路88弄3号502", Position: people(), Tier: "normal", Living: "alone",
			Illnesses: []string{"高血压"}, Medicines: []string{}, Allergies: []string{}, Access: "门锁密码 4711",
			Version: 1, CreatedAt: noon(), UpdatedAt: noon()}
		if diff := cmp.Diff(want, made); diff != "" {
			t.Errorf("created (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want, must[Elder](t)(h.Elder(t.Context(), "E1"))); diff != "" {
			t.Errorf("read (-want +got):\n%s", diff)
		}
		again := h.mustOpen(t)
		if diff := cmp.Diff(want, must[Elder](t)(again.Elder(t.Context(), "E1"))); diff != "" {
			t.Errorf("read after a restart (-want +got):\n%s", diff)
		}
		if got := want.Age(noon()); got != 82 {
			t.Errorf("age: got %d, want 82", got)
		}
		_, err := h.CreateElder(t.Context(), zhang())
		wantKind(t, "a second elder with the same id", err, fault.Conflict)
	})
}

func TestEveryNounComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		for name, roundTrip := range map[string]func() (any, any, error){
			"contact": func() (any, any, error) {
				k := daughter()
				k.ID = ""
				a, err := h.CreateContact(ctx, k)
				b := must[Contact](t)(h.Contact(ctx, a.ID))
				return a, b, err
			},
			"device": func() (any, any, error) {
				a, err := h.CreateDevice(ctx, Device{Identity: "17-4", Protocol: "SCAIP"})
				return a, must[Device](t)(h.Device(ctx, a.ID)), err
			},
			"helper": func() (any, any, error) {
				a, err := h.CreateHelper(ctx, Helper{Name: "Bo", Phones: []string{"+8619900004444"}, Kind: KindStaff, Modes: []geo.Mode{geo.Car, geo.Foot},
					Schedule: []Shift{{Days: []int{1, 2}, From: "08:00", To: "18:00"}}, KeysFor: []ElderID{"E1"}, Services: []string{"开锁"}})
				return a, must[Helper](t)(h.Helper(ctx, a.ID)), err
			},
			"centre": func() (any, any, error) {
				a, err := h.CreateCentre(ctx, Centre{Name: "静安分中心", Parent: "main", Phone: "021-62000000", TimeZone: "Asia/Shanghai"})
				return a, must[Centre](t)(h.Centre(ctx, a.ID)), err
			},
			"provider": func() (any, any, error) {
				a, err := h.CreateProvider(ctx, Provider{Name: "安心家政", Phones: []string{"400-820-8820"}, Services: []string{"保洁"}})
				return a, must[Provider](t)(h.Provider(ctx, a.ID)), err
			},
			"operator": func() (any, any, error) {
				a, err := h.CreateOperator(ctx, Operator{Name: "zhou", DisplayName: "周晓", Role: RoleSupervisor, Phone: "19900005555"})
				return a, must[Operator](t)(h.Operator(ctx, a.ID)), err
			},
		} {
			a, b, err := roundTrip()
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if diff := cmp.Diff(a, b, cmp.AllowUnexported(Contact{})); diff != "" {
				t.Errorf("%s changed on the way (-made +read):\n%s", name, diff)
			}
		}
	})
}

func TestChangeNeedsTheVersionThatWasSeen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		h.clock.Advance(time.Hour)
		e := must[Elder](t)(h.ChangeElder(ctx, "E1", []byte(`{"version":1,"address":"南京西路1号","illnesses":null,"phones":["19900001111"]}`)))
		if e.Version != 2 || e.Address != "南京西路1号" || len(e.Illnesses) != 0 || e.Access != "门锁密码 4711" || !e.UpdatedAt.Equal(noon().Add(time.Hour)) {
			t.Errorf("after the change: %+v", e)
		}
		_, err := h.ChangeElder(ctx, "E1", []byte(`{"version":1,"address":"x"}`))
		wantKind(t, "a stale version", err, fault.Conflict)
		_, err = h.ChangeElder(ctx, "E1", []byte(`{"address":"x"}`))
		wantFields(t, "no version", err, "version")
		_, err = h.ChangeElder(ctx, "E1", []byte(`{"version":2,"adress":"x","sex":3,"name":"","updated_at":"2020-01-01T00:00:00Z","position":{"lat":99}}`))
		wantKind(t, "wrong fields", err, fault.Invalid)
		wantFields(t, "wrong fields", err, "adress", "sex", "name", "updated_at", "position.lat", "position.lon")
		_, err = h.ChangeElder(ctx, "E1", []byte(`[1]`))
		wantKind(t, "no object", err, fault.Invalid)
		_, err = h.ChangeElder(ctx, "nobody", []byte(`{"version":1}`))
		wantKind(t, "an unknown elder", err, fault.NotFound)
		if got := must[Elder](t)(h.Elder(ctx, "E1")); got.Version != 2 || got.Name != "张秀英" {
			t.Errorf("refused changes left a trace: %+v", got)
		}
	})
}

func TestOneOfTwoChangesAtOnceIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.mustPeople(t)
		errs := make(chan error)
		for i := range 8 {
			go func() {
				_, err := h.ChangeElder(context.WithoutCancel(t.Context()), "E1", fmt.Appendf(nil, `{"version":1,"notes":"%d"}`, i))
				errs <- err
			}()
		}
		won := 0
		for range 8 {
			if err := <-errs; err == nil {
				won++
			} else {
				wantKind(t, "the slower one", err, fault.Conflict)
			}
		}
		if won != 1 {
			t.Errorf("%d changes of one version went through, want 1", won)
		}
	})
}

func TestArchiveTakesOutOfListsAndLookUps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		for range 2 { // the second time changes nothing
			if err := h.ArchiveElder(ctx, "E1"); err != nil {
				t.Fatalf("archive: %v", err)
			}
		}
		if page := must[Page[Elder]](t)(h.ListElders(ctx, ScopeAll(), Query{})); len(page.Items) != 0 {
			t.Errorf("the archived elder is still listed: %+v", page.Items)
		}
		page := must[Page[Elder]](t)(h.ListElders(ctx, ScopeAll(), Query{Filters: map[string]string{"archived": "true"}}))
		if len(page.Items) != 1 || page.Items[0].Version != 2 {
			t.Errorf("list of the archived: %+v", page.Items)
		}
		h.view(t, func(tx *db.Tx) error {
			if who := must[[]ElderID](t)(h.FindCallerTx(ctx, tx, "19900001234")); len(who) != 0 {
				t.Errorf("the number of an archived elder leads to %v", who)
			}
			d := must[Device](t)(h.FindDeviceTx(ctx, tx, "watch", "860000000000001"))
			if d.Elder != "" {
				t.Errorf("the device of an archived elder is still bound to %q", d.Elder)
			}
			if e := must[Elder](t)(h.ElderTx(ctx, tx, "E1")); e.ArchivedAt == nil || e.Name != "张秀英" {
				t.Errorf("an old alert can no longer show its elder: %+v", e)
			}
			return nil
		})
		_, err := h.ChangeElder(ctx, "E1", []byte(`{"version":2,"notes":"x"}`))
		wantKind(t, "a change of an archived elder", err, fault.Conflict)
		must[Elder](t)(h.ChangeElder(ctx, "E1", []byte(`{"version":2,"archived_at":null}`)))
		h.view(t, func(tx *db.Tx) error {
			if who := must[[]ElderID](t)(h.FindCallerTx(ctx, tx, "19900001234")); len(who) != 1 {
				t.Errorf("the number of a restored elder leads to %v", who)
			}
			return nil
		})
	})
}

func TestListPagesAreStable(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for i := range 25 {
			must[Elder](t)(h.CreateElder(ctx, Elder{ID: ElderID(fmt.Sprintf("E%02d", i*2)), Name: fmt.Sprintf("老人%02d", i), Address: "长宁路"}))
		}
		for run, text := range []string{"", "长宁 老人"} {
			q, seen := Query{Limit: 7, Text: text, Classes: AllWords}, []ElderID{}
			for n := 0; ; n++ {
				page := must[Page[Elder]](t)(h.ListElders(ctx, ScopeAll(), q))
				for _, e := range page.Items {
					seen = append(seen, e.ID)
				}
				if page.Next == nil {
					break
				}
				q.Cursor = *page.Next
				// Somebody comes in before what was read already: nobody may appear twice or be left out.
				must[Elder](t)(h.CreateElder(ctx, Elder{ID: ElderID(fmt.Sprintf("A%d-%d", run, n)), Name: "新来"}))
			}
			for i := 1; i < len(seen); i++ {
				if seen[i-1] >= seen[i] {
					t.Errorf("text %q: %s stands before %s", text, seen[i-1], seen[i])
				}
			}
			if len(seen) < 25 {
				t.Errorf("text %q: saw %d elders, want at least 25: %v", text, len(seen), seen)
			}
		}
		_, err := h.ListElders(ctx, ScopeAll(), Query{Cursor: "§", Filters: map[string]string{"name": "x", "archived": "maybe"}})
		wantFields(t, "a wrong query", err, "cursor", "name", "archived")
	})
}

func TestForeignScopeSeesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "north", Name: "北区", Parent: "main"}))
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "south", Name: "南区", Parent: "main"}))
		must[Elder](t)(h.CreateElder(ctx, Elder{ID: "E2", Centre: "north", Name: "王奶奶"}))
		south := h.In(ScopeOf("south"))
		_, err := south.Elder(ctx, "E2")
		wantKind(t, "a foreign elder", err, fault.NotFound)
		_, err = south.ChangeElder(ctx, "E2", []byte(`{"version":1,"notes":"x"}`))
		wantKind(t, "a change of a foreign elder", err, fault.NotFound)
		wantKind(t, "archiving a foreign elder", south.ArchiveElder(ctx, "E2"), fault.NotFound)
		_, err = south.CreateContact(ctx, Contact{Elder: "E2", Name: "x", Phones: []string{"19900001111"}})
		wantFields(t, "a contact for a foreign elder", err, "elder")
		_, err = south.CreateElder(ctx, Elder{Centre: "north", Name: "x"})
		wantFields(t, "an elder in a foreign centre", err, "centre")
		for _, scope := range []Scope{{}, ScopeOf("south"), ScopeOf()} {
			page := must[Page[Elder]](t)(h.ListElders(ctx, scope, Query{Text: "王", Classes: AllWords}))
			if len(page.Items) != 0 {
				t.Errorf("scope %v sees %v", scope, page.Items)
			}
		}
		if page := must[Page[Elder]](t)(south.ListElders(ctx, ScopeAll(), Query{})); len(page.Items) != 0 {
			t.Errorf("a scope was widened by asking: %v", page.Items)
		}
		if e := must[Elder](t)(south.CreateElder(ctx, Elder{Name: "x"})); e.Centre != "south" {
			t.Errorf("a new elder of the south belongs to %q", e.Centre)
		}
		under := must[Scope](t)(h.ScopeUnder(ctx, "main"))
		if !under.Has("north") || !under.Has("main") || under.Has("elsewhere") {
			t.Errorf("below main lies %v", under.Centres())
		}
	})
}

func TestElderTakesContactsAndDevicesToAnotherCentre(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "north", Name: "北区", Parent: "main"}))
		must[Elder](t)(h.ChangeElder(ctx, "E1", []byte(`{"version":1,"centre":"north"}`)))
		north := ScopeOf("north")
		if page := must[Page[Device]](t)(h.ListDevices(ctx, north, Query{})); len(page.Items) != 1 || page.Items[0].Centre != "north" {
			t.Errorf("devices of the north: %+v", page.Items)
		}
		filters := map[string]string{"elder": "E1"}
		if page := must[Page[Contact]](t)(h.ListContacts(ctx, north, Query{Filters: filters})); len(page.Items) != 1 {
			t.Errorf("contacts of the north: %+v", page.Items)
		}
		if page := must[Page[Contact]](t)(h.ListContacts(ctx, ScopeOf("main"), Query{Filters: filters})); len(page.Items) != 0 {
			t.Errorf("contacts that main still sees: %+v", page.Items)
		}
	})
}

func TestCentresAreATree(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "city", Name: "市中心"}))
		must[Centre](t)(h.CreateCentre(ctx, Centre{ID: "county", Name: "县", Parent: "city"}))
		_, err := h.ChangeCentre(ctx, "city", []byte(`{"version":1,"parent":"county"}`))
		wantFields(t, "a circle", err, "parent")
		_, err = h.CreateCentre(ctx, Centre{Name: "x", Parent: "nowhere", TimeZone: "Mars/Base", Phone: "12345"})
		wantFields(t, "a wrong centre", err, "phone", "time_zone", "parent")
		wantKind(t, "archiving a centre with one below", h.ArchiveCentre(ctx, "city"), fault.Conflict)
		if err := h.ArchiveCentre(ctx, "county"); err != nil {
			t.Errorf("archive an empty centre: %v", err)
		}
		wantKind(t, "archiving the last centre", h.ArchiveCentre(ctx, "city"), fault.Conflict)
		_, err = h.CreateElder(ctx, Elder{Name: "x", Centre: "county"})
		wantFields(t, "an elder in an archived centre", err, "centre")
	})
}
