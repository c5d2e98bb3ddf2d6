// Package alerts carries an alarm from the press of a button until a human being has come and the
// story is told.
//
// Its one important idea: an alert is the sum of its events. Three pure parts stay apart:
// decide (state, command, now → events or a refusal), evolve (state, event → state) and
// plan (response plan, state, now → what should have happened by now, and when to look again).
// The [Engine] is the thin shell around them: it loads, asks the pure part, and commits events, the
// next due time and the outgoing messages in one transaction.
//
// Start reading with alert.go, then decide.go and next.go; the response plan that a centre edits is
// plans/emergency.yaml.
//
// It promises never to delete, never to close an alert without an outcome and a person reached
// (unless a supervisor writes why), never to take a machine's receipt for a human answer, and never to
// keep a timer that a restart would forget.
package alerts
