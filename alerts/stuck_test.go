package alerts

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"anling/internal/db"
	"anling/registry"
)

// fixedSeats are consoles that never beat again.
type fixedSeats []Seat

func (f fixedSeats) Manned(context.Context, *db.Tx, registry.CentreID) (bool, error) {
	return true, nil
}

func (f fixedSeats) Seats(context.Context, *db.Tx, time.Time) ([]Seat, error) { return f, nil }

func (f fixedSeats) TookTurn(context.Context, *db.Tx, string) error { return nil }

// spoil adds alerts to the table that are due, or held by an operator, and that nobody can read.
func (h *house) spoil(n int, operator string) {
	h.t.Helper()
	h.ok(h.db.Update(h.t.Context(), func(tx *db.Tx) error {
		for i := range n {
			_, err := tx.Exec(h.t.Context(), `
				INSERT INTO alerts (id, number, centre, elder, device, subject, kind, priority, state, outcome, plan, raised_at, due_at, seq, global,
					head, snapshot, operator)
				VALUES (?, ?, 'c1', '', '', ?, 'sos', 1, 'raised', '', 'emergency@1', 0, ?, 1, 1, ?, ?, ?)`,
				fmt.Sprintf("broken%03d", i), 1000+i, string(h.elder.ID), db.Micros(start.Add(-time.Hour)), []byte{1}, []byte("no state"), operator)
			if err != nil {
				return err
			}
		}
		return nil
	}))
}

// TestAlertsThatCannotBeReadHoldUpNoOther: more of them than are read at once are due, longer than the alarm.
func TestAlertsThatCannotBeReadHoldUpNoOther(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		const broken = stepBatch + 5
		id := h.press("sos")
		h.spoil(broken, "")
		did, _, err := h.engine.Step(t.Context())
		if did != 1 || err == nil || strings.Count(err.Error(), "move alert broken") != broken {
			t.Errorf("moved %d, want 1, and an error that names %d: %.200v", did, broken, err)
		}
		if h.get(id).Person("h1") == nil {
			t.Error("nobody was asked to come, because other alerts cannot be read")
		}
	})
}

// TestASilentConsoleGivesBackWhatCanBeRead: of two alerts that an operator had, one cannot be read.
func TestASilentConsoleGivesBackWhatCanBeRead(t *testing.T) {
	t.Parallel()
	eachHouse(t, func(t *testing.T, h *house) {
		op := operator("operator")
		id := h.press("sos")
		h.settle()
		h.do(id, Command{Type: CommandAccept, Actor: op})
		h.spoil(1, op.ID)
		h.engine.seats = fixedSeats{{Operator: op.ID, Centre: "c1", BeatAt: h.clock.Now()}}
		h.clock.Advance(SeatStale + time.Second)
		did, _, err := h.engine.StepSeats(t.Context())
		if did != 1 || err == nil || !strings.Contains(err.Error(), "broken000") {
			t.Errorf("moved %d, want 1, and an error that names the other: %v", did, err)
		}
		if a := h.get(id); a.AcceptedAt != nil {
			t.Error("a silent console keeps its alarm, because another one cannot be read")
		}
	})
}
