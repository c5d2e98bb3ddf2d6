package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"anling/internal/fault"
	"anling/registry"
)

// maxUpload is the largest file, and what a form writes around it.
const maxUpload = registry.MaxFile + 64<<10

// attachmentRoutes are those of photographs and documents. What somebody may do with one is what they may do with whose it is.
func (s *Server) attachmentRoutes() []route {
	const get, post, del = http.MethodGet, http.MethodPost, http.MethodDelete
	t := []route{
		{get, "/v1/attachments/{id}", "elders.see", s.showAttachment},
		{get, "/v1/attachments/{id}/thumbnail", "elders.see", s.showThumbnail},
		{del, "/v1/attachments/{id}", "elders.change", s.deleteAttachment},
	}
	for _, of := range []string{registry.ElderAttachments, registry.HelperAttachments, registry.ProviderAttachments} {
		t = append(t,
			route{get, "/v1/" + of + "s/{id}/attachments", registry.Action(of + "s.see"), func(w http.ResponseWriter, r *http.Request) error { return s.listAttachments(w, r, of) }},
			route{post, "/v1/" + of + "s/{id}/attachments", registry.Action(of + "s.change"), func(w http.ResponseWriter, r *http.Request) error { return s.attach(w, r, of) }})
	}
	return t
}

// ownerWithin refuses, as if it were not there, what is of somebody who is none of a firm's business.
func (s *Server) ownerWithin(r *http.Request, of, owner string) error {
	ctx := r.Context()
	if callerOf(ctx).firm() == "" {
		return nil
	}
	var record any
	var err error
	switch of {
	case registry.ElderAttachments:
		record, err = s.registryFor(r).Elder(ctx, registry.ElderID(owner))
	case registry.HelperAttachments:
		record, err = s.registryFor(r).Helper(ctx, registry.HelperID(owner))
	case registry.ProviderAttachments:
		record, err = s.registryFor(r).Provider(ctx, registry.ProviderID(owner))
	}
	if err != nil {
		return err
	}
	return s.within(ctx, record)
}

// standsToOwner is how the caller stands to the files of somebody.
func (s *Server) standsToOwner(ctx context.Context, of, owner string) (standing, error) {
	st := standing{viewer: s.viewer(ctx)}
	if of != registry.ElderAttachments {
		return st, nil
	}
	return s.throughGlass(ctx, st, registry.ElderID(owner))
}

func (s *Server) listAttachments(w http.ResponseWriter, r *http.Request, of string) error {
	if err := s.ownerWithin(r, of, pathVar(r, "id")); err != nil {
		return err
	}
	all, err := s.registryFor(r).Attachments(r.Context(), of, pathVar(r, "id"))
	if err != nil {
		return err
	}
	who, err := s.standsToOwner(r.Context(), of, pathVar(r, "id"))
	if err != nil {
		return err
	}
	err = s.look(r.Context(), look{action: "attachments.listed", resource: of, id: pathVar(r, "id"), subject: pathVar(r, "id"),
		seen: seen{Count: new(len(all)), Note: who.note()}})
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, page[gated[registry.Attachment]]{Items: redactAll(who.viewer, all)})
}

// attach takes a file as a form (file, kind, title) or as the body itself, with kind and title in the query.
func (s *Server) attach(w http.ResponseWriter, r *http.Request, of string) error {
	u := registry.Upload{Resource: of, Owner: pathVar(r, "id"), Kind: r.URL.Query().Get("kind"), Title: r.URL.Query().Get("title")}
	if err := s.ownerWithin(r, u.Resource, u.Owner); err != nil {
		return err
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	if err := readUpload(r, &u); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return refuse(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", maxUpload)
		}
		return err
	}
	x, err := s.registryFor(r).Attach(r.Context(), u)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusCreated, redact(s.viewer(r.Context()), x))
}

func readUpload(r *http.Request, u *registry.Upload) (err error) {
	mt, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || mt != "multipart/form-data" {
		u.Content, err = io.ReadAll(r.Body)
		return lost(err)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return lost(err)
	}
	for range 10 {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return lost(err)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			return lost(err)
		}
		switch p.FormName() {
		case "file":
			u.Content = b
		case "kind":
			u.Kind = string(b)
		case "title":
			u.Title = string(b)
		}
	}
	return fault.New(fault.Invalid, "the form has too many parts")
}

func lost(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return err
	}
	return fault.Wrap(fault.Invalid, err, "the body could not be read to its end")
}

func (s *Server) showAttachment(w http.ResponseWriter, r *http.Request) error {
	return s.sendAttachment(w, r, false)
}

func (s *Server) showThumbnail(w http.ResponseWriter, r *http.Request) error {
	return s.sendAttachment(w, r, true)
}

// sendAttachment sends bytes after it was written down who looks at them. A document is saved, never opened in the page: a PDF can
// hold programs.
func (s *Server) sendAttachment(w http.ResponseWriter, r *http.Request, small bool) error {
	x, bytes, err := s.registryFor(r).Attachment(r.Context(), registry.AttachmentID(pathVar(r, "id")), small)
	if err != nil {
		return err
	}
	if err := s.ownerWithin(r, x.Resource, x.Owner); err != nil {
		return err
	}
	who, err := s.standsToOwner(r.Context(), x.Resource, x.Owner)
	if err != nil {
		return err
	}
	if err := s.mayOpen(r.Context(), who, x); err != nil {
		return err
	}
	if small && x.Kind != registry.PhotoAttachment {
		return fault.New(fault.NotFound, "there is nothing here")
	}
	note := x.Kind
	if small {
		note = "thumbnail"
	}
	err = s.look(r.Context(), look{action: "attachment.seen", resource: "attachment", id: string(x.ID), subject: x.Owner, seen: seen{Note: strings.TrimSpace(note + " " + who.note())}})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", x.Media)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	disposition := "attachment"
	if strings.HasPrefix(x.Media, "image/") {
		disposition = "inline"
	}
	h.Set("Content-Disposition", disposition+`; filename="`+string(x.ID)+endingOf(x.Media)+`"`)
	_, err = w.Write(bytes)
	return lostClient(err)
}

func endingOf(media string) string {
	if media == "application/pdf" {
		return ".pdf"
	}
	return ".jpg"
}

// mayOpen tells whether the caller may see what a file shows: a face as a name, a document as a note.
func (s *Server) mayOpen(ctx context.Context, who standing, x registry.Attachment) error {
	if err := s.demand(ctx, registry.Action(x.Resource+"s.see")); err != nil {
		return err
	}
	field := "media"
	if x.Kind == registry.DocumentAttachment {
		field = "title"
	}
	if who.rights(reflect.TypeFor[registry.Attachment](), field)&registry.MaySee == 0 {
		return fault.New(fault.Denied, "you may not do this")
	}
	return nil
}

func (s *Server) deleteAttachment(w http.ResponseWriter, r *http.Request) error {
	x, _, err := s.registryFor(r).Attachment(r.Context(), registry.AttachmentID(pathVar(r, "id")), true)
	if err != nil {
		return err
	}
	if err := s.ownerWithin(r, x.Resource, x.Owner); err != nil {
		return err
	}
	if err := s.demand(r.Context(), registry.Action(x.Resource+"s.change")); err != nil {
		return err
	}
	if err := s.registryFor(r).Detach(r.Context(), x.ID); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
