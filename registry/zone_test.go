package registry

import (
	"testing"
	"time"
)

func TestZone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{"Asia/Shanghai": "20:00", "Europe/Berlin": "14:00", "": "12:00", "Mars/Base": "12:00"} {
		if got := at.In(Zone(name)).Format("15:04"); got != want {
			t.Errorf("noon in %q is %s, want %s", name, got, want)
		}
	}
}
