package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sluice/bench/wsclient"
)

// A fleet is all the phones of a run.
type fleet struct {
	addr    string
	tls     *tls.Config // nil without
	timeout time.Duration
	phones  []*phone
	random  *rand.Rand
	readers sync.WaitGroup
	calls   atomic.Pointer[calls] // of the run that goes on or was last
	pings   atomic.Int64          // of the server
	pongs   atomic.Int64          // answers to our double CRLFs
	lost    reasons               // connections that ended before we closed them
}

func newFleet(o *options, transport string, cert *certificate) *fleet {
	f := &fleet{addr: listenAddr(transport), timeout: o.timeout, random: rand.New(rand.NewPCG(1, 2))}
	if cert != nil {
		f.tls = &tls.Config{RootCAs: cert.roots, ServerName: domain, MaxVersion: o.tlsVersion}
	}
	f.phones = make([]*phone, o.connections)
	for i := range f.phones {
		f.phones[i] = &phone{subscriber: newSubscriber(i, transport), fleet: f, answer: make(chan int, 1)}
	}
	return f
}

// fail notes that a connection ended by itself. Its addresses are left out, so
// that alike reasons are one.
func (f *fleet) fail(err error) {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		err = fmt.Errorf("%s: %w", op.Op, op.Err)
	}
	f.lost.add(err.Error())
}

// inParallel does something with each phone, with so many at a time. It ends at the
// first error.
func inParallel(phones []*phone, workers int, do func(*phone) error) error {
	var next atomic.Int64
	var failed atomic.Bool
	errs := make([]error, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= len(phones) {
					return
				}
				if err := do(phones[i]); err != nil {
					errs[w] = fmt.Errorf("%s: %w", phones[i].user, err)
					failed.Store(true)
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

// keepAlive has every phone send one double CRLF (RFC 5626 §3.5.1), evenly
// spread over the time.
func (f *fleet) keepAlive(total time.Duration) error {
	const burst = 10 * time.Millisecond // a goroutine's sleep is not much finer
	ping := wsclient.AppendFrame(nil, wsclient.OpText, noMask, []byte("\r\n\r\n"))
	began := time.Now()
	for sent := 0; ; time.Sleep(burst) {
		elapsed := min(time.Since(began), total)
		for due := int(float64(len(f.phones)) * float64(elapsed) / float64(total)); sent < due; sent++ {
			if _, err := f.phones[sent].conn.Write(ping); err != nil {
				return err
			}
		}
		if elapsed == total {
			return nil
		}
	}
}

// close closes all connections, and waits for what read them.
func (f *fleet) close() {
	closeAll(f.phones)
	f.readers.Wait()
}

func closeAll(phones []*phone) {
	for _, p := range phones {
		p.close()
	}
}

// reasons counts failures by what was wrong.
type reasons struct {
	mu    sync.Mutex
	count map[string]int
}

func (r *reasons) add(reason string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count == nil {
		r.count = map[string]int{}
	}
	r.count[reason]++
}

func (r *reasons) total() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range r.count {
		n += c
	}
	return n
}

// maxReasons bounds what is printed.
const maxReasons = 10

func (r *reasons) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, reason := range slices.Sorted(maps.Keys(r.count)) {
		if len(all) == maxReasons {
			all = append(all, "...")
			break
		}
		all = append(all, fmt.Sprintf("%d %s", r.count[reason], reason))
	}
	return strings.Join(all, "; ")
}
