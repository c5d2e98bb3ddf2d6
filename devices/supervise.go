package devices

import (
	"time"

	"anling/registry"
)

// Link is how a device stands towards us.
type Link string

// How a device stands: never heard of, heard in time, overdue, and lost. Only lost is somebody's job.
const (
	LinkNever  Link = "never"
	LinkOnline Link = "online"
	LinkLate   Link = "late"
	LinkLost   Link = "lost"
)

// Beat is how often a device reports by itself.
type Beat time.Duration

// DefaultBeat is that of a base unit on mains, and WearableBeat that of something that runs on
// a battery and sleeps.
const (
	DefaultBeat  = Beat(5 * time.Minute)
	WearableBeat = Beat(24 * time.Hour)
)

// patience is how long a device may be silent before it is lost: one missed report is nothing, three are a loss. Less than a minute
// is no silence: reports lie in the memory of the node that heard them for some seconds.
func (b Beat) patience() time.Duration { return max(3*time.Duration(b), time.Minute) }

// BeatOf tells how often a device should report: what its record says, else what devices of its kind and protocol do. It is false
// for what never reports by itself, such as a telephone, whose silence says nothing.
func BeatOf(d registry.Device) (Beat, bool) {
	if d.BeatS != nil {
		return Beat(time.Duration(*d.BeatS) * time.Second), *d.BeatS > 0
	}
	if byCaller(d.Protocol) {
		return 0, false
	}
	switch d.Kind {
	case "hub", "gateway", "base", "unit":
		return DefaultBeat, true
	case "phone", "landline":
		return 0, false
	}
	return WearableBeat, true
}

// LinkAt tells how a device stands at now, by when it was last heard. One missed report is nothing, three are a
// loss: radio and mains both fail for minutes without anything being wrong.
func LinkAt(now, seen time.Time, beat Beat) Link {
	if beat <= 0 {
		beat = DefaultBeat
	}
	silence := now.Sub(seen)
	switch {
	case seen.IsZero():
		return LinkNever
	case silence <= time.Duration(beat)*3/2:
		return LinkOnline
	case silence <= beat.patience():
		return LinkLate
	}
	return LinkLost
}

// watched is a device as the supervision sees it.
type watched struct {
	device  registry.Device // what is in clear
	area    string          // of its elder
	watchAt int64           // as it stands in the database, to see whether somebody else was quicker
	boundAt *time.Time      // since when it is its elder's; nil: from before there was supervision

	knownLost     bool // its loss is a task already
	knownUntested bool // that nobody has tried it is a task already
	estranged     bool // something was wrong with it when it was somebody else's
}

// finding is what is wrong with a device, and when to look at it again; nil: when something changes.
type finding struct {
	lost     bool
	untested bool
	released bool // what was wrong with it is its former elder's no more
	next     *time.Time
}

// look says what is newly wrong with a device at now. It is pure.
//
// A device that is nobody's, or archived, is not looked after. One that was never heard of is not lost: that it was never tried says
// more. What is wrong already is not found again; when it is heard, or changed, it is looked at anew.
func (w watched) look(now time.Time, h Hearing, testWithin time.Duration) finding {
	d := w.device
	if w.estranged {
		return finding{released: true}
	}
	if d.Elder == "" || d.ArchivedAt != nil {
		return finding{}
	}
	var f finding
	again := func(at time.Time) {
		if at = later(at, now.Add(lookAgain)); f.next == nil || at.Before(*f.next) {
			f.next = &at
		}
	}
	switch beat, ok := BeatOf(d); {
	case !ok || w.knownLost:
	case d.LastSeenAt == nil:
		again(now.Add(max(beat.patience(), settleIn)))
	default:
		missing := h.missing(*d.LastSeenAt, now, beat)
		f.lost = LinkAt(now, now.Add(-missing), beat) == LinkLost
		if !f.lost {
			again(now.Add(beat.patience() - missing))
		}
	}
	if d.HasKey() && d.TestedAt == nil && !w.knownUntested && w.boundAt != nil {
		due := w.boundAt.Add(testWithin)
		f.untested = !due.After(now)
		if !f.untested {
			again(due)
		}
	}
	return f
}

// lookAgain is the soonest that a device is looked at a second time: when its silence is just short of a loss.
const lookAgain = time.Second
