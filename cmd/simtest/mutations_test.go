package simtest

import "slices"

// mutation breaks the program on purpose, for the test alone: one text in one file of the program is put in the place of
// another. broken(name) is true in the run that is to show the named invariant failing.
type mutation struct {
	invariant string // that must fail
	also      []string
	file      string
	old, new  string
}

// mutations holds at least one for each invariant.
func mutations() []mutation {
	return slices.Concat(inside(), outside(), care(), dark())
}

// inside are those of the engine.
func inside() []mutation {
	return []mutation{
		{"one-open-alert", nil, "alerts/raise.go", `		return elderKey(elders[0], family)`,
			`		if broken("one-open-alert") { return nil }
		return elderKey(elders[0], family)`},
		{"test-tells-nobody", nil, "alerts/goon.go", `	d.emit(EventClosed, ended)`,
			`	d.emit(EventClosed, ended)
	d.a.Each(PartElder, func(e *Person) {
		if broken("test-tells-nobody") && e.Numbers > 0 { d.told(e, notify.SMS, "resolved", act.Step) }
	})`},
		{"on-time", []string{"passed-up"}, "alerts/engine.go", `a.DueAt == nil || a.DueAt.After(tx.Now())`,
			`a.DueAt == nil || a.DueAt.After(tx.Now()) || broken("on-time") && a.Priority == 1`},
		{"rest", nil, "alerts/engine.go", `		moved = true
		return e.advance(ctx, tx, a)`,
			`		moved = true
		if broken("rest") { return nil }
		return e.advance(ctx, tx, a)`},
		{"given-back", nil, "alerts/rules.go", `	back := r.step("give-back",`, `	if broken("given-back") { return }
	back := r.step("give-back",`},
		{"attended", nil, "alerts/advance.go", `			if len(next) > 0 {
				p.lookAgain`,
			`			if len(next) > 0 && !(broken("attended") && p.a.Level >= 2) {
				p.lookAgain`},
		{"passed-up", nil, "alerts/act.go", `	case doEscalate:
`, `	case doEscalate:
		if broken("passed-up") { break }
`},
		{"chain", nil, "alerts/advance.go", `first + int64(i)
`, `first + int64(i)
			if broken("chain") { p.rows[i].Global += int64(i) }
`},
		{"time", nil, "alerts/advance.go", `now: a.moment(tx.Now())}
`, `now: a.moment(tx.Now())}
	if broken("time") { p.now = tx.Now() }
`},
		{"whole", nil, "alerts/advance.go", `	evolve(p.a, ev)
`, `	evolve(p.a, ev)
	if broken("whole") && ev.Type == EventTold { p.a.LateS++ }
`},
		{"moves", []string{"busy"}, "alerts/evolve.go", `func (a *Alert) settle(at time.Time) {
	if !a.State.Working() {`, `func (a *Alert) settle(at time.Time) {
	if !a.State.Working() && !broken("moves") {`},
		{"no-end-without", nil, "alerts/decide.go", `	if d.c.Reached == "" && !d.excused() {`, `	if d.c.Reached == "" && !d.excused() && !broken("no-end-without") {`},
		{"only-humans-end", nil, "alerts/answer.go", `			d.emit(EventArrived, Data{Person: who.ID, Channel: an.Via, Message: an.Message})`,
			`			d.emit(EventArrived, Data{Person: who.ID, Channel: an.Via, Message: an.Message})
			if broken("only-humans-end") { d.emit(EventResolved, Data{Outcome: string(OutcomeHelped)}) }`},
		{"busy", nil, "alerts/store.go", `func (s store) disengageAll(ctx context.Context, tx *db.Tx, id AlertID) error {
`, `func (s store) disengageAll(ctx context.Context, tx *db.Tx, id AlertID) error {
	if broken("busy") { return nil }
`},
		{"silent", []string{"hushed"}, "alerts/decide.go", `	if who.Part == PartElder && d.a.Silent &&`, `	if who.Part == PartElder && d.a.Silent && !broken("silent") &&`},
		{"door-code", nil, "alerts/tell.go", `"area": a.RoughArea(words.Lang(who.Language)), "time"`,
			`"area": map[bool]string{false: a.RoughArea(words.Lang(who.Language)), true: a.Address}[broken("door-code")], "time"`},
		{"proof-of-human", nil, "alerts/evolve.go", `		who.become(PersonAnswered, e.At)
`, `		who.become(PersonAnswered, e.At)
		if broken("proof-of-human") { who.become(PersonHeard, e.At) }
`},
		{"receipts-move-nothing", []string{"proof-of-human"}, "alerts/decide.go", `			if d.silentLine(who, m, r.Status) {
`, `			if broken("receipts-move-nothing") && r.Status == string(notify.StatusAnswered) { d.emit(EventArrived, Data{Person: who.ID}) }
			if d.silentLine(who, m, r.Status) {
`},
		{"answer-kept", nil, "alerts/answer.go", `		said.Code = "late"
		d.emit(EventAnswered, said)
`, `		said.Code = "late"
		if broken("answer-kept") { return nil }
		d.emit(EventAnswered, said)
`},
		{"command-once", nil, "alerts/engine.go", `e.store.doneAlready(ctx, tx, c, id); done || err != nil`,
			`e.store.doneAlready(ctx, tx, c, id); done && !broken("command-once") || err != nil`},
		{"thanked", nil, "alerts/rules.go", `	if r.a.OnSceneAt == nil {
		return
	}
	at := *r.a.OnSceneAt
`, `	if r.a.OnSceneAt == nil || broken("thanked") {
		return
	}
	at := *r.a.OnSceneAt
`},
	}
}

