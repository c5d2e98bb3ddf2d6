package simtest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/alerts"
	"anling/geo"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/seal"
	"anling/registry"
)

// built is when the town was put into the registry, long before any story.
var built = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// town is what all seeds of a worker share: the database with its registry, and two nodes that work on it. It is the same
// for every worker, so that a seed run alone is the same as among others.
type town struct {
	t        testing.TB
	db       *db.DB
	probe    *probe // a connection of the test's own, which no fault touches
	vault    *seal.Vault
	clock    *clock.Manual
	nodes    []*node
	observer *alerts.Engine // that only reads
	played   time.Time
	disk     disk
	rows     map[string]int64 // the last row of each table before any story

	homes   []home
	helpers []registry.Helper
	desk    []registry.Operator
	owners  map[string]string // whose number it is
	phones  map[string]string // a person's first number
}

// home is an elder with a device.
type home struct {
	elder    registry.Elder
	identity string
	device   registry.Device
	contacts []registry.Contact
}

// newTown builds the town and starts its nodes.
func newTown(t testing.TB) *town {
	t.Helper()
	dir := fastFolder(t)
	tn := &town{t: t, clock: clock.NewManual(built), owners: map[string]string{}, phones: map[string]string{}}
	path := filepath.Join(dir, "town.db")
	var err error
	tn.db, err = db.Open(context.Background(), db.Options{Path: path, Clock: tn.clock, Refuse: tn.refuse})
	tn.must(err)
	t.Cleanup(func() { tn.must(tn.db.Close()) })
	tn.must(tn.db.Migrate(context.Background()))
	ring, err := seal.OpenRing(filepath.Join(dir, "ring"))
	tn.must(err)
	tn.vault = seal.NewVault(tn.db, ring)
	tn.probe = openProbe(t, path)
	tn.probe.exec(`CREATE TABLE sim_filler (body BLOB)`)
	tn.settlePeople(registry.New(registry.Options{DB: tn.db, Vault: tn.vault, Clock: tn.clock}))
	tn.observer = alerts.New(alerts.Options{DB: tn.db, Vault: tn.vault, Registry: registry.New(registry.Options{DB: tn.db, Vault: tn.vault, Clock: tn.clock}),
		Clock: tn.clock, Log: silentLog()})
	for i := range 2 {
		n := &node{town: tn, name: fmt.Sprintf("node %d", i+1)}
		tn.nodes = append(tn.nodes, n)
		tn.must(n.build(context.Background()))
	}
	tn.must(savePlan(context.Background(), tn.nodes[0].engine, "emergency")) // that what is fixed at a press is not always the first version
	for _, n := range tn.nodes {
		tn.must(n.build(context.Background()))
	}
	tn.remember()
	return tn
}

