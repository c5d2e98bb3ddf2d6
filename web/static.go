package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"anling/internal/fault"
)

// The built console; without Node the folder holds nothing but .keep.
//
//go:embed all:console/dist
var builtConsole embed.FS

// What the pages without scripts and /docs need.
//
//go:embed assets
var pageAssets embed.FS

const basemapPath = "/basemap/city.pmtiles"

// static serves files that never change while the program runs: whole in memory, with an ETag, packed
// where a packed copy stands beside the file (name.gz).
type static struct {
	files map[string]*staticFile
}

type staticFile struct {
	plain, packed []byte
	etag, typ     string
}

func newStatic(fsys fs.FS) (*static, error) {
	st := &static{files: map[string]*staticFile{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(path.Base(name), ".") {
			return err
		}
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		st.add(name, b)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	return st, nil
}

func (st *static) add(name string, b []byte) {
	plain, isPacked := strings.CutSuffix(name, ".gz")
	f := st.files[plain]
	if f == nil {
		f = &staticFile{typ: typeOf(plain)}
		st.files[plain] = f
	}
	if isPacked {
		f.packed = b
		return
	}
	sum := sha256.Sum256(b)
	f.plain, f.etag = b, hex.EncodeToString(sum[:12])
}

// typeOf does not ask the machine's own table, which differs from one to the next.
func typeOf(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".woff2":
		return "font/woff2"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// serve answers with a file; a name that is not there is NotFound.
func (st *static) serve(w http.ResponseWriter, r *http.Request, name string) error {
	f, ok := st.files[name]
	if !ok || f.plain == nil {
		return fault.New(fault.NotFound, "there is nothing here")
	}
	h := w.Header()
	h.Set("Content-Type", f.typ)
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable") // the name holds a hash of what is in it
	}
	body, etag := f.plain, f.etag
	if f.packed != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			body, etag = f.packed, f.etag+"-gz"
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", `"`+etag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
	return nil
}

// newConsole takes a built console, or the embedded one for nil.
func newConsole(fsys fs.FS) (*static, error) {
	if fsys == nil {
		sub, err := fs.Sub(builtConsole, "console/dist")
		if err != nil {
			return nil, fmt.Errorf("embedded console: %w", err)
		}
		fsys = sub
	}
	return newStatic(fsys)
}

// newAssets takes what the pages outside the console need.
func newAssets() (*static, error) {
	sub, err := fs.Sub(pageAssets, "assets")
	if err != nil {
		return nil, fmt.Errorf("embedded assets: %w", err)
	}
	return newStatic(sub)
}

// showConsole answers GET /console/…: the file, or the application for a path of its own.
func (s *Server) showConsole(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Content-Security-Policy", cspConsole)
	name := pathVar(r, "file")
	if s.console.files["index.html"] == nil {
		return s.noConsole(w)
	}
	if s.console.files[name] == nil && path.Ext(name) == "" {
		name = "index.html"
	}
	return s.console.serve(w, r, name)
}

// noConsole tells how to get what is not there.
func (s *Server) noConsole(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	_, err := io.WriteString(w, `<!doctype html><meta charset="utf-8"><title>Anling</title>
<h1>The console is not built</h1>
<p>Run <code>make console</code> (it needs Node), then build the program again. The API works: see <a href="/docs">/docs</a>.</p>`)
	return lostClient(err)
}

// showAsset answers GET /assets/…: style and scripts of the pages that are not the console's.
func (s *Server) showAsset(w http.ResponseWriter, r *http.Request) error {
	return s.assets.serve(w, r, pathVar(r, "file"))
}

// showBasemap answers GET /basemap/city.pmtiles, of which the map asks for parts.
func (s *Server) showBasemap(w http.ResponseWriter, r *http.Request) (err error) {
	if s.basemap == nil {
		return fault.New(fault.NotFound, "there is no base map; make one with: anling map build")
	}
	f, err := s.basemap()
	if errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.NotFound, "there is no base map; make one with: anling map build")
	}
	if err != nil {
		return fmt.Errorf("open base map: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	seeker, ok := f.(io.ReadSeeker)
	if !ok {
		return errors.New("the base map cannot be read in parts")
	}
	st, err := f.Stat()
	if err != nil {
		return fmt.Errorf("base map: %w", err)
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.pmtiles")
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", fmt.Sprintf(`"%x-%x"`, st.Size(), st.ModTime().UnixMicro()))
	http.ServeContent(w, r, "", st.ModTime(), seeker)
	return nil
}
