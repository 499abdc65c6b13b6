package netiotest_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/wheel"
)

var (
	peer1 = netip.MustParseAddrPort("192.0.2.1:5060")
	peer2 = netip.MustParseAddrPort("192.0.2.2:5060")
	udp   = netiotest.NewListener(0, netio.UDP, "127.0.0.1:5060")
	tcp   = netiotest.NewListener(1, netio.TCP, "127.0.0.1:5060")
)

func start(t *testing.T, o ...netio.Options) (*netiotest.Harness, *recorder) {
	t.Helper()
	h := netiotest.NewLoop(t, 0, o...)
	r := &recorder{on: make(map[string]func(*netio.Conn))}
	h.SetHandler(r)
	if got, want := r.take(), []string{"start"}; !slices.Equal(got, want) {
		t.Fatalf("got %q, want %q", got, want)
	}
	return h, r
}

func want(t *testing.T, r *recorder, events ...string) {
	t.Helper()
	if got := r.take(); !slices.Equal(got, events) {
		t.Errorf("got %q, want %q", got, events)
	}
}

func TestDatagrams(t *testing.T) {
	h, r := start(t)
	r.dgram = func(ln *netio.Listener, from netip.AddrPort, b []byte) {
		buf := r.loop.Acquire(len(b))
		buf.B = append(buf.B, b...)
		r.loop.SendTo(ln, from, buf)
		r.loop.SendTo(ln, peer2, buf)
		buf.Release()
		if len(h.Sent()) != 0 {
			t.Error("sent before the callback ended")
		}
	}
	h.Datagram(udp, peer1, []byte("hi"))
	want(t, r, `datagram 127.0.0.1:5060 192.0.2.1:5060 "hi"`)
	got := h.Sent()
	if len(got) != 2 || got[0].To != peer1 || got[1].To != peer2 || got[0].Listener != udp || string(got[1].Bytes) != "hi" {
		t.Errorf("got %+v", got)
	}
	if h.Outstanding() != 0 {
		t.Errorf("%d buffers were not released", h.Outstanding())
	}
}

func TestDatagramOutsideOfACallback(t *testing.T) {
	h, _ := start(t)
	b := h.Loop().Acquire(10)
	b.B = append(b.B, "hi"...)
	h.Loop().SendTo(udp, peer1, b)
	b.Release()
	if got := h.Sent(); len(got) != 1 || string(got[0].Bytes) != "hi" {
		t.Errorf("got %+v", got)
	}
}

func TestManyDatagramsInOneCallback(t *testing.T) {
	h, r := start(t)
	r.dgram = func(ln *netio.Listener, from netip.AddrPort, _ []byte) {
		for i := range 300 {
			b := r.loop.Acquire(4)
			b.B = fmt.Appendf(b.B, "%d", i)
			r.loop.SendTo(ln, from, b)
			b.Release()
		}
	}
	h.Datagram(udp, peer1, []byte("go"))
	for i, p := range h.Sent() {
		if got, want := string(p.Bytes), fmt.Sprint(i); got != want {
			t.Fatalf("datagram %d: got %q", i, got)
		}
	}
}

func TestFullSocketIsTriedAgain(t *testing.T) {
	h, _ := start(t)
	h.FillSocket(true)
	for i := range 70 { // six more than wait
		b := h.Loop().Acquire(4)
		b.B = fmt.Appendf(b.B, "%d", i)
		h.Loop().SendTo(udp, peer1, b)
		b.Release()
	}
	h.Advance(50 * time.Millisecond)
	if got := h.Sent(); len(got) != 0 {
		t.Fatalf("sent %d into a full socket", len(got))
	}
	h.FillSocket(false)
	h.Advance(20 * time.Millisecond)
	if got := h.Sent(); len(got) != 64 || string(got[63].Bytes) != "63" {
		t.Errorf("got %d datagrams, want the first 64", len(got))
	}
	if h.Outstanding() != 0 {
		t.Errorf("%d buffers were not released", h.Outstanding())
	}
}

func TestWhatMayNotBeSent(t *testing.T) {
	h, _ := start(t)
	b := h.Loop().Acquire(1)
	h.Loop().SendTo(udp, peer1, b) // empty
	b.B = append(b.B, 'x')
	h.Loop().SendTo(tcp, peer1, b)
	h.Loop().SendTo(udp, netip.AddrPort{}, b)
	b.Release()
	if got := h.Sent(); len(got) != 0 || h.Outstanding() != 0 {
		t.Errorf("got %d datagrams, %d buffers outstanding", len(got), h.Outstanding())
	}
}

// timer notes when it fires.
type timer struct {
	wheel.Timer
	at    []time.Duration
	again time.Duration
	then  func()
}

func (x *timer) Expire(_ *wheel.Timer, now time.Duration) time.Duration {
	x.at = append(x.at, now)
	if x.then != nil {
		x.then()
	}
	return x.again
}

func TestVirtualTime(t *testing.T) {
	h, _ := start(t)
	l := h.Loop()
	b := l.Acquire(1)
	b.B = append(b.B, 'x')
	defer b.Release()
	e := &timer{again: 500 * time.Millisecond}
	e.Owner = e
	e.then = func() {
		if l.Now() != e.at[len(e.at)-1] {
			t.Errorf("the loop's clock shows %v", l.Now())
		}
		l.SendTo(udp, peer1, b)
	}
	l.Wheel().Arm(&e.Timer, l.Now(), 500*time.Millisecond)
	h.Advance(499 * time.Millisecond)
	if len(e.at) != 0 {
		t.Error("fired early")
	}
	h.Advance(1501 * time.Millisecond)
	if want := []time.Duration{500e6, 1000e6, 1500e6, 2000e6}; !slices.Equal(e.at, want) {
		t.Errorf("got %v, want %v", e.at, want)
	}
	if got := h.Sent(); len(got) != 4 {
		t.Errorf("what timers sent: got %d datagrams, want 4", len(got))
	}
	h.Advance(24 * time.Hour)
	if h.Now() != 24*time.Hour+2*time.Second || l.Now() != h.Now() || len(e.at) != 4+2*24*3600 {
		t.Errorf("now %v, the loop's %v, %d firings", h.Now(), l.Now(), len(e.at))
	}
}