// fastFolder is a folder in memory where there is one: this test is not about disks, and waits for none.
func fastFolder(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat("/dev/shm"); err != nil {
		return t.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "anling-simtest-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func (tn *town) must(err error) {
	tn.t.Helper()
	if err != nil {
		tn.t.Fatal(err)
	}
}

// settlePeople fills the registry: the shapes of homes that make a difference, helpers near and far, two centres and a parent.
func (tn *town) settlePeople(r *registry.Registry) {
	ctx := context.Background()
	for _, c := range []registry.Centre{
		{ID: "city", Name: "City", Phone: "+8619900009000", TimeZone: "Asia/Shanghai"},
		{ID: "county", Name: "County", Parent: "city", Phone: "+8619900009001", TimeZone: "Asia/Shanghai"},
		{ID: "beside", Name: "Beside", Parent: "city", Phone: "+8619900009002", TimeZone: "Asia/Shanghai"},
	} {
		_, err := r.CreateCentre(ctx, c)
		tn.must(err)
	}
	_, err := r.CreateAgreement(ctx, registry.Agreement{ID: "g1", Centre: "county", To: "beside", AfterS: 60})
	tn.must(err)
	for i, e := range elders() {
		tn.addHome(ctx, r, i, e)
	}
	for i, h := range helpers() {
		h.ID, h.Centre = registry.HelperID(fmt.Sprintf("h%d", i+1)), "county"
		h.Name = "Helper " + string(h.ID)
		if h.Phones == nil {
			h.Phones = []string{fmt.Sprintf("+86199000030%02d", i)}
		}
		made, err := r.CreateHelper(ctx, h)
		tn.must(err)
		tn.helpers = append(tn.helpers, made)
		tn.own(string(made.ID), made.Phones)
	}
	for i, o := range []registry.Operator{
		{ID: "o1", Role: "operator"}, {ID: "o2", Role: "operator", Phone: "+8619900004002"},
		{ID: "s1", Role: "supervisor", Phone: "+8619900004010"}, {ID: "s0", Role: "supervisor", Phone: "+8619900004011", Centre: "city"},
	} {
		if o.Centre == "" {
			o.Centre = "county"
		}
		o.Name, o.DisplayName = string(o.ID), fmt.Sprintf("Operator %d", i+1)
		made, err := r.CreateOperator(ctx, o)
		tn.must(err)
		tn.desk = append(tn.desk, made)
		if made.Phone != "" {
			tn.own(string(made.ID), []string{made.Phone})
		}
	}
}

func (tn *town) own(person string, phones []string) {
	for i, p := range phones {
		tn.owners[p] = person
		if i == 0 {
			tn.phones[person] = p
		}
	}
}

// doorCode is the secret of a home that nobody may learn before they have promised to come.
func doorCode(i int) string { return fmt.Sprintf("KEY%d77", i) }

func (tn *town) addHome(ctx context.Context, r *registry.Registry, i int, s shape) {
	e := s.elder
	e.ID, e.Centre, e.Name = registry.ElderID(fmt.Sprintf("e%d", i+1)), "county", fmt.Sprintf("Elder%d Zhang", i+1)
	e.Access, e.Address = "door code "+doorCode(i+1), fmt.Sprintf("Lotus Road, house %d9%d", i+1, i+1)
	made, err := r.CreateElder(ctx, e)
	tn.must(err)
	hm := home{elder: made, identity: fmt.Sprintf("button-%d", i+1)}
	tn.own(string(made.ID), made.Phones)
	for k, c := range s.contacts {
		c.ID, c.Elder, c.Order = registry.ContactID(fmt.Sprintf("k%d%d", i+1, k+1)), made.ID, k+1
		c.Name = "Contact " + string(c.ID)
		for p := range c.Phones {
			c.Phones[p] = fmt.Sprintf("+861990002%d%d%02d", i, k, p)
		}
		kept, err := r.CreateContact(ctx, c)
		tn.must(err)
		hm.contacts = append(hm.contacts, kept)
		tn.own(string(kept.ID), kept.Phones)
	}
	hm.device, err = r.CreateDevice(ctx, registry.Device{ID: registry.DeviceID("d" + fmt.Sprint(i+1)), Identity: hm.identity, Protocol: "http",
		Kind: "pendant", Elder: made.ID})
	tn.must(err)
	tn.homes = append(tn.homes, hm)
}

// shape is a home as the town knows it.
type shape struct {
	elder    registry.Elder
	contacts []registry.Contact
}

func at(x, y float64) *geo.Position {
	return &geo.Position{Point: orb.Point{108.70 + x*0.0105, 34.33 + y*0.009}} // about a kilometre each
}

// elders are the homes: with and without contacts, telephones, a known place; contacts with two numbers, with hours, with a key.
func elders() []shape {
	two := func() []string { return make([]string, 2) }
	one := func() []string { return make([]string, 1) }
	both, textOnly := []string{"sms", "voice"}, []string{"sms"}
	nights := []registry.Shift{{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "20:00", To: "07:00"}}
	return []shape{
		{elder: registry.Elder{Position: at(0, 0), Phones: []string{"+8619900001001"}, BirthDate: "1944-03-15"},
			contacts: []registry.Contact{{Role: "family", Phones: one(), Channels: both}, {Role: "neighbour", Phones: two(), Channels: both, HasKey: true}}},
		{elder: registry.Elder{Position: at(0.4, 0.2), Phones: []string{"+8619900001002"}},
			contacts: []registry.Contact{{Role: "family", Phones: one(), Channels: both}, {Role: "doctor", Phones: one(), Channels: textOnly},
				{Role: "guard", Phones: one(), Channels: both, Hours: nights}}},
		{elder: registry.Elder{Position: at(-0.5, 0.4), Phones: []string{"+8619900001003"}}},
		{elder: registry.Elder{Position: at(0.1, -0.6), Language: "en"},
			contacts: []registry.Contact{{Role: "family", Phones: two(), Channels: both, Language: "en"}}},
		{elder: registry.Elder{Phones: []string{"+8619900001005"}},
			contacts: []registry.Contact{{Role: "family", Phones: one(), Channels: both}}},
	}
}

// helpers are near and far, trained, with a key, suspended, off duty, and some want to be spared.
func helpers() []registry.Helper {
	all := []geo.Mode{geo.Foot, geo.Bike}
	once, never := 1, 0
	nights := []registry.Shift{{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "20:00", To: "07:00"}}
	return []registry.Helper{
		{Kind: "volunteer", OnDuty: true, Position: at(0.2, 0.1)},
		{Kind: "volunteer", OnDuty: true, Position: at(0.3, -0.2), Skills: []string{"first_aid"}, WeeklyOffers: &once},
		{Kind: "neighbour", OnDuty: true, Position: at(-0.1, 0.2), KeysFor: []registry.ElderID{"e1"}, QuietHours: nights},
		{Kind: "volunteer", OnDuty: true, Position: at(0.6, 0.5), Modes: all, WeeklyOffers: &never},
		{Kind: "volunteer", OnDuty: false, Position: at(0.1, 0.1)},
		{Kind: "volunteer", OnDuty: true, Position: at(0.2, 0.3), Status: "suspended", StatusReason: "complaint"},
		{Kind: "volunteer", OnDuty: true, Position: at(1.1, 0.7), Modes: all},
		{Kind: "neighbour", OnDuty: true, Position: at(-0.7, -0.3), Modes: all, Language: "en"},
		{Kind: "volunteer", OnDuty: true, Position: at(2.5, 1.0), Modes: []geo.Mode{geo.Bike}},
		{Kind: "volunteer", OnDuty: true, Position: at(-1.5, 1.2), Modes: []geo.Mode{geo.Car}},
	}
}

// silentLog takes what the program says to its operators; the story is told by the world.
func silentLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// operatorOf is an operator with the rights of their role.
func operatorOf(o registry.Operator) alerts.Actor {
	return alerts.Actor{Kind: alerts.ActorOperator, ID: string(o.ID), Name: o.DisplayName, Role: o.Role, Rights: registry.BuiltInRights(registry.RoleID(o.Role))}
}
