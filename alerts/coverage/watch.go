package coverage

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"anling/alerts"
	"anling/geo"
	"anling/geo/cover"
	"anling/geo/road"
	"anling/internal/clock"
	"anling/internal/db"
	"anling/registry"
)

// Options are what a Watch works with; all are required.
type Options struct {
	DB       *db.DB
	Registry *registry.Registry
	Roads    *road.Finder
	Clock    clock.Clock
	Log      *slog.Logger
}

// Watch knows who could be at whose door.
type Watch struct {
	Options
	wake chan struct{}

	mu     sync.Mutex
	wanted []Ask
	known  []*Result // the last that was asked for at the end

	// Of the worker alone.
	homes    map[registry.ElderID]home
	upTo     int64  // how far the changes of elders were read
	reported string // the last day whose report is known to be written
}

// Ask is a question.
type Ask struct {
	Minutes int
	Mode    geo.Mode // only by this one; "": by any
	Service string   // only who offers it; "": all
	Week    bool     // in each hour of the week, else at this moment
}

// The bounds of a question.
const (
	MostMinutes  = 60
	UsualMinutes = 10
)

// home is where an elder lives, and how much they count: 10, and the points of their fragility (alerts.Fragility).
type home struct {
	id     registry.ElderID
	centre registry.CentreID
	point  orb.Point
	placed bool
	weight int64
}

const baseWeight = 10

// How long a result is good, how many are kept, and how many questions may wait.
const (
	momentLife = time.Minute
	weekLife   = 15 * time.Minute
	keptMost   = 4
	waitMost   = 8
)

// New makes a watch; Run lets it work.
func New(o Options) *Watch {
	return &Watch{Options: o, wake: make(chan struct{}, 1), homes: map[registry.ElderID]home{}}
}

// Look gives what is known, or nil, and whether something newer is on its way.
func (w *Watch) Look(ask Ask) (known *Result, coming bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.IndexFunc(w.known, func(r *Result) bool { return r.Ask == ask }); i >= 0 {
		known = w.known[i]
		w.known = append(slices.Delete(w.known, i, i+1), known)
		if w.Clock.Now().Sub(known.At) < ask.life() {
			return known, false
		}
	}
	if !slices.Contains(w.wanted, ask) && len(w.wanted) < waitMost {
		w.wanted = append(w.wanted, ask)
		select {
		case w.wake <- struct{}{}:
		default:
		}
	}
	return known, true
}

func (a Ask) life() time.Duration {
	if a.Week {
		return weekLife
	}
	return momentLife
}

// Run answers what is asked, and writes the report of each night, until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	const looks = 10 * time.Minute
	for {
		if _, _, err := w.Step(ctx); err != nil && ctx.Err() == nil {
			w.Log.Warn("who could be at whose door could not be reckoned; it is tried again", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-w.wake:
		case <-w.Clock.After(looks):
		}
	}
}

// Step answers what was asked, and writes the report when it is due. It tells how much it did.
func (w *Watch) Step(ctx context.Context) (did int, next time.Time, err error) {
	for {
		ask, ok := w.nextAsk()
		if !ok {
			break
		}
		r, err := w.reckon(ctx, ask)
		w.done(ask, r)
		if err != nil {
			return did, time.Time{}, err
		}
		did++
	}
	wrote, err := w.report(ctx)
	return did + wrote, time.Time{}, err
}

func (w *Watch) nextAsk() (Ask, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.wanted) == 0 {
		return Ask{}, false
	}
	return w.wanted[0], true
}

// done notes a result; nil when there was an error: who asks again gets another try.
func (w *Watch) done(ask Ask, r *Result) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wanted = slices.DeleteFunc(w.wanted, func(a Ask) bool { return a == ask })
	if r == nil {
		return
	}
	w.known = append(slices.DeleteFunc(w.known, func(o *Result) bool { return o.Ask == ask }), r)
	w.known = slices.Delete(w.known, 0, max(0, len(w.known)-keptMost))
}

// reckon answers one question.
func (w *Watch) reckon(ctx context.Context, ask Ask) (*Result, error) {
	if err := w.readHomes(ctx); err != nil {
		return nil, err
	}
	r := w.newResult(ask)
	if err := r.find(ctx, w); err != nil {
		return nil, fmt.Errorf("find who could be at whose door: %w", err)
	}
	r.Took = w.Clock.Now().Sub(r.At)
	return r, nil
}

// readHomes takes in what has changed of elders.
func (w *Watch) readHomes(ctx context.Context) (err error) {
	now := w.Clock.Now()
	w.upTo, err = w.Registry.ElderChanges(ctx, w.upTo, func(e registry.Elder) {
		if e.ArchivedAt != nil || e.Locked {
			delete(w.homes, e.ID)
			return
		}
		points, _ := alerts.Fragility(e, now)
		h := home{id: e.ID, centre: e.Centre, weight: baseWeight + int64(points)}
		if e.Position != nil && geo.Valid(e.Position.Point) {
			h.point, h.placed = e.Position.Point, true
		}
		w.homes[e.ID] = h
	})
	if err != nil {
		return fmt.Errorf("read where elders live: %w", err)
	}
	return nil
}

// moment lists who can be asked now, from where they are.
func (w *Watch) moment(ask Ask, now time.Time) (out []cover.Helper, ids []registry.HelperID) {
	roster := w.Registry.Helpers()
	for _, h := range roster.All() {
		by, fit := ask.fits(roster, h)
		if !fit || h.Position == nil || !roster.Availability(h.ID, now, "").OK() {
			continue
		}
		out, ids = append(out, cover.Helper{Point: h.Position.Point, At: h.Position.At, Modes: by}), append(ids, h.ID)
	}
	return out, ids
}

// week lists who can be asked in some hour of the coming week, from where they are taken to set out.
func (w *Watch) week(ask Ask, now time.Time) (out []cover.Helper, ids []registry.HelperID) {
	roster := w.Registry.Helpers()
	zone := w.Zone()
	for _, h := range roster.All() {
		by, fit := ask.fits(roster, h)
		from, known := roster.Base(h)
		if !fit || !known {
			continue
		}
		if hours := hoursOf(roster, h.ID, now.In(zone)); hours.Len() > 0 {
			out, ids = append(out, cover.Helper{Point: from, At: now, Modes: by, Hours: hours}), append(ids, h.ID)
		}
	}
	return out, ids
}

// Zone is the time zone in which hours of the week are told: that of the centre above all others.
func (w *Watch) Zone() *time.Location {
	roster := w.Registry.Helpers()
	if all := roster.Centres(); len(all) > 0 {
		return roster.CentreZone(all[0])
	}
	return time.UTC
}

// hoursOf are the hours of the coming week in which somebody can be asked from the first to the last minute.
func hoursOf(roster *registry.Roster, id registry.HelperID, now time.Time) (hours cover.Hours) {
	hour := now.Truncate(time.Hour)
	for i := range cover.WeekHours {
		at := hour.Add(time.Duration(i) * time.Hour)
		if roster.Expected(id, at) && roster.Expected(id, at.Add(59*time.Minute)) {
			hours.Set(cover.HourOf(at))
		}
	}
	return hours
}

// fits tells whether a question is about a helper, and by which modes they would come.
func (a Ask) fits(roster *registry.Roster, h registry.Helper) (by []geo.Mode, fit bool) {
	if a.Service != "" && !roster.Services().Offers(h.Services, a.Service) {
		return nil, false
	}
	if a.Mode == "" {
		return h.Modes, true
	}
	return []geo.Mode{a.Mode}, slices.Contains(h.Modes, a.Mode)
}
