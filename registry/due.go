package registry

import (
	"cmp"
	"slices"
	"time"
)

// Due is a paper or an inspection of a helper or provider that somebody has to see to.
type Due struct {
	Resource string   `json:"resource"` // helper or provider
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Centre   CentreID `json:"centre"`
	Code     string   `json:"code"`  // of a warning
	Value    string   `json:"value"` // which certificate
	Until    string   `json:"until"` // the day
	Stage    int      `json:"stage"` // 30, 60 or 90: within so many days; 0: it is over
}

// Due lists what expires within so many days in the centres of a scope, and what is over, the most urgent first.
func (r *Roster) Due(scope Scope, now time.Time, days int) []Due {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var out []Due
	for _, h := range r.byID {
		if !scope.Has(h.Centre) || h.Status == StatusLeft {
			continue
		}
		today := localTime(now, r.rules.centres[h.Centre].loc)
		who := Due{Resource: "helper", ID: string(h.ID), Name: h.Name, Centre: h.Centre}
		out = append(out, who.papers(h.Certificates, today, days)...)
	}
	for _, p := range r.rules.providers {
		if !scope.Has(p.Centre) || p.Status == StatusLeft || p.ArchivedAt != nil {
			continue
		}
		today := localTime(now, r.rules.centres[p.Centre].loc)
		who := Due{Resource: "provider", ID: string(p.ID), Name: p.Name, Centre: p.Centre}
		out = append(out, who.papers(p.Certificates, today, days)...)
		out = append(out, who.inspection(p, today, days)...)
	}
	slices.SortFunc(out, func(a, b Due) int {
		return cmp.Or(cmp.Compare(a.Stage, b.Stage), cmp.Compare(a.Until, b.Until), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Value, b.Value))
	})
	return out
}

func (d Due) papers(all []Certificate, today time.Time, days int) []Due {
	var out []Due
	for _, k := range all {
		stage, near := stageOf(k.Expires, today, days)
		if !near {
			continue
		}
		x := d
		x.Code, x.Value, x.Until, x.Stage = WarnCertificateSoon, k.Kind, k.Expires, stage
		if stage == 0 {
			x.Code = WarnCertificate
		}
		out = append(out, x)
	}
	return out
}

func (d Due) inspection(p Provider, today time.Time, days int) []Due {
	day := today.Format(time.DateOnly)
	d.Until = day[:len("2026-")] + inspectionEnds
	switch p.InspectionOn(day) {
	case InspectionOverdue:
		d.Code = WarnInspectionOverdue
	case InspectionFailed:
		d.Code = WarnInspectionFailed
	case InspectionDue:
		stage, near := stageOf(d.Until, today, days)
		if !near {
			return nil
		}
		d.Code, d.Stage = WarnInspectionDue, stage
	default:
		return nil
	}
	return []Due{d}
}

// stageOf tells within how many days a day comes: 30, 60 or 90; 0 when it is over. near is false when it is farther off than asked.
func stageOf(day string, today time.Time, days int) (stage int, near bool) {
	if day == "" || day > today.AddDate(0, 0, days).Format(time.DateOnly) {
		return 0, false
	}
	if day < today.Format(time.DateOnly) {
		return 0, true
	}
	for _, stage := range []int{30, 60} {
		if day <= today.AddDate(0, 0, stage).Format(time.DateOnly) {
			return stage, true
		}
	}
	return 90, true
}
