package main

import (
	"context"
	"os"
)

func main() {
	harden()
	os.Exit(run(context.Background(), processEnvironment(), os.Args[1:]))
}
