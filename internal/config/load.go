package config

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"anling/internal/fault"
)

// Loader collects what the command line says about settings until the other places are read.
type Loader struct {
	file  string
	given map[string]string
}

// Flags adds --config and the settings of the groups to a flag set. Call Load once it has been parsed.
func Flags(fs *flag.FlagSet, groups ...Group) *Loader {
	l := &Loader{given: map[string]string{}}
	fs.StringVar(&l.file, "config", "", "YAML `file` of settings")
	defaults := Default()
	for _, s := range settings() {
		if !slices.Contains(groups, s.group) {
			continue
		}
		fs.Var(&flagValue{loader: l, name: s.name, fallback: s.value(&defaults).String()}, s.name, s.usage)
		if s.secret {
			fs.Var(&flagValue{loader: l, name: s.name + "-file"}, s.name+"-file", "`file` that holds "+s.name)
		}
	}
	return l
}

// flagValue notes that a flag was given; package flag asks its zero value for String, too.
type flagValue struct {
	loader         *Loader
	name, fallback string
}

// Set notes the value given.
func (v *flagValue) Set(s string) error { v.loader.given[v.name] = s; return nil }

// String gives the default, for help.
func (v *flagValue) String() string { return v.fallback }

// Load gives the settings: a flag beats the environment, the environment the file, the file the
// default. The result has been checked.
func (l *Loader) Load(getenv func(string) string) (Config, error) {
	c := Default()
	path := l.file
	if path == "" {
		path = getenv(variable("config"))
	}
	if path != "" {
		given, err := readFile(path)
		if err != nil {
			return Config{}, err
		}
		if err := c.apply(given); err != nil {
			return Config{}, fmt.Errorf("in %s: %w", path, err)
		}
	}
	if err := c.apply(environment(getenv)); err != nil {
		return Config{}, fmt.Errorf("in the environment: %w", err)
	}
	if err := c.apply(l.given); err != nil {
		return Config{}, fmt.Errorf("on the command line: %w", err)
	}
	if err := c.Check(); err != nil {
		return Config{}, err
	}
	return c, nil
}

func environment(getenv func(string) string) map[string]string {
	given := map[string]string{}
	for name := range names() {
		if v := getenv(variable(name)); v != "" {
			given[name] = v
		}
	}
	return given
}

// apply writes the values of one place over what stood there.
func (c *Config) apply(given map[string]string) error {
	known := names()
	for _, name := range slices.Sorted(maps.Keys(given)) {
		n, v := known[name], given[name]
		if n.inFile {
			if given[n.name] != "" {
				return fault.New(fault.Invalid, "%s and %s are both given; give one of them", n.name, name)
			}
			if v == "" {
				continue
			}
			held, err := os.ReadFile(v)
			if err != nil {
				return fmt.Errorf("read the file of %s: %w", n.name, err)
			}
			v = strings.TrimSpace(string(held))
		}
		if err := n.value(c).Set(v); err != nil {
			return fault.New(fault.Invalid, "%s %v", name, err)
		}
	}
	return nil
}
