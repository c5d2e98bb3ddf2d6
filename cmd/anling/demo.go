package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"anling/internal/clock"
	"anling/internal/config"
)

func demo(ctx context.Context, e environment, args []string) int {
	return finish(e, "demo", demoCommand(ctx, e, args))
}

func demoCommand(ctx context.Context, e environment, args []string) (err error) {
	fs := newFlags(e, "demo")
	settings := config.Flags(fs, config.Service)
	size := demoSizes()
	fs.IntVar(&size.elders, "elders", size.elders, "how many elders live there")
	fs.IntVar(&size.helpers, "helpers", size.helpers, "how many helpers walk about")
	seed := fs.Uint64("seed", 1, "the same number invents the same city")
	lively := fs.Bool("lively", false, "let the people answer by themselves, as people do; else you answer for them on the phone wall")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usage("demo takes no arguments")
	}
	cfg, err := settings.Load(e.Getenv)
	if err != nil {
		return err
	}
	ctx, stop := untilStopped(ctx)
	defer stop()
	cfg.Data, err = os.MkdirTemp("", "anling-demo-")
	if err != nil {
		return fmt.Errorf("make a data folder to throw away: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cfg.Data)) }()
	return runDemo(ctx, e, cfg, demoCity{sizes: size, seed: *seed, lively: *lively})
}

// demoCity is what to invent.
type demoCity struct {
	sizes
	seed   uint64
	lively bool
}

// alone cuts a demo off from everything real: its people are invented, their numbers might not be.
func alone(cfg config.Config, l net.Listener) config.Config {
	cfg.Database, cfg.KeyRing = "", ""
	cfg.TwilioAccountSID, cfg.TwilioAuthToken, cfg.TwilioSecondary, cfg.TwilioFrom, cfg.TwilioVoiceFrom, cfg.TwilioAPIURL = "", "", "", "", "", ""
	if cfg.LogLevel == slog.LevelInfo {
		cfg.LogLevel = slog.LevelWarn // one line for each request would push the banner off the screen
	}
	if tcp, ok := l.Addr().(*net.TCPAddr); ok && cfg.PublicURL == config.Default().PublicURL {
		cfg.PublicURL = "http://localhost:" + strconv.Itoa(tcp.Port)
	}
	return cfg
}

func runDemo(ctx context.Context, e environment, cfg config.Config, city demoCity) (err error) {
	l, err := listen(cfg.Listen)
	if err != nil {
		return err
	}
	cfg = alone(cfg, l)
	say(e.Stderr, "正在布置城市……  Building the city…\n")
	b := &buttons{}
	a, err := newApp(ctx, cfg, parts{Clock: clock.Real(), Log: newLogger(cfg, e.Stderr), PhoneLatency: phoneLatency, Demo: b.offer()})
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { err = errors.Join(err, a.close()) }()
	if b.city, err = a.settle(ctx, city, l); err != nil {
		return errors.Join(fmt.Errorf("build the city: %w", err), l.Close())
	}
	banner(e, cfg.PublicURL)
	return a.serve(ctx, l)
}

// banner says where to look, in both languages.
func banner(e environment, address string) {
	say(e.Stdout, `
  安铃演示 · Anling demo

  控制台   Console      %[1]s/console/
  登录     Log in       demo  /  %[2]s      (班长 supervisor: super)
  其他角色 Other roles  manager clerk installer provider auditor privacy admin (密码相同 same password)
  按按钮   Press here   %[1]s/demo
  电话墙   Phone wall   %[1]s/phones

  Ctrl-C 结束，数据随之丢弃。 Ctrl-C ends it, and throws the data away.

`, address, demoPassword)
}

// settle fills the registry with a city, names its telephones on the wall, and lets it live beside the service.
func (a *app) settle(ctx context.Context, want demoCity, l net.Listener) (*city, error) {
	c, err := fillCity(ctx, a.registry, a.roads, want.seed, want.sizes)
	if err != nil {
		return nil, err
	}
	c.phoneBook(a.wall.SetName)
	devices, err := a.trusting(cityPatience)
	if err != nil {
		return nil, err
	}
	address := here(l)
	if a.entrance.tls != nil {
		address = strings.Replace(address, "http://", "https://", 1)
	}
	c.connect(address, devices, a.log)
	a.workers = append(a.workers, worker{name: "city", run: c.Run, step: func(ctx context.Context) (int, time.Time, error) {
		return 0, time.Time{}, c.Step(ctx)
	}})
	if want.lively {
		live := func(ctx context.Context) error {
			return c.Live(ctx, a.wall, want.seed, func(string) bool { return false })
		}
		a.workers = append(a.workers, worker{name: "people", run: live})
	}
	return c, nil
}

// cityPatience is how long a device of the city waits for its answer.
const cityPatience = 10 * time.Second

// here gives the address under which the listener is reached from this machine.
func here(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if ip := net.ParseIP(host); err != nil || ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}
