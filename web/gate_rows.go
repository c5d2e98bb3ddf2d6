package web

import (
	"slices"

	"anling/alerts"
	"anling/devices"
	"anling/internal/fault"
	"anling/registry"
)

// gateRow classes the fields of one type by their names in JSON.
type gateRow struct {
	of     any
	fields map[string]class
}

// classed writes a row: for each class the names of its fields.
func classed(of any, byClass map[class][]string) gateRow {
	row := gateRow{of: of, fields: map[string]class{}}
	for c, names := range byClass {
		for _, n := range names {
			row.fields[n] = c
		}
	}
	return row
}

// gateRows classes every field that leaves the house. A field that is missing here leaves for nobody, and a test
// fails (TestGateKnowsEveryField).
func gateRows() []gateRow {
	type fields = map[class][]string
	return append([]gateRow{
		classed(registry.Helper{}, fields{
			open: {"id", "centre", "language", "kind", "skills", "services", "on_duty", "modes", "schedule", "keys_for", "weekly_offers",
				"quiet_hours", "household", "provider", "areas",
				"certificates", "background_check", "status", "status_from", "status_until", "notices", "absences", "grade", "warnings",
				"version", "created_at", "updated_at", "archived_at", "locked"},
			personal: {"name", "position"}, number: {"phones"}, note: {"status_reason", "custom"}}),
		classed(registry.Shift{}, fields{open: {"days", "from", "to"}}),
		classed(registry.Provider{}, fields{
			open: {"id", "centre", "name", "kind", "phones", "address", "position", "services", "areas", "schedule", "certificates", "inspections",
				"status", "status_from", "status_until", "notices", "grade", "warnings", "version", "created_at", "updated_at", "archived_at", "locked"},
			personal: {"contact_name"}, note: {"status_reason", "custom"}}),
		classed(registry.Centre{}, fields{
			open: {"id", "name", "parent", "phone", "position", "time_zone", "level", "area", "hours", "default_area_code",
				"requires_background_check", "requires_inspection", "weekly_offers", "reserved_seats", "version", "created_at", "updated_at", "archived_at"}}),
		classed(registry.Operator{}, fields{
			open:     {"id", "centre", "role", "provider", "language", "version", "created_at", "updated_at", "archived_at", "locked"},
			personal: {"name", "display_name"}, number: {"phone"}}),
		classed(devices.Record{}, fields{
			open:     {"id", "kind", "alarms", "time", "received_at", "late", "battery", "path", "alert", "silent", "remarks", "repeats"},
			personal: {"position"}, note: {"text"}, raw: {"raw"}}),
		classed(fault.Field{}, fields{open: {"name", "problem", "key", "vars"}}),
		classed(ArrivalView{}, fields{open: {"helper", "kind", "mode", "duration_s", "by_road"}, personal: {"name"}}),
		classed(NearView{}, fields{
			open:     {"helper", "kind", "mode", "duration_s", "distance_m", "position_age_s", "by_road"},
			personal: {"name", "position"}}),
	}, slices.Concat(elderRows(), zoneRows(), standingRows(), alertRows(), outageRows(), auditRows())...)
}

