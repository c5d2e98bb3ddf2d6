package osm

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// flaw is what is wrong with a file; who knows the place makes it a fault.Invalid.
type flaw string

func (f flaw) Error() string { return string(f) }

func flawf(format string, args ...any) error { return flaw(fmt.Sprintf(format, args...)) }

// message walks over the fields of a protocol buffer message. It copies nothing.
type message struct {
	rest []byte
	num  protowire.Number
	typ  protowire.Type
	raw  uint64 // the value of a number
	data []byte // the value of anything with a length
	err  error
}

// next steps to the next field; it gives false at the end and at the first flaw, which then is in err.
func (m *message) next() bool {
	if m.err != nil || len(m.rest) == 0 {
		return false
	}
	num, typ, n := protowire.ConsumeTag(m.rest)
	if n < 0 {
		m.err = flaw("a field does not begin as a field must")
		return false
	}
	m.num, m.typ, m.raw, m.data = num, typ, 0, nil
	value, size := m.rest[n:], 0
	switch typ {
	case protowire.VarintType:
		m.raw, size = protowire.ConsumeVarint(value)
	case protowire.BytesType:
		m.data, size = protowire.ConsumeBytes(value)
	default:
		size = protowire.ConsumeFieldValue(num, typ, value)
	}
	if size < 0 {
		m.err = flawf("field %d is cut off or malformed", num)
		return false
	}
	m.rest = value[size:]
	return true
}

// bytes gives what the present field holds, when it is something with a length.
func (m *message) bytes() []byte {
	if m.typ != protowire.BytesType && m.err == nil {
		m.err = flawf("field %d is not of the type that the format says", m.num)
	}
	return m.data
}

// number gives the present field when it is a number.
func (m *message) number() int64 {
	if m.typ != protowire.VarintType && m.err == nil {
		m.err = flawf("field %d is not of the type that the format says", m.num)
	}
	return int64(m.raw)
}

// zigzag gives the present field when it is a number of a type that is mostly near zero (sint).
func (m *message) zigzag() int64 { return protowire.DecodeZigZag(uint64(m.number())) }

// numbers is a packed list of numbers that is read one by one.
type numbers struct {
	rest []byte
	bad  bool
}

// next gives the next number, and false at the end or when the rest is no number.
func (n *numbers) next() (uint64, bool) {
	if len(n.rest) > 0 && n.rest[0] < 0x80 { // most are this small
		v := uint64(n.rest[0])
		n.rest = n.rest[1:]
		return v, true
	}
	v, size := protowire.ConsumeVarint(n.rest)
	if size < 0 {
		n.bad = len(n.rest) > 0
		n.rest = nil
		return 0, false
	}
	n.rest = n.rest[size:]
	return v, true
}

// delta gives the next number of a list that holds differences.
func (n *numbers) delta(last int64) (int64, bool) {
	v, ok := n.next()
	return last + protowire.DecodeZigZag(v), ok
}

// count gives how many numbers are left, without reading them.
func (n *numbers) count() int {
	c := 0
	for _, b := range n.rest {
		if b < 0x80 {
			c++
		}
	}
	return c
}

// list takes the present field as a packed list. The format has each list once.
func (m *message) list(into *numbers) {
	if into.rest != nil && m.err == nil {
		m.err = flawf("field %d is there twice", m.num)
	}
	into.rest = m.bytes()
}
