//go:build unix

package main

import "syscall"

// harden keeps what the process holds to itself: files it makes are its owner's alone, and a crash writes no memory
// – keys, names, door codes – to the disk. It is called once, before anything else.
func harden() {
	syscall.Umask(0o077)
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}); err != nil {
		return // lowering one's own limit is always allowed; where it is not, the unit file says LimitCORE=0
	}
}
