package main

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"anling/notify/phonewall"
)

// remotePhones are the telephones of a phone wall that runs elsewhere: a demo's. A service that speaks to real
// people has none, and then nobody answers but through the commands of the seats.
type remotePhones struct {
	api  *apiClient
	seen []phonewall.PhoneView
}

// look reads the wall; false when there is none.
func (r *remotePhones) look(ctx context.Context) bool {
	var wall struct {
		Phones []phonewall.PhoneView `json:"phones"`
	}
	if err := r.api.do(ctx, http.MethodGet, "/phones/api/phones?limit=500", nil, &wall); err != nil {
		return false
	}
	r.seen = wall.Phones
	return true
}

// Phones gives what was seen at the last look.
func (r *remotePhones) Phones() []phonewall.PhoneView { return r.seen }

// Handset gives one telephone.
func (r *remotePhones) Handset(number string) handset { return remoteHandset{r, number} }

type remoteHandset struct {
	*remotePhones
	number string
}

func (h remoteHandset) act(action, value string) error {
	path := "/phones/api/phones/" + url.PathEscape(h.number) + "/" + action
	ctx, stop := context.WithTimeout(context.Background(), answerTime)
	defer stop()
	err := h.api.do(ctx, http.MethodPost, path, map[string]string{"value": value}, nil)
	if s := statusOf(err); s >= 400 && s < 500 {
		return nil // the call has ended meanwhile: life
	}
	return err
}

func (h remoteHandset) Answer() error            { return h.act("answer", "") }
func (h remoteHandset) Press(digit string) error { return h.act("press", digit) }
func (h remoteHandset) Reply(text string) error  { return h.act("reply", text) }

// answerPhones lets the people of the simulation answer the telephones of a phone wall, if there is one.
func (st *stage) answerPhones(ctx context.Context) {
	phones := &remotePhones{api: st.api.as("")}
	if !phones.look(ctx) {
		return
	}
	people := newCrowd(st.world, st.seats.walkers, phones, st.seed)
	start := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(500 * time.Millisecond):
		}
		if !phones.look(ctx) {
			continue
		}
		// People who are faster than life live in a time that runs faster.
		now := start.Add(time.Duration(float64(time.Since(start)) * st.pace))
		if err := people.step(now); err != nil && ctx.Err() == nil {
			st.ledger.did(err)
		}
	}
}
