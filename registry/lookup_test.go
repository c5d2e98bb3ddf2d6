package registry

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
	"anling/internal/seal"
)

func TestCallerIsFoundByNumber(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for _, e := range []Elder{
			{ID: "E1", Name: "老张", Phones: []string{"021-62000000"}},
			{ID: "E2", Name: "老李", Phones: []string{"+862162000000", "19900001111"}}, // a couple on one line
			{ID: "E3", Name: "老王"},
			{ID: "E4", Name: "老赵", Phones: []string{"19900009999"}},
		} {
			must[Elder](t)(h.CreateElder(ctx, e))
		}
		must[Device](t)(h.CreateDevice(ctx, Device{Identity: "021 6200 0000", Protocol: ProtocolPhone, Elder: "E3"}))
		must[Device](t)(h.CreateDevice(ctx, Device{Identity: "19900007777", Protocol: ProtocolSMS, Elder: "E4"}))
		h.view(t, func(tx *db.Tx) error {
			for call, want := range map[string][]ElderID{
				"(021)6200-0000": {"E1", "E2", "E3"}, "008619900001111": {"E2"}, "+8619900007777": {"E4"},
				"19900000000": nil, "anonymous": nil, "": nil,
			} {
				got := must[[]ElderID](t)(h.FindCallerTx(ctx, tx, call))
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("caller %q (-want +got):\n%s", call, diff)
				}
			}
			return nil
		})
		must[Elder](t)(h.ChangeElder(ctx, "E2", []byte(`{"version":1,"phones":["19900002222"]}`)))
		h.view(t, func(tx *db.Tx) error {
			if got := must[[]ElderID](t)(h.FindCallerTx(ctx, tx, "19900001111")); len(got) != 0 {
				t.Errorf("a number that was given up leads to %v", got)
			}
			return nil
		})
	})
}

func TestDeviceIsFoundByIdentity(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		h.view(t, func(tx *db.Tx) error {
			d := must[Device](t)(h.FindDeviceTx(ctx, tx, "watch", " 860000000000001"))
			if d.ID != "D1" || d.Elder != "E1" || d.Centre != "main" || d.Identity != "860000000000001" || d.Version != 1 {
				t.Errorf("found %+v", d)
			}
			_, err := h.FindDeviceTx(ctx, tx, "mqtt", "860000000000001")
			wantKind(t, "the identity in another protocol", err, fault.NotFound)
			return nil
		})
		twin := pendant()
		twin.ID = "D2"
		_, err := h.CreateDevice(ctx, twin)
		wantKind(t, "a second device with the same identity", err, fault.Conflict)
		wantFields(t, "a second device with the same identity", err, "identity")
		twin.Protocol = "mqtt"
		must[Device](t)(h.CreateDevice(ctx, twin))
		if err := h.ArchiveDevice(ctx, "D1"); err != nil {
			t.Fatal(err)
		}
		must[Device](t)(h.ChangeDevice(ctx, "D2", []byte(`{"version":1,"protocol":"watch"}`)))
		_, err = h.ChangeDevice(ctx, "D1", []byte(`{"version":2,"archived_at":null}`))
		wantKind(t, "restoring a device whose identity was taken", err, fault.Conflict)
	})
}

func TestBindingsAreRemembered(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		must[Elder](t)(h.CreateElder(ctx, Elder{ID: "E2", Name: "王奶奶"}))
		h.clock.Advance(1e9)
		must[Device](t)(h.ChangeDevice(ctx, "D1", []byte(`{"version":1,"elder":"E2"}`)))
		h.clock.Advance(1e9)
		must[Device](t)(h.ChangeDevice(ctx, "D1", []byte(`{"version":2,"elder":null}`)))
		if d := must[Device](t)(h.Device(ctx, "D1")); d.Identity != "860000000000001" || d.Elder != "" {
			t.Errorf("after unbinding: %+v", d)
		}
		first, second, third := noon(), noon().Add(1e9), noon().Add(2e9)
		want := []Binding{{Elder: "E2", From: second, To: &third}, {Elder: "E1", From: first, To: &second}}
		if diff := cmp.Diff(want, must[[]Binding](t)(h.Bindings(ctx, "D1"))); diff != "" {
			t.Errorf("bindings (-want +got):\n%s", diff)
		}
	})
}

func TestContactsComeInTheirOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must[Elder](t)(h.CreateElder(ctx, zhang()))
		for _, k := range []Contact{{ID: "last"}, {ID: "b", Order: 2}, {ID: "a", Order: 10}, {ID: "c", Order: 1}} {
			k.Elder, k.Name, k.Phones = "E1", "某人", []string{"19900001111"}
			must[Contact](t)(h.CreateContact(ctx, k))
		}
		want := []ContactID{"c", "b", "a", "last"}
		order := func(all []Contact) (ids []ContactID) {
			for _, k := range all {
				ids = append(ids, k.ID)
			}
			return ids
		}
		h.view(t, func(tx *db.Tx) error {
			if diff := cmp.Diff(want, order(must[[]Contact](t)(h.ContactsTx(ctx, tx, "E1")))); diff != "" {
				t.Errorf("contacts (-want +got):\n%s", diff)
			}
			return nil
		})
		page := must[Page[Contact]](t)(h.ListContacts(ctx, ScopeAll(), Query{Filters: map[string]string{"elder": "E1"}}))
		if diff := cmp.Diff(want, order(page.Items)); diff != "" {
			t.Errorf("list (-want +got):\n%s", diff)
		}
	})
}

func TestSupervisors(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for _, o := range []Operator{
			{ID: "o1", Name: "a", Role: RoleSupervisor}, {ID: "o2", Name: "b", Role: RoleSupervisor, Phone: "19900001111"},
			{ID: "o3", Name: "c", Role: RoleManager, Phone: "19900002222"}, {ID: "o4", Name: "d"},
		} {
			must[Operator](t)(h.CreateOperator(ctx, o))
		}
		called := func() (ids []OperatorID) {
			h.view(t, func(tx *db.Tx) error {
				for _, o := range must[[]Operator](t)(h.SupervisorsTx(ctx, tx, "main")) {
					ids = append(ids, o.ID)
				}
				return nil
			})
			return ids
		}
		if diff := cmp.Diff([]OperatorID{"o2", "o1"}, called()); diff != "" {
			t.Errorf("supervisors (-want +got):\n%s", diff)
		}
		for _, id := range []OperatorID{"o1", "o2"} {
			if err := h.ArchiveOperator(ctx, id); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff([]OperatorID{"o3"}, called()); diff != "" {
			t.Errorf("without supervisors (-want +got):\n%s", diff)
		}
	})
}

// TestNothingPersonalLiesInTheFiles seeds marks into every personal field and looks for them in
// all files of the database. That it can find them is proved by one in a clear column.
func TestNothingPersonalLiesInTheFiles(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h := mustHouse(t, db.Options{Path: dbtest.Path(t)})
	marks := []string{"MARKNAME", "19977770001", "MARKADDRESS", "121.987654", "MARKILLNESS", "MARKMEDICINE", "MARKALLERGY", "MARKMOBILITY",
		"MARKACCESS", "MARKNOTES", "MARKLIVING", "19977770002", "MARKRELATION", "19977770003", "MARKIMEI", "19977770004", "MARKSKILL", "MARKLOGIN", "MARKDISPLAY",
		"19977770005", "MARKPASSWORD", "1931-07-07"}
	must[Elder](t)(h.CreateElder(ctx, Elder{ID: "MARKCLEAR", Name: "MARKNAME", BirthDate: "1931-07-07", Phones: []string{"19977770001"}, Address: "MARKADDRESS",
		Position: at(31.2, 121.987654), Living: "MARKLIVING", Illnesses: []string{"MARKILLNESS"}, Medicines: []string{"MARKMEDICINE"},
		Allergies: []string{"MARKALLERGY"}, Mobility: "MARKMOBILITY", Access: "MARKACCESS", Notes: "MARKNOTES"}))
	must[Contact](t)(h.CreateContact(ctx, Contact{Elder: "MARKCLEAR", Name: "MARKNAME", Relation: "MARKRELATION", Phones: []string{"19977770002"}}))
	must[Device](t)(h.CreateDevice(ctx, Device{Elder: "MARKCLEAR", Protocol: ProtocolPhone, Identity: "19977770003"}))
	must[Device](t)(h.CreateDevice(ctx, Device{Protocol: "watch", Identity: "MARKIMEI"}))
	must[Helper](t)(h.CreateHelper(ctx, Helper{ID: "H1", Name: "MARKNAME", Phones: []string{"19977770004"}, Skills: []string{"MARKSKILL"}}))
	if err := h.Helpers().MovePosition("H1", *at(31.2, 121.987654)); err != nil {
		t.Fatal(err)
	}
	if err := h.Helpers().Flush(ctx); err != nil {
		t.Fatal(err)
	}
	must[Operator](t)(h.CreateOperator(ctx, Operator{Name: "MARKLOGIN", DisplayName: "MARKDISPLAY", Phone: "19977770005"}))
	if err := h.SetPassword(ctx, "MARKLOGIN", "MARKPASSWORD 17 $"); err != nil {
		t.Fatal(err)
	}
	plain, _, err := h.CreateToken(ctx, Token{Name: "gateway", Scope: TokenSignals})
	if err != nil {
		t.Fatal(err)
	}
	must[Elder](t)(h.ChangeElder(ctx, "MARKCLEAR", []byte(`{"version":1,"notes":"MARKNOTES again"}`)))
	must[Page[Elder]](t)(h.ListElders(ctx, ScopeAll(), Query{Text: "markname", Classes: AllWords}))
	text := mustReadAll(t, filepath.Dir(h.opts.Path))
	if !strings.Contains(text, "MARKCLEAR") {
		t.Fatal("the test cannot find what does lie there in clear")
	}
	for _, m := range append(marks, plain) {
		if strings.Contains(text, m) {
			t.Errorf("%s lies in the files in clear", m)
		}
	}
}

