package alerts

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
)

// TestCheckpointsCoverTimelines does to timelines what their own hashes cannot show, because everything that is left fits.
func TestCheckpointsCoverTimelines(t *testing.T) {
	t.Parallel()
	for name, m := range map[string]struct {
		do   []string // with the alert's id as their only argument
		want string
	}{
		"nothing": {nil, ""},
		"all of it gone": {[]string{`DELETE FROM events WHERE alert = ?`, `DELETE FROM alerts WHERE id = ?`},
			audit.ChainGone},
		"its end cut off": {[]string{`DELETE FROM events WHERE alert = ? AND seq > 5`,
			`UPDATE alerts SET seq = 5, head = (SELECT hash FROM events WHERE alert = alerts.id AND seq = 5) WHERE id = ?`}, audit.Cut},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachHouse(t, func(t *testing.T, h *house) {
				n := h.notary()
				first := h.press("sos")
				h.settle()
				h.ok(n.Make(t.Context()))
				h.pass(30 * time.Second)
				h.ok(n.Make(t.Context()))
				for _, query := range m.do {
					h.ok(h.db.Update(t.Context(), func(tx *db.Tx) error {
						_, err := tx.Exec(t.Context(), query, string(first))
						return err
					}))
				}
				r, err := n.Verify(t.Context(), nil)
				h.ok(err)
				var got []string
				for _, p := range r.Problems {
					got = append(got, p.Kind)
					if p.Chain != "alert:"+string(first) {
						t.Errorf("named %s", p.Chain)
					}
				}
				if strings.Join(got, " ") != m.want || r.Checkpoints < 2 {
					t.Errorf("got %q of %d checkpoints, want %q", got, r.Checkpoints, m.want)
				}
			})
		})
	}
}

func (h *house) notary() *audit.Notary {
	h.t.Helper()
	n, err := audit.NewNotary(audit.NotaryOptions{Log: audit.New(h.db, h.vault), Seed: bytes.Repeat([]byte{1}, 32), Others: h.engine.Chains(),
		Clock: h.clock, Report: slog.New(slog.DiscardHandler)})
	h.ok(err)
	return n
}

func TestEveryGrowthOfATimelineIsToldOnce(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		c, mark := h.engine.Chains(), int64(0)
		grown := func() (names []string) {
			t.Helper()
			for {
				var heads []audit.Head
				h.ok(h.db.View(t.Context(), func(tx *db.Tx) (err error) {
					heads, mark, err = c.Moved(t.Context(), tx, mark, 3)
					return err
				}))
				if len(heads) == 0 {
					return slices.Compact(names)
				}
				for _, head := range heads {
					names = append(names, head.Chain)
				}
			}
		}
		if got := grown(); got != nil {
			t.Errorf("before any alert: %v", got)
		}
		id := h.press("sos")
		h.settle()
		if got := grown(); !slices.Equal(got, []string{"alert:" + string(id)}) {
			t.Errorf("got %v", got)
		}
		if got := grown(); got != nil {
			t.Errorf("again: %v", got)
		}
	})
}
