package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/mattn/go-sqlite3"

	"anling/internal/fault"
)

// Fault gives an error of a driver its kind: a broken uniqueness or reference is a Conflict, no row is
// NotFound, a busy, overloaded or lost database is Retry; everything else stays Internal, a full
// disk too. Tx, Update and View do this for what passes through them; a store needs it only for
// sql.Rows. Values never appear in the text of the errors.
func Fault(err error) error {
	if err == nil {
		return nil
	}
	if _, done := errors.AsType[*fault.Error](err); done {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Wrap(fault.NotFound, err, "not found")
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return fault.Wrap(fault.Retry, err, "the database was not waited for")
	}
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		return sqliteFault(e, err)
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return postgresFault(e, err)
	}
	if connectionLost(err) {
		return fault.Wrap(fault.Retry, err, "the database cannot be reached")
	}
	return err
}

func sqliteFault(e sqlite3.Error, err error) error {
	switch e.ExtendedCode {
	case sqlite3.ErrConstraintUnique, sqlite3.ErrConstraintPrimaryKey, sqlite3.ErrConstraintRowID:
		return fault.Wrap(fault.Conflict, err, "it is there already")
	case sqlite3.ErrConstraintForeignKey:
		return fault.Wrap(fault.Conflict, err, "it refers to something that is not there, or is itself still referred to")
	}
	switch e.Code {
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return fault.Wrap(fault.Retry, err, "the database is busy")
	}
	return err
}

// PostgreSQL's codes: https://www.postgresql.org/docs/15/errcodes-appendix.html
func postgresFault(e *pgconn.PgError, err error) error {
	switch e.Code {
	case "23505":
		return fault.Wrap(fault.Conflict, err, "it is there already")
	case "23503":
		return fault.Wrap(fault.Conflict, err, "it refers to something that is not there, or is itself still referred to")
	case "40001", "40P01", "55P03", "53300": // serialization, deadlock, lock not available, too many connections
		return fault.Wrap(fault.Retry, err, "the database is busy")
	case "57P01", "57P02", "57P03": // shut down, crashed, starting
		return fault.Wrap(fault.Retry, err, "the database cannot be reached")
	}
	if strings.HasPrefix(e.Code, "08") {
		return fault.Wrap(fault.Retry, err, "the database cannot be reached")
	}
	return err
}

func connectionLost(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) {
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return strings.HasPrefix(e.Code, "08") || strings.HasPrefix(e.Code, "57P")
	}
	return strings.Contains(err.Error(), "conn closed") // pgx has no name for it
}

// quiet is an error of a driver without the values it quotes: PostgreSQL's class 22 ("invalid input
// syntax … "13900000000""), its driver's encoder and database/sql's Scan all put the value into the text. The original is still
// in the chain for errors.As.
type quiet struct {
	text string
	err  error
}

func (q quiet) Error() string { return q.text }
func (q quiet) Unwrap() error { return q.err }

func hush(err error) error {
	if err == nil {
		return nil
	}
	if _, done := errors.AsType[quiet](err); done {
		return err
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		if !strings.HasPrefix(e.Code, "22") && !strings.HasPrefix(e.Code, "23") {
			return err
		}
		return quiet{text: strings.TrimSpace("postgres error " + e.Code + " " + e.ConstraintName), err: err}
	}
	text := err.Error()
	for _, leak := range []string{"failed to encode args[", "sql: Scan error on column", "sql: converting argument"} {
		if i := strings.Index(text, leak); i >= 0 {
			named := i + len(leak) // up to the next colon only the argument or the column is named
			named += strings.IndexByte(text[named:]+":", ':')
			return quiet{text: text[:min(named, len(text))] + ": value of the wrong type", err: err}
		}
	}
	return err
}
