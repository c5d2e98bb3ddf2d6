package notify

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/fault"
)

func TestMessageLeavesAndComesBackAsReceipts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.add(family("1"))
		did, next := b.step()
		if did != 1 || !next.IsZero() {
			t.Errorf("step: did %d, next %v", did, next)
		}
		b.wantSent("张秀英紧急求助1")
		b.take(StatusReport{Message: "m-1", Ref: "ref-m-1", Status: StatusDelivered})
		b.wantStatuses(StatusSent, StatusDelivered)
		if did, _ := b.step(); did != 0 {
			t.Errorf("a second step did %d", did)
		}
		if got := b.attempts("m-1"); got["accepted"] != 1 || len(got) != 1 {
			t.Errorf("attempts: %v", got)
		}
	})
}

func TestNothingLeavesWithoutItsCommit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.step() // from here on Add claims at once
		failed := errors.New("the alert was refused")
		err := b.db.Update(t.Context(), func(tx *db.Tx) error {
			if err := b.outbox.Add(t.Context(), tx, []Message{family("1")}); err != nil {
				return err
			}
			return failed
		})
		if !errors.Is(err, failed) {
			t.Fatalf("update: %v", err)
		}
		b.step()
		b.wantSent()
	})
}

func TestAttemptIsWrittenBeforeTheRequest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.step()
		b.add(family("1"))
		if got := b.attempts("m-1"); got[""] != 1 {
			t.Errorf("attempts before the request: %v, want one without an outcome", got)
		}
		b.wantSent()
		b.step()
		b.wantSent("张秀英紧急求助1")
	})
}

func TestHandOverNeedsNoPoll(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.sms.arrived = make(chan Message, 10)
		b.step()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.outbox.Run(ctx) }()
		b.add(family("1"), family("2"))
		// The clock stands still, so no poll can bring them.
		got := []MessageID{(<-b.sms.arrived).ID, (<-b.sms.arrived).ID}
		slices.Sort(got)
		if !slices.Equal(got, []MessageID{"m-1", "m-2"}) {
			t.Errorf("sent %v", got)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
		if s := b.status("m-2"); s != StatusSent {
			t.Errorf("after a clean stop: %s", s)
		}
	})
}

func TestCrashBetweenAttemptAndResult(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.step()
		b.add(family("1"), family("2")) // claimed; the program dies here
		b.outbox = b.newOutbox("node-1")
		b.step()
		b.wantSent("（重发）张秀英紧急求助1", "（重发）张秀英紧急求助2")
		if got := b.attempts("m-1"); got["unknown"] != 1 || got["accepted"] != 1 {
			t.Errorf("attempts: %v", got)
		}
		m, status, err := b.outbox.Message(t.Context(), "m-1")
		if err != nil || status != StatusSent || m.Repeat != 1 {
			t.Errorf("after the crash: %s repeat %d, %v", status, m.Repeat, err)
		}
	})
}

func TestCrashAfterACallbackIsNotRepeated(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.step()
		b.add(family("1"))
		b.take(StatusReport{Message: "m-1", Ref: "ref-9", Status: StatusSent}) // it did leave
		b.outbox = b.newOutbox("node-1")
		b.step()
		b.wantSent()
		if s := b.status("m-1"); s != StatusSent {
			t.Errorf("status %s", s)
		}
	})
}

func TestAnotherNodeTakesOverWhenTheLeaseEnds(t *testing.T) {
	t.Parallel()
	// Leases run by the injected clock on SQLite only; PostgreSQL has its own.
	b := newBench(t, db.Options{Path: dbtest.Path(t)})
	b.step()
	b.add(family("1"))
	dead := b.outbox
	b.outbox = b.newOutbox("node-2")
	if did, _ := b.step(); did != 0 {
		t.Fatalf("took a leased message")
	}
	b.clock.Advance(leaseTime)
	b.step()
	b.wantSent("（重发）张秀英紧急求助1")

	// The first node was only asleep. Its lease is no longer its own: it sends nothing.
	b.outbox = dead
	b.step()
	b.wantSent("（重发）张秀英紧急求助1")
	b.wantStatuses(StatusSent)
}

func TestResultOfALostLeaseChangesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.step()
		b.add(family("1"))
		old, _ := b.outbox.alarm.pop()
		b.outbox = b.newOutbox("node-1")
		b.sms.answers = []Result{{Outcome: Rejected, Permanent: true, Code: "21211"}}
		b.step()
		if err := b.outbox.conclude(t.Context(), old, Result{Outcome: Accepted, Ref: "late"}); err != nil {
			t.Fatal(err)
		}
		if s := b.status("m-1"); s != StatusFailed {
			t.Errorf("status %s, want the newer owner's", s)
		}
	})
}

func TestRetryWithinDeadlineAndHint(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		m := family("1")
		m.Deadline = start.Add(6 * time.Second)
		refused := Result{Outcome: Rejected, Code: "20429"}
		hinted := refused
		hinted.RetryAfter = 2 * time.Second
		b.sms.answers = []Result{refused, hinted, refused, refused}
		b.add(m)
		for _, wait := range []time.Duration{time.Second, 2 * time.Second} {
			_, next := b.step()
			if got := next.Sub(b.clock.Now()); got != wait {
				t.Fatalf("next try in %v, want %v", got, wait)
			}
			b.clock.Advance(wait)
		}
		b.step() // third attempt; four seconds later is past the deadline
		b.wantStatuses(StatusExpired)
		b.clock.Advance(time.Hour)
		b.step()
		if len(b.sms.got) != 3 {
			t.Errorf("%d requests, want 3", len(b.sms.got))
		}
	})
}

func TestLateMessageExpires(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		m := family("1")
		m.DueAt, m.Deadline = start.Add(time.Minute), start.Add(2*time.Minute)
		b.add(m)
		if _, next := b.step(); !next.Equal(m.DueAt) {
			t.Errorf("next %v, want %v", next, m.DueAt)
		}
		b.clock.Advance(3 * time.Minute)
		b.step()
		b.wantSent()
		b.wantStatuses(StatusExpired)
	})
}

func TestPermanentRefusalIsToldAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.sms.answers = []Result{{Outcome: Rejected, Permanent: true, Code: "21211"}}
		b.add(family("1"))
		b.step()
		b.wantStatuses(StatusFailed)
		if code := b.diary.receipts[0].Code; code != "21211" {
			t.Errorf("code %q", code)
		}
	})
}

func TestUnknownIsRepeatedAndMarkedUntilSomebodyKnows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		lost := Result{Outcome: Unknown, Code: "no_answer"}
		b.sms.answers = []Result{lost, lost}
		b.add(family("1"))
		b.step()
		b.clock.Advance(careTime)
		b.step()
		if s := b.status("m-1"); s != StatusUnknown {
			t.Errorf("status %s", s)
		}
		b.clock.Advance(careTime)
		b.step()
		b.wantSent("张秀英紧急求助1", "（重发）张秀英紧急求助1") // the pauses grow
		b.clock.Advance(careTime)
		b.step()
		b.clock.Advance(time.Hour)
		b.step()
		b.wantSent("张秀英紧急求助1", "（重发）张秀英紧急求助1", "（重发）张秀英紧急求助1")
		b.take(StatusReport{Message: "m-1", Status: StatusDelivered})
		if s := b.status("m-1"); s != StatusDelivered {
			t.Errorf("a late receipt was not taken: %s", s)
		}
	})
}

func TestUnknownEndsAtTheDeadline(t *testing.T) {
	t.Parallel()
	r := record{Message: Message{Deadline: time.Unix(1000, 0)}, status: StatusSending}
	now := time.Unix(0, 0)
	for range 100 {
		r = settle(r, Result{Outcome: Unknown}, 1, now)
		if !r.pending {
			break
		}
		now = r.DueAt
	}
	if r.pending || now.After(r.Deadline) || r.unknowns < 10 {
		t.Errorf("after %d copies pending %v at %v", r.unknowns, r.pending, now)
	}
}

