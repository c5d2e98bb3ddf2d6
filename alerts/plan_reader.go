package alerts

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// planReader fills a plan from its YAML and remembers where each word of it stands, so that every mistake can be shown at its
// line. A decoder that stops at the first mistake would have a manager find the second one tomorrow.
type planReader struct {
	body  []byte
	at    map[string]token.Position // by path
	wrong []Mistake
}

func newPlanReader(body []byte) *planReader {
	return &planReader{body: body, at: map[string]token.Position{}}
}

// mistakes gives what was wrong, in the order of the lines.
func (r *planReader) mistakes() []Mistake {
	slices.SortStableFunc(r.wrong, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return r.wrong
}

// read fills p; false when there is nothing that could be checked further.
func (r *planReader) read(p *Plan) bool {
	file, err := parser.ParseBytes(r.body, 0, parser.AllowDuplicateMapKey()) // they are named below, with everything else
	if err != nil {
		r.syntax(err)
		return false
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		r.add("", "must be one plan; it begins with plan: NAME")
		return false
	}
	root, ok := file.Docs[0].Body.(*ast.MappingNode)
	if !ok {
		r.add("", "must be one plan; it begins with plan: NAME")
		return false
	}
	r.object("", root, reflect.ValueOf(p).Elem())
	return true
}

// syntax takes over what the YAML reader could not make sense of.
func (r *planReader) syntax(err error) {
	m := Mistake{Line: 1, Column: 1, Problem: "is no YAML: indent with spaces, two more for what belongs to the line above"}
	if bad, ok := errors.AsType[*yaml.SyntaxError](err); ok && bad.Token != nil {
		m.Line, m.Column = bad.Token.Position.Line, bad.Token.Position.Column
	}
	r.wrong = append(r.wrong, m)
}

// add notes a mistake at the place of a path, or of the nearest word around it.
func (r *planReader) add(path, format string, args ...any) {
	m := Mistake{Line: 1, Column: 1, Path: path, Problem: fmt.Sprintf(format, args...)}
	for p := path; ; p = p[:max(strings.LastIndexAny(p, ".["), 0)] {
		if at, ok := r.at[p]; ok {
			m.Line, m.Column = at.Line, at.Column
			break
		}
		if p == "" {
			break
		}
	}
	r.wrong = append(r.wrong, m)
}

func (r *planReader) place(path string, n ast.Node) {
	if t := n.GetToken(); t != nil && t.Position != nil {
		r.at[path] = *t.Position
	}
}

// object fills a struct by the names in its tags.
func (r *planReader) object(path string, n *ast.MappingNode, into reflect.Value) {
	names, seen := fieldsOf(into.Type()), map[string]bool{}
	for _, pair := range n.Values {
		key := pair.Key.GetToken().Value
		at := join(path, key)
		r.place(at, pair.Key)
		i, known := names[key]
		if !known {
			r.add(at, "is no word of a plan here; %s", near(key, names))
			continue
		}
		if seen[key] {
			r.add(at, "stands twice; keep one of them")
		}
		seen[key] = true
		r.value(at, pair.Value, into.Field(i))
	}
}

// value fills one value, and says what was wanted when it is of another kind.
func (r *planReader) value(path string, n ast.Node, into reflect.Value) {
	if _, empty := n.(*ast.NullNode); empty {
		return
	}
	if span, ok := into.Addr().Interface().(*Span); ok {
		r.span(path, n, span)
		return
	}
	switch into.Kind() {
	case reflect.String:
		if text, ok := scalar(n); ok {
			into.SetString(text)
			return
		}
		r.add(path, "must be a word or a sentence")
	case reflect.Int:
		text, _ := scalar(n)
		if i, err := strconv.Atoi(text); err == nil {
			into.SetInt(int64(i))
			return
		}
		r.add(path, "must be a whole number")
	case reflect.Slice:
		r.list(path, n, into)
	case reflect.Map:
		r.texts(path, n, into)
	case reflect.Struct:
		if m, ok := n.(*ast.MappingNode); ok {
			r.object(path, m, into)
			return
		}
		r.add(path, "must be words with values: %s", strings.Join(sorted(fieldsOf(into.Type())), ", "))
	}
}

func (r *planReader) span(path string, n ast.Node, into *Span) {
	text, _ := scalar(n)
	span, ok := readSpan(text)
	if !ok {
		r.add(path, "is no length of time; write 20s, 2m or 1h30m")
		return
	}
	*into = span
}

// list fills a list; a single value is taken for a list of one.
func (r *planReader) list(path string, n ast.Node, into reflect.Value) {
	items := []ast.Node{n}
	if seq, ok := n.(*ast.SequenceNode); ok {
		items = seq.Values
	}
	all := reflect.MakeSlice(into.Type(), len(items), len(items))
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i+1)
		r.place(at, first(item))
		r.value(at, item, all.Index(i))
	}
	into.Set(all)
}

// texts fills a table of languages.
func (r *planReader) texts(path string, n ast.Node, into reflect.Value) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		r.add(path, "must be said in both languages: zh and en")
		return
	}
	all := map[string]string{}
	for _, pair := range m.Values {
		lang := pair.Key.GetToken().Value
		r.place(join(path, lang), pair.Key)
		text, ok := scalar(pair.Value)
		if !ok {
			r.add(join(path, lang), "must be a word or a sentence")
		}
		all[lang] = text
	}
	into.Set(reflect.ValueOf(all))
}

// first is where an item begins for a reader: at its first word.
func first(n ast.Node) ast.Node {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key
	}
	return n
}

// scalar gives the text of a single value.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case *ast.NullNode:
		return "", true
	}
	return "", false
}

// fieldsOf gives the fields of a struct by the words that stand for them.
func fieldsOf(t reflect.Type) map[string]int {
	names := map[string]int{}
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" {
			names[name] = i
		}
	}
	return names
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func sorted[V any](names map[string]V) []string {
	var out []string
	for name := range names {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// near says which word was probably meant, else which there are.
func near[V any](got string, names map[string]V) string {
	all := sorted(names)
	if best := nearest(got, all); best != "" {
		return fmt.Sprintf("%q is probably meant", best)
	}
	return "there are " + strings.Join(all, ", ")
}

// nearest is the word that differs in at most two letters, or begins the same; "" when none does.
func nearest(got string, all []string) string {
	best, least := "", 3
	for _, word := range all {
		if d := distance(got, word); d < least && d < len(word) {
			best, least = word, d
		}
	}
	return best
}

// distance counts the letters to be changed, put in or left out to make one word of another (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
