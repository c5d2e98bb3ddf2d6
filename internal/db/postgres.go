package db

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"

	"anling/internal/fault"
)

const (
	postgresConns = 16
	postgresTries = 8
	// A node that is paused in a transaction must not hold its locks (the counters!) for ever.
	postgresIdleInTx = "15s"
)

type postgresDB struct {
	db   *DB
	pool *sql.DB
}

func openPostgres(ctx context.Context, d *DB, dsn string) (*postgresDB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fault.New(fault.Invalid, "the database URL cannot be read") // the cause would show the URL
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "anling"
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(postgresDurable))
	pool.SetMaxOpenConns(postgresConns)
	pool.SetMaxIdleConns(postgresConns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	p := &postgresDB{db: d, pool: pool}
	if err := pool.PingContext(ctx); err != nil {
		return nil, errors.Join(Fault(err), pool.Close())
	}
	return p, nil
}

// postgresDurable refuses a connection whose commits could be lost with the power. It is asked of
// every new connection: after a failover it may be another server.
func postgresDurable(ctx context.Context, conn *pgx.Conn) error {
	var fsync, fullPages, commit, encoding, idle string
	err := conn.QueryRow(ctx, `
		SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit'),
			current_setting('server_encoding'), set_config('idle_in_transaction_session_timeout', $1, false)`,
		postgresIdleInTx).Scan(&fsync, &fullPages, &commit, &encoding, &idle)
	if err != nil {
		return fmt.Errorf("ask for the settings of the server: %w", err)
	}
	for _, s := range []struct{ name, value string }{
		{"fsync", fsync}, {"full_page_writes", fullPages}, {"synchronous_commit", commit},
	} {
		if s.value == "off" {
			return fault.New(fault.Internal, "the database server runs with %s = off: a commit could be lost with the power", s.name)
		}
	}
	if encoding != "UTF8" {
		return fault.New(fault.Internal, "the database has the encoding %s, UTF8 is needed", encoding)
	}
	return nil
}

func (p *postgresDB) update(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	return p.persist(ctx, nil, fn)
}

func (p *postgresDB) view(ctx context.Context, fn func(*Tx) error) (*Tx, error) {
	return p.persist(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, fn)
}

// persist runs fn again while the database says that another try may do: after a deadlock, a
// serialization failure, or a connection lost before the commit was sent.
func (p *postgresDB) persist(ctx context.Context, opts *sql.TxOptions, fn func(*Tx) error) (*Tx, error) {
	for try := 1; ; try++ {
		tx, again, err := p.once(ctx, opts, fn)
		if err == nil {
			return tx, nil
		}
		if !again || try == postgresTries || ctx.Err() != nil {
			return nil, Fault(err)
		}
		if err := pause(ctx, try); err != nil {
			return nil, Fault(err)
		}
	}
}

// once runs fn in one transaction; again says that nothing was kept and another try may succeed.
func (p *postgresDB) once(ctx context.Context, opts *sql.TxOptions, fn func(*Tx) error) (tx *Tx, again bool, err error) {
	conn, err := p.pool.Conn(ctx)
	if err != nil {
		return nil, mayRetry(err), err
	}
	defer func() {
		if closing := conn.Close(); err == nil {
			err = closing
		}
	}()
	// The transaction does not hang on ctx: a commit cut off half way has no known outcome.
	sqlTx, err := conn.BeginTx(context.WithoutCancel(ctx), opts)
	if err != nil {
		return nil, mayRetry(err), err
	}
	defer p.rollback(sqlTx)
	tx = p.db.newTx(sqlTx)
	if err := tx.run(fn); err != nil {
		return nil, mayRetry(err), err
	}
	err = p.db.refused("COMMIT")
	if err == nil {
		err = sqlTx.Commit()
	}
	if err != nil {
		return nil, mayRetryCommit(err), fmt.Errorf("commit: %w", err)
	}
	return tx, false, nil
}

// rollback does nothing after a commit. If it cannot be done the driver has closed the connection, which is
// a rollback too.
func (p *postgresDB) rollback(tx *sql.Tx) {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		p.db.log.Debug("a transaction ended with its connection", "err", err)
	}
}

func mayRetry(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok && (e.Code == "40001" || e.Code == "40P01") {
		return true
	}
	return connectionLost(err) || pgconn.SafeToRetry(err)
}

// mayRetryCommit is narrower: when the connection was lost on the way, the server may have committed.
func mayRetryCommit(err error) bool {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code == "40001" || e.Code == "40P01"
	}
	return pgconn.SafeToRetry(err)
}

// pause waits longer from try to try, 5 ms to 0.6 s, with chance in it so that two who met do not meet
// again. It is real time: the network does not wait for a test's clock.
func pause(ctx context.Context, try int) error {
	most := int64(10*time.Millisecond) << (try - 1)
	extra, err := rand.Int(rand.Reader, big.NewInt(most/2))
	if err != nil {
		return fmt.Errorf("draw a waiting time: %w", err)
	}
	timer := time.NewTimer(time.Duration(most/2 + extra.Int64()))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (p *postgresDB) ping(ctx context.Context) error { return p.pool.PingContext(ctx) }

func (p *postgresDB) script(ctx context.Context, tx *Tx, text string) error {
	_, err := tx.q.ExecContext(ctx, forPostgres(text))
	return err
}

// lockMigrations keeps other nodes that start at the same time waiting until our step is committed.
func (p *postgresDB) lockMigrations(ctx context.Context, tx *Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('anling migrations ' || current_schema(), 0))`)
	if err != nil {
		return fmt.Errorf("lock migrations: %w", err)
	}
	return nil
}

func (p *postgresDB) hasTable(ctx context.Context, tx *Tx, name string) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `
		SELECT COUNT(*) FROM information_schema.tables
		WHERE table_schema = current_schema() AND table_name = ?`, name).Scan(&n)
	return n > 0, err
}

func (p *postgresDB) close() error { return p.pool.Close() }
