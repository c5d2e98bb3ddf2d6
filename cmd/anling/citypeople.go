package main

import (
	"fmt"
	"time"

	"anling/registry"
)

// providers invents the affiliated providers of the quarter. Their staff are dealt out in turn.
func (m *maker) providers() {
	day := registry.Shift{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "07:00", To: "21:00"}
	for i, p := range []registry.Provider{
		{Name: "安心居家护理站", Kind: registry.ProviderMedical, Services: []string{"nursing"}, Schedule: []registry.Shift{day}},
		{Name: "海棠家政服务社", Services: []string{"housekeeping", "security"}},
		{Name: "快手维修行", Services: []string{"locksmith", "plumbing", "electrical"}},
		{Name: "福寿社区养老服务中心", Kind: registry.ProviderNonprofit, Services: []string{"nursing"}},
	} {
		p.ID, p.Centre = registry.ProviderID(fmt.Sprintf("%sp%d", m.prefix, i+1)), districtCentre
		p.Phones, p.ContactName = []string{m.phone(centrePhones)}, m.person(youngNames(), m.sex(50))
		at, address := m.world.streets.home(m.Rand)
		p.Address, p.Position = address, placed(at)
		m.world.providers = append(m.world.providers, p)
	}
}

// employ makes a helper the staff of a provider that offers what the helper does.
func (m *maker) employ(h *registry.Helper, i int) {
	var fit []registry.ProviderID
	for _, p := range m.world.providers {
		for _, s := range p.Services {
			if len(h.Services) > 0 && s == h.Services[0] {
				fit = append(fit, p.ID)
			}
		}
	}
	if len(fit) > 0 && (h.Kind == registry.KindStaff || h.Kind == registry.KindProvider) {
		h.Provider = fit[i%len(fit)]
	}
	h.BackgroundCheck = registry.BackgroundCheck{State: registry.CheckPassed, Date: "2026-03-02", By: "派出所"}
	if i%9 == 8 {
		h.BackgroundCheck = registry.BackgroundCheck{State: registry.CheckPending}
	}
}

// papersAsOf gives helpers certificates and providers inspections around today: most are good for a year or two, some
// expire within the month, one has.
func (w *world) papersAsOf(now time.Time) {
	day := func(days int) string { return now.AddDate(0, 0, days).Format(time.DateOnly) }
	for i := range w.helpers {
		h := &w.helpers[i]
		for _, skill := range h.Skills {
			if skill != "first_aid" && skill != "nurse" {
				continue
			}
			until := []int{540, 380, 21, 700, 75, 260, -12}[i%7]
			h.Certificates = append(h.Certificates, registry.Certificate{Kind: skill, Number: fmt.Sprintf("SH-%05d", i+1),
				Issued: day(until - 730), Expires: day(until)})
		}
		switch i {
		case 11:
			h.Status, h.StatusReason, h.StatusFrom, h.StatusUntil = registry.StatusSuspended, "投诉核查中", day(-3), day(11)
		case 2:
			h.Absences = []registry.Absence{{From: day(0), Until: day(6), Substitute: w.helpers[0].ID, Reason: "探亲"}}
		case 5:
			h.Notices = []registry.Notice{{Text: "只会说上海话，来电请慢讲", From: day(-30)}}
		}
	}
	for i := range w.providers {
		for year := now.Year() - 2; year <= now.Year()-i/3; year++ {
			w.providers[i].Inspections = append(w.providers[i].Inspections,
				registry.Inspection{Year: year, Result: registry.CheckPassed, Date: fmt.Sprintf("%d-04-15", year)})
		}
	}
}
