package osm

import (
	"bufio"
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
)

// Handler takes what is read. A kind whose function is nil is skipped without decoding it. What is handed
// over may be kept. An error stops the reading and comes back from ReadFile as it is.
type Handler struct {
	Node     func(Node) error
	Way      func(Way) error
	Relation func(Relation) error
}

// ReadFile reads an extract from its beginning to its end. The handler is called from the goroutine of the
// caller, in the order of the file; blobs are unpacked ahead on others, which have ended when it returns.
// progress, when there is one, is told after each blob how many bytes of the file are done.
//
// A broken file is refused as fault.Invalid with what is wrong and at which byte; what came before it has
// been handed over by then.
func ReadFile(ctx context.Context, path string, h Handler, progress func(done, total int64)) error {
	file, size, err := open(path)
	if err != nil {
		return err
	}
	err = read(ctx, file, size, reading{handler: h, progress: progress, total: size})
	if closing := file.Close(); err == nil {
		err = closing
	}
	return err
}

// reading is what happens with the blobs of one file.
type reading struct {
	handler  Handler
	progress func(done, total int64)
	total    int64
	begun    bool // the header was seen
}

// unpacking is a blob on its way; err or data are there when done is closed.
type unpacking struct {
	blob
	err  error
	done chan struct{}
}

func read(ctx context.Context, file io.Reader, size int64, r reading) error {
	ctx, stop := context.WithCancel(ctx)
	workers := runtime.GOMAXPROCS(0)
	inOrder := make(chan *unpacking, 2*workers) // bounds how far ahead the file is read
	work := make(chan *unpacking)
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	all.Go(func() {
		defer close(inOrder)
		defer close(work)
		cut(ctx, frames{in: bufio.NewReaderSize(file, 256<<10), size: size}, inOrder, work)
	})
	for range workers {
		all.Go(func() {
			var z inflater
			for u := range work {
				u.data, u.err = unpack(u.data, &z)
				close(u.done)
			}
		})
	}
	return r.take(ctx, inOrder)
}

// cut sends each blob both to who waits for it and to be unpacked.
func cut(ctx context.Context, in frames, inOrder, work chan<- *unpacking) {
	for {
		b, err := in.next()
		if errors.Is(err, io.EOF) {
			return
		}
		u := &unpacking{blob: b, err: err, done: make(chan struct{})}
		if err != nil {
			close(u.done)
		}
		select {
		case inOrder <- u:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
		select {
		case work <- u:
		case <-ctx.Done():
			return
		}
	}
}

func (r *reading) take(ctx context.Context, inOrder <-chan *unpacking) error {
	for u := range inOrder {
		select {
		case <-u.done:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		if err := r.blob(ctx, u); err != nil {
			return brokenAt(u.at, err)
		}
		if r.progress != nil {
			r.progress(u.end, r.total)
		}
	}
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if !r.begun {
		return brokenAt(0, errEmpty())
	}
	return nil
}

func (r *reading) blob(ctx context.Context, u *unpacking) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	if u.err != nil {
		return u.err
	}
	if u.kind == typeHeader {
		r.begun = true
		_, err := header(u.data)
		return err
	}
	if !r.begun {
		return errOrder()
	}
	return decode(u.data, r.handler)
}
