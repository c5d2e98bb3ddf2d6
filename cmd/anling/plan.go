package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"anling/alerts"
	"anling/internal/clock"
	"anling/internal/config"
	"anling/internal/fault"
	"anling/internal/words"
	"anling/registry"
)

// planning is the command plan as it was typed.
type planning struct {
	environment
	flags  *flag.FlagSet
	lang   string
	elder  string
	centre string
	at     string
	demo   bool
	query  alerts.TryQuery
	length time.Duration
}

func planCommand(ctx context.Context, e environment, args []string) int {
	return finish(e, "plan", newPlanning(e).run(ctx, args))
}

func newPlanning(e environment) *planning {
	p := &planning{environment: e, flags: newFlags(e, "plan")}
	p.flags.StringVar(&p.lang, "lang", "", "`zh` or en; else as ANLING_LANG, LC_ALL or LANG say")
	p.flags.StringVar(&p.elder, "elder", "", "`id` of the elder who presses")
	p.flags.StringVar(&p.centre, "centre", "", "explain: `id` of the centre, in the place of an elder")
	p.flags.StringVar(&p.query.Kind, "kind", "sos", "`kind` of the signal")
	p.flags.StringVar(&p.at, "at", "", "`time` of the press, as 2026-11-26T22:30:00+08:00; else now")
	p.flags.BoolVar(&p.demo, "demo", false, "with an example elder, without a data folder")
	p.flags.DurationVar(&p.length, "for", 0, "try: how `long`; else 15m")
	p.flags.Func("answer", "try: what somebody does, as `contact1=coming@40s`, helper2=arrived@5m, elder=well@20s or operator=accept@10s; may be repeated", func(text string) error {
		an, err := alerts.ParseTryAnswer(text)
		p.query.Answers = append(p.query.Answers, an)
		return err
	})
	return p
}

func (p *planning) run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case "check":
			return p.check(args[1:])
		case "explain":
			return p.look(ctx, args[1:], p.explain)
		case "try":
			return p.look(ctx, args[1:], p.try)
		}
	}
	if _, err := parse(p.flags, args); err != nil {
		return err
	}
	return usage("say check, explain or try")
}

// language is that of the reader.
func (p *planning) language() string {
	asked := cmp.Or(p.lang, p.Getenv("ANLING_LANG"), p.Getenv("LC_ALL"), p.Getenv("LANG"))
	if strings.HasPrefix(strings.ToLower(asked), words.Zh) {
		return words.Zh
	}
	return words.En
}

func (p *planning) say(key string, vars map[string]string) {
	say(p.Stdout, "%s\n", words.T(p.language(), key, vars))
}

// check tells every mistake of every file.
func (p *planning) check(args []string) error {
	files, err := parse(p.flags, args)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return usage("say which files")
	}
	docs, err := alerts.BuiltInPlans()
	if err != nil {
		return err
	}
	var known []string
	for _, d := range docs {
		known = append(known, d.ID)
	}
	bodies := map[string][]byte{}
	for _, file := range files {
		if bodies[file], err = os.ReadFile(file); err != nil {
			return fmt.Errorf("read the plan: %w", err)
		}
		if plan, _ := alerts.CheckPlan(bodies[file]); plan != nil {
			known = append(known, plan.ID) // one of the files may go on with another
		}
	}
	bad := 0
	for _, file := range files {
		_, wrong := alerts.CheckPlan(bodies[file], known...)
		if bad += len(wrong); len(wrong) == 0 {
			p.say("plan.told.good", map[string]string{"file": file})
		}
		p.mistakes(file, wrong)
	}
	if bad > 0 {
		return fault.New(fault.Invalid, "%d mistakes", bad)
	}
	return nil
}

// mistakes tells them as compilers do, so that an editor finds the place.
func (p *planning) mistakes(file string, wrong []alerts.Mistake) {
	for _, m := range wrong {
		problem := words.Problem(p.language(), fault.Field{Problem: m.Problem})
		say(p.Stdout, "%s:%d:%d: %s\n", file, m.Line, m.Column, strings.TrimPrefix(m.Path+": "+problem, ": "))
	}
}

