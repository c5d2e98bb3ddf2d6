package registry

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"anling/internal/db"
	"anling/internal/fault"
)

// recordColumn names the sealed cell, in SQL and in what it is authenticated with.
const recordColumn = "record"

// store holds the SQL of one noun.
type store[T any, P record[T]] struct {
	table   string
	columns string // all of them, in the order of scan
	own     []string
	hasHome bool // has a column centre; a centre itself has none
}

// row is a record as it lies in its table.
type row[T any] struct {
	head
	clear T // with its own clear columns only
	cell  []byte
}

func newStore[T any, P record[T]](table string, own ...string) store[T, P] {
	s := store[T, P]{table: table, own: own, hasHome: table != "centres"}
	centre := "centre"
	if !s.hasHome {
		centre = "id"
	}
	all := append([]string{"id", centre, "version", "created_at", "updated_at", "archived_at", recordColumn}, own...)
	for i, c := range all {
		all[i] = table + "." + c
	}
	s.columns = strings.Join(all, ", ")
	return s
}

func (s store[T, P]) scan(scan func(...any) error) (row[T], error) {
	var r row[T]
	var created, updated int64
	dests := []any{&r.ID, &r.Centre, &r.Version, &created, &updated, microsInto{&r.Archived}, &r.cell}
	if err := scan(append(dests, P(&r.clear).dests()...)...); err != nil {
		return r, fmt.Errorf("read a row of %s: %w", s.table, db.Fault(err))
	}
	r.Created, r.Updated = db.Time(created), db.Time(updated)
	return r, nil
}

func (s store[T, P]) get(ctx context.Context, tx *db.Tx, id string) (row[T], error) {
	return s.scan(tx.QueryRow(ctx, `SELECT `+s.columns+` FROM `+s.table+` WHERE id = ?`, id).Scan)
}

// insert is a Conflict when the id exists.
func (s store[T, P]) insert(ctx context.Context, tx *db.Tx, r row[T]) error {
	names := []string{"id", "version", "created_at", "updated_at", "archived_at", recordColumn}
	args := []any{r.ID, r.Version, db.Micros(r.Created), db.Micros(r.Updated), db.NullMicros(r.Archived), r.cell}
	names, args = append(names, s.own...), append(args, P(&r.clear).values()...)
	if s.hasHome {
		names, args = append(names, "centre"), append(args, r.Centre)
	}
	res, err := tx.Exec(ctx, `INSERT INTO `+s.table+` (`+strings.Join(names, ", ")+`)
		VALUES (`+db.InList(len(names))+`) ON CONFLICT (id) DO NOTHING`, args...)
	return s.one(res, err, "insert into")
}

// update is a Conflict when the row no longer has the version was.
func (s store[T, P]) update(ctx context.Context, tx *db.Tx, r row[T], was int64) error {
	names := append([]string{"version", "updated_at", "archived_at", recordColumn}, s.own...)
	args := append([]any{r.Version, db.Micros(r.Updated), db.NullMicros(r.Archived), r.cell}, P(&r.clear).values()...)
	if s.hasHome {
		names, args = append(names, "centre"), append(args, r.Centre)
	}
	res, err := tx.Exec(ctx, `UPDATE `+s.table+` SET `+strings.Join(names, " = ?, ")+` = ?
		WHERE id = ? AND version = ?`, append(args, r.ID, was)...)
	return s.one(res, err, "update")
}

