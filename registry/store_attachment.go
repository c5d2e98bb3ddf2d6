package registry

import (
	"context"
	"fmt"

	"anling/internal/db"
)

// contentTable holds the bytes of attachments, apart from what lists show.
const contentTable = "attachment_contents"

// content are the sealed bytes of an attachment: all, and of a photograph the small ones.
type content struct {
	id           AttachmentID
	whole, small []byte
}

func putContent(ctx context.Context, tx *db.Tx, c content) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO attachment_contents (id, whole, small) VALUES (?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET whole = excluded.whole, small = excluded.small`, c.id, c.whole, c.small)
	if err != nil {
		return fmt.Errorf("write the content of attachment %s: %w", c.id, err)
	}
	return nil
}

func contentBy(ctx context.Context, tx *db.Tx, id AttachmentID) (c content, err error) {
	err = tx.QueryRow(ctx, `SELECT id, whole, small FROM attachment_contents WHERE id = ?`, id).Scan(&c.id, &c.whole, &c.small)
	return c, err
}

func dropContent(ctx context.Context, tx *db.Tx, id AttachmentID) error {
	_, err := tx.Exec(ctx, `DELETE FROM attachment_contents WHERE id = ?`, id)
	return err
}

func countAttachments(ctx context.Context, tx *db.Tx, resource, owner string) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM attachments WHERE resource = ? AND owner = ? AND archived_at IS NULL`,
		resource, owner).Scan(&n)
	return n, err
}
