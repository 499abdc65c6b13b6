package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// budgets are of heap for an idle registered connection, in bytes.
var budgets = map[string]int64{"ws": 2 << 10, "wss": 12 << 10}

// maxMoreGoroutines is by how many they may differ between a few connections
// and all: some of a pool end with a delay.
const maxMoreGoroutines = 8

// A report is what a run has shown. What is zero was not measured.
type report struct {
	opts      *options
	transport string

	connects, upgrades, registers cost
	empty, half, idle             state // with no connection, half of them, all
	halfCount                     int
	resident                      int64 // with all, before the garbage is collected
	crlfs, quiet, pings           cost
	calls                         cost
	setup                         []time.Duration
	failed                        *reasons
	full, few, closed             state // before all but a few are closed, after that, and after all are
	closes                        cost
	ownClose                      time.Duration // which the clients took for it
	lost                          *reasons
}

// failures counts what must not be.
func (r *report) failures() (n int) {
	for _, f := range []*reasons{r.failed, r.lost} {
		if f != nil {
			n += f.total()
		}
	}
	return n + r.tooManyGoroutines()
}

func (r *report) moreGoroutines() int { return r.full.goroutines - r.few.goroutines }

// heap is what one connection more takes, and what the first ones took besides.
func (r *report) heap() (each, tables int64) {
	if r.idle.heap == 0 || r.half.heap == 0 {
		return 0, 0
	}
	each = (r.idle.heap - r.half.heap) / int64(r.opts.connections-r.halfCount)
	return each, r.half.heap - r.empty.heap - each*int64(r.halfCount)
}

func (r *report) tooManyGoroutines() int { return max(0, r.moreGoroutines()-maxMoreGoroutines) }

// steps are those by which a client registers, and all of them together. The
// first has the TLS handshake in it; what the server does about a connection that
// it has just accepted may come to the account of the second.
func (r *report) steps() []step {
	all := r.connects
	for _, c := range []cost{r.upgrades, r.registers} {
		all.cpu += c.cpu
		all.wall += c.wall
	}
	return []step{{"connect", r.connects}, {"handshake", r.upgrades}, {"register", r.registers}, {"all", all}}
}

type step struct {
	name string
	cost cost
}

// perConnection spreads bytes over the connections.
func (r *report) perConnection(bytes int64) int64 { return bytes / int64(r.opts.connections) }

