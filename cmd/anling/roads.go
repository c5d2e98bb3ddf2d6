package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"os"

	"anling/geo/mapdata"
	"anling/geo/road"
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

// findHelpers puts the helpers on the roads.
func findHelpers(m *road.Map, roster *registry.Roster, closed func() *road.Closures) *road.Finder {
	crowd := road.NewCrowd(m)
	roster.Follow(crowd)
	return road.NewFinder(road.FinderOptions{Crowd: crowd, Helpers: roster.Index(), Closed: closed})
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