func TestCallbackSavesTheRepeat(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.sms.answers = []Result{{Outcome: Unknown, Code: "no_answer"}}
		b.add(family("1"))
		b.step()
		b.take(StatusReport{Message: "m-1", Ref: "SM1", Status: StatusSent})
		b.clock.Advance(time.Minute)
		b.step()
		b.wantSent("张秀英紧急求助1")
		b.wantStatuses(StatusUnknown, StatusSent)
	})
}

func TestNextProviderWhenOneFails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		second := &carrier{}
		b.outbox.o.Senders[SMS] = []NamedSender{{Name: "first", Sender: b.sms}, {Name: "second", Sender: second}}
		b.sms.answers = []Result{{Outcome: Rejected, Code: "http_503"}}
		b.add(family("1"))
		b.step()
		if len(second.got) != 1 || len(b.sms.got) != 1 {
			t.Errorf("first %d, second %d requests, want one each without waiting", len(b.sms.got), len(second.got))
		}
		if r := b.diary.receipts; len(r) != 1 || r[0].Provider != "second" {
			t.Errorf("receipts %+v", r)
		}
	})
}

func TestChannelWithoutProviderComesBackAsFailed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		m := family("1")
		m.Channel = Push
		b.add(m)
		b.step()
		b.wantStatuses(StatusFailed)
	})
}

func TestUrgentFirst(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		rest, second, first := family("1"), family("2"), family("3")
		rest.Priority, first.Priority = PriorityRest, PriorityFirst
		b.add(rest, second)
		b.add(first)
		b.step()
		b.wantSent("张秀英紧急求助3", "张秀英紧急求助2", "张秀英紧急求助1")
	})
}

func TestAlarmLaneIsNeverHeldUpByTheRest(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.outbox.o.RestWorkers = 1
		slow, fast := b.sms, &carrier{arrived: make(chan Message, 1)}
		slow.hold, slow.arrived = make(chan struct{}), make(chan Message, 10)
		b.outbox.o.Senders[Voice] = []NamedSender{{Name: "fast", Sender: fast}}
		b.step()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- b.outbox.Run(ctx) }()
		for i := range 10 {
			m := family(string(rune('a' + i)))
			m.Priority = PriorityRest
			b.add(m)
		}
		<-slow.arrived // the other lane is stuck
		alarm := family("1")
		alarm.Channel = Voice
		b.add(alarm)
		<-fast.arrived
		close(slow.hold)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
}

func TestCleanStopGivesBackWhatWasNotBegun(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.step()
		b.add(family("1"))
		if err := b.outbox.release(t.Context(), b.outbox.empty()); err != nil {
			t.Fatal(err)
		}
		b.outbox = b.newOutbox("node-2")
		b.step()
		b.wantSent("张秀英紧急求助1") // a first copy
	})
}

func TestARefusingAlertDoesNotCauseRepeats(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.diary.fail = fault.New(fault.NotFound, "no such alert")
		b.add(family("1"))
		if _, _, err := b.outbox.Step(t.Context()); err == nil {
			t.Error("the refusal was swallowed")
		}
		b.clock.Advance(time.Minute)
		if _, _, err := b.outbox.Step(t.Context()); err != nil {
			t.Errorf("step: %v", err)
		}
		b.wantSent("张秀英紧急求助1")
	})
}

