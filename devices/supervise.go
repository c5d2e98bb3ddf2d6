package devices

import "time"

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
	case silence <= time.Duration(beat)*3:
		return LinkLate
	}
	return LinkLost
}
