package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"anling/geo/mapdata"
	"anling/geo/road"
	"anling/internal/clock"
	"anling/registry"
)

// openRoads reads the roads of a centre's own region, or those that travel with the program. A file that cannot be read stops
// nothing: travel times are then by air, and the log says so loudly.
func openRoads(data string, log *slog.Logger) *road.Map {
	m, err := road.Load(os.DirFS(data), "city.roads")
	if errors.Is(err, fs.ErrNotExist) {
		m, err = road.Load(mapdata.Files(), mapdata.Roads)
	}
	if err != nil {
		log.Error("the roads cannot be read: travel times are estimated by air; make the file again with anling map build", "file", cityRoads(data), "err", err)
		return road.Nowhere()
	}
	return m
}

// roadNet is the roads of the region with everybody on them, and those that are closed.
type roadNet struct {
	*road.Finder
	registry *registry.Registry
	clock    clock.Clock
	log      *slog.Logger
	closed   atomic.Pointer[road.Closures]
}

// openRoadNet puts the helpers on the roads.
func openRoadNet(a *app, data string) *roadNet {
	s := &roadNet{registry: a.registry, clock: a.clock, log: a.log}
	crowd := road.NewCrowd(openRoads(data, a.log))
	a.registry.Helpers().Follow(crowd)
	s.Finder = road.NewFinder(road.FinderOptions{Crowd: crowd, Helpers: a.registry.Helpers().Index(), Closed: s.closed.Load})
	s.lookAgain()
	return s
}

// look takes in what is closed now.
func (s *roadNet) look(ctx context.Context) error {
	all, err := s.registry.ClosedRoads(ctx)
	if err != nil {
		return err
	}
	var closed []road.Closed
	for _, c := range all {
		if at, _, ok := s.Map().NearestSegment(c.Point, 5); ok {
			closed = append(closed, road.Closed{Segment: at.ID, Modes: c.Modes})
		}
	}
	s.closed.Store(s.Map().Close(closed))
	return nil
}

// lookAgain is called when something was changed here. The answer to who changed it comes when it holds.
func (s *roadNet) lookAgain() {
	if err := s.look(context.Background()); err != nil {
		s.log.Warn("closed roads are taken in a few seconds late", "err", err)
	}
}

// Run takes in what other nodes have closed, and lets go what is over, until ctx ends.
func (s *roadNet) Run(ctx context.Context) error {
	for {
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("closed roads may be out of date", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-s.clock.After(5 * time.Second):
		}
	}
}

// examineRoads tells doctor what travel times are worth.
func examineRoads(data string) finding {
	m, err := road.Load(os.DirFS(data), "city.roads")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return warn("roads", "there is no %s: outside central Shanghai travel times are estimated by air (anling map build makes it)", cityRoads(data))
	case err != nil:
		return bad("roads", "%s: %v", cityRoads(data), err)
	}
	about := m.About()
	return well("roads", "%s: %d segments, of %s", cityRoads(data), m.Size().Segments, about.Source)
}
