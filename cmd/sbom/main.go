package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"log"
	"os"
	"strings"
)

type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl,omitempty"`
}

type bill struct {
	Format     string      `json:"bomFormat"`
	Spec       string      `json:"specVersion"`
	Version    int         `json:"version"`
	Metadata   metadata    `json:"metadata"`
	Components []component `json:"components"`
}

type metadata struct {
	Component  component  `json:"component"`
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func main() {
	if err := write(os.Args[1:]); err != nil {
		log.Fatalf("sbom: %v", err)
	}
}

func write(args []string) error {
	if len(args) != 1 {
		return errors.New("name one Go binary")
	}
	info, err := buildinfo.ReadFile(args[0])
	if err != nil {
		return err
	}
	b := bill{Format: "CycloneDX", Spec: "1.5", Version: 1, Components: []component{},
		Metadata: metadata{Component: component{Type: "application", Name: info.Main.Path, Version: info.Main.Version}}}
	for _, s := range info.Settings {
		if strings.HasPrefix(s.Key, "vcs.") {
			b.Metadata.Properties = append(b.Metadata.Properties, property{"anling:" + s.Key, s.Value})
		}
	}
	goVersion := strings.TrimPrefix(info.GoVersion, "go")
	b.Components = append(b.Components, component{Type: "platform", Name: "go", Version: goVersion, PURL: "pkg:generic/go@" + goVersion})
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.Components = append(b.Components, component{Type: "library", Name: m.Path, Version: m.Version, PURL: "pkg:golang/" + m.Path + "@" + m.Version})
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	return out.Encode(b)
}
