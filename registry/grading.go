package registry

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"anling/internal/db"
	"anling/internal/fault"
)

// SetGrades writes the grades of helpers by their figures, and those of providers by the figures of their staff, and gives how many
// grades have changed. A grade that changes is a change of its record; the figures are written each time.
func (r *Registry) SetGrades(ctx context.Context, figures map[HelperID]Figures) (changed int, err error) {
	ofProviders := map[ProviderID]Figures{}
	for _, h := range r.roster.All() {
		if h.Provider != "" {
			ofProviders[h.Provider] = ofProviders[h.Provider].Add(figures[h.ID])
		}
		n, err := gradeOne(ctx, r, r.helpers, graded{id: string(h.ID), was: h.Grade, figures: figures[h.ID]})
		if err != nil {
			return changed, err
		}
		changed += n
	}
	for _, id := range slices.Sorted(maps.Keys(ofProviders)) {
		p, err := r.Provider(ctx, id)
		if fault.Is(err, fault.NotFound) || err == nil && p.ArchivedAt != nil {
			continue
		}
		if err != nil {
			return changed, err
		}
		n, err := gradeOne(ctx, r, r.providers, graded{id: string(id), was: p.Grade, figures: ofProviders[id]})
		if err != nil {
			return changed, err
		}
		changed += n
	}
	return changed, nil
}

// graded is whose grade is written, and by what.
type graded struct {
	id, was string
	figures Figures
}

func gradeOne[T any, P record[T]](ctx context.Context, r *Registry, s *shelf[T, P], g graded) (changed int, err error) {
	grade, points := GradeOf(g.figures)
	if g.figures == (Figures{}) && g.was == "" {
		return 0, nil // never asked: there is nothing to say
	}
	err = r.db.Update(ctx, func(tx *db.Tx) error {
		changed = 0
		x := Grade{Grade: grade, Points: points, Since: tx.Now().AddDate(0, 0, -GradeDays), At: tx.Now(), Figures: g.figures}
		if err := saveGrade(ctx, tx, g.id, x); err != nil {
			return err
		}
		if grade == g.was {
			return nil
		}
		old, err := s.find(ctx, tx, ScopeAll(), g.id)
		if err != nil {
			return err
		}
		d := draft[T]{old: &old, x: old, scope: ScopeAll(), actor: r.actor}
		switch x := any(&d.x).(type) {
		case *Helper:
			x.Grade = grade
		case *Provider:
			x.Grade = grade
		}
		changed = 1
		_, err = s.put(ctx, tx, d)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("grade %s %s: %w", s.noun, g.id, err)
	}
	return changed, nil
}

// HelperGrade gives a helper's grade and what it rests on.
func (r *Registry) HelperGrade(ctx context.Context, id HelperID) (Grade, error) {
	if _, err := r.Helper(ctx, id); err != nil {
		return Grade{}, err
	}
	return r.gradeOf(ctx, string(id))
}

// ProviderGrade gives the grade of a provider, which rests on what its staff did.
func (r *Registry) ProviderGrade(ctx context.Context, id ProviderID) (Grade, error) {
	if _, err := r.Provider(ctx, id); err != nil {
		return Grade{}, err
	}
	return r.gradeOf(ctx, string(id))
}

// gradeOf is empty for whoever was never asked.
func (r *Registry) gradeOf(ctx context.Context, id string) (g Grade, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) (err error) {
		g, err = readGrade(ctx, tx, id)
		return err
	})
	if fault.Is(err, fault.NotFound) {
		return Grade{}, nil
	}
	return g, err
}
