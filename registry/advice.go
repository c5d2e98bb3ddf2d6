package registry

import (
	"context"
	"math"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/paulmach/orb"

	"anling/geo/address"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/words"
)

// Advice is what looks wrong or lacks something in a record that was taken in all the same: in an emergency an elder is enrolled with
// gaps, and what does not fit is for a person to judge.
type Advice []fault.Field

// advise adds to advice what add adds to refusals.
func (c *problems) advise(field, format string, args ...any) { c.add(field, format, args...) }

func (c *problems) advice() Advice {
	out := make(Advice, 0, len(c.fields))
	for _, f := range c.fields {
		out = append(out, words.Explained(f))
	}
	return out
}

// AddressBook knows where addresses are.
type AddressBook interface {
	// Check says how far a point lies from the address beside it, and false when it does not know that.
	Check(text string, p orb.Point) (address.Gap, bool)
}

// AdviseElder looks what a person should look at again in an elder's record. Whether address and point fit each other is looked at when
// there is a book.
func (r *Registry) AdviseElder(ctx context.Context, e Elder, book AddressBook) (Advice, error) {
	var advice problems
	err := r.db.View(ctx, func(tx *db.Tx) error {
		var fresh problems
		e.advise(&fresh, r.clock.Now())
		e.adviseAddress(&fresh, book)
		if err := r.adviseArea(ctx, tx, e.Area, &fresh); err != nil {
			return err
		}
		known, err := r.customOf(ctx, tx, "elder", e.Centre)
		for key, f := range known {
			if _, given := e.Custom[key]; f.Required && !given {
				fresh.advise("custom."+key, "is not filled in, and this centre asks for it")
			}
		}
		advice = fresh
		return err
	})
	return advice.advice(), err
}

// usualAge is from which on elders are enrolled; below, it is asked whether the birth date is right.
const usualAge = 60

func (e *Elder) advise(c *problems, now time.Time) {
	if born := bornByPaper(e.IDKind, e.IDNumber); born != "" && e.BirthDate != "" && !strings.HasPrefix(born, e.BirthDate) {
		c.advise("birth_date", "is %s here and %s on the paper", e.BirthDate, born)
	}
	if sex := sexByPaper(e.IDKind, e.IDNumber); sex != "" && e.Sex != "" && sex != e.Sex {
		c.advise("sex", "is %s here and %s on the paper", sexWord(e.Sex), sexWord(sex))
	}
	if age := e.Age(now); e.BirthDate != "" && age < usualAge {
		c.advise("birth_date", "makes an age of %d; most are %d and over", age, usualAge)
	}
	if len(e.Phones) == 0 {
		c.advise("phones", "are missing: nobody can call back")
	}
	switch {
	case e.Address == "":
		c.advise("address", "is missing: helpers will only see a point on the map, if there is one")
	default:
		for _, gap := range addressGaps(e.Address) {
			c.advise("address", "lacks %s", gap)
		}
	}
	if e.Position == nil {
		c.advise("position", "is missing: nobody near can be found")
	}
}

// adviseAddress tells when the address that somebody wrote is elsewhere than the point. Neither is changed: which of them is right only a
// person can say.
func (e *Elder) adviseAddress(c *problems, book AddressBook) {
	if book == nil || e.Address == "" || e.Position == nil {
		return
	}
	if gap, known := book.Check(e.Address, e.Position.Point); known && gap.Far {
		c.advise("address", "is %d m from the point on the map; please look which of the two is right", int(math.Round(float64(gap.Distance)/10))*10)
	}
}

func sexWord(sex string) string {
	if sex == "f" {
		return "female"
	}
	return "male"
}

// addressGaps tells which parts of a Chinese address are not there: 黄陂北路88弄3号502室, 人民东路12号院5号楼2单元301室. What people write
// is so various that this is only a hint, and of an address in another language nothing is said.
func addressGaps(address string) (gaps []string) {
	s := narrow(address)
	if !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return nil
	}
	has := func(pattern string) bool { return regexp.MustCompile(pattern).MatchString(s) }
	village := has(`村|屯|组|社区第`) && !has(`新村|路|街|道`)
	building := has(`\d+\s*(号楼|栋|幢|座|号院?\s*\d+\s*号)|弄\s*\d+\s*号|[A-Za-z]\s*[座栋幢]`)
	compound := has(`小区|花园|新村|公寓|家属院|苑|坊|[^\d]里\d*|号院|\d+弄`)
	if !has(`路|街|大道|道|巷|胡同|村|屯|弄|里|镇`) {
		gaps = append(gaps, "the road or the village: 路名?")
	}
	if !has(`\d+\s*(号|弄|#|组)`) && !building {
		gaps = append(gaps, "the number: 门牌号?")
	}
	if village {
		return gaps
	}
	if compound && !building {
		gaps = append(gaps, "the building: 楼号?")
	}
	if has(`号楼|栋|幢`) && !has(`单元|门洞|\d+门`) {
		gaps = append(gaps, "the entrance: 单元?")
	}
	if !has(`\d+\s*(室|房|户)|[\d-]\d{2,4}$|单元\s*\d+`) {
		gaps = append(gaps, "the room: 室号?")
	}
	return gaps
}
