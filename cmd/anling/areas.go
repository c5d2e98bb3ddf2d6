package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"anling/geo"
	"anling/internal/fault"
	"anling/registry"
)

// areaOrder is a file of areas: a list, or their edges as GeoJSON.
type areaOrder struct {
	path   string
	system geo.System // of the coordinates of a GeoJSON file
}

// importAreas takes in a list of areas, or their edges. A file that is one geometry is of the area whose code is its name: 610402.json.
func importAreas(ctx context.Context, e environment, s *storage, o areaOrder) error {
	data, err := os.ReadFile(o.path)
	if err != nil {
		return fmt.Errorf("read the file: %w", err)
	}
	code := strings.TrimSuffix(filepath.Base(o.path), filepath.Ext(o.path))
	report, err := s.registry.ImportAreaFile(ctx, geo.AreaFile{Data: data, System: o.system, Code: code})
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
