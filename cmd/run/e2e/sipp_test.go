//go:build e2e

package e2e_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const scenarios = "../testdata/sipp"

// A sipp is a running sipp.
type sipp struct {
	t      *testing.T
	cmd    *exec.Cmd
	errors string // file of unexpected messages
	stats  string // file of statistics
	output output
}

// startSipp starts sipp with the scenario in a file, on a port of its own.
// Without calls it goes on until it is told to end.
func startSipp(t *testing.T, file, transport string, port, calls int, args ...string) *sipp {
	t.Helper()
	dir := t.TempDir()
	p := &sipp{t: t, errors: filepath.Join(dir, "errors"), stats: filepath.Join(dir, "stats")}
	mode := map[string]string{"udp": "u1", "tcp": "t1", "tcp for each call": "tn"}[transport]
	args = append([]string{
		"-sf", file, "-t", mode, "-i", "127.0.0.1", "-p", strconv.Itoa(port),
		"-nostdin", "-trace_err", "-error_file", p.errors, "-trace_stat", "-stf", p.stats, "-fd", "1",
	}, args...)
	if calls > 0 {
		args = append(args, "-m", strconv.Itoa(calls))
	}
	p.cmd = exec.Command("sipp", args...)
	p.cmd.Stdout, p.cmd.Stderr = &p.output, &p.output
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("sipp (Debian package sip-tester): %v", err)
	}
	t.Cleanup(func() { p.cmd.Process.Kill() })
	return p
}

// finish has a sipp that would go on take no new calls, and waits for the end
// of those there are.
func (p *sipp) finish() { p.cmd.Process.Signal(syscall.SIGUSR1) }

// forwarded counts requests, but not CANCELs and the ACKs for refusals.
const forwarded = "sluice_sip_requests_forwarded_total"

// awaitCalls waits until n more requests have gone through the server: a sipp
// that was started a moment ago may not have made a call yet.
func awaitCalls(t *testing.T, s *server, n float64) {
	t.Helper()
	want := s.metric(forwarded) + n
	s.until(t, processTime, "calls go on", func() bool { return s.metric(forwarded) >= want })
}

// wait waits until sipp ends and returns its counters: the last line of its
// statistics by the names of the first.
func (p *sipp) wait(limit time.Duration) map[string]int {
	p.t.Helper()
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			p.t.Errorf("sipp %s: %v", p.cmd.Args[2], err)
		}
	case <-time.After(limit):
		p.cmd.Process.Kill()
		<-ended
		p.t.Errorf("sipp %s: still running after %v", p.cmd.Args[2], limit)
	}
	f, err := os.Open(p.stats)
	if err != nil {
		p.t.Fatalf("sipp: %v\n%s", err, &p.output)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = ';', -1
	lines, err := r.ReadAll()
	if err != nil || len(lines) < 2 {
		p.t.Fatalf("sipp: statistics of %d lines: %v", len(lines), err)
	}
	counters := map[string]int{}
	for i, name := range lines[0] {
		if last := lines[len(lines)-1]; i < len(last) {
			counters[name], _ = strconv.Atoi(last[i])
		}
	}
	return counters
}

// check waits for the end and checks that calls went through (at least one if
// calls is 0) and none failed. One fails, or never ends, if a single message is
// lost, for nothing is sent twice (see startCalls), and if one comes twice.
func (p *sipp) check(limit time.Duration, calls int) {
	p.t.Helper()
	c := p.wait(limit)
	switch n := c["SuccessfulCall(C)"]; {
	case calls > 0 && n != calls:
		p.t.Errorf("sipp %s: SuccessfulCall: got %d, want %d", p.cmd.Args[2], n, calls)
	case n == 0:
		p.t.Errorf("sipp %s: no call", p.cmd.Args[2])
	}
	for _, name := range []string{"FailedCall(C)", "OutOfCallMsgs(C)", "DeadCallMsgs(C)", "FatalErrors(C)"} {
		if n, found := c[name]; n != 0 || !found {
			p.t.Errorf("sipp %s: %s: got %d, want 0 (reported: %v)", p.cmd.Args[2], name, n, found)
		}
	}
	p.logErrors()
}

