package twilio

import (
	"errors"
	"strings"
	"testing"
	"time"

	"anling/notify"
	"anling/notify/phonewall"
)

func TestCallAnsweredWithAKeyWhileTheTextIsSpoken(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.alert.say = "收到，您去。地址：黄陂北路八八弄。"
	w.tell(call("张秀英跌倒报警！地点：黄陂北路。能去请按1，不能去请按2。"))
	p := w.wall.Phone(daughter)
	if !p.Ringing() || w.status("m-1") != notify.StatusRinging {
		t.Fatalf("phone %+v, message %s", p.View(), w.status("m-1"))
	}
	w.must(p.Answer())
	if got := p.Heard(); len(got) != 1 || got[0] != "张秀英跌倒报警！" {
		t.Fatalf("first heard %q", got)
	}
	w.must(p.Press("1"))
	if len(w.alert.replies) != 1 || w.alert.replies[0].Answer != notify.AnswerComing {
		t.Fatalf("replies %+v", w.alert.replies)
	}
	w.pass(10 * time.Second)
	heard := strings.Join(p.Heard(), "")
	if !strings.Contains(heard, "收到，您去。地址：黄陂北路八八弄。") || strings.Contains(heard, "能去请按1") {
		t.Errorf("heard %q", heard)
	}
	if s := w.status("m-1"); s != notify.StatusCompleted || p.View().State != "idle" {
		t.Errorf("after the call: %s, %s", s, p.View().State)
	}
}

func TestSilenceHearsTheTextThreeTimesAndIsNoAnswer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.tell(call("张秀英跌倒报警！"))
	p := w.wall.Phone(daughter)
	w.must(p.Answer())
	w.pass(time.Minute)
	times := strings.Count(strings.Join(p.Heard(), ""), "跌倒报警")
	if times != 3 || len(w.alert.replies) != 0 || p.View().State != "idle" {
		t.Errorf("heard %d times, %d replies, phone %s", times, len(w.alert.replies), p.View().State)
	}
}

func TestRepeatKeyAndWrongKey(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.tell(call("张秀英跌倒报警！"))
	p := w.wall.Phone(daughter)
	w.must(p.Answer())
	w.must(p.Press("3"))
	w.must(p.Press("9"))
	w.pass(2 * time.Second) // the first sentence after the wrong key
	heard := strings.Join(p.Heard(), "")
	if strings.Count(heard, "跌倒报警") != 3 || !strings.Contains(heard, "没有这个选项") || len(w.alert.replies) != 0 {
		t.Errorf("heard %q, replies %v", heard, w.alert.replies)
	}
	w.must(p.Press("2"))
	if len(w.alert.replies) != 1 || w.alert.replies[0].Answer != notify.AnswerCannot {
		t.Errorf("replies %+v", w.alert.replies)
	}
}

func TestVoicemailIsNeverAnAnswer(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := w.wall.Phone(daughter)
	p.Behave(phonewall.Voicemail)
	w.tell(call("张秀英跌倒报警！"))
	w.pass(40 * time.Second)
	if s := w.status("m-1"); s != notify.StatusVoicemail || len(w.alert.replies) != 0 {
		t.Errorf("status %s, replies %v", s, w.alert.replies)
	}
	if n := strings.Count(strings.Join(p.Heard(), ""), "跌倒报警"); n != 1 {
		t.Errorf("the machine heard it %d times", n)
	}
}

func TestBehavioursOfALine(t *testing.T) {
	t.Parallel()
	for b, want := range map[phonewall.Behaviour]notify.Status{
		phonewall.Busy: notify.StatusBusy, phonewall.Fails: notify.StatusFailed, phonewall.NoAnswer: notify.StatusNoAnswer,
		phonewall.CallbacksLost: notify.StatusSent, phonewall.CallbacksTwice: notify.StatusNoAnswer, phonewall.Slow: notify.StatusNoAnswer,
	} {
		w := newTown(t)
		w.wall.Phone(daughter).Behave(b)
		w.tell(call("张秀英跌倒报警！"))
		w.pass(time.Minute)
		if s := w.status("m-1"); s != want {
			t.Errorf("%s: %s, want %s", b, s, want)
		}
	}
}

func TestRefusedCallIsBusy(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.tell(call("张秀英跌倒报警！"))
	w.must(w.wall.Phone(daughter).Hangup())
	if s := w.status("m-1"); s != notify.StatusBusy {
		t.Errorf("status %s", s)
	}
}

func TestTextAndReply(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.alert.say = "收到，您去。"
	w.tell(text("【安铃】张秀英跌倒报警！能去请回复1 7F3K。"))
	p := w.wall.Phone(daughter)
	if got := p.Texts(); len(got) != 1 || w.status("m-1") != notify.StatusDelivered {
		t.Fatalf("texts %q, status %s", got, w.status("m-1"))
	}
	p.Behave(phonewall.CallbacksTwice)
	w.must(p.Reply("１ 7f3k"))
	if len(w.alert.replies) != 1 || w.alert.replies[0].Answer != notify.AnswerComing {
		t.Errorf("replies %+v", w.alert.replies)
	}
	if got := p.Texts(); len(got) != 2 || got[1] != "收到，您去。" {
		t.Errorf("texts %q", got)
	}
	w.must(p.Reply("STOP"))
	last := w.alert.receipts[len(w.alert.receipts)-1]
	if last.Code != notify.CodeStop {
		t.Errorf("receipt %+v", last)
	}
	again := text("再来一条")
	again.ID = "m-2"
	w.tell(again)
	if s := w.status("m-2"); s != notify.StatusFailed {
		t.Errorf("after a stop: %s", s)
	}
}