// Found by cmd/simtest: what had waited in memory, or was of unknown fate, rang after its person had been stood down.
func TestCancelReachesWhatASenderHasInHand(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.step()
		cancel := func(alert string) {
			err := b.db.Update(t.Context(), func(tx *db.Tx) error { return b.outbox.Cancel(t.Context(), tx, alert, nil) })
			if err != nil {
				t.Fatal(err)
			}
		}
		b.add(family("1")) // in memory now
		cancel("alert-1")
		b.clock.Advance(freshTime + time.Second)
		b.step()
		if got := b.sms.texts(); len(got) != 0 {
			t.Fatalf("sent %d messages that had been taken back", len(got))
		}
		if s := b.status("m-1"); s != StatusExpired {
			t.Errorf("status %s, want expired", s)
		}
		b.sms.answers = []Result{{Outcome: Unknown}}
		b.add(family("2"))
		cancel("alert-2") // a moment too late: its request leaves, and nobody knows whether it arrived
		b.step()
		b.clock.Advance(time.Hour)
		b.step()
		if got := b.sms.texts(); len(got) != 1 {
			t.Errorf("sent %d times, want once: nobody needs the copy", len(got))
		}
	})
}

func TestCancelTakesBackWhatWaits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for _, n := range []string{"1", "2", "3"} {
			m := family(n)
			m.Alert, m.DueAt = "alert-1", start.Add(time.Minute)
			b.add(m)
		}
		err := b.db.Update(t.Context(), func(tx *db.Tx) error {
			return b.outbox.Cancel(t.Context(), tx, "alert-1", []string{"contact-1", "contact-3"})
		})
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Minute)
		b.step()
		b.wantSent("张秀英紧急求助2")
		if s := b.status("m-1"); s != StatusCancelled {
			t.Errorf("status %s", s)
		}
	})
}

func TestSilenceTakesBackWhatWaitsForAnElder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for i, person := range []string{"elder-1", "elder-1", "contact-1", "elder-2"} {
			m := family(string(rune('1' + i)))
			m.Alert, m.Person, m.Subject, m.DueAt = "alert-"+string(rune('1'+i)), person, "elder-1", start.Add(time.Minute)
			if person == "elder-2" {
				m.Subject = person
			}
			b.add(m)
		}
		err := b.db.Update(t.Context(), func(tx *db.Tx) error { return b.outbox.Silence(t.Context(), tx, []string{"elder-1"}) })
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Minute)
		b.step()
		for n, want := range map[MessageID]Status{"m-1": StatusCancelled, "m-2": StatusCancelled, "m-3": StatusSent, "m-4": StatusSent} {
			if got := b.status(n); got != want {
				t.Errorf("%s is %s, want %s", n, got, want)
			}
		}
	})
}

func TestNumbersAndTextsAreSealed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.add(family("1"))
		b.step()
		b.write("SM1", "我马上来")
		var cell, hash, reply []byte
		err := b.db.View(t.Context(), func(tx *db.Tx) error {
			if err := tx.QueryRow(t.Context(), `SELECT cell, to_hash FROM messages`).Scan(&cell, &hash); err != nil {
				return err
			}
			return tx.QueryRow(t.Context(), `SELECT cell FROM replies`).Scan(&reply)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"19900001234", "张秀英", "我马上来"} {
			if bytes.Contains(slices.Concat(cell, hash, reply), []byte(secret)) {
				t.Errorf("%q lies open in the database", secret)
			}
		}
	})
}

func TestErasedPersonIsNotWrittenTo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		m := family("1")
		m.DueAt = start.Add(time.Minute)
		b.add(m)
		err := b.db.Update(t.Context(), func(tx *db.Tx) error { return b.vault.Shred(t.Context(), tx, "elder-1") })
		if err != nil {
			t.Fatal(err)
		}
		b.clock.Advance(time.Minute)
		b.step()
		b.wantSent()
		b.wantStatuses(StatusCancelled)
		views, err := b.outbox.ForAlert(t.Context(), "alert-1")
		if err != nil || len(views) != 1 || views[0].Text != "" || views[0].Status != StatusCancelled {
			t.Errorf("views %+v, %v", views, err)
		}
	})
}

func TestBacklog(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.add(family("1"))
		b.clock.Advance(time.Second)
		n, oldest, err := b.outbox.Backlog(t.Context())
		if err != nil || n != 1 || !oldest.Equal(start) {
			t.Errorf("backlog %d since %v, %v", n, oldest, err)
		}
	})
}
