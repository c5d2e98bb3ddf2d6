package db

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// statement is a query as its engine wants it.
type statement struct {
	text   string
	params int
}

// statements remembers rewritten queries. Queries are a few hundred fixed texts; what comes
// beyond the limit (IN lists of every length) is rewritten each time.
type statements struct {
	numbered bool // $1, $2 for PostgreSQL
	known    sync.Map
	count    atomic.Int64
}

const maxStatements = 4096

func (s *statements) get(query string) statement {
	if st, ok := s.known.Load(query); ok {
		return st.(statement)
	}
	text, params := rewrite(query)
	if !s.numbered {
		text = query
	}
	st := statement{text: text, params: params}
	if s.count.Load() < maxStatements {
		if _, there := s.known.LoadOrStore(query, st); !there {
			s.count.Add(1)
		}
	}
	return st
}

// rewrite turns every ? that is a placeholder into $1, $2, … in text order and counts them.
func rewrite(query string) (text string, params int) {
	var b strings.Builder
	b.Grow(len(query) + 16)
	for i := 0; i < len(query); {
		if n := skip(query[i:]); n > 0 {
			b.WriteString(query[i : i+n])
			i += n
			continue
		}
		if query[i] == '?' {
			params++
			b.WriteString("$" + strconv.Itoa(params))
		} else {
			b.WriteByte(query[i])
		}
		i++
	}
	return b.String(), params
}

// skip gives the length of the quoted text or comment that s begins with, 0 if it begins with
// neither. What is not closed lasts to the end.
func skip(s string) int {
	switch {
	case s[0] == '\'' || s[0] == '"':
		return quoted(s)
	case strings.HasPrefix(s, "--"):
		return upTo(s, "\n")
	case strings.HasPrefix(s, "/*"):
		return upTo(s, "*/")
	}
	return 0
}

// quoted finds the closing quote. A doubled quote inside needs no care: it closes one text and
// opens the next.
func quoted(s string) int {
	if end := strings.IndexByte(s[1:], s[0]); end >= 0 {
		return end + 2
	}
	return len(s)
}

func upTo(s, end string) int {
	if i := strings.Index(s, end); i >= 0 {
		return i + len(end)
	}
	return len(s)
}

// forPostgres rewrites the column type BLOB of a migration to BYTEA.
func forPostgres(script string) string {
	var b strings.Builder
	for i := 0; i < len(script); {
		n := skip(script[i:])
		if n == 0 {
			n = word(script[i:])
		}
		if n == 0 {
			n = 1
		}
		piece := script[i : i+n]
		if strings.EqualFold(piece, "BLOB") {
			piece = "BYTEA"
		}
		b.WriteString(piece)
		i += n
	}
	return b.String()
}

// word gives the length of the identifier that s begins with.
func word(s string) int {
	n := 0
	for n < len(s) && (s[n] == '_' || s[n] >= 'a' && s[n] <= 'z' || s[n] >= 'A' && s[n] <= 'Z' || s[n] >= '0' && s[n] <= '9') {
		n++
	}
	return n
}
