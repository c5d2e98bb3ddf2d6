package registry

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a time zone must be known on a machine that has no table of them, too

	"anling/geo"
)

// CentreID is the id of a centre.
type CentreID string

// Centre is a room of operators: the city's, or one below it.
type Centre struct {
	ID       CentreID      `json:"id"`
	Name     string        `json:"name"`
	Parent   CentreID      `json:"parent"` // empty at the top
	Phone    string        `json:"phone"`
	Position *geo.Position `json:"position"`
	TimeZone string        `json:"time_zone"`
	Level    string        `json:"level"` // city, county, …; empty when not said
	Area     string        `json:"area"`  // code of the area that it serves
	Hours    []Shift       `json:"hours"` // when somebody sits there; empty: day and night

	// DefaultAreaCode is what a telephone number without one has: 029.
	DefaultAreaCode string `json:"default_area_code"`
	// RequiresBackgroundCheck keeps helpers from being offered who have not passed one; RequiresInspection does the same with
	// the staff of providers whose yearly inspection is overdue.
	RequiresBackgroundCheck bool `json:"requires_background_check"`
	RequiresInspection      bool `json:"requires_inspection"`
	// WeeklyOffers is how often its volunteers are asked in a week who say nothing themselves; null: the usual number.
	WeeklyOffers *int `json:"weekly_offers"`
	// ReservedSeats is how many of its free seats have a turn only with an alert about a life, or of a VIP or important caller.
	ReservedSeats int `json:"reserved_seats"`

	Version    int64      `json:"version"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ArchivedAt *time.Time `json:"archived_at"`
}

// mostReservedSeats is more seats than any centre has.
const mostReservedSeats = 99

// The levels of centres.
const (
	LevelProvince  = "province"
	LevelCity      = "city"
	LevelCounty    = "county"
	LevelStreet    = "street"
	LevelCommunity = "community"
)

const defaultTimeZone = "Asia/Shanghai"

// Location is the centre's time zone; UTC when it is not known.
func (k Centre) Location() *time.Location { return Zone(k.TimeZone) }

func (k *Centre) defaults() { k.TimeZone = defaultTimeZone }

func (k *Centre) normalise(c *problems) {
	k.Name = tidy(k.Name)
	k.Parent = CentreID(tidy(string(k.Parent)))
	k.TimeZone = orDefault(tidy(k.TimeZone), defaultTimeZone)
	k.Level, k.Area, k.DefaultAreaCode = strings.ToLower(tidy(k.Level)), narrow(tidy(k.Area)), narrow(tidy(k.DefaultAreaCode))
	k.Hours = some(k.Hours)
	if k.Phone = tidy(k.Phone); k.Phone != "" {
		k.Phone = c.phone("phone", k.Phone)
	}
}

func (k *Centre) check(c *problems, _ time.Time) {
	c.name("name", k.Name)
	c.position("position", k.Position)
	if _, err := time.LoadLocation(k.TimeZone); err != nil || k.TimeZone == "Local" {
		c.add("time_zone", "must be a time zone like Asia/Shanghai")
	}
	c.oneOf("level", k.Level, "", LevelProvince, LevelCity, LevelCounty, LevelStreet, LevelCommunity)
	c.area("area", k.Area)
	if k.DefaultAreaCode != "" && (!isDigits(k.DefaultAreaCode) || k.DefaultAreaCode[0] != '0' || len(k.DefaultAreaCode) > 4) {
		c.add("default_area_code", "must be a telephone area code like 029")
	}
	c.weeklyOffers(k.WeeklyOffers)
	c.between("reserved_seats", k.ReservedSeats, 0, mostReservedSeats)
	for _, s := range k.Hours {
		s.checkAs(c, "hours")
	}
	if k.Parent != "" && k.Parent == k.ID {
		c.add("parent", "must be another centre")
	}
}

// head names the centre itself as its centre, so that a scope is asked the same question of
// every record.
func (k *Centre) head() head {
	return head{ID: string(k.ID), Centre: k.ID, Version: k.Version,
		Created: k.CreatedAt, Updated: k.UpdatedAt, Archived: k.ArchivedAt}
}

func (k *Centre) setHead(h head) {
	k.ID, k.Version = CentreID(h.ID), h.Version
	k.CreatedAt, k.UpdatedAt, k.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (k *Centre) subject() string   { return noSubject }
func (k *Centre) values() []any     { return []any{k.Parent} }
func (k *Centre) dests() []any      { return []any{&k.Parent} }
func (k *Centre) adopt(o *Centre)   { k.Parent = o.Parent }
func (k *Centre) lock()             {}
func (k *Centre) lookups() []lookup { return nil }
func (k *Centre) words() []word {
	return slices.Concat(wordsOf(OpenWords, string(k.ID)), wordsOf(NameWords, k.Name))
}