func TestMailBetweenLoops(t *testing.T) {
	a, ra := start(t)
	b := netiotest.NewLoop(t, 1)
	rb := &recorder{}
	b.SetHandler(rb)
	rb.take()
	rb.mail = func(m *netio.Mail) {
		if got := m.Data.(string); got != "ping" || m.Addr != peer1 || m.Listener != udp {
			t.Errorf("got %q %v %v", got, m.Addr, m.Listener)
		}
		a.Loop().Post(netio.Mail{Token: m.Token + 1})
	}
	if !b.Loop().Post(netio.Mail{Token: 1, Data: "ping", Addr: peer1, Listener: udp}) {
		t.Fatal("refused")
	}
	want(t, rb)
	netiotest.RunMail(a, b)
	want(t, rb, "mail 1")
	want(t, ra, "mail 2")
}

func TestMailToItselfComesAfterTheCallback(t *testing.T) {
	h, r := start(t)
	r.dgram = func(*netio.Listener, netip.AddrPort, []byte) {
		r.loop.Post(netio.Mail{Token: 1})
		r.events = append(r.events, "returning")
	}
	before := h.Wakeups()
	h.Datagram(udp, peer1, []byte("x"))
	want(t, r, `datagram 127.0.0.1:5060 192.0.2.1:5060 "x"`, "returning", "mail 1")
	if got := h.Wakeups() - before; got != 0 {
		t.Errorf("got %d wake-ups, want none", got)
	}
}

func TestOneWakeUpPerBatch(t *testing.T) {
	h, r := start(t, netio.Options{MailboxSize: 128})
	before := h.Wakeups()
	for i := range 128 {
		if !h.Loop().Post(netio.Mail{Token: uint64(i)}) {
			t.Fatalf("mail %d refused", i)
		}
	}
	if h.Loop().Post(netio.Mail{}) {
		t.Error("a full mailbox took one more")
	}
	h.RunMail()
	events := r.take()
	for i, e := range events {
		if e != fmt.Sprintf("mail %d", i) {
			t.Fatalf("mail %d: got %q", i, e)
		}
	}
	if got := h.Wakeups() - before; len(events) != 128 || got != 1 {
		t.Errorf("got %d mails and %d wake-ups, want 128 and 1", len(events), got)
	}
}

func TestMailStormLeavesRoomForOthers(t *testing.T) {
	h, r := start(t)
	n := 0
	r.mail = func(m *netio.Mail) {
		if n++; n < 10000 {
			r.loop.Post(netio.Mail{})
		}
	}
	before := h.Wakeups()
	h.Loop().Post(netio.Mail{})
	h.RunMail()
	if got := h.Wakeups() - before; n != 10000 || got < 5 {
		t.Errorf("got %d mails in %d wake-ups: sockets never had a turn", n, got)
	}
}

func TestAwaitsAnotherGoroutine(t *testing.T) {
	h, r := start(t)
	go h.Loop().Post(netio.Mail{Token: 7})
	h.Await()
	want(t, r, "mail 7")
}

func TestStop(t *testing.T) {
	h, r := start(t)
	h.Open(netio.TCP, tcp, peer1)
	h.Loop().Dial(netio.TCP, netip.Addr{}, peer2)
	r.take()
	h.Stop()
	closed := "close " + netio.ErrStopped.Error()
	want(t, r, closed, closed, "stop")
	if h.Loop().Post(netio.Mail{}) {
		t.Error("a stopped loop takes mail")
	}
	if _, err := h.Loop().Dial(netio.TCP, netip.Addr{}, peer2); err != netio.ErrStopped {
		t.Errorf("dial: got %v", err)
	}
	h.Stop()
	h.Advance(time.Hour)
	want(t, r)
}

// failer records what a harness complains about.
type failer struct {
	testing.TB
	complaints []string
}

func (f *failer) Helper() {}
func (f *failer) Errorf(format string, args ...any) {
	f.complaints = append(f.complaints, fmt.Sprintf(format, args...))
}

func TestFindsOutWhoKeepsBytes(t *testing.T) {
	f := &failer{TB: t}
	h := netiotest.NewLoop(f, 0)
	var kept [3][]byte
	r := &recorder{
		dgram: func(_ *netio.Listener, _ netip.AddrPort, b []byte) { kept[0] = b; b[0] = '!' },
		data:  func(_ *netio.Conn, b []byte) { kept[1] = b },
	}
	h.SetHandler(r)
	h.Datagram(udp, peer1, []byte("datagram"))
	h.Feed(h.Open(netio.TCP, tcp, peer1), []byte("stream"))
	b := h.Loop().Acquire(10)
	b.B = append(b.B, "buffer"...)
	kept[2] = b.B
	b.Release()
	for i, k := range kept {
		if strings.Trim(string(k), "\xdd") != "" {
			t.Errorf("%d: still readable: %q", i, k)
		}
	}
	if len(f.complaints) != 1 {
		t.Errorf("writing to a datagram: got complaints %q", f.complaints)
	}
}
