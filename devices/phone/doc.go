// Package phone takes a telephone call as an alarm: the caller's number says who needs help.
//
// Its one important idea: a call is a press. It becomes a signal of the kind sos before anything is
// said, so that hanging up, a dead line or a busy seat loses nothing; the conversation comes after.
// Whoever nobody knows, or who withholds their number, is an alert all the same.
//
// Start with [Line.Incoming]. What the caller hears is a key of the words for people; the
// telephone provider's own package speaks it.
//
// It promises to raise one alert for a call however often the provider tells of it, and to put no
// number into an error or a log.
package phone
