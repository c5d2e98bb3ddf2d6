package alerts

import (
	"slices"
	"time"

	"anling/notify"
)

// knownOffers is how many of a person's last offers are looked at: what is older says little of what they will do
// tonight – a memory that fades by 0.98 with each offer is fifty offers deep – and the question stays cheap whatever they have
// behind them. No weekly budget is larger.
const knownOffers = 50

// Known is what is known of a person from their last knownOffers offers. Times are of answers that they gave themselves.
type Known struct {
	Offers    int `json:"offers"`
	Yes       int `json:"yes"` // said that they come
	No        int `json:"no"`
	Silent    int `json:"silent"` // neither, and nobody had told them that they need not
	Departed  int `json:"departed"`
	Arrived   int `json:"arrived"`
	Withdrawn int `json:"withdrawn"`  // said yes, and then that they cannot
	StoodDown int `json:"stood_down"` // told that they need not come any more, or for now
	Unreached int `json:"unreached"`  // no message got through

	MedianS *int `json:"median_answer_s"` // of the time until they answered; null: never did
	P90S    *int `json:"p90_answer_s"`

	ThisWeek int        `json:"this_week"` // offers since Monday, in the time zone of their centre
	SevenDay int        `json:"seven_days"`
	LastAt   *time.Time `json:"last_at"` // when they were last asked; null: never
}

// know sums up records of one person.
func know(all []Record, week, now time.Time) Known {
	var k Known
	var delays []time.Duration
	for _, r := range all {
		k.Offers++
		k.count(r)
		if !r.AskedAt.Before(week) {
			k.ThisWeek++
		}
		if now.Sub(r.AskedAt) < 7*24*time.Hour {
			k.SevenDay++
		}
		if k.LastAt == nil || r.AskedAt.After(*k.LastAt) {
			at := r.AskedAt
			k.LastAt = &at
		}
		if d, ok := r.Delay(); ok {
			delays = append(delays, d)
		}
	}
	slices.Sort(delays)
	k.MedianS, k.P90S = quantile(delays, 50), quantile(delays, 90)
	return k
}

func (k *Known) count(r Record) {
	when := func(n *int, is bool) {
		if is {
			*n++
		}
	}
	let := r.StoodDownAt != nil || r.ReservedAt != nil
	no := r.Answer == string(notify.AnswerCannot)
	when(&k.Yes, r.promised())
	when(&k.No, no)
	when(&k.Silent, !r.promised() && !no && !let)
	when(&k.Departed, r.DepartedAt != nil)
	when(&k.Arrived, r.ArrivedAt != nil)
	when(&k.Withdrawn, r.WithdrawnAt != nil)
	when(&k.StoodDown, let)
	when(&k.Unreached, r.UnreachedAt != nil)
}

// quantile is the smallest value that so many per cent do not exceed, in seconds; nil for none.
func quantile(sorted []time.Duration, percent int) *int {
	if len(sorted) == 0 {
		return nil
	}
	n := max(1, (len(sorted)*percent+99)/100)
	s := int(sorted[n-1].Seconds())
	return &s
}
