package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"anling/internal/fault"
)

// The largest bodies that are read.
const (
	maxBody        = 64 << 10
	maxSignalBatch = 1 << 20
)

// readBody reads a body of a media type up to a limit.
func readBody(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return nil, refuse(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", limit)
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "the body could not be read to its end")
	}
	return b, nil
}

// wantType refuses a body of another media type. A body without one is taken as what is wanted.
func wantType(r *http.Request, types ...string) error {
	given := r.Header.Get("Content-Type")
	if given == "" {
		return nil
	}
	mt, _, err := mime.ParseMediaType(given)
	if err != nil {
		return refuse(http.StatusUnsupportedMediaType, "the Content-Type cannot be understood; send %s", types[0])
	}
	for _, t := range types {
		if mt == t {
			return nil
		}
	}
	return refuse(http.StatusUnsupportedMediaType, "the Content-Type must be %s", strings.Join(types, " or "))
}

// readJSON reads a JSON body as it is: for those who decode it themselves.
func readJSON(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if err := wantType(r, "application/json", "application/merge-patch+json"); err != nil {
		return nil, err
	}
	b, err := readBody(w, r, limit)
	if err != nil {
		return nil, err
	}
	return b, tooDeep(b)
}

// maxDepth is how deep JSON may nest: nothing of ours is deeper than ten.
const maxDepth = 32

// tooDeep refuses JSON that nests for the sake of nesting, before anybody decodes it.
func tooDeep(b []byte) error {
	depth, inText := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return fault.New(fault.Invalid, "the body nests deeper than %d levels", maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// decode reads a JSON object into v. Unknown fields are wrong: a misspelt one must not pass as absent.
func decode(w http.ResponseWriter, r *http.Request, v any) error {
	b, err := readJSON(w, r, maxBody)
	if err != nil {
		return err
	}
	return decodeBytes(b, v)
}

func decodeBytes(b []byte, v any) error {
	if len(bytes.TrimSpace(b)) == 0 {
		b = []byte("{}") // commands without arguments may come without a body
	}
	if t := bytes.TrimSpace(b); t[0] != '{' {
		return fault.New(fault.Invalid, "the body must be one JSON object")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return jsonFault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "the body has something after its JSON object")
	}
	return nil
}

// jsonFault says what is wrong with JSON without quoting what it holds.
func jsonFault(err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		name := e.Field
		if name == "" {
			return fault.New(fault.Invalid, "the body must be a JSON object of the right form")
		}
		return fault.InvalidFields("a field has the wrong type",
			[]fault.Field{{Name: name, Problem: "must be " + article(e.Type.String())}})
	}
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fault.New(fault.Invalid, "the body is not JSON: mistake at byte %d", e.Offset)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fault.InvalidFields("there is a field that does not belong here",
			[]fault.Field{{Name: clip(strings.Trim(name, `"`), 64), Problem: "is not known here"}})
	}
	return fault.New(fault.Invalid, "the body is not complete JSON")
}

// article names a Go type in the words of JSON.
func article(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "a list"
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "float"):
		return "a number"
	case goType == "bool":
		return "true or false"
	case strings.Contains(goType, "struct"), strings.HasPrefix(goType, "map"), strings.HasSuffix(goType, "Position"):
		return "an object"
	}
	return "a text"
}

func clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// writeJSON answers with JSON.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, err = w.Write(append(b, '\n'))
	return lostClient(err)
}

// errGone is the end of a request whose client has gone: nothing that we could mend.
var errGone = errors.New("the client has gone")

func lostClient(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errGone, err)
}

// query reads query parameters and gathers what is wrong with them.
type query struct {
	r   *http.Request
	bad []fault.Field
}

func (q *query) text(name string) string { return strings.TrimSpace(q.r.URL.Query().Get(name)) }

func (q *query) number(name string, low, high float64) float64 {
	s := q.text(name)
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= low && v <= high) {
		q.bad = append(q.bad, fault.Field{Name: name, Problem: fmt.Sprintf("must be a number from %g to %g", low, high)})
		return 0
	}
	return v
}

// limit reads a count; absent is the default.
func (q *query) limit(name string, usual, most int) int {
	s := q.text(name)
	if s == "" {
		return usual
	}
	v, err := strconv.Atoi(s)
	if err != nil || v < 1 || v > most {
		q.bad = append(q.bad, fault.Field{Name: name, Problem: fmt.Sprintf("must be a whole number from 1 to %d", most)})
		return usual
	}
	return v
}

func (q *query) err() error {
	if len(q.bad) == 0 {
		return nil
	}
	return fault.InvalidFields("the query is not valid", q.bad)
}
