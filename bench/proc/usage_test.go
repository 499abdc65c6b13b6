package proc

import (
	"os"
	"slices"
	"syscall"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	tests := []struct {
		name, line string
		want       Stat
		bad        bool
	}{
		{
			name: "plain",
			line: "4242 (kamailio) S 4200 4242 1 0 -1 4194560 900 0 0 0 123 45 6 7 20 0 1 0 99 1 2\n",
			want: Stat{Parent: 4200, CPU: CPU{User: 1230 * time.Millisecond, System: 450 * time.Millisecond}},
		},
		{
			name: "command with spaces and parentheses",
			line: "7 (a) b (c) R 1 7 7 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 9 1 2",
			want: Stat{Parent: 1, CPU: CPU{User: 10 * time.Millisecond, System: 20 * time.Millisecond}},
		},
		{name: "empty", line: "", bad: true},
		{name: "cut before the times", line: "7 (a) R 1 7 7 0 -1 0 0 0", bad: true},
		{name: "not a number", line: "7 (a) R x 7 7 0 -1 0 0 0 0 0 1 2 0 0", bad: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseStat([]byte(tt.line))
			if (err != nil) != tt.bad {
				t.Fatalf("error: got %v, want bad=%v", err, tt.bad)
			}
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestDescend(t *testing.T) {
	children := map[int][]int{1: {50, 2}, 2: {9, 3}, 3: {4}, 50: {51}}
	if got, want := descend(2, children), []int{2, 3, 4, 9}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestMemory(t *testing.T) {
	tests := []struct {
		name, text, line string
		want             int64
		bad              bool
	}{
		{name: "smaps_rollup", text: "00-11 ---p 0 00:00 0 [rollup]\nRss:  900 kB\nPss:             581 kB\nPss_Dirty: 3 kB\n", line: "Pss:", want: 581 << 10},
		{name: "status", text: "Name:\tx\nVmRSS:\t   1024 kB\nVmData:\t 1 kB\n", line: "VmRSS:", want: 1 << 20},
		{name: "no such line", text: "Rss: 1 kB\n", line: "Pss:", bad: true},
		{name: "no number", text: "VmRSS: x kB\n", line: "VmRSS:", bad: true},
		{name: "empty line", text: "Pss:\n", line: "Pss:", bad: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := memory([]byte(tt.text), tt.line)
			if got != tt.want || (err != nil) != tt.bad {
				t.Errorf("got %d, %v, want %d, bad=%v", got, err, tt.want, tt.bad)
			}
		})
	}
}

func TestOwnProcess(t *testing.T) {
	pids, err := Tree(os.Getpid())
	if err != nil || !slices.Contains(pids, os.Getpid()) {
		t.Fatalf("Tree: got %v, %v, want it to hold %d", pids, err, os.Getpid())
	}
	if _, err := Usage([]int{os.Getpid()}); err != nil {
		t.Errorf("Usage: %v", err)
	}
	if n, err := PSS([]int{os.Getpid()}); err != nil || n <= 0 {
		t.Errorf("PSS: got %d, %v", n, err)
	}
	if _, err := Tree(1 << 30); err == nil {
		t.Error("Tree of no process: got no error")
	}
}

func TestDescriptors(t *testing.T) {
	before, err := Descriptors(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	fd, err := syscall.Dup(0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if got, err := Descriptors(os.Getpid()); err != nil || got != before+1 {
		t.Errorf("with one more than %d: got %d, %v", before, got, err)
	}
}
