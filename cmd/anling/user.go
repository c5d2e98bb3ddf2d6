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
	fs.StringVar(&o.Language, "language", "", "`language`: zh or en")
	return withStorage(ctx, call{environment: e, flags: fs, args: args, create: true}, func(s *storage, args []string) error {
		o.Centre = registry.CentreID(*centre)
		switch {
		case len(args) == 2 && args[0] == "add":
			o.Name = args[1]
			return addUser(ctx, e, s, o)
		case len(args) == 2 && args[0] == "passwd":
			return changePassword(ctx, e, s, args[1])
		case len(args) == 1 && args[0] == "list":
			return listUsers(ctx, e, s)
		}
		return usage("say add NAME, passwd NAME or list")
	})
}

func addUser(ctx context.Context, e environment, s *storage, o registry.Operator) error {
	password, err := askPassword(e)
	if err != nil {
		return err
	}
	made, err := s.registry.CreateOperator(ctx, o)
	if err != nil {
		return err
	}
	if err := s.registry.SetPassword(ctx, made.Name, password); err != nil {
		return fmt.Errorf("%s was added and cannot log in yet; give a password with `anling user passwd %s`: %w", made.Name, made.Name, err)
	}
	say(e.Stdout, "%s may log in as %s\n", made.Name, made.Role)
	return nil
}

func changePassword(ctx context.Context, e environment, s *storage, name string) error {
	password, err := askPassword(e)
	if err != nil {
		return err
	}
	if err := s.registry.SetPassword(ctx, name, password); err != nil {
		return err
	}
	say(e.Stdout, "%s has a new password\n", name)
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
