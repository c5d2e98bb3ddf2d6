package devices

import (
	"testing"
	"time"
)

func TestHowADeviceStands(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		silence time.Duration
		beat    Beat
		want    Link
	}{
		{0, DefaultBeat, LinkOnline},
		{-time.Minute, DefaultBeat, LinkOnline}, // its clock or ours is a little ahead
		{7 * time.Minute, DefaultBeat, LinkOnline},
		{8 * time.Minute, DefaultBeat, LinkLate},
		{15 * time.Minute, DefaultBeat, LinkLate},
		{16 * time.Minute, DefaultBeat, LinkLost},
		{16 * time.Minute, 0, LinkLost},
		{30 * time.Hour, WearableBeat, LinkOnline},
		{73 * time.Hour, WearableBeat, LinkLost},
	} {
		if got := LinkAt(now, now.Add(-c.silence), c.beat); got != c.want {
			t.Errorf("silent for %v of %v: got %s, want %s", c.silence, time.Duration(c.beat), got, c.want)
		}
	}
	if got := LinkAt(now, time.Time{}, DefaultBeat); got != LinkNever {
		t.Errorf("never heard: got %s", got)
	}
}
