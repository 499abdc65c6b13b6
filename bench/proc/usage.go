// Package proc reads from /proc what a server process and its children have used.
//
// A server that forks workers (Kamailio) and one that runs threads (Sluice) are
// measured alike: the figures are sums over the process and all its descendants.
package proc

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"
)

// tick is the unit of utime and stime. The kernel reports both in USER_HZ,
// which is 100 on every Linux architecture that Go supports.
const tick = time.Second / 100

// CPU is processor time, apart by where it was spent.
type CPU struct {
	User, System time.Duration
}

// Total is user plus system time.
func (c CPU) Total() time.Duration { return c.User + c.System }

// Sub is what was spent since earlier.
func (c CPU) Sub(earlier CPU) CPU {
	return CPU{User: c.User - earlier.User, System: c.System - earlier.System}
}

// Stat is the part of /proc/PID/stat that is read here (proc_pid_stat(5)).
type Stat struct {
	Parent int
	CPU    CPU
}

var errStat = errors.New("proc: malformed stat line")

// ParseStat reads one line of /proc/PID/stat. The command name, its second
// field, may hold spaces and parentheses, so fields are counted from its last ')'.
func ParseStat(line []byte) (Stat, error) {
	end := bytes.LastIndexByte(line, ')')
	if end < 0 {
		return Stat{}, errStat
	}
	const parent, utime, stime = 1, 11, 12 // counted from the state field
	fields := bytes.Fields(line[end+1:])
	if len(fields) <= stime {
		return Stat{}, errStat
	}
	var n [3]uint64
	for i, at := range []int{parent, utime, stime} {
		v, err := strconv.ParseUint(string(fields[at]), 10, 62)
		if err != nil {
			return Stat{}, fmt.Errorf("%w: %q", errStat, fields[at])
		}
		n[i] = v
	}
	return Stat{
		Parent: int(n[0]),
		CPU:    CPU{User: time.Duration(n[1]) * tick, System: time.Duration(n[2]) * tick},
	}, nil
}

// Tree lists pid and all its living descendants in ascending order.
func Tree(pid int) ([]int, error) {
	if _, err := readStat(pid); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	children := map[int][]int{}
	for _, e := range entries {
		id, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		st, err := readStat(id)
		if err != nil {
			continue // ended between the listing and the reading
		}
		children[st.Parent] = append(children[st.Parent], id)
	}
	return descend(pid, children), nil
}

// descend collects root and everything below it.
func descend(root int, children map[int][]int) []int {
	all := []int{root}
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i]]...)
	}
	slices.Sort(all)
	return all
}

// Usage sums the CPU time of pids.
func Usage(pids []int) (CPU, error) {
	var sum CPU
	for _, pid := range pids {
		st, err := readStat(pid)
		if err != nil {
			return CPU{}, err
		}
		sum.User += st.CPU.User
		sum.System += st.CPU.System
	}
	return sum, nil
}

// PSS sums the proportional set size of pids in bytes: pages that several
// processes share are counted once.
func PSS(pids []int) (int64, error) {
	var sum int64
	for _, pid := range pids {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
		if err != nil {
			return 0, err
		}
		kb, err := parsePSS(text)
		if err != nil {
			return 0, err
		}
		sum += kb << 10
	}
	return sum, nil
}

// parsePSS finds the "Pss:" line of smaps_rollup; its unit is kB.
func parsePSS(text []byte) (int64, error) {
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte("Pss:")); ok {
			f := bytes.Fields(rest)
			if len(f) == 0 {
				break
			}
			return strconv.ParseInt(string(f[0]), 10, 64)
		}
	}
	return 0, errors.New("proc: no Pss line")
}

func readStat(pid int) (Stat, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Stat{}, err
	}
	return ParseStat(line)
}
