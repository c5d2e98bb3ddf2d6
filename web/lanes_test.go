package web

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"anling/internal/fault"
)

// TestAlarmsHaveNoLane sorts every route: none may stand in the way of a press.
func TestAlarmsHaveNoLane(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, rt := range h.server.routes {
		in := laneOf(rt.method, rt.path)
		_, limited := h.server.lanes.widths[in]
		if alarm := rt.path == "/v1/signals"; alarm == limited && in != laneStatic {
			t.Errorf("%s %s goes through %s", rt.method, rt.path, in)
		}
	}
	for route, want := range map[string]lane{
		"POST /v1/signals": laneAlarm, "POST /hooks/…": laneAlarm, "POST /v1/session": laneLogIn, "GET /v1/session": laneWork, "GET /f/{token}": lanePage,
		"GET /v1/stream": laneStatic, "GET /console/{file:.*}": laneStatic, "POST /v1/imports": laneHeavy, "GET /v1/imports/{id}": laneWork,
		"GET /v1/exports/{kind}": laneHeavy, "GET /v1/audit/export": laneHeavy, "GET /v1/elders/{id}/subject-access": laneHeavy, "GET /v1/elders": laneWork,
	} {
		method, path, _ := strings.Cut(route, " ")
		if got := laneOf(method, path); got != want {
			t.Errorf("%s goes through %s, want %s", route, got, want)
		}
	}
}

func TestALaneHasRoom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var refused []string
		ls := newLanes(Limits{}, func(in lane, why string) { refused = append(refused, string(in)+" "+why) })
		var leave []func()
		for range ls.widths[laneWork].room {
			done, err := ls.enter(t.Context(), laneWork, "somebody")
			must(t, err)
			leave = append(leave, done)
		}
		if _, err := ls.enter(t.Context(), laneWork, "another"); !fault.Is(err, fault.Retry) || len(refused) != 1 || refused[0] != "work room" {
			t.Errorf("a full lane: %v, refused %q", err, refused)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := ls.enter(gone, laneWork, "gone"); err == nil {
			t.Error("who has gone was let in")
		}
		for _, other := range []lane{laneAlarm, lanePage, laneLogIn, laneHeavy, laneStatic} {
			done, err := ls.enter(t.Context(), other, "another")
			if err != nil {
				t.Errorf("a crowd of work stands in the way of %s: %v", other, err)
			}
			done()
		}
		waiting := make(chan error)
		go func() {
			_, err := ls.enter(t.Context(), laneWork, "patient")
			waiting <- err
		}()
		synctest.Wait()
		leave[0]()
		if err := <-waiting; err != nil {
			t.Errorf("who waits is not let in when there is room: %v", err)
		}
		for range 1000 {
			if done, err := ls.enter(t.Context(), laneAlarm, "gateway"); err != nil {
				t.Fatal(err)
			} else {
				defer done()
			}
		}
	})
}

func TestCallersHaveAPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ls := newLanes(Limits{Paced: true}, func(lane, string) {})
		enter := func(in lane, who string) error {
			done, err := ls.enter(t.Context(), in, who)
			done()
			return err
		}
		w := ls.widths[laneWork]
		for range w.burst {
			must(t, enter(laneWork, "token a"))
		}
		if err := enter(laneWork, "token a"); err == nil || statusOf(err) != http.StatusTooManyRequests {
			t.Errorf("beyond the burst: %v", err)
		}
		must(t, enter(laneWork, "token b"))
		must(t, enter(laneHeavy, "token a"))
		<-time.After(time.Second) // the clock of synctest
		for range int(w.rate) {
			must(t, enter(laneWork, "token a"))
		}
		for range 10_000 {
			must(t, enter(laneAlarm, "token a"))
			must(t, enter(lanePage, "203.0.113.0/24"))
		}
		for i := range maxPaces + 10 {
			must(t, enter(laneLogIn, fmt.Sprint(i)))
		}
		if len(ls.callers) > maxPaces {
			t.Errorf("%d callers are remembered", len(ls.callers))
		}
	})
}

