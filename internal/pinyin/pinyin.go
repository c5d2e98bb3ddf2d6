package pinyin

import (
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// Reader knows the readings of signs. The zero Reader is ready.
type Reader struct{ known sync.Map } // rune → []string

// Of gives the readings of a sign, the most usual first; none for what is no Chinese sign. ü is written v.
func (r *Reader) Of(sign rune) []string {
	if known, ok := r.known.Load(sign); ok {
		return known.([]string)
	}
	args := pinyin.NewArgs()
	args.Heteronym = true
	ways := pinyin.SinglePinyin(sign, args)
	r.known.Store(sign, ways)
	return ways
}

// OfPlace gives the readings of each sign in the name of a place: the one that is right where a name is known that contains it, or
// all of them. What is no Chinese sign has none.
func (r *Reader) OfPlace(name []rune) [][]string {
	all := make([][]string, len(name))
	known := places()
	for i := 0; i < len(name); {
		syllables := known.at(name[i:])
		for j, s := range syllables {
			all[i+j] = []string{s}
		}
		if len(syllables) == 0 {
			all[i] = r.Of(name[i])
		}
		i += max(1, len(syllables))
	}
	return all
}

// placeReadings are the readings of parts of names, by the part.
type placeReadings map[string][]string

// longestPlace is how many signs the parts in the list have at most.
const longestPlace = 4

// at gives the reading of the longest part with which a name begins.
func (p placeReadings) at(name []rune) []string {
	for n := min(longestPlace, len(name)); n >= 2; n-- {
		if syllables, ok := p[string(name[:n])]; ok {
			return syllables
		}
	}
	return nil
}

func readPlaces(list string) placeReadings {
	all := placeReadings{}
	for line := range strings.Lines(list) {
		fields := strings.Fields(line)
		if len(fields) > 1 {
			all[fields[0]] = fields[1:]
		}
	}
	return all
}
