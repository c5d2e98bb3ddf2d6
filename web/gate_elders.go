package web

import "anling/registry"

// elderRows classes what is told of elders, their contacts and devices.
func elderRows() []gateRow {
	type fields = map[class][]string
	return []gateRow{
		classed(registry.Elder{}, fields{
			open: {"id", "centre", "number", "sex", "language", "dialect", "area", "household", "tier", "safety_plan", "legal_hold", "merged_into",
				"version", "created_at", "updated_at", "archived_at", "locked"},
			personal: {"name", "birth_date", "address", "position", "photo"}, number: {"phones", "id_number"},
			vital: {"allergies", "mobility"}, health: {"illnesses", "medicines", "living", "care_level"}, access: {"access"},
			note: {"id_kind", "notes", "custom", "legal_hold_reason"}}),
		classed(registry.SafetyPlan{}, fields{open: {"on", "since", "until", "times"}, note: {"reason"}}),
		classed(registry.Contact{}, fields{
			open: {"id", "elder", "role", "channels", "order", "language", "languages", "hours", "has_key",
				"version", "created_at", "updated_at", "archived_at", "locked"},
			personal: {"name", "relation"}, number: {"phones"}, note: {"note"}}),
		classed(registry.Device{}, fields{
			open: {"id", "protocol", "kind", "elder", "centre", "last_seen_at", "battery", "installed_at", "installed_by", "tested_at",
				"beat_s", "battery_hours", "carrier", "link", "expected_beat_s", "version", "created_at", "updated_at", "archived_at"},
			personal: {"place"}, number: {"identity", "sim"}, note: {"note"}}),
		classed(registry.Consent{}, fields{
			open: {"id", "elder", "purpose", "basis", "given_at", "until", "withdrawn_at", "document", "how",
				"version", "created_at", "updated_at", "archived_at", "locked"},
			personal: {"given_by", "withdrawn_by"}, note: {"scope", "note"}}),
		classed(registry.Attachment{}, fields{
			open: {"id", "resource", "owner", "kind", "size", "width", "height", "version", "created_at", "updated_at", "archived_at", "locked"},
			// Who sees the media sees photographs, who sees the title opens documents (attachments.go).
			personal: {"media"}, note: {"title"}}),
		classed(registry.CustomField{}, fields{
			open: {"id", "centre", "resource", "key", "label", "type", "choices", "required", "class", "order",
				"version", "created_at", "updated_at", "archived_at"}}),
	}
}
