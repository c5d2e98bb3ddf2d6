package tiles

import (
	"bufio"
	"cmp"
	"container/heap"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
)

// maxRun is how many bytes of pieces are held in memory before they are sorted and put aside.
const maxRun = 32 << 20

// sorter takes pieces in any order and keeps them on the disk as sorted runs, so that a map may be far
// larger than the memory. It is used by one goroutine.
type sorter struct {
	file  *os.File // deleted by who made it
	limit int
	keys  []pieceKey
	data  []byte
	runs  []run
	count int   // of all pieces
	at    int64 // where in the file the next run begins
}

// pieceKey is where a piece belongs and where it is among the data.
type pieceKey struct {
	tile, order uint64
	from, to    int
}

func (k pieceKey) compare(o pieceKey) int {
	return cmp.Or(cmp.Compare(k.tile, o.tile), cmp.Compare(k.order, o.order))
}

// run is a part of a file that holds sorted pieces.
type run struct {
	file     io.ReaderAt
	from, to int64
}

// add takes a piece.
func (s *sorter) add(p *piece) error {
	from := len(s.data)
	s.count++
	s.data = p.append(s.data)
	s.keys = append(s.keys, pieceKey{tile: p.tile, order: p.order, from: from, to: len(s.data)})
	if len(s.data)+len(s.keys)*32 < s.limit {
		return nil
	}
	return s.flush()
}

// flush sorts what is in memory and writes it as a run.
func (s *sorter) flush() error {
	if len(s.keys) == 0 {
		return nil
	}
	slices.SortFunc(s.keys, pieceKey.compare)
	out := bufio.NewWriterSize(s.file, 256<<10)
	begin, head := s.at, make([]byte, 0, 30)
	for _, k := range s.keys {
		head = binary.AppendUvarint(head[:0], k.tile)
		head = binary.AppendUvarint(head, k.order)
		head = binary.AppendUvarint(head, uint64(k.to-k.from))
		for _, part := range [][]byte{head, s.data[k.from:k.to]} {
			n, err := out.Write(part)
			if err != nil {
				return fmt.Errorf("put tiles aside: %w", err)
			}
			s.at += int64(n)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("put tiles aside: %w", err)
	}
	s.runs = append(s.runs, run{file: s.file, from: begin, to: s.at})
	s.keys, s.data = s.keys[:0], s.data[:0]
	return nil
}

// cursor is the piece at which the reading of a run stands.
type cursor struct {
	in          *bufio.Reader
	tile, order uint64
	data        []byte
}

// next steps to the next piece, and gives false at the end of the run.
func (c *cursor) next() (bool, error) {
	var err error
	if c.tile, err = binary.ReadUvarint(c.in); errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("take tiles up again: %w", err)
	}
	var size uint64
	if c.order, err = binary.ReadUvarint(c.in); err == nil {
		size, err = binary.ReadUvarint(c.in)
	}
	if err == nil {
		c.data = make([]byte, size)
		_, err = io.ReadFull(c.in, c.data)
	}
	if err != nil {
		return false, fmt.Errorf("take tiles up again: %w", err)
	}
	return true, nil
}

// merger gives the pieces of many runs as one sorted run.
type merger struct{ heap cursorHeap }

func newMerger(runs []run) (*merger, error) {
	m := &merger{}
	for _, r := range runs {
		c := &cursor{in: bufio.NewReaderSize(io.NewSectionReader(r.file, r.from, r.to-r.from), 64<<10)}
		more, err := c.next()
		if err != nil {
			return nil, err
		}
		if more {
			m.heap = append(m.heap, c)
		}
	}
	heap.Init(&m.heap)
	return m, nil
}

// tile gives the next tile and its pieces in order; no pieces are the end.
func (m *merger) tile() (id uint64, pieces []packedPiece, err error) {
	for len(m.heap) > 0 {
		c := m.heap[0]
		if len(pieces) > 0 && c.tile != id {
			break
		}
		id = c.tile
		pieces = append(pieces, packedPiece{order: c.order, data: c.data})
		more, err := c.next()
		if err != nil {
			return 0, nil, err
		}
		if more {
			heap.Fix(&m.heap, 0)
		} else {
			heap.Pop(&m.heap)
		}
	}
	return id, pieces, nil
}

// packedPiece is a piece as it came back from the disk.
type packedPiece struct {
	order uint64
	data  []byte
}

type cursorHeap []*cursor

func (h cursorHeap) Len() int { return len(h) }
func (h cursorHeap) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].tile, h[j].tile), cmp.Compare(h[i].order, h[j].order)) < 0
}
func (h cursorHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *cursorHeap) Push(x any)   { *h = append(*h, x.(*cursor)) }
func (h *cursorHeap) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}
