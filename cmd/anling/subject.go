package main

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"

	"anling/alerts"
	"anling/devices"
	"anling/internal/audit"
	"anling/internal/db"
	"anling/internal/words"
	"anling/notify"
	"anling/registry"
)

// heldAlert is everything that is kept of one alert.
type heldAlert struct {
	Alert  *alerts.Alert    `json:"alert"`
	Events []alerts.Event   `json:"events"`
	Asked  []*alerts.Record `json:"asked"`
	notify.Held
}

// section is a part of what is held: a file of its own, and a heading on the page.
type section struct {
	File, Heading string
	content       any
	Text          string // the JSON, indented
}

// SubjectAccess writes everything that is held about an elder, and about records that were merged into theirs: JSON for machines, one
// page for people, photographs and documents as they are. Who has worked on an alert stands there by id and role: their names
// are not the elder's data.
func (p *privacy) SubjectAccess(ctx context.Context, r *registry.Registry, id registry.ElderID, w io.Writer) error {
	if err := r.Load(ctx); err != nil {
		return fmt.Errorf("load the helpers: %w", err)
	}
	var ids []registry.ElderID
	err := p.db.View(ctx, func(tx *db.Tx) (err error) {
		ids, err = r.WithMergedTx(ctx, tx, id)
		return err
	})
	if err != nil {
		return err
	}
	var all []holding
	for _, one := range ids {
		var h holding
		err := p.db.View(ctx, func(tx *db.Tx) (err error) {
			h, err = p.held(ctx, tx, r, one)
			return err
		})
		if err != nil {
			return err
		}
		if h.log, err = p.heldLog(ctx, one); err != nil {
			return err
		}
		all = append(all, h)
		r = r.Everywhere()
	}
	return p.writeSubject(ctx, r, w, all)
}

// holding is what is held about one record.
type holding struct {
	found   registry.HeldElder
	alerts  []heldAlert
	outages []alerts.Listed
	signals []devices.Record
	log     []audit.Row
}

func (p *privacy) held(ctx context.Context, tx *db.Tx, r *registry.Registry, id registry.ElderID) (out holding, err error) {
	if out.found, err = r.HeldTx(ctx, tx, id); err != nil {
		return out, err
	}
	if out.signals, err = p.intake.HeldTx(ctx, tx, id); err != nil {
		return out, err
	}
	if out.outages, err = p.engine.ListedTx(ctx, tx, id); err != nil {
		return out, err
	}
	theirs, err := p.engine.HeldTx(ctx, tx, id)
	if err != nil {
		return out, err
	}
	for _, a := range theirs {
		h := heldAlert{Alert: a.Alert, Events: a.Events, Asked: a.Asked}
		for i := range h.Events {
			h.Events[i].Actor.Name, h.Events[i].Data.ActorName = "", ""
		}
		if h.Held, err = p.outbox.HeldTx(ctx, tx, string(a.Alert.ID)); err != nil {
			return out, err
		}
		out.alerts = append(out.alerts, h)
	}
	return out, nil
}

// sectionsOf lays out what is held, that of merged records behind that of the one that stays.
func sectionsOf(all []holding) []section {
	merged, list, signals, log := []registry.HeldElder{}, []heldAlert{}, []devices.Record{}, []audit.Row{}
	outages := []alerts.Listed{}
	for i, h := range all {
		if i > 0 {
			merged = append(merged, h.found)
		}
		outages = append(outages, h.outages...)
		list, signals, log = append(list, h.alerts...), append(signals, h.signals...), append(log, h.log...)
	}
	out := []section{
		{File: "record.json", Heading: "subject.record", content: all[0].found},
		{File: "alerts.json", Heading: "subject.alerts", content: list},
		{File: "outages.json", Heading: "subject.outages", content: outages},
		{File: "signals.json", Heading: "subject.signals", content: signals},
		{File: "log.json", Heading: "subject.log", content: log},
	}
	if len(merged) > 0 {
		out = append(out, section{File: "merged.json", Heading: "subject.merged", content: merged})
	}
	return out
}

