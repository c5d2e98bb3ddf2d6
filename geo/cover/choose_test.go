package cover

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestChooseAgainstTryingAll compares what is chosen with the best of all choices, where there are few.
func TestChooseAgainstTryingAll(t *testing.T) {
	t.Parallel()
	worst, below := 1.0, 0
	for seed := range uint64(1000) {
		needs, options, n := problem(rand.New(rand.NewPCG(seed, 1)))
		taken := Choose(needs, options, n)
		sum := int64(0)
		for _, c := range taken {
			sum += c.Gain
		}
		if got := gainOf(needs, options, taken); got != sum {
			t.Fatalf("seed %d: the choices say that they gain %d, they gain %d", seed, sum, got)
		}
		best := bestOf(needs, options, n)
		if float64(sum) < (1-1/math.E)*float64(best) {
			t.Fatalf("seed %d: gained %d of %d", seed, sum, best)
		}
		if best > 0 {
			worst = min(worst, float64(sum)/float64(best))
		}
		if sum < best {
			below++
		}
	}
	if below == 0 || worst == 1 {
		t.Error("the problems are too easy: the first choice was always the best")
	}
	t.Logf("worst %.2f of the best, %d of 1000 not the best", worst, below)
}

// problem makes doors and options with few doors each.
func problem(r *rand.Rand) ([]Need, []Option, int) {
	needs := make([]Need, 4+r.IntN(8))
	for i := range needs {
		needs[i] = Need{Weight: 1 + r.Int64N(5), Open: someHours(r)}
	}
	options := make([]Option, 3+r.IntN(6))
	for i := range options {
		options[i].Hours = someHours(r)
		for d := range needs {
			if r.IntN(3) == 0 {
				options[i].Doors = append(options[i].Doors, int32(d))
			}
		}
	}
	return needs, options, 1 + r.IntN(4)
}

func someHours(r *rand.Rand) (h Hours) {
	from := r.IntN(WeekHours)
	for i := range 20 + r.IntN(WeekHours-20) {
		h.Set((from + i) % WeekHours)
	}
	return h
}

// gainOf reckons a choice anew, door by door and hour by hour.
func gainOf(needs []Need, options []Option, taken []Choice) (sum int64) {
	for d, need := range needs {
		for hour := range WeekHours {
			covered := slices.ContainsFunc(taken, func(c Choice) bool {
				return slices.Contains(c.Doors, int32(d)) && options[c.Option].Hours.Has(hour)
			})
			if covered && need.Open.Has(hour) {
				sum += need.Weight
			}
		}
	}
	return sum
}

func bestOf(needs []Need, options []Option, n int) (best int64) {
	for set := range 1 << len(options) {
		var taken []Choice
		for i, o := range options {
			if set>>i&1 == 1 {
				taken = append(taken, Choice{Option: i, Doors: o.Doors})
			}
		}
		if len(taken) <= n {
			best = max(best, gainOf(needs, options, taken))
		}
	}
	return best
}

// TestChooseTakesTheMostEachTime: no option that is left would have gained more, and later ones never gain more than those before.
func TestChooseTakesTheMostEachTime(t *testing.T) {
	t.Parallel()
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 2))
		needs, options, _ := problem(r)
		for i := range options {
			options[i].Most = r.IntN(3)
		}
		taken := Choose(needs, options, 6)
		for k, c := range taken {
			if k > 0 && c.Gain > taken[k-1].Gain {
				t.Fatalf("seed %d: choice %d gains %d, the one before %d", seed, k, c.Gain, taken[k-1].Gain)
			}
			if best := mostOf(stillOpen(needs, taken[:k]), options); best > c.Gain {
				t.Fatalf("seed %d: another option would gain %d, taken was one that gains %d", seed, best, c.Gain)
			}
			if most := options[c.Option].Most; most > 0 && len(c.Doors) > most {
				t.Fatalf("seed %d: %d doors, at most %d", seed, len(c.Doors), most)
			}
		}
		if len(taken) < 6 && len(Choose(stillOpen(needs, taken), options, 1)) > 0 {
			t.Fatalf("seed %d: it stopped, and there was something to gain", seed)
		}
	}
}

// mostOf is what the best single option gains.
func mostOf(needs []Need, options []Option) (best int64) {
	for i := range options {
		for _, c := range Choose(needs, options[i:i+1], 1) {
			best = max(best, c.Gain)
		}
	}
	return best
}

func stillOpen(needs []Need, taken []Choice) []Need {
	out := slices.Clone(needs)
	for _, c := range taken {
		for i, d := range c.Doors {
			out[d].Open = out[d].Open.Without(c.Hours[i])
		}
	}
	return out
}
