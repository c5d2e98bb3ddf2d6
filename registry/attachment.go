package registry

import (
	"context"
	"time"

	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/fault"
)

// AttachmentID is the id of an attachment.
type AttachmentID string

// Whose attachments there are, and their kinds.
const (
	ElderAttachments    = "elder"
	HelperAttachments   = "helper"
	ProviderAttachments = "provider"

	PhotoAttachment    = "photo"
	DocumentAttachment = "document"
)

// maxAttachments is how many a person can have.
const maxAttachments = 100

// Attachment is a photograph or a document of an elder, a helper or a provider. Its bytes are sealed under their key and are asked for by
// themselves.
type Attachment struct {
	ID         AttachmentID `json:"id"`
	Resource   string       `json:"resource"` // elder, helper, provider
	Owner      string       `json:"owner"`    // the id of that
	Kind       string       `json:"kind"`     // photo, document
	Title      string       `json:"title"`
	Media      string       `json:"media"` // image/jpeg, image/png, application/pdf
	Size       int          `json:"size"`  // in bytes
	Width      int          `json:"width"` // of a photograph, in pixels
	Height     int          `json:"height"`
	Version    int64        `json:"version"`
	CreatedAt  time.Time    `json:"created_at"`
	UpdatedAt  time.Time    `json:"updated_at"`
	ArchivedAt *time.Time   `json:"archived_at"`

	// Locked says that the sealed part could not be opened (see Elder).
	Locked bool `json:"locked,omitempty"`

	centre CentreID // always that of the owner
}

func (a *Attachment) defaults() {}

func (a *Attachment) normalise(*problems) { a.Title = tidy(a.Title) }

func (a *Attachment) check(c *problems, _ time.Time) {
	c.oneOf("kind", a.Kind, PhotoAttachment, DocumentAttachment)
	c.text("title", a.Title, maxLine)
}

func (a *Attachment) head() head {
	return head{ID: string(a.ID), Centre: a.centre, Version: a.Version, Created: a.CreatedAt, Updated: a.UpdatedAt, Archived: a.ArchivedAt}
}

func (a *Attachment) setHead(h head) {
	a.ID, a.centre, a.Version = AttachmentID(h.ID), h.Centre, h.Version
	a.CreatedAt, a.UpdatedAt, a.ArchivedAt = h.Created, h.Updated, h.Archived
}

func (a *Attachment) subject() string   { return a.Owner }
func (a *Attachment) lock()             { a.Locked = true }
func (a *Attachment) lookups() []lookup { return nil }
func (a *Attachment) words() []word     { return nil }

func attachmentColumns() []string { return []string{"resource", "owner", "kind", "media", "size"} }

func (a *Attachment) values() []any { return []any{a.Resource, a.Owner, a.Kind, a.Media, a.Size} }
func (a *Attachment) dests() []any {
	return []any{&a.Resource, &a.Owner, &a.Kind, &a.Media, &a.Size}
}

func (a *Attachment) adopt(o *Attachment) {
	a.Resource, a.Owner, a.Kind, a.Media, a.Size = o.Resource, o.Owner, o.Kind, o.Media, o.Size
}

// Upload is a file on its way in.
type Upload struct {
	Resource, Owner string
	Kind, Title     string
	Content         []byte
}

// Attach takes in a file: a photograph is decoded and written anew, which leaves behind what was hidden in it; a PDF stays as it
// is. The first photograph of an elder becomes their picture.
func (r *Registry) Attach(ctx context.Context, u Upload) (Attachment, error) {
	file, err := cleanFile(u.Kind, u.Content)
	if err != nil {
		return Attachment{}, err
	}
	x := Attachment{Resource: u.Resource, Owner: u.Owner, Kind: u.Kind, Title: u.Title,
		Media: file.media, Size: len(file.content), Width: file.width, Height: file.height}
	err = r.db.Update(ctx, func(tx *db.Tx) (err error) {
		x, err = r.attach(ctx, tx, x, file)
		return err
	})
	return x, err
}

func (r *Registry) attach(ctx context.Context, tx *db.Tx, x Attachment, f file) (Attachment, error) {
	centre, err := r.ownerOf(ctx, tx, x)
	if err != nil {
		return x, err
	}
	n, err := countAttachments(ctx, tx, x.Resource, x.Owner)
	if err != nil {
		return x, err
	}
	if n >= maxAttachments {
		return x, fault.New(fault.Conflict, "there are %d files already; delete some first", n)
	}
	x.setHead(head{ID: db.NewID(), Centre: centre})
	d := draft[Attachment]{x: x, scope: r.scope, actor: r.actor}
	r.attachments.prepare(&d)
	if x, err = r.attachments.put(ctx, tx, d); err != nil {
		return x, err
	}
	key, err := r.vault.Key(ctx, tx, x.Owner)
	if err != nil {
		return x, err
	}
	err = putContent(ctx, tx, content{id: x.ID, whole: key.Seal(contentTable, "whole", string(x.ID), f.content),
		small: key.Seal(contentTable, "small", string(x.ID), f.small)})
	if err != nil || x.Resource != ElderAttachments || x.Kind != PhotoAttachment {
		return x, err
	}
	return x, r.showFace(ctx, tx, x)
}

