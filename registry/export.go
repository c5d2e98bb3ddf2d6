package registry

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"

	"anling/internal/db"
)

// Export writes all elders, contacts, devices or helpers of the registry's scope who are not archived as CSV that
// Import reads back: UTF-8 with a byte order mark, so that Excel shows Chinese, and with texts that would
// run as formulas marked by a '. Somebody whose sealed part cannot be opened has only what is known in clear.
func (r *Registry) Export(ctx context.Context, kind string, w io.Writer) error {
	switch kind {
	case Elders:
		return export(ctx, r.elders, r.scope, sink{kind: kind, w: w})
	case Contacts:
		return export(ctx, r.contacts, r.scope, sink{kind: kind, w: w})
	case Devices:
		return export(ctx, r.devices, r.scope, sink{kind: kind, w: w})
	case Helpers:
		return export(ctx, r.helpers, r.scope, sink{kind: kind, w: w})
	case Providers:
		return export(ctx, r.providers, r.scope, sink{kind: kind, w: w})
	}
	return unknownKind()
}

type sink struct {
	kind string
	w    io.Writer
}

func export[T any, P record[T]](ctx context.Context, s *shelf[T, P], scope Scope, to sink) error {
	columns, _ := columnsOf(to.kind)
	if _, err := io.WriteString(to.w, "\ufeff"); err != nil {
		return fmt.Errorf("export %s: %w", to.kind, err)
	}
	out := csv.NewWriter(to.w)
	if err := out.Write(columns); err != nil {
		return fmt.Errorf("export %s: %w", to.kind, err)
	}
	for last := ""; ; {
		items, err := exportPage(ctx, s, scope, last)
		if err != nil {
			return fmt.Errorf("export %s: %w", to.kind, err)
		}
		for _, x := range items {
			if err := out.Write(cellsOf(x, columns)); err != nil {
				return fmt.Errorf("export %s: %w", to.kind, err)
			}
		}
		if len(items) < chunk {
			break
		}
		last = P(&items[len(items)-1]).head().ID
	}
	out.Flush()
	return out.Error()
}

// exportPage reads in a transaction of its own: a slow reader of the export must not hold one open.
func exportPage[T any, P record[T]](ctx context.Context, s *shelf[T, P], scope Scope, last string) (items []T, err error) {
	err = s.db.View(ctx, func(tx *db.Tx) error {
		var c condition
		s.within(&c, scope)
		c.archived(false)
		c.after(last)
		rows, err := s.store.list(ctx, tx, c, chunk)
		if err != nil {
			return err
		}
		items, err = s.openAll(ctx, tx, rows)
		return err
	})
	return items, err
}

func cellsOf(x any, columns []string) []string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = escape(cellOf(x, c))
	}
	return cells
}
