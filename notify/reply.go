package notify

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// said is what an SMS seems to say, before it is known what was asked.
type said int

const (
	saidNothing said = iota
	saidYes
	saidNo
	saidArrived
	saidHeard
	saidStop
)

// reading is an SMS taken apart.
type reading struct {
	code  string // of the alert that it names; "": none
	digit string
	said  said
}

// read takes an SMS apart. It is strict on purpose: only what is certain becomes an answer, all
// else is for an operator to read. "1小时后到" does not mean 1.
func read(text string, codes []string) reading {
	var r reading
	code, parts := takeCode(tokens(text), codes)
	r.code = code
	body := strings.Join(parts, " ")
	if len(body) == 1 && isDigit(body[0]) {
		r.digit = body
		return r
	}
	// "1 我马上来" says the same thing twice; "1 来不了" contradicts itself and is left to a person.
	if len(body) > 1 && isDigit(body[0]) && !isDigit(body[1]) {
		rest := meaning(strings.TrimSpace(body[1:]))
		if (body[0] == '1' && rest == saidYes) || (body[0] == '2' && rest == saidNo) || (body[0] == '4' && rest == saidArrived) {
			r.digit = body[:1]
			return r
		}
	}
	r.said = meaning(body)
	return r
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

// tokens folds full-width forms and case (NFKC makes １ and ① a 1) and cuts at everything that is
// neither letter nor digit.
func tokens(text string) []string {
	if len(text) > 4096 {
		text = text[:4096] // the longest SMS is 1600 characters; the rest is somebody's experiment
	}
	folded := strings.ToUpper(norm.NFKC.String(strings.ToValidUTF8(text, " ")))
	folded = strings.NewReplacer("'", "", "’", "").Replace(folded)
	return strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// takeCode finds the code of one of the alerts, alone ("1 7F3K") or stuck to the digit ("17F3K").
func takeCode(parts, codes []string) (string, []string) {
	for i, t := range parts {
		for _, code := range codes {
			if code == "" {
				continue
			}
			if t == code {
				return code, slices.Concat(parts[:i], parts[i+1:])
			}
			digit, found := strings.CutSuffix(t, code)
			if !found {
				digit, found = strings.CutPrefix(t, code)
			}
			if found && len(digit) == 1 && isDigit(digit[0]) {
				return code, slices.Concat(parts[:i], []string{digit}, parts[i+1:])
			}
		}
	}
	return "", parts
}

// meaning knows whole sentences only: a word inside a longer one may be its opposite.
func meaning(body string) said {
	plain := strings.ReplaceAll(body, " ", "")
	if m := sentence(plain); m != saidNothing {
		return m
	}
	for _, lead := range []string{"我们", "我"} {
		plain = strings.TrimPrefix(plain, lead)
	}
	for _, lead := range []string{"马上", "现在", "这就", "就", "可以", "能"} {
		if rest, cut := strings.CutPrefix(plain, lead); cut && rest != "" {
			plain = rest
			break
		}
	}
	for _, tail := range []string{"了", "的", "啊", "呀", "谢谢"} {
		if rest, cut := strings.CutSuffix(plain, tail); cut && rest != "" && sentence(plain) == saidNothing {
			plain = rest
		}
	}
	return sentence(plain)
}

func sentence(plain string) said {
	switch plain {
	case "来", "去", "好", "是", "能", "行", "可以", "能来", "能去", "过来", "过去", "出发", "已出发", "在路上", "赶来", "赶过去",
		"YES", "Y", "YEP", "OK", "OKAY", "COMING", "GOING", "IAMCOMING", "IMCOMING", "IAMGOING", "IMGOING", "ONMYWAY", "OMW", "ICAN", "WILLGO", "IWILLGO", "IWILLCOME":
		return saidYes
	case "不", "不能", "不行", "不去", "不来", "不好", "不是", "否", "不可以", "来不了", "去不了", "过不来", "过不去", "没空", "没时间", "不方便",
		"NO", "N", "NOPE", "CANNOT", "CANT", "ICANNOT", "ICANT", "NOTCOMING", "NOTGOING", "CANNOTCOME", "CANTCOME", "CANNOTGO", "CANTGO", "ICANTCOME", "ICANTGO":
		return saidNo
	case "到", "到了", "已到", "已到达", "到达", "ARRIVED", "HERE", "IAMHERE", "IMHERE", "IAMTHERE", "IMTHERE":
		return saidArrived
	case "收到", "知道", "知道了", "明白", "RECEIVED", "NOTED":
		return saidHeard
	case "STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "OPTOUT", "REVOKE", "TD", "T", "退订", "拒收":
		return saidStop
	}
	return saidNothing
}

// answer tells what the reading means to somebody who was offered these keys.
func (r reading) answer(keys map[string]Answer) Answer {
	if r.digit != "" {
		return orUnclear(keys[r.digit])
	}
	switch r.said {
	case saidYes:
		return orUnclear(keys["1"])
	case saidNo:
		return orUnclear(keys["2"])
	case saidHeard:
		return AnswerHeard
	case saidArrived:
		for _, a := range keys {
			if a == AnswerArrived {
				return a
			}
		}
	}
	return AnswerUnclear
}

func orUnclear(a Answer) Answer {
	if a == "" {
		return AnswerUnclear
	}
	return a
}
