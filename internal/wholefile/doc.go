// Package wholefile writes files that are there or not, and never in part.
//
// Start with Write.
package wholefile