func (s store[T, P]) one(res sql.Result, err error, doing string) error {
	if err != nil {
		return fmt.Errorf("%s %s: %w", doing, s.table, err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("%s %s: %w", doing, s.table, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "somebody else has made or changed this meanwhile; look again")
	}
	return nil
}

// condition is a list of fragments, all of which must hold, and their arguments.
type condition struct {
	where []string
	args  []any
}

func (c *condition) and(fragment string, args ...any) {
	c.where, c.args = append(c.where, fragment), append(c.args, args...)
}

func (c *condition) equal(column string, value any) { c.and(column+" = ?", value) }
func (c *condition) after(id string)                { c.and("id > ?", id) }

func (c *condition) archived(yes bool) {
	if yes {
		c.and("archived_at IS NOT NULL")
		return
	}
	c.and("archived_at IS NULL")
}

func (c *condition) ids(ids []string) {
	c.and("id IN ("+db.InList(len(ids))+")", anys(ids)...)
}

// within limits a list to a scope. There is no list without it.
func (s store[T, P]) within(c *condition, scope Scope) {
	if scope.All() {
		return
	}
	column := "centre"
	if !s.hasHome {
		column = "id"
	}
	c.and(column+" IN ("+db.InList(len(scope.centres))+")", anys(scope.centres)...)
}

func anys[S any](list []S) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// list gives the rows that meet the condition, in the order of their ids.
func (s store[T, P]) list(ctx context.Context, tx *db.Tx, c condition, limit int) ([]row[T], error) {
	return s.ordered(ctx, tx, c, "id", limit)
}

func (s store[T, P]) ordered(ctx context.Context, tx *db.Tx, c condition, order string, limit int) ([]row[T], error) {
	where := ""
	if len(c.where) > 0 {
		where = " WHERE " + strings.Join(c.where, " AND ")
	}
	// The limit stands in the text: SQLite prepares a query anew whenever LIMIT is given another ?.
	rows, err := tx.Query(ctx, `SELECT `+s.columns+` FROM `+s.table+where+` ORDER BY `+order+
		` LIMIT `+strconv.Itoa(limit), c.args...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", s.table, err)
	}
	return collect(rows, func() (row[T], error) { return s.scan(rows.Scan) })
}

// collect reads and closes rows.
func collect[T any](rows *sql.Rows, read func() (T, error)) (all []T, err error) {
	defer func() {
		if closing := rows.Close(); err == nil && closing != nil {
			err = db.Fault(closing)
		}
	}()
	for rows.Next() {
		one, err := read()
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, db.Fault(rows.Err())
}

// stamp is a place in the order of changes.
type stamp struct {
	at int64
	id string
}

// changedSince gives rows behind a place in the order of changes, oldest change first.
func (s store[T, P]) changedSince(ctx context.Context, tx *db.Tx, from stamp, limit int) ([]row[T], error) {
	var c condition
	c.and("(updated_at, id) > (?, ?)", from.at, from.id)
	return s.ordered(ctx, tx, c, "updated_at, id", limit)
}

// contactsOf gives an elder's contacts in the order in which they are told. It sorts them here: with ORDER BY, SQLite
// would prepare the query anew for every elder, which takes longer than all the rest.
func contactsOf(ctx context.Context, tx *db.Tx, s store[Contact, *Contact], elder ElderID) ([]row[Contact], error) {
	rows, err := tx.Query(ctx, `SELECT `+s.columns+` FROM contacts WHERE elder = ? AND archived_at IS NULL`, elder)
	if err != nil {
		return nil, fmt.Errorf("list contacts of elder %s: %w", elder, err)
	}
	all, err := collect(rows, func() (row[Contact], error) { return s.scan(rows.Scan) })
	slices.SortFunc(all, func(a, b row[Contact]) int {
		return cmp.Or(cmp.Compare(a.clear.Order, b.clear.Order), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// deviceBy follows the blind index to a device. It is no join: SQLite would prepare that anew for every identity.
func deviceBy(ctx context.Context, tx *db.Tx, s store[Device, *Device], hash []byte) (row[Device], error) {
	return s.scan(tx.QueryRow(ctx, `
		SELECT `+s.columns+` FROM devices
		WHERE id = (SELECT row_id FROM identities WHERE kind = 'device' AND hash = ?)`, hash).Scan)
}

// eldersByCaller follows a number to those whose number it is, and to those whose line it is.
func eldersByCaller(ctx context.Context, tx *db.Tx, number, phoneLine, smsLine []byte) ([]ElderID, error) {
	rows, err := tx.Query(ctx, `
		SELECT row_id AS elder FROM lookups WHERE kind = 'caller' AND hash = ?
		UNION
		SELECT elder FROM devices
		WHERE id IN (SELECT row_id FROM identities WHERE kind = 'device' AND hash IN (?, ?)) AND elder <> ''
		ORDER BY elder`, number, phoneLine, smsLine)
	if err != nil {
		return nil, fmt.Errorf("find caller: %w", err)
	}
	return collect(rows, func() (id ElderID, err error) {
		err = db.Fault(rows.Scan(&id))
		return id, err
	})
}

// rowBy follows a unique blind index; NotFound when it leads nowhere.
func rowBy(ctx context.Context, tx *db.Tx, kind string, hash []byte) (id string, err error) {
	err = tx.QueryRow(ctx, `SELECT row_id FROM identities WHERE kind = ? AND hash = ?`, kind, hash).Scan(&id)
	return id, err
}

// setLookups replaces what leads to a row.
func setLookups(ctx context.Context, tx *db.Tx, to lookupsOf) error {
	table := "lookups"
	if to.unique {
		table = "identities"
	}
	if !to.fresh {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE kind = ? AND row_id = ?`, to.kind, to.row); err != nil {
			return fmt.Errorf("clear %s: %w", table, err)
		}
	}
	for _, hash := range to.hashes {
		_, err := tx.Exec(ctx, `INSERT INTO `+table+` (kind, hash, row_id) VALUES (?, ?, ?)`, to.kind, hash, to.row)
		if err != nil {
			return fmt.Errorf("write %s: %w", table, err)
		}
	}
	return nil
}

// lookupsOf are all the lookups of one kind that lead to a row.
type lookupsOf struct {
	kind   string
	unique bool // they lead to this row and no other
	row    string
	fresh  bool // nothing has led to this row before
	hashes [][]byte
}

// centreOf gives where an elder belongs, if there is an elder who is not archived.
func centreOf(ctx context.Context, tx *db.Tx, elder ElderID) (centre CentreID, err error) {
	err = tx.QueryRow(ctx, `SELECT centre FROM elders WHERE id = ? AND archived_at IS NULL`, elder).Scan(&centre)
	return centre, err
}

// parentOf gives the centre above one that is not archived.
func parentOf(ctx context.Context, tx *db.Tx, centre CentreID) (parent CentreID, err error) {
	err = tx.QueryRow(ctx, `SELECT parent FROM centres WHERE id = ? AND archived_at IS NULL`, centre).Scan(&parent)
	return parent, err
}

// topCentre is the oldest of those at the top, but for one.
func topCentre(ctx context.Context, tx *db.Tx, but CentreID) (id CentreID, err error) {
	err = tx.QueryRow(ctx, `
		SELECT id FROM centres WHERE parent = '' AND archived_at IS NULL AND id <> ?
		ORDER BY created_at, id LIMIT 1`, but).Scan(&id)
	return id, err
}

// centresBelow gives a centre and all below it.
func centresBelow(ctx context.Context, tx *db.Tx, top CentreID) ([]CentreID, error) {
	rows, err := tx.Query(ctx, `
		WITH RECURSIVE below (id) AS (
			SELECT id FROM centres WHERE id = ?
			UNION
			SELECT centres.id FROM centres JOIN below ON centres.parent = below.id
		)
		SELECT id FROM below ORDER BY id`, top)
	if err != nil {
		return nil, fmt.Errorf("list centres below %s: %w", top, err)
	}
	return collect(rows, func() (id CentreID, err error) {
		err = db.Fault(rows.Scan(&id))
		return id, err
	})
}

// centreInUse tells whether anything that is not archived still belongs to a centre.
func centreInUse(ctx context.Context, tx *db.Tx, id CentreID) (used bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM centres WHERE parent = ? AND archived_at IS NULL)
			OR EXISTS (SELECT 1 FROM elders WHERE centre = ? AND archived_at IS NULL)
			OR EXISTS (SELECT 1 FROM devices WHERE centre = ? AND archived_at IS NULL)
			OR EXISTS (SELECT 1 FROM helpers WHERE centre = ? AND archived_at IS NULL)
			OR EXISTS (SELECT 1 FROM providers WHERE centre = ? AND archived_at IS NULL)
			OR EXISTS (SELECT 1 FROM operators WHERE centre = ? AND archived_at IS NULL)`,
		id, id, id, id, id, id).Scan(&used)
	return used, err
}

// followElder takes what belongs to an elder into the elder's centre.
func followElder(ctx context.Context, tx *db.Tx, elder ElderID, centre CentreID) error {
	for _, table := range []string{"contacts", "devices", "consents", "caller_classes", "safe_zones"} {
		_, err := tx.Exec(ctx, `
			UPDATE `+table+` SET centre = ?, version = version + 1, updated_at = ?
			WHERE elder = ?`, centre, db.Micros(tx.Now()), elder)
		if err != nil {
			return fmt.Errorf("move %s of elder %s: %w", table, elder, err)
		}
	}
	_, err := tx.Exec(ctx, `
		UPDATE attachments SET centre = ?, version = version + 1, updated_at = ?
		WHERE resource = 'elder' AND owner = ?`, centre, db.Micros(tx.Now()), elder)
	if err != nil {
		return fmt.Errorf("move attachments of elder %s: %w", elder, err)
	}
	return nil
}

// endBinding and beginBinding keep the history of whose a device was.
func endBinding(ctx context.Context, tx *db.Tx, device DeviceID) error {
	_, err := tx.Exec(ctx, `UPDATE device_bindings SET to_at = ? WHERE device = ? AND to_at IS NULL`,
		db.Micros(tx.Now()), device)
	return err
}

func beginBinding(ctx context.Context, tx *db.Tx, device DeviceID, elder ElderID) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO device_bindings (device, elder, from_at) VALUES (?, ?, ?)
		ON CONFLICT (device, from_at, elder) DO UPDATE SET to_at = NULL`, device, elder, db.Micros(tx.Now()))
	return err
}

// bindingsOf gives the history of a device, newest first.
func bindingsOf(ctx context.Context, tx *db.Tx, device DeviceID) ([]Binding, error) {
	rows, err := tx.Query(ctx, `
		SELECT elder, from_at, to_at FROM device_bindings WHERE device = ?
		ORDER BY from_at DESC, elder LIMIT ?`, device, maxLimit)
	if err != nil {
		return nil, fmt.Errorf("list bindings of %s: %w", device, err)
	}
	return collect(rows, func() (b Binding, err error) {
		var from int64
		err = db.Fault(rows.Scan(&b.Elder, &from, microsInto{&b.To}))
		b.From = db.Time(from)
		return b, err
	})
}

// setSeen writes that a device was heard of. A report that is older than what is known changes nothing.
func setSeen(ctx context.Context, tx *db.Tx, s Seen) error {
	at := db.Micros(s.At)
	_, err := tx.Exec(ctx, `
		UPDATE devices SET last_seen_at = ?, battery = COALESCE(?, battery)
		WHERE id = ? AND (last_seen_at IS NULL OR last_seen_at < ?)`, at, s.Battery, s.Device, at)
	if err != nil {
		return fmt.Errorf("write last seen of %s: %w", s.Device, err)
	}
	if s.Tested.IsZero() {
		return nil
	}
	tested := db.Micros(s.Tested)
	_, err = tx.Exec(ctx, `
		UPDATE devices SET tested_at = ?
		WHERE id = ? AND elder = ? AND (tested_at IS NULL OR tested_at < ?)`, tested, s.Device, s.Elder, tested)
	if err != nil {
		return fmt.Errorf("write that the key of %s came through: %w", s.Device, err)
	}
	return nil
}

// place is a helper's position as it lies in its table.
type place struct {
	stamp  // of the writing
	helper HelperID
	at     time.Time // when the helper was there
	cell   []byte
}

// setPlace writes a position, unless a newer one is known.
func setPlace(ctx context.Context, tx *db.Tx, p place) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO helper_positions (helper, at, updated_at, place) VALUES (?, ?, ?, ?)
		ON CONFLICT (helper) DO UPDATE SET at = excluded.at, updated_at = excluded.updated_at, place = excluded.place
		WHERE helper_positions.at <= excluded.at`, p.helper, db.Micros(p.at), db.Micros(tx.Now()), p.cell)
	if err != nil {
		return fmt.Errorf("write position of helper %s: %w", p.helper, err)
	}
	return nil
}

func dropPlace(ctx context.Context, tx *db.Tx, helper HelperID) error {
	_, err := tx.Exec(ctx, `DELETE FROM helper_positions WHERE helper = ?`, helper)
	return err
}

func placeOf(ctx context.Context, tx *db.Tx, helper HelperID) (p place, err error) {
	var at int64
	err = tx.QueryRow(ctx, `SELECT at, place FROM helper_positions WHERE helper = ?`, helper).Scan(&at, &p.cell)
	p.helper, p.at = helper, db.Time(at)
	return p, err
}

func placesSince(ctx context.Context, tx *db.Tx, from stamp, limit int) ([]place, error) {
	rows, err := tx.Query(ctx, `
		SELECT helper, at, updated_at, place FROM helper_positions
		WHERE (updated_at, helper) > (?, ?)
		ORDER BY updated_at, helper LIMIT ?`, from.at, from.id, limit)
	if err != nil {
		return nil, fmt.Errorf("list positions: %w", err)
	}
	return collect(rows, func() (p place, err error) {
		var at, updated int64
		err = db.Fault(rows.Scan(&p.helper, &at, &updated, &p.cell))
		p.at, p.stamp = db.Time(at), stamp{at: updated, id: string(p.helper)}
		return p, err
	})
}

func setPassword(ctx context.Context, tx *db.Tx, operator OperatorID, p password) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO operator_passwords (operator, phc, changed_at, temporary_until) VALUES (?, ?, ?, ?)
		ON CONFLICT (operator) DO UPDATE SET phc = excluded.phc, changed_at = excluded.changed_at,
			temporary_until = excluded.temporary_until`,
		operator, p.phc, db.Micros(p.changedAt), db.NullMicros(p.temporaryUntil))
	if err != nil {
		return fmt.Errorf("write password of %s: %w", operator, err)
	}
	return nil
}

const tokenColumns = `id, prefix, name, scope, device, centre, created_at, expires_at, revoked_at, used_at`

func scanToken(scan func(...any) error) (t Token, err error) {
	var created, expires int64
	err = db.Fault(scan(&t.ID, &t.Prefix, &t.Name, &t.Scope, &t.Device, &t.Centre, &created, &expires,
		microsInto{&t.RevokedAt}, microsInto{&t.UsedAt}))
	t.CreatedAt, t.Expires = db.Time(created), db.Time(expires)
	return t, err
}

func insertToken(ctx context.Context, tx *db.Tx, t Token, hash []byte) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO tokens (hash, `+tokenColumns+`) VALUES (?, `+db.InList(10)+`)`, hash, t.ID, t.Prefix, t.Name,
		t.Scope, t.Device, t.Centre, db.Micros(t.CreatedAt), db.Micros(t.Expires), db.NullMicros(t.RevokedAt),
		db.NullMicros(t.UsedAt))
	if err != nil {
		return fmt.Errorf("write token %s: %w", t.ID, err)
	}
	return nil
}

func tokenBy(ctx context.Context, tx *db.Tx, hash []byte) (Token, error) {
	return scanToken(tx.QueryRow(ctx, `SELECT `+tokenColumns+` FROM tokens WHERE hash = ?`, hash).Scan)
}

func listTokens(ctx context.Context, tx *db.Tx) ([]Token, error) {
	rows, err := tx.Query(ctx, `SELECT `+tokenColumns+` FROM tokens ORDER BY id LIMIT ?`, maxTokens)
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return collect(rows, func() (Token, error) { return scanToken(rows.Scan) })
}

// setTokenUsed writes when a token was used, at most once an hour, whatever node asks.
func setTokenUsed(ctx context.Context, tx *db.Tx, id string, at time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE tokens SET used_at = ? WHERE id = ? AND (used_at IS NULL OR used_at <= ?)`,
		db.Micros(at), id, db.Micros(at.Add(-tokenUse)))
	if err != nil {
		return fmt.Errorf("write the use of token %s: %w", id, err)
	}
	return nil
}

// revokeToken is NotFound for a token that is not there; a second time it changes nothing.
func revokeToken(ctx context.Context, tx *db.Tx, id string) error {
	var revoked int64
	return tx.QueryRow(ctx, `
		UPDATE tokens SET revoked_at = COALESCE(revoked_at, ?) WHERE id = ? RETURNING revoked_at`,
		db.Micros(tx.Now()), id).Scan(&revoked)
}
