package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"time"

	"anling/devices"
	"anling/registry"
)

// seats are the operators of a simulation, and through them the helpers: with the commands of the API they take
// alerts, send somebody, hear that they have arrived, and bring the matter to its end. Some are slow, some
// alerts nobody takes in time, some helpers never set out.
type seats struct {
	st      *stage
	walkers *walkers
	wake    chan string    // alerts that were raised
	away    sync.WaitGroup // what goes on at doors while the operators are at the next alert

	mu   sync.Mutex
	rand *rand.Rand
	mine map[string]bool // alerts that have been thought about
}

func newSeats(st *stage, ways wayfinder) *seats {
	s := &seats{st: st, wake: make(chan string, 4096), mine: map[string]bool{}, rand: rand.New(rand.NewPCG(st.seed, 0x5ea7)),
		walkers: newWalkers(st.world, ways, st.seed, time.Now())}
	if st.people {
		st.watch.told = s.hear
	}
	return s
}

func alertOf(r devices.Receipt) string {
	if r.Alert == nil {
		return ""
	}
	return *r.Alert
}

// hear notes a new alert; when too many come at once some are left to the service's own plan.
func (s *seats) hear(alert, state string) {
	if state != "raised" {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mine[alert] {
		return
	}
	s.mine[alert] = true
	select {
	case s.wake <- alert:
	default:
	}
}

// run lets a few operators work until they are told to stop.
func (s *seats) run(ctx context.Context) {
	const operators = 8
	var all sync.WaitGroup
	for range operators {
		all.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case alert := <-s.wake:
					s.handle(ctx, alert)
				}
			}
		})
	}
	all.Wait()
	s.away.Wait()
}

func (s *seats) draw() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.Float64()
}

// pause waits for a human time, drawn round a median.
func (s *seats) pause(ctx context.Context, median time.Duration) bool {
	s.mu.Lock()
	d := within(s.rand, median, 0.5)
	s.mu.Unlock()
	select {
	case <-ctx.Done():
		return false
	case <-time.After(time.Duration(float64(d) / s.st.pace)):
		return true
	}
}

// handle is the work on one alert. The operator is free again when somebody has been sent; what happens
// at the door goes on by itself.
func (s *seats) handle(ctx context.Context, alert string) {
	if !s.pause(ctx, 6*time.Second) || s.draw() < 0.05 {
		return // overlooked: the plan has to escalate
	}
	if !s.command(ctx, alert, "accept", map[string]any{}) || !s.pause(ctx, 8*time.Second) {
		return
	}
	helper := s.nearest(ctx, alert)
	if helper == "" || !s.command(ctx, alert, "assign", map[string]any{"helper": helper}) {
		return
	}
	if s.draw() < 0.1 {
		return // promised, and did not set out
	}
	s.away.Go(func() { s.atTheDoor(ctx, alert, registry.HelperID(helper)) })
}

// nearest is the first candidate that the service names.
func (s *seats) nearest(ctx context.Context, alert string) string {
	var page struct {
		Items []struct {
			Helper string `json:"helper"`
		} `json:"items"`
	}
	err := s.st.api.do(ctx, http.MethodGet, "/v1/alerts/"+url.PathEscape(alert)+"/candidates", nil, &page)
	if ctx.Err() == nil {
		s.st.ledger.did(err)
	}
	if err != nil || len(page.Items) == 0 {
		return ""
	}
	return page.Items[0].Helper
}

// travel walks a helper to the elder's door; one who is not of this city is simply a while on the way.
func (s *seats) travel(ctx context.Context, alert string, helper registry.HelperID) bool {
	var seen struct {
		Position *struct{ Lat, Lon float64 } `json:"position"`
	}
	err := s.st.api.do(ctx, http.MethodGet, "/v1/alerts/"+url.PathEscape(alert), nil, &seen)
	if err != nil || seen.Position == nil || !s.walkers.send(helper, [2]float64{seen.Position.Lon, seen.Position.Lat}, s.st.pace) {
		return s.pause(ctx, 4*time.Minute)
	}
	for !s.walkers.arrived(helper) {
		if !s.pause(ctx, 5*time.Second) {
			return false
		}
	}
	return true
}

// atTheDoor is the way to the elder and all that follows.
func (s *seats) atTheDoor(ctx context.Context, alert string, helper registry.HelperID) {
	if !s.pause(ctx, 20*time.Second) {
		return
	}
	s.command(ctx, alert, "depart", map[string]any{"person": helper}) // refused when they have said so themselves
	if !s.travel(ctx, alert, helper) {
		return
	}
	s.command(ctx, alert, "arrive", map[string]any{"person": helper})
	defer s.walkers.release(helper)
	steps := []struct {
		wait time.Duration
		name string
		body map[string]any
	}{
		{4 * time.Minute, "resolve", map[string]any{"outcome": s.outcome(), "note": "simulated"}},
		{2 * time.Minute, "follow-up", map[string]any{"satisfaction": "satisfied", "reached": true, "note": ""}},
		{10 * time.Second, "close", map[string]any{"reason": ""}},
	}
	for _, step := range steps {
		if !s.pause(ctx, step.wait) || !s.command(ctx, alert, step.name, step.body) {
			return
		}
	}
}

func (s *seats) outcome() string {
	switch d := s.draw(); {
	case d < 0.6:
		return "helped"
	case d < 0.7:
		return "hospital"
	case d < 0.8:
		return "family"
	}
	return "false_alarm"
}

// command does something with an alert, once, and counts what came of it. That somebody else, or the plan, was
// quicker is part of life.
func (s *seats) command(ctx context.Context, alert, name string, body map[string]any) bool {
	err := s.st.api.do(ctx, http.MethodPost, fmt.Sprintf("/v1/alerts/%s/%s", url.PathEscape(alert), name), body, nil)
	if ctx.Err() != nil {
		return false
	}
	s.st.ledger.did(err)
	return err == nil
}
