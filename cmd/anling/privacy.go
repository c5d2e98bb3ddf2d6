package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"anling/alerts"
	"anling/devices"
	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/internal/retention"
	"anling/notify"
	"anling/registry"
	"anling/web"
)

// privacy does for a person what reaches through all rooms. It is what web and the commands share.
type privacy struct {
	*storage
	engine *alerts.Engine
	outbox *notify.Outbox
	intake *devices.Intake
}

// privacyOf puts together what a command needs: nothing moves in it.
func (s *storage) privacyOf() *privacy {
	outbox := notify.NewOutbox(notify.Options{DB: s.db, Vault: s.vault, Clock: s.clock, Log: s.log, Owner: "tool"})
	engine := alerts.New(alerts.Options{DB: s.db, Vault: s.vault, Registry: s.registry, Outbox: outbox, Clock: s.clock, Log: s.log, PublicURL: s.cfg.PublicURL})
	intake := devices.NewIntake(devices.Options{DB: s.db, Vault: s.vault, Registry: s.registry, Engine: engine, Clock: s.clock, Log: s.log})
	return &privacy{storage: s, engine: engine, outbox: outbox, intake: intake}
}

// Erase erases an elder in one transaction, notes it outside the database, and empties the database's log, which else keeps what
// was deleted for a while.
func (p *privacy) Erase(ctx context.Context, r *registry.Registry, id registry.ElderID, why web.Erasure) error {
	if err := r.Load(ctx); err != nil {
		return fmt.Errorf("load the helpers who may hold a key: %w", err)
	}
	var all []registry.ElderID
	err := p.db.Update(ctx, func(tx *db.Tx) (err error) {
		all, err = p.eraseTx(ctx, tx, r, id, why)
		return err
	})
	if err != nil {
		return err
	}
	if err := p.journal(all); err != nil {
		return fmt.Errorf("the elder is erased, but the list for backups could not be written: %w", err)
	}
	if err := p.db.Scrub(ctx); err != nil {
		p.log.Warn("the database's log still holds what was erased; it goes with the next checkpoint of the database", "err", err)
	}
	return nil
}

// eraseTx erases an elder with the records that were merged into theirs, and gives the ids of all of them.
//
//house:parameters the transaction, who, whom and why
func (p *privacy) eraseTx(ctx context.Context, tx *db.Tx, r *registry.Registry, id registry.ElderID, why web.Erasure) ([]registry.ElderID, error) {
	all, err := r.WithMergedTx(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	for _, one := range all {
		if err := p.eraseOneTx(ctx, tx, r, one, why); err != nil {
			return nil, err
		}
		r = r.Everywhere() // a record that was merged stays in the centre where it was
	}
	return all, nil
}

//house:parameters the transaction, who, whom and why
func (p *privacy) eraseOneTx(ctx context.Context, tx *db.Tx, r *registry.Registry, id registry.ElderID, why web.Erasure) error {
	if err := r.EraseElderTx(ctx, tx, id, why); err != nil {
		return err
	}
	if err := p.engine.ForgetTx(ctx, tx, id); err != nil {
		return err
	}
	if err := p.outbox.ForgetTx(ctx, tx, string(id)); err != nil {
		return err
	}
	if err := p.intake.ForgetTx(ctx, tx, id); err != nil {
		return err
	}
	return r.ShredTx(ctx, tx, id)
}

// erased is one line of the list of erasures beside the database. It outlives the database that a restore replaces.
type erased struct {
	Elder registry.ElderID `json:"elder"`
	At    time.Time        `json:"at"`
}

func journalPath(folder string) string { return filepath.Join(folder, "erasures.jsonl") }

func (p *privacy) journal(ids []registry.ElderID) (err error) {
	var lines []byte
	for _, id := range ids {
		line, err := json.Marshal(erased{Elder: id, At: p.clock.Now().UTC()})
		if err != nil {
			return err
		}
		lines = append(append(lines, line...), '\n')
	}
	f, err := os.OpenFile(journalPath(p.cfg.Data), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(lines)
	return errors.Join(err, f.Sync(), f.Close())
}

// replay erases again whom an older database that was put back has brought back. It gives how many.
func (p *privacy) replay(ctx context.Context, folder string) (n int, err error) {
	f, err := os.Open(journalPath(folder))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("open the list of erasures: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	by := p.registry.As(audit.Actor{Kind: audit.Command, ID: "restore"})
	if err := by.Load(ctx); err != nil {
		return 0, fmt.Errorf("load the helpers who may hold a key: %w", err)
	}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var e erased
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return n, fault.New(fault.Invalid, "a line of the list of erasures cannot be read")
		}
		again, err := p.eraseAgain(ctx, by, e.Elder)
		if err != nil {
			return n, fmt.Errorf("erase %s again: %w", e.Elder, err)
		}
		if again {
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	return n, p.db.Scrub(ctx)
}

func (p *privacy) eraseAgain(ctx context.Context, r *registry.Registry, id registry.ElderID) (again bool, err error) {
	err = p.db.Update(ctx, func(tx *db.Tx) error {
		again = false
		done, err := r.ErasedTx(ctx, tx, id)
		if err != nil || done {
			return err
		}
		_, err = p.eraseTx(ctx, tx, r, id, web.Erasure{Reason: "erased before; a backup was put back"})
		if fault.Is(err, fault.NotFound) {
			return nil // not in this backup
		}
		again = err == nil
		return err
	})
	return again, err
}

// The kinds of data that are let go, and how long each is kept unless a centre decides otherwise.
const (
	positionDays  = 90
	recordingDays = 180
	alertDays     = 3 * 365
	auditDays     = 3 * 365
)

// keeper lets data go when it has been kept long enough.
func (p *privacy) keeper() *retention.Keeper {
	minAudit := int(audit.MinimumKept / (24 * time.Hour))
	return retention.New(retention.Options{DB: p.db, Clock: p.clock, Report: p.log, Audit: p.audit, Kinds: []retention.Kind{
		{Name: "positions", Days: positionDays, Min: 1, Expire: p.expirePositions},
		{Name: "recordings", Days: recordingDays, Min: 1, Expire: p.outbox.ExpireRecordingsTx},
		{Name: "alerts", Days: alertDays, Min: minAudit, Expire: p.expireAlerts},
		{Name: "signals", Days: alertDays, Min: positionDays, Expire: p.intake.ExpireTx},
		{Name: "audit", Days: auditDays, Min: minAudit, Expire: p.audit.ExpireTx},
	}})
}

func (p *privacy) expirePositions(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error) {
	n, err := p.intake.ExpireReportsTx(ctx, tx, before, limit)
	if err != nil || n > 0 {
		return n, err
	}
	return p.registry.ExpirePlacesTx(ctx, tx, before)
}

func (p *privacy) expireAlerts(ctx context.Context, tx *db.Tx, before time.Time, limit int) (int, error) {
	ids, heads, err := p.engine.ExpireTx(ctx, tx, before, min(limit, 50)) // each is some fifty rows
	if err != nil {
		return 0, err
	}
	for i, id := range ids {
		if err := p.outbox.DropTx(ctx, tx, string(id)); err != nil {
			return 0, err
		}
		if err := p.audit.GoneTx(ctx, tx, heads[i]); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
