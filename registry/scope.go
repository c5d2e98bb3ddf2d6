package registry

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Scope says of which centres somebody may see the people. The zero Scope sees nobody.
type Scope struct {
	all     bool
	centres []CentreID
}

// ScopeAll sees every centre.
func ScopeAll() Scope { return Scope{all: true} }

// ScopeOf sees these centres and no others; a centre below one of them must be named too
// (Registry.ScopeUnder does that).
func ScopeOf(centres ...CentreID) Scope { return Scope{centres: slices.Clone(centres)} }

// All tells whether the scope has no limit.
func (s Scope) All() bool { return s.all }

// Has tells whether the centre is in the scope.
func (s Scope) Has(centre CentreID) bool { return s.all || slices.Contains(s.centres, centre) }

// Centres lists the centres of a scope that is not All.
func (s Scope) Centres() []CentreID { return slices.Clone(s.centres) }

// and is what both scopes see.
func (s Scope) and(o Scope) Scope {
	if s.all {
		return o
	}
	if o.all {
		return s
	}
	return Scope{centres: slices.DeleteFunc(slices.Clone(s.centres), func(c CentreID) bool { return !o.Has(c) })}
}

// Query asks for a page of a list.
type Query struct {
	Text    string            // all its words must occur in name, number, address …
	Classes Classes           // which words Text may match, besides ids and codes: what the caller may see
	Filters map[string]string // exact values of clear fields; "archived": "true" lists the archived instead
	Limit   int               // 0: 100; at most 500
	Cursor  string            // Next of the page before
	Count   bool              // also tell how many there are
}

// Page is a part of a list: in the stable order of the ids, or of a search, the best first.
type Page[T any] struct {
	Items   []T     `json:"items"`
	Next    *string `json:"next"`    // the Cursor of the next page; nil at the end
	Partial bool    `json:"partial"` // the search is still being made ready: there may be more
	Total   *Total  `json:"total"`   // of all pages; nil when nobody asked or it cannot be told
}

// Total is how many there are.
type Total struct {
	N       int  `json:"n"`
	AtLeast bool `json:"at_least"` // there are more than that: nobody needs to know how many
}

// mostCounted is as far as records are counted.
const mostCounted = 1000

func totalOf(n int, more bool) *Total {
	return &Total{N: min(n, mostCounted), AtLeast: more || n > mostCounted}
}

const (
	defaultLimit = 100
	maxLimit     = 500
)

func (q Query) limit() int {
	if q.Limit <= 0 {
		return defaultLimit
	}
	return min(q.Limit, maxLimit)
}

// after is the id that the cursor stands behind.
func (q Query) after(c *problems) string {
	id, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err != nil {
		c.add("cursor", "must be what the page before gave as next")
	}
	return string(id)
}

func cursorAt(id string) *string {
	s := base64.RawURLEncoding.EncodeToString([]byte(id))
	return &s
}

// fold makes texts comparable that differ only in case or in the width of their signs.
func fold(s string) string { return strings.ToLower(narrow(tidy(s))) }
