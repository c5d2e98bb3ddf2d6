package notify

import (
	"strings"

	"anling/internal/words"
)

// isSpoken tells the templates that a voice reads: numbers of houses and codes go digit by digit.
func isSpoken(template string) bool {
	switch template {
	case "family_call", "helper_offer_call", "helper_recall_call", "helper_details_call", "elder_coming", "supervisor_call",
		"ask_progress_call", "place_moved_call", "elder_callback", "elder_status", "elder_check", "outage_call", "operator_connect",
		"look_in", "incoming_greeting", "incoming_status", "incoming_unknown":
		return true
	}
	return false
}

// Render makes the sentence of a template (a key of internal/words/notify.json) in a language.
//
// Parts in [[ ]] are left out when a variable inside is empty. The variable "kind" may be a
// signal's kind ("sos", "fall") and is then said in the language. In spoken templates
// address, area, access, code and phone are read digit by digit. An unknown template comes back as its
// name: a crude alarm is better than none.
func Render(template, lang string, vars map[string]string) string {
	if !words.Has(template) {
		return template
	}
	ready := prepare(template, lang, vars)
	var out strings.Builder
	rest := words.Raw(lang, template)
	for {
		before, after, found := strings.Cut(rest, "[[")
		out.WriteString(words.Fill(before, ready))
		if !found {
			break
		}
		part, tail, _ := strings.Cut(after, "]]")
		if allGiven(part, ready) {
			out.WriteString(words.Fill(part, ready))
		}
		rest = tail
	}
	return strings.TrimSpace(out.String())
}

func prepare(template, lang string, vars map[string]string) map[string]string {
	ready := make(map[string]string, len(vars))
	voice := isSpoken(template)
	for name, value := range vars {
		// A name or note from outside must not break the sentence into lines or parts.
		value = strings.Join(strings.Fields(value), " ")
		switch name {
		case "kind":
			value = KindName(value, lang)
		case "address", "area", "access", "code", "phone":
			if voice {
				value = SpeakDigits(value, lang)
			}
		}
		ready[name] = value
	}
	return ready
}

func allGiven(part string, vars map[string]string) bool {
	for _, name := range words.Placeholders(part) {
		if vars[name] == "" {
			return false
		}
	}
	return true
}

// KindName says a signal's kind in the language; what is not a kind comes back as it is.
func KindName(kind, lang string) string {
	if words.Has("kind_" + kind) {
		return words.T(lang, "kind_"+kind, nil)
	}
	return kind
}

const chineseDigits = "零一二三四五六七八九"

// SpeakDigits writes numbers so that a voice reads them digit by digit: in Chinese as characters
// (502 → 五零二), in English set apart (502 → 5 0 2). A house number read as "five hundred and
// two" costs a helper the door.
func SpeakDigits(s, lang string) string {
	var out strings.Builder
	var last rune
	for _, r := range s {
		if '０' <= r && r <= '９' {
			r = '0' + (r - '０')
		}
		digit := '0' <= r && r <= '9'
		switch {
		case digit && words.Lang(lang) == words.Zh:
			at := int(r-'0') * len("零")
			out.WriteString(chineseDigits[at : at+len("零")])
		case digit && '0' <= last && last <= '9':
			out.WriteString(" " + string(r))
		default:
			out.WriteRune(r)
		}
		last = r
	}
	return out.String()
}

// Confirm is the sentence that tells a person that the answer was understood.
func Confirm(a Answer, lang string, vars map[string]string) string {
	if a == AnswerUnclear {
		return Render("not_understood", lang, vars)
	}
	return Render("confirm_"+string(a), lang, vars)
}
