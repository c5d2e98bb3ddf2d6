// Package web is the door of the house: the JSON API, the live stream, the console, the pages that
// family and helpers open from a message, and the webhooks of providers.
//
// Its one important idea: a handler decides nothing. It reads and bounds the request, asks for one
// thing from alerts, registry, geo or devices, and writes the answer; one adapter turns every error
// into an RFC 9457 problem, and one gate (gate.go) decides what an actor may see of a record, whether it
// leaves as JSON, over the stream or on a page.
//
// Start at routes.go: the whole interface on one screen, with the right that each route needs.
//
// It promises that no GET changes anything, that no signal of an alarm is refused for load, that
// health and door codes show on a helper's page only after that helper has accepted and while the alert is
// open, and that no token, number, name or address enters a log line or a metric.
package web
