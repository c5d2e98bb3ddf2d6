package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"anling/geo/mapdata"
	"anling/registry"
	"anling/web"
)

// cityMap is the base map of a centre's own city, when it has one.
func cityMap(data string) string { return filepath.Join(data, "city.pmtiles") }

// basemap opens the city's own map, or the one that travels with the program.
func basemap(data string) func() (fs.File, error) {
	return func() (fs.File, error) {
		f, err := os.Open(cityMap(data))
		if errors.Is(err, fs.ErrNotExist) {
			return mapdata.Basemap()
		}
		return f, err
	}
}

func examineMap(data string) finding {
	if _, err := os.Stat(cityMap(data)); err != nil {
		return warn("map", "there is no %s: the console shows central Shanghai, which travels with the program", cityMap(data))
	}
	return well("map", "%s", cityMap(data))
}

const cityZoom = 14

// mapView lets the console's map begin where the first centre stands; the zero view begins in Shanghai.
func (a *app) mapView(ctx context.Context) web.MapView {
	page, err := a.registry.ListCentres(ctx, registry.ScopeAll(), registry.Query{Limit: 50})
	if err != nil {
		a.log.Warn("the map begins in Shanghai", "err", err)
	}
	for _, c := range page.Items {
		if c.Position != nil {
			return web.MapView{Center: c.Position.Point, Zoom: cityZoom}
		}
	}
	return web.MapView{}
}
