package web

import (
	"bytes"
	"net/http"

	"anling/devices"
	"anling/registry"
)

// takeSignals answers POST /v1/signals. The 202 means durable. There is no limit here on how many may
// come, and what may be lost (heartbeats, positions) is refused by the intake before an alarm has to wait.
func (s *Server) takeSignals(w http.ResponseWriter, r *http.Request) error {
	start := s.clock.Now()
	if err := wantType(r, "application/json"); err != nil {
		return err
	}
	body, err := readBody(w, r, maxSignalBatch)
	if err != nil {
		return err
	}
	if t := bytes.TrimLeft(body, " \t\r\n\ufeff"); len(body) > maxBody && (len(t) == 0 || t[0] != '[') {
		return refuse(http.StatusRequestEntityTooLarge, "a single signal has at most %d bytes", maxBody)
	}
	from := devices.Sender{}
	if t := callerOf(r.Context()).token; t != nil {
		from.Device = t.Device
	}
	answer, err := s.intake.Receive(r.Context(), from, body)
	if err != nil {
		return err
	}
	s.metrics.commit(s.clock.Now().Sub(start))
	return writeJSON(w, http.StatusAccepted, answer)
}

// listSignals answers GET /v1/devices/{id}/signals, newest first.
func (s *Server) listSignals(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	limit := q.limit("limit", 50, 500)
	if err := q.err(); err != nil {
		return err
	}
	d, err := s.registryFor(r).Device(r.Context(), registry.DeviceID(pathVar(r, "id")))
	if err != nil {
		return err
	}
	found, err := s.intake.Signals(r.Context(), d.ID, limit, q.text("cursor"))
	if err != nil {
		return err
	}
	who, err := s.throughGlass(r.Context(), standing{viewer: s.viewerIn(r.Context(), d.Centre)}, d.Elder)
	if err != nil {
		return err
	}
	err = s.look(r.Context(), look{action: "signals.listed", resource: "device", id: string(d.ID), subject: string(d.Elder), centre: d.Centre,
		seen: seen{Count: new(len(found.Items)), Note: who.note()}})
	if err != nil {
		return err
	}
	out := page[gated[devices.Record]]{Items: redactAll(who.viewer, found.Items), Next: found.Next}
	return writeJSON(w, http.StatusOK, out)
}
