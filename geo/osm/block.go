package osm

import (
	"math"
	"unicode/utf8"

	"github.com/paulmach/orb"
	"google.golang.org/protobuf/encoding/protowire"
)

// The most that one element may hold. OpenStreetMap itself allows 2,000 nodes of a way and 32,000 members of
// a relation; a block has about 8,000 elements and far fewer strings than this.
const (
	maxStrings = 4 << 20
	maxParts   = 1 << 20 // nodes of a way, members of a relation
	maxTags    = 1 << 16
)

// block is a PrimitiveBlock: some thousand elements that share their strings and the scale of their places.
type block struct {
	handler     Handler
	strings     []string
	granularity int64 // billionths of a degree
	lat, lon    int64 // what is added, in billionths of a degree
}

// decode hands over the elements of a PrimitiveBlock. The strings may stand anywhere in it, so it is
// gone through twice; they are read only when somebody wants an element.
func decode(data []byte, h Handler) error {
	b := block{handler: h, granularity: 100}
	var table []byte
	wanted := false
	m := message{rest: data}
	for m.next() {
		switch m.num {
		case 1:
			if table != nil {
				return flaw("a block has two tables of strings")
			}
			table = m.bytes()
		case 2:
			wanted = wanted || h.wants(m.bytes())
		case 17:
			b.granularity = m.number()
		case 19:
			b.lat = m.number()
		case 20:
			b.lon = m.number()
		}
	}
	if m.err != nil {
		return m.err
	}
	if b.granularity < 1 || b.granularity > math.MaxInt32 {
		return flawf("a granularity of %d is not possible", b.granularity)
	}
	if !wanted {
		return nil
	}
	if err := b.table(table); err != nil {
		return err
	}
	m = message{rest: data}
	for m.next() {
		if m.num != 2 {
			continue
		}
		if err := b.group(m.bytes()); err != nil {
			return err
		}
	}
	return m.err
}

// wants tells whether a group, which holds elements of one kind, begins with one that has a handler.
func (h Handler) wants(group []byte) bool {
	m := message{rest: group}
	if !m.next() {
		return m.err != nil // then it is read for its flaw
	}
	switch m.num {
	case 1, 2:
		return h.Node != nil
	case 3:
		return h.Way != nil
	case 4:
		return h.Relation != nil
	}
	return false
}

// table reads the strings of the block.
func (b *block) table(data []byte) error {
	n := 0
	m := message{rest: data}
	for m.next() {
		if m.num == 1 {
			n++
		}
	}
	if m.err != nil {
		return flawf("table of strings: %s", m.err)
	}
	if n > maxStrings {
		return flawf("a block has %d strings, %d is the most", n, maxStrings)
	}
	b.strings = make([]string, 0, n)
	m = message{rest: data}
	for m.next() {
		if m.num != 1 {
			continue
		}
		s := m.bytes()
		if !utf8.Valid(s) {
			return flawf("string %d of a block is not UTF-8", len(b.strings))
		}
		b.strings = append(b.strings, string(s))
	}
	return m.err
}

func (b *block) string(i uint64) (string, error) {
	if i >= uint64(len(b.strings)) {
		return "", flawf("string %d is asked for, the block has %d", i, len(b.strings))
	}
	return b.strings[i], nil
}

// group reads a PrimitiveGroup.
func (b *block) group(data []byte) error {
	m := message{rest: data}
	for m.next() {
		var err error
		switch {
		case m.num == 1 && b.handler.Node != nil:
			err = b.node(m.bytes())
		case m.num == 2 && b.handler.Node != nil:
			err = b.dense(m.bytes())
		case m.num == 3 && b.handler.Way != nil:
			err = b.way(m.bytes())
		case m.num == 4 && b.handler.Relation != nil:
			err = b.relation(m.bytes())
		}
		if m.err == nil && err != nil {
			return err
		}
	}
	return m.err
}

// point makes a place of the numbers of the file. The products are exact in a float64 for every place on earth.
func (b *block) point(lat, lon int64) (orb.Point, error) {
	p := orb.Point{
		(float64(b.lon) + float64(b.granularity)*float64(lon)) / 1e9,
		(float64(b.lat) + float64(b.granularity)*float64(lat)) / 1e9,
	}
	if !onEarth(p) {
		return p, flawf("lat %g, lon %g is no place on earth", p.Lat(), p.Lon())
	}
	return p, nil
}

// tags reads the properties of an element, whose keys and values stand in two lists.
func (b *block) tags(keys, values numbers) (Tags, error) {
	n := keys.count()
	if n == 0 && len(keys.rest) == 0 && len(values.rest) == 0 {
		return nil, nil
	}
	if n > maxTags {
		return nil, flawf("an element has %d tags, %d is the most", n, maxTags)
	}
	tags := make(Tags, 0, n)
	for {
		k, more := keys.next()
		v, same := values.next()
		if more != same || keys.bad || values.bad {
			return nil, flaw("an element has not as many values as keys")
		}
		if !more {
			return tags, nil
		}
		t, err := b.tag(k, v)
		if err != nil {
			return nil, err
		}
		tags = append(tags, t)
	}
}

func (b *block) tag(key, value uint64) (t Tag, err error) {
	if t.Key, err = b.string(key); err == nil {
		t.Value, err = b.string(value)
	}
	return t, err
}

// element is what nodes, ways and relations have in common.
type element struct {
	id           int64
	known        bool // it has an id
	keys, values numbers
}

// common takes a field that every element has.
func (e *element) common(m *message) {
	switch m.num {
	case 1:
		e.id, e.known = m.number(), true
	case 2:
		m.list(&e.keys)
	case 3:
		m.list(&e.values)
	}
}

