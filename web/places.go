package web

import (
	"math"
	"time"

	"anling/alerts"
	"anling/geo"
)

// PlaceView is one of the known positions of an elder, with what one must know to trust it. The first of a list is the chosen one.
type PlaceView struct {
	Lat        float64    `json:"lat"`
	Lon        float64    `json:"lon"`
	AccuracyM  int        `json:"accuracy_m"` // as it says itself, or as its source usually is
	Time       *time.Time `json:"time"`       // when it was found; null: not known
	AgeS       *int       `json:"age_s"`
	Source     string     `json:"source"`
	Chosen     bool       `json:"chosen"`
	FromHomeM  *int       `json:"from_home_m"`   // null: no home is known
	FromPlaceM *int       `json:"from_chosen_m"` // null: nothing is chosen
	Flags      []geo.Flag `json:"flags"`
}

// ChoiceView is why the position of an alert is the one that it is.
type ChoiceView struct {
	Why    geo.Why     `json:"why"`
	By     string      `json:"by"`     // who has chosen it by hand; empty: the rule did
	HomeM  *int        `json:"home_m"` // how far it is from the home
	Away   bool        `json:"away"`   // the address is not the place to go to
	Places []PlaceView `json:"places"` // all that is known, the chosen one first
}

// viewPlaces is the choice of an alert; null when nothing is known of where the elder is, or an earlier program chose.
func viewPlaces(a *alerts.Alert, now time.Time) *ChoiceView {
	if a.Place == nil {
		return nil
	}
	v := &ChoiceView{Why: a.Place.Why, By: a.Place.By, HomeM: a.Place.HomeM, Away: a.Place.Away, Places: []PlaceView{}}
	for _, w := range a.Weighed(now) {
		p := PlaceView{Lat: w.Point.Lat(), Lon: w.Point.Lon(), AccuracyM: int(math.Round(float64(w.Radius))), AgeS: ageSeconds(w.Age),
			Source: w.Source, Chosen: w.Chosen, FromHomeM: metresOrNull(w.FromHome), FromPlaceM: metresOrNull(w.Away), Flags: w.Flags}
		if !w.At.IsZero() {
			at := w.At.UTC()
			p.Time = &at
		}
		v.Places = append(v.Places, p)
	}
	return v
}

func metresOrNull(m geo.Metres) *int {
	if m < 0 {
		return nil
	}
	n := int(math.Round(float64(m)))
	return &n
}
