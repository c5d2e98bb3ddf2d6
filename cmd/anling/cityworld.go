package main

import (
	"fmt"
	"math/rand/v2"
	"time"

	"anling/geo"
	"anling/registry"

	"github.com/paulmach/orb"
)

// sizes say how much of a city to invent.
type sizes struct{ elders, helpers int }

// demoSizes is a quarter that one can take in at a glance and still get lost in.
func demoSizes() sizes { return sizes{elders: 300, helpers: 150} }

// world is an invented quarter of central Shanghai: plain records, the same for the same seed. Streets
// and places are real, nobody who lives there is.
type world struct {
	streets   *streets
	areas     []registry.Area // communities with a known middle
	centres   []registry.Centre
	operators []registry.Operator
	elders    []registry.Elder
	contacts  []registry.Contact
	devices   []registry.Device
	helpers   []registry.Helper
	providers []registry.Provider
}

// The two centres of the demo: 座席 sit at the district's, which escalates to the city's.
const (
	cityCentre     registry.CentreID = "city"
	districtCentre registry.CentreID = "huangpu"
	// neighbourCentre is a second district: it sees what nobody at the first accepts within a minute.
	neighbourCentre registry.CentreID = "jingan"
)

// maker invents records one after the other.
type maker struct {
	*rand.Rand
	second *rand.Rand // for what was added to the records later
	prefix string     // of every id and identity, so that two invented cities can live in one registry
	block  int        // offset of telephone numbers, for the same reason
	phones [4]int     // how many numbers of each kind have been given out
	world  *world
	year   int
}

// Kinds of telephone numbers; each has a range of its own. All lie in +86 199 00, which no person of
// the demo shares with anybody real that we know of.
const (
	elderPhones = iota
	contactPhones
	helperPhones
	centrePhones
)

// newWorld invents a city of the given sizes. The prefix begins every id.
func newWorld(seed uint64, sz sizes, prefix string) (*world, error) {
	s, err := loadStreets()
	if err != nil {
		return nil, err
	}
	areas, err := registry.KnownCommunities("310101")
	if err != nil {
		return nil, fmt.Errorf("read the demo's communities: %w", err)
	}
	m := &maker{Rand: rand.New(rand.NewPCG(seed, 0xa11)), second: rand.New(rand.NewPCG(seed, 0xa12)), prefix: prefix, world: &world{streets: s, areas: areas}, year: 2026}
	if prefix != "" {
		m.block = 4
	}
	m.centresAndOperators()
	for i := range sz.elders {
		m.elder(i)
	}
	m.providers()
	for i := range sz.helpers {
		m.helper(i)
	}
	m.keys()
	return m.world, nil
}

