package durability

import (
	"flag"
	"path/filepath"
	"testing"
)

var kills = flag.Int("kills", 10, "how often the program is killed under load")

// TestKilledUnderLoad kills the program again and again while buttons are pressed. Every acknowledged press must be there
// with the alert that was named, a press that was sent again must not be there twice, and no timeline may be half written.
func TestKilledUnderLoad(t *testing.T) {
	t.Parallel()
	p := newProgram(t, filepath.Join(t.TempDir(), "data"), whole)
	l := load{acked: map[int]string{}}
	for range *kills {
		p.start()
		l.until(p, 40, func() {})
	}
	p.start()
	if lost, _ := p.lost(l.acked); len(lost) > 0 {
		t.Errorf("%d acknowledged presses are lost: %v", len(lost), lost)
	}
	for n := range l.next { // every device sends again what it has no answer for, and some what they have
		alert, err := p.send("sos", n)
		if err != nil {
			t.Fatalf("press %d after the restart: %v", n, err)
		}
		if was, ok := l.acked[n]; ok && was != alert {
			t.Errorf("press %d was acknowledged as alert %s and is now %s", n, was, alert)
		}
		l.acked[n] = alert
	}
	lost, alerts := p.lost(l.acked)
	if len(lost) > 0 || alerts != len(l.acked) {
		t.Errorf("%d alerts for %d presses, lost %v", alerts, len(l.acked), lost)
	}
	p.kill()
	t.Logf("%d kills, %d presses, %d alerts; %s", *kills, len(l.acked), alerts, p.command("verify"))
}
