package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// rival is a Prometheus Alertmanager beside us: it takes alerts by HTTP, keeps them in memory, and tells a webhook. It asks for no
// token, looks nobody up and forces nothing to the disk.
type rival struct {
	b      *testing.B
	url    string
	client *http.Client

	mu    sync.Mutex
	first map[string]time.Time
}

// newRival starts the program that ANLING_ALERTMANAGER names; nil when there is none.
func newRival(b *testing.B) *rival {
	b.Helper()
	program := os.Getenv("ANLING_ALERTMANAGER")
	if program == "" {
		return nil
	}
	r := &rival{b: b, first: map[string]time.Time{}, client: &http.Client{Transport: benchTransport(64)}}
	hook := httptest.NewServer(http.HandlerFunc(r.told))
	b.Cleanup(hook.Close)
	dir := b.TempDir()
	conf := fmt.Sprintf(`{"route":{"receiver":"hook","group_by":["..."],"group_wait":"0s","group_interval":"1h","repeat_interval":"1h"},
		"receivers":[{"name":"hook","webhook_configs":[{"url":%q,"send_resolved":false}]}]}`, hook.URL)
	name := filepath.Join(dir, "conf.yml")
	r.ok(os.WriteFile(name, []byte(conf), 0o600))
	address := freeAddress(b)
	cmd := exec.Command(program, "--config.file="+name, "--storage.path="+dir, "--web.listen-address="+address, "--cluster.listen-address=", "--log.level=error")
	r.ok(cmd.Start())
	b.Cleanup(func() {
		r.ok(cmd.Process.Kill())
		_, err := cmd.Process.Wait()
		r.ok(err)
	})
	r.url = "http://" + address
	for end := time.Now().Add(20 * time.Second); ; {
		if resp, err := r.client.Get(r.url + "/-/ready"); err == nil {
			r.ok(resp.Body.Close())
			if resp.StatusCode == http.StatusOK {
				return r
			}
		}
		if time.Now().After(end) {
			b.Fatal("alertmanager does not get ready")
		}
		<-time.After(20 * time.Millisecond)
	}
}

func freeAddress(b *testing.B) string {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (r *rival) ok(err error) {
	if err != nil {
		r.b.Helper()
		r.b.Error(err)
	}
}

// told is the webhook.
func (r *rival) told(_ http.ResponseWriter, req *http.Request) {
	now := time.Now()
	var body struct {
		Alerts []struct {
			Labels map[string]string `json:"labels"`
		} `json:"alerts"`
	}
	r.ok(json.NewDecoder(req.Body).Decode(&body))
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, a := range body.Alerts {
		if id := a.Labels["press"]; r.first[id].IsZero() {
			r.first[id] = now
		}
	}
}

func (r *rival) press(id string) {
	body := fmt.Sprintf(`[{"labels":{"alertname":"sos","press":%q}}]`, id)
	resp, err := r.client.Post(r.url+"/api/v2/alerts", "application/json", bytes.NewBufferString(body))
	if err != nil {
		r.b.Error(err)
		return
	}
	_, err = io.Copy(io.Discard, resp.Body)
	r.ok(err)
	r.ok(resp.Body.Close())
	if resp.StatusCode != http.StatusOK {
		r.b.Errorf("alertmanager answered %d", resp.StatusCode)
	}
}

// waited gives for each press how long it took until the webhook heard of it.
func (r *rival) waited(prefix string, since []time.Time) []time.Duration {
	for end := time.Now().Add(time.Minute); ; {
		out := make([]time.Duration, 0, len(since))
		r.mu.Lock()
		for i, t := range since {
			if at := r.first[fmt.Sprintf("%s%d", prefix, i)]; !at.IsZero() {
				out = append(out, at.Sub(t))
			}
		}
		r.mu.Unlock()
		if len(out) == len(since) {
			return out
		}
		if time.Now().After(end) {
			r.b.Fatalf("the webhook heard of %d of %d", len(out), len(since))
		}
		<-time.After(time.Millisecond)
	}
}

// BenchmarkAlertmanager is the same three loads as ours on Alertmanager: one at a time, a burst of 1,000, 32 clients.
func BenchmarkAlertmanager(b *testing.B) {
	for b.Loop() {
		r := newRival(b)
		if r == nil {
			b.Log("not measured: ANLING_ALERTMANAGER names no program")
			return
		}
		single := make([]time.Time, 300)
		for i := range single {
			single[i] = time.Now()
			r.press(fmt.Sprintf("one%d", i))
			r.waited("one", single[:i+1])
		}
		report(b, "press-hook", r.waited("one", single))
		const n, clients = 1500, 32
		burst := make([]time.Time, 1000)
		var all sync.WaitGroup
		for i := range burst {
			all.Go(func() {
				burst[i] = time.Now()
				r.press(fmt.Sprintf("burst%d", i))
			})
		}
		all.Wait()
		report(b, "burst-hook", r.waited("burst", burst))
		begin := time.Now()
		for part := range clients {
			all.Go(func() {
				for i := part; i < n; i += clients {
					r.press(fmt.Sprintf("many%d", i))
				}
			})
		}
		all.Wait()
		b.ReportMetric(n/time.Since(begin).Seconds(), "accepted/s")
	}
}
