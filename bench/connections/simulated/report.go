package main

import (
	"fmt"
	"io"
	"time"
)

// row is a line of the table, and of its head.
const row = "%11v %9v %9v %10v %10v %10v %10v %10v %10v %9v %10v %11v %11v %9v\n"

func head(w io.Writer, keepAlive time.Duration) {
	fmt.Fprintf(w, "simulated: %s; a Ping after %v of silence; heap budget %d bytes a connection\n", machine(), keepAlive, budget)
	fmt.Fprintf(w, row, "", "heap,", "of the", "connect,", "look-up,", "request,", "cold look-", "request,", "read,", "Ping,", "Pings, CPU", "longest", "longest GC", "GC cycle,")
	fmt.Fprintf(w, row, "connections", "B each", "last, B", "us", "ns", "us", "up, ns", "us", "ns", "us", "s/minute", "tick, ms", "pause, us", "ms")
}

// each is the heap of a connection: of all on average, and of those since before.
func (f *figure) each(empty uint64, before *figure) (all, last int64) {
	all = (int64(f.heap) - int64(empty)) / int64(f.connections)
	last = (int64(f.heap) - int64(before.heap)) / int64(f.connections-before.connections)
	return all, last
}

func (f *figure) text(w io.Writer, empty uint64, before *figure, keepAlive time.Duration) {
	all, last := f.each(empty, before)
	fmt.Fprintf(w, row, f.connections, all, last, micros(f.connect), f.lookup.Nanoseconds(), micros(f.request),
		f.cold.lookup.Nanoseconds(), micros(f.cold.request), f.cold.read.Nanoseconds(), micros(f.pingCPU),
		fmt.Sprintf("%.3f", f.perMinute(keepAlive).Seconds()), fmt.Sprintf("%.2f", f.longest.Seconds()*1e3), f.pause.Microseconds(), f.cycle.Milliseconds())
}

// line writes the same figures as one line of key=value pairs.
func (f *figure) line(w io.Writer, empty uint64, before *figure, keepAlive time.Duration) {
	all, last := f.each(empty, before)
	fmt.Fprintf(w, "RESULT transport=simulated connections=%d heap_bytes=%d heap_last_bytes=%d connect_us=%s lookup_ns=%d request_us=%s "+
		"cold_lookup_ns=%d cold_request_us=%s cold_read_ns=%d "+
		"ping_cpu_us=%s ping_cpu_s_per_minute=%.3f longest_tick_ms=%.2f gc_pause_us=%d gc_cycle_ms=%d\n",
		f.connections, all, last, micros(f.connect), f.lookup.Nanoseconds(), micros(f.request),
		f.cold.lookup.Nanoseconds(), micros(f.cold.request), f.cold.read.Nanoseconds(), micros(f.pingCPU),
		f.perMinute(keepAlive).Seconds(), f.longest.Seconds()*1e3, f.pause.Microseconds(), f.cycle.Milliseconds())
}

func (e *end) text(w io.Writer) {
	fmt.Fprintf(w, "all gone: CPU %s us each; heap %.1f MB, %.1f before the first came: %d bytes each, for the users and for tables\n",
		micros(e.cpu), float64(e.heap)/1e6, float64(e.before)/1e6, e.each())
}

// each is the heap that is kept of a connection that has gone.
func (e *end) each() int64 { return (int64(e.heap) - int64(e.before)) / int64(e.connections) }

func (e *end) line(w io.Writer) {
	fmt.Fprintf(w, "RESULT transport=simulated closed=%d close_cpu_us=%s heap_left_bytes=%d\n", e.connections, micros(e.cpu), e.each())
}

func micros(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d.Nanoseconds())/1e3) }
