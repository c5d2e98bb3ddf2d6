package db_test

import (
	"context"
	"testing"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/db/dbtest"
)

// ear counts what is heard of a topic.
type ear chan struct{}

func listenTo(t *testing.T, d *db.DB, topic string) ear {
	t.Helper()
	heard, done := make(ear), make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		done <- d.Listen(ctx, topic, func() {
			select {
			case heard <- struct{}{}:
			case <-ctx.Done():
			}
		})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("listening ended: %v", err)
		}
	})
	return heard
}

func announce(t *testing.T, d *db.DB, topic string) {
	t.Helper()
	if err := d.Announce(t.Context(), topic); err != nil {
		t.Fatal(err)
	}
}

func TestNodesHearEachOther(t *testing.T) {
	t.Parallel()
	o := db.Options{URL: dbtest.URL(t)}
	here, there := dbtest.Open(t, o, clock.Real()), dbtest.Open(t, o, clock.Real())
	news, other := listenTo(t, here, "news"), listenTo(t, here, "other")
	<-news
	<-other // both listen now
	announce(t, here, "news")
	// Its own word does not come before this one.
	announce(t, there, "other")
	<-other
	select {
	case <-news:
		t.Error("heard of its own word")
	default:
	}
	announce(t, there, "news")
	<-news
	mustExec(t, there, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN anling_news%' AND pid <> pg_backend_pid()`)
	<-news // it was deaf for a moment, and looks
	announce(t, there, "news")
	<-news
}

func TestOneProcessHasNobodyToHear(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	news := listenTo(t, d, "news")
	announce(t, d, "news")
	select {
	case <-news:
		t.Error("heard of its own word")
	default:
	}
}
