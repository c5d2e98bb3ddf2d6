package notify

import (
	"container/heap"
	"sync"
	"time"
)

// job is a claimed message in memory, ready to be sent.
type job struct {
	msg        Message
	owner      string
	generation int64
	attempt    int64
	expires    time.Time // of the lease, by this machine's clock
	order      uint64    // of arrival, among equals
}

// lane is a queue with its own workers: what waits in one never waits for the other.
type lane struct {
	workers int
	wake    chan struct{}

	mu   sync.Mutex
	jobs jobHeap
	seen uint64
}

func newLane(workers int) *lane {
	return &lane{workers: workers, wake: make(chan struct{}, workers)}
}

// push adds a job and wakes a worker. When all wake-ups are already pending, a worker that takes
// one of them will find the job, since workers go on until the lane is empty.
func (l *lane) push(j job) {
	l.mu.Lock()
	l.seen++
	j.order = l.seen
	heap.Push(&l.jobs, j)
	l.mu.Unlock()
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// pop takes the most urgent job.
func (l *lane) pop() (job, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.jobs) == 0 {
		return job{}, false
	}
	return heap.Pop(&l.jobs).(job), true
}

func (l *lane) len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.jobs)
}

// jobHeap orders by priority, then by when the message was due, then by arrival.
type jobHeap []job

func (h jobHeap) Len() int { return len(h) }
func (h jobHeap) Less(i, k int) bool {
	a, b := h[i], h[k]
	if a.msg.Priority != b.msg.Priority {
		return a.msg.Priority < b.msg.Priority
	}
	if !a.msg.DueAt.Equal(b.msg.DueAt) {
		return a.msg.DueAt.Before(b.msg.DueAt)
	}
	return a.order < b.order
}
func (h jobHeap) Swap(i, k int) { h[i], h[k] = h[k], h[i] }

// Push is for container/heap only.
func (h *jobHeap) Push(x any) { *h = append(*h, x.(job)) }

// Pop is for container/heap only.
func (h *jobHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = job{} // let the text go
	*h = old[:len(old)-1]
	return last
}
