package web

import (
	"context"
	"net/http"
	"time"

	"anling/alerts"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// Seats tells the alert engine who sits where: whose console was heard of (POST /v1/seat), and whether anybody is logged in at a
// centre at all.
type Seats struct{}

// mannedWithin is how long ago an operator may have asked for anything and still counts as somebody at the centre.
const mannedWithin = 3 * time.Minute

// Manned implements alerts.Seats.
func (Seats) Manned(ctx context.Context, tx *db.Tx, centre registry.CentreID) (bool, error) {
	n, err := seatsAt(ctx, tx, centre, tx.Now().Add(-mannedWithin))
	return n > 0, err
}

// Seats implements alerts.Seats.
func (Seats) Seats(ctx context.Context, tx *db.Tx, since time.Time) ([]alerts.Seat, error) {
	return listSeats(ctx, tx, since)
}

// TookTurn implements alerts.Seats.
func (Seats) TookTurn(ctx context.Context, tx *db.Tx, operator string) error {
	return turnSeat(ctx, tx, operator)
}

// seatRoutes are those of the consoles' own state.
func (s *Server) seatRoutes() []route {
	return []route{
		{http.MethodPost, "/v1/seat", registry.AlertsWork, s.beat},
		{http.MethodGet, "/v1/seats", registry.AlertsSee, s.showSeats},
	}
}

// seatDocs describes them.
func seatDocs(d map[string]doc) {
	d["POST /v1/seat"] = doc{tag: "alerts", summary: "An open console says every beat_s that it is there. After stale_s without a word its alerts go back to the queue",
		body: beatBody{}, answer: OpenSeat{}, example: `{"free":true}`, want: http.StatusForbidden}
	d["GET /v1/seats"] = doc{tag: "alerts", summary: "The consoles of one's centres: who sits there, who is away for a moment, who is not heard of any more", answer: page[OpenSeat]{}}
}

// beatBody is what a console says of itself. Free is false while its operator is away for a moment: no new alert has its turn there.
type beatBody struct {
	Free *bool `json:"free"`
}

// OpenSeat is a console as others see it.
type OpenSeat struct {
	Operator registry.OperatorID `json:"operator"`
	Centre   registry.CentreID   `json:"centre"`
	State    string              `json:"state"` // free, away or silent
	BeatAt   time.Time           `json:"beat_at"`
	TurnAt   *time.Time          `json:"turn_at"` // when an alert last stood at it
	BeatS    int                 `json:"beat_s"`
	StaleS   int                 `json:"stale_s"`
}

func (s *Server) openSeat(x alerts.Seat) OpenSeat {
	v := OpenSeat{Operator: registry.OperatorID(x.Operator), Centre: x.Centre, State: "away", BeatAt: x.BeatAt,
		BeatS: int(alerts.SeatBeat.Seconds()), StaleS: int(alerts.SeatStale.Seconds())}
	if !x.TurnAt.IsZero() {
		v.TurnAt = &x.TurnAt
	}
	switch {
	case s.clock.Now().Sub(x.BeatAt) >= alerts.SeatStale:
		v.State = "silent"
	case x.Free:
		v.State = "free"
	}
	return v
}

// beat answers POST /v1/seat.
func (s *Server) beat(w http.ResponseWriter, r *http.Request) error {
	c := callerOf(r.Context())
	if c.operator == nil || c.session == nil {
		return fault.New(fault.Denied, "only an operator's console has a seat")
	}
	var body beatBody
	if err := decode(w, r, &body); err != nil {
		return err
	}
	seat := alerts.Seat{Operator: string(c.operator.ID), Centre: c.operator.Centre, Free: body.Free == nil || *body.Free}
	err := s.db.Update(r.Context(), func(tx *db.Tx) error {
		seat.BeatAt = tx.Now()
		return beatSeat(r.Context(), tx, c.session.ID, seat)
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, s.openSeat(seat))
}

// showSeats answers GET /v1/seats: everybody who was there within a shift.
func (s *Server) showSeats(w http.ResponseWriter, r *http.Request) error {
	out := page[OpenSeat]{Items: []OpenSeat{}}
	scope := callerOf(r.Context()).scope
	err := s.db.View(r.Context(), func(tx *db.Tx) error {
		all, err := listSeats(r.Context(), tx, tx.Now().Add(-12*time.Hour))
		for _, x := range all {
			if scope.Has(x.Centre) {
				out.Items = append(out.Items, s.openSeat(x))
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, out)
}

// leaveSeat closes the console of a session that has ended and gives back what its operator had.
func (s *Server) leaveSeat(ctx context.Context, session string, operator registry.OperatorID) error {
	err := s.db.Update(ctx, func(tx *db.Tx) error { return dropSeat(ctx, tx, session) })
	if err != nil {
		return err
	}
	return s.engine.Leave(ctx, operator)
}
