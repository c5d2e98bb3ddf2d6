package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// How a command ends.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// environment is what a command knows of the world around it, so that a test can give it another.
type environment struct {
	Getenv         func(string) string
	Stdin          io.Reader
	Stdout, Stderr io.Writer
}

func processEnvironment() environment {
	return environment{Getenv: os.Getenv, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
}

// command is one word that anling understands.
type command struct {
	name    string
	summary string // one line for the list
	usage   string // what follows "anling"; several lines are several forms
	run     func(ctx context.Context, e environment, args []string) int
}

// commands is the whole list, in the order in which help shows it.
func commands() []command {
	return []command{
		{"serve", "runs the service", "serve [settings]", serve},
		{"demo", "runs the service with a simulated city and a phone wall, in a data folder that is thrown away", "demo [settings]", demo},
		{"simulate", "plays load and life against a running service, and checks that it kept its word", "simulate --url URL --token TOKEN [settings]", simulate},
		{"user", "makes accounts of operators", "user add NAME --role ROLE [--centre ID] [--phone NUMBER]\nuser passwd NAME [--temporary]\nuser reset-factors NAME\nuser list", users},
		{"token", "makes tokens for machines", "token create --name NAME --scope signals|read|operate|admin\ntoken list\ntoken revoke ID", tokens},
		{"tls", "makes a certificate for a network without the internet", "tls self-signed --names NAME,… --out FOLDER", certificates},
		{"import", "takes in elders, contacts, devices or helpers from CSV or XLSX", "import elders|contacts|devices|helpers|providers FILE [settings]\nimport areas FILE.csv", importCommand},
		{"export", "writes elders, contacts, devices or helpers as CSV", "export elders|contacts|devices|helpers|providers [FILE] [settings]", exportCommand},
		{"plan", "checks, explains and tries out response plans; nobody is told", "plan check FILE…\nplan explain --elder ID|--centre ID [--kind KIND] [--at TIME]\nplan try [FILE|ID] --elder ID [--kind KIND] [--answer WHO=WHAT@TIME …]\nplan explain|try --demo [settings]", planCommand},
		{"map", "makes a region's base map, roads and addresses of OpenStreetMap data", "map build --osm FILE.osm.pbf [--country CODE] [--areas FILE.geojson] [--addresses FILE.csv] [--out FOLDER]", mapCommand},
		{"remember", "makes the records of who was asked, and what came of it, anew from the timelines", "remember", remember},
		{"erase", "erases a person: the key, the record, contacts and numbers", "erase --reason WORDS ELDER", eraseCommand},
		{"subject-access", "writes everything that is held about a person into a zip", "subject-access ELDER FILE", subjectAccess},
		{"keys", "shows and changes the master keys", "keys status\nkeys rotate [--prepare]\nkeys retire ID", keys},
		{"migrate", "brings the database to the schema of this program", "migrate [settings]", migrate},
		{"backup", "writes a copy of the database while the service runs", "backup FILE", backup},
		{"restore", "puts a backup in the place of the database, after checking it", "restore FILE [--force]", restore},
		{"verify", "recomputes the hash chains of timelines and audit log, and their signed checkpoints", "verify [--checkpoint FILE]", verify},
		{"doctor", "looks whether everything that an alarm needs is in order", "doctor [settings]", doctor},
		{"help", "explains a command", "help [COMMAND]", help},
	}
}

// run does what the arguments say and gives the exit code.
func run(ctx context.Context, e environment, args []string) int {
	if len(args) == 0 {
		printCommands(e.Stderr)
		return exitUsage
	}
	name := args[0]
	if name == "-h" || name == "-help" || name == "--help" {
		name = "help"
	}
	c, ok := findCommand(name)
	if !ok {
		say(e.Stderr, "anling: there is no command %q; `anling help` lists them\n", name)
		return exitUsage
	}
	return c.run(ctx, e, args[1:])
}

func findCommand(name string) (command, bool) {
	for _, c := range commands() {
		if c.name == name {
			return c, true
		}
	}
	return command{}, false
}

func help(ctx context.Context, e environment, args []string) int {
	if len(args) == 0 {
		printCommands(e.Stdout)
		return exitDone
	}
	c, ok := findCommand(args[0])
	if !ok {
		say(e.Stderr, "anling: there is no command %q; `anling help` lists them\n", args[0])
		return exitUsage
	}
	if c.name == "help" {
		printCommands(e.Stdout)
		return exitDone
	}
	e.Stderr = e.Stdout // help that was asked for is an answer, not a complaint
	return c.run(ctx, e, []string{"-h"})
}

func printCommands(w io.Writer) {
	say(w, "安铃 Anling takes an elder's press of a button and sees to it that somebody comes.\n\nUsage: anling COMMAND [settings]\n\n")
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range commands() {
		say(table, "  %s\t%s\n", c.name, c.summary)
	}
	if err := table.Flush(); err != nil {
		return // whoever asked has gone
	}
	say(w, "\n`anling help COMMAND` explains one. To look around: `anling demo`.\n")
}

// say writes to the person at the terminal. When nobody can hear it any more there is nobody to tell.
func say(w io.Writer, format string, args ...any) {
	if _, err := fmt.Fprintf(w, format, args...); err != nil {
		return
	}
}

// errUsage ends a command whose arguments were wrong and which has said so.
var errUsage = errors.New("wrong usage")

// newFlags gives an empty set of flags that explains itself with the command's usage.
func newFlags(e environment, name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(e.Stderr)
	fs.Usage = func() {
		c, ok := findCommand(name)
		if !ok {
			c = command{usage: name}
		}
		for i, line := range strings.Split(c.usage, "\n") {
			lead := "Usage: "
			if i > 0 {
				lead = "       "
			}
			say(e.Stderr, "%sanling %s\n", lead, line)
		}
		if c.summary != "" {
			say(e.Stderr, "\n%s.\n\n", strings.ToUpper(c.summary[:1])+c.summary[1:])
		}
		fs.PrintDefaults()
	}
	return fs
}

// parse reads flags that may stand before, between and after the other arguments, which it gives back.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, err
			}
			return nil, fmt.Errorf("%w: %w", errUsage, err)
		}
		args = fs.Args()
		if len(args) == 0 {
			return rest, nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

// finish turns how a command ended into its exit code and tells the person why.
func finish(e environment, name string, err error) int {
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.Is(err, errUsage):
		say(e.Stderr, "`anling help %s` explains\n", name)
		return exitUsage
	}
	say(e.Stderr, "anling %s: %v\n", name, err)
	return exitFailed
}

// untilStopped gives a context that ends when the process is told to stop. Whoever tells it again, after a
// moment, does not want to wait for order; some tools send the same signal twice in one go.
func untilStopped(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, func() { time.AfterFunc(impatience, stop) })
	return ctx, stop
}

const impatience = time.Second
