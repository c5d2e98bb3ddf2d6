package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// listenAgain is how long a node waits before it listens anew after its connection was lost.
const listenAgain = time.Second

// Announce tells the other nodes that there is something new of a topic, after the commit that has made it. It is a hint that
// may be lost: the truth is read from the tables, which every node looks at from time to time anyway. With SQLite
// there are no other nodes. A topic is a plain word of the program's own.
func (d *DB) Announce(ctx context.Context, topic string) error {
	if d.Engine() == sqliteEngine {
		return nil
	}
	return d.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `SELECT pg_notify(?, current_schema() || '/' || CAST(? AS TEXT))`, channelOf(topic), d.node)
		return err
	})
}

func channelOf(topic string) string { return "anling_" + topic }

// Listen calls f whenever another node has announced a topic, and each time after it could not be heard for a while, until ctx ends.
func (d *DB) Listen(ctx context.Context, topic string, f func()) error {
	for ctx.Err() == nil {
		if err := d.engine.listen(ctx, topic, f); err != nil && ctx.Err() == nil {
			d.log.Warn("other nodes cannot be heard; their news is found by looking", "topic", topic, "err", err)
			timer := time.NewTimer(listenAgain)
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
			timer.Stop()
		}
	}
	return nil
}

// listen has nobody to listen to: one process has the file.
func (s *sqliteDB) listen(ctx context.Context, _ string, _ func()) error {
	<-ctx.Done()
	return nil
}

// listen holds a connection of its own as long as it listens.
func (p *postgresDB) listen(ctx context.Context, topic string, f func()) (err error) {
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return Fault(err)
	}
	defer func() { err = errors.Join(err, forget(conn)) }()
	var schema string
	if err := conn.QueryRowContext(ctx, `SELECT current_schema()`).Scan(&schema); err != nil {
		return Fault(err)
	}
	if _, err := conn.ExecContext(ctx, `LISTEN `+channelOf(topic)); err != nil {
		return Fault(err)
	}
	f() // what was announced before cannot have been heard
	return conn.Raw(func(c any) error {
		for {
			news, err := c.(*stdlib.Conn).Conn().WaitForNotification(ctx)
			if err != nil {
				return Fault(err)
			}
			if from, node, _ := strings.Cut(news.Payload, "/"); from == schema && node != p.db.node {
				f()
			}
		}
	})
}

// forget parts with a connection that still listens: the pool closes it.
func forget(conn *sql.Conn) error {
	err := conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}
