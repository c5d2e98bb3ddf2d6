package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"anling/internal/audit"
	"anling/registry"
)

func exportCommand(ctx context.Context, e environment, args []string) int {
	flags := newFlags(e, "export")
	o := registry.ExportOrder{Query: registry.Query{Filters: map[string]string{}}}
	flags.StringVar(&o.Format, "format", registry.FormatCSV, "csv or xlsx")
	flags.StringVar(&o.Encoding, "encoding", registry.EncodingUTF8, "of CSV: utf-8 or gb18030")
	columns := flags.String("columns", "", "which, separated by commas; empty: all")
	flags.Func("filter", "`FIELD=VALUE`, as in the lists of the API", func(s string) error {
		field, value, ok := strings.Cut(s, "=")
		if !ok {
			return fmt.Errorf("%q has no =", s)
		}
		o.Query.Filters[field] = value
		return nil
	})
	return finish(e, "export", withStorage(ctx, call{environment: e, flags: flags, args: args},
		func(s *storage, args []string) error {
			if len(args) < 1 || len(args) > 2 {
				return usage("say what to export (%s) and, if not to the screen, into which file", spreadsheets)
			}
			o.Kind, o.Columns = args[0], strings.FieldsFunc(*columns, func(r rune) bool { return r == ',' })
			if len(args) == 1 {
				rows, err := s.registry.ExportTo(ctx, o, e.Stdout)
				return errors.Join(err, noteExport(ctx, s, o, rows))
			}
			rows, err := exportFile(ctx, s.registry, o, args[1])
			if err := errors.Join(err, noteExport(ctx, s, o, rows)); err != nil {
				return err
			}
			say(e.Stdout, "wrote %d rows to %s; it holds personal data in clear\n", rows, args[1])
			return nil
		}))
}

// noteExport writes down that somebody at the machine took people's data along.
func noteExport(ctx context.Context, s *storage, o registry.ExportOrder, rows int) error {
	return s.audit.Add(ctx, audit.Entry{Actor: audit.Actor{Kind: audit.Command, ID: "export"}, Action: "export.done", Resource: o.Kind,
		Data: map[string]any{"count": rows, "fields": o.Columns, "query": o.Query.Filters}})
}

// exportFile writes a new file that only we may read; it overwrites nothing, and leaves no half of itself.
func exportFile(ctx context.Context, r *registry.Registry, o registry.ExportOrder, path string) (rows int, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("make the file: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	return r.ExportTo(ctx, o, f)
}
