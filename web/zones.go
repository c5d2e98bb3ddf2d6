package web

import (
	"net/http"

	"anling/devices"
	"anling/geo/fence"
	"anling/internal/fault"
	"anling/registry"
)

// zoneRoutes are those of the ground on which an elder is safe. Who may change an elder may draw it, and pause it for an outing.
func (s *Server) zoneRoutes() []route {
	return []route{
		{http.MethodGet, "/v1/elders/{id}/zones", "elders.see", s.listZones},
		{http.MethodPost, "/v1/elders/{id}/zones", "elders.change", s.drawZone},
		{http.MethodPatch, "/v1/zones/{id}", "elders.change", s.changeZone},
		{http.MethodDelete, "/v1/zones/{id}", "elders.change", s.archiveZone},
	}
}

// zoneList are the zones of an elder, and how the elder stands towards them by each device that says where it is.
type zoneList struct {
	page[gated[registry.SafeZone]]
	Standing []devices.Zoned `json:"standing"`
}

func docsZones() map[string]doc {
	const tag = "zones"
	return map[string]doc{
		"GET /v1/elders/{id}/zones": {tag: tag, summary: "Where an elder is safe, and whether they are there: unknown, inside, leaving, outside or returning", answer: zoneList{}},
		"POST /v1/elders/{id}/zones": {tag: tag, summary: "Draw a safe zone: a circle, or a GeoJSON polygon of one ring. Without hours it is always in force; margin_m is by how much one may be outside. It needs a consent, or another basis, for location",
			body: registry.SafeZone{}, optional: true, answer: gated[registry.SafeZone]{}, status: 201, want: 422,
			example: `{"name":"家附近","shape":{"circle":{"lat":31.2304,"lon":121.4737,"radius_m":400}},"margin_m":50,"hours":[{"days":[1,2,3,4,5,6,7],"from":"20:00","to":"07:00"}]}`},
		"PATCH /v1/zones/{id}": {tag: tag, summary: "Change a zone; paused_until keeps it out of force during an outing, null ends that", body: registry.SafeZone{}, optional: true,
			answer: gated[registry.SafeZone]{}, example: `{"version":1,"paused_until":"2026-11-26T18:00:00+08:00"}`, want: 404},
		"DELETE /v1/zones/{id}": {tag: tag, summary: "Archive a zone: nobody is looked for any more when it is left", status: 204, want: 404},
	}
}

// zoneRows classes what is told of zones: where one is tells where somebody lives.
func zoneRows() []gateRow {
	type fields = map[class][]string
	return []gateRow{
		classed(registry.SafeZone{}, fields{
			open:     {"id", "elder", "margin_m", "hours", "paused_until", "tell", "version", "created_at", "updated_at", "archived_at", "locked"},
			personal: {"name", "shape"}, note: {"note"}}),
		classed(fence.Shape{}, fields{personal: {"circle", "polygon"}}),
		classed(fence.Circle{}, fields{personal: {"lat", "lon", "radius_m"}}),
		classed(fence.Polygon{}, fields{open: {"type"}, personal: {"coordinates"}}),
	}
}

func (s *Server) listZones(w http.ResponseWriter, r *http.Request) error {
	elder := pathVar(r, "id")
	if err := s.ownerWithin(r, registry.ElderAttachments, elder); err != nil {
		return err
	}
	all, err := s.registryFor(r).Zones(r.Context(), registry.ElderID(elder))
	if err != nil {
		return err
	}
	who, err := s.throughGlass(r.Context(), standing{viewer: s.viewer(r.Context())}, registry.ElderID(elder))
	if err != nil {
		return err
	}
	err = s.look(r.Context(), look{action: "zones.listed", resource: "elder", id: elder, subject: elder, seen: seen{Count: new(len(all)), Note: who.note()}})
	if err != nil {
		return err
	}
	out := zoneList{page: page[gated[registry.SafeZone]]{Items: redactAll(who.viewer, all)}}
	if out.Standing, err = s.intake.ZonedOf(r.Context(), registry.ElderID(elder)); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

func (s *Server) drawZone(w http.ResponseWriter, r *http.Request) error {
	z := registry.NewZone()
	body, err := readJSON(w, r, maxBody)
	if err != nil {
		return err
	}
	if err := decodeBytes(body, &z); err != nil {
		return err
	}
	elder := registry.ElderID(pathVar(r, "id"))
	if z.Elder != "" && z.Elder != elder {
		return fault.InvalidFields("the zone is not valid", []fault.Field{{Name: "elder", Problem: "is not the elder of the path"}})
	}
	if z.Elder = elder; s.ownerWithin(r, registry.ElderAttachments, string(elder)) != nil {
		return fault.New(fault.NotFound, "there is no such elder")
	}
	if err := s.guardNew(r.Context(), z, body); err != nil {
		return err
	}
	if z, err = s.registryFor(r).CreateZone(r.Context(), z); err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, redact(s.viewer(r.Context()), z))
}

// zoneAt gives the zone of a path, if it is any of the caller's business.
func (s *Server) zoneAt(r *http.Request) (registry.SafeZone, error) {
	z, err := s.registryFor(r).Zone(r.Context(), registry.SafeZoneID(pathVar(r, "id")))
	if err != nil {
		return z, err
	}
	return z, s.ownerWithin(r, registry.ElderAttachments, string(z.Elder))
}

func (s *Server) changeZone(w http.ResponseWriter, r *http.Request) error {
	patch, err := readJSON(w, r, maxBody)
	if err != nil {
		return err
	}
	old, err := s.zoneAt(r)
	if err != nil {
		return err
	}
	if err := s.guardChange(r.Context(), old, patch); err != nil {
		return err
	}
	z, err := s.registryFor(r).ChangeZone(r.Context(), old.ID, patch)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, redact(s.viewer(r.Context()), z))
}

func (s *Server) archiveZone(w http.ResponseWriter, r *http.Request) error {
	z, err := s.zoneAt(r)
	if err != nil {
		return err
	}
	if err := s.registryFor(r).ArchiveZone(r.Context(), z.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