// look opens the data, or a folder with an example that is thrown away, for what only reads.
func (p *planning) look(ctx context.Context, args []string, work func(context.Context, *alerts.Engine, []string) error) error {
	if slices.Contains(args, "--demo") || slices.Contains(args, "-demo") {
		return p.example(ctx, args, work)
	}
	return withStorage(ctx, call{environment: p.environment, flags: p.flags, args: args}, func(s *storage, args []string) error {
		if err := p.ask(); err != nil {
			return err
		}
		if p.elder == "" && p.centre == "" {
			return usage("say --elder ID, --centre ID or --demo")
		}
		if err := s.registry.Load(ctx); err != nil {
			return fmt.Errorf("load the helpers: %w", err)
		}
		return work(ctx, s.engine(), args)
	})
}

// ask makes the question of what was typed.
func (p *planning) ask() (err error) {
	p.query.Elder, p.query.Centre = registry.ElderID(p.elder), registry.CentreID(p.centre)
	p.query.ForS = int(p.length.Seconds())
	if p.at != "" {
		if p.query.At, err = time.Parse(time.RFC3339, p.at); err != nil {
			return usage("--at is a time like 2026-11-26T22:30:00+08:00")
		}
	}
	return nil
}

// example works on an invented elder in a data folder that is thrown away.
func (p *planning) example(ctx context.Context, args []string, work func(context.Context, *alerts.Engine, []string) error) (err error) {
	rest, err := parse(p.flags, args)
	if err != nil {
		return err
	}
	if err := p.ask(); err != nil {
		return err
	}
	cfg := config.Default()
	if cfg.Data, err = os.MkdirTemp("", "anling-plan-"); err != nil {
		return fmt.Errorf("make a data folder to throw away: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(cfg.Data)) }()
	s, err := openStorage(ctx, cfg, parts{Clock: clock.Real(), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if p.query.Elder, err = exampleElder(ctx, s.registry, s.clock.Now()); err != nil {
		return fmt.Errorf("invent an elder: %w", err)
	}
	engine := s.engine()
	if err := engine.Start(ctx); err != nil {
		return err
	}
	return work(ctx, engine, rest)
}

// explain tells which plan would be chosen, why not the others, and what it says.
func (p *planning) explain(ctx context.Context, engine *alerts.Engine, args []string) error {
	if len(args) > 0 {
		return usage("explain takes no file")
	}
	answer, err := engine.PlanFor(ctx, p.query.PlanQuery)
	if err != nil {
		return err
	}
	lang := p.language()
	for _, c := range answer.Plans {
		if c.Chosen {
			p.say("plan.told.chosen", map[string]string{"plan": string(c.Plan), "name": c.Name[lang], "why": c.Told(lang)})
		}
	}
	say(p.Stdout, "\n")
	if plan, _ := alerts.CheckPlan([]byte(answer.Chosen.Body)); plan != nil {
		for _, sentence := range plan.Sentences(lang) {
			say(p.Stdout, "  %s\n", sentence)
		}
	}
	say(p.Stdout, "\n")
	p.say("plan.told.others", nil)
	for _, c := range answer.Plans {
		if !c.Chosen {
			say(p.Stdout, "  %s %s: %s\n", c.Plan, c.Name[lang], c.Told(lang))
		}
	}
	return nil
}

// try plays a plan through and tells what would happen, each thing with its minute and second.
func (p *planning) try(ctx context.Context, engine *alerts.Engine, args []string) error {
	if len(args) > 1 || p.query.Elder == "" {
		return usage("say --elder ID or --demo, and at most one plan")
	}
	if len(args) == 1 {
		body, err := os.ReadFile(args[0])
		if err != nil {
			p.query.Plan = args[0]
		} else if _, wrong := alerts.CheckPlan(body); len(wrong) > 0 {
			p.mistakes(args[0], wrong)
			return fault.New(fault.Invalid, "%d mistakes", len(wrong))
		}
		p.query.Body = string(body)
	}
	r, err := engine.Try(ctx, p.query)
	if err != nil {
		return err
	}
	lang := p.language()
	p.say("plan.told.trial", map[string]string{"plan": string(r.Plan), "kind": words.T(lang, "kind_"+r.Kind, nil)})
	for _, l := range r.Lines {
		say(p.Stdout, "%4d:%02d  %s\n", l.AfterS/60, l.AfterS%60, l.Told(lang))
	}
	p.say("plan.told.end", map[string]string{"state": words.T(lang, "state."+string(r.State), nil)})
	for _, unheard := range r.Silent {
		p.say("plan.told.silent", map[string]string{"answer": unheard})
	}
	return nil
}
