package main

import (
	"context"

	"anling/internal/audit"
	"anling/internal/fault"
)

func keys(ctx context.Context, e environment, args []string) int {
	fs := newFlags(e, "keys")
	prepare := fs.Bool("prepare", false, "with rotate: add the next master key without using it, so that the file can be copied to every node first")
	return finish(e, "keys", withStorage(ctx, call{environment: e, flags: fs, args: args},
		func(s *storage, args []string) error {
			switch {
			case len(args) == 1 && args[0] == "status":
				return keyStatus(ctx, e, s)
			case len(args) == 1 && args[0] == "rotate" && *prepare:
				return prepareKeys(ctx, e, s)
			case len(args) == 1 && args[0] == "rotate":
				return rotateKeys(ctx, e, s)
			case len(args) == 2 && args[0] == "retire":
				return retireKey(ctx, e, s, args[1])
			}
			return usage("say status, rotate, rotate --prepare or retire ID")
		}))
}

// rewrapBatch is how many data keys are wrapped anew in one transaction.
const rewrapBatch = 1000

// rotateKeys makes a new master key and wraps every data key with it while the service runs; a running service sees the new
// ring by itself. The second pass takes those that were made during the first.
func rotateKeys(ctx context.Context, e environment, s *storage) error {
	if err := s.ring.Rotate(); err != nil {
		return err
	}
	total := 0
	for range 2 {
		n, err := s.vault.Rewrap(ctx, rewrapBatch)
		if err != nil {
			return err
		}
		total += n
	}
	if err := s.noteKeys(ctx, "keys.rotated", map[string]any{"ring": s.ring.Fingerprint(), "wrapped": total}); err != nil {
		return err
	}
	say(e.Stdout, "%d keys are wrapped with the new master key. Keep a new copy of %s; the old master key stays on it, for backups made before (anling keys retire)\n",
		total, s.cfg.KeyRingPath())
	return nil
}

func prepareKeys(ctx context.Context, e environment, s *storage) error {
	if err := s.ring.Prepare(); err != nil {
		return err
	}
	if err := s.noteKeys(ctx, "keys.prepared", map[string]any{"ring": s.ring.Fingerprint()}); err != nil {
		return err
	}
	say(e.Stdout, "the next master key is on %s. Copy the file to every node, then run anling keys rotate\n", s.cfg.KeyRingPath())
	return nil
}

func retireKey(ctx context.Context, e environment, s *storage, id string) error {
	used, err := s.vault.InUse(ctx)
	if err != nil {
		return err
	}
	if used[id] > 0 {
		return fault.New(fault.Conflict, "%d keys are still wrapped with it; run anling keys rotate first", used[id])
	}
	if err := s.ring.Retire(id); err != nil {
		return err
	}
	if err := s.noteKeys(ctx, "keys.retired", map[string]any{"key": id}); err != nil {
		return err
	}
	say(e.Stdout, "master key %s is off the ring: backups made while it was in use cannot be opened with this ring any more\n", id)
	return nil
}

func (s *storage) noteKeys(ctx context.Context, action string, data any) error {
	return s.audit.Add(ctx, audit.Entry{Actor: audit.Actor{Kind: audit.Command, ID: "keys"}, Action: action, Resource: "keys", Data: data})
}

func keyStatus(ctx context.Context, e environment, s *storage) error {
	used, err := s.vault.InUse(ctx)
	if err != nil {
		return err
	}
	say(e.Stdout, "ring %s, newest first: %s\n", s.cfg.KeyRingPath(), s.ring.Fingerprint())
	for id, n := range used {
		say(e.Stdout, "%s wraps %d keys\n", id, n)
	}
	n, err := s.notary(s.engine(), "")
	if err != nil {
		return err
	}
	say(e.Stdout, "checkpoints are checked with %s\n", n.Key())
	return s.vault.Check(ctx)
}
