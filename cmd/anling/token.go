package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"anling/registry"
)

func tokens(ctx context.Context, e environment, args []string) int {
	return finish(e, "token", manageTokens(ctx, e, args))
}

func manageTokens(ctx context.Context, e environment, args []string) error {
	fs := newFlags(e, "token")
	var t registry.Token
	device := fs.String("device", "", "`id` of the only device that the token may speak for")
	days := fs.Int("days", 365, "`days` until it ends")
	fs.StringVar(&t.Name, "name", "", "`name` of whose token it is, for the list")
	scope := fs.String("scope", "", "`scope`: signals, read, operate or admin")
	return withStorage(ctx, call{environment: e, flags: fs, args: args, create: true}, func(s *storage, args []string) error {
		t.Device, t.Scope = registry.DeviceID(*device), *scope
		t.Expires = s.clock.Now().Add(time.Duration(*days) * 24 * time.Hour)
		switch {
		case len(args) == 1 && args[0] == "create":
			return createToken(ctx, e, s, t)
		case len(args) == 1 && args[0] == "list":
			return listTokens(ctx, e, s)
		case len(args) == 2 && args[0] == "revoke":
			return revokeToken(ctx, e, s, args[1])
		}
		return usage("say create --name N --scope S, list, or revoke ID")
	})
}

// createToken prints the token alone on standard output, so that a script can take it. It is not kept
// anywhere and cannot be shown again.
func createToken(ctx context.Context, e environment, s *storage, t registry.Token) error {
	plain, made, err := s.registry.CreateToken(ctx, t)
	if err != nil {
		return err
	}
	say(e.Stderr, "token %s may %s; it is shown only now\n", made.ID, made.Scope)
	say(e.Stdout, "%s\n", plain)
	return nil
}

func listTokens(ctx context.Context, e environment, s *storage) error {
	all, err := s.registry.ListTokens(ctx)
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	table := tabwriter.NewWriter(e.Stdout, 0, 0, 2, ' ', 0)
	say(table, "ID\tBEGINS\tNAME\tSCOPE\tENDS\n")
	for _, t := range all {
		ends := t.Expires.UTC().Format(time.DateOnly)
		if t.RevokedAt != nil {
			ends = "revoked"
		}
		say(table, "%s\t%s\t%s\t%s\t%s\n", t.ID, t.Prefix+"…", t.Name, t.Scope, ends)
	}
	return table.Flush()
}

func revokeToken(ctx context.Context, e environment, s *storage, id string) error {
	if err := s.registry.RevokeToken(ctx, id); err != nil {
		return err
	}
	say(e.Stdout, "token %s is revoked; a running service refuses it within seconds\n", id)
	return nil
}