// perMinute is the CPU for one keep-alive of every connection in each interval, over a minute.
func (r *report) perMinute(c *cost) time.Duration {
	if r.opts.keepAlive == 0 {
		return 0
	}
	return time.Duration(float64(c.each()) * float64(r.opts.connections) * float64(time.Minute) / float64(r.opts.keepAlive))
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
func millis(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e6 }

// text writes the figures for a reader.
func (r *report) text(w io.Writer) {
	name := r.transport
	if name == "wss" {
		name += ", TLS " + map[bool]string{true: "1.3", false: "1.2"}[r.opts.tlsVersion == 0x0304]
	}
	fmt.Fprintf(w, "%s: %d connections from as many addresses, registered\n", name, r.opts.connections)
	for _, step := range r.steps() {
		fmt.Fprintf(w, "  %-10s %6.0f/s, server CPU %5.0f us each; its core %.0f %% busy\n",
			step.name, step.cost.perSecond(), micros(step.cost.each()), step.cost.busy())
	}
	if heap, tables := r.heap(); heap != 0 {
		fmt.Fprintf(w, "  heap       %d bytes a connection after GC, budget %d: %s; besides %.1f MB of tables\n",
			heap, budgets[r.transport], r.verdict(heap), mega(tables))
		fmt.Fprintf(w, "  resident   %d bytes a connection; in all %.1f MB before GC, %.1f after, %.1f without connections\n",
			r.perConnection(r.idle.resident-r.empty.resident), mega(r.resident), mega(r.idle.resident), mega(r.empty.resident))
	}
	if r.crlfs.count > 0 {
		r.keepAlives(w, "CRLFs", &r.crlfs)
		r.keepAlives(w, "Pings", &r.pings)
		fmt.Fprintf(w, "  quiet      server CPU %.1f ms a second\n", millis(r.quiet.cpu)/r.quiet.wall.Seconds())
	}
	if r.failed != nil {
		fmt.Fprintf(w, "  calls      %d at %g/s, %d failed; INVITE to 200 p50 %.2f ms, p99 %.2f ms; server CPU %.0f us each\n", r.calls.count, r.opts.rate,
			r.failed.total(), millis(quantile(r.setup, 0.50)), millis(quantile(r.setup, 0.99)), micros(r.calls.each()))
		r.reasons(w, "failed", r.failed)
	}
	if r.closes.count > 0 {
		fmt.Fprintf(w, "  goroutines %d with all, %d with %d, %d with none\n", r.full.goroutines, r.few.goroutines, few, r.empty.goroutines)
		fmt.Fprintf(w, "  close      all in %.0f ms, descriptors back after %.0f ms, server CPU %.0f us each\n",
			millis(r.ownClose), millis(r.closes.wall), micros(r.closes.each()))
		fmt.Fprintf(w, "  given back %d bytes of heap a connection; %.1f MB left, %.1f before the first; resident %.1f MB\n",
			r.perConnection(r.full.heap-r.closed.heap), mega(r.closed.heap), mega(r.empty.heap), mega(r.closed.resident))
		r.reasons(w, "lost", r.lost)
	}
}

func (r *report) reasons(w io.Writer, what string, all *reasons) {
	if all.total() > 0 {
		fmt.Fprintf(w, "  %-10s %s\n", what, all)
	}
}

// keepAlives writes what those of one side cost.
func (r *report) keepAlives(w io.Writer, name string, c *cost) {
	fmt.Fprintf(w, "  %-10s %d at %.0f/s, server CPU %.1f us each: %.2f s a minute with one in %v on each connection\n",
		name, c.count, c.perSecond(), micros(c.each()), r.perMinute(c).Seconds(), r.opts.keepAlive)
}

func mega(bytes int64) float64 { return float64(bytes) / 1e6 }

// enough is how many connections it takes until what the heap is read to, about a
// megabyte, is little beside them.
const enough = 5000

func (r *report) verdict(heap int64) string {
	switch {
	case r.opts.connections < enough:
		return "too few to tell"
	case heap <= budgets[r.transport]:
		return "met"
	}
	return "NOT met"
}

// line writes the same figures as one line of key=value pairs.
func (r *report) line(w io.Writer) {
	var b strings.Builder
	put := func(key, format string, value any) { fmt.Fprintf(&b, " %s="+format, key, value) }
	put("transport", "%s", r.transport)
	put("connections", "%d", r.opts.connections)
	for _, step := range r.steps() {
		put(step.name+"_rate", "%.1f", step.cost.perSecond())
		put(step.name+"_cpu_us", "%.1f", micros(step.cost.each()))
	}
	heap, tables := r.heap()
	put("heap_bytes", "%d", heap)
	put("tables_bytes", "%d", tables)
	put("resident_bytes", "%d", r.perConnection(r.idle.resident-r.empty.resident))
	if r.crlfs.count > 0 {
		put("crlf_cpu_us", "%.2f", micros(r.crlfs.each()))
		put("crlf_cpu_s_per_minute", "%.3f", r.perMinute(&r.crlfs).Seconds())
		put("ping_cpu_us", "%.2f", micros(r.pings.each()))
		put("ping_cpu_s_per_minute", "%.3f", r.perMinute(&r.pings).Seconds())
	}
	put("calls", "%d", r.calls.count)
	put("setup_p50_us", "%d", quantile(r.setup, 0.50).Microseconds())
	put("setup_p99_us", "%d", quantile(r.setup, 0.99).Microseconds())
	put("call_cpu_us", "%.1f", micros(r.calls.each()))
	put("descriptors_back_ms", "%.0f", millis(r.closes.wall))
	put("close_cpu_us", "%.1f", micros(r.closes.each()))
	put("given_back_bytes", "%d", r.perConnection(r.full.heap-r.closed.heap))
	put("goroutines_few", "%d", r.few.goroutines)
	put("goroutines_all", "%d", r.full.goroutines)
	put("failures", "%d", r.failures())
	fmt.Fprintf(w, "RESULT%s\n", b.String())
}
