package tiles

import (
	"unicode"

	"anling/geo/osm"
)

// addNames notes what something is called: name, in English and in both ways of writing Chinese, and the
// script of the name where it is not Latin, by which the style chooses what to show. A name that says the
// same as the plain one is left out.
func (l *look) addNames(from uint8, tags osm.Tags) {
	name := tags.Get("name")
	hans, hant, en := first(tags, "name:zh-Hans", "name:zh-CN", "name:zh"), first(tags, "name:zh-Hant", "name:zh-TW"), first(tags, "name:en", "int_name")
	if name == "" {
		name = first(tags, "name:zh", "name:en", "name:zh-Hans")
	}
	if name == "" {
		return
	}
	l.addFrom(from, "name", name)
	l.addFrom(from, "script", scriptOf(name))
	for _, n := range []struct{ key, value string }{{"name:en", en}, {"name:zh-Hans", hans}, {"name:zh-Hant", hant}} {
		if n.value != name {
			l.addFrom(from, n.key, n.value)
		}
	}
}

func first(tags osm.Tags, keys ...string) string {
	for _, k := range keys {
		if v := tags.Get(k); v != "" {
			return v
		}
	}
	return ""
}

// scripts are those that the styles of Protomaps know, in the order in which they are looked for.
var scripts = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Mixed-Japanese", unicode.Hiragana}, {"Mixed-Japanese", unicode.Katakana}, {"Hangul", unicode.Hangul}, {"Han", unicode.Han},
	{"Cyrillic", unicode.Cyrillic}, {"Arabic", unicode.Arabic}, {"Hebrew", unicode.Hebrew}, {"Greek", unicode.Greek}, {"Thai", unicode.Thai},
	{"Devanagari", unicode.Devanagari}, {"Bengali", unicode.Bengali}, {"Tamil", unicode.Tamil}, {"Tibetan", unicode.Tibetan},
	{"Mongolian", unicode.Mongolian}, {"Myanmar", unicode.Myanmar}, {"Khmer", unicode.Khmer}, {"Lao", unicode.Lao},
	{"Georgian", unicode.Georgian}, {"Armenian", unicode.Armenian},
}

// scriptOf gives the script of a name, and nothing when it is Latin. Of a name in several the first of the
// table counts: one that has both Chinese and Latin letters is Chinese.
func scriptOf(name string) string {
	for _, s := range scripts {
		for _, r := range name {
			if unicode.Is(s.table, r) {
				return s.name
			}
		}
	}
	return ""
}
