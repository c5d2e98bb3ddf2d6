package registry

import "time"

// Figures are what a helper did when they were asked, in the time that a grade looks at.
type Figures struct {
	Offers       int `json:"offers"`    // times asked, or sent by an operator
	Answered     int `json:"answered"`  // with yes or no
	Accepted     int `json:"accepted"`  // promised to come
	Arrived      int `json:"arrived"`   // were there
	Withdrawn    int `json:"withdrawn"` // promised, and then could not
	Late         int `json:"late"`      // were there, more than lateBy after the time that they were expected
	Satisfied    int `json:"satisfied"` // what elders said in the call-back of alerts where they had arrived
	Dissatisfied int `json:"dissatisfied"`
}

// Add sums two sets of figures.
func (f Figures) Add(o Figures) Figures {
	return Figures{f.Offers + o.Offers, f.Answered + o.Answered, f.Accepted + o.Accepted, f.Arrived + o.Arrived,
		f.Withdrawn + o.Withdrawn, f.Late + o.Late, f.Satisfied + o.Satisfied, f.Dissatisfied + o.Dissatisfied}
}

// The rule of the credit grade 信用等级. It looks at the last GradeDays days and says nothing of who was asked less than fewOffers
// times: nobody is graded by chance. A hundred points are shared out:
//
//	40 × answered ÷ asked                              whoever says no is as useful as whoever says yes: somebody else is asked
//	30 × arrived ÷ promised                            15 when nothing was promised
//	15 × (1 − late ÷ arrived)                          7 when they never arrived
//	15 × satisfied ÷ (satisfied + dissatisfied)        10 when nobody said
//	−5 for each promise that was taken back, at most −20
//
// A from 85 points, B from 70, C from 50, else D. Who is not reached at night loses points for no fault; that is why a
// grade is shown and decides nothing by itself.
const (
	GradeDays = 180
	fewOffers = 5
)

// GradeOf gives the grade that figures earn, and the points; "" for too few figures.
func GradeOf(f Figures) (grade string, points int) {
	if f.Offers < fewOffers {
		return "", 0
	}
	share := func(most, part, of, otherwise int) int {
		if of == 0 {
			return otherwise
		}
		return (2*most*part + of) / (2 * of) // rounded
	}
	points = share(40, f.Answered, f.Offers, 0) + share(30, f.Arrived, f.Accepted, 15) + share(15, f.Arrived-f.Late, f.Arrived, 7) +
		share(15, f.Satisfied, f.Satisfied+f.Dissatisfied, 10) - min(20, 5*f.Withdrawn)
	points = max(0, points)
	switch {
	case points >= 85:
		return GradeA, points
	case points >= 70:
		return GradeB, points
	case points >= 50:
		return GradeC, points
	}
	return GradeD, points
}

// Grade is a grade with what it rests on.
type Grade struct {
	Grade   string    `json:"grade"`
	Points  int       `json:"points"`
	Since   time.Time `json:"since"` // the figures begin here
	At      time.Time `json:"at"`    // when it was worked out
	Figures Figures   `json:"figures"`
}
