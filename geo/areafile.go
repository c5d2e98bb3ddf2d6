package geo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"anling/internal/fault"

	"github.com/paulmach/orb"
)

// NamedArea is an area as a file tells it.
type NamedArea struct {
	Feature int    // of the file; the first is 1
	Code    string // the official one, as the file has it; may be empty
	Name    string // may be empty when there is a code
	Shape   orb.MultiPolygon
}

// AreaDefect is a feature that was left out, and why.
type AreaDefect struct {
	Feature int    // the first is 1
	Called  string // its code or name, if any
	Reason  string
}

// String says which feature it is.
func (d AreaDefect) String() string {
	if d.Called == "" {
		return fmt.Sprintf("feature %d", d.Feature)
	}
	return fmt.Sprintf("feature %d (%s)", d.Feature, d.Called)
}

// AreaFile is a GeoJSON file of areas.
type AreaFile struct {
	Data   []byte
	System System // of its coordinates, unless it says so itself; wgs84 when empty
	Code   string // of a file that is one geometry and no feature, as the fences of adcode are
}

// maxAreaFeatures is more than the communities of a province.
const maxAreaFeatures = 200_000

// ReadAreas reads areas from GeoJSON (RFC 7946): a collection of features, one feature, or one geometry. A feature is a Polygon or
// MultiPolygon whose properties have a code (code, adcode, or id) or a name. RFC 7946 knows WGS-84 alone; official maps of China are
// GCJ-02, which is either said by the caller or by a member "system" of the collection, and converted here, once. A feature that is
// wrong is told as a defect; only a file that is none is an error, of kind Invalid.
func ReadAreas(f AreaFile) (all []NamedArea, bad []AreaDefect, err error) {
	features, system, err := f.features()
	if err != nil {
		return nil, nil, err
	}
	for i, one := range features {
		a := NamedArea{Feature: i + 1, Code: textOf(one.Properties, "code", "adcode", "id"), Name: textOf(one.Properties, "name", "fullname")}
		if a.Code == "" && a.Name == "" && len(features) == 1 {
			a.Code = f.Code
		}
		if a.Shape, err = shapeOf(one.Geometry, system); err == nil && a.Code == "" && a.Name == "" {
			err = fault.New(fault.Invalid, "has neither a code nor a name")
		}
		if err != nil {
			called := a.Code
			if called == "" {
				called = a.Name
			}
			bad = append(bad, AreaDefect{Feature: i + 1, Called: called, Reason: err.Error()})
			continue
		}
		all = append(all, a)
	}
	return all, bad, nil
}

// features gives the features of a file and the system of their coordinates.
func (f AreaFile) features() ([]feature, System, error) {
	f.Data = bytes.TrimPrefix(f.Data, []byte("\xef\xbb\xbf"))
	var head struct {
		Type   string `json:"type"`
		System System `json:"system"`
	}
	if err := json.Unmarshal(f.Data, &head); err != nil {
		return nil, "", fault.New(fault.Invalid, "this is no GeoJSON: %s", err)
	}
	system := head.System
	if system == "" {
		system = f.System
	}
	if system == "" {
		system = WGS84
	}
	if !system.Valid() {
		return nil, "", fault.New(fault.Invalid, "the file says that its coordinates are %q; coordinate systems are wgs84, gcj02 and bd09", system)
	}
	var all []feature
	switch head.Type {
	case "FeatureCollection":
		// Each by itself, so that one which is wrong does not spoil the others.
		var c struct {
			Features []json.RawMessage `json:"features"`
		}
		if err := json.Unmarshal(f.Data, &c); err != nil {
			return nil, "", fault.New(fault.Invalid, "this is no collection of features: %s", err)
		}
		for _, raw := range c.Features {
			all = append(all, featureOf(raw))
		}
	case "Feature":
		all = append(all, featureOf(f.Data))
	case "Polygon", "MultiPolygon":
		all = append(all, feature{Geometry: geometryOf(f.Data)})
	default:
		return nil, "", fault.New(fault.Invalid, "this is no GeoJSON file of areas: its type is %q", head.Type)
	}
	if len(all) > maxAreaFeatures {
		return nil, "", fault.New(fault.Invalid, "the file has more than %d features", maxAreaFeatures)
	}
	return all, system, nil
}

// feature is what counts of a feature of GeoJSON.
type feature struct {
	Properties map[string]any `json:"properties"`
	Geometry   geometry       `json:"geometry"`
}

type geometry struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
}

// featureOf reads one feature; one that cannot be read has no geometry.
func featureOf(raw []byte) (f feature) {
	if json.Unmarshal(raw, &f) != nil {
		return feature{}
	}
	return f
}

func geometryOf(raw []byte) (g geometry) {
	if json.Unmarshal(raw, &g) != nil {
		return geometry{}
	}
	return g
}

func textOf(p map[string]any, keys ...string) string {
	for _, key := range keys {
		switch v := p[key].(type) {
		case string:
			if v = strings.TrimSpace(v); v != "" {
				return v
			}
		case float64:
			return strconv.FormatFloat(v, 'f', -1, 64)
		}
	}
	return ""
}

func shapeOf(g geometry, system System) (shape orb.MultiPolygon, err error) {
	var polygons [][][][]float64
	switch g.Type {
	case "Polygon":
		polygons = make([][][][]float64, 1)
		err = json.Unmarshal(g.Coordinates, &polygons[0])
	case "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &polygons)
	case "":
		return nil, fault.New(fault.Invalid, "cannot be read as a feature with a geometry")
	default:
		return nil, fault.New(fault.Invalid, "is a %s; areas are polygons", g.Type)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "its coordinates are no %s", g.Type)
	}
	for _, polygon := range polygons {
		var rings orb.Polygon
		for _, positions := range polygon {
			ring, err := ringOf(positions, system)
			if err != nil {
				return nil, err
			}
			rings = append(rings, ring)
		}
		shape = append(shape, rings)
	}
	if _, err := NewArea(shape); err != nil {
		return nil, err
	}
	return shape, nil
}

// ringOf converts the positions of a ring; a height behind the two coordinates is left out (RFC 7946, 3.1.1).
func ringOf(positions [][]float64, system System) (ring orb.Ring, err error) {
	for _, p := range positions {
		if len(p) < 2 {
			return nil, fault.New(fault.Invalid, "has a corner without two coordinates")
		}
		converted, err := Convert(orb.Point{p[0], p[1]}, system, WGS84)
		if err != nil {
			return nil, err
		}
		ring = append(ring, converted)
	}
	return ring, nil
}
