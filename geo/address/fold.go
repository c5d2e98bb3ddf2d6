package address

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxText is how many signs of a name or a query count.
const maxText = 120

// Fold brings a text into the form in which names are compared: small letters without marks (São is sao, ß is ss), narrow digits,
// one space between words, no punctuation but what stands between the parts of a house number (12-3, 12/3).
func Fold(s string) string {
	var b strings.Builder
	signs := 0
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) || r == '\'' || r == '’' {
			continue
		}
		if signs++; signs > maxText {
			break
		}
		r = unicode.ToLower(r)
		switch plain := plainLetter(r); {
		case plain != "":
			b.WriteString(plain)
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(r)
		case r == '-' || r == '/' || r == '–':
			b.WriteByte(map[bool]byte{true: '/', false: '-'}[r == '/'])
		default:
			b.WriteByte(' ')
		}
	}
	return joinParts(norm.NFC.String(b.String()))
}

// plainLetter writes letters that are no letter with a mark in those that a keyboard has.
func plainLetter(r rune) string {
	switch r {
	case 'ß':
		return "ss"
	case 'ø':
		return "o"
	case 'æ':
		return "ae"
	case 'œ':
		return "oe"
	case 'ł':
		return "l"
	case 'đ', 'ð':
		return "d"
	case 'þ':
		return "th"
	case 'ı':
		return "i"
	case '號':
		return "号"
	}
	return ""
}

// joinParts keeps a dash or stroke only between two digits, and puts one space between words.
func joinParts(s string) string {
	letters := []rune(s)
	for i, r := range letters {
		if (r == '-' || r == '/') && (i == 0 || i == len(letters)-1 || !isDigit(letters[i-1]) || !isDigit(letters[i+1])) {
			letters[i] = ' '
		}
	}
	return strings.Join(strings.Fields(string(letters)), " ")
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func hasHan(s string) bool { return strings.ContainsFunc(s, isHan) }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// umlauts gives a name with ä, ö and ü written as ae, oe and ue; empty when it has none.
func umlauts(name string) string {
	r := strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "Ä", "Ae", "Ö", "Oe", "Ü", "Ue")
	if written := r.Replace(norm.NFC.String(name)); written != norm.NFC.String(name) {
		return written
	}
	return ""
}

// abbreviated gives the words for which a short one stands that is no beginning of them, in Portuguese, German, English and Finnish; a
// beginning of a word (av, str, trav, prof) finds it anyway.
func abbreviated(word string) []string {
	switch word {
	case "st":
		return []string{"street", "sankt", "saint"}
	case "rd":
		return []string{"road"}
	case "blvd", "bvd":
		return []string{"boulevard"}
	case "hwy":
		return []string{"highway"}
	case "ln":
		return []string{"lane"}
	case "pl":
		return []string{"platz", "place"}
	case "pca", "pc":
		return []string{"praca"}
	case "lg":
		return []string{"largo"}
	case "tv":
		return []string{"travessa"}
	case "sta":
		return []string{"santa"}
	case "sto":
		return []string{"santo"}
	case "dr":
		return []string{"doutor", "drive"}
	case "dra":
		return []string{"doutora"}
	case "cel":
		return []string{"coronel"}
	}
	return nil
}
