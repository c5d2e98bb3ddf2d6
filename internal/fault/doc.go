// Package fault says what kind an error is, for the callers who act on it.
//
// A kind answers one question: what should the caller do now? Ask the person to
// correct something (Invalid), to log in (Unauthenticated), tell them they may not (Denied),
// that it is not there (NotFound), that somebody was faster (Conflict), try again later
// (Retry), or admit that something broke (Internal). A new kind is added only when some caller
// acts differently on it.
//
// The sentence of an error made here is safe to show to a person; the error it
// wraps is not, and is meant for the log. Whoever builds a sentence keeps phone numbers, names,
// addresses and tokens out of it.
package fault
