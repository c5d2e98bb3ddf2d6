package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// roomForGarbage is by how many bytes memory may grow before it is swept. Go's own rule, as much again as is in use, sweeps a small
// centre's few megabytes at every tenth press; from this size on it holds as it is.
const roomForGarbage = 64 << 20

// easeCollector keeps the garbage collector to roomForGarbage, anew after each of its rounds. Whoever has set GOGC is left alone.
func easeCollector() {
	if os.Getenv("GOGC") != "" {
		return
	}
	debug.SetGCPercent(percentFor(liveHeap()))
	afterNextRound(func() { easeCollector() })
}

// percentFor is what Go shall let a heap grow by, in per cent of what is alive.
func percentFor(live uint64) int {
	return int(max(100, min(1600, roomForGarbage*100/max(live, 1))))
}

func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// afterNextRound calls f when the collector has found that nobody needs a certain small thing any more.
func afterNextRound(f func()) {
	thing := new([64]byte)
	runtime.AddCleanup(thing, func(g func()) { g() }, f)
}
