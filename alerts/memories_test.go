package alerts

import (
	"testing"
	"time"
)

func record(alert AlertID, at time.Time) *Record {
	return &Record{Alert: alert, Person: "h1", Seq: 3, Part: PartHelper, AskedAt: at}
}

func TestMemoriesFollowWhatIsWritten(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	week := now.AddDate(0, 0, -3)
	var m memories
	offers := func(at time.Time) int {
		k, ok := m.known("h1", week, at)
		if !ok {
			return -1
		}
		return k.ThisWeek
	}
	m.add([]*Record{record("a0", now)}) // nothing is known of them yet
	if n := offers(now); n != -1 {
		t.Fatalf("what was never read is known: %d", n)
	}
	people := []string{"h1"}
	m.keep(people, m.versions(people), map[string][]Record{"h1": {*record("a1", now.Add(-time.Hour)), *record("a0", now.AddDate(0, 0, -5))}}, now)
	if n := offers(now); n != 1 {
		t.Errorf("read: got %d this week, want 1", n)
	}
	m.add([]*Record{record("a2", now)})
	if n := offers(now); n != 2 {
		t.Errorf("after one more offer: got %d, want 2", n)
	}
	answered := record("a2", now)
	answered.Answer = "coming"
	m.add([]*Record{answered})
	if k, _ := m.known("h1", week, now); k.ThisWeek != 2 || k.Yes != 1 {
		t.Errorf("an answer to a known offer: got %+v, want 2 offers, one of them promised", k)
	}
	if k, _ := m.known("h1", week.AddDate(0, 0, 7), now); k.ThisWeek != 0 {
		t.Errorf("in another week: got %d, want 0", k.ThisWeek)
	}
	if n := offers(now.Add(memoryFresh)); n != -1 {
		t.Errorf("after %s it is still believed: %d", memoryFresh, n)
	}
	if n := offers(now.Add(-time.Second)); n != -1 {
		t.Errorf("a clock that was set back: it is believed: %d", n)
	}
}

func TestMemoriesDoNotKeepWhatWasOvertaken(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	var m memories
	people := []string{"h1"}
	before := m.versions(people)
	m.add([]*Record{record("a1", now)})
	m.keep(people, before, map[string][]Record{}, now)
	if k, ok := m.known("h1", now, now); ok {
		t.Errorf("read before an offer was written, and kept after it: %+v", k)
	}
}

func TestMemoriesKeepTheNewestOnly(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	var last []Record
	for i := range knownOffers + 10 {
		last = withRecord(last, Record{Alert: AlertID(rune('A' + i)), AskedAt: now.Add(time.Duration(i) * time.Minute)})
	}
	if len(last) != knownOffers || !last[0].AskedAt.Equal(now.Add((knownOffers+9)*time.Minute)) {
		t.Errorf("got %d, the newest of %s", len(last), last[0].AskedAt)
	}
	old := withRecord(last, Record{Alert: "old", AskedAt: now.AddDate(-1, 0, 0)})
	if len(old) != knownOffers || old[knownOffers-1].Alert == "old" {
		t.Error("one that is older than all was put before a newer one")
	}
}
