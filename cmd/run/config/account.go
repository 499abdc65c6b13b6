package config

import (
	"errors"
	"fmt"
	"os/user"
	"strconv"
)

// An Account is who a process runs as.
type Account struct {
	UID, GID int
	Groups   []int // the supplementary ones
}

// Account returns who the server is to become, nil for who has started it. What
// is wrong with it [Server.Check] has said.
func (s *Server) Account() *Account {
	return s.account(func(string, ...any) {})
}

func (s *Server) account(fault func(reason string, path ...any)) *Account {
	if s.User == "" {
		if s.Group != "" {
			fault("needs a user", "group")
		}
		return nil
	}
	a := &Account{GID: -1}
	var err error
	if err = a.become(s.User); err != nil {
		fault(err.Error(), "user")
	}
	switch {
	case s.Group != "":
		var gerr error
		if a.GID, gerr = groupID(s.Group); gerr != nil {
			fault(gerr.Error(), "group")
			err = gerr
		}
	case err == nil && a.GID < 0:
		err = fmt.Errorf("is missing: the system does not know user %s, nor its group", s.User)
		fault(err.Error(), "group")
	}
	if err != nil {
		return nil
	}
	return a
}

// become makes a the account of a user. A number need not be a user that the
// system knows; then there is no group.
func (a *Account) become(name string) error {
	u, err := user.Lookup(name)
	if err != nil {
		u, err = user.LookupId(name)
	}
	if err != nil {
		if a.UID, err = number(name); err != nil {
			return fmt.Errorf("there is no user %s", quote(name))
		}
		return nil
	}
	if a.UID, err = number(u.Uid); err == nil {
		a.GID, err = number(u.Gid)
	}
	groups, gerr := u.GroupIds()
	if err = errors.Join(err, gerr); err != nil {
		return fmt.Errorf("user %s: %w", quote(name), err)
	}
	for _, g := range groups {
		id, err := number(g)
		if err != nil {
			return err
		}
		a.Groups = append(a.Groups, id)
	}
	return nil
}

func groupID(name string) (int, error) {
	if g, err := user.LookupGroup(name); err == nil {
		return number(g.Gid)
	}
	id, err := number(name)
	if err != nil {
		return -1, fmt.Errorf("there is no group %s", quote(name))
	}
	return id, nil
}

// number parses a user's or group's number; the largest one of 32 bits means
// none to the kernel.
func number(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err == nil && n == 1<<32-1 {
		err = strconv.ErrRange
	}
	return int(n), err
}
