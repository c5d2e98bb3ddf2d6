package main

import (
	"context"
	"fmt"
	"io"

	"anling/alerts"
	"anling/internal/fault"
	"anling/notify"
)

func verify(ctx context.Context, e environment, args []string) int {
	fs := newFlags(e, "verify")
	file := fs.String("checkpoint", "", "`file` of checkpoints that was kept outside the database (setting audit-checkpoints)")
	return finish(e, "verify", withStorage(ctx, call{environment: e, flags: fs, args: args},
		func(s *storage, args []string) error {
			if len(args) > 0 {
				return usage("verify takes no arguments")
			}
			return verifyAll(ctx, e.Stdout, s, *file)
		}))
}

// verifyStory checks every timeline, tells the result, and fails when one is not what it was.
func verifyStory(ctx context.Context, w io.Writer, s *storage) error {
	r, err := s.engine().Verify(ctx)
	if err != nil {
		return fmt.Errorf("verify the timelines: %w", err)
	}
	for _, p := range r.Problems {
		say(w, "alert %s, event %d: %s\n", p.Alert, p.Seq, p.What)
	}
	if r.Unread > 0 {
		say(w, "%d events are chained correctly, but their text cannot be opened: erased, or the keys are not those of this database\n", r.Unread)
	}
	if n := len(r.Problems); n > 0 {
		return fault.New(fault.Conflict, "%d places in %d alerts are not what they were", n, r.Alerts)
	}
	say(w, "%d alerts with %d events: every timeline is whole\n", r.Alerts, r.Events)
	return nil
}

// engine gives the alert engine for looking at what is stored: nothing leaves through its outbox.
func (s *storage) engine() *alerts.Engine {
	outbox := notify.NewOutbox(notify.Options{DB: s.db, Vault: s.vault, Clock: s.clock, Log: s.log, Owner: "tool"})
	return alerts.New(alerts.Options{DB: s.db, Vault: s.vault, Registry: s.registry, Outbox: outbox, Clock: s.clock, Log: s.log, PublicURL: s.cfg.PublicURL})
}
