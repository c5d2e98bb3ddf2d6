package db

import (
	"database/sql"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Micros gives an instant as it is stored: UTC microseconds since 1970.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time gives a stored instant back, in UTC.
func Time(us int64) time.Time { return time.UnixMicro(us).UTC() }

// NullMicros gives an instant, or NULL for nil, as an argument of a query.
func NullMicros(t *time.Time) any {
	if t == nil {
		return nil
	}
	return Micros(*t)
}

// NullTime gives a stored instant, or nil for NULL.
func NullTime(us sql.NullInt64) *time.Time {
	if !us.Valid {
		return nil
	}
	t := Time(us.Int64)
	return &t
}

// NewID gives a new identifier: a UUIDv7, so ids sort in the order of their making.
func NewID() string {
	return uuid.Must(uuid.NewV7()).String() // it fails only without randomness, and then Go itself stops the program
}

// InList gives n placeholders for an IN list: "?,?,?". For n = 0 it gives NULL, which nothing equals.
func InList(n int) string {
	if n <= 0 {
		return "NULL"
	}
	return strings.Repeat("?,", n-1) + "?"
}
