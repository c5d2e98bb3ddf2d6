package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// maxDependencies is how many modules our own code may import. Raising it is a decision: say in the
// commit what the new one replaces, who maintains it, and its licence.
const maxDependencies = 26

func textRules() []rule {
	return []rule{{
		name: "few direct dependencies", check: checkDependencies,
		bad:  []example{{fmt.Sprintf("%d modules are imported", maxDependencies+1), manyDependencies(maxDependencies + 1)}},
		good: manyDependencies(maxDependencies),
	}, {
		name: "go.mod tells what is imported from what is only needed by it", check: checkModFile,
		bad: []example{
			{"example.org/m is imported", map[string]string{"go.mod": "require (\n\texample.org/m v1.0.0 // indirect\n)\n", "a/a.go": "package a\nimport _ \"example.org/m/sub\""}},
			{"example.org/m is not imported", map[string]string{"go.mod": "require (\n\texample.org/m v1.0.0\n)\n", "a/a.go": "package a"}},
		},
		good: map[string]string{"go.mod": "require (\n\texample.org/m v1.0.0\n\texample.org/n v1.0.0 // indirect\n)\n", "a/a.go": "package a\nimport _ \"example.org/m\""},
	}, {
		name: "migrations have numbers of their own", check: checkMigrationNumbers,
		bad: []example{
			{"0002 is taken twice", map[string]string{migrations + "0001_a.sql": "", migrations + "0002_a.sql": "", migrations + "0002_b.sql": ""}},
			{"is not named NNNN_name.sql", map[string]string{migrations + "1_a.sql": ""}},
		},
		good: map[string]string{migrations + "0001_a.sql": "", migrations + "0002_b_c.sql": ""},
	}, {
		name: "every word exists in both languages", check: checkWords,
		bad: []example{
			{"a.b has no en", map[string]string{"internal/words/w.json": `{"a.b":{"zh":"门"}}`}},
			{"a.b has different places", map[string]string{"internal/words/w.json": `{"a.b":{"zh":"{n} 人","en":"people"}}`}},
			{"a.b has a language xx", map[string]string{"internal/words/w.json": `{"a.b":{"zh":"门","en":"door","xx":"d"}}`}},
			{"w.json is not", map[string]string{"internal/words/w.json": `{`}},
		},
		good: map[string]string{"internal/words/w.json": `{"a.b":{"zh":"{n} 人 {x}","en":"{x}: {n} people"}}`},
	}, {
		name: "both READMEs name the same commands, and they exist", check: checkReadmes,
		bad: []example{
			{"make run stands only in README.md", map[string]string{"README.md": "`make run`", "README.zh-CN.md": "", "Makefile": "run:"}},
			{"make fly does not exist", map[string]string{"README.md": "make fly", "README.zh-CN.md": "make fly", "Makefile": "run:"}},
			{"anling fly does not exist", map[string]string{"README.md": "bin/anling fly", "README.zh-CN.md": "bin/anling fly", "Makefile": ""}},
		},
		good: map[string]string{"README.md": "make run, bin/anling help", "README.zh-CN.md": "bin/anling help 或 make run", "Makefile": "run: build\n"},
	}, {
		name: "nothing names a machine or a package host", check: checkPlaces,
		bad: []example{
			{"a.md:2: names", map[string]string{"a.md": "x\nsee /ro" + "ot/x"}},
			{"a.json:1: names", map[string]string{"a.json": "https://registry.npm" + "js.org/x"}},
		},
		good: map[string]string{"a.md": "/var/lib/anling", "README.md": "~/anling"},
	}}
}

func manyDependencies(n int) map[string]string {
	mod, body := "module anling\n\nrequire (\n", "package a\nimport (\n"
	for i := range n {
		mod += fmt.Sprintf("\texample.org/m%02d v1.0.0\n", i)
		body += fmt.Sprintf("_ \"example.org/m%02d/sub\"\n", i)
	}
	return map[string]string{"go.mod": mod + "\texample.org/indirect v1.0.0 // indirect\n)\n", "a/a.go": body + ")"}
}

func checkDependencies(s *source) []string {
	var used []string
	for _, m := range modules(s) {
		if m.imported {
			used = append(used, m.path)
		}
	}
	if len(used) > maxDependencies {
		return []string{fmt.Sprintf("go.mod: %d modules are imported, %d are allowed: %s", len(used), maxDependencies, strings.Join(used, " "))}
	}
	return nil
}

// checkModFile is what go mod tidy would say, without asking the network.
func checkModFile(s *source) []string {
	var wrong []string
	for _, m := range modules(s) {
		switch {
		case m.imported && m.indirect:
			wrong = append(wrong, "go.mod: "+m.path+" is imported and marked as indirect; run go mod tidy")
		case !m.imported && !m.indirect:
			wrong = append(wrong, "go.mod: "+m.path+" is not imported and not marked as indirect; run go mod tidy")
		}
	}
	return wrong
}

// required is a module in go.mod.
type required struct {
	path               string
	indirect, imported bool
}

