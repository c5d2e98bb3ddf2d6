package rivals

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/tidwall/rtree"

	"anling/geo"
	"anling/internal/db/dbtest"
)

// k is how many are asked for.
const k = 10

// noon is when everybody reports.
var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// town is a metropolis: nine of ten live in one of 40 quarters, the others in open country.
type town struct{ *rand.Rand }

func (t town) point() orb.Point {
	if t.IntN(10) == 0 {
		return t.near(orb.Point{108.70, 34.33}, 40_000)
	}
	quarter := town{rand.New(rand.NewPCG(7, t.Uint64N(40)))}
	return t.near(quarter.near(orb.Point{108.70, 34.33}, 15_000), 600)
}

// near is a point with a normal spread of so many metres around p.
func (t town) near(p orb.Point, metres float64) orb.Point {
	const perDegree = 111195.0
	return orb.Point{
		p[0] + t.NormFloat64()*metres/perDegree/math.Cos(p[1]*math.Pi/180),
		p[1] + t.NormFloat64()*metres/perDegree,
	}
}

// way is one way to keep points and find the nearest ten of them.
type way interface {
	put(i int, p orb.Point)
	nearest(p orb.Point) []int
}

// BenchmarkAir asks each for the nearest ten of 100,000 and of 1,000,000 points by air, and lets points move. That those which
// rank by metres give the same answers is checked first.
func BenchmarkAir(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		t := town{rand.New(rand.NewPCG(1, uint64(n)))}
		points := make([]orb.Point, n)
		for i := range points {
			points[i] = t.point()
		}
		queries := make([]orb.Point, 1000)
		for i := range queries {
			queries[i] = t.point()
		}
		ways := map[string]way{}
		open := map[string]func() way{
			"1-index":     func() way { return newIndex(n) },
			"2-rtree":     func() way { return &boxes{at: make([]orb.Point, n)} },
			"3-geography": func() way { return newPostGIS(b, "geography") },
			"4-geometry":  func() way { return newPostGIS(b, "geometry") },
		}
		names := slices.Sorted(maps.Keys(open))
		size := map[string]uint64{}
		for _, name := range names {
			before := held()
			ways[name] = filled(open[name](), points)
			size[name] = held() - before
			if there, ok := ways[name].(interface{ bytes() uint64 }); ok {
				size[name] = there.bytes()
			}
		}
		agree(b, names[:3], ways, points, queries[:200])
		for _, name := range names {
			b.Run(fmt.Sprintf("nearest/%s/%d", name, n), func(b *testing.B) {
				ask(b, ways[name], queries)
				b.ReportMetric(float64(size[name])/1e6, "MB")
			})
			b.Run(fmt.Sprintf("move/%s/%d", name, n), func(b *testing.B) { move(b, ways[name], points, t) })
		}
	}
}

func filled(w way, points []orb.Point) way {
	if many, ok := w.(interface{ putAll([]orb.Point) }); ok {
		many.putAll(points)
		return w
	}
	for i, p := range points {
		w.put(i, p)
	}
	return w
}

// held is what this process holds in memory.
func held() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// agree fails when two ways give people who are not as near. Who of two at the same distance comes first is left to each.
func agree(b *testing.B, names []string, ways map[string]way, points, queries []orb.Point) {
	for _, q := range queries {
		want := ways[names[0]].nearest(q)
		for _, name := range names[1:] {
			got := ways[name].nearest(q)
			if !slices.EqualFunc(got, want, func(i, j int) bool {
				return math.Abs(float64(geo.Distance(q, points[i])-geo.Distance(q, points[j]))) < 0.001
			}) {
				b.Fatalf("near %v: %s gives %v, %s %v", q, name, got, names[0], want)
			}
		}
	}
}

func ask(b *testing.B, w way, queries []orb.Point) {
	took := make([]time.Duration, 0, 1<<16)
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		if len(w.nearest(queries[i%len(queries)])) != k {
			b.Fatal("not all were found")
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1000, "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1000, "p99-µs")
}

func move(b *testing.B, w way, points []orb.Point, t town) {
	steps := make([]orb.Point, 1<<14)
	for i := range steps {
		steps[i] = t.near(points[i], 50)
	}
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		to := steps
		if i/len(steps)%2 == 1 {
			to = points // and back
		}
		w.put(i%len(steps), to[i%len(steps)])
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "moves/s")
	for i := range steps {
		w.put(i, points[i])
	}
}

// index is ours. It knows people by their ids.
type index struct {
	*geo.Index
	ids []string
}

func newIndex(n int) *index {
	x := &index{geo.NewIndex(), make([]string, n)}
	for i := range x.ids {
		x.ids[i] = strconv.Itoa(i)
	}
	return x
}

