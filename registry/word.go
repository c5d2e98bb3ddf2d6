package registry

// Classes are the kinds of things that a word of a record tells. A search matches words of the classes that its query names
// and no others: whoever may not see a telephone number must not find out by searching whose it is.
type Classes uint8

// The classes of words. OpenWords are ids, numbers of our own and codes, which everybody may see who may see the
// record at all.
const (
	NameWords Classes = 1 << iota
	AddressWords
	PhoneWords // numbers and identities that devices call themselves by
	PaperWords // the ends of the numbers of identity papers
	NoteWords

	OpenWords Classes = 0
	AllWords          = NameWords | AddressWords | PhoneWords | PaperWords | NoteWords
)

// WordFields tells from which fields of a record, by their names in JSON, the words of each class come.
func WordFields() map[Classes][]string {
	return map[Classes][]string{
		NameWords:    {"name", "display_name", "relation", "contact_name"},
		AddressWords: {"address", "place"},
		PhoneWords:   {"phones", "phone", "identity", "sim"},
		PaperWords:   {"id_number"},
		NoteWords:    {"notes", "note"},
	}
}

// sees tells whether a query for the classes c may match words of the class w.
func (c Classes) sees(w Classes) bool { return w == OpenWords || c&w != 0 }

// word is a text by which a record is found.
type word struct {
	class Classes
	text  string
}

// wordsOf gives words of one class.
func wordsOf(class Classes, texts ...string) []word {
	all := make([]word, 0, len(texts))
	for _, t := range texts {
		if t != "" {
			all = append(all, word{class, t})
		}
	}
	return all
}
