package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"

	"anling/geo"
	"anling/internal/fault"
	"anling/registry"
)

const spreadsheets = "elders, contacts, devices, helpers, providers"

func importCommand(ctx context.Context, e environment, args []string) int {
	flags := newFlags(e, "import")
	o := registry.ImportOrder{Mapping: map[string]string{}}
	flags.BoolVar(&o.Dry, "dry-run", false, "only say what would be done")
	flags.StringVar(&o.Mode, "mode", registry.ImportRows, "rows: the good rows go in; file: nothing goes in unless everything can")
	flags.StringVar(&o.Existing, "on-duplicate", registry.ExistingChange, "what becomes of rows about somebody who is there: change, skip or refuse")
	flags.StringVar(&o.Encoding, "encoding", "", "utf-8, gb18030 or utf-16; empty: find out")
	system := ""
	flags.StringVar(&system, "system", "", "of the coordinates of a GeoJSON file of areas that does not say so itself: wgs84, gcj02 or bd09")
	flags.StringVar(&o.Sheet, "sheet", "", "which sheet of an XLSX file; empty: the first")
	flags.Func("map", "`HEADING=FIELD`: what a heading means; with nothing behind the = the column is left out", func(s string) error {
		heading, field, ok := strings.Cut(s, "=")
		if !ok {
			return fmt.Errorf("%q has no =", s)
		}
		o.Mapping[strings.TrimSpace(heading)] = strings.TrimSpace(field)
		return nil
	})
	return finish(e, "import", withStorage(ctx, call{environment: e, flags: flags, args: args, create: true},
		func(s *storage, args []string) error {
			if len(args) != 2 {
				return usage("say what to import (%s) and from which file", spreadsheets)
			}
			if args[0] == "areas" {
				return importAreas(ctx, e, s, areaOrder{path: args[1], system: geo.System(system)})
			}
			o.Kind = args[0]
			o.File = func() (io.ReadCloser, error) {
				f, err := os.Open(args[1])
				if err != nil {
					return nil, fmt.Errorf("open the file: %w", err)
				}
				return f, nil
			}
			return importFile(ctx, e, s, o)
		}))
}

// importFile takes in a file. The command fails when any row was refused, so that a script notices.
func importFile(ctx context.Context, e environment, s *storage, o registry.ImportOrder) error {
	bar := progress{e: e}
	o.Progress = bar.show
	report, err := s.registry.ImportFile(ctx, o)
	bar.end()
	if err != nil {
		return err
	}
	if o.Dry {
		say(e.Stdout, "nothing was written; this would be done:\n")
	}
	say(e.Stdout, "%d created, %d changed, %d as before, %d refused\n", report.Created, report.Changed, report.Unchanged, report.Refusals())
	if report.Skipped > 0 {
		say(e.Stdout, "%d were there already and left alone\n", report.Skipped)
	}
	if len(report.Ignored) > 0 {
		say(e.Stdout, "not columns of %s, and so left out: %s\n", o.Kind, strings.Join(report.Ignored, ", "))
	}
	if report.Refusals() == 0 {
		return nil
	}
	if err := tellRefused(e, report); err != nil {
		return err
	}
	if o.Mode == registry.ImportFile {
		return fault.New(fault.Invalid, "rows were refused, and so nothing was taken in; mend them in the file and import it again")
	}
	return fault.New(fault.Invalid, "some rows were refused; mend them in the file and import it again: what is in already is only changed")
}

func tellRefused(e environment, report registry.Report) error {
	table := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	say(table, "LINE\tFIELD\tREASON\n")
	for _, r := range report.Refused {
		say(table, "%d\t%s\t%s\n", r.Line, r.Field, r.Reason)
	}
	if report.Unlisted > 0 {
		say(table, "and %d more\n", report.Unlisted)
	}
	return table.Flush()
}

// progress is a bar that appears when the number of rows is known.
type progress struct {
	e   environment
	bar *progressbar.ProgressBar
}

func (p *progress) show(done, total int) {
	if p.bar == nil {
		p.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(p.e.Stderr), progressbar.OptionShowCount(),
			progressbar.OptionSetDescription("importing"), progressbar.OptionThrottle(100*time.Millisecond))
	}
	if err := p.bar.Set(done); err != nil {
		p.bar = nil // a bar that cannot be drawn is not worth an import
	}
}

func (p *progress) end() {
	if p.bar != nil {
		say(p.e.Stderr, "\n")
	}
}
