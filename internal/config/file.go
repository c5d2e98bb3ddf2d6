package config

import (
	"fmt"
	"os"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"anling/internal/fault"
)

// readFile gives the settings of a YAML file: one flat list of names and plain values.
func readFile(path string) (map[string]string, error) {
	body, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	doc, err := parser.ParseBytes(body, 0)
	if err != nil {
		// The parser's message quotes the line, which may hold a secret.
		return nil, fault.New(fault.Invalid, "%s is not YAML: write one `name: value` on each line", path)
	}
	given := map[string]string{}
	for _, d := range doc.Docs {
		if d.Body == nil {
			continue
		}
		if err := readMapping(path, d.Body, given); err != nil {
			return nil, err
		}
	}
	return given, nil
}

func readMapping(path string, body ast.Node, given map[string]string) error {
	if body.Type() == ast.CommentType {
		return nil
	}
	mapping, ok := body.(ast.MapNode)
	if !ok {
		return fault.New(fault.Invalid, "%s: write one `name: value` on each line", path)
	}
	known := names()
	for pairs := mapping.MapRange(); pairs.Next(); {
		key := pairs.Key().GetToken()
		name, line := key.Value, key.Position.Line
		if _, ok := known[name]; !ok {
			return fault.New(fault.Invalid, "%s:%d: there is no setting %q", path, line, name)
		}
		if _, twice := given[name]; twice {
			return fault.New(fault.Invalid, "%s:%d: %s stands there twice", path, line, name)
		}
		switch v := pairs.Value().(type) {
		case *ast.NullNode:
		case ast.ScalarNode:
			given[name] = v.GetToken().Value
		default:
			return fault.New(fault.Invalid, "%s:%d: %s must be one plain value", path, line, name)
		}
	}
	return nil
}
