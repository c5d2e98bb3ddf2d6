package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anling/notify/phonewall"
	"anling/registry"
)

// wires is a telephone network in which only what the test puts there happens.
type wires struct {
	views []phonewall.PhoneView
	did   []string
}

func (w *wires) Phones() []phonewall.PhoneView { return w.views }
func (w *wires) Handset(number string) handset { return wire{w, number} }

type wire struct {
	*wires
	number string
}

func (w wire) note(what string) error {
	w.did = append(w.did, w.number+" "+what)
	return nil
}
func (w wire) Answer() error {
	i := slices.IndexFunc(w.views, func(v phonewall.PhoneView) bool { return v.Number == w.number })
	w.views[i].State = "talking"
	return w.note("lifts")
}
func (w wire) Press(d string) error    { return w.note("presses " + d) }
func (w wire) Reply(text string) error { return w.note("writes " + text) }

func lifeRig(t *testing.T) (*crowd, *wires, *world, *walkers, time.Time) {
	t.Helper()
	w := mustWorld(t, 5, "")
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	ws := newWalkers(w, mustStreets(t), 5, now)
	net := &wires{}
	return newCrowd(w, ws, net, 5), net, w, ws, now
}

func TestSomeAnswerSomeDoNotAndSomeDecline(t *testing.T) {
	t.Parallel()
	c, net, w, _, now := lifeRig(t)
	for _, k := range w.contacts[:200] {
		net.views = append(net.views, phonewall.PhoneView{Number: k.Phones[0], State: "ringing", Since: now})
	}
	for range 600 {
		now = now.Add(time.Second)
		if err := c.step(now); err != nil {
			t.Fatal(err)
		}
	}
	count := func(what string) (n int) {
		for _, d := range net.did {
			if strings.HasSuffix(d, what) {
				n++
			}
		}
		return n
	}
	lifted, yes, no := count("lifts"), count("presses 1"), count("presses 2")
	if lifted < 100 || lifted > 190 || yes+no != lifted || yes < lifted/3 || no == 0 {
		t.Errorf("of 200 %d lifted, %d would come, %d could not", lifted, yes, no)
	}
}

func TestAHelperWalksToTheDoorAndSaysSo(t *testing.T) {
	t.Parallel()
	c, net, w, ws, now := lifeRig(t)
	c.skipped = func(number string) bool { return number == w.helpers[7].Phones[0] }
	var went []registry.Helper
	for i, h := range w.helpers[:8] {
		e := w.elders[i]
		net.views = append(net.views, phonewall.PhoneView{Number: h.Phones[0], State: "idle", Entries: []phonewall.Entry{
			{ID: uint64(i + 1), Kind: "sms_in", Text: fmt.Sprintf("【安铃】请去：%s，%d岁，%s。开门：钥匙。到达后请回复4 7F3%d。详情：http://x/h/y", e.Name, 80, e.Address, i)}}})
	}
	for range 3000 {
		now = now.Add(time.Second)
		ws.step(now)
		if err := c.step(now); err != nil {
			t.Fatal(err)
		}
	}
	for i, h := range w.helpers[:8] {
		said := false
		for _, d := range net.did {
			said = said || d == fmt.Sprintf("%s writes 4 7F3%d", h.Phones[0], i)
		}
		if said {
			went = append(went, h)
		}
		if said && i == 7 {
			t.Error("somebody whom a human plays acted alone")
		}
	}
	if len(went) < 5 {
		t.Errorf("only %d of 7 arrived and said so: %v", len(went), net.did)
	}
}

func TestTheOffersOfAnSMSAreFound(t *testing.T) {
	t.Parallel()
	c, net, w, _, now := lifeRig(t)
	number := w.helpers[15].Phones[0] // a nurse, who nearly always answers
	texts := []string{
		"【安铃】附近有老人需要帮助：跌倒，黄陂北路，约4分钟路程。能去回复1 7F3K，不能去回复2 7F3K。",
		"Anling: an elder near you needs help: fall, Huangpi, about 4 min away. Reply 1 7F3K if you go, 2 7F3K if you cannot.",
	}
	for i, text := range texts {
		net.did = nil
		for try := range 40 { // who does not reply to one replies to another
			net.views = []phonewall.PhoneView{{Number: number, State: "idle", Entries: []phonewall.Entry{{ID: uint64(100*i + try + 1), Kind: "sms_in", Text: text}}}}
			mustStep(t, c, now.Add(time.Duration(100*i+try)*time.Hour))
			mustStep(t, c, now.Add(time.Duration(100*i+try)*time.Hour+59*time.Minute))
		}
		strange := slices.DeleteFunc(slices.Clone(net.did), func(d string) bool { return d == number+" writes 1 7F3K" || d == number+" writes 2 7F3K" })
		if len(net.did) == 0 || len(strange) > 0 {
			t.Errorf("to %q the replies were %q", text, net.did)
		}
	}
}

func mustStep(t *testing.T, c *crowd, now time.Time) {
	t.Helper()
	if err := c.step(now); err != nil {
		t.Fatal(err)
	}
}