func modules(s *source) []required {
	var all []required
	for _, m := range regexp.MustCompile(`(?m)^\t(\S+) v\S+( // indirect)?$`).FindAllStringSubmatch(s.texts["go.mod"], -1) {
		all = append(all, required{path: m[1], indirect: m[2] != ""})
	}
	for _, f := range s.files {
		for _, i := range f.ast.Imports {
			target := strings.Trim(i.Path.Value, `"`) + "/"
			if m := slices.IndexFunc(all, func(m required) bool { return strings.HasPrefix(target, m.path+"/") }); m >= 0 {
				all[m].imported = true
			}
		}
	}
	return all
}

const migrations = "internal/db/migrations/"

func checkMigrationNumbers(s *source) []string {
	var wrong []string
	form := regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.sql$`)
	taken := map[string]bool{}
	for _, file := range slices.Sorted(maps.Keys(s.texts)) {
		base, ours := strings.CutPrefix(file, migrations)
		if !ours || path.Ext(base) != ".sql" {
			continue
		}
		switch m := form.FindStringSubmatch(base); {
		case m == nil:
			wrong = append(wrong, file+" is not named NNNN_name.sql")
		case taken[m[1]]:
			wrong = append(wrong, fmt.Sprintf("%s: %s is taken twice", file, m[1]))
		default:
			taken[m[1]] = true
		}
	}
	return wrong
}

func checkWords(s *source) []string {
	var wrong []string
	for _, file := range slices.Sorted(maps.Keys(s.texts)) {
		if path.Dir(file) != "internal/words" || path.Ext(file) != ".json" {
			continue
		}
		words := map[string]map[string]string{}
		if err := json.Unmarshal([]byte(s.texts[file]), &words); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s is not a list of words: %v", file, err))
		}
		for _, key := range slices.Sorted(maps.Keys(words)) {
			if problem := wordProblem(words[key]); problem != "" {
				wrong = append(wrong, fmt.Sprintf("%s: %s %s", file, key, problem))
			}
		}
	}
	return wrong
}

func wordProblem(w map[string]string) string {
	for lang := range w {
		if lang != "zh" && lang != "en" {
			return "has a language " + lang
		}
	}
	for _, lang := range []string{"zh", "en"} {
		if strings.TrimSpace(w[lang]) == "" {
			return "has no " + lang
		}
	}
	place := regexp.MustCompile(`\{[a-z_0-9]+\}`)
	zh, en := place.FindAllString(w["zh"], -1), place.FindAllString(w["en"], -1)
	slices.Sort(zh)
	slices.Sort(en)
	if !slices.Equal(slices.Compact(zh), slices.Compact(en)) {
		return fmt.Sprintf("has different places: zh %q, en %q", zh, en)
	}
	return ""
}

func checkReadmes(s *source) []string {
	var wrong []string
	english, chinese := said(s.texts["README.md"]), said(s.texts["README.zh-CN.md"])
	for _, c := range slices.Sorted(maps.Keys(english)) {
		if !chinese[c] {
			wrong = append(wrong, c+" stands only in README.md")
			continue
		}
		if word, ok := strings.CutPrefix(c, "make "); ok {
			if !regexp.MustCompile(`(?m)^` + word + `( [a-z ]+)?:`).MatchString(s.texts["Makefile"]) {
				wrong = append(wrong, "README.md: "+c+" does not exist")
			}
		} else if _, ok := findCommand(strings.TrimPrefix(c, "anling ")); !ok {
			wrong = append(wrong, "README.md: "+c+" does not exist")
		}
	}
	for _, c := range slices.Sorted(maps.Keys(chinese)) {
		if !english[c] {
			wrong = append(wrong, c+" stands only in README.zh-CN.md")
		}
	}
	return wrong
}

// said gives the make targets and anling commands that a text tells its reader to use.
func said(text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range regexp.MustCompile(`(bin/anling|make) ([a-z]+(?:-[a-z]+)*)`).FindAllStringSubmatch(text, -1) {
		all[path.Base(m[1])+" "+m[2]] = true
	}
	return all
}

// checkPlaces finds folders of one machine and the hosts that packages were fetched from: both are
// true only where they were written. The forbidden words are cut in two here, or they would find themselves.
func checkPlaces(s *source) []string {
	var wrong []string
	forbidden := regexp.MustCompile(`(^|[\s"'(=:])/(wo` + `rk|ro` + `ot|home|Users)/\w|npm` + `js\.org|npm` + `mirror|proxy\.go` + `lang|gop` + `roxy\.|py` + `pi\.|deb\.deb` + `ian|/bash_` + `jobs`)
	for _, file := range slices.Sorted(maps.Keys(s.texts)) {
		for i, line := range strings.Split(s.texts[file], "\n") {
			if forbidden.MatchString(line) {
				wrong = append(wrong, fmt.Sprintf("%s:%d: names a folder of one machine or a package host", file, i+1))
			}
		}
	}
	return wrong
}