func TestSlowAndFailingText(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	p := w.wall.Phone(daughter)
	p.Behave(phonewall.Fails)
	w.tell(text("一"))
	if last := w.alert.receipts[len(w.alert.receipts)-1]; last.Status != notify.StatusFailed || last.Code != "30003" {
		t.Errorf("undelivered came as %+v", last)
	}
}

func TestConnection(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	m := call("王奶奶您好，您现在都好请按1，不好请按2。")
	m.Keys = map[string]notify.Answer{"1": notify.AnswerWell, "2": notify.AnswerUnwell}
	m.Dial = desk
	w.tell(m)
	elder, seat := w.wall.Phone(daughter), w.wall.Phone(desk)
	w.must(elder.Answer())
	w.must(elder.Press("2"))
	w.pass(8 * time.Second)
	if !seat.Ringing() {
		t.Fatalf("the desk does not ring: %+v", seat.View())
	}
	w.must(seat.Answer())
	w.must(elder.Say("我头晕"))
	entries := seat.View().Entries
	if last := entries[len(entries)-1]; !strings.Contains(last.Text, "我头晕") {
		t.Errorf("the desk heard %+v", last)
	}
	w.must(elder.Hangup())
	if seat.View().State != "idle" || w.status("m-1") != notify.StatusCompleted {
		t.Errorf("desk %s, message %s", seat.View().State, w.status("m-1"))
	}
}

func TestNobodyAtTheDesk(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.alert.say, w.alert.dial = "已经收到您的求助。", desk
	elder := w.wall.Phone("+8619900000001")
	w.must(elder.Dial())
	if len(w.alert.calls) != 1 || w.alert.calls[0].From != "+8619900000001" || w.alert.calls[0].ID == "" {
		t.Fatalf("calls %+v", w.alert.calls)
	}
	w.pass(40 * time.Second)
	heard := strings.Join(elder.Heard(), "")
	if !strings.HasPrefix(heard, "已经收到您的求助。") || !strings.Contains(heard, "工作人员正忙") {
		t.Errorf("heard %q", heard)
	}
	if len(w.alert.kept) != 1 || w.alert.kept[0] != w.alert.calls[0] {
		t.Errorf("kept to be called back: %+v, want the call %+v", w.alert.kept, w.alert.calls[0])
	}
	seat := w.wall.Phone(desk)
	w.must(elder.Dial())
	w.pass(20 * time.Second)
	w.must(seat.Answer())
	w.pass(time.Second)
	w.must(seat.Hangup())
	w.pass(time.Second)
	if len(w.alert.kept) != 1 {
		t.Error("who was spoken with is to be called back, too")
	}
}

func TestCallerHearsTheTruthWhenAllFails(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.alert.err = errors.New("the database is gone")
	elder := w.wall.Phone("+8619900000001")
	w.must(elder.Dial())
	w.pass(20 * time.Second)
	if heard := strings.Join(elder.Heard(), ""); !strings.Contains(heard, "请马上再拨一次") {
		t.Errorf("heard %q", heard)
	}
}

func TestOutageIsOutlived(t *testing.T) {
	t.Parallel()
	for _, o := range []phonewall.Outage{phonewall.Unavailable, phonewall.Limited, phonewall.Dropped, phonewall.AnswerLost} {
		w := newTown(t)
		w.wall.SetOutage(o)
		w.tell(text("张秀英跌倒报警！"))
		w.wall.SetOutage(phonewall.Working)
		w.pass(15 * time.Second)
		if got := w.wall.Phone(daughter).Texts(); len(got) != 1 {
			t.Errorf("%s: texts %q", o, got)
		}
		if s := w.status("m-1"); s != notify.StatusDelivered {
			t.Errorf("%s: %s", o, s)
		}
	}
}

func TestHangupAndCheck(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.tell(call("张秀英跌倒报警！"))
	w.must(w.sender.Check(t.Context()))
	ref := w.alert.receipts[0].Ref
	w.must(w.sender.Hangup(t.Context(), ref))
	if p := w.wall.Phone(daughter); p.Ringing() {
		t.Error("still ringing")
	}
	if err := w.sender.Hangup(t.Context(), ref); err == nil || strings.Contains(err.Error(), ref) {
		t.Errorf("hanging up twice: %v", err)
	}
}

func TestNothingPersonalInTheLog(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.alert.err = errors.New("no")
	w.tell(call("张秀英跌倒报警！"))
	w.must(w.wall.Phone(daughter).Answer())
	w.must(w.wall.Phone("+8619900000001").Dial())
	w.pass(time.Minute)
	for _, secret := range []string{"19900001234", "19900000001", "张秀英", token} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
}
