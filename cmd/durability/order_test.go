package durability

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAnswersComeAfterTheDisk watches every write of the program to SQLite's log, and every forced write: between a request and
// its 202 the log must have been written, and after that forced to the disk. The same must not hold for a program that does not wait
// for the disk, nor for one that answers before the commit.
func TestAnswersComeAfterTheDisk(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		broken string
		holds  bool
	}{{whole, true}, {unforced, false}, {hasty, false}} {
		t.Run("broken "+c.broken, func(t *testing.T) {
			t.Parallel()
			early := earlyAnswers(t, c.broken)
			if c.holds && len(early) > 0 {
				t.Errorf("%d of %d answers came before the signal was on the disk: %v", len(early), orderTried, early)
			}
			if !c.holds && len(early) == 0 {
				t.Errorf("a program that is %s passes, so this test proves nothing", c.broken)
			}
		})
	}
}

// orderTried is how many signals are sent to one program.
const orderTried = 60

// earlyAnswers lists which answers came without a write to the log and a forced write after it. battery_ok is a kind that is
// durable and sets nothing else in motion, so that no other write hides a missing one.
func earlyAnswers(t *testing.T, broken string) []int {
	t.Helper()
	dir := t.TempDir()
	p := newProgram(t, filepath.Join(dir, "data"), broken)
	seen := filepath.Join(dir, "disk.log")
	p.env = []string{"LD_PRELOAD=" + theWatcher(), "WATCHDISK=" + seen}
	p.start()
	type span struct{ from, to int64 }
	var spans []span
	for n := range orderTried {
		from := time.Now().UnixNano()
		if _, err := p.send("battery_ok", n); err != nil {
			t.Fatalf("signal %d: %v", n, err)
		}
		spans = append(spans, span{from, time.Now().UnixNano()})
	}
	p.kill()
	deeds := diskLog(t, seen)
	if len(deeds) == 0 {
		t.Fatal("not one write was seen: the watcher does not work on this machine")
	}
	var early []int
	for n, s := range spans {
		written, forced := false, false
		for _, d := range deeds {
			if d.at < s.from || d.at > s.to {
				continue
			}
			written = written || d.what == "write" && d.result > 0
			forced = forced || written && d.what == "sync" && d.result == 0
		}
		if !forced {
			early = append(early, n)
		}
	}
	return early
}

// deed is one line of the watcher: what was done, when it had ended, and with which result.
type deed struct {
	at     int64 // nanoseconds
	what   string
	result int64
}

func diskLog(t *testing.T, path string) []deed {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("what the disk was told: %v", err)
	}
	defer f.Close()
	var all []deed
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var d deed
		if _, err := fmt.Sscan(lines.Text(), &d.at, &d.what, &d.result); err != nil {
			t.Fatalf("line %q: %v", lines.Text(), err)
		}
		all = append(all, d)
	}
	return all
}
