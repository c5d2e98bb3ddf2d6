// Package webhook tells other programs what happens: an address is registered, and each event that it asked for is
// posted there, signed by the Standard Webhooks scheme.
//
// Its one important idea: an occurrence is a row before it is a request. Feed writes the deliveries and how far the
// events have been read in one transaction, so nothing is lost and nothing told twice by us; Run claims what is due,
// posts it, and tries again with longer pauses until a day has passed. A receiver that has taken nothing for a day
// is switched off, and somebody is told.
//
// Start at Open, Feed and Run. What stands in a body is its caller's business; it must hold nothing personal, for it is
// kept in clear.
//
// It promises to reach nothing but public addresses and the networks that were allowed by hand, whatever a name
// resolves to at the moment of the connection; to follow no redirect, to use no proxy, to read no more
// than a few bytes of an answer, and never to put an address or a secret into a log or an error.
package webhook
