package search

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// city makes elders as a registry hands them over.
type city struct{ *rand.Rand }

func (c city) pick(of string) string {
	all := strings.Fields(of)
	return all[c.IntN(len(all))]
}

const (
	surnames = "王wang 李li 张zhang 刘liu 陈chen 杨yang 赵zhao 黄huang 周zhou 吴wu 徐xu 孙sun 胡hu 朱zhu 高gao 林lin 何he 郭guo 马ma 罗luo"
	given    = "秀xiu 英ying 桂gui 兰lan 玉yu 珍zhen 凤feng 伟wei 建jian 国guo 华hua 芳fang 淑shu 德de 明ming 文wen 福fu 贵gui 云yun 霞xia 志zhi 强qiang 春chun 梅mei 金jin 海hai 平ping 红hong 丽li 生sheng"
	roads    = "富强路 人民路 解放路 黄陂北路 渭阳东路 文林路 玉泉路 秦皇路 中华路 建国路 和平路 友谊路 长安街 朝阳街 红旗街 新兴路 光明巷 民生路 团结街 胜利路"
	villages = "锦绣花园 阳光小区 翠湖苑 东方家园 金色港湾 康乐新村 福寿里 槐树院 石油小区 纺织城"
)

func (c city) elder(n int) Doc {
	name, spelt, short := "", "", ""
	for i := range 3 {
		from := given
		if i == 0 {
			from = surnames
		}
		if i == 2 && c.IntN(4) == 0 {
			break
		}
		p := []rune(c.pick(from))
		name, spelt, short = name+string(p[:1]), spelt+string(p[1:]), short+string(p[1:2])
	}
	address := fmt.Sprintf("陕西省咸阳市渭城区%s%d号%s%d号楼%d单元%d", c.pick(roads), 1+c.IntN(300), c.pick(villages), 1+c.IntN(40), 1+c.IntN(6), 101+c.IntN(3000))
	return Doc{ID: fmt.Sprintf("01900000-0000-7000-8000-%012d", n), Group: fmt.Sprint("centre", n/4300), Version: 1, Words: []Word{
		{Name, name}, {Spelling, spelt}, {Initials, short}, {Address, address},
		{Phone, fmt.Sprintf("86199%08d", c.IntN(100_000_000))}, {Code, fmt.Sprintf("xy%07d", n)}, {Tail, fmt.Sprintf("%06d", c.IntN(1_000_000))}}}
}

// BenchmarkMillion tells what a million elders cost: room, time to take in, and each kind of question. The linear scan beside it goes
// through the same texts.
func BenchmarkMillion(b *testing.B) {
	const million = 1_000_000
	c := city{rand.New(rand.NewPCG(1, 2))}
	before := heap()
	x, start, packing := New(), processorTime(b), time.Duration(0)
	for n := range million {
		x.Put(c.elder(n))
		if (n+1)%segmentSize == 0 {
			at := processorTime(b)
			x.Pack()
			packing += processorTime(b) - at
		}
	}
	built := processorTime(b) - start
	b.Run("room", func(b *testing.B) {
		for b.Loop() {
		}
		b.ReportMetric(float64(heap()-before)/(1<<20), "MB-heap")
		b.ReportMetric(float64(x.Size())/(1<<20), "MB-counted")
		b.ReportMetric(built.Seconds(), "cpu-s-made-and-taken-in")
		b.ReportMetric(packing.Seconds(), "cpu-s-packing")
	})
	everybody := Query{All: true, Kinds: KindsOf(Name, Spelling, Initials, Code, Phone, Tail, Address, Note), Limit: 51}
	one := everybody
	one.All, one.Groups = false, []string{"centre17"}
	for _, q := range []string{"张秀英", "zhangxiuying", "zxy", "zhang", "xy0123456", "123456", "86199", "1234", "富强路3号", "富强路 3号楼 5单元", "zhang 富强路 3号", "陕西省", "号", "没有人"} {
		for name, base := range map[string]Query{"all": everybody, "one centre": one} {
			b.Run(q+"/"+name, func(b *testing.B) { ask(b, x, base, q) })
		}
		b.Run(q+"/linear", func(b *testing.B) {
			used := processorTime(b)
			for b.Loop() {
				linear(x, Terms(q))
			}
			b.ReportMetric(float64((processorTime(b)-used).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

func ask(b *testing.B, x *Index, q Query, text string) {
	b.Helper()
	q.Terms = Terms(text)
	var took []time.Duration
	var a Answer
	used := processorTime(b)
	for b.Loop() {
		start := time.Now()
		a = x.Search(q)
		took = append(took, time.Since(start))
	}
	b.ReportMetric(float64((processorTime(b)-used).Microseconds())/float64(b.N), "cpu-µs/op")
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(a.Total), "found")
}

// linear is what the index replaces: every text is looked through.
func linear(x *Index, terms []string) (n int) {
	for _, s := range x.segments {
		if s == nil {
			continue
		}
		for i := range uint32(s.len()) {
			text := string(s.doc(i))
			if !slices.ContainsFunc(terms, func(t string) bool { return !strings.Contains(text, t) }) {
				n++
			}
		}
	}
	return n
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// processorTime says what was used, not what was waited for: the figure that a busy machine spoils least.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
