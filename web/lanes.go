package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"anling/internal/clock"
	"anling/internal/fault"
)

// lane is a kind of request that has room of its own, so that a crowd in one lane does not stand in the way of
// another. Alarms have no limit at all: what keeps room for them is that all others have one.
type lane string

const (
	laneAlarm  lane = "alarm"  // signals of devices, webhooks of the telephone provider: never limited
	lanePage   lane = "page"   // family and helpers, who have nothing but their link
	laneLogIn  lane = "log-in" // who has not shown who they are; costs a password's work
	laneWork   lane = "work"   // operators and machines
	laneHeavy  lane = "heavy"  // imports, exports: much work at once, which can wait
	laneStatic lane = "static" // files in memory, health, live streams: next to no work
)

// laneOf sorts the routes. A route that nobody has sorted is work.
func laneOf(method, route string) lane {
	switch {
	case route == "/v1/signals", strings.HasPrefix(route, "/hooks/"):
		return laneAlarm
	case strings.HasPrefix(route, "/f/"), strings.HasPrefix(route, "/h/"):
		return lanePage
	case method == http.MethodPost && strings.HasPrefix(route, "/v1/session"):
		return laneLogIn
	case !strings.HasPrefix(route, "/v1/"), route == "/v1/stream", route == "/v1/config":
		return laneStatic
	case heavy(method, route):
		return laneHeavy
	}
	return laneWork
}

func heavy(method, route string) bool {
	return strings.HasPrefix(route, "/v1/exports") || strings.HasSuffix(route, "/export") || strings.HasSuffix(route, "/subject-access") ||
		method != http.MethodGet && (strings.HasPrefix(route, "/v1/imports") || strings.HasSuffix(route, "/import") || strings.HasSuffix(route, "/attachments"))
}

// width is what a lane lets through.
type width struct {
	room  int        // requests at a time
	each  int        // of them, of one caller
	rate  rate.Limit // per caller and second, in the long run
	burst int
}

// Limits widen or narrow the lanes; the zero value leaves the pace of callers alone and limits only how many work at
// a time.
type Limits struct {
	Paced bool // each caller has a pace, too
}

// widths are the lanes of a machine with so many processors. A read that waits a moment for its turn costs nobody
// anything; a press that shares the processor with a hundred reads is late.
func widths(cores int) map[lane]width {
	n := max(4, 2*cores)
	return map[lane]width{
		// Half a city may come from one address of a mobile carrier: pages have no pace for each network. See guesses.
		lanePage:  {room: n, each: n, rate: rate.Inf, burst: 1},
		laneLogIn: {room: 4, each: 4, rate: 5, burst: 60},
		laneWork:  {room: n, each: max(2, n/2), rate: 50, burst: 300},
		laneHeavy: {room: 2, each: 1, rate: 0.2, burst: 20},
	}
}

// How long a request waits for room before it is told to come again, and how long its body may take to arrive.
const (
	roomWait   = 3 * time.Second
	bodyTime   = 10 * time.Second
	bodyAtOnce = 16 << 10 // bytes for which another second is given
	answerTime = 20 * time.Second
)

// lanes keeps how full they are.
type lanes struct {
	limits  Limits
	refused func(lane lane, why string)
	widths  map[lane]width
	room    map[lane]chan struct{}

	mu      sync.Mutex
	callers map[string]*pace
}

// pace is how fast one caller goes in one lane, and how many requests are under way.
type pace struct {
	limiter *rate.Limiter
	active  int
	at      time.Time
}

// maxPaces bounds the memory; whoever is not under way is forgotten first.
const maxPaces = 20000

func newLanes(l Limits, refused func(lane, string)) *lanes {
	ls := &lanes{limits: l, refused: refused, widths: widths(runtime.GOMAXPROCS(0)), room: map[lane]chan struct{}{}, callers: map[string]*pace{}}
	for name, w := range ls.widths {
		ls.room[name] = make(chan struct{}, w.room)
	}
	return ls
}

func nothing() {}

// enter waits for room in the lane of a caller; leave gives it back. It uses the machine's own time, also under a
// clock that a test turns: it protects the machine.
func (ls *lanes) enter(ctx context.Context, in lane, who string) (leave func(), err error) {
	w, limited := ls.widths[in]
	if !limited {
		return nothing, nil
	}
	if wait := ls.begin(in, who, w); wait > 0 {
		ls.refused(in, "pace")
		return nothing, &refusal{status: http.StatusTooManyRequests, msg: "too many requests; wait a little", after: wait}
	}
	select {
	case ls.room[in] <- struct{}{}:
	case <-ctx.Done():
		ls.end(in, who)
		return nothing, ctx.Err()
	case <-clock.Real().After(roomWait):
		ls.end(in, who)
		ls.refused(in, "room")
		return nothing, fault.New(fault.Retry, "too much is asked at once; try again in a moment")
	}
	return func() {
		<-ls.room[in]
		ls.end(in, who)
	}, nil
}

