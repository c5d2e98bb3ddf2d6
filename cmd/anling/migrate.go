package main

import "context"

func migrate(ctx context.Context, e environment, args []string) int {
	return finish(e, "migrate", withStorage(ctx, call{environment: e, flags: newFlags(e, "migrate"), args: args, create: true},
		func(s *storage, args []string) error {
			if len(args) > 0 {
				return usage("migrate takes no arguments")
			}
			// Opening has migrated, as it does in every command.
			say(e.Stdout, "the schema is that of this program\n")
			return nil
		}))
}
