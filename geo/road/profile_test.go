package road

import (
	"strings"
	"testing"
	"time"

	"anling/geo/osm"
)

// tags reads "highway=residential oneway=yes".
func tags(text string) (t osm.Tags) {
	for _, pair := range strings.Fields(text) {
		k, v, _ := strings.Cut(pair, "=")
		t = append(t, osm.Tag{Key: k, Value: strings.ReplaceAll(v, "_", " ")})
		t[len(t)-1].Value = v
	}
	return t
}

// TestWhoMayUseAWay tells for each way who may travel it: f, b and c there and back; capital letters where it is slower than usual.
func TestWhoMayUseAWay(t *testing.T) {
	t.Parallel()
	for way, want := range map[string]string{
		"highway=residential":                                         "fbc fbc",
		"highway=residential oneway=yes":                              "fbc f..",
		"highway=residential oneway=-1":                               "f.. fbc",
		"highway=residential oneway=yes oneway:bicycle=no":            "fbc fb.",
		"highway=residential oneway=yes cycleway=opposite_lane":       "fbc fb.",
		"highway=primary junction=roundabout":                         "fbc f..",
		"highway=motorway":                                            "..c ...",
		"highway=trunk motorroad=yes":                                 "..c ..c",
		"highway=trunk":                                               "fbc fbc",
		"highway=trunk bridge=viaduct":                                "..c ..c",
		"highway=trunk bridge=yes foot=yes":                           "f.c f.c",
		"highway=trunk_link":                                          "..c ..c",
		"highway=footway":                                             "fB. fB.",
		"highway=footway bicycle=yes":                                 "fb. fb.",
		"highway=footway motor_vehicle=yes":                           "fBC fBC",
		"highway=pedestrian access=yes":                               "fb. fb.",
		"highway=steps":                                               "F.. F..",
		"highway=cycleway foot=no":                                    ".b. .b.",
		"highway=path sac_scale=demanding_mountain_hiking bicycle=no": "F.. F..",
		"highway=service access=private":                              "fbC fbC",
		"highway=service access=no":                                   "... ...",
		"highway=service access=no foot=yes":                          "f.. f..",
		"highway=unclassified vehicle=no":                             "f.. f..",
		"highway=unclassified motor_vehicle=no":                       "fb. fb.",
		"highway=residential surface=cobblestone":                     "fBc fBc",
		"highway=residential maxspeed=walk":                           "fbC fbC",
		"highway=construction":                                        "... ...",
		"highway=pedestrian area=yes":                                 "fB. fB.",
		"route=ferry":                                                 "fB. fB.",
		"route=ferry motor_vehicle=yes":                               "fBC fBC",
		"railway=platform":                                            "fB. fB.",
		"building=yes":                                                "... ...",
	} {
		if got := travellers(tags(way)); got != want {
			t.Errorf("%s: %s, want %s", way, got, want)
		}
	}
}

func travellers(t osm.Tags) string {
	w, _ := newProfile("").way(t)
	usual := [modes]float64{footPace, bikePace, 25 / 3.6}
	out := []byte("... ...")
	for m := range w.speed {
		for d, speed := range w.speed[m] {
			switch {
			case speed >= usual[m]-1e-9:
				out[4*d+m] = "fbc"[m]
			case speed > 0:
				out[4*d+m] = "FBC"[m]
			}
		}
	}
	return string(out)
}

func TestLimitsAreRead(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		way, home string
		want      float64
	}{
		{"maxspeed=50", "", 50}, {"maxspeed=30mph", "", 48.28}, {"maxspeed=CN:urban", "", 50}, {"maxspeed=PT:rural", "", 90},
		{"source:maxspeed=urban", "US", 40}, {"maxspeed=walk", "", 7}, {"maxspeed=none", "", 0}, {"maxspeed=variable", "", 0},
		{"maxspeed:forward=70 maxspeed=50", "", 70}, {"maxspeed=1e99", "", 0}, {"maxspeed=-5", "", 0}, {"", "CN", 0},
	} {
		if got := limitOf(tags(tt.way), "maxspeed:forward", tt.home); got < tt.want-0.1 || got > tt.want+0.1 {
			t.Errorf("%s in %q: %.1f km/h, want %.1f", tt.way, tt.home, got, tt.want)
		}
	}
}

func TestBarriersStop(t *testing.T) {
	t.Parallel()
	for node, want := range map[string][modes]bool{
		"barrier=bollard":                   {car: true},
		"barrier=bollard motor_vehicle=yes": {},
		"barrier=gate":                      {},
		"barrier=gate access=private":       {},
		"barrier=gate access=no":            {true, true, true},
		"barrier=stile":                     {bike: true, car: true},
		"barrier=wall":                      {true, true, true},
		"highway=crossing":                  {},
	} {
		if got := barrier(tags(node)); got != want {
			t.Errorf("%s stops %v, want %v", node, got, want)
		}
	}
}

func TestTimetablesAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"00:20": 20 * time.Minute, "1:05:30": time.Hour + 5*time.Minute + 30*time.Second, "15": 15 * time.Minute, "PT20M": 0, "": 0, "-3": 0, "99999999999": 0,
	} {
		if got := durationOf(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
