package osm

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/paulmach/orb"
)

// Header is what an extract says about itself.
type Header struct {
	Bounds  orb.Bound // what was cut out; only when Bounded
	Bounded bool
	At      time.Time // how new the data is; zero when it does not say
}

// ReadHeader reads the beginning of an extract. It refuses what ReadFile refuses there.
func ReadHeader(path string) (Header, error) {
	file, size, err := open(path)
	if err != nil {
		return Header{}, err
	}
	h, err := readHeader(file, size)
	return h, errors.Join(err, file.Close())
}

func readHeader(file io.Reader, size int64) (Header, error) {
	in := frames{in: bufio.NewReader(file), size: size}
	b, err := in.next()
	if errors.Is(err, io.EOF) {
		return Header{}, brokenAt(0, errEmpty())
	}
	if err != nil {
		return Header{}, err
	}
	if b.kind != typeHeader {
		return Header{}, brokenAt(b.at, errOrder())
	}
	data, err := unpack(b.data, &inflater{})
	if err != nil {
		return Header{}, brokenAt(b.at, err)
	}
	h, err := header(data)
	return h, brokenAt(b.at, err)
}

func open(path string) (*os.File, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("read map file: %w", err)
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no plain file", path)
	}
	if err != nil {
		return nil, 0, errors.Join(fmt.Errorf("read map file: %w", err), file.Close())
	}
	return file, info.Size(), nil
}

func errEmpty() error { return flaw("it holds nothing") }
func errOrder() error { return flaw("data comes before the header") }

// header reads a HeaderBlock and refuses what needs a reader that understands more.
func header(data []byte) (Header, error) {
	var h Header
	m := message{rest: data}
	for m.next() {
		switch m.num {
		case 1:
			h.bounds(&m)
		case 4:
			if err := feature(string(m.bytes())); err != nil {
				return h, err
			}
		case 32:
			h.At = time.Unix(m.number(), 0).UTC()
		}
	}
	if m.err != nil {
		return h, flawf("header: %s", m.err)
	}
	return h, nil
}

// feature refuses a required feature that is not understood here.
func feature(name string) error {
	switch name {
	case "OsmSchema-V0.6", "DenseNodes":
		return nil
	case "HistoricalInformation":
		return flaw("it holds the history of the map (HistoricalInformation); an extract of one day is needed")
	}
	return flawf("it needs a reader that understands %.60q", name)
}

// bounds reads the HeaderBBox, in billionths of a degree. What is no box on earth is as if it were not there.
func (h *Header) bounds(outer *message) {
	m := message{rest: outer.bytes()}
	var side [5]float64 // left, right, top, bottom
	for m.next() {
		if m.num >= 1 && m.num <= 4 {
			side[m.num] = float64(m.zigzag()) / 1e9
		}
	}
	if m.err != nil {
		outer.err = m.err
		return
	}
	h.Bounds = orb.Bound{Min: orb.Point{side[1], side[4]}, Max: orb.Point{side[2], side[3]}}
	h.Bounded = onEarth(h.Bounds.Min) && onEarth(h.Bounds.Max) && side[1] < side[2] && side[4] < side[3]
}

func onEarth(p orb.Point) bool {
	return p.Lon() >= -180 && p.Lon() <= 180 && p.Lat() >= -90 && p.Lat() <= 90
}