// heldLog gives every row about an elder: changes, looks and exports.
func (p *privacy) heldLog(ctx context.Context, id registry.ElderID) ([]audit.Row, error) {
	rows := []audit.Row{}
	q := audit.Query{Subject: string(id), Limit: 1000}
	for {
		page, err := p.audit.Find(ctx, q)
		if err != nil {
			return nil, err
		}
		rows = append(rows, page.Items...)
		if page.Next == nil {
			return rows, nil
		}
		q.Cursor = *page.Next
	}
}

var subjectPage = template.Must(template.New("subject").Parse(`<!doctype html>
<html lang="{{.Lang}}"><meta charset="utf-8"><title>{{.Title}}</title>
<style>body{font:16px/1.6 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}pre{white-space:pre-wrap;background:#f4f4f4;padding:1em}</style>
<h1>{{.Title}}</h1><p>{{.Intro}}</p>
{{range .Sections}}<h2>{{.Heading}}</h2><p>{{.File}}</p><pre>{{.Text}}</pre>
{{end}}</html>
`))

func (p *privacy) writeSubject(ctx context.Context, r *registry.Registry, w io.Writer, held []holding) error {
	z := zip.NewWriter(w)
	if err := writeSections(z, held[0].found.Elder, sectionsOf(held)); err != nil {
		return err
	}
	for _, h := range held {
		if err := p.addFiles(ctx, r, z, h.found.Files); err != nil {
			return err
		}
	}
	return z.Close()
}

// addFiles adds photographs and documents, each under its id.
func (p *privacy) addFiles(ctx context.Context, r *registry.Registry, z *zip.Writer, files []registry.Attachment) error {
	for _, x := range files {
		var body []byte
		err := p.db.View(ctx, func(tx *db.Tx) (err error) {
			body, err = r.HeldFileTx(ctx, tx, x)
			return err
		})
		if err == nil && body != nil {
			err = addFile(z, "files/"+string(x.ID)+endingOf(x.Media), body)
		}
		if err != nil {
			return fmt.Errorf("add the file %s: %w", x.ID, err)
		}
	}
	return nil
}

func endingOf(media string) string {
	return map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "application/pdf": ".pdf"}[media]
}

func writeSections(z *zip.Writer, e registry.Elder, all []section) error {
	for i := range all {
		body, err := json.MarshalIndent(all[i].content, "", "  ")
		if err != nil {
			return fmt.Errorf("write %s: %w", all[i].File, err)
		}
		all[i].Text = string(body)
		if err := addFile(z, all[i].File, body); err != nil {
			return err
		}
	}
	lang := words.Zh
	if e.Language == words.En {
		lang = words.En
	}
	t := func(key string) string { return words.T(lang, key, nil) }
	for i := range all {
		all[i].Heading = t(all[i].Heading)
	}
	var page bytes.Buffer
	err := subjectPage.Execute(&page, map[string]any{"Lang": lang, "Title": t("subject.title"), "Intro": t("subject.intro"), "Sections": all})
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	return addFile(z, "index.html", page.Bytes())
}

func addFile(z *zip.Writer, name string, body []byte) error {
	f, err := z.Create(name)
	if err != nil {
		return fmt.Errorf("add %s: %w", name, err)
	}
	_, err = f.Write(body)
	return err
}

func subjectAccess(ctx context.Context, e environment, args []string) int {
	return finish(e, "subject-access", withStorage(ctx, call{environment: e, flags: newFlags(e, "subject-access"), args: args},
		func(s *storage, args []string) error {
			if len(args) != 2 {
				return usage("say the id of the elder and the file to write")
			}
			return writeSubjectFile(ctx, e, s, registry.ElderID(args[0]), args[1])
		}))
}

//house:parameters what to do it with, whom and where to
func writeSubjectFile(ctx context.Context, e environment, s *storage, id registry.ElderID, path string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	if err := s.privacyOf().SubjectAccess(ctx, s.registry, id, f); err != nil {
		return err
	}
	err = s.audit.Add(ctx, audit.Entry{Actor: audit.Actor{Kind: audit.Command, ID: "subject-access"}, Action: "elder.exported", Resource: "elder", ID: string(id), Subject: string(id)})
	if err != nil {
		return err
	}
	say(e.Stdout, "wrote %s: it holds everything about this person in clear; hand it over and delete it\n", path)
	return nil
}
