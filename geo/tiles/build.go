package tiles

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"anling/geo/osm"
	"anling/internal/fault"
	"anling/internal/wholefile"

	"github.com/paulmach/orb"
)

// maxTiles is how many tiles of the last zoom a map may have: some four million square kilometres, far beyond
// a province. What claims to be larger is a mistake.
const maxTiles = 4 << 20

// Options say which map is made of what.
type Options struct {
	OSM      string                  // the extract, an .osm.pbf
	Out      string                  // the archive; a file that is there is replaced when the new one is whole
	Name     string                  // of the map; that of the file when it is empty
	Progress func(done, total int64) // may be nil; is told how much of the work is done, as bytes of the extract
}

// Report says what a map came to.
type Report struct {
	Bounds   orb.Bound // WGS-84
	DataOf   time.Time // how new the extract is; zero when it does not say
	Features int       // elements that show
	Pieces   int       // of them in tiles
	Tiles    int
	Contents int   // tiles that differ
	Bytes    int64 // of the archive
	Open     int   // areas that the extract has only parts of
	Coasts   int   // ways that are coast
}

// Build makes the tiles of an extract and writes them as one PMTiles archive. The file appears when it is
// whole, and not at all when something fails. While it works, sorted pieces of the tiles lie in a folder
// beside the archive, several times as large as the extract; in memory are the places of the nodes (16 bytes
// each), the ways that areas are made of, and some 100 MB.
//
// It refuses, as Invalid, an extract that is broken, empty, not sorted, or too large.
func Build(ctx context.Context, o Options) (report Report, err error) {
	if o.Name == "" {
		o.Name = filepath.Base(o.OSM)
	}
	if o.Progress == nil {
		o.Progress = func(int64, int64) {}
	}
	info, err := os.Stat(o.OSM)
	if err != nil {
		return Report{}, fmt.Errorf("make map: %w", err)
	}
	folder, err := os.MkdirTemp(filepath.Dir(o.Out), ".tiles-*")
	if err != nil {
		return Report{}, fmt.Errorf("make map: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	b := builder{Options: o, folder: folder, size: info.Size()}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.read(ctx); err != nil {
		return Report{}, err
	}
	if err := b.write(ctx); err != nil {
		return Report{}, err
	}
	return b.report, nil
}

// builder makes one map.
type builder struct {
	Options
	folder  string // for what is put aside
	size    int64  // of the extract
	files   []*os.File
	sorters []*sorter
	report  Report
}

func (b *builder) create(name string) (*os.File, error) {
	f, err := os.Create(filepath.Join(b.folder, name))
	if err != nil {
		return nil, fmt.Errorf("make map: %w", err)
	}
	b.files = append(b.files, f)
	return f, nil
}

func (b *builder) close() error {
	var all []error
	for _, f := range b.files {
		all = append(all, f.Close())
	}
	return errors.Join(all...)
}

// The parts of the work, in percent.
const (
	surveyed = 10
	cutDone  = 60
	allDone  = 100
)

// part tells the progress of a part of the work as so many bytes of the extract.
func (b *builder) part(from, to int64) func(done, total int64) {
	return func(done, total int64) {
		percent := float64(from) + float64(to-from)*float64(done)/float64(max(1, total))
		b.Progress(int64(float64(b.size)*percent/allDone), b.size)
	}
}

// read makes sorted pieces of the extract.
func (b *builder) read(ctx context.Context) error {
	head, err := osm.ReadHeader(b.OSM)
	if err != nil {
		return err
	}
	c := newCollector(nil)
	if err := c.survey(ctx, b.OSM, &head, b.part(0, surveyed)); err != nil {
		return err
	}
	low, high := toWorld(head.Bounds.Min), toWorld(head.Bounds.Max)
	box := orb.Bound{Min: orb.Point{low[0], high[1]}, Max: orb.Point{high[0], low[1]}} // y grows to the south
	if n := spanOf(box, maxZoom).tiles(); n > maxTiles {
		return fault.New(fault.Invalid, "the map would have %d tiles of the last zoom, %d are possible; cut it: osmium extract --bbox W,S,E,N IN.osm.pbf -o OUT.osm.pbf", n, maxTiles)
	}
	b.report.Bounds, b.report.DataOf = head.Bounds, head.At
	return b.cutAll(ctx, box, func(ctx context.Context, emit func(feature) error) error {
		c.emit = emit
		if err := osm.ReadFile(ctx, b.OSM, c.handler(), b.part(surveyed, cutDone)); err != nil {
			return err
		}
		b.report.Open, b.report.Coasts = c.open, len(c.coasts)
		if err := c.ground(box); err != nil {
			return err
		}
		b.report.Features = int(c.number)
		return nil
	})
}

// batch is how many features are handed to a cutter at once.
const batch = 256

// cutAll cuts what produce emits, on as many goroutines as there are processors.
func (b *builder) cutAll(ctx context.Context, box orb.Bound, produce func(context.Context, func(feature) error) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	work := make(chan []feature, 2)
	var all sync.WaitGroup
	for i := range runtime.GOMAXPROCS(0) {
		file, err := b.create(fmt.Sprintf("pieces-%d", i))
		if err != nil {
			close(work)
			all.Wait()
			return err
		}
		s := &sorter{file: file, limit: maxRun}
		b.sorters = append(b.sorters, s)
		all.Go(func() {
			if err := cutBatches(newCutter(box, s), work); err != nil {
				stop(err)
			}
		})
	}
	var waiting []feature
	send := func() error {
		select {
		case work <- waiting:
			waiting = nil
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	err := produce(ctx, func(f feature) error {
		if waiting = append(waiting, f); len(waiting) < batch {
			return nil
		}
		return send()
	})
	if err == nil {
		err = send()
	}
	close(work)
	all.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// cutBatches cuts until there is no more; after an error it goes on taking, so that nobody waits for it.
func cutBatches(c *cutter, work <-chan []feature) error {
	var failed error
	for features := range work {
		for i := range features {
			if failed == nil {
				failed = c.cut(&features[i])
			}
		}
	}
	if failed != nil {
		return failed
	}
	return c.out.flush()
}

// write makes the tiles of the pieces and the archive of the tiles.
func (b *builder) write(ctx context.Context) error {
	var runs []run
	for _, s := range b.sorters {
		runs = append(runs, s.runs...)
		b.report.Pieces += s.count
	}
	m, err := newMerger(runs)
	if err != nil {
		return err
	}
	file, err := b.create("tiles")
	if err != nil {
		return err
	}
	data := bufio.NewWriterSize(file, 256<<10)
	a := newArchive(data)
	tell, done := b.part(cutDone, allDone), int64(0)
	err = assembleAll(ctx, m, func(t assembly) error {
		done += int64(len(t.pieces))
		tell(done, int64(b.report.Pieces))
		return a.add(t.id, t.data)
	})
	if err == nil {
		err = data.Flush()
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("make map: %w", err)
	}
	b.report.Tiles, b.report.Contents = int(a.tiles), len(a.known)
	return b.finish(a, file)
}

// finish writes the archive.
func (b *builder) finish(a *archive, data io.Reader) (err error) {
	b.report.Bytes, err = wholefile.Write(b.Out, 0o644, func(w io.Writer) error {
		return a.finish(w, data, about{bounds: b.report.Bounds, meta: b.metadata()})
	})
	return err
}

// Attribution is what every map that is drawn from these tiles shows (ODbL 1.0).
const Attribution = "© OpenStreetMap contributors"

func (b *builder) metadata() metadata {
	m := metadata{
		Name: b.Name, Description: "Base map in the schema of Protomaps", Version: "4.0.0", Type: "baselayer",
		Attribution: Attribution, Layers: vectorLayers(),
	}
	if !b.report.DataOf.IsZero() {
		m.OSMTime = b.report.DataOf.Format(time.RFC3339)
	}
	return m
}

// vectorLayers describes the layers and their properties.
func vectorLayers() []vectorLayer {
	const text, number, yes = "String", "Number", "Boolean"
	names := map[string]string{"kind": text, "name": text, "name:en": text, "name:zh-Hans": text, "name:zh-Hant": text, "script": text, "min_zoom": number}
	more := map[layer]map[string]string{
		earth:      {},
		landuse:    {"sort_rank": number},
		water:      {"sort_rank": number, "reservoir": yes, "intermittent": yes},
		buildings:  {"height": number, "min_height": number, "addr_housenumber": text, "addr_street": text},
		boundaries: {"kind_detail": number, "disputed": yes},
		roads: {"kind_detail": text, "sort_rank": number, "is_link": yes, "is_bridge": yes, "is_tunnel": yes, "oneway": text,
			"ref": text, "shield_text": text, "shield_text_length": number},
		pois:   {},
		places: {"kind_detail": text, "population": number, "population_rank": number, "sort_key": number, "capital": text},
	}
	from := map[layer]uint8{buildings: 13, landuse: 6, pois: 10}
	var out []vectorLayer
	for l := range layerCount {
		fields := map[string]string{}
		for _, part := range []map[string]string{names, more[l]} {
			for k, v := range part {
				fields[k] = v
			}
		}
		out = append(out, vectorLayer{ID: l.String(), Fields: fields, MinZoom: max(minZoom, from[l]), MaxZoom: maxZoom})
	}
	return out
}
