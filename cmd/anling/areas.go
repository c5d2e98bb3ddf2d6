package main

import (
	"context"
	"fmt"
	"os"

	"anling/internal/fault"

	"anling/registry"
)

// importAreas takes in a list of areas.
func importAreas(ctx context.Context, e environment, s *storage, path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	report, err := s.registry.ImportAreas(ctx, data)
	if err != nil {
		return err
	}
	say(e.Stdout, "%d areas new, %d changed, %d as before, %d abolished, %d rows refused\n", report.Added, report.Changed, report.Unchanged,
		report.Abolished, len(report.Refused))
	if len(report.Refused) == 0 {
		return nil
	}
	if err := tellRefused(e, registry.Report{Refused: report.Refused}); err != nil {
		return err
	}
	return fault.New(fault.Invalid, "some rows were refused; mend them in the file and import it again")
}
