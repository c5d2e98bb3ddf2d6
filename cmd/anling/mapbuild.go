package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"anling/geo"
	"anling/geo/address"
	"anling/geo/road"
	"anling/geo/tiles"
	"anling/internal/config"
)

// mapBuild is the command map build as it was typed.
type mapBuild struct {
	environment
	osm, out, country string
	places            address.Options // but for osm and out
}

func mapCommand(ctx context.Context, e environment, args []string) int {
	b := mapBuild{environment: e}
	fs := newFlags(e, "map")
	fs.StringVar(&b.osm, "osm", "", "`file` of OpenStreetMap data (.osm.pbf)")
	fs.StringVar(&b.out, "out", "", "`folder` that the files are written to; else the data folder")
	fs.StringVar(&b.country, "country", "", "ISO `code` of the country, whose speed limits are taken where a sign only says \"urban\"")
	fs.StringVar(&b.places.Areas, "areas", "", "`file` of administrative areas (GeoJSON), which addresses are said to lie in")
	fs.StringVar((*string)(&b.places.AreaSystem), "areas-in", "", "coordinate `system` of that file: wgs84, gcj02 or bd09; else as it says itself")
	fs.StringVar(&b.places.Addresses, "addresses", "", "`file` of addresses (CSV), found besides those of the map")
	fs.StringVar((*string)(&b.places.System), "addresses-in", "", "coordinate `system` of that file, where a row does not say it")
	settings := config.Flags(fs, config.Storage)
	rest, err := parse(fs, args)
	if err == nil && b.out == "" {
		var cfg config.Config
		cfg, err = settings.Load(e.Getenv)
		b.out = cfg.Data
	}
	if err == nil {
		err = b.run(ctx, rest)
	}
	return finish(e, "map", err)
}

func (b mapBuild) run(ctx context.Context, rest []string) error {
	if len(rest) != 1 || rest[0] != "build" {
		return usage("say map build")
	}
	if b.osm == "" {
		return usage("say which OpenStreetMap data to build from: --osm FILE.osm.pbf")
	}
	for _, system := range []geo.System{b.places.AreaSystem, b.places.System} {
		if system != "" && !system.Valid() {
			return usage("%s is no coordinate system: wgs84, gcj02 or bd09", system)
		}
	}
	if err := os.MkdirAll(b.out, 0o750); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	for _, part := range []func(context.Context) error{b.roads, b.tiles, b.addresses} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	return nil
}

// roads makes the road file, with a bar that grows.
func (b mapBuild) roads(ctx context.Context) error {
	done := b.begin("roads")
	r, err := road.Build(ctx, road.Options{OSM: b.osm, Out: cityRoads(b.out), Country: strings.ToUpper(b.country), Progress: done.show})
	if done.end(); err != nil {
		return err
	}
	done.tell(cityRoads(b.out), r.Bytes, "%d segments of %d ways between %d crossings, %d forbidden turns (%d left out), %d barriers; joined to the rest: %d on foot, %d by bicycle, %d by car",
		r.Segments, r.Ways, r.Crossings, r.Turns, r.TurnsLeftOut, r.Barriers, r.Usable[0], r.Usable[1], r.Usable[2])
	if r.MissingNodes > 0 {
		say(b.Stdout, "    %d points of its ways are not in the file: roads end at its edge\n", r.MissingNodes)
	}
	return nil
}

func (b mapBuild) tiles(ctx context.Context) error {
	done := b.begin("map")
	r, err := tiles.Build(ctx, tiles.Options{OSM: b.osm, Out: cityMap(b.out), Progress: done.show})
	if done.end(); err != nil {
		return err
	}
	done.tell(cityMap(b.out), r.Bytes, "%d elements in %d tiles", r.Features, r.Tiles)
	if r.Open > 0 {
		say(b.Stdout, "    %d areas are not whole in the file and are not drawn (docs/map.md tells how to cut an extract)\n", r.Open)
	}
	return nil
}

func (b mapBuild) addresses(ctx context.Context) error {
	done := b.begin("addresses")
	o := b.places
	o.OSM, o.Out, o.Progress = b.osm, cityPlaces(b.out), done.show
	r, err := address.Build(ctx, o)
	if done.end(); err != nil {
		return err
	}
	done.tell(o.Out, r.Bytes, "%d streets, %d houses, %d points of interest, %d places, %d areas; %d rows of the list", r.Streets, r.Houses, r.POIs, r.Places, r.Areas, r.Rows)
	for _, d := range r.Defects {
		say(b.Stderr, "    %s, %s: %s\n", d.File, d.Where, d.Reason)
	}
	if len(r.Defects) > 0 {
		say(b.Stdout, "    %d rows or areas were left out, as said above\n", len(r.Defects))
	}
	return nil
}

// making is a file that is being made.
type making struct {
	environment
	what  string
	bar   *progressbar.ProgressBar
	since time.Time
}

func (b mapBuild) begin(what string) *making {
	return &making{environment: b.environment, what: what, since: time.Now()}
}

// show draws how far it is.
func (m *making) show(done, total int64) {
	if m.bar == nil {
		m.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(m.Stderr), progressbar.OptionSetDescription(fmt.Sprintf("%-9s", m.what)),
			progressbar.OptionThrottle(100*time.Millisecond))
	}
	if err := m.bar.Set64(done); err != nil {
		m.bar = nil // a bar that cannot be drawn is not worth a map
	}
}

func (m *making) end() {
	if m.bar != nil {
		say(m.Stderr, "\n")
	}
}

// tell says what the file has become.
func (m *making) tell(path string, bytes int64, format string, args ...any) {
	say(m.Stdout, "%s: %s; %.1f MB in %s\n", path, fmt.Sprintf(format, args...), float64(bytes)/1e6, time.Since(m.since).Round(100*time.Millisecond))
}

// cityRoads is the road file of a centre's own region, when it has one.
func cityRoads(data string) string { return filepath.Join(data, "city.roads") }
