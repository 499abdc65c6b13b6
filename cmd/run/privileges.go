package run

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"sluice/cmd/run/config"
)

// errNotRoot is what keeps a process from becoming somebody else.
var errNotRoot = errors.New("only root can become another user")

// mayBecome reports whether this process can become a; nil is who it is.
func mayBecome(a *config.Account) error {
	if a == nil || os.Geteuid() == 0 || isAlready(a) {
		return nil
	}
	return errNotRoot
}

func isAlready(a *config.Account) bool {
	return os.Getuid() == a.UID && os.Geteuid() == a.UID && os.Getgid() == a.GID && os.Getegid() == a.GID
}

// become makes this process, with all its threads, a's for good.
func become(a *config.Account) error {
	if a == nil || isAlready(a) {
		return nil
	}
	if err := syscall.Setgroups(a.Groups); err != nil {
		return fmt.Errorf("setgroups: %w", err)
	}
	if err := syscall.Setgid(a.GID); err != nil {
		return fmt.Errorf("setgid: %w", err)
	}
	if err := syscall.Setuid(a.UID); err != nil {
		return fmt.Errorf("setuid: %w", err)
	}
	if a.UID != 0 && syscall.Setuid(0) == nil {
		return errors.New("the process can become root again")
	}
	return nil
}