// TestGuessedLinks: who guesses is slowed and seen, who has a right link behind the same address is not slowed.
func TestGuessedLinks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.press()
	right := h.carrier.linkOf("k1")
	counts := map[int]int{}
	for i := range 2 * guessBurst {
		counts[h.do(ask{method: "GET", path: fmt.Sprintf("/f/GUESSGUESSGUESS%05d", i)}).StatusCode]++
		h.do(ask{method: "GET", path: right}).want(t, 200)
	}
	if counts[404] < guessBurst || counts[429] < guessBurst/2 || counts[404]+counts[429] != 2*guessBurst {
		t.Errorf("guesses were answered %v", counts)
	}
	if n := strings.Count(h.log.String(), "somebody tries links"); n != 1 {
		t.Errorf("the log tells it %d times, want once", n)
	}
	if strings.Contains(h.log.String(), "GUESSGUESS") {
		t.Error("the log holds a link")
	}
	g := newGuesses(h.server.log, func(lane, string) {})
	for i := range maxGuessers + 5 {
		g.wrong(netip.AddrFrom4([4]byte{10, byte(i / 250), byte(i % 250), 1}))
	}
	if len(g.seen) > maxGuessers {
		t.Errorf("%d networks are remembered", len(g.seen))
	}
}

// TestAPressGetsThroughACrowd fills every lane with requests that do not end and every small gap with slow senders,
// and presses.
func TestAPressGetsThroughACrowd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ls := h.server.lanes
	for in, w := range ls.widths {
		for range w.room {
			done, err := ls.enter(t.Context(), in, "crowd")
			must(t, err)
			defer done()
		}
	}
	var slow sync.WaitGroup
	for range 200 { // half a header, and half a body of a log-in
		for _, half := range []string{"GET /v1/alerts HTTP/1.1\r\nHost: a\r\nX-", "POST /v1/session HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n{"} {
			slow.Go(func() {
				c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
				must(t, err)
				t.Cleanup(func() { c.Close() })
				_, err = c.Write([]byte(half))
				must(t, err)
			})
		}
	}
	slow.Wait()
	h.press()
	if a := h.do(ask{method: "POST", path: "/v1/signals", token: h.tokens["signals"], body: `{"id":"s2","device":"unknown","kind":"sos"}`}); a.StatusCode != 202 {
		t.Errorf("a press in the crowd: %d %s", a.StatusCode, a.body)
	}
}

// TestASlowBodyHoldsNoRoom sends half a log-in and looks whether the lane is free meanwhile.
func TestASlowBodyHoldsNoRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	must(t, err)
	defer c.Close()
	_, err = c.Write([]byte("POST /v1/session HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 90\r\n\r\n"))
	must(t, err)
	line, err := bufio.NewReader(c).ReadString('\n') // the handler has begun to read
	if err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("got %q, %v", line, err)
	}
	if n := len(h.server.lanes.room[laneLogIn]); n != 0 {
		t.Errorf("a body that does not come holds %d places", n)
	}
}

func TestWhoIsSilentLongestLeaves(t *testing.T) {
	t.Parallel()
	conn := func() net.Conn { a, _ := net.Pipe(); return a }
	c := newConns(3)
	busy, first, second, third := conn(), conn(), conn(), conn()
	at := func(n int) time.Time { return start.Add(time.Duration(n) * time.Second) }
	c.note(busy, http.StateNew, at(0))
	c.note(busy, http.StateActive, at(0))
	c.note(first, http.StateNew, at(1))
	c.note(second, http.StateNew, at(2))
	if leave := c.note(third, http.StateNew, at(3)); leave != first {
		t.Error("not the one that was silent longest leaves")
	}
	c.note(second, http.StateActive, at(4))
	c.note(second, http.StateIdle, at(5))
	if leave := c.note(conn(), http.StateNew, at(6)); leave != third {
		t.Error("who has just been answered leaves before who never said anything")
	}
	full := newConns(1)
	full.note(busy, http.StateNew, at(0))
	full.note(busy, http.StateActive, at(0))
	if leave := full.note(conn(), http.StateNew, at(1)); leave != nil {
		t.Error("who is being answered was sent away")
	}
	full.note(busy, http.StateClosed, at(2))
	if len(full.active) != 0 {
		t.Error("who has gone is still counted")
	}
}

func TestWhoIsTurnedAwayWakesNobody(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{http.StatusTooManyRequests: "level=INFO", http.StatusInternalServerError: "level=ERROR"} {
		var said bytes.Buffer
		s := &Server{log: slog.New(slog.NewTextHandler(&said, nil))}
		i := &info{caller: &caller{}, route: "/v1/elders", err: &refusal{status: status, msg: "wait a little"}}
		r := httptest.NewRequest(http.MethodGet, "/v1/elders", nil)
		s.logRequest(r.WithContext(context.WithValue(r.Context(), infoKey{}, i)), status, slog.Int("ms", 1))
		if !strings.Contains(said.String(), want) {
			t.Errorf("%d: the log says %s", status, said.String())
		}
	}
}