// alertRows classes what is told of alerts.
func alertRows() []gateRow {
	type fields = map[class][]string
	return []gateRow{
		classed(AlertView{}, fields{
			open: {"id", "number", "code", "state", "level", "elder", "device", "centre", "centre_name", "shared", "operator", "language", "unidentified", "locked",
				"test", "presses", "late_s", "battery", "raised_at", "waiting_since", "turn", "returns", "returned_why", "no_speech_at", "back_at", "paths",
				"accepted_at", "helping_at", "on_scene_at", "resolved_at", "followed_up_at", "closed_at", "due_at", "do_by", "troubles", "pressed_at", "plan", "outage", "outcome", "satisfaction", "reached", "joined_to",
				"version", "seq", "people", "next", "prompts"},
			rough:    {"kind", "priority", "urgency", "silent"},
			personal: {"title", "age", "sex", "address", "position", "positions", "place"}, number: {"caller"}, note: {"text"}}),
		classed(alerts.Trouble{}, fields{open: {"device", "kind", "since", "mended", "task"}}),
		classed(DetailView{}, fields{open: {"profile", "contacts", "history", "classes", "safety"}}),
		classed(alerts.Safety{}, fields{open: {"alert", "since", "why"}}),
		classed(ChoiceView{}, fields{open: {"why", "home_m", "away", "places"}, personal: {"by"}}),
		classed(PlaceView{}, fields{open: {"accuracy_m", "time", "age_s", "source", "chosen", "from_home_m", "from_chosen_m", "flags"}, personal: {"lat", "lon"}}),
		classed(alerts.Place{}, fields{open: {"why", "by_hand", "at_home", "home_m", "away"}, personal: {"position", "by"}}),
		classed(OperatorRef{}, fields{open: {"id"}, personal: {"name"}}),
		classed(PersonView{}, fields{
			open: {"id", "part", "role", "has_key", "trained", "order", "state", "since", "said_at", "eta_at", "travel_s", "distance_m", "mode",
				"trouble", "reasons", "messages"},
			personal: {"name", "relation", "position"}}),
		classed(MessageView{}, fields{open: {"id", "channel", "status", "at", "step", "repeat"}}),
		classed(PromptView{}, fields{open: {"kind", "at"}, personal: {"words"}}),
		classed(HistoryView{}, fields{open: {"id", "number", "kind", "state", "raised_at", "outcome"}}),
		classed(alerts.Upcoming{}, fields{open: {"step", "action", "at", "text"}}),
		classed(CandidateView{}, fields{
			open: {"helper", "kind", "skills", "mode", "duration_s", "distance_m", "position_age_s", "by_road", "load", "has_key",
				"trained", "state", "rank", "reasons"},
			personal: {"name", "position"}}),
		classed(ReasonView{}, fields{open: {"code", "value", "zh", "en"}}),
		classed(alerts.Event{}, fields{open: {"seq", "global", "alert", "type", "at", "actor", "data", "hash"}}),
		classed(EventView{}, fields{personal: {"names"}}),
		classed(alerts.Actor{}, fields{open: {"kind", "id", "role"}, personal: {"name"}}),
		classed(alerts.Data{}, fields{
			open: {"person", "step", "message", "channel", "template", "repeat", "status", "code", "answer", "to", "level", "priority",
				"outcome", "satisfaction", "reached", "other", "short", "late_s", "kind", "signal", "plan", "words", "travel", "reasons", "not_asked", "again", "who", "raised",
				"people", "overflow", "device", "elders", "actor_role", "press", "place", "moved_m"},
			personal: {"position", "actor_name"}, note: {"text", "reason"}}),
		classed(alerts.Share{}, fields{open: {"agreement", "to", "after_s", "hours", "zone"}}),
		classed(alerts.Travel{}, fields{open: {"mode", "duration_s", "distance_m", "by_road"}}),
		classed(alerts.Reason{}, fields{open: {"code", "value"}}),
		classed(alerts.Choice{}, fields{open: {"person", "reasons"}}),
		classed(alerts.Person{}, fields{
			open: {"id", "part", "role", "language", "channels", "numbers", "has_key", "trained", "order", "state", "since", "step", "said", "asked_at", "recalled_by",
				"said_at", "way", "trouble", "declined", "household", "eta_at", "promised_at", "travel_s", "distance_m", "mode", "reasons", "messages"},
			personal: {"name", "relation", "position", "sent_to"}}),
		classed(alerts.Turn{}, fields{open: {"operator", "at"}}),
		classed(alerts.PathMark{}, fields{open: {"path", "press", "at"}}),
		classed(alerts.Way{}, fields{open: {"start_m", "best_m", "metres", "mark_m", "moved_at", "fix_at", "seen_at"}}),
		classed(alerts.MessageState{}, fields{open: {"id", "channel", "template", "status", "at", "told_at", "step", "repeat"}}),
		classed(alerts.Raise{}, fields{
			open: {"number", "code", "plan", "pins", "zone", "elder", "device", "centre", "subject", "language", "battery", "test", "unidentified", "locked",
				"late_s", "pressed_at", "people", "signal", "path", "ahead", "overflow", "unmanned", "do_by", "pressable", "outage", "place"},
			rough:    {"kind", "priority", "silent"},
			personal: {"title", "age", "sex", "address", "positions", "alone", "classes"}, number: {"caller"}, note: {"text"}}),
	}
}