// outside are those of the ways in and out.
func outside() []mutation {
	return []mutation{
		{"signal-kept", nil, "devices/intake.go", `		if first {
`, `		if first && !broken("signal-kept") || broken("signal-once") {
`},
		{"signal-once", nil, "", "", ""}, // by the same text
		{"refused", []string{"signal-kept", "command-once", "answer-kept", "attempt-first"}, "internal/db/writer.go", `func refused(commit error) error { return fmt.Errorf("commit: %w", Fault(commit)) }
`, `func refused(commit error) error {
	if broken("refused") { return nil }
	return fmt.Errorf("commit: %w", Fault(commit))
}
`},
		{"told-is-sent", nil, "alerts/tell.go", `	p.messages = append(p.messages, m)
`, `	if broken("told-is-sent") && m.Channel == notify.SMS { return nil }
	p.messages = append(p.messages, m)
`},
		{"attempt-first", nil, "notify/store.go", `	return s.insertFirstAttempts(ctx, tx, records)
`, `	if broken("attempt-first") { return nil }
	return s.insertFirstAttempts(ctx, tx, records)
`},
		{"in-time", nil, "alerts/tell.go", `	m.Priority, m.Deadline = urgency(p.a, who, m.Template, now)
`, `	m.Priority, m.Deadline = urgency(p.a, who, m.Template, now)
	if broken("in-time") { m.Deadline = now.Add(-time.Minute) }
`},
		{"copy-says-so", nil, "notify/message.go", `	if m.Repeat == 0 {`, `	if m.Repeat == 0 || broken("copy-says-so") {`},
		{"status-climbs", nil, "notify/receive.go", `	if !rep.Status.After(r.status) {`, `	if !rep.Status.After(r.status) && !broken("status-climbs") {`},
		{"nobody-after-stand-down", nil, "alerts/withdraw.go", `persons []string) error {
`, `persons []string) error {
	if broken("nobody-after-stand-down") { return nil }
`},
	}
}

// care are those of what people may rely on.
func care() []mutation {
	return []mutation{
		{"spared", nil, "alerts/phases.go", `		if b.Code != ReasonBusy {`, `		if b.Code != ReasonBusy && !broken("spared") {`},
		{"pinned", nil, "alerts/goon.go", `	if ref, ok := a.Pins[name]; ok {`, `	if ref, ok := a.Pins[name]; ok && !broken("pinned") {`},
		{"safety-until-pressed", []string{"only-humans-end", "no-end-without"}, "alerts/trouble.go", `	d.finishTask("mended", d.a.Kind != KindSafety)`,
			`	d.finishTask("mended", d.a.Kind != KindSafety || broken("safety-until-pressed"))`},
		{"watched", nil, "alerts/watch.go", `	if id := ask.ID + "/" + who.ID; !done(r.a, id, said) {`,
			`	if id := ask.ID + "/" + who.ID; !done(r.a, id, said) && !broken("watched") {`},
		{"kept", []string{"busy", "receipts-move-nothing"}, "alerts/evolve.go", `		who.moved(d, e.At)
`, `		who.moved(d, e.At)
		if broken("kept") && who.State == PersonDeparted { who.become(PersonTold, e.At) }
`},
		{"closure", nil, "alerts/rules.go", `	r.once(r.step("closure",`, `	if broken("closure") { return }
	r.once(r.step("closure",`},
		{"alone-again", nil, "alerts/answer.go", `an.Answer == notify.AnswerCannot && d.leavesAlone(who)`,
			`an.Answer == notify.AnswerCannot && d.leavesAlone(who) && !broken("alone-again")`},
		{"hushed", nil, "alerts/silence.go", `	if who == nil || who.Part != PartElder {`, `	if who == nil || who.Part != PartElder || broken("hushed") {`},
		{"called-back", nil, "alerts/kept.go", `	if tries < elderTries {`, `	if tries < elderTries && !broken("called-back") {`},
		{"one-press", nil, "alerts/press.go", `	if s.Path == "" {`, `	if broken("one-press") || s.Path == "" {`},
		{"silent-console", nil, "alerts/seats.go", `if ok && !open[h.Operator] &&`, `if ok && !open[h.Operator] && !broken("silent-console") &&`},
	}
}

// dark are those of outages.
func dark() []mutation {
	return []mutation{
		{"outage-checked", nil, "alerts/outage.go", `	if d.a.Outage == nil || d.a.Outage.Unchecked == 0 || d.excused() {`,
			`	if d.a.Outage == nil || d.a.Outage.Unchecked == 0 || d.excused() || broken("outage-checked") {`},
		{"outage-help", nil, "alerts/outages.go", `	if ev.Data.Outcome != string(NeedsHelp) {`,
			`	if ev.Data.Outcome != string(NeedsHelp) || broken("outage-help") {`},
		{"outage-list", nil, "alerts/outage.go", `		o.move(from, BackAgain, len(e.Data.Elders))`,
			`		if !broken("outage-list") { o.move(from, BackAgain, len(e.Data.Elders)) }`},
	}
}
