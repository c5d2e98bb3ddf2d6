package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/internal/clock"
	"anling/internal/config"
	"anling/registry"
)

// fakeCarrier answers like Twilio at once, and notes when the first request for each elder's family left.
type fakeCarrier struct {
	mu    sync.Mutex
	first map[string]time.Time // by number
	n     int
}

// RoundTrip is http.RoundTripper's.
func (c *fakeCarrier) RoundTrip(r *http.Request) (*http.Response, error) {
	now := time.Now()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	if to := form.Get("To"); c.first[to].IsZero() {
		c.first[to] = now
	}
	answer := fmt.Sprintf(`{"sid":"SM%032d","status":"queued"}`, c.n)
	return &http.Response{StatusCode: http.StatusCreated, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

// benchCity is the program at work on a real clock, behind a real socket, and a street of elders.
type benchCity struct {
	b       *testing.B
	cfg     config.Config
	app     *app
	carrier *fakeCarrier
	url     string
	token   string
	client  *http.Client
	end     func()     // the program's
	ended   chan error // how it ended
}

func newBenchCity(b *testing.B, elders int) *benchCity {
	b.Helper()
	easeCollector()
	c := &benchCity{b: b, cfg: config.Default(), carrier: &fakeCarrier{first: map[string]time.Time{}},
		client: &http.Client{Transport: benchTransport(0)}}
	c.cfg.Data, c.cfg.PublicURL = filepath.Join(b.TempDir(), "data"), storyURL
	c.cfg.TwilioAccountSID, c.cfg.TwilioAuthToken, c.cfg.TwilioFrom = storyAccount, storyToken, storyNumber
	c.start()
	b.Cleanup(c.stop)
	c.fill(elders)
	for range 3 { // warm the way
		c.press("warm", "warm")
	}
	return c
}

// benchTransport keeps connections open, and opens so many at most; 0: any number.
func benchTransport(connections int) *http.Transport {
	return &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: connections}
}

func (c *benchCity) start() {
	var err error
	c.app, err = newApp(c.b.Context(), c.cfg, parts{Clock: clock.Real(), Log: slog.New(slog.DiscardHandler), Telephone: c.carrier})
	c.ok(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	c.ok(err)
	ctx, end := context.WithCancel(context.WithoutCancel(c.b.Context()))
	c.end, c.ended = end, make(chan error, 1)
	go func(a *app) { c.ended <- a.serve(ctx, l) }(c.app)
	c.url = "http://" + l.Addr().String() + "/v1/signals"
}

func (c *benchCity) stop() {
	c.end()
	c.ok(<-c.ended)
	c.ok(c.app.close())
}

func (c *benchCity) ok(err error) {
	if err != nil {
		c.b.Helper()
		c.b.Fatal(err)
	}
}

// fill makes elders with one contact and one button each, and 200 helpers around them.
func (c *benchCity) fill(elders int) {
	ctx, reg := c.b.Context(), c.app.registry
	_, err := reg.CreateCentre(ctx, registry.Centre{ID: "c1", Name: "Centre"})
	c.ok(err)
	c.token, _, err = reg.CreateToken(ctx, registry.Token{Name: "bench", Scope: registry.TokenSignals})
	c.ok(err)
	for i := range 200 {
		_, err := reg.CreateHelper(ctx, registry.Helper{Centre: "c1", Name: "Helper", Kind: "volunteer", OnDuty: true, Phones: []string{fmt.Sprintf("+8619903%06d", i)},
			Position: &geo.Position{Point: orb.Point{121.46 + float64(i%20)*1e-3, 31.22 + float64(i/20)*1e-3}, At: time.Now()}})
		c.ok(err)
	}
	var wg sync.WaitGroup
	for part := range 16 {
		wg.Go(func() {
			for i := part; i < elders; i += 16 {
				id := registry.ElderID(fmt.Sprintf("e%d", i))
				_, err := reg.CreateElder(ctx, registry.Elder{ID: id, Centre: "c1", Name: "王秀兰", Address: "南京西路20弄6号301室", BirthDate: "1943",
					Position: &geo.Position{Point: orb.Point{121.46 + float64(i%200)*1e-4, 31.22 + float64(i%97)*1e-4}}})
				if err == nil {
					_, err = reg.CreateContact(ctx, registry.Contact{Elder: id, Name: "女儿", Role: "family", Phones: []string{familyOf(i)}, Channels: []string{"sms", "voice"}, Order: 1})
				}
				if err == nil {
					_, err = reg.CreateDevice(ctx, registry.Device{Identity: fmt.Sprintf("b%d", i), Protocol: "http", Kind: "pendant", Elder: id})
				}
				if err != nil {
					c.b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func familyOf(i int) string { return fmt.Sprintf("+8619904%06d", i) }

// press sends one alarm and waits for its acknowledgement.
func (c *benchCity) press(id, device string) {
	body := fmt.Sprintf(`{"id":"%s","device":"%s","kind":"sos"}`, id, device)
	req, err := http.NewRequestWithContext(c.b.Context(), http.MethodPost, c.url, bytes.NewBufferString(body))
	c.ok(err)
	req.Header.Set("Authorization", "Bearer "+c.token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := c.client.Do(req)
	c.ok(err)
	_, err = io.Copy(io.Discard, resp.Body)
	c.ok(err)
	c.ok(resp.Body.Close())
	if resp.StatusCode != http.StatusAccepted {
		c.b.Fatalf("press was answered %d", resp.StatusCode)
	}
}

// waited gives for each press how long it took until the first request for it left.
func (c *benchCity) waited(since []time.Time) []time.Duration {
	for deadline := time.Now().Add(time.Minute); ; {
		c.carrier.mu.Lock()
		out := make([]time.Duration, 0, len(since))
		for i, t := range since {
			if at := c.carrier.first[familyOf(i)]; !at.IsZero() {
				out = append(out, at.Sub(t))
			}
		}
		c.carrier.mu.Unlock()
		if len(out) == len(since) {
			return out
		}
		if time.Now().After(deadline) {
			c.b.Fatalf("%d of %d families were never told", len(since)-len(out), len(since))
		}
		<-c.app.clock.After(5 * time.Millisecond)
	}
}

// settled waits until the carrier has been asked everything that so many alerts want at once: one contact by two ways,
// three helpers by two ways.
func (c *benchCity) settled(alerts int) {
	for deadline := time.Now().Add(time.Minute); ; {
		c.carrier.mu.Lock()
		n := c.carrier.n
		c.carrier.mu.Unlock()
		if n >= alerts*messagesEach {
			return
		}
		if time.Now().After(deadline) {
			c.b.Fatalf("%d requests to the carrier for %d alerts, want %d for each", n, alerts, messagesEach)
		}
		<-c.app.clock.After(5 * time.Millisecond)
	}
}

// messagesEach is how many requests to the carrier follow a press at once.
const messagesEach = 8

func report(b *testing.B, name string, took []time.Duration) {
	slices.Sort(took)
	b.ReportMetric(inMillis(took, 0.5), name+"-p50-ms")
	b.ReportMetric(inMillis(took, 0.99), name+"-p99-ms")
}

// inMillis is the quantile of what is sorted, in milliseconds.
func inMillis(sorted []time.Duration, q float64) float64 {
	return float64(sorted[int(q*float64(len(sorted)-1))].Microseconds()) / 1000
}

// processor is the time that this process – client, service and carrier – has used of all processors.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFloor is what no durable press can beat: 4 KiB written and forced to the disk.
func BenchmarkFloor(b *testing.B) {
	for b.Loop() {
		f, err := os.Create(filepath.Join(b.TempDir(), "floor"))
		if err != nil {
			b.Fatal(err)
		}
		page := make([]byte, 4096)
		took := make([]time.Duration, 1000)
		for i := range took {
			begin := time.Now()
			if _, err := f.WriteAt(page, int64(i)*4096); err != nil {
				b.Fatal(err)
			}
			if err := syscall.Fdatasync(int(f.Fd())); err != nil {
				b.Fatal(err)
			}
			took[i] = time.Since(begin)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
		report(b, "fdatasync", took)
	}
}

// pressEach presses the buttons of n elders, each when the first message for the one before has left, and then is called, and reports
// how long that took.
func (c *benchCity) pressEach(n int, then func(pressed int)) {
	since, acked := make([]time.Time, n), make([]time.Duration, n)
	for i := range n {
		since[i] = time.Now()
		c.press(fmt.Sprintf("p%d", i), fmt.Sprintf("b%d", i))
		acked[i] = time.Since(since[i])
		c.waited(since[:i+1])
		then(i + 1)
	}
	report(c.b, "press-carrier", c.waited(since))
	report(c.b, "press-ack", acked)
}

// BenchmarkPressToCarrier is the whole way, one press at a time: HTTP, token, look-up of the elder, plan, helpers,
// hash chain, commit, and the first request to the carrier.
func BenchmarkPressToCarrier(b *testing.B) {
	const n = 500
	for b.Loop() {
		b.StopTimer()
		c := newBenchCity(b, n)
		b.StartTimer()
		used := processor(b)
		c.pressEach(n, func(int) {})
		c.settled(n)
		b.ReportMetric(float64((processor(b)-used).Microseconds())/n/1000, "cpu-ms/press")
	}
}

// BenchmarkPressAlone is the same way when the alarm before is through: all its messages are out, and what came of them is written.
func BenchmarkPressAlone(b *testing.B) {
	const n, pause = 300, 20 * time.Millisecond
	for b.Loop() {
		b.StopTimer()
		c := newBenchCity(b, n)
		b.StartTimer()
		c.pressEach(n, func(pressed int) {
			c.settled(pressed)
			<-c.app.clock.After(pause)
		})
	}
}

// BenchmarkPressWhileImporting is the same way while a spreadsheet of elders is being taken in without pause.
func BenchmarkPressWhileImporting(b *testing.B) {
	const n = 300
	for b.Loop() {
		b.StopTimer()
		c := newBenchCity(b, n)
		ctx, stop := context.WithCancel(b.Context())
		rows := make(chan int)
		go func() { rows <- c.importUntil(ctx) }()
		b.StartTimer()
		begin := time.Now()
		c.pressEach(n, func(int) {})
		took := time.Since(begin)
		stop()
		b.ReportMetric(float64(<-rows)/took.Seconds(), "rows/s")
	}
}

// importUntil takes in elders, file after file, until ctx ends, and gives how many.
func (c *benchCity) importUntil(ctx context.Context) (rows int) {
	const inFile = 500
	for ctx.Err() == nil {
		text := "number,name,birth_date,phones,address,lat,lon\n"
		for range inFile {
			rows++
			text += fmt.Sprintf("n%07d,王秀兰,1943-05-01,199%08d,南京西路%d号,31.2%04d,121.4%04d\n", rows, rows, rows, rows%10_000, rows%10_000)
		}
		report, err := c.app.registry.Import(ctx, registry.Elders, strings.NewReader(text), "elders.csv", nil)
		if ctx.Err() == nil {
			c.ok(err)
			if report.Created != inFile {
				c.b.Errorf("created %d of %d", report.Created, inFile)
			}
		}
	}
	return rows
}

// BenchmarkPresses32 is how many durable presses a second 32 clients get acknowledged, dispatch included.
func BenchmarkPresses32(b *testing.B) {
	const n, clients = 1500, 32
	for b.Loop() {
		b.StopTimer()
		c := newBenchCity(b, n)
		b.StartTimer()
		since, acked := make([]time.Time, n), make([]time.Duration, n)
		used, begin := processor(b), time.Now()
		var wg sync.WaitGroup
		for part := range clients {
			wg.Go(func() {
				for i := part; i < n; i += clients {
					since[i] = time.Now()
					c.press(fmt.Sprintf("p%d", i), fmt.Sprintf("b%d", i))
					acked[i] = time.Since(since[i])
				}
			})
		}
		wg.Wait()
		b.ReportMetric(float64(n)/time.Since(begin).Seconds(), "presses/s")
		report(b, "press-carrier", c.waited(since))
		report(b, "press-ack", acked)
		c.settled(n)
		b.ReportMetric(float64(n)/time.Since(begin).Seconds(), "dispatched/s")
		b.ReportMetric(float64((processor(b)-used).Microseconds())/n/1000, "cpu-ms/press")
	}
}
