package osm

import "github.com/paulmach/orb"

// Tag is one property of an element, such as highway=residential.
type Tag struct{ Key, Value string }

// Tags are the properties of an element in the order of the file.
type Tags []Tag

// Get gives the value of a key, and nothing when it is not there.
func (t Tags) Get(key string) string {
	for i := range t {
		if t[i].Key == key {
			return t[i].Value
		}
	}
	return ""
}

// Has tells whether there is a key, whatever its value.
func (t Tags) Has(key string) bool {
	for i := range t {
		if t[i].Key == key {
			return true
		}
	}
	return false
}

// Node is a point: a tree, an entrance, or a bend of a way.
type Node struct {
	ID    int64
	Point orb.Point // WGS-84
	Tags  Tags
}

// Way is a line along nodes, or the edge of an area. Some of its nodes may be missing in an extract.
type Way struct {
	ID    int64
	Nodes []int64
	Tags  Tags
}

// Relation binds elements together: the parts of a forest, a turn that is forbidden. Some of its members may
// be missing in an extract.
type Relation struct {
	ID      int64
	Members []Member
	Tags    Tags
}

// Member is one element of a relation and what it does there ("outer", "via").
type Member struct {
	Type Kind
	Ref  int64
	Role string
}

// Kind is a kind of element.
type Kind uint8

// The kinds, numbered as in the file format.
const (
	KindNode     Kind = 0
	KindWay      Kind = 1
	KindRelation Kind = 2
)

// String gives the name of a kind as OpenStreetMap writes it.
func (k Kind) String() string {
	switch k {
	case KindNode:
		return "node"
	case KindWay:
		return "way"
	case KindRelation:
		return "relation"
	}
	return "unknown"
}
