package db

import (
	"context"
	"database/sql"
	"fmt"
)

const (
	checkpointAfter = 64     // parts committed since the last checkpoint, some ten pages each
	mustCheckpoint  = 16_384 // pages in the log (64 MiB) after which a commit does it itself
)

// checkpointer carries what was committed from SQLite's log into the database file, beside the writer: at the end of a commit, as
// SQLite does it by itself, it would make every thirtieth alarm wait for some thousand pages and two more forced writes. The log is
// the truth until then, so nothing depends on when it happens.
type checkpointer struct {
	db   *DB
	pool *sql.DB // of one connection
	due  chan struct{}
	done chan struct{}
}

func newCheckpointer(d *DB, pool *sql.DB) *checkpointer {
	pool.SetMaxOpenConns(1)
	c := &checkpointer{db: d, pool: pool, due: make(chan struct{}, 1), done: make(chan struct{})}
	go c.loop()
	return c
}

// ask wants a checkpoint soon.
func (c *checkpointer) ask() {
	select {
	case c.due <- struct{}{}:
	default: // one is under way, and one will follow
	}
}

func (c *checkpointer) loop() {
	defer close(c.done)
	for range c.due {
		if err := c.checkpoint(); err != nil {
			c.db.log.Warn("the log of the database was not carried into its file; it grows until that succeeds", "err", err)
		}
	}
}

// checkpoint does as much as it can without waiting for anybody.
func (c *checkpointer) checkpoint() error {
	var busy, frames, moved int
	if err := c.pool.QueryRowContext(context.Background(), `PRAGMA wal_checkpoint(PASSIVE)`).Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("checkpoint: %w", Fault(err))
	}
	return nil
}

// close waits for a checkpoint under way. Nobody may call ask any more.
func (c *checkpointer) close() error {
	close(c.due)
	<-c.done
	return c.pool.Close()
}
