package main

import (
	"context"

	"anling/registry"
	"anling/web"
)

func eraseCommand(ctx context.Context, e environment, args []string) int {
	fs := newFlags(e, "erase")
	var why web.Erasure
	fs.StringVar(&why.Reason, "reason", "", "`words`: why, for the audit log")
	fs.StringVar(&why.Request, "request", "", "`id` of the request")
	return finish(e, "erase", withStorage(ctx, call{environment: e, flags: fs, args: args},
		func(s *storage, args []string) error {
			if len(args) != 1 || why.Reason == "" {
				return usage("say --reason WORDS and the id of the elder")
			}
			if err := s.privacyOf().Erase(ctx, s.registry, registry.ElderID(args[0]), why); err != nil {
				return err
			}
			say(e.Stdout, "erased %s. Backups made before still hold it, sealed, until they expire; restore erases it again\n", args[0])
			return nil
		}))
}
