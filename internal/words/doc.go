// Package words holds every sentence that a person reads or hears, in Chinese and in English.
//
// One JSON file per room (notify, web, console, alerts), each a table from a key to both
// languages: {"key": {"zh": "…{name}…", "en": "…{name}…"}}. The console imports two of the files
// as they are, so a thing has one name on the screen, in the SMS and in the call.
//
// Start at T. The package never fails: an unknown key is shown as the key itself, because a
// crude sentence in an alarm is better than none; a test refuses a missing language or a
// placeholder that exists in only one of the two.
package words
