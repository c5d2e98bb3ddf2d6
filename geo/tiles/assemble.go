package tiles

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
)

// assembler makes tiles of their pieces. It is used by one goroutine.
type assembler struct {
	out bytes.Buffer
	zip *gzip.Writer
}

// tile gives a tile, packed.
func (a *assembler) tile(pieces []packedPiece) ([]byte, error) {
	var raw []byte
	for len(pieces) > 0 {
		which, n := layer(pieces[0].order>>layerShift), 1
		for n < len(pieces) && layer(pieces[n].order>>layerShift) == which {
			n++
		}
		raw = appendLayer(raw, which, pieces[:n])
		pieces = pieces[n:]
	}
	a.out.Reset()
	if a.zip == nil {
		a.zip = gzip.NewWriter(&a.out)
	} else {
		a.zip.Reset(&a.out)
	}
	if _, err := a.zip.Write(raw); err != nil {
		return nil, fmt.Errorf("pack tile: %w", err)
	}
	if err := a.zip.Close(); err != nil {
		return nil, fmt.Errorf("pack tile: %w", err)
	}
	return bytes.Clone(a.out.Bytes()), nil
}

// group is the features of one look, which become one.
type group struct {
	kind  shapeKind
	attrs []byte
	paths [][]spot
}

// appendLayer encodes the pieces of one layer. Lines of one look become one feature, and so do houses. Of a house
// number one is kept: all shops of a house have it.
func appendLayer(raw []byte, which layer, pieces []packedPiece) []byte {
	var groups []*group
	known := map[string]*group{}
	for _, packed := range pieces {
		var p piece
		p.decode(packed.data)
		if p.kind != lineShape && which != buildings {
			groups = append(groups, &group{p.kind, p.attrs, p.paths})
			continue
		}
		key := string(append([]byte{byte(p.kind)}, p.attrs...))
		g := known[key]
		if g == nil {
			g = &group{kind: p.kind, attrs: p.attrs}
			known[key] = g
			groups = append(groups, g)
		}
		if p.kind != pointShape || len(g.paths) == 0 {
			g.paths = append(g.paths, p.paths...)
		}
	}
	out := newTileLayer()
	for _, g := range groups {
		if g.kind == lineShape {
			g.paths = joined(g.paths, strings.Contains(string(g.attrs), "oneway"))
		}
		out.add(g.kind, g.attrs, g.paths)
	}
	return out.appendTo(raw, which.String())
}

// assembly is a tile on its way; data and err are there when done is closed.
type assembly struct {
	id     uint64
	pieces []packedPiece
	data   []byte
	err    error
	done   chan struct{}
}

// assembleAll makes all tiles, on as many goroutines as there are processors, and hands them on in order.
func assembleAll(ctx context.Context, m *merger, take func(assembly) error) error {
	ctx, stop := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	inOrder := make(chan *assembly, 4*workers) // bounds how many tiles are in memory
	work := make(chan *assembly)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	all.Go(func() {
		defer close(inOrder)
		defer close(work)
		deal(ctx, m, inOrder, work)
	})
	for range workers {
		all.Go(func() {
			var a assembler
			for t := range work {
				t.data, t.err = a.tile(t.pieces)
				close(t.done)
			}
		})
	}
	return takeAll(ctx, inOrder, take)
}

// deal sends each tile both to who waits for it and to be made.
func deal(ctx context.Context, m *merger, inOrder, work chan<- *assembly) {
	for {
		id, pieces, err := m.tile()
		if err == nil && len(pieces) == 0 {
			return
		}
		t := &assembly{id: id, pieces: pieces, err: err, done: make(chan struct{})}
		if err != nil {
			close(t.done)
		}
		select {
		case inOrder <- t:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
		select {
		case work <- t:
		case <-ctx.Done():
			return
		}
	}
}

func takeAll(ctx context.Context, inOrder <-chan *assembly, take func(assembly) error) error {
	for t := range inOrder {
		select {
		case <-t.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if t.err != nil {
			return t.err
		}
		if err := take(*t); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}
