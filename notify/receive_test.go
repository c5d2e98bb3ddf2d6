package notify

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anling/internal/fault"
)

func TestReceiptsOutOfOrderAndTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		m := family("1")
		m.Channel = Voice
		b.add(m)
		b.step()
		for _, s := range []Status{StatusAnswered, StatusRinging, StatusAnswered, StatusCompleted, StatusNoAnswer, StatusVoicemail, StatusCompleted} {
			b.take(StatusReport{Ref: "ref-m-1", Status: s})
		}
		b.wantStatuses(StatusSent, StatusAnswered, StatusCompleted, StatusVoicemail)
		err := b.outbox.TakeStatus(t.Context(), StatusReport{Provider: "fake", Ref: "nobody's", Status: StatusSent})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown reference: %v", err)
		}
	})
}

func TestFailureOfAnEarlierCopyIsOldNews(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		m := family("1")
		m.Channel = Voice
		b.voice.answers = []Result{{Outcome: Unknown}}
		b.add(m)
		b.step()
		b.clock.Advance(careTime)
		b.step()
		b.take(StatusReport{Message: "m-1", Repeat: 0, Status: StatusBusy})
		if s := b.status("m-1"); s != StatusSent {
			t.Errorf("the second copy is %s after the first was busy", s)
		}
		b.take(StatusReport{Message: "m-1", Repeat: 1, Status: StatusBusy})
		if s := b.status("m-1"); s != StatusBusy {
			t.Errorf("status %s", s)
		}
	})
}

func TestReplyGoesToTheNewestQuestionOrTheNamedAlert(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		one, two := family("1"), family("2")
		one.Code, two.Code = "7F3K", "2ACD"
		b.add(one)
		b.clock.Advance(time.Minute)
		b.add(two)
		b.step()
		b.write("SM1", "1")
		b.write("SM2", "２ 7f3k。")
		got := b.diary.replies
		if len(got) != 2 || got[0].Message != "m-2" || got[0].Answer != AnswerComing || got[1].Message != "m-1" || got[1].Answer != AnswerCannot {
			t.Fatalf("replies %+v", got)
		}
		if got[0].Alert != "alert-2" || got[0].Person != "contact-2" || got[0].Text != "1" {
			t.Errorf("reply %+v", got[0])
		}
	})
}

func TestSameReplyTwiceIsOneReply(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.add(family("1"))
		b.step()
		b.diary.say = "收到，您去。"
		first, second := b.write("SM1", "1"), b.write("SM1", "1")
		if first != "收到，您去。" || second != first || len(b.diary.replies) != 1 {
			t.Errorf("said %q, then %q; %d replies", first, second, len(b.diary.replies))
		}
	})
}

func TestUnclearReplyReachesAPerson(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.add(family("1"))
		b.step()
		say := b.write("SM1", "我十分钟后到")
		if got := b.diary.replies; len(got) != 1 || got[0].Answer != AnswerUnclear || got[0].Text != "我十分钟后到" {
			t.Errorf("replies %+v", got)
		}
		if !strings.Contains(say, "没有看懂") {
			t.Errorf("said %q", say)
		}
	})
}

func TestStopIsAFaultOfTheContact(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.add(family("1"))
		b.step()
		if say := b.write("SM1", "退订"); say != "" {
			t.Errorf("answered a stop: %q", say)
		}
		last := b.diary.receipts[len(b.diary.receipts)-1]
		if last.Status != StatusFailed || last.Code != CodeStop || last.Person != "contact-1" {
			t.Errorf("receipt %+v", last)
		}
		if len(b.diary.replies) != 0 {
			t.Errorf("replies %+v", b.diary.replies)
		}
	})
}

func TestAutomaticAnswersAreCapped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.add(family("1"))
		b.step()
		said := 0
		for i := range 12 {
			if b.write(fmt.Sprintf("SM%d", i), "自动回复：我在开会") != "" {
				said++
			}
		}
		if said != answersAnHour || len(b.diary.replies) != 12 {
			t.Errorf("answered %d times (want %d), passed on %d replies (want 12)", said, answersAnHour, len(b.diary.replies))
		}
		b.clock.Advance(time.Hour)
		if b.write("SM99", "1") == "" {
			t.Error("still silent an hour later")
		}
	})
}

func TestStrangerIsToldThatNothingWaits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		say := b.write("SM1", "1")
		if !strings.Contains(say, "没有等您回复") || len(b.diary.replies) != 0 {
			t.Errorf("said %q, replies %v", say, b.diary.replies)
		}
		if again := b.write("SM1", "1"); again != "" {
			t.Errorf("the same SMS again: %q", again)
		}
	})
}

func TestDigit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		m := family("1")
		m.Channel = Voice
		b.add(m)
		b.step()
		press := func(digit string) (string, bool) {
			say, known, err := b.outbox.TakeDigit(t.Context(), Digit{Message: "m-1", Call: "CA1", Digits: digit})
			if err != nil {
				t.Fatal(err)
			}
			return say, known
		}
		if say, known := press("9"); known || say == "" {
			t.Errorf("key 9: %q %v", say, known)
		}
		say, known := press("1")
		again, _ := press("1")
		if !known || !strings.Contains(say, "您去") || again != say || len(b.diary.replies) != 1 {
			t.Errorf("key 1: %q, again %q, %d replies", say, again, len(b.diary.replies))
		}
		press("2") // changed his mind
		if got := b.diary.replies; len(got) != 2 || got[1].Answer != AnswerCannot {
			t.Errorf("replies %+v", got)
		}
		_, _, err := b.outbox.TakeDigit(t.Context(), Digit{Message: "nobody's", Call: "CA2", Digits: "1"})
		if !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown message: %v", err)
		}
	})
}

func TestRecordingIsKeptOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.add(family("1"))
		b.step()
		rec := Recording{Ref: "RE1", Message: "m-1", Call: "CA1", URL: "https://api.twilio.com/x", Duration: 12 * time.Second}
		for range 2 {
			if err := b.outbox.TakeRecording(t.Context(), rec); err != nil {
				t.Fatal(err)
			}
		}
	})
}
