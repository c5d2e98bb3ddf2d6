// Package fence judges whether somebody has left the ground on which they are safe, by fixes that are never exact.
//
// Its one important idea: how deep a fix lies inside all of its fences together is one number, in metres, and a fix that may be
// r metres off can be wrong about that number by r at most. So a leaving is a fix whose whole circle of error lies outside by more
// than the margin, and a second one that agrees; a return is one well inside. Between the two nothing changes ([Judge]).
//
// Start with shape.go (what a fence is), then judge.go. All of it is pure: time, hours and what was known before come in as values.
//
// It promises never to tell a leaving twice without a return between, whatever order the fixes come in, and never to let one fix
// that cannot be true raise an alarm by itself.
package fence