// logErrors shows what sipp did not expect, if the test has failed.
func (p *sipp) logErrors() {
	p.t.Helper()
	if p.t.Failed() {
		text, _ := os.ReadFile(p.errors)
		p.t.Logf("errors of sipp %s:\n%s", p.cmd.Args[2], text[:min(len(text), 4000)])
	}
}

// A pair of scenarios: who calls, and who is called.
type pair struct{ caller, callee string }

var (
	callerEnds = pair{"uac_route.xml", "uas_route.xml"}
	calleeEnds = pair{"uac_callee_bye.xml", "uas_callee_bye.xml"}
)

// once are arguments of sipps that send nothing twice. Against a patient server
// (see there) no time counts then, however busy the machine: what is lost is
// missing. No more than twenty calls at a time have messages on their way, so that
// the kernel has room for all that wait for a processor.
var once = []string{"-nr", "-l", "20", "-buff_size", "262144"}

// startCalls starts a callee and a caller that calls it through s, which is
// patient.
func startCalls(t *testing.T, s *server, p pair, from, to string, calls, rate int, args ...string) (caller, callee *sipp) {
	t.Helper()
	port := freePort(t)
	callee = startSipp(t, filepath.Join(scenarios, p.callee), to, port, calls, once...)
	s.until(t, soon, "sipp listens", func() bool { return bound(to, port) })
	uri := fmt.Sprintf("127.0.0.1:%d", port)
	if to != "udp" {
		uri += ";transport=" + to
	}
	args = append(append(args, once...), "-r", strconv.Itoa(rate), "-key", "callee", uri, s.udp)
	return startSipp(t, filepath.Join(scenarios, p.caller), from, freePort(t), calls, args...), callee
}

// bound reports whether a process has bound the port on 127.0.0.1.
func bound(transport string, port int) bool {
	table, err := os.ReadFile("/proc/net/" + transport)
	return err == nil && strings.Contains(string(table), fmt.Sprintf(": 0100007F:%04X ", port))
}

// TestSippCalls makes a thousand calls at 100 a second, and fewer
// where the transport changes on the way or the callee hangs up.
func TestSippCalls(t *testing.T) {
	for _, tt := range []struct {
		name     string
		pair     pair
		from, to string
		calls    int
		rate     int
	}{
		{"udp", callerEnds, "udp", "udp", 1000, 100},
		{"tcp", callerEnds, "tcp", "tcp", 1000, 100},
		{"udp to tcp", callerEnds, "udp", "tcp", 100, 50},
		{"tcp to udp", callerEnds, "tcp", "udp", 100, 50},
		{"udp, callee hangs up", calleeEnds, "udp", "udp", 100, 50},
		{"tcp, callee hangs up", calleeEnds, "tcp", "tcp", 100, 50},
		{"udp to tcp, callee hangs up", calleeEnds, "udp", "tcp", 100, 50},
		{"tcp to udp, callee hangs up", calleeEnds, "tcp", "udp", 100, 50},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, patient)
			caller, callee := startCalls(t, s, tt.pair, tt.from, tt.to, tt.calls, tt.rate)
			limit := time.Duration(tt.calls/tt.rate)*time.Second + 2*processTime
			caller.check(limit, tt.calls)
			callee.check(processTime, tt.calls)

			checkUneventful(t, s, tt.calls)
		})
	}
}

// checkUneventful checks that calls went through a patient server, and nothing
// else happened: it did not wait for a message in vain, took none for one that it
// had had, and missed none that came. Both sipps have ended, so none is on its way
// but what the last of them sent.
func checkUneventful(t *testing.T, s *server, calls int) {
	t.Helper()
	// INVITE, ACK and BYE all came this way: the route set works.
	s.count(t, forwarded, float64(3*calls))
	for _, name := range []string{
		"sluice_sip_retransmissions_received_total", "sluice_sip_retransmissions_sent_total",
		"sluice_sip_malformed_total", "sluice_sip_branches_failed_total",
	} {
		s.count(t, name, 0)
	}
}
