package main

import "context"

func backup(ctx context.Context, e environment, args []string) int {
	return finish(e, "backup", withStorage(ctx, call{environment: e, flags: newFlags(e, "backup"), args: args},
		func(s *storage, args []string) error {
			if len(args) != 1 {
				return usage("backup takes the name of the file to write")
			}
			if err := s.db.Backup(ctx, args[0]); err != nil {
				return err
			}
			say(e.Stdout, "wrote %s\nThe keys in %s are not in it, and it cannot be read without them: keep a copy of them in another place.\n",
				args[0], s.cfg.KeyRingPath())
			return nil
		}))
}
