package web

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"anling/alerts"
	"anling/internal/fault"
	"anling/notify/webhook"
	"anling/registry"
)

// feedAtOnce is how many events are read at a time.
const feedAtOnce = 200

// FeedWebhooks turns events of alerts into what webhooks are told, until ctx ends. It reads the events that everybody
// else reads, by their global number; the engine knows nothing of it.
func (s *Server) FeedWebhooks(ctx context.Context) error {
	for {
		changed := s.engine.Changed()
		did, _, err := s.StepWebhooks(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.Warn("webhooks are not told what happens: the database does not answer", "err", err)
		}
		if did > 0 && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-s.clock.After(lookAgain): // other nodes' commits do not signal here
		}
	}
}

// StepWebhooks feeds what has happened since the last time, and tells how many events that were.
func (s *Server) StepWebhooks(ctx context.Context) (did int, next time.Time, err error) {
	if s.webhooks == nil {
		return 0, next, nil
	}
	newest, err := s.engine.LastGlobal(ctx)
	if err != nil {
		return 0, next, err
	}
	if !s.feeding {
		if s.fed, err = s.webhooks.Position(ctx, newest); err != nil {
			return 0, next, err
		}
		s.feeding = true
	}
	if newest == s.fed {
		return 0, next, nil
	}
	hooks, err := s.webhooks.List(ctx)
	if err != nil {
		return 0, next, err
	}
	if len(hooks) == 0 {
		s.fed = newest // nobody listens, and nobody is told the past
		return 0, next, nil
	}
	found, err := s.engine.After(ctx, s.fed, feedAtOnce)
	if err != nil || len(found) == 0 {
		return 0, next, err
	}
	told, err := s.told(ctx, found)
	if err != nil {
		return 0, next, err
	}
	upTo := found[len(found)-1].Event.Global
	if _, err := s.webhooks.Feed(ctx, webhook.Span{From: s.fed, UpTo: upTo}, told); err != nil {
		return 0, next, fmt.Errorf("feed webhooks: %w", err)
	}
	s.fed = upTo
	return len(found), next, nil
}

// told makes of each event that somebody may ask for what is said of it.
func (s *Server) told(ctx context.Context, found []alerts.Change) ([]webhook.Occurrence, error) {
	asked := map[string]bool{}
	for _, k := range webhookKinds() {
		asked[k] = true
	}
	above := map[registry.CentreID][]string{}
	var all []webhook.Occurrence
	for _, c := range found {
		kind := kindOfEvent(c.Event.Type)
		if !asked[kind] {
			continue
		}
		centres, known := above[c.Alert.Centre]
		if !known {
			var err error
			if centres, err = s.centresAbove(ctx, c.Alert.Centre); err != nil {
				return nil, err
			}
			above[c.Alert.Centre] = centres
		}
		body, err := json.Marshal(EventTold{Type: kind, Timestamp: c.Event.At.UTC(), Data: tellAlert(c)})
		if err != nil {
			return nil, fmt.Errorf("encode an event: %w", err)
		}
		all = append(all, webhook.Occurrence{Global: c.Event.Global, At: c.Event.At, Kind: kind, Centres: centres, Body: body})
	}
	return all, nil
}

// maxLevels is more than any tree of centres has; a ring that somebody made must not be walked for ever.
const maxLevels = 16

// centresAbove gives a centre and those above it.
func (s *Server) centresAbove(ctx context.Context, id registry.CentreID) (all []string, err error) {
	for range maxLevels {
		if id == "" {
			break
		}
		all = append(all, string(id))
		c, err := s.registry.Centre(ctx, id)
		if fault.Is(err, fault.NotFound) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("centre %s of a webhook: %w", id, err)
		}
		id = c.Parent
	}
	return all, nil
}

// tellAlert is an alert as it is now; the event's own number orders what comes out of order.
func tellAlert(c alerts.Change) AlertTold {
	a := c.Alert
	return AlertTold{ID: a.ID, Number: a.Number, Kind: a.Kind, State: a.State, Priority: a.Priority, Elder: orNull(a.Elder), Device: orNull(a.Device),
		Centre: a.Centre, Test: a.Test, Silent: a.Silent, Unidentified: a.Unidentified, Outcome: orNull(a.Outcome), RaisedAt: a.RaisedAt,
		AcceptedAt: a.AcceptedAt, OnSceneAt: a.OnSceneAt, ResolvedAt: a.ResolvedAt, ClosedAt: a.ClosedAt, Version: a.Version, Seq: c.Event.Seq}
}