func (m *maker) phone(kind int) string {
	m.phones[kind]++
	return fmt.Sprintf("+8619900%d%05d", m.block+kind+1, m.phones[kind])
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// chance is true with a probability of so many per cent.
func (m *maker) chance(percent int) bool { return m.IntN(100) < percent }

func (m *maker) person(g generation, sex string) string {
	given := g.women
	if sex == "m" {
		given = g.men
	}
	return pick(m.Rand, surnames()) + pick(m.Rand, given)
}

func (m *maker) sex(womenPercent int) string {
	if m.chance(womenPercent) {
		return "f"
	}
	return "m"
}

func (m *maker) centresAndOperators() {
	at := func(lon, lat float64) *geo.Position { return placed(orb.Point{lon, lat}) }
	m.world.centres = []registry.Centre{
		{ID: cityCentre, Name: "市应急呼叫中心", Phone: m.phone(centrePhones), TimeZone: "Asia/Shanghai", Position: at(121.4737, 31.2304),
			Level: registry.LevelCity, Area: "310100", DefaultAreaCode: "021"},
		{ID: districtCentre, Name: "黄浦区一键通中心", Parent: cityCentre, Phone: m.phone(centrePhones), TimeZone: "Asia/Shanghai", Position: at(121.4758, 31.2265),
			Level: registry.LevelCounty, Area: "310101", DefaultAreaCode: "021"},
		{ID: neighbourCentre, Name: "静安区一键通中心", Parent: cityCentre, Phone: m.phone(centrePhones), TimeZone: "Asia/Shanghai", Position: at(121.4484, 31.2290),
			Level: registry.LevelCounty, Area: "310106", DefaultAreaCode: "021"},
	}
	m.world.operators = []registry.Operator{
		{ID: "op-demo", Centre: districtCentre, Name: "demo", DisplayName: "周晓", Role: registry.RoleOperator, Phone: m.phone(centrePhones), Language: "zh"},
		{ID: "op-night", Centre: districtCentre, Name: "demo2", DisplayName: "林岚", Role: registry.RoleOperator, Phone: m.phone(centrePhones), Language: "zh"},
		{ID: "op-super", Centre: districtCentre, Name: "super", DisplayName: "郭建平", Role: registry.RoleSupervisor, Phone: m.phone(centrePhones), Language: "zh"},
		{ID: "op-jingan", Centre: neighbourCentre, Name: "jingan", DisplayName: "何静", Role: registry.RoleOperator, Phone: m.phone(centrePhones), Language: "zh"},
		{ID: "op-city", Centre: cityCentre, Name: "city", DisplayName: "沈伟民", Role: registry.RoleSupervisor, Phone: m.phone(centrePhones), Language: "zh"},
		{ID: "op-admin", Centre: cityCentre, Name: "admin", DisplayName: "陆文静", Role: registry.RoleAdmin, Phone: m.phone(centrePhones), Language: "zh"},
	}
	m.world.operators = append(m.world.operators, m.others()...)
}

// others are people of the other roles, so that what each of them sees can be tried: their log-in name is the role.
func (m *maker) others() []registry.Operator {
	var all []registry.Operator
	for _, o := range []registry.Operator{
		{Role: registry.RoleManager, DisplayName: "方敏"}, {Role: "clerk", DisplayName: "钱晓燕"}, {Role: "installer", DisplayName: "吴强"},
		{Role: registry.RoleProvider, DisplayName: "许国华", Provider: registry.ProviderID(m.prefix + "p1")}, {Role: "auditor", DisplayName: "冯正"},
		{Role: "privacy", DisplayName: "韩慧", Phone: m.phone(centrePhones)},
	} {
		o.ID, o.Name, o.Centre, o.Language = registry.OperatorID("op-"+o.Role), o.Role, districtCentre, "zh"
		all = append(all, o)
	}
	return all
}

// placed is a place that an operator has set on the map.
func placed(at orb.Point) *geo.Position {
	return &geo.Position{Point: at, AccuracyM: 20, Source: geo.SourceOperator}
}

// age is that of somebody on such a service: 65 to 97, most of them about 80.
func (m *maker) age() int {
	return min(97, max(65, 80+int(7*m.NormFloat64())))
}

func (m *maker) elder(i int) {
	sex := m.sex(62)
	name, language, notesOf := m.person(oldNames(), sex), "zh", pick(m.Rand, notes())
	if i%40 == 39 {
		e := pick(m.Rand, englishElders())
		name, sex, language, notesOf = e.name, e.sex, "en", "Speaks English, little Chinese"
	}
	at, address := m.world.streets.home(m.Rand)
	age := m.age()
	e := registry.Elder{
		ID: registry.ElderID(fmt.Sprintf("%se%05d", m.prefix, i+1)), Centre: districtCentre, Name: name, Sex: sex,
		BirthDate: fmt.Sprintf("%d-%02d-%02d", m.year-age, 1+m.IntN(12), 1+m.IntN(28)),
		Phones:    []string{m.phone(elderPhones)}, Language: language, Address: address,
		Position: &geo.Position{Point: at, AccuracyM: 10, Source: geo.SourceHome},
		Tier:     "normal", Living: pick(m.Rand, livings()), Mobility: pick(m.Rand, mobilities()),
		Access: pick(m.Rand, accesses()), Notes: notesOf,
		Illnesses: []string{}, Medicines: []string{}, Allergies: []string{},
	}
	if i%25 == 7 {
		e.Tier = "vip"
	}
	m.health(&e, age)
	m.standing(&e, i)
	m.world.elders = append(m.world.elders, e)
	m.contacts(e)
	m.device(e, i)
}

// health gives illnesses, more with age, each with its medicine, and now and then an allergy.
func (m *maker) health(e *registry.Elder, age int) {
	all := illnesses()
	m.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for _, h := range all[:min(len(all), m.IntN(2)+(age-60)/12)] {
		e.Illnesses = append(e.Illnesses, h.illness)
		if h.medicine != "" {
			e.Medicines = append(e.Medicines, h.medicine)
		}
	}
	if m.chance(22) {
		e.Allergies = append(e.Allergies, pick(m.Rand, allergies()))
	}
}

// contacts gives one to four people, family first.
func (m *maker) contacts(e registry.Elder) {
	n := 1 + m.IntN(4)
	for order := 1; order <= n; order++ {
		c := registry.Contact{
			ID: registry.ContactID(fmt.Sprintf("%s-c%d", e.ID, order)), Elder: e.ID, Order: order, Language: e.Language,
			Phones: []string{m.phone(contactPhones)}, Channels: []string{registry.ChannelSMS, registry.ChannelVoice},
		}
		m.reach(&c)
		m.role(&c, e, order)
		m.world.contacts = append(m.world.contacts, c)
	}
}

func (m *maker) role(c *registry.Contact, e registry.Elder, order int) {
	young := youngNames()
	sex := m.sex(60)
	switch {
	case order <= 2 && m.chance(92):
		k := pick(m.Rand, kins())
		c.Role, c.Relation, c.HasKey = registry.RoleFamily, k.word, m.chance(60)
		c.Name = m.person(young, k.sex)
		if e.Language == "zh" && (k.word == "女儿" || k.word == "儿子") && e.Sex == "m" {
			c.Name = firstRune(e.Name) + pick(m.Rand, map[string][]string{"f": young.women, "m": young.men}[k.sex])
		}
	case order == 3:
		c.Role, c.Relation, c.Name = registry.RoleLiaison, "居委会联络员", m.person(young, sex)
	case m.chance(40):
		c.Role, c.Relation, c.Name = registry.RoleDoctor, "家庭医生", m.person(young, sex)
	case m.chance(30):
		c.Role, c.Relation, c.Name, c.HasKey = registry.RoleGuard, "小区保安", m.person(young, "m"), m.chance(50)
	default:
		c.Role, c.Relation, c.Name, c.HasKey = registry.RoleNeighbour, "邻居", m.person(young, sex), m.chance(40)
	}
}

func firstRune(s string) string { return string([]rune(s)[:1]) }

// device gives every elder a button, and every tenth a home telephone with an alarm key instead.
func (m *maker) device(e registry.Elder, i int) {
	d := registry.Device{
		ID: registry.DeviceID(fmt.Sprintf("%s-d1", e.ID)), Elder: e.ID, Centre: e.Centre, Protocol: registry.ProtocolHTTP,
		Identity: fmt.Sprintf("%sBTN-%05d", m.prefix, i+1), Kind: pick(m.Rand, []string{"button", "button", "pendant", "watch"}),
	}
	m.install(&d, i)
	if i%10 == 9 {
		d.Protocol, d.Identity, d.Kind = registry.ProtocolPhone, m.phone(elderPhones), "phone"
	}
	m.world.devices = append(m.world.devices, d)
}

func (m *maker) helper(i int) {
	at := m.world.streets.nodes[m.IntN(len(m.world.streets.nodes))]
	h := registry.Helper{
		ID: registry.HelperID(fmt.Sprintf("%sh%05d", m.prefix, i+1)), Centre: districtCentre, Phones: []string{m.phone(helperPhones)},
		Language: "zh", Name: m.person(youngNames(), m.sex(55)), OnDuty: true, Skills: []string{}, Services: []string{},
		Position: &geo.Position{Point: at, AccuracyM: 8, Source: geo.SourceDevice},
		Modes:    []geo.Mode{geo.Foot}, Schedule: []registry.Shift{}, KeysFor: []registry.ElderID{},
	}
	m.calling(&h, i)
	if m.chance(45) {
		h.Modes = append(h.Modes, geo.Bike)
	}
	if i%25 == 24 {
		h.OnDuty = false
	}
	m.employ(&h, i)
	m.world.helpers = append(m.world.helpers, h)
}

// calling is what a helper is and can do.
func (m *maker) calling(h *registry.Helper, i int) {
	office := registry.Shift{Days: []int{1, 2, 3, 4, 5}, From: "08:00", To: "18:00"}
	switch n := i % 20; {
	case n < 10:
		h.Kind = registry.KindVolunteer
		h.Skills = pick(m.Rand, [][]string{{"first_aid"}, {"first_aid", "aed"}, {"companionship"}, {}, {"dialect"}})
		if m.chance(12) {
			h.Schedule = append(h.Schedule, registry.Shift{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "06:00", To: "23:00"})
		}
	case n < 15:
		h.Kind, h.Skills = registry.KindNeighbour, pick(m.Rand, [][]string{{}, {"lifting"}, {"first_aid"}})
	case n < 18:
		h.Kind, h.Skills = registry.KindStaff, []string{"nurse", "first_aid", "aed"}
		h.Services = []string{"nursing"}
		if m.chance(30) {
			h.Modes = append(h.Modes, geo.Car)
		}
	case n < 19:
		h.Kind, h.Skills, h.Services = registry.KindStaff, []string{"first_aid", "lifting"}, []string{"security"}
	default:
		h.Kind, h.Services = registry.KindProvider, []string{pick(m.Rand, []string{"locksmith", "plumbing", "electrical", "housekeeping"})}
		h.Schedule = append(h.Schedule, office)
	}
}

// keys gives the neighbours the keys of elders who live near them.
func (m *maker) keys() {
	for i := range m.world.helpers {
		h := &m.world.helpers[i]
		if h.Kind != registry.KindNeighbour || !m.chance(60) {
			continue
		}
		for _, e := range m.world.elders {
			if len(h.KeysFor) < 3 && metres(e.Position.Point, h.Position.Point) < 150 {
				h.KeysFor = append(h.KeysFor, e.ID)
			}
		}
	}
}

// asOf dates what the world knows of positions; it is left out where a world is only compared.
func (w *world) asOf(now time.Time) {
	for i := range w.helpers {
		w.helpers[i].Position.At = now
	}
	w.papersAsOf(now)
}
