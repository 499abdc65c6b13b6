package netio_test

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/wheel"
)

// descriptors counts the open descriptors of the process.
func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// openPoller opens package net's own poller, which stays, so that a test which counts descriptors may be the first.
func openPoller(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

// noMore checks that there is no more of something than before. gnet's pool closes what it enrolled a moment after the loop has it.
func noMore(t *testing.T, what string, before int, count func(*testing.T) int) {
	t.Helper()
	after := count(t)
	for end := time.Now().Add(patience); after > before && time.Now().Before(end); after = count(t) {
		runtime.Gosched()
	}
	if after > before {
		t.Errorf("%d %s before, %d after", before, what, after)
	}
}

// goroutines counts the goroutines that run code of ours or gnet's, without this one and gnet's pool of idle workers.
func goroutines(*testing.T) int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	n := 0
	for i, g := range strings.Split(string(stacks), "\n\n") {
		if i > 0 && (strings.Contains(g, "sluice/netio") || strings.Contains(g, "gnet/v2.")) && !strings.Contains(g, "ants") {
			n++
		}
	}
	return n
}

func TestNothingIsLeftBehind(t *testing.T) {
	openPoller(t)
	before, running := descriptors(t), goroutines(t)
	var opened, closed, stopped atomic.Int64
	n := open(t, listen(local(netio.UDP), local(netio.TCP)), node{
		open:   func(*netio.Conn) { opened.Add(1) },
		closed: func(*netio.Conn, error) { closed.Add(1) },
		stop:   func(*node) { stopped.Add(1) },
	})
	if err := n.SetListeners(append([]netio.ListenerConfig{local(netio.UDP)}, config(n.Listeners()[0]), config(n.Listeners()[1])), nil); err != nil {
		t.Fatal(err)
	}
	answers(t, n.Listeners()[0])
	tcp := n.Listeners()[2]
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 50 {
				c := dialTCP(t, tcp.Addr)
				echoes(t, c)
				if i%2 == 0 {
					_ = c.SetLinger(0)
				}
				if i%5 != 0 {
					c.Close() // the others are left to Net.Close
				}
			}
		})
	}
	wg.Wait()
	on(t, n.Loops()[0], func(n *node) {
		for range 10 { // and dials that nobody waits for
			_, _ = n.loop.Dial(netio.TCP, netip.Addr{}, tcp.Addr)
		}
	})
	for range 2 {
		if err := n.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if opened.Load() < 200 || stopped.Load() != 2 {
		t.Errorf("opened %d, stopped %d", opened.Load(), stopped.Load())
	}
	leftToCleanup := 40 + 8 // client sockets that dialTCP and answers close when this test ends
	noMore(t, "descriptors", before+leftToCleanup, descriptors)
	noMore(t, "goroutines", running, goroutines)
}

func TestOnStopIsTheLastCall(t *testing.T) {
	var mu sync.Mutex
	var events []string
	note := func(e string) { mu.Lock(); events = append(events, e); mu.Unlock() }
	n := open(t, netio.Options{Loops: 1, Listeners: []netio.ListenerConfig{local(netio.TCP)}}, node{
		start:  func(*node) { note("start") },
		open:   func(*netio.Conn) { note("open") },
		data:   func(c *netio.Conn, b []byte) { c.Write(b) },
		closed: func(_ *netio.Conn, err error) { note("close " + err.Error()) },
		stop:   func(*node) { note("stop") },
	})
	echoes(t, dialTCP(t, n.Listeners()[0].Addr))
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	want := []string{"start", "open", "close " + netio.ErrStopped.Error(), "stop"}
	if !slices.Equal(events, want) {
		t.Errorf("got %q, want %q", events, want)
	}
	if n.Loops()[0].Post(netio.Mail{}) {
		t.Error("a stopped loop takes mail")
	}
	if err := n.SetListeners(nil, nil); err != netio.ErrDraining {
		t.Errorf("SetListeners after Close: got %v", err)
	}
}

// TestMailFromMany: nothing is lost or doubled, and each poster's mail keeps its order.
func TestMailFromMany(t *testing.T) {
	const posters, each = 16, 3000
	done := make(chan struct{})
	var next [2][posters]uint64
	var all atomic.Int64
	o := listen()
	o.MailboxSize = 256
	n := open(t, o, node{mail: func(n *node, m *netio.Mail) {
		due := &next[n.loop.Index()][m.Kind]
		if m.Token != *due {
			t.Errorf("poster %d: got mail %d, want %d", m.Kind, m.Token, *due)
		}
		*due++
		if all.Add(1) == posters*each {
			close(done)
		}
	}})
	var refused atomic.Uint64
	var wg sync.WaitGroup
	for p := range posters {
		wg.Go(func() {
			var sent [2]uint64
			for i := range each {
				to := (i + p) % 2
				for !n.Loops()[to].Post(netio.Mail{Kind: uint8(p), Token: sent[to]}) {
					refused.Add(1)
					runtime.Gosched()
				}
				sent[to]++
			}
		})
	}
	wg.Wait()
	wait(t, done)
	if counted := value(t, o.Stats, "sluice_mail_dropped_total"); counted != refused.Load() {
		t.Errorf("%d were refused, %d counted", refused.Load(), counted)
	}
	wakeups := value(t, o.Stats, "sluice_loop_wakeups_total")
	if wakeups > posters*each/2 {
		t.Errorf("%d wake-ups for %d mails", wakeups, posters*each)
	}
	t.Logf("%d mails, %d refused at first, %d wake-ups", posters*each, refused.Load(), wakeups)
}

