package devices

import (
	"context"
	"fmt"
	"time"

	"anling/internal/db"
	"anling/registry"
)

// HeldTx gives every signal that is kept about an elder, oldest first.
func (in *Intake) HeldTx(ctx context.Context, tx *db.Tx, elder registry.ElderID) ([]Record, error) {
	rows, err := listOf(ctx, tx, string(elder))
	if err != nil {
		return nil, fmt.Errorf("list signals of elder %s: %w", elder, err)
	}
	out := []Record{}
	for _, s := range rows {
		r, err := in.openRecord(ctx, tx, s)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// ForgetTx takes the personal part out of the signals about an elder.
func (in *Intake) ForgetTx(ctx context.Context, tx *db.Tx, elder registry.ElderID) error {
	return forgetOf(ctx, tx, string(elder))
}

// ExpireReportsTx deletes the last heartbeats and positions of devices that were heard of last before a time.
func (in *Intake) ExpireReportsTx(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error) {
	return dropReports(ctx, tx, before, limit)
}

// ExpireTx deletes signals that came before a time; those about elders under a legal hold, and those of alerts that are
// still kept, stay.
func (in *Intake) ExpireTx(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error) {
	return dropSignals(ctx, tx, before, limit)
}
