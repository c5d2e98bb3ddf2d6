package words

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
)

// Zh and En are the languages that every sentence exists in; Zh is the default.
const (
	Zh = "zh"
	En = "en"
)

//go:embed *.json
var files embed.FS

// entry is one sentence in each language.
type entry map[string]string

var table = sync.OnceValue(func() map[string]entry {
	all, err := load(files)
	if err != nil {
		panic(err) // the files are compiled in: only a programming mistake can end here
	}
	return all
})

func load(fsys fs.FS) (map[string]entry, error) {
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list word files: %w", err)
	}
	all := map[string]entry{}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read words %s: %w", name, err)
		}
		one, err := parse(raw)
		if err != nil {
			return nil, fmt.Errorf("parse words %s: %w", name, err)
		}
		for key, e := range one {
			if other, twice := all[key]; twice && (other[Zh] != e[Zh] || other[En] != e[En]) {
				return nil, fmt.Errorf("words %s: key %q means something else in another file", name, key)
			}
			all[key] = e
		}
	}
	return all, nil
}

// parse reads one file. Two sentences under one key are refused: the first would never be said.
func parse(raw []byte) (map[string]entry, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil { // {
		return nil, err
	}
	all := map[string]entry{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		var e entry
		if err := d.Decode(&e); err != nil {
			return nil, err
		}
		name, _ := key.(string)
		if _, twice := all[name]; twice {
			return nil, fmt.Errorf("key %q stands there twice", name)
		}
		all[name] = e
	}
	if _, err := d.Token(); err != nil { // }
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("there is something behind the last bracket")
	}
	return all, nil
}

// Lang maps what a record or a browser says about a language to one that the words exist in.
func Lang(s string) string {
	if strings.HasPrefix(strings.ToLower(strings.TrimSpace(s)), En) {
		return En
	}
	return Zh
}

// Has tells whether a sentence exists under the key.
func Has(key string) bool {
	_, ok := table()[key]
	return ok
}

// Raw is the sentence with its placeholders, or "" when there is none under the key.
func Raw(lang, key string) string { return table()[key][Lang(lang)] }

// T is the sentence under the key with each {name} replaced from vars; a name that is not in
// vars is left out. An unknown key comes back as it is.
func T(lang, key string, vars map[string]string) string {
	if !Has(key) {
		return key
	}
	return Fill(Raw(lang, key), vars)
}

// Fill replaces each {name} of a sentence from vars, once: a value that itself looks like a
// placeholder stays as it is.
func Fill(sentence string, vars map[string]string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(sentence, "{")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			out.WriteString("{" + rest)
			return out.String()
		}
		out.WriteString(vars[name])
		sentence = after
	}
}

// Placeholders lists the names in braces of a sentence, in order of appearance.
func Placeholders(sentence string) []string {
	var names []string
	for {
		_, rest, found := strings.Cut(sentence, "{")
		if !found {
			return names
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			return names
		}
		names = append(names, name)
		sentence = after
	}
}
