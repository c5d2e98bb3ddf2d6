package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"anling/alerts"
	"anling/internal/audit"
	"anling/internal/fault"
)

// notary makes the one who signs checkpoints of all chains: the audit log's own and the alerts' timelines. Its key is derived
// from the key ring, so that every node with a copy of the ring signs alike.
func (s *storage) notary(e *alerts.Engine, file string) (*audit.Notary, error) {
	return audit.NewNotary(audit.NotaryOptions{Log: s.audit, Seed: s.ring.Derive("audit checkpoints"), Others: e.Chains(),
		Clock: s.clock, Report: s.log, File: file})
}

// verifyAudit checks the audit log and the checkpoints, tells the result, and gives how many places are wrong.
func verifyAudit(ctx context.Context, w io.Writer, s *storage, file string) (bad int, err error) {
	n, err := s.notary(s.engine(), "")
	if err != nil {
		return 0, err
	}
	var outside io.Reader
	if file != "" {
		f, err := os.Open(file)
		if err != nil {
			return 0, fmt.Errorf("open the checkpoints: %w", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		outside = f
	}
	r, err := n.Verify(ctx, outside)
	if err != nil {
		return 0, fmt.Errorf("verify the audit log: %w", err)
	}
	for _, p := range r.Problems {
		say(w, "%s: %s\n", p.Chain, p.What)
	}
	if r.Unread > 0 {
		say(w, "%d rows of the audit log are chained correctly, but their data cannot be opened: erased, or the keys are not those of this database\n", r.Unread)
	}
	if len(r.Problems) == 0 {
		say(w, "%d audit chains with %d rows are whole, and so are %d checkpoints%s\n", r.Chains, r.Rows, r.Checkpoints, andOutside(file, r.Outside))
	}
	return len(r.Problems), nil
}

func andOutside(file string, n int) string {
	if file == "" {
		return "; give a copy that was kept elsewhere with --checkpoint to see that nothing was rewritten"
	}
	return fmt.Sprintf(" and %d of %s", n, file)
}

// verifyAll checks timelines, audit log and checkpoints. It tells everything that is wrong before it fails.
func verifyAll(ctx context.Context, w io.Writer, s *storage, file string) error {
	errStory := verifyStory(ctx, w, s)
	if errStory != nil && !fault.Is(errStory, fault.Conflict) {
		return errStory
	}
	bad, err := verifyAudit(ctx, w, s, file)
	if err != nil {
		return err
	}
	if bad > 0 {
		return errors.Join(errStory, fault.New(fault.Conflict, "%d places in the audit log or its checkpoints are not what they were", bad))
	}
	return errStory
}
