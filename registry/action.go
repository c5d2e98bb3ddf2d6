package registry

import "slices"

// Action is something that a role may let somebody do: noun.verb. What they then see and change of each record is
// the matter of the role's field rights.
type Action string

// The actions that code asks for by name; the others are named by the table of routes alone.
const (
	AlertsSee         Action = "alerts.see"
	AlertsWork        Action = "alerts.work"
	AlertsOverride    Action = "alerts.override"  // overrule a rule of an alert by writing why
	AlertsSupervise   Action = "alerts.supervise" // is called when nobody accepts an alert
	CentresEverywhere Action = "centres.everywhere"
	PlansChange       Action = "plans.change"
	SignalsSend       Action = "signals.send"
	BreakGlassSee     Action = "break_glass.see" // those of others
	BreakGlassReview  Action = "break_glass.review"
)

// Actions lists every action that there is.
func Actions() []Action {
	return []Action{
		AlertsSee, AlertsWork, AlertsOverride, AlertsSupervise,
		"elders.see", "elders.change", "elders.archive", "elders.merge", "elders.move",
		"contacts.see", "contacts.change", "contacts.archive",
		"devices.see", "devices.change", "devices.archive",
		"helpers.see", "helpers.change", "helpers.archive",
		"providers.see", "providers.change", "providers.archive",
		"services.see", "services.change", "areas.see", "areas.change", "classes.see", "classes.change",
		"custom_fields.see", "custom_fields.change", "agreements.see", "agreements.change",
		"centres.see", "centres.change", "centres.archive", CentresEverywhere,
		"plans.see", PlansChange,
		"operators.see", "operators.change", "operators.archive",
		"roles.see", "roles.change", "tokens.see", "tokens.change", "sessions.see", "sessions.end",
		"audit.see", "audit.export", "figures.see", "import", "export",
		"consents.see", "consents.change", "privacy.see", "privacy.act", "retention.see", "retention.change",
		"break_glass.open", BreakGlassSee, BreakGlassReview,
		"webhooks.see", "webhooks.change", "signals.see", SignalsSend,
	}
}

// Known tells whether there is such an action.
func (a Action) Known() bool { return slices.Contains(Actions(), a) }