// begin counts a request of a caller, or gives how long it has to wait.
func (ls *lanes) begin(in lane, who string, w width) (wait time.Duration) {
	now := clock.Real().Now()
	key := string(in) + " " + who
	ls.mu.Lock()
	defer ls.mu.Unlock()
	p := ls.callers[key]
	if p == nil {
		ls.makeRoom(now)
		p = &pace{limiter: rate.NewLimiter(w.rate, w.burst)}
		ls.callers[key] = p
	}
	if ls.limits.Paced && !p.limiter.AllowN(now, 1) {
		return max(time.Second, time.Duration(float64(time.Second)/float64(w.rate)))
	}
	// How many are under way counts only when the lane is crowded: an empty road is anybody's.
	if ls.limits.Paced && p.active >= 8*w.each && len(ls.room[in]) == cap(ls.room[in]) {
		return time.Second
	}
	p.active++
	p.at = now
	return 0
}

func (ls *lanes) end(in lane, who string) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if p := ls.callers[string(in)+" "+who]; p != nil && p.active > 0 {
		p.active--
	}
}

func (ls *lanes) makeRoom(now time.Time) {
	if len(ls.callers) < maxPaces {
		return
	}
	for key, p := range ls.callers {
		if p.active == 0 && now.Sub(p.at) > time.Minute {
			delete(ls.callers, key)
		}
	}
	if len(ls.callers) >= maxPaces {
		clear(ls.callers) // an attack from everywhere: the room of each lane still bounds it
	}
}

// laned takes the request through its lane: first its body is read, so that a slow sender holds no room, then it waits
// for room, then it is handled.
func (s *Server) laned(rt route, w http.ResponseWriter, r *http.Request) error {
	in := laneOf(rt.method, rt.path)
	if in == laneStatic {
		return rt.handle(w, r)
	}
	if err := tooLong(r); err != nil {
		return err
	}
	if err := bodyInTime(in, w, r); err != nil {
		return err
	}
	leave, err := s.lanes.enter(r.Context(), in, s.laneCaller(r))
	if err != nil {
		return err
	}
	defer leave()
	if in == laneWork || in == lanePage || in == laneLogIn {
		// A slow reader must not hold the room for long either.
		deadline := clock.Real().Now().Add(answerTime)
		if err := http.NewResponseController(w).SetWriteDeadline(deadline); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return lostClient(err)
		}
	}
	return rt.handle(w, r)
}

// laneCaller is who goes through a lane: an account where there is one, else the network that the request comes from.
func (s *Server) laneCaller(r *http.Request) string {
	if name := callerOf(r.Context()).logName(); name != "nobody" {
		return name
	}
	return network(s.clientAddr(r))
}

// maxQuery is the longest query that anybody needs.
const maxQuery = 8 << 10

func tooLong(r *http.Request) error {
	if len(r.URL.RawQuery) > maxQuery || len(r.URL.Path) > maxQuery {
		return refuse(http.StatusRequestURITooLong, "the address is longer than %d bytes", maxQuery)
	}
	return nil
}

// bodyInTime reads a body, as far as the lane takes it, within a time that fits its length. A file of an import is read
// as it comes.
func bodyInTime(in lane, w http.ResponseWriter, r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody || in == laneHeavy {
		return nil
	}
	most, limit := int64(maxBody), bodyTime
	if in == laneAlarm {
		most = maxSignalBatch
	}
	if r.ContentLength > 0 {
		limit += time.Duration(min(r.ContentLength, most)/bodyAtOnce) * time.Second
	}
	if err := readUntil(w, limit); err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, most+1))
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "the body could not be read to its end")
	}
	r.Body = readAhead{Reader: io.MultiReader(bytes.NewReader(b), r.Body), Closer: r.Body}
	// A deadline that passed while the request is handled would end it.
	return readUntil(w, readTime)
}

func readUntil(w http.ResponseWriter, limit time.Duration) error {
	err := http.NewResponseController(w).SetReadDeadline(clock.Real().Now().Add(limit))
	if errors.Is(err, http.ErrNotSupported) {
		return nil // no connection: a test, or a part of the program that speaks to another
	}
	return lostClient(err)
}

// readAhead is a body whose beginning has been read already.
type readAhead struct {
	io.Reader
	io.Closer
}
