package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"

	"anling/internal/fault"
	"anling/registry"
)

func importCommand(ctx context.Context, e environment, args []string) int {
	return finish(e, "import", withStorage(ctx, call{environment: e, flags: newFlags(e, "import"), args: args, create: true},
		func(s *storage, args []string) error {
			if len(args) != 2 {
				return usage("say what to import (elders, contacts, devices, helpers) and from which file")
			}
			if args[0] == "areas" {
				return importAreas(ctx, e, s, args[1])
			}
			return importFile(ctx, e, s, args[0], args[1])
		}))
}

// importFile takes in a file. Good rows go in whatever is wrong with the others; the command fails when any
// row was refused, so that a script notices.
func importFile(ctx context.Context, e environment, s *storage, kind, path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	bar := progress{e: e}
	report, err := s.registry.Import(ctx, kind, f, filepath.Base(path), bar.show)
	bar.end()
	if err != nil {
		return err
	}
	say(e.Stdout, "%d created, %d changed, %d as before, %d refused\n", report.Created, report.Changed, report.Unchanged, len(report.Refused))
	if len(report.Ignored) > 0 {
		say(e.Stdout, "not columns of %s, and so left out: %s\n", kind, strings.Join(report.Ignored, ", "))
	}
	if len(report.Refused) == 0 {
		return nil
	}
	if err := tellRefused(e, report.Refused); err != nil {
		return err
	}
	return fault.New(fault.Invalid, "some rows were refused; mend them in the file and import it again: what is in already is only changed")
}

func tellRefused(e environment, refused []registry.RefusedRow) error {
	table := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	say(table, "LINE\tFIELD\tREASON\n")
	for _, r := range refused {
		say(table, "%d\t%s\t%s\n", r.Line, r.Field, r.Reason)
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
