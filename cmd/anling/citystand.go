package main

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/paulmach/orb"

	"anling/registry"
)

// The second page of the invented people's records: papers, care, hours, devices. A random stream of its own, so that what
// was invented before stays as it was.

// standing gives an elder a number, a paper, a level of care; every thirtieth is looked after by a plan.
func (m *maker) standing(e *registry.Elder, i int) {
	e.Number = fmt.Sprintf("HP%s%05d", m.prefix, i+1)
	e.Area = m.areaAt(e.Position.Point)
	e.CareLevel = pick(m.second, []string{"intact", "intact", "intact", "mild", "mild", "moderate", "severe"})
	if e.Mobility == "卧床为主" {
		e.CareLevel = "total"
	}
	if e.Language == "zh" {
		e.IDKind, e.IDNumber = m.paper(*e, i)
		e.Dialect = pick(m.second, []string{"上海话", "上海话", "上海话", "宁波话", "苏北话", "普通话"})
	} else {
		e.IDKind, e.IDNumber = registry.PaperPassport, fmt.Sprintf("XX%d%07d", m.block, 1000001+i)
	}
	if i%30 == 11 {
		e.SafetyPlan = &registry.SafetyPlan{On: true, Reason: "按钮信号不稳，待更换", Times: []string{"09:00", "16:00", "20:30"}}
	}
	if i%97 == 50 {
		e.LegalHold, e.HoldReason = true, "2026年摔伤赔付未结案"
	}
}

// paper is the number of an identity card that nobody has: no place has a code from 310180 to 310199. They last for the first
// few thousand.
func (m *maker) paper(e registry.Elder, i int) (kind, number string) {
	const days = 499 // women and men each, whom one place can tell apart on one day
	born, err := time.Parse(time.DateOnly, e.BirthDate)
	if err != nil || i >= 10*days {
		return "", ""
	}
	order := 2 * (i % days)
	if e.Sex == "m" {
		order++
	}
	place := 310190 + i/days
	if m.prefix != "" {
		place -= 10
	}
	return registry.PaperResident, registry.ResidentNumber(strconv.Itoa(place), born, order)
}

// reach gives a contact languages, and to those who work nights or days their hours.
func (m *maker) reach(c *registry.Contact) {
	c.Languages, c.Hours = []string{}, []registry.Shift{}
	if m.second.IntN(100) < 15 {
		c.Languages = append(c.Languages, pick(m.second, []string{"en", "wuu", "yue"}))
	}
	if m.second.IntN(100) < 12 {
		c.Hours = append(c.Hours, registry.Shift{Days: []int{1, 2, 3, 4, 5}, From: "18:00", To: "08:00"},
			registry.Shift{Days: []int{6, 7}, From: "00:00", To: "24:00"})
		c.Note = "白天在车间，手机不在身边"
	}
}

// install says where a device is and who put it there. Some lie in their boxes still: installed, never tested.
func (m *maker) install(d *registry.Device, i int) {
	d.Place = pick(m.second, []string{"床头", "客厅沙发旁", "卫生间", "随身佩戴", "厨房门口"})
	if i%12 == 5 {
		d.Note = "新装，尚未按键测试"
	}
	at := time.Date(m.year, 1, 1, 2, 0, 0, 0, time.UTC).AddDate(0, 0, m.second.IntN(300))
	d.InstalledAt, d.InstalledBy = &at, "op-demo"
}

// areaAt is the community whose middle is nearest to a point.
func (m *maker) areaAt(at orb.Point) string {
	best, least := "", math.Inf(1)
	for _, a := range m.world.areas {
		if d := metres(a.Position.Point, at); d < least {
			best, least = a.Code, d
		}
	}
	return best
}
