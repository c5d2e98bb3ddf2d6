package registry

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"anling/internal/db"
)

// Duplicate are two elders who may be one person.
type Duplicate struct {
	A, B    Elder
	Score   int      // per cent
	Reasons []string // birth_date, address, household (each with the same or the same-sounding name), phone, name
}

// The bounds of a look for duplicates.
const (
	maxAlike   = 20 // who shares a hash with more than that shares it by chance: a switchboard's number
	leastScore = 50
)

// alikes are the texts by which records of one person are alike, whoever typed them: name and birth date; how the name is said, and
// the address or the household. They are kept as blind hashes only.
func (e *Elder) alikes() (all []string) {
	name := strings.ReplaceAll(fold(e.Name), " ", "")
	if e.BirthDate != "" {
		all = append(all, "birth\x00"+name+"\x00"+e.BirthDate)
	}
	spelt, _ := new(speller).spell(e.Name)
	if len(spelt) == 0 {
		return all
	}
	if address := plainAddress(e.Address); address != "" {
		all = append(all, "address\x00"+spelt[0]+"\x00"+address)
	}
	if e.Household != "" {
		all = append(all, "household\x00"+spelt[0]+"\x00"+e.Household)
	}
	return all
}

// plainAddress is an address without what people leave out or write differently.
func plainAddress(address string) string {
	return strings.NewReplacer(" ", "", "-", "", "室", "", "号楼", "号", "栋", "号", "幢", "号").Replace(fold(address))
}

// Duplicates looks for elders of the scope who may be one person, the likeliest first. It asks the blind index who shares a hash, so that it
// opens only the records of those.
func (r *Registry) Duplicates(ctx context.Context, limit int) (all []Duplicate, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		all = nil
		seen := map[[2]ElderID]bool{}
		for _, kind := range []string{alikeLookup, callerLookup} {
			groups, err := sharedLookups(ctx, tx, kind, 10*limit)
			if err != nil {
				return err
			}
			for _, ids := range groups {
				found, err := r.pairs(ctx, tx, ids, seen)
				if err != nil {
					return err
				}
				all = append(all, found...)
			}
		}
		return nil
	})
	slices.SortStableFunc(all, func(a, b Duplicate) int { return cmp.Compare(b.Score, a.Score) })
	return all[:min(len(all), limit)], err
}

// pairs compares every two of a group that the scope sees.
func (r *Registry) pairs(ctx context.Context, tx *db.Tx, ids []ElderID, seen map[[2]ElderID]bool) (all []Duplicate, err error) {
	var c condition
	c.ids(strings.Fields(joinIDs(ids)))
	c.archived(false)
	r.elders.within(&c, r.scope)
	rows, err := r.elders.store.list(ctx, tx, c, maxAlike)
	if err != nil {
		return nil, err
	}
	elders, err := r.elders.openAll(ctx, tx, rows)
	if err != nil {
		return nil, err
	}
	for i, a := range elders {
		for _, b := range elders[i+1:] {
			if pair := [2]ElderID{a.ID, b.ID}; !seen[pair] {
				seen[pair] = true
				all = appendAlike(all, a, b)
			}
		}
	}
	return all, nil
}

func joinIDs(ids []ElderID) string {
	var out []string
	for _, id := range ids {
		out = append(out, string(id))
	}
	return strings.Join(out, " ")
}

func appendAlike(all []Duplicate, a, b Elder) []Duplicate {
	if score, reasons := likeness(a, b); score >= leastScore {
		all = append(all, Duplicate{A: a, B: b, Score: score, Reasons: reasons})
	}
	return all
}

// likeness tells how likely two records are of one person. Two papers with two numbers are two people, as are a man and a woman.
func likeness(a, b Elder) (score int, reasons []string) {
	if a.Locked || b.Locked || a.IDKind == b.IDKind && a.IDNumber != "" && b.IDNumber != "" && a.IDNumber != b.IDNumber {
		return 0, nil
	}
	if a.Sex != "" && b.Sex != "" && a.Sex != b.Sex {
		return 0, nil
	}
	shared := map[string]bool{}
	for _, t := range a.alikes() {
		if slices.Contains(b.alikes(), t) {
			kind, _, _ := strings.Cut(t, "\x00")
			shared[kind] = true
		}
	}
	phone := slices.ContainsFunc(a.Phones, func(p string) bool { return slices.Contains(b.Phones, p) })
	for _, w := range []struct {
		reason string
		holds  bool
		weight int
	}{
		{"birth_date", shared["birth"], 60}, {"address", shared["address"], 55}, {"household", shared["household"], 50},
		{"phone", phone, 25}, {"name", fold(a.Name) == fold(b.Name), 25},
	} {
		if w.holds {
			score, reasons = score+w.weight, append(reasons, w.reason)
		}
	}
	return min(score, 99), reasons
}
