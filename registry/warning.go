package registry

import "time"

// Warning is something about a helper or provider that somebody should see to. It hinders nothing by itself.
type Warning struct {
	Code  string `json:"code"`
	Field string `json:"field"`
	Value string `json:"value"` // what it is about: a service, a certificate
	Until string `json:"until"` // the day that matters; may be empty
}

// The codes of warnings; they are keys of the message file, too (warning.…).
const (
	WarnUnknownService    = "unknown_service"    // is no kind of service that is known
	WarnDeprecatedService = "deprecated_service" // is not offered any more
	WarnCertificate       = "certificate_expired"
	WarnCertificateSoon   = "certificate_expires" // within 30 days
	WarnInspectionDue     = "inspection_due"
	WarnInspectionOverdue = "inspection_overdue"
	WarnInspectionFailed  = "inspection_failed"
	WarnBackgroundCheck   = "background_check" // the centre demands one, and none was passed
)

// soonDays is how long before the end of a certificate a record begins to warn.
const soonDays = 30

func warnOfServices(t *ServiceTree, services []string) []Warning {
	var out []Warning
	for _, s := range services {
		x, ok := t.Get(t.codeOf(s))
		switch {
		case !ok:
			out = append(out, Warning{Code: WarnUnknownService, Field: "services", Value: s})
		case x.ArchivedAt != nil:
			out = append(out, Warning{Code: WarnDeprecatedService, Field: "services", Value: s})
		}
	}
	return out
}

func warnOfCertificates(all []Certificate, today time.Time) []Warning {
	var out []Warning
	day, soon := today.Format(time.DateOnly), today.AddDate(0, 0, soonDays).Format(time.DateOnly)
	for _, k := range all {
		switch {
		case k.Expires == "" || k.Expires > soon:
		case k.Expires < day:
			out = append(out, Warning{Code: WarnCertificate, Field: "certificates", Value: k.Kind, Until: k.Expires})
		default:
			out = append(out, Warning{Code: WarnCertificateSoon, Field: "certificates", Value: k.Kind, Until: k.Expires})
		}
	}
	return out
}

// warnings are what is worth seeing to about a helper, at a local time.
func (h Helper) warnings(t *ServiceTree, today time.Time, checked bool) []Warning {
	out := append(warnOfServices(t, h.Services), warnOfCertificates(h.Certificates, today)...)
	if checked && h.BackgroundCheck.State != CheckPassed {
		out = append(out, Warning{Code: WarnBackgroundCheck, Field: "background_check", Value: h.BackgroundCheck.State})
	}
	return some(out)
}

func (p Provider) warnings(t *ServiceTree, today time.Time) []Warning {
	out := append(warnOfServices(t, p.Services), warnOfCertificates(p.Certificates, today)...)
	code := map[string]string{InspectionDue: WarnInspectionDue, InspectionOverdue: WarnInspectionOverdue,
		InspectionFailed: WarnInspectionFailed}[p.InspectionOn(today.Format(time.DateOnly))]
	if code != "" {
		out = append(out, Warning{Code: code, Field: "inspections"})
	}
	return some(out)
}

// warn writes into a helper what is worth seeing to now.
func (r *Roster) warnHelper(h *Helper, now time.Time) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	k := r.rules.centres[h.Centre]
	h.Warnings = h.warnings(r.rules.services, localTime(now, k.loc), k.RequiresBackgroundCheck)
}

func (r *Roster) warnProvider(p *Provider, now time.Time) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	p.Warnings = p.warnings(r.rules.services, localTime(now, r.rules.centres[p.Centre].loc))
}

func localTime(now time.Time, loc *time.Location) time.Time {
	if loc == nil {
		return now.UTC()
	}
	return now.In(loc)
}
