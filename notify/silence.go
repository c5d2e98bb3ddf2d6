package notify

import (
	"context"
	"fmt"
	"sync"
)

// ringing is a call that nobody needs to answer any more.
type ringing struct {
	provider, ref string
}

// silencer holds the calls to be ended. It is only in memory: were it lost, a phone would ring for the rest of its half
// minute, and who answers is told that it is over.
type silencer struct {
	wake chan struct{}

	mu    sync.Mutex
	calls []ringing
}

func (s *silencer) push(calls []ringing) {
	if len(calls) == 0 {
		return
	}
	s.mu.Lock()
	s.calls = append(s.calls, calls...)
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

func (s *silencer) take() []ringing {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// silence ends the calls that wait for it, and tells how many there were.
func (o *Outbox) silence(ctx context.Context) int {
	calls := o.silencer.take()
	for _, c := range calls {
		if err := o.hangUp(ctx, c); err != nil {
			o.complain(ctx, "a phone rings on though nobody need come", err)
		}
	}
	return len(calls)
}

func (o *Outbox) hangUp(ctx context.Context, c ringing) error {
	for _, s := range o.o.Senders[Voice] {
		h, can := s.Sender.(Hanger)
		if s.Name != c.provider || !can {
			continue
		}
		ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), attemptLimit, errAttemptLimit)
		defer cancel()
		if err := h.Hangup(ctx, c.ref); err != nil {
			return fmt.Errorf("hang up: %w", err)
		}
	}
	return nil
}

// silenceAll ends calls until ctx ends.
func (o *Outbox) silenceAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.silencer.wake:
			o.silence(ctx)
		}
	}
}
