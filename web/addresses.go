package web

import (
	"net/http"

	"github.com/paulmach/orb"

	"anling/geo"
	"anling/geo/address"
	"anling/internal/fault"
	"anling/registry"
)

// AddressView is a street, a house, a point of interest or a place.
type AddressView struct {
	Kind      address.Kind  `json:"kind"`     // street, poi, place
	Category  string        `json:"category"` // as OpenStreetMap says it: amenity=pharmacy
	Name      string        `json:"name"`
	Matched   string        `json:"matched"` // which name or spelling was met
	Match     address.Match `json:"match"`   // exact, prefix, infix, words, sound, similar
	Number    string        `json:"number"`  // of the house, as far as it was understood
	Label     string        `json:"label"`   // as one writes it
	Area      string        `json:"area"`    // the areas in which it lies, the smallest first
	AreaCode  string        `json:"area_code"`
	Position  geo.Position  `json:"position"`
	Exact     address.Exact `json:"exact"` // what the position is: house, interpolated, street, poi, place
	DistanceM int           `json:"distance_m"`
}

func viewAddress(h address.Hit) AddressView {
	return AddressView{Kind: h.Kind, Category: h.Category, Name: h.Name, Matched: h.Matched, Match: h.Match, Number: h.Number, Label: h.Label, Area: h.Area, AreaCode: h.Code,
		Position: geo.Position{Point: h.Point}, Exact: h.Exact, DistanceM: int(h.Distance)}
}

// longestQuery is more than any address has.
const longestQuery = 200

// findAddresses answers GET /v1/addresses: what a text names, or what is at a point.
func (s *Server) findAddresses(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	text, limit := q.text("q"), q.limit("limit", 10, 50)
	at := orb.Point(s.mapView.Center)
	if text == "" || q.text("lat") != "" || q.text("lon") != "" {
		at = orb.Point{q.number("lon", -180, 180), q.number("lat", -90, 90)}
	}
	if len([]rune(text)) > longestQuery {
		q.bad = append(q.bad, fault.Field{Name: "q", Problem: "must have at most 200 characters"})
	}
	if err := q.err(); err != nil {
		return err
	}
	out := page[AddressView]{Items: []AddressView{}}
	if text == "" {
		out.Items = viewHere(s.places.Reverse(at))
		return writeJSON(w, http.StatusOK, out)
	}
	for _, h := range s.places.Search(address.Query{Text: text, Near: &at, Limit: limit}) {
		out.Items = append(out.Items, viewAddress(h))
	}
	return writeJSON(w, http.StatusOK, out)
}

// viewHere puts what is at a point in the order in which it leads there: the house, the street, what one knows it by, the quarter.
func viewHere(h address.Here) []AddressView {
	all := []AddressView{}
	for _, hit := range []*address.Hit{h.House, h.Street, h.POI, h.Place} {
		if hit != nil {
			all = append(all, viewAddress(*hit))
		}
	}
	return all
}

// areasAt answers GET /v1/areas?lat=&lon=: the areas in which a point lies.
func (s *Server) areasAt(w http.ResponseWriter, r *http.Request) error {
	q := query{r: r}
	at := orb.Point{q.number("lon", -180, 180), q.number("lat", -90, 90)}
	if err := q.err(); err != nil {
		return err
	}
	all, err := s.registryFor(r).AreasAt(r.Context(), at)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, page[registry.Area]{Items: some(all)})
}