// showFace makes the first photograph of an elder the one by which they are known.
func (r *Registry) showFace(ctx context.Context, tx *db.Tx, x Attachment) error {
	old, err := r.elders.find(ctx, tx, r.scope, x.Owner)
	if err != nil || old.Photo != "" {
		return err
	}
	d := draft[Elder]{old: &old, x: old, scope: r.scope, actor: r.actor}
	d.x.Photo = string(x.ID)
	_, err = r.elders.put(ctx, tx, d)
	return err
}

// ownerOf gives the centre of whose an attachment is, which is NotFound outside the scope.
func (r *Registry) ownerOf(ctx context.Context, tx *db.Tx, x Attachment) (CentreID, error) {
	var h head
	var err error
	switch x.Resource {
	case ElderAttachments:
		var row row[Elder]
		row, err = r.elders.load(ctx, tx, r.scope, x.Owner)
		h = row.head
	case HelperAttachments:
		var row row[Helper]
		row, err = r.helpers.load(ctx, tx, r.scope, x.Owner)
		h = row.head
	case ProviderAttachments:
		var row row[Provider]
		row, err = r.providers.load(ctx, tx, r.scope, x.Owner)
		h = row.head
	default:
		return "", fault.New(fault.NotFound, "there is nothing here")
	}
	return h.Centre, err
}

// Attachments lists what a person has, without the bytes.
func (r *Registry) Attachments(ctx context.Context, resource, owner string) (all []Attachment, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		_, err := r.ownerOf(ctx, tx, Attachment{Resource: resource, Owner: owner})
		return err
	})
	if err != nil {
		return nil, err
	}
	page, err := r.attachments.list(ctx, r, r.scope, Query{Filters: map[string]string{"resource": resource, "owner": owner}, Limit: maxLimit})
	return page.Items, err
}

// Attachment gives one, with its bytes: all of them, or of a photograph the small ones.
func (r *Registry) Attachment(ctx context.Context, id AttachmentID, small bool) (x Attachment, bytes []byte, err error) {
	err = r.db.View(ctx, func(tx *db.Tx) error {
		if x, err = r.attachments.find(ctx, tx, r.scope, string(id)); err != nil {
			return err
		}
		bytes, err = r.contentOf(ctx, tx, x, small)
		return err
	})
	return x, bytes, err
}

func (c *core) contentOf(ctx context.Context, tx *db.Tx, x Attachment, small bool) ([]byte, error) {
	column := "whole"
	cell, err := contentBy(ctx, tx, x.ID)
	if err != nil {
		return nil, err
	}
	sealed := cell.whole
	if small && x.Kind == PhotoAttachment {
		column, sealed = "small", cell.small
	}
	key, err := c.vault.Existing(ctx, tx, x.Owner)
	if err != nil {
		return nil, err
	}
	return key.Open(contentTable, column, string(x.ID), sealed)
}

// Detach deletes an attachment: its bytes go at once, that there was one stays in the history.
func (r *Registry) Detach(ctx context.Context, id AttachmentID) error {
	return r.db.Update(ctx, func(tx *db.Tx) error {
		old, err := r.attachments.find(ctx, tx, r.scope, string(id))
		if err != nil || old.ArchivedAt != nil {
			return err
		}
		d := draft[Attachment]{old: &old, x: old, scope: r.scope, actor: r.actor}
		now := tx.Now()
		d.x.ArchivedAt = &now
		if _, err := r.attachments.put(ctx, tx, d); err != nil {
			return err
		}
		if err := dropContent(ctx, tx, id); err != nil || old.Resource != ElderAttachments {
			return err
		}
		return r.forgetFace(ctx, tx, old, r.actor)
	})
}

func (c *core) forgetFace(ctx context.Context, tx *db.Tx, a Attachment, by audit.Actor) error {
	old, err := c.elders.find(ctx, tx, ScopeAll(), a.Owner)
	if err != nil || old.Photo != string(a.ID) {
		return err
	}
	d := draft[Elder]{old: &old, x: old, scope: ScopeAll(), actor: by}
	d.x.Photo = ""
	_, err = c.elders.put(ctx, tx, d)
	return err
}

func (c *core) relateAttachment(context.Context, *db.Tx, *draft[Attachment]) error { return nil }
