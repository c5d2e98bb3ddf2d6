package registry

import "slices"

// Right is what may be done with a field; several are joined by |.
type Right uint8

// The rights to a field.
const (
	MaySee       Right = 1 << iota
	MaySeeMasked       // its first and last signs
	MayChange          // give it to a new record; of an old one only what is also seen
	MayExport
)

// Situation is how somebody stands to a record at the moment; several are joined by |.
type Situation uint8

// The situations in which a right may hold.
const (
	Always      Situation = 1 << iota
	OwnCentre             // the record belongs to the very centre where they work
	DuringAlert           // the elder has an open alert that they may work
	OwnRecord             // the record is about themself, their firm or their work
	AfterAccept           // they have promised to come, and the alert is open
	BrokenGlass           // they have opened it in an emergency of their own; no role gives this
)

// named are words of the roles' file and of the API with what they stand for.
type named[T any] struct {
	word string
	is   T
}

func rightWords() []named[Right] {
	return []named[Right]{{"see", MaySee}, {"see_masked", MaySeeMasked}, {"change", MayChange}, {"export", MayExport}}
}

func situationWords() []named[Situation] {
	return []named[Situation]{{"always", Always}, {"own_centre", OwnCentre}, {"during_alert", DuringAlert},
		{"own_record", OwnRecord}, {"after_accept", AfterAccept}}
}

// wordOf gives what a word stands for; the zero value for none.
func wordOf[T any](table []named[T], word string) (is T) {
	for _, n := range table {
		if n.word == word {
			return n.is
		}
	}
	return is
}

// wordsFor lists the words whose bits are all in set.
func wordsFor[T Right | Situation](table []named[T], set T) []string {
	var out []string
	for _, n := range table {
		if set&n.is != 0 {
			out = append(out, n.word)
		}
	}
	return out
}

// Words lists the rights by their names.
func (r Right) Words() []string { return wordsFor(rightWords(), r) }

// Words lists the situations by their names.
func (s Situation) Words() []string { return wordsFor(situationWords(), s) }

// Situations lists those that a role may name.
func Situations() []Situation {
	return []Situation{Always, OwnCentre, DuringAlert, OwnRecord, AfterAccept}
}

// Field is a field of a record, with the class to which the gate counts it.
type Field struct{ Resource, Name, Class string }

// Rights are a role, compiled: what it lets somebody do. A nil Rights lets nobody do anything. They never change; a
// role that was changed has new ones.
type Rights struct {
	role    RoleID
	name    Label
	kind    string
	actions map[Action]bool
	lines   []grant
}

// grant is one field right of a role, compiled.
type grant struct {
	of, class, field []string
	may              Right
	when             Situation
}

func compile(role Role) *Rights {
	r := &Rights{role: role.ID, name: role.Name, kind: role.Kind, actions: map[Action]bool{}}
	for _, a := range role.Actions {
		r.actions[a] = true
	}
	for _, f := range role.Fields {
		l := grant{of: f.Of, class: f.Class, field: f.Field}
		for _, w := range f.May {
			l.may |= wordOf(rightWords(), w)
		}
		for _, w := range f.When {
			l.when |= wordOf(situationWords(), w)
		}
		if l.when == 0 {
			l.when = Always
		}
		r.lines = append(r.lines, l)
	}
	return r
}

// Role is the role's id.
func (r *Rights) Role() RoleID { return r.role }

// Name is what people call the role.
func (r *Rights) Name() Label { return r.name }

// ForPeople tells whether an operator may have the role.
func (r *Rights) ForPeople() bool { return r != nil && r.kind == RoleForPeople }

// May tells whether the role allows an action.
func (r *Rights) May(a Action) bool { return r != nil && r.actions[a] }

// Actions lists what the role allows, in the order of Actions.
func (r *Rights) Actions() []Action {
	return slices.DeleteFunc(Actions(), func(a Action) bool { return !r.May(a) })
}

// Of gives the rights to a field in a situation. What no line grants is not allowed.
func (r *Rights) Of(f Field, s Situation) Right {
	if r == nil {
		return 0
	}
	var may Right
	for _, l := range r.lines {
		if l.when&s != 0 && l.covers(f) {
			may |= l.may
		}
	}
	return may
}

func (l grant) covers(f Field) bool {
	return (slices.Contains(l.of, f.Resource) || slices.Contains(l.of, everything)) &&
		(slices.Contains(l.class, f.Class) || slices.Contains(l.class, everything) && f.Class != "" || slices.Contains(l.field, f.Name))
}

// everything stands for all resources, or all classes.
const everything = "*"
