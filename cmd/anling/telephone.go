package main

import (
	"context"
	"crypto/rand"
	"net"
	"net/http"
	"strings"

	"anling/alerts"
	"anling/devices/phone"
	"anling/internal/clock"
	"anling/internal/config"
	"anling/notify"
	"anling/notify/phonewall"
	"anling/notify/twilio"
)

// The account that the phone wall knows, and the number under which it knows us.
const (
	wallAccount = "AC00000000000000000000000000000000"
	wallNumber  = "+8619900000001"
)

func twilioOptions(cfg config.Config, c clock.Clock) twilio.Options {
	return twilio.Options{
		AccountSID: cfg.TwilioAccountSID, AuthToken: cfg.TwilioAuthToken, SecondaryToken: cfg.TwilioSecondary, From: cfg.TwilioFrom, VoiceFrom: cfg.TwilioVoiceFrom,
		PublicURL: cfg.PublicURL, APIURL: cfg.TwilioAPIURL, Clock: c,
	}
}

// telephone makes the sender of SMS and calls. Without an account it makes a phone wall, too, and the sender
// talks to that: the very code that talks to Twilio, and no cable in between.
func (a *app) telephone(cfg config.Config, p parts) (*twilio.Sender, error) {
	if cfg.Twilio() {
		o := twilioOptions(cfg, p.Clock)
		o.Transport = p.Telephone
		return twilio.New(o)
	}
	token := rand.Text()
	back := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { a.web.Handler().ServeHTTP(w, r) })
	a.wall = phonewall.New(phonewall.Options{
		AccountSID: wallAccount, AuthToken: token, Number: wallNumber, PublicURL: cfg.PublicURL,
		Clock: p.Clock, Log: p.Log, Latency: p.PhoneLatency, Client: &http.Client{Transport: direct{back}},
	})
	o := twilioOptions(cfg, p.Clock)
	o.AccountSID, o.AuthToken, o.From, o.Transport = wallAccount, token, wallNumber, direct{a.wall.Handler()}
	return twilio.New(o)
}

// caller lets the provider's webhook ask who is calling.
type caller struct {
	line   *phone.Line
	engine *alerts.Engine
}

// Incoming raises the alarm of a call and gives what to say and whom to connect.
func (c caller) Incoming(ctx context.Context, call twilio.IncomingCall) (say, dial, lang string, err error) {
	a, err := c.line.Incoming(ctx, phone.Call{ID: call.ID, From: call.From, To: call.To})
	if err != nil && a.Alert == "" {
		return "", "", a.Language, err
	}
	key := a.Say
	if a.Dial == "" {
		key = phone.SayNoSeat
	}
	return notify.Render(key, a.Language, map[string]string{"name": a.Name}), a.Dial, a.Language, nil
}

// Kept notes on the alert of a call that no seat could answer it. The call is the same as before, and so is its alert.
func (c caller) Kept(ctx context.Context, call twilio.IncomingCall) error {
	a, err := c.line.Incoming(ctx, phone.Call{ID: call.ID, From: call.From, To: call.To})
	if a.Alert == "" {
		return err
	}
	return c.engine.Kept(ctx, alerts.AlertID(a.Alert))
}

// onlyHere shows a page to who sits at this machine and to nobody else: the phone wall shows what is meant for
// families and helpers. Behind a proxy everybody seems to sit here, so what came through one is refused.
func onlyHere(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		ip := net.ParseIP(strings.TrimSuffix(host, "%"))
		proxied := r.Header.Get("Forwarded") != "" || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Via") != ""
		if err != nil || ip == nil || !ip.IsLoopback() || proxied {
			http.Error(w, "the phone wall opens on the machine itself only", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// textDesk takes every SMS that comes in: those that tell where a caller's phone is are for the line, all others are answers to our own.
type textDesk struct {
	*notify.Outbox
	line *phone.Line
}

// TakeSMS takes a message and gives what to say back. A phone that tells where it is gets no answer: nobody has written that message.
func (d textDesk) TakeSMS(ctx context.Context, in notify.IncomingSMS) (say string, err error) {
	if _, taken, err := d.line.Located(ctx, phone.SMS{ID: in.ID, From: in.From, Text: in.Text}); taken {
		return "", err
	}
	return d.Outbox.TakeSMS(ctx, in)
}
