package main

import (
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"time"

	"sluice/netio"
)

const cacheLine = 64

// caches are emptied by a walk through more memory than they hold, in more
// pages than the processor remembers the places of.
type caches []byte

// newCaches makes them four times the largest cache of the machine.
func newCaches() caches {
	const usual, most = 32 << 20, 256 << 20
	text, err := os.ReadFile("/sys/devices/system/cpu/cpu0/cache/index3/size")
	kib, notNumber := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(string(text)), "K"))
	if err != nil || notNumber != nil || kib < 1 {
		return make(caches, 4*usual)
	}
	return make(caches, 4*min(kib<<10, most))
}

func (c caches) empty() {
	for i := 0; i < len(c); i += cacheLine {
		c[i]++
	}
}

// cold is what was measured with nothing of a user in a cache; medians.
type cold struct {
	lookup  time.Duration // the registrar's part of a request
	request time.Duration // all of it
	read    time.Duration // one read of memory: the measure for the others
}

// lookUpCold sends requests to random users. Before each the caches are emptied,
// and a request to another user fetches the code and what all requests share.
// What is left is what is the user's own. An access to it takes the longer
// the more memory there is, because the tables of pages are in no cache either;
// so one read of a random connection is timed beside it.
func (o *options) lookUpCold(w *world, f *figure) error {
	const from, other, rest = 0, 1, 2 // clients
	n := len(w.conns)
	if n <= rest {
		return nil
	}
	random := rand.New(rand.NewPCG(2, uint64(n)))
	c := newCaches()
	serial := 2 * o.lookups
	lookups, requests, reads := make([]time.Duration, 0, o.cold), make([]time.Duration, 0, o.cold), make([]time.Duration, 0, o.cold)
	for range o.cold {
		c.empty()
		serial += 2
		if _, err := w.lookup(from, other, serial); err != nil {
			return err
		}
		reads = append(reads, readTime(w.conns[rest+random.IntN(n-rest)]))
		clearClock(1)
		took, err := w.lookup(from, rest+random.IntN(n-rest), serial+1)
		if err != nil {
			return err
		}
		requests, lookups = append(requests, took), append(lookups, lookupTime())
	}
	f.cold = cold{lookup: median(lookups), request: median(requests), read: median(reads)}
	return nil
}

var id netio.ConnID // keeps readTime's read

// readTime is how long one read takes, without reading the clock.
func readTime(c *netio.Conn) time.Duration {
	before := time.Now()
	began := time.Now()
	id = c.ID()
	took := time.Since(began)
	return took - began.Sub(before)
}
