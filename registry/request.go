package registry

import (
	"context"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// The kinds of request about personal data.
const (
	RequestAccess     = "access"     // what do you hold about me
	RequestCorrection = "correction" // that is wrong
	RequestErasure    = "erasure"    // forget me
	RequestObjection  = "objection"  // stop that
)

// requestDays is when an answer is due of which nothing else was said: GDPR art. 12(3) gives a month.
const requestDays = 30

// PrivacyRequest is what somebody asked for about the data that is held of them, and what was done.
type PrivacyRequest struct {
	ID        string     `json:"id"`
	Centre    CentreID   `json:"centre"`
	Elder     ElderID    `json:"elder"`
	Kind      string     `json:"kind"`
	Who       string     `json:"who"`      // asked: the elder, or in whose name and with what right
	Identity  string     `json:"identity"` // how it was made sure that they are who they say
	Note      string     `json:"note"`
	Answer    string     `json:"answer"` // what was done, or why not
	CreatedAt time.Time  `json:"created_at"`
	DueAt     time.Time  `json:"due_at"`
	DoneAt    *time.Time `json:"done_at"`
	Version   int64      `json:"version"`
}

// sealedRequest is what of a request is sealed.
type sealedRequest struct {
	Who      string `json:"who"`
	Identity string `json:"identity"`
	Note     string `json:"note"`
	Answer   string `json:"answer"`
}

// subject is whose key seals a request: its own, because it must outlive an erasure.
func (q PrivacyRequest) subject() string { return "request:" + q.ID }

func (q *PrivacyRequest) check() error {
	var bad problems
	q.Who, q.Identity, q.Note, q.Answer = tidy(q.Who), tidy(q.Identity), tidy(q.Note), tidy(q.Answer)
	bad.oneOf("kind", q.Kind, RequestAccess, RequestCorrection, RequestErasure, RequestObjection)
	bad.name("who", q.Who)
	bad.text("identity", q.Identity, maxText)
	bad.text("note", q.Note, maxText)
	bad.text("answer", q.Answer, maxText)
	if q.DoneAt != nil && q.Answer == "" {
		bad.add("answer", "is required when the request is done")
	}
	return bad.err("request")
}

// CreateRequest writes a request down. It belongs to the elder's centre.
func (r *Registry) CreateRequest(ctx context.Context, q PrivacyRequest) (PrivacyRequest, error) {
	q.ID, q.DoneAt, q.Version = db.NewID(), nil, 1
	if err := q.check(); err != nil {
		return q, err
	}
	err := r.db.Update(ctx, func(tx *db.Tx) error {
		row, err := r.elders.load(ctx, tx, r.scope, string(q.Elder))
		if fault.Is(err, fault.NotFound) {
			return fault.InvalidFields("the request is not valid", []fault.Field{{Name: "elder", Problem: "is not an elder who is known"}})
		}
		if err != nil {
			return err
		}
		q.Centre, q.CreatedAt = row.Centre, tx.Now()
		if q.DueAt.IsZero() {
			q.DueAt = q.CreatedAt.AddDate(0, 0, requestDays)
		}
		q.DueAt = q.DueAt.UTC().Truncate(time.Microsecond)
		return r.saveRequest(ctx, tx, q, "created")
	})
	return q, err
}

// AnswerRequest says what was done about the version of a request that is named; done ends it.
func (r *Registry) AnswerRequest(ctx context.Context, given PrivacyRequest, done bool) (q PrivacyRequest, err error) {
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		if q, err = r.requestTx(ctx, tx, given.ID); err != nil {
			return err
		}
		if q.Version != given.Version {
			return fault.New(fault.Conflict, "somebody else has changed this meanwhile; look again")
		}
		q.Answer, q.Version = given.Answer, q.Version+1
		if given.Identity != "" {
			q.Identity = given.Identity
		}
		if done && q.DoneAt == nil {
			now := tx.Now()
			q.DoneAt = &now
		}
		if err := q.check(); err != nil {
			return err
		}
		return r.saveRequest(ctx, tx, q, "changed")
	})
	return q, err
}

func (r *Registry) saveRequest(ctx context.Context, tx *db.Tx, q PrivacyRequest, verb string) error {
	key, err := r.vault.Key(ctx, tx, q.subject())
	if err != nil {
		return err
	}
	cell, err := key.SealJSON("privacy_requests", "cell", q.ID, sealedRequest{q.Who, q.Identity, q.Note, q.Answer})
	if err != nil {
		return err
	}
	r.audit.AddTx(ctx, tx, audit.Entry{Actor: r.actor, Action: "privacy_request." + verb, Resource: "privacy_request", ID: q.ID,
		Subject: string(q.Elder), Centre: string(q.Centre)})
	return putRequest(ctx, tx, q, cell)
}

// ListRequests gives the requests of the scope, those that are due first.
func (r *Registry) ListRequests(ctx context.Context, open bool) (all []PrivacyRequest, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		rows, err := listRequests(ctx, tx, r.scope, open)
		if err != nil {
			return err
		}
		all = []PrivacyRequest{}
		for _, row := range rows {
			q, err := r.openRequest(ctx, tx, row)
			if err != nil {
				return err
			}
			all = append(all, q)
		}
		return nil
	})
	return all, err
}

func (r *Registry) requestTx(ctx context.Context, tx *db.Tx, id string) (PrivacyRequest, error) {
	row, err := findRequest(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && !r.scope.Has(row.Centre) {
		return PrivacyRequest{}, fault.New(fault.NotFound, "there is no such request")
	}
	if err != nil {
		return PrivacyRequest{}, err
	}
	return r.openRequest(ctx, tx, row)
}

func (r *Registry) openRequest(ctx context.Context, tx *db.Tx, row requestRow) (PrivacyRequest, error) {
	key, err := r.vault.Existing(ctx, tx, row.subject())
	if err != nil {
		return row.PrivacyRequest, err
	}
	var s sealedRequest
	if err := key.OpenJSON("privacy_requests", "cell", row.ID, row.cell, &s); err != nil {
		return row.PrivacyRequest, err
	}
	row.Who, row.Identity, row.Note, row.Answer = s.Who, s.Identity, s.Note, s.Answer
	return row.PrivacyRequest, nil
}
