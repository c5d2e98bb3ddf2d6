package devices

import (
	"testing"
	"time"

	"anling/registry"
)

func noon() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

func ago(d time.Duration) *time.Time {
	t := noon().Add(-d)
	return &t
}

// always is a service that has never been away.
func always() Hearing { return Hearing{{noon().AddDate(0, -1, 0), noon()}} }

func seconds(n int) *int { return &n }

func TestHowOftenADeviceShouldReport(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		d    registry.Device
		want Beat
		ok   bool
	}{
		{"a pendant sleeps", registry.Device{Protocol: "http", Kind: "pendant"}, WearableBeat, true},
		{"a base unit is on mains", registry.Device{Protocol: "scaip", Kind: "hub"}, DefaultBeat, true},
		{"a landline never reports", registry.Device{Protocol: "phone", Kind: "landline"}, 0, false},
		{"what calls by SMS never reports", registry.Device{Protocol: "sms", Kind: "pendant"}, 0, false},
		{"the record has the last word", registry.Device{Protocol: "phone", Kind: "hub", BeatS: seconds(60)}, Beat(time.Minute), true},
		{"the record says never", registry.Device{Protocol: "mqtt", Kind: "hub", BeatS: seconds(0)}, 0, false},
	} {
		if got, ok := BeatOf(c.d); got != c.want || ok != c.ok {
			t.Errorf("%s: got %v %v, want %v %v", c.name, time.Duration(got), ok, time.Duration(c.want), c.ok)
		}
	}
}

func TestWhatIsWrongWithADevice(t *testing.T) {
	t.Parallel()
	hub := registry.Device{ID: "d", Elder: "e", Protocol: "mqtt", Kind: "hub", TestedAt: ago(time.Hour)}
	with := func(f func(*watched)) watched {
		w := watched{device: hub, boundAt: ago(48 * time.Hour)}
		f(&w)
		return w
	}
	seen := func(d time.Duration) watched { return with(func(w *watched) { w.device.LastSeenAt = ago(d) }) }
	for _, c := range []struct {
		name     string
		w        watched
		h        Hearing
		lost     bool
		untested bool
		next     time.Duration // after noon; 0: when something changes
	}{
		{"heard just now", seen(0), always(), false, false, 15 * time.Minute},
		{"three beats ago", seen(15 * time.Minute), always(), false, false, time.Second},
		{"longer ago", seen(15*time.Minute + 1), always(), true, false, 0},
		{"its clock or ours is ahead", seen(-time.Minute), always(), false, false, 15 * time.Minute},
		{"lost already", with(func(w *watched) { w.device.LastSeenAt, w.knownLost = ago(time.Hour), true }), always(), false, false, 0},
		{"never heard", with(func(*watched) {}), always(), false, false, 15 * time.Minute},
		{"nobody's", with(func(w *watched) { w.device.Elder, w.device.LastSeenAt = "", ago(time.Hour) }), always(), false, false, 0},
		{"archived", with(func(w *watched) { w.device.ArchivedAt, w.device.LastSeenAt = ago(0), ago(time.Hour) }), always(), false, false, 0},
		{"a landline", with(func(w *watched) { w.device.Protocol, w.device.LastSeenAt = "phone", ago(1000*time.Hour) }), always(), false, false, 0},

		{"in its box for two days", with(func(w *watched) { w.device.TestedAt = nil }), always(), false, true, 15 * time.Minute},
		{"given out this morning", with(func(w *watched) { w.device.TestedAt, w.boundAt, w.device.BeatS = nil, ago(4*time.Hour), seconds(0) }), always(), false, false, 20 * time.Hour},
		{"from before there was supervision", with(func(w *watched) { w.device.TestedAt, w.boundAt, w.device.BeatS = nil, nil, seconds(0) }), always(), false, false, 0},
		{"a sensor without a key", with(func(w *watched) { w.device.TestedAt, w.device.Kind, w.device.BeatS = nil, "door", seconds(0) }), always(), false, false, 0},
		{"untested already", with(func(w *watched) { w.device.TestedAt, w.knownUntested, w.device.BeatS = nil, true, seconds(0) }), always(), false, false, 0},
		{"never tried and lost", with(func(w *watched) { w.device.TestedAt, w.device.LastSeenAt = nil, ago(time.Hour) }), always(), true, true, 0},

		{"we were away for an hour", seen(65 * time.Minute), Hearing{{noon().Add(-24 * time.Hour), noon().Add(-61 * time.Minute)}, {noon().Add(-time.Minute), noon()}}, false, false, 14 * time.Minute},
		{"we are back for long, and it is not", seen(80 * time.Minute), Hearing{{noon().Add(-24 * time.Hour), noon().Add(-76 * time.Minute)}, {noon().Add(-16 * time.Minute), noon()}}, true, false, 0},
		{"it was silent already when we went, and has not had the time to find us again", seen(200 * time.Minute), Hearing{{noon().Add(-24 * time.Hour), noon().Add(-61 * time.Minute)}, {noon().Add(-time.Minute), noon()}}, false, false, 14 * time.Minute},
		{"two nodes count once", seen(14 * time.Minute), Hearing{{noon().Add(-24 * time.Hour), noon()}, {noon().Add(-20 * time.Hour), noon()}}, false, false, time.Minute},
	} {
		f := c.w.look(noon(), c.h, 24*time.Hour)
		if f.lost != c.lost || f.untested != c.untested {
			t.Errorf("%s: lost %v untested %v, want %v %v", c.name, f.lost, f.untested, c.lost, c.untested)
		}
		var next time.Duration
		if f.next != nil {
			next = f.next.Sub(noon())
		}
		if next != c.next {
			t.Errorf("%s: looked at again after %v, want %v", c.name, next, c.next)
		}
	}
}

// TestADailyRestartHidesNoLoss: a watch that reports once a day is lost after three days, however often we were away for a minute.
func TestADailyRestartHidesNoLoss(t *testing.T) {
	t.Parallel()
	var h Hearing
	for day := 5; day >= 0; day-- {
		h = append(h, Stretch{noon().AddDate(0, 0, -day-1).Add(2 * time.Minute), noon().AddDate(0, 0, -day)})
	}
	w := watched{device: registry.Device{ID: "d", Elder: "e", Protocol: "gt06", Kind: "watch", TestedAt: ago(0)}}
	for _, c := range []struct {
		silent time.Duration
		lost   bool
	}{{71 * time.Hour, false}, {73 * time.Hour, true}} {
		w.device.LastSeenAt = ago(c.silent)
		if got := w.look(noon(), h, time.Hour).lost; got != c.lost {
			t.Errorf("silent for %v: lost %v, want %v", c.silent, got, c.lost)
		}
	}
}
