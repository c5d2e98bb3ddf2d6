package web

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"anling/internal/fault"
	"anling/internal/words"
	"anling/registry"
)

// importRoutes are those of spreadsheets.
func (s *Server) importRoutes() []route {
	return []route{
		{http.MethodPost, "/v1/imports", "import", s.stageImport},
		{http.MethodGet, "/v1/imports", "import", s.listImports},
		{http.MethodGet, "/v1/imports/{id}", "import", s.getImport},
		{http.MethodPatch, "/v1/imports/{id}", "import", s.changeImport},
		{http.MethodDelete, "/v1/imports/{id}", "import", s.dropImport},
		{http.MethodPost, "/v1/imports/{id}/check", "import", s.checkImport},
		{http.MethodPost, "/v1/imports/{id}/run", "import", s.runImport},
		{http.MethodGet, "/v1/imports/{id}/refused.csv", "import", s.getRefused},
		{http.MethodGet, "/v1/exports/{kind}", "export", s.stepped(s.export)},
	}
}

// sheetType is the type of the records in the spreadsheets of a kind.
func sheetType(kind string) (reflect.Type, error) {
	t, ok := map[string]reflect.Type{registry.Elders: reflect.TypeFor[registry.Elder](), registry.Contacts: reflect.TypeFor[registry.Contact](),
		registry.Devices: reflect.TypeFor[registry.Device](), registry.Helpers: reflect.TypeFor[registry.Helper](),
		registry.Providers: reflect.TypeFor[registry.Provider]()}[kind]
	if !ok {
		return nil, fault.New(fault.NotFound, "there are no spreadsheets of this kind")
	}
	return t, nil
}

// barred are the columns of a kind with which the caller may not do something.
func (s *Server) barred(ctx context.Context, kind string, may registry.Right) ([]string, error) {
	t, err := sheetType(kind)
	if err != nil {
		return nil, err
	}
	v := s.searcher(ctx)
	return slices.DeleteFunc(s.registry.Columns(kind), func(column string) bool {
		return column == "id" || s.mayColumn(v, t, column, may)
	}), nil
}

// mayColumn tells whether a viewer may do something with a column; one of a centre's own fields is of the classes of its definitions.
func (s *Server) mayColumn(v viewer, t reflect.Type, column string, may registry.Right) bool {
	if key, own := strings.CutPrefix(column, "custom."); own {
		return v.ownField(t, key)&may == may
	}
	return v.rights(t, column)&may == may
}

// limitsOf are the columns with which the caller may do less than everything in an import.
func (s *Server) limitsOf(ctx context.Context, kind string) (limits registry.ColumnLimits, err error) {
	if limits.Barred, err = s.barred(ctx, kind, registry.MayChange); err != nil {
		return limits, err
	}
	limits.Hidden, err = s.barred(ctx, kind, registry.MaySee)
	return limits, err
}

// stageImport answers POST /v1/imports?kind=: the file is the body, or the first file of a form.
func (s *Server) stageImport(w http.ResponseWriter, r *http.Request) error {
	kind := r.URL.Query().Get("kind")
	limits, err := s.limitsOf(r.Context(), kind)
	if err != nil {
		return err
	}
	file, err := fileOf(w, r)
	if err != nil {
		return err
	}
	staged, err := s.registryFor(r).StageImport(r.Context(), kind, file, limits)
	if err != nil {
		return err
	}
	return s.answerImport(w, r, http.StatusCreated, staged)
}

// maxSpreadsheet is how large a file may be, with what a form puts around it.
const maxSpreadsheet = 257 << 20

func fileOf(w http.ResponseWriter, r *http.Request) (io.Reader, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxSpreadsheet)
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "multipart/form-data" {
		return r.Body, nil
	}
	form, err := r.MultipartReader()
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the form cannot be read")
	}
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, fault.New(fault.Invalid, "the form holds no file")
		}
		if err != nil {
			return nil, fault.Wrap(fault.Invalid, err, "the form cannot be read")
		}
		if isFile(part) {
			return part, nil
		}
	}
}

func isFile(p *multipart.Part) bool { return p.FileName() != "" }

// answerImport says what is wrong with rows in the caller's language.
func (s *Server) answerImport(w http.ResponseWriter, r *http.Request, status int, i registry.Staged) error {
	lang := langOf(r)
	for n := range i.Refused {
		i.Refused[n] = i.Refused[n].In(lang)
	}
	for n := range i.Preview.Preview {
		for k, p := range i.Preview.Preview[n].Problems {
			i.Preview.Preview[n].Problems[k] = fault.Field{Name: p.Name, Problem: words.Problem(lang, p), Key: p.Key}
		}
	}
	i.Problem = words.Sentence(lang, i.Problem)
	return writeJSON(w, status, i)
}

func (s *Server) listImports(w http.ResponseWriter, r *http.Request) error {
	all, err := s.registryFor(r).StagedImports(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, page[registry.Staged]{Items: all})
}

func (s *Server) getImport(w http.ResponseWriter, r *http.Request) error {
	i, err := s.registryFor(r).StagedImport(r.Context(), pathVar(r, "id"))
	if err != nil {
		return err
	}
	return s.answerImport(w, r, http.StatusOK, i)
}

