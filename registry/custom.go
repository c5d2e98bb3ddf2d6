package registry

import (
	"maps"
	"slices"
)

// Custom are the values of a centre's own fields, by their keys: texts, numbers, true and false.
type Custom map[string]any

// maxCustom is how many fields of its own a record can have.
const maxCustom = 100

// tidied drops what says nothing. It never gives nil, which JSON would write as null.
func (m Custom) tidied() Custom {
	out := Custom{}
	for key, v := range m {
		if s, ok := v.(string); ok {
			v = tidy(s)
		}
		if v != nil && v != "" {
			out[tidy(key)] = v
		}
	}
	return out
}

func (m Custom) check(c *problems) {
	if len(m) > maxCustom {
		c.add("custom", "must have at most %d entries", maxCustom)
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		field := "custom." + key
		switch v := m[key].(type) {
		case string:
			c.text(field, v, maxText)
		case float64, bool:
		default:
			c.add(field, "must be a text, a number, true or false")
		}
		if !isCode(key) {
			c.add("custom", "must have keys that are short codes of letters, digits, - and _")
		}
	}
}
