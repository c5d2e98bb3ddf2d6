package twilio

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/gorilla/mux"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
	"anling/internal/seal"
	"anling/notify"
	"anling/notify/notifytest"
	"anling/notify/phonewall"
)

const (
	account  = "AC00000000000000000000000000000001"
	token    = "0123456789abcdef0123456789abcdef"
	number   = "+8619900000000"
	daughter = "+8619900001234"
	desk     = "+8619900009999"
)

var start = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// town is the whole way: outbox → Sender → phone wall → webhooks → outbox, in one process.
type town struct {
	t       *testing.T
	clock   *clock.Manual
	db      *db.DB
	outbox  *notify.Outbox
	sender  *Sender
	hooks   *Hooks
	wall    *phonewall.Network
	service *httptest.Server
	log     *notifytest.Log
	alert   *alertFake
}

// alertFake stands for the alerts engine and for the operator's desk.
type alertFake struct {
	receipts []notify.Receipt
	replies  []notify.Reply
	calls    []IncomingCall
	kept     []IncomingCall
	say      string
	dial     string
	err      error
}

func (a *alertFake) TakeReceipts(_ context.Context, tx *db.Tx, all []notify.Receipt) error {
	tx.AfterCommit(func() { a.receipts = append(a.receipts, all...) })
	return nil
}

func (a *alertFake) TakeReply(_ context.Context, tx *db.Tx, r notify.Reply) (string, error) {
	tx.AfterCommit(func() { a.replies = append(a.replies, r) })
	return a.say, nil
}

func (a *alertFake) Incoming(_ context.Context, c IncomingCall) (say, dial, lang string, err error) {
	a.calls = append(a.calls, c)
	return a.say, a.dial, "zh", a.err
}

func (a *alertFake) Kept(_ context.Context, c IncomingCall) error {
	a.kept = append(a.kept, c)
	return a.err
}

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, clock: clock.NewManual(start), log: &notifytest.Log{}, alert: &alertFake{}}
	w.db = dbtest.Open(t, db.Options{Path: dbtest.Path(t)}, w.clock)
	ring, err := seal.OpenRing(filepath.Join(t.TempDir(), "ring.json"))
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(w.log, nil))
	router := mux.NewRouter()
	w.service = httptest.NewServer(router)
	t.Cleanup(w.service.Close)
	w.wall = phonewall.New(phonewall.Options{
		AccountSID: account, AuthToken: token, Number: number, PublicURL: w.service.URL, Clock: w.clock, Log: logger,
	})
	carrier := httptest.NewServer(w.wall.Handler())
	t.Cleanup(carrier.Close)
	w.sender = mustSender(t, Options{
		AccountSID: account, AuthToken: token, From: number, PublicURL: w.service.URL, APIURL: carrier.URL, Clock: w.clock,
	})
	w.outbox = notify.NewOutbox(notify.Options{
		DB: w.db, Vault: seal.NewVault(w.db, ring), Clock: w.clock, Log: logger, Listener: w.alert, Owner: "test",
		Senders: map[notify.Channel][]notify.NamedSender{
			notify.SMS: {{Name: "twilio", Sender: w.sender}}, notify.Voice: {{Name: "twilio", Sender: w.sender}},
		},
	})
	w.hooks = NewHooks(HookOptions{Sender: w.sender, Outbox: w.outbox, Caller: w.alert, Log: logger})
	w.hooks.Register(router)
	return w
}

func mustSender(t *testing.T, o Options) *Sender {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// tell puts a message into the outbox and lets everything happen that happens at once.
func (w *town) tell(m notify.Message) {
	w.t.Helper()
	err := w.db.Update(w.t.Context(), func(tx *db.Tx) error { return w.outbox.Add(w.t.Context(), tx, []notify.Message{m}) })
	if err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

// settle steps outbox and network until neither has anything to do now.
func (w *town) settle() {
	w.t.Helper()
	for range 50 {
		a, _, err := w.outbox.Step(w.t.Context())
		if err != nil {
			w.t.Fatalf("outbox: %v", err)
		}
		b, err := w.wall.Step(w.t.Context())
		if err != nil {
			w.t.Fatalf("phone wall: %v", err)
		}
		if a+b == 0 {
			return
		}
	}
	w.t.Fatal("it never comes to rest")
}

// pass lets time go by in small steps, as it does.
func (w *town) pass(d time.Duration) {
	w.t.Helper()
	for ; d > 0; d -= 500 * time.Millisecond {
		w.clock.Advance(500 * time.Millisecond)
		w.settle()
	}
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.settle()
}

func (w *town) status(id notify.MessageID) notify.Status {
	w.t.Helper()
	_, s, err := w.outbox.Message(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func call(text string) notify.Message {
	return notify.Message{
		ID: "m-1", Subject: "elder-1", Alert: "alert-1", Code: "7F3K", Person: "contact-1", Channel: notify.Voice,
		To: daughter, Language: "zh", Priority: notify.PriorityFirst, Template: "family_call", Text: text,
		Keys: map[string]notify.Answer{"1": notify.AnswerComing, "2": notify.AnswerCannot},
	}
}

func text(body string) notify.Message {
	m := call(body)
	m.Channel, m.Template = notify.SMS, "family_alarm"
	return m
}

func TestSenderContract(t *testing.T) {
	t.Parallel()
	notifytest.Sender(t, []notify.Channel{notify.SMS, notify.Voice}, func(t *testing.T, mood notifytest.Mood) notifytest.Subject {
		log := &notifytest.Log{}
		wall := phonewall.New(phonewall.Options{
			AccountSID: account, AuthToken: token, Number: number, Clock: clock.NewManual(start), Log: slog.New(slog.NewTextHandler(log, nil)),
		})
		server := httptest.NewServer(refusing(mood, wall.Handler()))
		t.Cleanup(server.Close)
		address := server.URL
		switch mood {
		case notifytest.RefusesForNow:
			wall.SetOutage(phonewall.Limited)
		case notifytest.Broken:
			wall.SetOutage(phonewall.Unavailable)
		case notifytest.Silent:
			wall.SetOutage(phonewall.AnswerLost)
		case notifytest.Hangs:
			wall.SetOutage(phonewall.Hanging)
		case notifytest.Unreachable:
			server.Close()
		}
		s := mustSender(t, Options{AccountSID: account, AuthToken: token, From: number, PublicURL: "https://anling.example", APIURL: address})
		return notifytest.Subject{Sender: s, Log: log, Secrets: []string{token, account}}
	})
}

// refusing refuses every number, in the words that Twilio has for it, number included.
func refusing(mood notifytest.Mood, next http.Handler) http.Handler {
	if mood != notifytest.RefusesNumber {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		body := `{"code":21211,"message":"The 'To' number ` + notifytest.SampleMessage(notify.SMS).To + ` is not valid","status":400}`
		if _, err := w.Write([]byte(body)); err != nil {
			panic(err)
		}
	})
}
