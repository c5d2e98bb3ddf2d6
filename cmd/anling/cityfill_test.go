package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"anling/devices"
	"anling/internal/clock"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
	"anling/internal/seal"
	"anling/registry"
)

func mustCity(t *testing.T, sz sizes) (*city, *registry.Registry) {
	t.Helper()
	d := dbtest.SQLite(t)
	ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring"))
	if err != nil {
		t.Fatal(err)
	}
	reg := registry.New(registry.Options{DB: d, Vault: seal.NewVault(d, ring), Clock: clock.Real()})
	c, err := fillCity(t.Context(), reg, mustStreets(t), 1, sz)
	if err != nil {
		t.Fatal(err)
	}
	return c, reg
}

func TestAFilledCityIsInTheRegistry(t *testing.T) {
	t.Parallel()
	c, reg := mustCity(t, sizes{elders: 45, helpers: 30})
	for _, e := range c.elders {
		got, err := reg.Elder(t.Context(), e.ID)
		if err != nil || got.Name != e.Name || got.Centre != districtCentre {
			t.Fatalf("elder %s: %+v, %v", e.ID, got, err)
		}
	}
	if n := len(reg.Helpers().All()); n != 30 {
		t.Errorf("%d helpers in the roster, want 30", n)
	}
	o, err := reg.CheckPassword(t.Context(), registry.Try{Name: "demo", Password: demoPassword})
	if err != nil || o.DisplayName != "周晓" || o.Role != registry.RoleOperator {
		t.Errorf("log-in of the demo: %+v, %v", o, err)
	}
	for _, role := range registry.BuiltInRoles() {
		if !slices.ContainsFunc(c.operators, func(o registry.Operator) bool { return o.Role == string(role.ID) }) && role.Kind == registry.RoleForPeople {
			t.Errorf("the demo has nobody with the role %s", role.ID)
		}
	}
	before, _ := reg.Helpers().Get(c.helpers[0].ID)
	for range 20 {
		c.walkers.last = c.walkers.last.Add(-10 * time.Second)
		if err := c.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	moved := 0
	for _, h := range c.helpers {
		now, _ := reg.Helpers().Get(h.ID)
		if now.Position == nil || before.Position == nil {
			t.Fatalf("helper %s is nowhere", h.ID)
		}
		if now.Position.Point != h.Position.Point {
			moved++
		}
	}
	if moved < 10 {
		t.Errorf("only %d of 30 helpers moved in 200 s", moved)
	}
}

func TestAPressOfTheDemoIsOneOfItsOwnButton(t *testing.T) {
	t.Parallel()
	c, reg := mustCity(t, sizes{elders: 12, helpers: 2})
	var mu sync.Mutex
	var got []devices.Signal
	var device registry.DeviceID
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, err := reg.CheckToken(r.Context(), r.Header.Get("Authorization")[len("Bearer "):])
		var s devices.Signal
		if err != nil || json.NewDecoder(r.Body).Decode(&s) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		got, device = append(got, s), token.Device
		w.WriteHeader(http.StatusAccepted)
		writeTestJSON(w, map[string]any{"signal": "s", "alert": "a1"})
	}))
	defer server.Close()
	if _, err := c.Press(t.Context(), ""); !fault.Is(err, fault.Retry) {
		t.Errorf("pressed before it was connected: %v", err)
	}
	c.connect(server.URL, server.Client(), nil)
	pressed, err := c.Press(t.Context(), c.elders[2].ID)
	if err != nil || pressed.Alert != "a1" || pressed.Elder != c.elders[2].ID {
		t.Fatalf("pressed %+v, %v", pressed, err)
	}
	if device != c.device[c.elders[2].ID].ID || got[0].Device != c.device[c.elders[2].ID].Identity || got[0].Kind != devices.SOS || got[0].ID == "" {
		t.Errorf("device %s sent %+v", device, got)
	}
	if _, err := c.Press(t.Context(), c.elders[9].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("pressed a button that is a telephone: %v", err)
	}
	if p, err := c.Press(t.Context(), ""); err != nil || p.Elder == "" {
		t.Errorf("pressed anybody's: %+v, %v", p, err)
	}
}
