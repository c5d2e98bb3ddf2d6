package alerts

import (
	"slices"
	"strings"
	"time"

	"anling/registry"
)

// Why says why somebody stands where they stand in the list of people to check on; each is a key of the message file under fragile.
type Why string

// What makes somebody fragile while they cannot call for help.
const (
	WhyOxygen  Why = "oxygen"   // lives by a machine that wants electricity, or by a treatment that does not wait
	WhyBed     Why = "bed"      // cannot leave the bed
	WhyCare    Why = "care"     // needs care for most of what they do
	WhyMobile  Why = "mobility" // walks badly or not at all
	WhyAlone   Why = "alone"
	WhyOld     Why = "age"  // 80 and over
	WhyTier    Why = "tier" // the centre has put them into a tier of their own
	WhySafety  Why = "safety_plan"
	WhyUnknown Why = "unknown" // the record cannot be opened: nobody knows how fragile they are
)

// weights say how much each counts. Who lives by a machine comes before everybody else, whatever the others add up to; somebody of
// whom nothing is known is taken for frail.
func weights() map[Why]int {
	return map[Why]int{WhyOxygen: 100, WhyBed: 30, WhyUnknown: 30, WhyCare: 20, WhyMobile: 15, WhyAlone: 15, WhySafety: 10, WhyTier: 10, WhyOld: 5}
}

// machineWords and the others are what records say in the words of the centres; a word too many puts somebody farther up, which does
// no harm.
func machineWords() []string {
	return []string{"氧", "呼吸机", "制氧", "透析", "起搏", "胰岛素泵", "鼻饲", "oxygen", "ventilator", "respirator", "dialysis", "insulin pump", "tube feed"}
}

func bedWords() []string { return []string{"卧床", "瘫", "bedridden", "bed-bound", "paraly"} }

func mobilityWords() []string {
	return []string{"轮椅", "拐", "助行", "不便", "行走困难", "wheelchair", "walker", "walking frame", "crutch", "cannot walk", "unsteady"}
}

// Fragility says how soon an elder must be checked on who cannot call for help at the moment: the more, the sooner, and why, the
// weightiest first. It is pure, and reads nothing but the registry's record.
func Fragility(el registry.Elder, now time.Time) (points int, why []Why) {
	if el.Locked {
		return weights()[WhyUnknown], []Why{WhyUnknown}
	}
	said := strings.ToLower(strings.Join(slices.Concat(el.Illnesses, el.Medicines, []string{el.Mobility, el.Notes}), " "))
	age := el.Age(now)
	is := map[Why]bool{
		WhyOxygen: has(said, machineWords()),
		WhyBed:    has(said, bedWords()),
		WhyCare:   slices.Contains([]string{registry.CareModerate, registry.CareSevere, registry.CareTotal}, el.CareLevel),
		WhyMobile: has(said, mobilityWords()),
		WhyAlone:  livesAlone(el.Living),
		WhyOld:    age >= 80,
		WhyTier:   el.Tier != "" && el.Tier != "normal",
		WhySafety: el.SafetyPlan.Applies(now),
	}
	weight := weights()
	for _, w := range []Why{WhyOxygen, WhyBed, WhyCare, WhyMobile, WhyAlone, WhySafety, WhyTier, WhyOld} {
		if is[w] {
			points, why = points+weight[w], append(why, w)
		}
	}
	if el.CareLevel == registry.CareTotal || el.CareLevel == registry.CareSevere {
		points += weight[WhyCare]
	}
	if age > 80 {
		points += min(age-80, 20) / 2 // between two of whom the same is known, the older one first
	}
	return points, why
}

func has(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}
