// Package devices takes what buttons, watches, sensors and telephones say, and makes signals of it.
//
// Its one important idea: a signal is durable before its sender hears that it arrived, and an alarm is
// never refused for being odd. What a life hangs on is read generously: an alarm with a broken clock,
// battery or position is taken without them, with a remark; an alarm of a kind that nobody knows is
// taken as a press. What may be lost for some seconds (heartbeats, positions) is read strictly,
// lives in memory and is written in batches.
//
// Start reading with signal.go (what a sender may say), then intake.go (one transaction: the signal
// and what the alert engine makes of it). Each way in has a package of its own below this
// one; they all end in [Intake.Take].
//
// It promises never to answer before the commit, never to raise anything twice for a signal
// that is sent again, and never to keep a sender's words in clear.
package devices
