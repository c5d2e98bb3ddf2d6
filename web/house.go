package web

import (
	"errors"
	"fmt"
	"net/http"

	"anling/alerts"
	"anling/internal/fault"
	"anling/registry"
)

var errScrape = errors.New("a scrape of the metrics took longer than its two seconds")

// live answers GET /livez: the process answers.
func (s *Server) live(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, StatusView{Status: "ok"})
}

// StatusView says that something works.
type StatusView struct {
	Status   string `json:"status"`
	Database string `json:"database,omitempty"`
}

// ready answers GET /readyz: the database answers with its schema. Unsent messages are a metric, not a
// reason to take no more alarms.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	if err := s.db.Ping(r.Context()); err != nil {
		return fault.Wrap(fault.Retry, err, "the database does not answer")
	}
	if _, err := s.engine.LastGlobal(r.Context()); err != nil {
		return fault.Wrap(fault.Retry, err, "the database has no usable schema")
	}
	return writeJSON(w, http.StatusOK, StatusView{Status: "ok", Database: s.db.Engine()})
}

// ConfigView is what the console must know before anybody has logged in.
type ConfigView struct {
	Demo     bool             `json:"demo"`
	Map      MapView          `json:"map"`
	Basemap  string           `json:"basemap"`
	Outcomes []alerts.Outcome `json:"outcomes"`
	Phones   string           `json:"phones,omitempty"`
	SSO      bool             `json:"sso"`      // one may log in by an identity provider
	Passkeys bool             `json:"passkeys"` // they are possible at this address
}

// showConfig answers GET /v1/config.
func (s *Server) showConfig(w http.ResponseWriter, _ *http.Request) error {
	v := ConfigView{Demo: s.demo != nil, Map: s.mapView, Basemap: basemapPath, Outcomes: alerts.Outcomes(),
		SSO: s.sso != nil, Passkeys: s.passkeys != nil}
	if s.phones != nil {
		v.Phones = "/phones"
	}
	return writeJSON(w, http.StatusOK, v)
}

// pressBody names whose button is pressed in the demo.
type pressBody struct {
	Elder registry.ElderID `json:"elder"`
}

// demoPress answers POST /demo/press, in the demo only.
func (s *Server) demoPress(w http.ResponseWriter, r *http.Request) error {
	var body pressBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	v, err := s.demo.Press(r.Context(), body.Elder)
	if err != nil {
		return fmt.Errorf("press in the demo: %w", err)
	}
	return writeJSON(w, http.StatusAccepted, v)
}

// toConsole answers GET /.
func (s *Server) toConsole(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, "/console/", http.StatusFound)
	return nil
}
