package registry

import (
	"bytes"
	"context"
	"fmt"

	"anling/geo"
	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// ImportAreaFile takes in a list of areas (ImportAreas) or their edges (ImportAreaShapes), whichever a file holds.
func (r *Registry) ImportAreaFile(ctx context.Context, f geo.AreaFile) (AreaReport, error) {
	if bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(f.Data, []byte("\xef\xbb\xbf"))), []byte("{")) {
		return r.ImportAreaShapes(ctx, f)
	}
	return r.ImportAreas(ctx, f.Data)
}

// ImportAreaShapes takes in the edges of areas from a GeoJSON file (geo.ReadAreas). An edge belongs to an area of the list by its code; one of an
// area that is in no list is taken in with its name, or refused when it has none. Edges that are not in the file stay. Official maps of
// China are GCJ-02: the file or the caller has to say so.
func (r *Registry) ImportAreaShapes(ctx context.Context, f geo.AreaFile) (AreaReport, error) {
	if !r.scope.All() {
		return AreaReport{}, fault.New(fault.Denied, "areas are the same for all centres; only who sees all of them may change them")
	}
	all, bad, err := geo.ReadAreas(f)
	if err != nil {
		return AreaReport{}, err
	}
	read := AreaReport{Refused: []RefusedRow{}}
	for _, d := range bad {
		read.Refused = append(read.Refused, RefusedRow{Line: d.Feature, Field: d.Called, Reason: d.Reason})
	}
	var report AreaReport
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		done := AreaReport{Refused: append([]RefusedRow{}, read.Refused...)}
		for _, a := range all {
			if err := takeShape(ctx, tx, a, &done); fault.Is(err, fault.Invalid) {
				done.Refused = append(done.Refused, RefusedRow{Line: a.Feature, Field: a.Code, Reason: err.Error()})
			} else if err != nil {
				return err
			}
		}
		report = done
		if r.audit != nil {
			r.audit.AddTx(ctx, tx, audit.Entry{Actor: r.actor, Action: "areas.imported", Resource: "area", Data: map[string]int{"added": done.Added, "changed": done.Changed}})
		}
		return nil
	})
	return report, err
}

func takeShape(ctx context.Context, tx *db.Tx, a geo.NamedArea, report *AreaReport) error {
	code := AreaCode(a.Code)
	if code == "" {
		return fault.New(fault.Invalid, "%q is no official code of an area", a.Code)
	}
	a.Code = code
	_, err := areaBy(ctx, tx, code)
	switch {
	case fault.Is(err, fault.NotFound) && a.Name == "":
		return fault.New(fault.Invalid, "is in no list of areas that was imported here, and has no name")
	case fault.Is(err, fault.NotFound):
		fresh, problem := areaOf(Area{Code: code, Name: tidy(a.Name)})
		if problem != "" {
			return fault.New(fault.Invalid, "%s", problem)
		}
		if err := takeArea(ctx, tx, fresh, nil, &AreaReport{}); err != nil {
			return err
		}
	case err != nil:
		return fmt.Errorf("look up area: %w", err)
	}
	had, err := hasShape(ctx, tx, code)
	if err != nil {
		return fmt.Errorf("look for the edge of area %s: %w", code, err)
	}
	changed, err := putShape(ctx, tx, a)
	switch {
	case err != nil:
		return err
	case !had:
		report.Added++
	case changed:
		report.Changed++
	default:
		report.Unchanged++
	}
	return nil
}
