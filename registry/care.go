package registry

import (
	"slices"
	"strings"
	"time"
)

// The levels of care that an elder may need, as GB/T 42195-2022 names them.
const (
	CareIntact   = "intact"   // 能力完好
	CareMild     = "mild"     // 轻度失能
	CareModerate = "moderate" // 中度失能
	CareSevere   = "severe"   // 重度失能
	CareTotal    = "total"    // 完全失能
)

func careLevels() []string {
	return []string{CareIntact, CareMild, CareModerate, CareSevere, CareTotal}
}

func careLevelOf(s string) string {
	switch s = strings.ToLower(narrow(tidy(s))); s {
	case "能力完好", "完好", "自理", "完全自理", "0", "0级":
		return CareIntact
	case "轻度失能", "轻度", "1", "1级":
		return CareMild
	case "中度失能", "中度", "2", "2级":
		return CareModerate
	case "重度失能", "重度", "3", "3级":
		return CareSevere
	case "完全失能", "4", "4级":
		return CareTotal
	}
	return s
}

// SafetyPlan is what is done for an elder whose device cannot be relied on: somebody calls or looks in at these
// times, until the plan is ended.
type SafetyPlan struct {
	On     bool       `json:"on"`
	Reason string     `json:"reason"`
	Since  *time.Time `json:"since"` // when it began; now, when it is switched on without one
	Until  *time.Time `json:"until"` // nil: until it is switched off
	Times  []string   `json:"times"` // of the day, 08:00, in the time zone of the elder's centre
}

// Applies tells whether somebody is to look after the elder at now by this plan.
func (p *SafetyPlan) Applies(now time.Time) bool {
	return p != nil && p.On && (p.Until == nil || now.Before(*p.Until))
}

func (p *SafetyPlan) tidied() *SafetyPlan {
	if p == nil {
		return nil
	}
	q := *p
	q.Reason, q.Times = tidy(p.Reason), tidyList(p.Times)
	for i, t := range q.Times {
		q.Times[i] = narrow(t)
	}
	slices.Sort(q.Times)
	return &q
}

// maxTimes is how often a day somebody can be looked after by a plan.
const maxTimes = 24

func (p *SafetyPlan) check(c *problems) {
	if p == nil {
		return
	}
	c.text("safety_plan.reason", p.Reason, maxText)
	if p.On && p.Reason == "" {
		c.add("safety_plan.reason", "is required: why the device cannot be relied on")
	}
	if len(p.Times) > maxTimes {
		c.add("safety_plan.times", "must have at most %d entries", maxTimes)
	}
	for _, t := range p.Times {
		if _, ok := minuteOf(t); !ok || len(t) != len("08:00") {
			c.add("safety_plan.times", "must be times of the day like 08:00")
			break
		}
	}
	if p.Since != nil && p.Until != nil && !p.Until.After(*p.Since) {
		c.add("safety_plan.until", "must be later than since")
	}
}
