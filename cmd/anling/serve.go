package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"anling/internal/clock"
	"anling/internal/config"
)

func serve(ctx context.Context, e environment, args []string) int {
	return finish(e, "serve", serveCommand(ctx, e, args))
}

func serveCommand(ctx context.Context, e environment, args []string) (err error) {
	fs := newFlags(e, "serve")
	settings := config.Flags(fs, config.Storage, config.Service)
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usage("serve takes no arguments")
	}
	cfg, err := settings.Load(e.Getenv)
	if err != nil {
		return err
	}
	ctx, stop := untilStopped(ctx)
	defer stop()
	easeCollector()
	a, err := newApp(ctx, cfg, parts{Clock: clock.Real(), Log: newLogger(cfg, e.Stderr), PhoneLatency: phoneLatency})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	l, err := listen(cfg.Listen)
	if err != nil {
		return err
	}
	say(e.Stdout, "Anling listens on %s; the console is %s/console/\n", l.Addr(), cfg.PublicURL)
	if a.wall != nil {
		say(e.Stdout, "No telephone provider is set: messages reach nobody and are shown on %s/phones, on this machine only.\n", cfg.PublicURL)
	}
	return a.serve(ctx, l)
}

// phoneLatency is how long the phone wall takes between two stages of a call, as a real network does.
const phoneLatency = 400 * time.Millisecond

func listen(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w; is another service there? choose one with --listen", address, errors.Unwrap(err))
	}
	return l, nil
}

// serve takes requests and lets the workers work until ctx ends; then it stops taking requests, lets those
// under way end, stops the workers and waits for all of it. An alarm that was answered is on the disk by then.
func (a *app) serve(ctx context.Context, l net.Listener) error {
	working, stopWorkers := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWorkers()
	serving, stopServing := context.WithCancelCause(ctx)
	defer stopServing(nil)
	server := a.web.HTTP(serving)

	var wg sync.WaitGroup
	var workErr, serveErr error
	wg.Go(func() {
		workErr = a.Run(working)
		stopServing(workErr)
	})
	wg.Go(func() {
		if serveErr = a.entrance.serve(server, l); errors.Is(serveErr, http.ErrServerClosed) {
			serveErr = nil
		}
		stopServing(serveErr)
	})
	<-serving.Done()
	a.log.Info("stopping")
	grace, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), a.cfg.ShutdownGrace,
		errors.New("requests were still running after the shutdown-grace of "+a.cfg.ShutdownGrace.String()))
	defer cancel()
	err := server.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.Join(context.Cause(grace), server.Close())
	}
	stopWorkers()
	wg.Wait()
	return errors.Join(workErr, serveErr, err)
}
