package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"anling/registry"
)

func exportCommand(ctx context.Context, e environment, args []string) int {
	return finish(e, "export", withStorage(ctx, call{environment: e, flags: newFlags(e, "export"), args: args},
		func(s *storage, args []string) error {
			switch len(args) {
			case 1:
				return s.registry.Export(ctx, args[0], e.Stdout)
			case 2:
				if err := exportFile(ctx, s.registry, args[0], args[1]); err != nil {
					return err
				}
				say(e.Stdout, "wrote %s; it holds personal data in clear\n", args[1])
				return nil
			}
			return usage("say what to export (elders, contacts, devices, helpers) and, if not to the screen, into which file")
		}))
}

// exportFile writes a new file that only we may read; it overwrites nothing, and leaves no half of itself.
func exportFile(ctx context.Context, r *registry.Registry, kind, path string) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("make the file: %w", err)
	}
	defer func() {
		if err = errors.Join(err, f.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	return r.Export(ctx, kind, f)
}
