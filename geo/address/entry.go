package address

import (
	"github.com/paulmach/orb"

	"anling/geo"
)

// Kind says what an entry is.
type Kind string

// The kinds of entries.
const (
	Street Kind = "street"
	POI    Kind = "poi"   // a point of interest: a shop, a clinic, a station
	Place  Kind = "place" // a settlement, a quarter, an administrative area
)

// Entry is something that has a name and is somewhere.
type Entry struct {
	Kind     Kind
	Category string   // as OpenStreetMap says it: "amenity=pharmacy", "place=village"; may be empty
	Name     string   // as it is written there
	Others   []string // other names: English, Chinese, older ones
	Spelt    []string // the pinyin of the name where the data gives it, a syllable a word: "huang pi bei lu"
	Area     string   // the areas in which it lies, the smallest first, with ", " between; may be empty
	Through  string   // of a street: the areas besides into which it goes
	Code     string   // the official code of the smallest of them, where known
	Point    orb.Point
	Lines    []orb.LineString // of a street: where it runs
	Houses   []House          // of a street, or of a place whose houses are numbered
}

// House is a numbered house.
type House struct {
	Number    string // as it stands at the door: "227", "227弄3号", "12 b"
	Point     orb.Point
	Area      string // the areas in which it lies, where they are others than those of the street
	Estimated bool   // lies on a line of which only the ends are known (addr:interpolation)

	main int    // the number with which Number begins, or 0
	form string // Number in the form in which numbers are compared
}

// Match says how a query met a name. The order is that in which hits stand.
type Match string

// The ways to match, the best first.
const (
	Exactly Match = "exact"   // the whole name, its whole spelling, or all its initials
	Prefix  Match = "prefix"  // the name begins so
	Infix   Match = "infix"   // a word, a sign or a syllable inside begins so
	Words   Match = "words"   // all words are there, in whatever order, some of them perhaps in the name of its area
	Sound   Match = "sound"   // other signs that are read the same
	Similar Match = "similar" // but for a typing error or two
)

// Exact says how exact the point of a hit is.
type Exact string

// How exact a point is, the best first.
const (
	AtHouse      Exact = "house"        // that house is in the data
	Interpolated Exact = "interpolated" // between two houses that are, or at another door of the same number
	AtStreet     Exact = "street"       // the middle of the street
	AtPOI        Exact = "poi"
	AtPlace      Exact = "place" // the middle of a settlement or area
)

// Query asks for places.
type Query struct {
	Text  string
	Near  *orb.Point // nearest first, from here; nil: places before streets before points of interest
	Limit int        // 10 when it is 0, at most 100
}

// Hit is an entry that was found.
type Hit struct {
	Kind     Kind
	Category string
	Name     string
	Matched  string // which of its names, or of their spellings, was met
	Match    Match
	Number   string // the house number asked for, as far as it was understood; the room behind it is only in the label
	Label    string // the name with number, room and area, as one writes an address there
	Area     string
	Code     string
	Point    orb.Point
	Exact    Exact
	Distance geo.Metres // from Near to the entry – of a street, to its line; of a house, to its point. 0 without Near
}

// exactOf says how exact the own point of an entry is.
func exactOf(k Kind) Exact {
	switch k {
	case Street:
		return AtStreet
	case POI:
		return AtPOI
	}
	return AtPlace
}