func (x *index) put(i int, p orb.Point) {
	if err := x.Put(x.ids[i], p, noon); err != nil {
		panic(err)
	}
}

func (x *index) nearest(p orb.Point) []int {
	out := make([]int, 0, k)
	for _, n := range x.Nearest(p, k, 0, nil) {
		i, err := strconv.Atoi(n.ID)
		if err != nil {
			panic(err)
		}
		out = append(out, i)
	}
	return out
}

// boxes is tidwall/rtree.
type boxes struct {
	rtree.RTreeG[int]
	at []orb.Point
	in []bool
}

func (x *boxes) put(i int, p orb.Point) {
	if x.in == nil {
		x.in = make([]bool, len(x.at))
	}
	if x.in[i] {
		x.Delete(x.at[i], x.at[i], i)
	}
	x.Insert(p, p, i)
	x.at[i], x.in[i] = p, true
}

// nearest looks in a box around p that grows until it holds enough, which is quicker than the tree's own search by distance. It begins
// at what is enough in a quarter of this town.
func (x *boxes) nearest(p orb.Point) []int {
	const perDegree = 111195.0
	type found struct {
		i      int
		metres float64
	}
	var best []found
	for reach := 20_000 / math.Sqrt(float64(len(x.at))); ; reach *= 2 {
		best = best[:0]
		dy := reach / perDegree * 1.01
		dx := dy / math.Cos(p[1]*math.Pi/180)
		x.Search(orb.Point{p[0] - dx, p[1] - dy}, orb.Point{p[0] + dx, p[1] + dy}, func(at, _ [2]float64, i int) bool {
			if d := float64(geo.Distance(p, at)); d <= reach {
				best = append(best, found{i, d})
			}
			return true
		})
		if len(best) >= k {
			break
		}
	}
	slices.SortFunc(best, func(a, b found) int { return cmp.Compare(a.metres, b.metres) })
	out := make([]int, k)
	for n := range out {
		out[n] = best[n].i
	}
	return out
}

// postGIS is a table of points with a GiST index, asked over a connection to a server on this machine: of the type geography, which
// ranks by metres on the sphere, or of geometry, which ranks by degrees.
type postGIS struct {
	ctx  context.Context
	conn *pgx.Conn
	kind string
}

func newPostGIS(b *testing.B, kind string) *postGIS {
	conn, err := pgx.Connect(b.Context(), dbtest.URL(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close(context.WithoutCancel(b.Context())) })
	x := &postGIS{b.Context(), conn, kind}
	x.must(`CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public`)
	x.must(`SET search_path = public`)
	x.must(`CREATE TEMP TABLE points (i INT PRIMARY KEY, at ` + kind + `(Point, 4326) NOT NULL)`)
	return x
}

func (x *postGIS) must(query string, args ...any) {
	if _, err := x.conn.Exec(x.ctx, query, args...); err != nil {
		panic(err)
	}
}

func (x *postGIS) point(lon, lat string) string {
	return `ST_SetSRID(ST_MakePoint(` + lon + `, ` + lat + `), 4326)::` + x.kind
}

func (x *postGIS) putAll(points []orb.Point) {
	x.must(`CREATE TEMP TABLE raw (i INT, lon DOUBLE PRECISION, lat DOUBLE PRECISION)`)
	_, err := x.conn.CopyFrom(x.ctx, pgx.Identifier{"raw"}, []string{"i", "lon", "lat"},
		pgx.CopyFromSlice(len(points), func(i int) ([]any, error) { return []any{i, points[i][0], points[i][1]}, nil }))
	if err != nil {
		panic(err)
	}
	x.must(`INSERT INTO points SELECT i, ` + x.point("lon", "lat") + ` FROM raw`)
	x.must(`CREATE INDEX ON points USING gist (at)`)
	x.must(`ANALYZE points`)
}

// bytes is what the points and their index take on the server.
func (x *postGIS) bytes() (n uint64) {
	if err := x.conn.QueryRow(x.ctx, `SELECT pg_total_relation_size('points')`).Scan(&n); err != nil {
		panic(err)
	}
	return n
}

func (x *postGIS) put(i int, p orb.Point) {
	x.must(`UPDATE points SET at = `+x.point("$2", "$3")+` WHERE i = $1`, i, p[0], p[1])
}

func (x *postGIS) nearest(p orb.Point) []int {
	rows, err := x.conn.Query(x.ctx, `SELECT i FROM points ORDER BY at <-> `+x.point("$1", "$2")+` LIMIT 10`, p[0], p[1])
	if err != nil {
		panic(err)
	}
	out, err := pgx.CollectRows(rows, pgx.RowTo[int])
	if err != nil {
		panic(err)
	}
	return out
}
