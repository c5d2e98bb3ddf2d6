package main

import (
	"runtime"
	"testing"
)

func TestTheCollectorHasRoom(t *testing.T) {
	t.Parallel()
	for live, want := range map[uint64]int{0: 1600, 1 << 20: 1600, 16 << 20: 400, 64 << 20: 100, 4 << 30: 100} {
		if got := percentFor(live); got != want {
			t.Errorf("%d bytes alive: %d per cent, want %d", live, got, want)
		}
	}
	rounds := make(chan struct{})
	afterNextRound(func() { close(rounds) })
	for range 20 {
		runtime.GC()
		select {
		case <-rounds:
			return
		default:
			runtime.Gosched()
		}
	}
	<-rounds
}