// TestOneWakeUpPerBatch: while the loop is busy or already woken, posting costs no wake-up.
func TestOneWakeUpPerBatch(t *testing.T) {
	hold, held, last := make(chan struct{}), make(chan struct{}), make(chan struct{})
	o := netio.Options{Loops: 1, Stats: listen().Stats}
	n := open(t, o, node{mail: func(n *node, m *netio.Mail) {
		switch m.Token {
		case 0:
			close(held)
			<-hold
		case 1000:
			close(last)
		}
	}})
	l := n.Loops()[0]
	settled := value(t, o.Stats, "sluice_loop_wakeups_total")
	l.Post(netio.Mail{Token: 0})
	wait(t, held)
	for i := range 1000 {
		if !l.Post(netio.Mail{Token: uint64(i + 1)}) {
			t.Fatal("refused")
		}
	}
	close(hold)
	wait(t, last)
	if got := value(t, o.Stats, "sluice_loop_wakeups_total") - settled; got != 1 {
		t.Errorf("got %d wake-ups for 1001 mails, want 1", got)
	}
}

func TestMailIsBounded(t *testing.T) {
	hold, held := make(chan struct{}), make(chan struct{})
	o := listen()
	o.MailboxSize = 64
	n := open(t, o, node{mail: func(n *node, m *netio.Mail) {
		if m.Token == 0 {
			close(held)
			<-hold
		}
	}})
	l := n.Loops()[1]
	l.Post(netio.Mail{})
	wait(t, held)
	taken := 0
	for l.Post(netio.Mail{Token: 1}) {
		taken++
	}
	close(hold)
	if taken != 64 {
		t.Errorf("took %d, want 64", taken)
	}
	if got := value(t, o.Stats, "sluice_mail_dropped_total"); got != 1 {
		t.Errorf("counted %d refusals, want 1", got)
	}
}

// beat is a timer that counts.
type beat struct {
	wheel.Timer
	left int
	at   []time.Duration
	done chan struct{}
}

func (b *beat) Expire(_ *wheel.Timer, now time.Duration) time.Duration {
	b.at = append(b.at, now)
	if b.left--; b.left == 0 {
		close(b.done)
		return 0
	}
	return 20 * time.Millisecond
}

// TestTickerWakesOnlyWhoIsDue: one loop has a timer, the other sleeps, and afterwards both do.
func TestTickerWakesOnlyWhoIsDue(t *testing.T) {
	o := listen()
	n := open(t, o, node{})
	b := &beat{left: 20, done: make(chan struct{})}
	b.Owner = b
	var armed time.Duration
	before := value(t, o.Stats, "sluice_loop_wakeups_total")
	on(t, n.Loops()[0], func(n *node) {
		armed = n.loop.Now()
		n.loop.Wheel().Arm(&b.Timer, armed, 20*time.Millisecond)
	})
	wait(t, b.done)
	got := value(t, o.Stats, "sluice_loop_wakeups_total") - before
	// 20 firings, one mail, and a wake-up whenever the timer moves down a level: at most one per 64 ticks. On a machine that is busy with something
	// else these firings take longer.
	ticks := uint64((b.at[19] - armed) / wheel.DefaultTick)
	if got < 20 || got > 20+1+3+ticks/64 {
		t.Errorf("got %d wake-ups for 20 firings in %d ticks", got, ticks)
	}
	for i, at := range b.at {
		if earliest := armed + time.Duration(i+1)*20*time.Millisecond; at < earliest {
			t.Errorf("firing %d at %v, want not before %v", i, at, earliest)
		}
	}
}

func TestClockStandsStillWithinAWakeUp(t *testing.T) {
	n := open(t, listen(), node{})
	on(t, n.Loops()[0], func(n *node) {
		now := n.loop.Now()
		for range 1000 {
			if n.loop.Now() != now {
				t.Fatal("the clock moved within a callback")
			}
		}
		if now <= 0 {
			t.Errorf("got %v", now)
		}
	})
}
