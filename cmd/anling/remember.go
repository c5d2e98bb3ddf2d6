package main

import (
	"context"
)

// remember makes the records of who was asked anew, after an upgrade from a version that kept none.
func remember(ctx context.Context, e environment, args []string) int {
	return finish(e, "remember", withStorage(ctx, call{environment: e, flags: newFlags(e, "remember"), args: args},
		func(s *storage, args []string) error {
			if len(args) > 0 {
				return usage("remember takes no arguments")
			}
			n, err := s.engine().Remember(ctx)
			if err != nil {
				return err
			}
			say(e.Stdout, "%d records of who was asked, made anew from the timelines\n", n)
			return nil
		}))
}
