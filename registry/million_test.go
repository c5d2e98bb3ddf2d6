package registry

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
)

// crowd writes a spreadsheet of elders as a city would hand it in: every one with a paper, a phone and an address of their own.
func crowd(b *testing.B, n int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "elders.csv")
	f := must[*os.File](b)(os.Create(path))
	w := bufio.NewWriter(f)
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(of string) string {
		all := []rune(of)
		return string(all[r.IntN(len(all))])
	}
	const surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
	const given = "秀英桂兰玉珍凤伟建国华芳淑德明文福贵云霞志强春梅金海平红丽生"
	roads := strings.Fields("富强路 人民路 解放路 渭阳东路 文林路 玉泉路 秦皇路 中华路 建国路 和平路 友谊路 长安街 朝阳街 红旗街 光明巷 民生路")
	fmt.Fprintln(w, "number,name,sex,birth_date,id_kind,id_number,phones,area,address,lat,lon,living,care_level,illnesses,access")
	for i := range n {
		day := time.Date(1930, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, i/998*8)
		name := pick(surnames) + pick(given)
		if r.IntN(4) > 0 {
			name += pick(given)
		}
		front := fmt.Sprintf("610404%s%03d", day.Format("20060102"), i%998)
		fmt.Fprintf(w, "xy%07d,%s,%s,%s,resident,%s,199%08d,610404,陕西省咸阳市渭城区%s%d号%d号楼%d单元%d,%.5f,%.5f,alone,mild,高血压,门禁 %d#\n",
			i, name, []string{"f", "m"}[i%998%2], day.Format(time.DateOnly), front+string(checkDigit(front)), i, roads[r.IntN(len(roads))], 1+r.IntN(300),
			1+r.IntN(40), 1+r.IntN(6), 101+r.IntN(3000), 34.3+r.Float64()/5, 108.6+r.Float64()/5, r.IntN(10_000))
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// used is the processor's time and the most memory of this process so far.
func used(b *testing.B) (cpu time.Duration, peakMB float64) {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), float64(u.Maxrss) / 1024
}

// measured runs something once and tells, as a benchmark of its own, what it took for each of n.
func measured(b *testing.B, name string, n int, f func()) {
	b.Helper()
	cpu, _ := used(b)
	start := time.Now()
	f()
	took := time.Since(start)
	after, peak := used(b)
	b.Run(name, func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(took.Seconds(), "s")
		b.ReportMetric(float64(took.Microseconds())/float64(n), "µs/row")
		b.ReportMetric(float64((after-cpu).Microseconds())/float64(n), "cpu-µs/row")
		b.ReportMetric(peak, "MB-peak")
	})
}

// BenchmarkMillionElders takes in a million elders from one spreadsheet, makes them searchable after a restart, asks all kinds of
// questions from the words to the opened page of 50, and exports everybody. ELDERS sets another number.
func BenchmarkMillionElders(b *testing.B) {
	n := 1_000_000
	if said := os.Getenv("ELDERS"); said != "" {
		n = must[int](b)(strconv.Atoi(said))
	}
	o := db.Options{Path: dbtest.Path(b)}
	h := &house{opts: o, ring: filepath.Join(b.TempDir(), "keys"), db: dbtest.Open(b, o, clock.Real())}
	h.Registry = h.mustOpen(b)
	h.mustPeople(b)
	file := crowd(b, n)
	measured(b, "import", n, func() {
		f := must[*os.File](b)(os.Open(file))
		defer f.Close()
		r := must[Report](b)(h.Import(b.Context(), Elders, f, "elders.csv", nil))
		if r.Created != n {
			b.Fatalf("%d created, %d refused, the first %+v", r.Created, r.Refusals(), r.Refused[:min(1, len(r.Refused))])
		}
	})
	runtime.GC()
	again := h.mustOpen(b)
	measured(b, "ready to search", n, func() {
		if err := again.elders.refresh(b.Context(), 0); err != nil {
			b.Fatal(err)
		}
	})
	b.Logf("database %d MB, index %d MB", must[os.FileInfo](b)(os.Stat(o.Path)).Size()>>20, again.elders.finder.index().Size()>>20)
	for _, q := range []string{"张秀英", "zhangxiuying", "zxy", "zhang", "xy0012345", "19900012345", "富强路3号", "富强路 3号楼 5单元", "陕西省", "没有人"} {
		b.Run("search "+q, func(b *testing.B) { searching(b, again, q) })
	}
	for _, format := range []string{FormatCSV, FormatXLSX} {
		measured(b, "export "+format, n, func() {
			if got := must[int](b)(again.ExportTo(b.Context(), ExportOrder{Kind: Elders, Format: format}, io.Discard)); got < n {
				b.Fatalf("exported %d", got)
			}
		})
	}
}

// searching asks one question as a clerk does, to the opened page.
func searching(b *testing.B, r *Registry, q string) {
	var took []time.Duration
	var page Page[Elder]
	for b.Loop() {
		start := time.Now()
		page = must[Page[Elder]](b)(r.ListElders(b.Context(), ScopeAll(), Query{Text: q, Classes: AllWords, Limit: 50}))
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(len(page.Items)), "shown")
}
