package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"golang.org/x/term"

	"anling/registry"
)

func users(ctx context.Context, e environment, args []string) int {
	return finish(e, "user", manageUsers(ctx, e, args))
}

func manageUsers(ctx context.Context, e environment, args []string) error {
	fs := newFlags(e, "user")
	var o registry.Operator
	fs.StringVar(&o.Role, "role", registry.RoleOperator, "`role`: operator, supervisor, manager or admin")
	centre := fs.String("centre", "", "`id` of the centre where the operator sits (default the one that there is)")
	fs.StringVar(&o.DisplayName, "display-name", "", "`name` that others read (default the log-in name)")
	fs.StringVar(&o.Phone, "phone", "", "`number` to call when nobody accepts an alert")
	temporary := fs.Bool("temporary", false, "the password must be changed at the first log-in, within three days")
	fs.StringVar(&o.Language, "language", "", "`language`: zh or en")
	return withStorage(ctx, call{environment: e, flags: fs, args: args, create: true}, func(s *storage, args []string) error {
		o.Centre = registry.CentreID(*centre)
		switch {
		case len(args) == 2 && args[0] == "add":
			o.Name = args[1]
			return addUser(ctx, e, s, newUser{o, *temporary})
		case len(args) == 2 && args[0] == "passwd":
			return changePassword(ctx, e, s, newPassword{args[1], *temporary})
		case len(args) == 2 && args[0] == "reset-factors":
			return resetFactors(ctx, e, s, args[1])
		case len(args) == 1 && args[0] == "list":
			return listUsers(ctx, e, s)
		}
		return usage("say add NAME, passwd NAME, reset-factors NAME or list")
	})
}

// newUser is an account about to be made, newPassword a password about to be given.
type (
	newUser struct {
		registry.Operator
		temporary bool
	}
	newPassword struct {
		name      string
		temporary bool
	}
)

func addUser(ctx context.Context, e environment, s *storage, u newUser) error {
	password, err := askPassword(e)
	if err != nil {
		return err
	}
	made, err := s.registry.CreateOperator(ctx, u.Operator)
	if err != nil {
		return err
	}
	p := registry.NewPassword{Operator: made, Password: password, Temporary: u.temporary}
	if err := s.registry.GivePassword(ctx, p); err != nil {
		return fmt.Errorf("%s was added and cannot log in yet; give a password with `anling user passwd %s`: %w", made.Name, made.Name, err)
	}
	say(e.Stdout, "%s may log in as %s\n", made.Name, made.Role)
	return nil
}

// changePassword also ends the sessions of the person: a running service hears of it within seconds.
func changePassword(ctx context.Context, e environment, s *storage, p newPassword) error {
	password, err := askPassword(e)
	if err != nil {
		return err
	}
	o, err := s.registry.OperatorByName(ctx, p.name)
	if err != nil {
		return err
	}
	if err := s.registry.GivePassword(ctx, registry.NewPassword{Operator: o, Password: password, Temporary: p.temporary}); err != nil {
		return err
	}
	say(e.Stdout, "%s has a new password; whoever was logged in with the old one is logged out\n", p.name)
	return nil
}

// resetFactors is for an admin who has lost theirs, when no other is left to help.
func resetFactors(ctx context.Context, e environment, s *storage, name string) error {
	o, err := s.registry.OperatorByName(ctx, name)
	if err != nil {
		return err
	}
	if err := s.registry.ResetFactors(ctx, o.ID); err != nil {
		return err
	}
	say(e.Stdout, "%s has no second factor and no recovery codes any more, and is logged out\n", name)
	return nil
}

func listUsers(ctx context.Context, e environment, s *storage) error {
	table := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	say(table, "NAME\tROLE\tCENTRE\tID\n")
	q := registry.Query{Limit: 200}
	for {
		page, err := s.registry.ListOperators(ctx, registry.ScopeAll(), q)
		if err != nil {
			return fmt.Errorf("list operators: %w", err)
		}
		for _, o := range page.Items {
			say(table, "%s\t%s\t%s\t%s\n", o.Name, o.Role, o.Centre, o.ID)
		}
		if page.Next == nil {
			return table.Flush()
		}
		q.Cursor = *page.Next
	}
}

// askPassword takes ANLING_PASSWORD, or asks twice at a terminal, or reads one line of standard input.
func askPassword(e environment) (string, error) {
	if p := e.Getenv("ANLING_PASSWORD"); p != "" {
		return p, nil
	}
	f, ok := e.Stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		line, err := bufio.NewReader(e.Stdin).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("read the password: %w", err)
		}
		if line = strings.TrimRight(line, "\r\n"); line == "" {
			return "", errors.New("no password was given: type one, or set ANLING_PASSWORD")
		}
		return line, nil
	}
	first, err := readHidden(e, f, "Password: ")
	if err != nil {
		return "", err
	}
	second, err := readHidden(e, f, "Once more: ")
	if err != nil {
		return "", err
	}
	if first != second {
		return "", errors.New("the two passwords differ; nothing was changed")
	}
	return first, nil
}

func readHidden(e environment, f *os.File, prompt string) (string, error) {
	say(e.Stderr, "%s", prompt)
	typed, err := term.ReadPassword(int(f.Fd()))
	say(e.Stderr, "\n")
	if err != nil {
		return "", fmt.Errorf("read the password: %w", err)
	}
	return string(typed), nil
}