// finish gives the tags, when the element was read without a flaw.
func (e *element) finish(b *block, kind Kind, err error) (Tags, error) {
	if err != nil {
		return nil, flawf("%s %d: %s", kind, e.id, err)
	}
	if !e.known {
		return nil, flawf("a %s has no id", kind)
	}
	tags, err := b.tags(e.keys, e.values)
	if err != nil {
		return nil, flawf("%s %d: %s", kind, e.id, err)
	}
	return tags, nil
}

func (b *block) node(data []byte) error {
	var e element
	var lat, lon int64
	m := message{rest: data}
	for m.next() {
		switch m.num {
		case 8:
			lat = m.zigzag()
		case 9:
			lon = m.zigzag()
		default:
			e.common(&m)
		}
	}
	e.id = protowire.DecodeZigZag(uint64(e.id)) // of a node alone it is a sint64
	tags, err := e.finish(b, KindNode, m.err)
	if err != nil {
		return err
	}
	p, err := b.point(lat, lon)
	if err != nil {
		return flawf("node %d: %s", e.id, err)
	}
	return b.handler.Node(Node{ID: e.id, Point: p, Tags: tags})
}

// dense reads DenseNodes: many nodes as lists of differences.
func (b *block) dense(data []byte) error {
	var ids, lats, lons, tags numbers
	m := message{rest: data}
	for m.next() {
		switch m.num {
		case 1:
			m.list(&ids)
		case 8:
			m.list(&lats)
		case 9:
			m.list(&lons)
		case 10:
			m.list(&tags)
		}
	}
	if m.err != nil {
		return m.err
	}
	var id, lat, lon int64
	for {
		var more, hasLat, hasLon bool
		id, more = ids.delta(id)
		lat, hasLat = lats.delta(lat)
		lon, hasLon = lons.delta(lon)
		if more != hasLat || more != hasLon || ids.bad || lats.bad || lons.bad {
			return flaw("the lists of ids and places of dense nodes are not of one length")
		}
		if !more {
			break
		}
		if err := b.denseNode(id, [2]int64{lat, lon}, &tags); err != nil {
			return err
		}
	}
	if len(tags.rest) > 0 || tags.bad {
		return flaw("dense nodes have more tags than nodes")
	}
	return nil
}

func (b *block) denseNode(id int64, place [2]int64, list *numbers) error {
	p, err := b.point(place[0], place[1])
	if err != nil {
		return flawf("node %d: %s", id, err)
	}
	tags, err := b.denseTags(list)
	if err != nil {
		return flawf("node %d: %s", id, err)
	}
	return b.handler.Node(Node{ID: id, Point: p, Tags: tags})
}

// denseTags reads the tags of one dense node: key, value, key, value, 0. A list that is at its end has none
// for the nodes that are left.
func (b *block) denseTags(list *numbers) (Tags, error) {
	var tags Tags
	for {
		k, more := list.next()
		if !more || k == 0 {
			return tags, badList(list)
		}
		v, more := list.next()
		if !more {
			return nil, flaw("a key has no value")
		}
		if len(tags) == maxTags {
			return nil, flawf("it has more than %d tags", maxTags)
		}
		t, err := b.tag(k, v)
		if err != nil {
			return nil, err
		}
		tags = append(tags, t)
	}
}

func badList(list *numbers) error {
	if list.bad {
		return flaw("a list of numbers is cut off or malformed")
	}
	return nil
}

func (b *block) way(data []byte) error {
	var e element
	var refs numbers
	m := message{rest: data}
	for m.next() {
		switch m.num {
		case 8:
			m.list(&refs)
		default:
			e.common(&m)
		}
	}
	tags, err := e.finish(b, KindWay, m.err)
	if err != nil {
		return err
	}
	n := refs.count()
	if n > maxParts {
		return flawf("way %d has %d nodes, %d is the most", e.id, n, maxParts)
	}
	w := Way{ID: e.id, Tags: tags, Nodes: make([]int64, 0, n)}
	var id int64
	for {
		var more bool
		if id, more = refs.delta(id); !more {
			break
		}
		w.Nodes = append(w.Nodes, id)
	}
	if err := badList(&refs); err != nil {
		return flawf("way %d: %s", e.id, err)
	}
	return b.handler.Way(w)
}

func (b *block) relation(data []byte) error {
	var e element
	var l memberLists
	m := message{rest: data}
	for m.next() {
		switch m.num {
		case 8:
			m.list(&l.roles)
		case 9:
			m.list(&l.refs)
		case 10:
			m.list(&l.kinds)
		default:
			e.common(&m)
		}
	}
	tags, err := e.finish(b, KindRelation, m.err)
	if err != nil {
		return err
	}
	members, err := b.members(l)
	if err != nil {
		return flawf("relation %d: %s", e.id, err)
	}
	return b.handler.Relation(Relation{ID: e.id, Members: members, Tags: tags})
}

// memberLists are the members of a relation as the file has them.
type memberLists struct{ roles, refs, kinds numbers }

func (b *block) members(l memberLists) ([]Member, error) {
	n := l.refs.count()
	if n > maxParts {
		return nil, flawf("it has %d members, %d is the most", n, maxParts)
	}
	members := make([]Member, 0, n)
	var id int64
	for {
		var more bool
		id, more = l.refs.delta(id)
		kind, hasKind := l.kinds.next()
		role, hasRole := l.roles.next()
		if more != hasKind || more != hasRole || l.refs.bad || l.kinds.bad || l.roles.bad {
			return nil, flaw("its lists of members are not of one length")
		}
		if !more {
			return members, nil
		}
		if kind > uint64(KindRelation) {
			return nil, flawf("a member of kind %d is not known", kind)
		}
		name, err := b.string(role)
		if err != nil {
			return nil, err
		}
		members = append(members, Member{Type: Kind(kind), Ref: id, Role: name})
	}
}
