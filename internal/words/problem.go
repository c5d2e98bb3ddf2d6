package words

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"anling/internal/fault"
)

// Problems are written in English where they are found: as a sentence beside the rule that it tells of. What they are in
// other languages stands in problems.json under keys that begin with "problem."; a sentence finds its key by its own words.
const problemPrefix = "problem."

// Known gives the key of an English sentence and the values of its places.
func Known(sentence string) (key string, vars map[string]string, ok bool) {
	for _, p := range patterns() {
		if vars, ok := p.match(sentence); ok {
			return p.key, vars, true
		}
	}
	return "", nil, false
}

// pattern is a sentence with places: the texts between them, and their names.
type pattern struct {
	key    string
	parts  []string
	places []string
}

// patterns are those of all problems, what says most first.
var patterns = sync.OnceValue(func() []pattern {
	var all []pattern
	for key, e := range table() {
		if !strings.HasPrefix(key, problemPrefix) {
			continue
		}
		p := pattern{key: key, places: Placeholders(e[En])}
		rest := e[En]
		for _, name := range p.places {
			before, after, _ := strings.Cut(rest, "{"+name+"}")
			p.parts, rest = append(p.parts, before), after
		}
		p.parts = append(p.parts, rest)
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b pattern) int {
		return cmp.Or(cmp.Compare(min(len(a.places), 1), min(len(b.places), 1)),
			cmp.Compare(len(strings.Join(b.parts, "")), len(strings.Join(a.parts, ""))), cmp.Compare(a.key, b.key))
	})
	return all
})

func (p pattern) match(sentence string) (map[string]string, bool) {
	if len(p.places) == 0 {
		return nil, p.parts[0] == sentence
	}
	rest, ok := strings.CutPrefix(sentence, p.parts[0])
	if !ok {
		return nil, false
	}
	vars := map[string]string{}
	for i, name := range p.places {
		next := p.parts[i+1]
		at := strings.Index(rest, next)
		if i == len(p.places)-1 {
			if at = len(rest) - len(next); at < 0 || rest[at:] != next {
				return nil, false
			}
		}
		if at <= 0 {
			return nil, false
		}
		vars[name], rest = rest[:at], rest[at+len(next):]
	}
	return vars, true
}

// Explained gives a wrong field its key and values, when its sentence is known.
func Explained(f fault.Field) fault.Field {
	if f.Key == "" {
		f.Key, f.Vars, _ = Known(f.Problem)
	}
	return f
}

// Problem is what is wrong with a field, in a language. Of a sentence that is not known it is the English.
func Problem(lang string, f fault.Field) string {
	f = Explained(f)
	if f.Key == "" || Lang(lang) == En {
		return f.Problem
	}
	return fillIn(lang, f.Key, f.Vars)
}

// Sentence is an English sentence in a language, when it is known.
func Sentence(lang, english string) string {
	return Problem(lang, fault.Field{Problem: english})
}

// fillIn fills a sentence with values of which some are sentences or words with a translation themselves.
func fillIn(lang, key string, vars map[string]string) string {
	own := map[string]string{}
	for name, v := range vars {
		if own[name] = v; v != "" {
			own[name] = Sentence(lang, v)
		}
	}
	return T(lang, key, own)
}
