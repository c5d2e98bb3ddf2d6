// Package notify tells people: by SMS, by voice call, by push, and hears what they answer.
//
// Its one important idea: a message is a row before it is a request. Whoever raises an alert
// writes the messages in the same transaction (Outbox.Add); only after the commit do they leave,
// through a Sender per provider, and what comes of them – accepted, delivered, ringing, a digit
// pressed, an SMS answered – comes back as a Receipt or a Reply in one transaction with the
// alert that they belong to. What was being sent when the power went is sent again, marked as a
// repeat: somebody told twice is better than somebody not told.
//
// Start at Outbox. Render makes the sentences; notify/twilio speaks to Twilio, notify/phonewall
// is a small telephone network for demo and tests, notify/notifytest is the suite that every
// Sender passes.
//
// The package never takes a machine's word for a human's: answered, delivered and completed are
// receipts; only a digit, an SMS or a link is a reply. It never throttles an alarm for other
// traffic, and no number, name or text of a message enters an error or a log line.
package notify
