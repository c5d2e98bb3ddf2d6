//go:build !unix

package main

// harden has nothing to do where there are neither umask nor core dumps.
func harden() {}
