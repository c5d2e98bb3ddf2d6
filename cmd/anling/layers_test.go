package main

import (
	"fmt"
	"slices"
	"strings"
)

// mayImport is the picture of ARCHITECTURE.md: which room may import which. Everyone may import
// internal; the standard library and dependencies are no rooms.
func mayImport() map[string][]string {
	return map[string][]string{
		"cmd":      {"web", "devices", "alerts", "registry", "notify", "geo"},
		"web":      {"devices", "alerts", "registry", "notify", "geo"},
		"devices":  {"alerts", "registry", "geo"},
		"alerts":   {"registry", "notify", "geo"},
		"registry": {"geo"},
		"notify":   nil,
		"geo":      nil,
		"internal": nil,
		".ci":      {"geo"}, // what measures others beside ours
	}
}

const module = "anling"

func layerRules() []rule {
	return []rule{{
		name: "imports follow the arrows", check: checkLayers,
		bad: []example{
			{"geo/a.go:1: geo must not import registry", map[string]string{"geo/a.go": "package geo; import _ \"anling/registry\""}},
			{"notify must not import devices", map[string]string{"notify/twilio/a.go": "package twilio; import _ \"anling/devices/phone\""}},
			{"internal must not import geo", map[string]string{"internal/db/a.go": "package db; import _ \"anling/geo\""}},
			{"alerts must not import web", map[string]string{"alerts/a_test.go": "package alerts; import _ \"anling/web\""}},
			{"util is no room of the house", map[string]string{"util/a.go": "package util"}},
		},
		good: map[string]string{
			"cmd/anling/a.go": "package main; import (_ \"anling/web\"; _ \"anling/internal/db\")",
			"geo/a.go":        "package geo; import (_ \"anling/internal/fault\"; _ \"github.com/paulmach/orb\"; _ \"anling/geo/b\")",
		},
	}, {
		name: "every package explains itself in one doc.go", check: checkDocs,
		bad: []example{
			{"geo has no doc.go", map[string]string{"geo/a.go": "package geo"}},
			{"geo/doc.go does not begin with \"Package geo \"", map[string]string{"geo/doc.go": "// Points.\npackage geo"}},
			{"geo/a.go explains the package, too", map[string]string{"geo/doc.go": "// Package geo is a.\npackage geo", "geo/a.go": "// Package geo is b.\npackage geo"}},
		},
		good: map[string]string{"cmd/anling/doc.go": "// Command anling does.\npackage main", "geo/doc.go": "// Package geo is.\npackage geo", "geo/a_test.go": "package geo"},
	}}
}

func room(dir string) string {
	first, _, _ := strings.Cut(dir, "/")
	return first
}

func checkLayers(s *source) []string {
	var wrong []string
	allowed := mayImport()
	for _, f := range s.files {
		from := room(f.dir)
		arrows, known := allowed[from]
		if !known {
			wrong = append(wrong, fmt.Sprintf("%s: %s is no room of the house", f.path, from))
		}
		for _, spec := range f.ast.Imports {
			target, ours := strings.CutPrefix(strings.Trim(spec.Path.Value, `"`), module+"/")
			to := room(target)
			if ours && known && to != from && to != "internal" && !slices.Contains(arrows, to) {
				wrong = append(wrong, fmt.Sprintf("%s: %s must not import %s", s.at(spec), from, to))
			}
		}
	}
	return wrong
}

func checkDocs(s *source) []string {
	var wrong []string
	explained := map[string]bool{}
	for _, f := range s.files {
		if _, seen := explained[f.dir]; !seen && !strings.HasSuffix(f.path, "_test.go") {
			explained[f.dir] = false
		}
		if f.ast.Doc == nil {
			continue
		}
		if !strings.HasSuffix(f.path, "/doc.go") {
			wrong = append(wrong, fmt.Sprintf("%s explains the package, too; that is doc.go's work", f.path))
			continue
		}
		explained[f.dir] = true
		begin := "Package " + f.ast.Name.Name + " "
		if f.ast.Name.Name == "main" {
			begin = "Command " + f.dir[strings.LastIndex(f.dir, "/")+1:] + " "
		}
		if !strings.HasPrefix(f.ast.Doc.Text(), begin) {
			wrong = append(wrong, fmt.Sprintf("%s does not begin with %q", f.path, begin))
		}
	}
	for dir, ok := range explained {
		if !ok {
			wrong = append(wrong, dir+" has no doc.go that explains it")
		}
	}
	slices.Sort(wrong)
	return wrong
}
