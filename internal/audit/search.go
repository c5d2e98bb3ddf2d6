package audit

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/seal"
)

// Query asks for rows. What is empty matches everything.
type Query struct {
	Actor       string // id
	ActorKind   string
	Action      string // noun.verb, or noun.* for all of a noun
	Resource    string
	ID          string
	Subject     string
	Alert       string
	From, Until time.Time // from is included, until is not
	Changes     bool      // only what changed something: no looks

	Centres []string // only what concerns these; nil: all
	Limit   int
	Cursor  string // Next of the page before
}

// Page is a part of what was asked for, newest first.
type Page struct {
	Items []Row   `json:"items"`
	Next  *string `json:"next"` // the Cursor of the next page; nil at the end
}

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// Find gives rows, newest first. Invalid: the cursor is none of ours.
func (l *Log) Find(ctx context.Context, q Query) (page Page, err error) {
	err = l.db.View(ctx, func(tx *db.Tx) error {
		page, err = l.FindTx(ctx, tx, q)
		return err
	})
	return page, err
}

// FindTx is Find in a transaction.
func (l *Log) FindTx(ctx context.Context, tx *db.Tx, q Query) (Page, error) {
	where, args, err := q.condition()
	if err != nil {
		return Page{}, err
	}
	limit := defaultLimit
	if q.Limit > 0 {
		limit = min(q.Limit, maxLimit)
	}
	rows, err := found(ctx, tx, where, args, limit+1)
	if err != nil {
		return Page{}, err
	}
	page := Page{Items: rows}
	if len(rows) > limit {
		page.Items = rows[:limit]
		page.Next = cursorAt(&rows[limit-1])
	}
	for i := range page.Items {
		if err := l.unseal(ctx, tx, &page.Items[i]); err != nil {
			return Page{}, err
		}
	}
	return page, nil
}

func (q Query) condition() (where []string, args []any, err error) {
	and := func(fragment string, values ...any) {
		where, args = append(where, fragment), append(args, values...)
	}
	for _, c := range []struct{ column, value string }{
		{"actor_id", q.Actor}, {"actor_kind", q.ActorKind}, {"resource", q.Resource}, {"resource_id", q.ID},
		{"subject", q.Subject}, {"alert", q.Alert},
	} {
		if c.value != "" {
			and(c.column+" = ?", c.value)
		}
	}
	if noun, all := strings.CutSuffix(q.Action, ".*"); all {
		and("SUBSTR(action, 1, ?) = ?", utf8.RuneCountInString(noun)+1, noun+".")
	} else if q.Action != "" {
		and("action = ?", q.Action)
	}
	if q.Changes {
		and("action NOT LIKE '%.seen' AND action NOT LIKE '%.listed' AND action NOT LIKE '%.exported'")
	}
	if !q.From.IsZero() {
		and("at >= ?", db.Micros(q.From))
	}
	if !q.Until.IsZero() {
		and("at < ?", db.Micros(q.Until))
	}
	if q.Centres != nil {
		list := make([]any, len(q.Centres))
		for i, c := range q.Centres {
			list[i] = c
		}
		and("centre IN ("+db.InList(len(list))+")", list...)
	}
	if q.Cursor == "" {
		return where, args, nil
	}
	before, err := parseCursor(q.Cursor)
	and("(at, chain, seq) < (?, ?, ?)", before...)
	return where, args, err
}

func cursorAt(r *Row) *string {
	s := fmt.Sprintf("%d %d %s", db.Micros(r.At), r.Seq, r.Chain)
	s = base64.RawURLEncoding.EncodeToString([]byte(s))
	return &s
}

// parseCursor gives time, chain and number of the last row of the page before.
func parseCursor(cursor string) ([]any, error) {
	text, errText := base64.RawURLEncoding.DecodeString(cursor)
	at, rest, _ := strings.Cut(string(text), " ")
	seq, chain, _ := strings.Cut(rest, " ")
	us, errAt := strconv.ParseInt(at, 10, 64)
	n, errSeq := strconv.ParseInt(seq, 10, 64)
	if errors.Join(errText, errAt, errSeq) != nil {
		return []any{0, "", 0}, fault.InvalidFields("the query is not valid",
			[]fault.Field{{Name: "cursor", Problem: "must be what the page before gave as next"}})
	}
	return []any{us, chain, n}, nil
}

// unseal opens the data of a row. What cannot be opened is marked: its person was erased, or the master key is missing.
func (l *Log) unseal(ctx context.Context, tx *db.Tx, r *Row) error {
	if r.cell == nil {
		return nil
	}
	key, err := l.vault.Existing(ctx, tx, r.sealedBy)
	if err == nil {
		r.plain, err = key.Open(auditTable, cellColumn, r.place(), r.cell)
	}
	switch {
	case fault.Is(err, fault.NotFound), errors.Is(err, seal.ErrLocked):
		r.Unread = true
		return nil
	case err != nil && fault.Is(err, fault.Retry):
		return err
	case err != nil || len(r.plain) < saltBytes:
		r.Unread, r.damaged, r.plain = true, true, nil // Verify says so
		return nil
	}
	r.Data = json.RawMessage(r.plain[saltBytes:])
	return nil
}
