package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"anling/geo/road"
	"anling/internal/config"
)

// mapBuild is the command map build as it was typed.
type mapBuild struct {
	osm, out, country string
}

func mapCommand(ctx context.Context, e environment, args []string) int {
	var b mapBuild
	fs := newFlags(e, "map")
	fs.StringVar(&b.osm, "osm", "", "`file` of OpenStreetMap data (.osm.pbf)")
	fs.StringVar(&b.out, "out", "", "`folder` that the files are written to; else the data folder")
	fs.StringVar(&b.country, "country", "", "ISO `code` of the country, whose speed limits are taken where a sign only says \"urban\"")
	settings := config.Flags(fs, config.Storage)
	rest, err := parse(fs, args)
	if err == nil && b.out == "" {
		var cfg config.Config
		cfg, err = settings.Load(e.Getenv)
		b.out = cfg.Data
	}
	if err == nil {
		err = b.run(ctx, e, rest)
	}
	return finish(e, "map", err)
}

func (b mapBuild) run(ctx context.Context, e environment, rest []string) error {
	if len(rest) != 1 || rest[0] != "build" {
		return usage("say map build")
	}
	if b.osm == "" {
		return usage("say which OpenStreetMap data to build from: --osm FILE.osm.pbf")
	}
	if err := os.MkdirAll(b.out, 0o750); err != nil {
		return fmt.Errorf("make the folder: %w", err)
	}
	return b.roads(ctx, e)
}

// roads makes the road file, with a bar that grows.
func (b mapBuild) roads(ctx context.Context, e environment) error {
	bar := newByteBar(e, "roads")
	start := time.Now()
	r, err := road.Build(ctx, road.Options{OSM: b.osm, Out: cityRoads(b.out), Country: strings.ToUpper(b.country), Progress: bar.show})
	bar.end()
	if err != nil {
		return err
	}
	say(e.Stdout, "%s: %d segments of %d ways between %d crossings, %d forbidden turns (%d left out), %d barriers; joined to the rest: %d on foot, %d by bicycle, %d by car; %.1f MB in %s\n",
		cityRoads(b.out), r.Segments, r.Ways, r.Crossings, r.Turns, r.TurnsLeftOut, r.Barriers, r.Usable[0], r.Usable[1], r.Usable[2],
		float64(r.Bytes)/1e6, time.Since(start).Round(100*time.Millisecond))
	if r.MissingNodes > 0 {
		say(e.Stdout, "%d points of its ways are not in the file: roads end at its edge\n", r.MissingNodes)
	}
	return nil
}

// cityRoads is the road file of a centre's own region, when it has one.
func cityRoads(data string) string { return filepath.Join(data, "city.roads") }

// byteBar shows how much of a file is done.
type byteBar struct {
	e    environment
	what string
	bar  *progressbar.ProgressBar
}

func newByteBar(e environment, what string) *byteBar { return &byteBar{e: e, what: what} }

func (b *byteBar) show(done, total int64) {
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(b.e.Stderr), progressbar.OptionShowBytes(true),
			progressbar.OptionSetDescription(b.what), progressbar.OptionThrottle(100*time.Millisecond))
	}
	if err := b.bar.Set64(done); err != nil {
		b.bar = nil // a bar that cannot be drawn is not worth a map
	}
}

func (b *byteBar) end() {
	if b.bar != nil {
		say(b.e.Stderr, "\n")
	}
}
