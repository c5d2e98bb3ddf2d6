package registry

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"anling/internal/db"
	"anling/internal/fault"
)

// twice puts the same person into the registry twice, the second time as somebody else typed it.
func (h *house) twice(t *testing.T) {
	t.Helper()
	ctx := t.Context()
	h.mustPeople(t)
	must[Elder](t)(h.CreateElder(ctx, Elder{ID: "E2", Name: "张秀英", BirthDate: "1944-03-05", Phones: []string{"19900001234", "19900008888"},
		Address: "黄陂北路88弄3号502室", Allergies: []string{"青霉素"}, IDNumber: "11010519491231002X", Notes: "耳背"}))
	must[Device](t)(h.CreateDevice(ctx, Device{ID: "D2", Identity: "19900008888", Protocol: ProtocolPhone, Elder: "E2"}))
	must[Contact](t)(h.CreateContact(ctx, Contact{ID: "C2", Elder: "E2", Name: "张丽", Phones: []string{"19900002222"}}))
	must[Contact](t)(h.CreateContact(ctx, Contact{ID: "C3", Elder: "E2", Name: "张军", Phones: []string{"19900003434"}}))
	must[Consent](t)(h.GiveConsent(ctx, Consent{Elder: "E2", Purpose: "care"}))
}

func TestDuplicatesAreFound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.twice(t)
		must[Elder](t)(h.CreateElder(ctx, Elder{ID: "E3", Name: "王建国", Phones: []string{"19900001234"}})) // her husband, on the same line
		must[Elder](t)(h.CreateElder(ctx, Elder{ID: "E4", Name: "章秀英", Address: "黄陂北路88弄3号502"}))         // sounds the same, lives there
		found := must[[]Duplicate](t)(h.Duplicates(ctx, 10))
		var pairs [][2]ElderID
		for _, d := range found {
			pairs = append(pairs, [2]ElderID{d.A.ID, d.B.ID})
		}
		if len(pairs) != 3 || pairs[0] != [2]ElderID{"E1", "E2"} || found[0].Score < 90 {
			t.Errorf("found %v %+v", pairs, found)
		}
		none := must[[]Duplicate](t)(h.In(ScopeOf("elsewhere")).Duplicates(ctx, 10))
		if len(none) != 0 {
			t.Errorf("another centre is told %d", len(none))
		}
	})
}

func TestMergeTakesEverythingAlong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.twice(t)
		a := must[Attachment](t)(h.Attach(ctx, Upload{Resource: "elder", Owner: "E2", Kind: PhotoAttachment, Content: photo(t, 30, 20)}))
		must[Helper](t)(h.ChangeHelper(ctx, "H1", []byte(`{"version":1,"keys_for":["E2"]}`)))
		e := must[Elder](t)(h.MergeElders(ctx, "E1", Merging{From: "E2", Version: 1, Fields: []byte(`{"notes":"一人"}`)}))
		if e.IDNumber != "11010519491231002X" || len(e.Phones) != 2 || !cmp.Equal(e.Allergies, []string{"青霉素"}) || e.Notes != "一人" || e.Photo != string(a.ID) {
			t.Errorf("merged: %+v", e)
		}
		gone := must[Elder](t)(h.Elder(ctx, "E2"))
		if gone.ArchivedAt == nil || gone.MergedInto != "E1" {
			t.Errorf("the other: %+v", gone)
		}
		h.view(t, func(tx *db.Tx) error {
			contacts, err := h.ContactsTx(ctx, tx, "E1")
			if err != nil || len(contacts) != 2 {
				t.Errorf("contacts: %+v, %v", contacts, err)
			}
			d, err := h.FindDeviceTx(ctx, tx, ProtocolPhone, "19900008888")
			if err != nil || d.Elder != "E1" {
				t.Errorf("device: %+v, %v", d, err)
			}
			callers, err := h.FindCallerTx(ctx, tx, "19900008888")
			if !cmp.Equal(callers, []ElderID{"E1"}) {
				t.Errorf("who calls: %v", callers)
			}
			return err
		})
		if _, _, err := h.Attachment(ctx, a.ID, false); err != nil {
			t.Errorf("the photograph cannot be opened any more: %v", err)
		}
		if all := must[[]Consent](t)(h.Consents(ctx, "E1")); len(all) != 1 {
			t.Errorf("consents: %+v", all)
		}
		if keys := must[Helper](t)(h.Helper(ctx, "H1")).KeysFor; !cmp.Equal(keys, []ElderID{"E1"}) {
			t.Errorf("keys: %v", keys)
		}
		// What was sealed under the other's key is not needed any more.
		h.update(t, func(tx *db.Tx) error { return h.vault.Shred(ctx, tx, "E2") })
		again := h.mustOpen(t)
		for _, id := range []DeviceID{"D1", "D2"} {
			if d := must[Device](t)(again.Device(ctx, id)); d.Identity == "" {
				t.Errorf("device %s is locked", id)
			}
		}
		if _, _, err := again.Attachment(ctx, a.ID, true); err != nil {
			t.Errorf("after the key of the other is gone: %v", err)
		}
		_, err := h.ChangeElder(ctx, "E1", []byte(`{"version":1}`))
		wantKind(t, "the version of before", err, fault.Conflict)
	})
}

func TestMergesThatAreRefusedChangeNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.twice(t)
		for name, c := range map[string]struct {
			m    Merging
			want fault.Kind
		}{
			"with itself": {Merging{From: "E1", Version: 1}, fault.Invalid}, "with nobody": {Merging{From: "none", Version: 1}, fault.Invalid},
			"of another version": {Merging{From: "E2", Version: 7}, fault.Conflict},
			"with wrong fields":  {Merging{From: "E2", Version: 1, Fields: []byte(`{"sex":"q"}`)}, fault.Invalid},
		} {
			_, err := h.MergeElders(ctx, "E1", c.m)
			wantKind(t, name, err, c.want)
		}
		if other := must[Elder](t)(h.Elder(ctx, "E2")); other.ArchivedAt != nil || other.Version != 1 {
			t.Errorf("the other was changed: %+v", other)
		}
		if d := must[Device](t)(h.Device(ctx, "D2")); d.Elder != "E2" {
			t.Errorf("a device was moved: %+v", d)
		}
		_, err := h.In(ScopeOf("elsewhere")).MergeElders(ctx, "E1", Merging{From: "E2", Version: 1})
		wantKind(t, "another centre's", err, fault.NotFound)
		must[Elder](t)(h.MergeElders(ctx, "E1", Merging{From: "E2", Version: 1}))
		_, err = h.ChangeElder(ctx, "E2", []byte(`{"version":2,"archived_at":null}`))
		wantFields(t, "a record that is part of another comes back", err, "archived_at")
	})
}
