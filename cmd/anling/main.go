package main

import (
	"context"
	"os"
)

func main() { os.Exit(run(context.Background(), processEnvironment(), os.Args[1:])) }
