package alerts

import (
	"fmt"
	"strings"
	"time"

	"anling/internal/words"
)

// facts tell for what and for whom a plan is, when enough are coming, and which numbers of the rules it moves: a sentence each.
func (p *Plan) facts(lang string) []string {
	out := []string{words.T(lang, "plan.head", map[string]string{"kinds": kindsTold(lang, p.For), "priority": fmt.Sprint(p.Priority)})}
	out = append(out, p.When.facts(lang)...)
	if enough := p.Enough.parts(lang); len(enough) > 0 {
		out = append(out, words.T(lang, "plan.enough", map[string]string{"list": strings.Join(enough, words.T(lang, "plan.or", nil))}))
	}
	if p.Aim > 0 {
		out = append(out, words.T(lang, "plan.aim", map[string]string{"at": p.Aim.Told(lang)}))
	}
	if p.Ahead > 0 {
		out = append(out, words.T(lang, "plan.ahead", map[string]string{"n": fmt.Sprint(p.Ahead)}))
	}
	return append(out, p.Limits.moved(lang)...)
}

// facts tell to what a plan is narrowed down.
func (w When) facts(lang string) (out []string) {
	add := func(key, room string, list []string) {
		if len(list) > 0 {
			out = append(out, words.T(lang, key, map[string]string{"list": inRoom(lang, room, list)}))
		}
	}
	if n := len(w.Elders); n > 0 {
		out = append(out, words.T(lang, "plan.when.elders", map[string]string{"n": fmt.Sprint(n)}))
	}
	add("plan.when.callers", "class.", w.Callers)
	add("plan.when.tiers", "tier.", w.Tiers)
	var spans []string
	for _, h := range w.Hours {
		spans = append(spans, h.told(lang))
	}
	if len(spans) > 0 {
		out = append(out, words.T(lang, "plan.when.hours", map[string]string{"list": strings.Join(spans, words.T(lang, "plan.or", nil))}))
	}
	return out
}

// told says a time of the week: every day 22:00–06:00.
func (h Hours) told(lang string) string {
	days := words.T(lang, "plan.when.daily", nil)
	if len(h.Days) > 0 {
		var all []string
		for _, d := range h.Days {
			all = append(all, fmt.Sprint(d))
		}
		days = inRoom(lang, "plan.day.", all)
	}
	return words.T(lang, "plan.when.span", map[string]string{"days": days, "from": h.From, "to": h.To})
}

// parts are what is enough by itself, in words.
func (e Enough) parts(lang string) (out []string) {
	if e.Helpers > 0 {
		out = append(out, words.T(lang, "plan.enough.helpers", map[string]string{"n": fmt.Sprint(e.Helpers)}))
	}
	for _, w := range e.OrOneWith {
		out = append(out, words.T(lang, "plan.enough."+w, nil))
	}
	return out
}

// moved tells which numbers are not those of every plan.
func (l Limits) moved(lang string) (out []string) {
	for _, k := range limitTable() {
		if v := *k.at(&l); v != 0 && time.Duration(v) != k.def {
			out = append(out, words.T(lang, "plan.limit", map[string]string{"rule": words.T(lang, "plan.limit."+k.name, nil), "at": v.Told(lang)}))
		}
	}
	return out
}

// inRoom joins the words for some codes; a code that has none stands for itself.
func inRoom(lang, room string, codes []string) string {
	told := make([]string, len(codes))
	for i, c := range codes {
		if told[i] = c; words.Has(room + c) {
			told[i] = words.T(lang, room+c, nil)
		}
	}
	return strings.Join(told, words.T(lang, "plan.comma", nil))
}
