// Package retention deletes what has been kept long enough. Its one idea: a kind of data is a name, a number of days that
// can be changed, and a function that deletes a batch; every night each function is called until nothing is left to
// do, in small transactions between which others write, and the run is written into the audit log.
//
// It knows no domain words: the kinds come from whoever puts the program together. What is under a legal hold is left
// by the functions themselves.
package retention
