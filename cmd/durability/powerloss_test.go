//go:build prove

package durability

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var cuts = flag.Int("cuts", 20, "how often the power is cut")

// TestPowerIsCutUnderLoad cuts the power while buttons are pressed: the data lie on an ext4 file system in an image; the program is
// killed, and the image copied at that moment holds what had reached the disk. The copy is mounted, as after a power failure, and
// every acknowledged press must be there. A program that does not wait for the disk, and one that answers before the commit, must lose
// some.
func TestPowerIsCutUnderLoad(t *testing.T) {
	for _, c := range []struct {
		broken string
		loses  bool
	}{{whole, false}, {unforced, true}, {hasty, true}} {
		t.Run("broken "+c.broken, func(t *testing.T) {
			acked, lost := 0, 0
			for n := 0; n < *cuts || c.loses && lost == 0 && n < 3**cuts; n++ {
				a, l := cut(t, c.broken)
				acked, lost = acked+a, lost+l
				if c.loses && lost > 0 {
					break
				}
			}
			t.Logf("%d presses acknowledged, %d lost", acked, lost)
			if !c.loses && lost > 0 {
				t.Errorf("%d of %d acknowledged presses were lost with the power", lost, acked)
			}
			if c.loses && lost == 0 {
				t.Errorf("a program that is %s loses nothing, so this test proves nothing", c.broken)
			}
		})
	}
}

// cut runs the program under load on a file system of its own, cuts the power, and tells what was acknowledged and what is lost.
func cut(t *testing.T, broken string) (acked, lost int) {
	t.Helper()
	dir := t.TempDir()
	image, copied := filepath.Join(dir, "disk.img"), filepath.Join(dir, "after.img")
	if err := os.WriteFile(image, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	root(t, "truncate", "-s", "128M", image)
	root(t, "mkfs.ext4", "-q", image)
	before := mount(t, image)
	p := newProgram(t, filepath.Join(before.at, "data"), broken)
	root(t, "sync", "-f", before.at)
	l := load{acked: map[int]string{}}
	p.start()
	l.until(p, 200, func() { root(t, "cp", "--sparse=always", image, copied) })
	before.unmount()

	after := mount(t, copied)
	defer after.unmount()
	p.data, p.broken = filepath.Join(after.at, "data"), whole
	p.start()
	gone, _ := p.lost(l.acked)
	p.kill()
	if broken == whole {
		p.command("verify")
	}
	return len(l.acked), len(gone)
}

type mounted struct {
	t    *testing.T
	at   string
	over bool
}

func mount(t *testing.T, image string) *mounted {
	t.Helper()
	m := &mounted{t: t, at: t.TempDir()}
	root(t, "mount", "-o", "loop", image, m.at)
	t.Cleanup(m.unmount)
	return m
}

func (m *mounted) unmount() {
	if !m.over {
		m.over = true
		root(m.t, "umount", m.at)
	}
}

// root runs a command that only root may run.
func root(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v (this proof needs root, a loop device and ext4)\n%s", strings.Join(args, " "), err, out)
	}
}
