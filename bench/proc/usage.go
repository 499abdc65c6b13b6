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
		n, err := memory(text, "Pss:")
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// RSS is the resident set size of pid alone, in bytes.
func RSS(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return memory(text, "VmRSS:")
}

// memory finds the line of a name in smaps_rollup or status, whose unit is kB, and
// gives bytes.
func memory(text []byte, name string) (int64, error) {
	for line := range bytes.Lines(text) {
		f := bytes.Fields(line)
		if len(f) == 3 && string(f[0]) == name {
			kb, err := strconv.ParseInt(string(f[1]), 10, 53)
			return kb << 10, err
		}
	}
	return 0, fmt.Errorf("proc: no line %s", name)
}

// Descriptors is how many files and sockets pid has open.
func Descriptors(pid int) (int, error) {
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(list), err
}

func readStat(pid int) (Stat, error) {
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return Stat{}, err
	}
	return ParseStat(line)
}
