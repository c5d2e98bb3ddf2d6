package main

import (
	"log/slog"
	"regexp"
	"strings"
	"testing"

	"anling/internal/clock"
	"anling/internal/config"
)

const doorPlan = `plan: door
name: {zh: 开门, en: Door}
for: [door]
priority: 2
steps:
  - step: ask
    do: call
    who: elder
    every: 60s
    tries: 2
    say: elder_check
    what: {zh: 问老人, en: Ask the elder}
  - step: on
    at: 3m
    do: continue
    with: emergency
    until: [elder_well]
    what: {zh: 转紧急, en: An emergency}
`

func TestPlanCheck(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	good := s.file("door.yaml", doorPlan)
	bad := s.file("bad.yaml", strings.NewReplacer("do: call", "do: cal", "with: emergency", "with: emergencyy").Replace(doorPlan))
	if o := s.bare("plan", "check", good); o.code != exitDone || !strings.Contains(o.out, "door.yaml: nothing is wrong") {
		t.Errorf("a good plan: %+v", o)
	}
	o := s.bare("plan", "check", bad, good)
	for _, want := range []string{`bad\.yaml:7:\d+: steps\[1\]\.do: "?cal`, `bad\.yaml:16:\d+: steps\[2\]\.with: there is no plan of this name: emergencyy`} {
		if o.code != exitFailed || !regexp.MustCompile(want).MatchString(o.out) {
			t.Errorf("code %d, want %s in\n%s%s", o.code, want, o.out, o.err)
		}
	}
	s.env["LANG"] = "zh_CN.UTF-8"
	if o := s.bare("plan", "check", bad); !strings.Contains(o.out, "没有这个名称的预案：emergencyy") {
		t.Errorf("in Chinese it says\n%s", o.out)
	}
	s.env["ANLING_LANG"] = "en"
	if o := s.bare("plan", "check", good+"x"); o.code != exitFailed || !strings.Contains(o.err, "no such file") {
		t.Errorf("a file that is not there: %+v", o)
	}
	for _, args := range [][]string{{"plan"}, {"plan", "fly"}, {"plan", "check"}, {"plan", "explain", "--demo", good}, {"plan", "try", "--demo", "a", "b"},
		{"plan", "try", "--demo", "--answer", "contact1=coming"}, {"plan", "explain", "--demo", "--at", "noon"}} {
		if o := s.bare(args...); o.code != exitUsage {
			t.Errorf("anling %q: code %d, want %d", args, o.code, exitUsage)
		}
	}
}

func TestPlanOfTheExample(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	door := s.file("door.yaml", doorPlan)
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"explain"}, []string{"Chosen: emergency@1 Emergency: it is for this kind of signal", "At the press: SMS to every contact", "not for this kind of signal"}},
		{[]string{"explain", "--kind", "gas", "--lang", "zh"}, []string{"选用 hazard@1", "没有选用："}},
		{[]string{"try", "--answer", "contact1=coming@40s", "--answer", "helper9=coming@50s"}, []string{"emergency@1 · call for help · a trial, nobody is told",
			"   0:00  SMS to every contact: 示例女儿 (SMS)", "0:40  ", "“I am coming”", "Nobody was asked who could say: helper9=coming@50s"}},
		{[]string{"try", door, "--kind", "door", "--for", "4m"}, []string{"door@0", "   3:00  An emergency (emergency@1)"}},
		{[]string{"try", "silent", "--lang", "zh"}, []string{"silent@1", "试演结束时：待接警"}},
	} {
		o := s.bare(append(append([]string{"plan"}, tt.args...), "--demo")...)
		for _, want := range tt.want {
			if o.code != exitDone || !strings.Contains(o.out, want) {
				t.Errorf("plan %q ended with %d, want %q in\n%s%s", tt.args, o.code, want, o.out, o.err)
			}
		}
	}
	if o := s.bare("plan", "try", "no-such-plan", "--demo"); o.code != exitFailed || !strings.Contains(o.err, "there is no such plan") {
		t.Errorf("a plan that is not there: %+v", o)
	}
}

func TestPlanOfAnElder(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("import", "elders", s.file("elders.csv", "id,name,phones,address\ne1,张秀英,+8619900001234,黄陂北路88弄3号\n"))
	s.refused(exitFailed, "no response plan is stored here yet", "plan", "explain", "--elder", "e1")
	cfg := config.Default()
	cfg.Data = s.data
	st, err := openStorage(t.Context(), cfg, parts{Clock: clock.Real(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := st.engine().Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := st.close(); err != nil {
		t.Fatal(err)
	}
	if out := s.must("plan", "explain", "--elder", "e1", "--at", "2026-11-26T22:30:00+08:00"); !strings.Contains(out, "Chosen: emergency@1") {
		t.Errorf("it says\n%s", out)
	}
	if out := s.must("plan", "try", "--elder", "e1", "--kind", "inactivity"); !strings.Contains(out, "inactivity@1") || !strings.Contains(out, "(emergency@1)") {
		t.Errorf("it says\n%s", out)
	}
	s.refused(exitFailed, "there is no such elder", "plan", "try", "--elder", "e2")
	s.refused(exitUsage, "", "plan", "try")
	if out := s.must("verify"); !strings.Contains(out, "0 alerts with 0 events") {
		t.Errorf("after the trials there are alerts:\n%s", out)
	}
}
