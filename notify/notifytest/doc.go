// Package notifytest is the suite that every notify.Sender must pass: it tells what was taken
// from what surely was not and from what nobody knows, it passes the provider's hint on, it
// stops when its context does, and it never lets a number, a text or a secret out.
//
// A provider's test gives a function that makes a Sender against a peer in a given Mood; start at Sender.
package notifytest
