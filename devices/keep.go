package devices

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"

	"anling/alerts"
	"anling/geo"
	"anling/internal/db"
	"anling/internal/fault"
	"anling/registry"
)

// Page is a part of a list; Next is the cursor of the part after it, nil at the end.
type Page struct {
	Items []Record `json:"items"`
	Next  *string  `json:"next"`
}

// subject is whose key seals what the origin says: the elder's, so that it goes when the elder is
// erased; else the alert's, the device's, the signal's own.
func (o origin) subject(r Record) string {
	switch {
	case o.elder != "":
		return string(o.elder)
	case r.Alert != nil:
		return *r.Alert
	case o.device.ID != "":
		return string(o.device.ID)
	}
	return r.ID
}

// complete seals what the signal said, under the key that is known only now.
func (in *Intake) complete(ctx context.Context, tx *db.Tx, who origin, r Record) error {
	r.subject = who.subject(r)
	cell, err := in.sealRecord(ctx, tx, r)
	if err != nil {
		return err
	}
	if err := complete(ctx, tx, r, cell); err != nil {
		return fmt.Errorf("complete signal %s: %w", r.ID, err)
	}
	return nil
}

func (in *Intake) sealRecord(ctx context.Context, tx *db.Tx, r Record) ([]byte, error) {
	key, err := in.vault.Key(ctx, tx, r.subject)
	if err != nil {
		return nil, fmt.Errorf("key for signal %s: %w", r.ID, err)
	}
	cell, err := key.SealJSON("signals", "personal", r.ID, r.personal())
	if err != nil {
		return nil, fmt.Errorf("seal signal %s: %w", r.ID, err)
	}
	return cell, nil
}

// openRecord adds the sealed part. Where its key is gone – erased, or the ring is not there – the
// clear part stands alone.
func (in *Intake) openRecord(ctx context.Context, tx *db.Tx, s sealedRecord) (Record, error) {
	if len(s.cell) == 0 {
		return s.Record, nil
	}
	key, err := in.vault.Existing(ctx, tx, s.subject)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Denied) {
		return s.Record, nil
	}
	if err != nil {
		return Record{}, fmt.Errorf("key of signal %s: %w", s.ID, err)
	}
	var p personal
	if err := key.OpenJSON("signals", "personal", s.ID, s.cell, &p); err != nil {
		return Record{}, fmt.Errorf("open signal %s: %w", s.ID, err)
	}
	s.setPersonal(p)
	return s.Record, nil
}

// reportKey is the key of the one row that holds a device's last report of a kind.
func (in *Intake) reportKey(id registry.DeviceID, k Kind) []byte {
	return in.vault.Blind("report", string(id)+"\x00"+string(k))
}

// reportID is made from the sender's id, so that a repeated report gets the same answer without a
// look into the database.
func (in *Intake) reportID(who origin, s Signal) string {
	return "r-" + hex.EncodeToString(in.vault.Blind("report-id", who.from.protocol()+"\x00"+who.identity+"\x00"+s.ID))
}

// keepReports writes a batch of last reports and of when devices were last heard.
func (in *Intake) keepReports(ctx context.Context, tx *db.Tx, batch []state) error {
	var seen []registry.Seen
	var heard []registry.DeviceID
	var fixes []alerts.Fix
	for _, st := range batch {
		for _, r := range st.reports {
			cell, err := in.sealRecord(ctx, tx, r)
			if err != nil {
				return err
			}
			if p := dated(r.Position, r.At); p != nil {
				fixes = append(fixes, alerts.Fix{Device: st.device.ID, Elder: st.device.Elder, Position: *p})
			}
			if err := replaceReport(ctx, tx, r, cell); err != nil {
				return fmt.Errorf("keep report of device %s: %w", r.device, err)
			}
		}
		heard = append(heard, st.device.ID)
		seen = append(seen, registry.Seen{Device: st.device.ID, At: st.seenAt, Battery: st.battery, Tested: st.testedAt, Elder: st.device.Elder})
	}
	if err := in.registry.SeenTx(ctx, tx, seen); err != nil {
		return fmt.Errorf("note that %d devices were heard: %w", len(seen), err)
	}
	if err := in.engine.Located(ctx, tx, fixes); err != nil {
		return fmt.Errorf("tell where %d devices are: %w", len(fixes), err)
	}
	if err := in.engine.Heard(ctx, tx, heard); err != nil {
		return fmt.Errorf("tell that %d devices were heard: %w", len(heard), err)
	}
	return nil
}

// LivePosition is where a device last said it was, with its time: the live source of its elder's
// position. It knows what this node heard since it began.
func (in *Intake) LivePosition(id registry.DeviceID) (geo.Position, bool) {
	return in.live.position(id)
}

// lastPosition is LivePosition, or what is in the database after a restart or from another node.
// An alarm never fails because it cannot be read.
func (in *Intake) lastPosition(ctx context.Context, tx *db.Tx, d registry.Device) (p geo.Position, known bool, err error) {
	if p, known := in.live.position(d.ID); known {
		return p, true, nil
	}
	s, err := report(ctx, tx, in.reportKey(d.ID, Position))
	if fault.Is(err, fault.NotFound) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("last position of device %s: %w", d.ID, err)
	}
	r, err := in.openRecord(ctx, tx, s)
	if err != nil {
		return p, false, fmt.Errorf("last position of device %s: %w", d.ID, err)
	}
	if r.Position == nil {
		return p, false, nil
	}
	p = *dated(r.Position, r.At)
	in.live.remember(d, p)
	return p, true, nil
}

// Signals lists what a device has said, newest first: every signal that was kept, and the last
// heartbeat and position. An unknown cursor is Invalid.
func (in *Intake) Signals(ctx context.Context, device registry.DeviceID, limit int, cursor string) (Page, error) {
	limit = min(max(limit, 1), 500)
	from := before{Micros: math.MaxInt64}
	if cursor != "" {
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil || json.Unmarshal(raw, &from) != nil {
			return Page{}, fault.InvalidFields("the cursor is not valid", []fault.Field{{Name: "cursor", Problem: "must come from an earlier answer"}})
		}
	}
	page := Page{Items: []Record{}}
	err := in.db.View(ctx, func(tx *db.Tx) error {
		page.Items = page.Items[:0]
		rows, err := list(ctx, tx, device, from, limit+1)
		if err != nil {
			return fmt.Errorf("list signals of device %s: %w", device, err)
		}
		for _, s := range rows[:min(limit, len(rows))] {
			r, err := in.openRecord(ctx, tx, s)
			if err != nil {
				return err
			}
			page.Items = append(page.Items, r)
		}
		if len(rows) > limit {
			page.Next = cursorAfter(rows[limit-1].Record)
		}
		return nil
	})
	return page, err
}

func cursorAfter(r Record) *string {
	raw := fmt.Appendf(nil, `{"Micros":%d,"ID":%q}`, db.Micros(r.ReceivedAt), r.ID)
	s := base64.RawURLEncoding.EncodeToString(raw)
	return &s
}
