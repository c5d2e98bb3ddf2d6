// Package clock is where time comes from.
//
// Nobody else asks the machine for the time: services hold a Clock, pure code is given a
// moment. So a story test can turn the hands of a Manual clock and live through a night of
// escalations in a millisecond, and the same clock decides in every part of the program.
package clock