func (s *Server) changeImport(w http.ResponseWriter, r *http.Request) error {
	var c registry.ImportChange
	if err := decode(w, r, &c); err != nil {
		return err
	}
	i, err := s.registryFor(r).ChangeImport(r.Context(), pathVar(r, "id"), c)
	if err != nil {
		return err
	}
	return s.answerImport(w, r, http.StatusOK, i)
}

func (s *Server) dropImport(w http.ResponseWriter, r *http.Request) error {
	if err := s.registryFor(r).DropImport(r.Context(), pathVar(r, "id")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Server) checkImport(w http.ResponseWriter, r *http.Request) error {
	return s.beginImport(w, r, s.registryFor(r).CheckImport)
}

func (s *Server) runImport(w http.ResponseWriter, r *http.Request) error {
	return s.beginImport(w, r, s.registryFor(r).RunImport)
}

// beginImport has the worker begin, with the rights that the caller has now.
func (s *Server) beginImport(w http.ResponseWriter, r *http.Request, begin func(context.Context, string, registry.ColumnLimits) (registry.Staged, error)) error {
	was, err := s.registryFor(r).StagedImport(r.Context(), pathVar(r, "id"))
	if err != nil {
		return err
	}
	limits, err := s.limitsOf(r.Context(), was.Kind)
	if err != nil {
		return err
	}
	i, err := begin(r.Context(), was.ID, limits)
	if err != nil {
		return err
	}
	return s.answerImport(w, r, http.StatusAccepted, i)
}

func (s *Server) getRefused(w http.ResponseWriter, r *http.Request) error {
	if _, err := s.registryFor(r).StagedImport(r.Context(), pathVar(r, "id")); err != nil {
		return err
	}
	asFile(w, "text/csv; charset=utf-8", "refused.csv")
	return s.registryFor(r).WriteRefused(r.Context(), pathVar(r, "id"), langOf(r), w)
}

func asFile(w http.ResponseWriter, media, name string) {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// export answers GET /v1/exports/{kind}: those whom a list would show, as far as the caller may take them along. It is written
// down before the first byte that it was begun, and at the end how many it were.
func (s *Server) export(w http.ResponseWriter, r *http.Request) error {
	o, err := s.exportOrder(r)
	if err != nil {
		return err
	}
	l := look{action: "export.begun", resource: o.Kind, seen: seen{Fields: o.Columns, Query: exportedQuery(r.URL.Query())}}
	if err := s.look(r.Context(), l); err != nil {
		return err
	}
	name, media := o.Kind+".csv", "text/csv; charset="+o.Encoding
	if o.Format == registry.FormatXLSX {
		name, media = o.Kind+".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	out := &lateFile{ResponseWriter: w, media: media, name: name}
	rows, err := s.registryFor(r).ExportTo(r.Context(), o, out)
	if !out.begun && err != nil {
		return err
	}
	l.action, l.seen.Count = "export.done", &rows
	if err = errors.Join(err, s.look(context.WithoutCancel(r.Context()), l)); err != nil {
		s.log.Warn("an export broke off", "kind", o.Kind, "rows", rows, "err", err)
		panic(http.ErrAbortHandler) // the receiver must see that it is not whole
	}
	return nil
}

// lateFile says that it is a file when the first byte is written: until then an answer can still be a problem.
type lateFile struct {
	http.ResponseWriter
	media, name string
	begun       bool
}

func (f *lateFile) Write(p []byte) (int, error) {
	if !f.begun {
		f.begun = true
		asFile(f.ResponseWriter, f.media, f.name)
	}
	return f.ResponseWriter.Write(p)
}

func exportedQuery(q url.Values) map[string]string {
	out := map[string]string{}
	for name := range q {
		out[name] = q.Get(name)
	}
	return out
}

// exportOrder reads what is asked for: only columns that the caller may both see and take along.
func (s *Server) exportOrder(r *http.Request) (o registry.ExportOrder, err error) {
	kind, q := pathVar(r, "kind"), r.URL.Query()
	t, err := sheetType(kind)
	if err != nil {
		return o, err
	}
	barred, err := s.barred(r.Context(), kind, registry.MaySee|registry.MayExport)
	if err != nil {
		return o, err
	}
	o = registry.ExportOrder{Kind: kind, Format: q.Get("format"), Encoding: q.Get("encoding"),
		Query: registry.Query{Text: q.Get("q"), Classes: s.searcher(r.Context()).searchable(t), Filters: map[string]string{}}}
	if o.Encoding == "" {
		o.Encoding = registry.EncodingUTF8
	}
	for name := range q {
		if !slices.Contains([]string{"format", "encoding", "columns", "q"}, name) {
			o.Query.Filters[name] = q.Get(name)
		}
	}
	asked := strings.FieldsFunc(q.Get("columns"), func(c rune) bool { return c == ',' })
	for _, c := range asked {
		if slices.Contains(barred, c) {
			return o, fault.InvalidFields("", []fault.Field{{Name: "columns", Problem: "names a column that you may not export"}})
		}
	}
	if o.Columns = asked; len(asked) == 0 {
		o.Columns = slices.DeleteFunc(s.registryFor(r).Columns(kind), func(c string) bool { return slices.Contains(barred, c) })
	}
	return o, nil
}
