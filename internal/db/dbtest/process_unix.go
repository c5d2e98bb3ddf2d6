//go:build unix

package dbtest

import (
	"fmt"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// apart puts a process into a session of its own, so that ctrl-C reaches the tests only and the
// guardian can still clear up.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func giveTo(name, dir string) error {
	u, err := user.Lookup(name)
	if err != nil {
		return fmt.Errorf("find the user of the server: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return fmt.Errorf("read the id of the server's user: %w", err)
	}
	if err := os.Chown(dir, uid, -1); err != nil {
		return fmt.Errorf("give the folder to the server: %w", err)
	}
	return nil
}
