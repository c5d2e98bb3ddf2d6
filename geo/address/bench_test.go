package address

import (
	_ "embed"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// realNames are the names of streets, shops and places of four cities (testdata/README.md).
//
//go:embed testdata/names.txt
var realNames string

// manyEntries makes a city of so many streets: half have real names of four cities as they are, half are made of the parts of the Chinese ones
// (stem, direction, kind), as the streets of a Chinese prefecture are. Each is a line of three points; every tenth has houses.
func manyEntries(n int) []Entry {
	r := rand.New(rand.NewPCG(1, 2))
	names := strings.Split(strings.TrimSpace(realNames), "\n")
	var stems []string
	for _, name := range names {
		signs := []rune(name)
		if hasHan(name) && len(signs) > 2 {
			stems = append(stems, string(signs[:2]))
		}
	}
	ends := strings.Fields("路 东路 西路 南路 北路 中路 街 东街 西街 巷 弄 大道 一路 二路 三路 新村 花园 小区 社区卫生服务站 药房 小学")
	all := make([]Entry, 0, n)
	for i := range n {
		name := names[r.IntN(len(names))]
		if i%2 == 0 {
			name = stems[r.IntN(len(stems))] + string([]rune(stems[r.IntN(len(stems))])[:r.IntN(2)]) + ends[r.IntN(len(ends))]
		}
		p := orb.Point{108.4 + r.Float64()*0.6, 34.1 + r.Float64()*0.5}
		e := Entry{Kind: Street, Name: name, Point: p, Lines: []orb.LineString{{{p[0] - 0.002, p[1]}, p, {p[0] + 0.001, p[1] + 0.002}}}}
		for h := 0; i%10 == 0 && h < 20; h++ {
			e.Houses = append(e.Houses, House{Number: decimal(2*h + 1), Point: orb.Point{p[0] + float64(h)*1e-4, p[1]}})
		}
		all = append(all, e)
	}
	return all
}

// BenchmarkSearch asks 100,000 entries what people ask; p50 and p99 are over all kinds of questions in turn.
func BenchmarkSearch(b *testing.B) {
	const n = 100_000
	before := heap()
	start := time.Now()
	x := New(manyEntries(n))
	built := time.Since(start)
	used := heap() - before
	near := orb.Point{108.7, 34.33}
	asked := map[string][]string{
		"name": {"黄陂北路", "人民路", "Rua de Cedofeita"}, "begun": {"黄陂", "人民", "rua de s"}, "initials": {"hpbl", "rml", "cqnl"}, "pinyin": {"huangpibeilu", "ren min lu", "chongqingnan"},
		"number": {"黄陂北路227号", "人民路 15", "hpbl 3"}, "inside": {"卫生服务", "beilu", "cedofeita"}, "error": {"huangpobeilu", "黄坡北路", "cedofeyta"}, "one letter": {"l", "r"}, "one sign": {"路", "北"},
		"whole address": {"陕西省咸阳市秦都区黄陂北路227弄3号502室", "Rua de Cedofeita 12, Porto"}, "nothing": {"qxzzkw", "龘龘龘"},
	}
	var all []string
	for name, texts := range asked {
		if !strings.HasPrefix(name, "one ") {
			all = append(all, texts...)
		}
		b.Run(name, func(b *testing.B) { ask(b, x, near, texts) })
	}
	slices.Sort(all)
	b.Run("all", func(b *testing.B) {
		ask(b, x, near, all)
		b.ReportMetric(float64(used)/(1<<20), "MB")
		b.ReportMetric(built.Seconds(), "s-to-index")
	})
	b.Run("reverse", func(b *testing.B) {
		r := rand.New(rand.NewPCG(3, 4))
		for b.Loop() {
			x.Reverse(orb.Point{108.4 + r.Float64()*0.6, 34.1 + r.Float64()*0.5})
		}
	})
}

func ask(b *testing.B, x *Index, near orb.Point, texts []string) {
	b.Helper()
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		x.Search(Query{Text: texts[i%len(texts)], Near: &near, Limit: 10})
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