func mustReadAll(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		body, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(body)
	}
	return all.String()
}

// TestALostKeyLocksTheRegistryButNoAlarm opens the database with another ring, as after a fire.
func TestALostKeyLocksTheRegistryButNoAlarm(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		ring := must[*seal.Ring](t)(seal.OpenRing(filepath.Join(t.TempDir(), "other")))
		locked := New(Options{DB: h.db, Vault: seal.NewVault(h.db, ring), Clock: clock.NewManual(noon())})
		h.view(t, func(tx *db.Tx) error {
			e := must[Elder](t)(locked.ElderTx(ctx, tx, "E1"))
			if !e.Locked || e.ID != "E1" || e.Centre != "main" || e.Tier != "normal" || e.Name != "" {
				t.Errorf("locked elder: %+v", e)
			}
			all := must[[]Contact](t)(locked.ContactsTx(ctx, tx, "E1"))
			if len(all) != 1 || !all[0].Locked || !all[0].HasKey || all[0].Elder != "E1" || len(all[0].Phones) != 0 {
				t.Errorf("locked contacts: %+v", all)
			}
			return nil
		})
		if err := locked.Load(ctx); err != nil {
			t.Errorf("load helpers: %v", err)
		}
		if hs := locked.Helpers().All(); len(hs) != 1 || hs[0].Availability(noon(), Circumstances{}).OK() {
			t.Errorf("locked helpers: %+v", hs)
		}
		_, err := locked.Elder(ctx, "E1")
		if err == nil || fault.Is(err, fault.NotFound) {
			t.Errorf("reading a locked elder at leisure: got %v, want an error that is not NotFound", err)
		}
	})
}

func TestAnErasedElderIsGone(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		h.update(t, func(tx *db.Tx) error { return h.vault.Shred(ctx, tx, "E1") })
		_, err := h.Elder(ctx, "E1")
		wantKind(t, "an erased elder", err, fault.NotFound)
		page := must[Page[Elder]](t)(h.ListElders(ctx, ScopeAll(), Query{}))
		if len(page.Items) != 1 || !page.Items[0].Locked || page.Items[0].Name != "" {
			t.Errorf("list with an erased elder: %+v", page.Items)
		}
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		other := h.mustOpen(t) // another node
		must[Page[Elder]](t)(other.ListElders(ctx, ScopeAll(), Query{Text: "x", Classes: AllWords}))
		must[Elder](t)(h.CreateElder(ctx, Elder{ID: "E2", Name: "Wang Wei", Address: "黄陂南路9号"}))
		found := func(r *Registry, text string) (ids []ElderID) {
			for _, e := range must[Page[Elder]](t)(r.ListElders(ctx, ScopeAll(), Query{Text: text, Classes: AllWords})).Items {
				ids = append(ids, e.ID)
			}
			return ids
		}
		for text, want := range map[string][]ElderID{"秀英": {"E1"}, "黄陂": {"E1", "E2"}, "wang ９号": {"E2"}, "1234": {"E1"}, "e2": {"E2"}, "黄陂 李": nil} {
			for name, r := range map[string]*Registry{"this": h.Registry, "other": other} {
				if diff := cmp.Diff(want, found(r, text)); diff != "" {
					t.Errorf("search %q on %s node (-want +got):\n%s", text, name, diff)
				}
			}
		}
		must[Elder](t)(h.ChangeElder(ctx, "E2", []byte(`{"version":1,"name":"Zhao Min"}`)))
		if got := found(other, "wang"); len(got) != 0 {
			t.Errorf("the old name still finds %v", got)
		}
		if page := must[Page[Helper]](t)(h.ListHelpers(ctx, ScopeAll(), Query{Text: "急救", Classes: AllWords, Filters: map[string]string{"on_duty": "true"}})); len(page.Items) != 1 {
			t.Errorf("helpers by skill: %+v", page.Items)
		}
	})
}
