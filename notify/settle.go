package notify

import "time"

const (
	firstBackoff = time.Second
	maxBackoff   = 30 * time.Second
)

// settle is the pure decision what a provider's answer makes of a message. It changes status,
// due time, repeat count and whether anything is still to be sent; r.attempts counts this attempt.
//
//	accepted           → sent
//	rejected for good  → failed
//	rejected for now   → queued: the next provider at once, else after the provider's hint or a
//	                     growing pause; expired when that would be past the deadline
//	unknown            → unknown: a copy, marked as such, after a pause in which a callback may still
//	                     tell that the first was taken; the pauses grow, and it goes on to the
//	                     deadline, because a text that comes twice does less harm than one that
//	                     never comes
func settle(r record, res Result, providers int, now time.Time) record {
	r.leased = time.Time{}
	r.refCode = res.Code
	if res.Ref != "" {
		r.ref = res.Ref
	}
	if r.status.After(StatusUnknown) { // a callback was faster than the answer
		r.pending = false
		return r
	}
	switch {
	case res.Outcome == Accepted:
		return r.move(StatusSent, now, false)
	case res.Outcome == Rejected && res.Permanent:
		return r.move(StatusFailed, now, false)
	case res.Outcome == Rejected:
		return retry(r, res, providers, now)
	}
	r.unknowns++
	wait := care(r.unknowns)
	again := !now.Add(wait).After(r.Deadline)
	if again {
		r.Repeat++
		r.DueAt = now.Add(wait)
	}
	return r.move(StatusUnknown, now, again)
}

// care is how long to wait after the n-th request of unknown fate.
func care(n int64) time.Duration {
	wait := careTime
	for ; n > 1 && wait < 2*maxBackoff; n-- {
		wait *= 2
	}
	return min(wait, 2*maxBackoff)
}

func retry(r record, res Result, providers int, now time.Time) record {
	r.DueAt = now.Add(pause(r.attempts, providers, res.RetryAfter))
	if r.DueAt.After(r.Deadline) {
		return r.move(StatusExpired, now, false)
	}
	return r.move(StatusQueued, now, true)
}

// pause is how long to wait before the next try: nothing while there is a provider that has not
// been tried in this round; the provider's own hint, never longer; else twice as long each round.
func pause(attempts int64, providers int, hint time.Duration) time.Duration {
	if providers > 1 && attempts%int64(providers) != 0 {
		return 0
	}
	if hint > 0 {
		return hint
	}
	wait := firstBackoff
	for round := attempts / int64(max(providers, 1)); round > 1 && wait < maxBackoff; round-- {
		wait *= 2
	}
	return min(wait, maxBackoff)
}

func (r record) move(s Status, now time.Time, pending bool) record {
	r.status, r.statusAt, r.pending = s, now, pending
	return r
}
