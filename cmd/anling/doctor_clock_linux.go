package main

import "syscall"

// clockUnsynchronised is the kernel's state of a clock that nobody keeps right.
const clockUnsynchronised = 5

func examineClock() finding {
	var t syscall.Timex
	state, err := syscall.Adjtimex(&t)
	switch {
	case err != nil:
		return warn("clock", "whether something keeps the clock right cannot be seen here")
	case state == clockUnsynchronised:
		return warn("clock", "nothing keeps this machine's clock right; set up NTP (chrony or systemd-timesyncd)")
	}
	return well("clock", "is kept right")
}
