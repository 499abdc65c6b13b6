package netio

import (
	"net"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sluice/netio/stats"
)

// bench is an engine without gnet: a loop and one UDP socket, whose batches the test drives by hand.
type bench struct {
	e      *engine
	s      *socket
	loop   *Loop
	ln     *Listener
	echo   bool
	got    int
	source netip.AddrPort
	mail   chan struct{}
	poll   [1]unix.PollFd
	lost   bool // a datagram: nothing is waited for any more

	refused []refusal
}

func newBench(t testing.TB, echo bool) *bench {
	t.Helper()
	return newBenchOn(t, echo, [4]byte{127, 0, 0, 1})
}

func newBenchOn(t testing.TB, echo bool, at [4]byte) *bench {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: at}); err != nil {
		t.Fatal(err)
	}
	o := Options{Loops: 1}.withDefaults()
	o.Stats = stats.New()
	o.Stats.Loops(1)
	addr := boundTo(fd)
	ln, err := NewListener(0, ListenerConfig{Addr: addr}, addr)
	if err != nil {
		t.Fatal(err)
	}
	tune(fd, ln)
	b := &bench{ln: ln, echo: echo}
	n := &Net{opt: o, ids: newMetrics(o.Stats), shared: o.Stats.Shared(), origin: time.Now()}
	b.loop = newLoop(0, o, n.ids, nil, nil)
	b.e = &engine{net: n, loop: b.loop, batch: newUDPBatch()}
	b.loop.driver = b.e
	b.s = &socket{ln: ln, fd: fd, everywhere: ln.everywhere()}
	b.e.attach(b.s)
	b.loop.start(b)
	return b
}

func (b *bench) OnStart(*Loop)        {}
func (b *bench) OnOpen(*Conn)         {}
func (b *bench) OnData(*Conn, []byte) {}
func (b *bench) OnClose(*Conn, error) {}
func (b *bench) OnMail(*Mail) {
	if b.mail != nil {
		b.mail <- struct{}{}
	}
}

func (b *bench) OnStop(*Loop)               {}
func (b *bench) run(f func(b *bench))       { b.loop.begin(b.e.net.now()); f(b); b.loop.end() }
func (b *bench) counted(id stats.ID) uint64 { return b.loop.stats.Value(id) }

func (b *bench) OnDatagram(ln *Listener, from netip.AddrPort, p []byte) {
	b.got++
	b.source = from
	if b.echo {
		b.sendFrom(ln, from, p)
	}
}

func (b *bench) send(to netip.AddrPort, p []byte) { b.sendFrom(b.ln, to, p) }

func (b *bench) sendFrom(ln *Listener, to netip.AddrPort, p []byte) {
	buf := b.loop.Acquire(len(p))
	buf.B = append(buf.B, p...)
	b.loop.SendTo(ln, to, buf)
	buf.Release()
}

// at is where b reaches y, which may be on every address.
func (b *bench) at(y *bench) netip.AddrPort {
	return netip.AddrPortFrom(b.ln.Addr.Addr(), y.ln.Addr.Port())
}

func (b *bench) drain() { b.e.drainSocket(b.s) }

// receive hands out what has come, and waits for what is still on its way when that is less than want.
func (b *bench) receive(want int) {
	want += b.got
	b.run((*bench).drain)
	for b.got < want && b.readable() {
		b.run((*bench).drain)
	}
}

// readable waits until there is something to receive; false when nothing comes.
func (b *bench) readable() bool {
	b.poll[0] = unix.PollFd{Fd: int32(b.s.fd), Events: unix.POLLIN}
	for !b.lost {
		n, err := unix.Poll(b.poll[:], 10_000)
		if err != unix.EINTR {
			b.lost = n != 1
		}
		if n == 1 {
			return true
		}
	}
	return false
}

// round sends a burst from a to an address of b, which answers it, and returns how many answers arrived.
func round(a, b *bench, burst int, at netip.AddrPort, payload []byte) int {
	a.got = 0
	a.run(func(a *bench) {
		for range burst {
			a.send(at, payload)
		}
	})
	b.receive(burst)
	a.receive(burst)
	return a.got
}

func TestBatchesThroughRealSockets(t *testing.T) {
	a, b := newBench(t, false), newBench(t, true)
	payload := make([]byte, 600)
	for _, burst := range []int{1, 2, 31, 32, 33, 64, 65, 200} {
		if got := round(a, b, burst, b.ln.Addr, payload); got != burst {
			t.Errorf("burst of %d: %d answers", burst, got)
		}
		if a.source != b.ln.Addr {
			t.Errorf("source: got %v, want %v", a.source, b.ln.Addr)
		}
	}
	if in, out := b.counted(b.loop.ids.datagramsIn), b.counted(b.loop.ids.datagramsOut); in != 428 || out != 428 {
		t.Errorf("counted %d in and %d out, want 428", in, out)
	}
	if a.loop.pool.out != 0 || b.loop.pool.out != 0 {
		t.Error("buffers were not released")
	}
}

func TestSockaddr(t *testing.T) {
	zone, err := net.InterfaceByIndex(1)
	if err != nil {
		t.Fatal(err)
	}
	batch := newUDPBatch()
	for _, tc := range []struct {
		name  string
		addr  netip.AddrPort
		inet6 bool
		size  uint32
	}{
		{"IPv4", netip.MustParseAddrPort("192.0.2.1:5060"), false, unix.SizeofSockaddrInet4},
		{"IPv6", netip.MustParseAddrPort("[2001:db8::1]:65535"), true, unix.SizeofSockaddrInet6},
		{"zone", netip.AddrPortFrom(netip.MustParseAddr("fe80::1%"+zone.Name), 1), true, unix.SizeofSockaddrInet6},
		{"IPv6 from an IPv4 socket", netip.MustParseAddrPort("[2001:db8::1]:5060"), false, 0},
		{"IPv4 from an IPv6 socket", netip.MustParseAddrPort("192.0.2.1:5060"), true, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := batch.destination(3, tc.addr, tc.inet6); got != tc.size {
				t.Fatalf("size: got %d, want %d", got, tc.size)
			}
			if tc.size == 0 {
				return
			}
			batch.rxName[5] = batch.txName[3]
			if got := batch.source(5); got != tc.addr {
				t.Errorf("got %v, want %v", got, tc.addr)
			}
		})
	}
}

// TestBuffersAreLarge: as large as the kernel lets this user have them.
func TestBuffersAreLarge(t *testing.T) {
	b := newBench(t, false)
	plain, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(plain)
	allowed := unix.SetsockoptInt(plain, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, udpBuffer) == nil
	got, err := unix.GetsockoptInt(b.s.fd, unix.SOL_SOCKET, unix.SO_RCVBUF)
	if err != nil {
		t.Fatal(err)
	}
	if allowed && got < udpBuffer {
		t.Errorf("got %d bytes, want at least %d", got, udpBuffer)
	}
}

// BenchmarkRelay is a datagram's way there and back in full batches through real sockets: sent, received, handed out, copied, sent, received.
// Less BenchmarkKernel it is what two relayed datagrams cost beyond the kernel.
func BenchmarkRelay(b *testing.B) {
	x, y := newBench(b, false), newBench(b, true)
	payload := make([]byte, 600)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n += round(x, y, recvBatch, y.ln.Addr, payload)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/datagram")
}

// BenchmarkRelayEverywhere is BenchmarkRelay through a socket on every address, which is told of each datagram where it came.
func BenchmarkRelayEverywhere(b *testing.B) {
	x, y := newBench(b, false), newBenchOn(b, true, [4]byte{})
	payload := make([]byte, 600)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n += round(x, y, recvBatch, x.at(y), payload)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/datagram")
}

// BenchmarkFacing is the choice of a face for a peer that is known, and for one that is new.
func BenchmarkFacing(b *testing.B) {
	x := newBenchOn(b, false, [4]byte{})
	defer x.e.closeProbes()
	for name, step := range map[string]uint32{"known": 0, "new": 1} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			peer := uint32(127 << 24)
			for b.Loop() {
				peer = 127<<24 | (peer+step)&(1<<24-1)
				x.loop.Facing(x.ln, netip.AddrFrom4([4]byte{byte(peer >> 24), byte(peer >> 16), byte(peer >> 8), byte(peer)}))
			}
		})
	}
}

// BenchmarkKernel is the same traffic with nothing around the system calls.
func BenchmarkKernel(b *testing.B) {
	x, y := newBench(b, false), newBench(b, false)
	payload := make([]byte, 600)
	half := func(from, to *bench) {
		for i := range recvBatch {
			from.e.batch.txIov[i].Base = &payload[0]
			from.e.batch.txIov[i].SetLen(len(payload))
			from.e.batch.tx[i].hdr.Namelen = from.e.batch.destination(i, to.ln.Addr, false)
		}
		_, _ = from.e.batch.sendmmsg(from.s.fd, 0, recvBatch)
		n := to.e.batch.recvmmsg(to.s.fd)
		for i := range n {
			to.e.batch.rx[i].hdr.Namelen = unix.SizeofSockaddrInet6
		}
		_ = to.e.batch.recvmmsg(to.s.fd) // a loop looks again after a full batch
	}
	n := 0
	for b.Loop() {
		half(x, y)
		half(y, x)
		n += recvBatch
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/datagram")
}

// TestStopIsNotMissed: the task that stops a loop may be run by an event from which gnet cannot be stopped, in the moment in which no
// wake-up is due because the loop is awake.
func TestStopIsNotMissed(t *testing.T) {
	b := newBench(t, false)
	var err error
	if b.e.bell, b.e.anchor, err = socketPair(); err != nil {
		t.Fatal(err)
	}
	defer b.e.bell.Close()
	defer b.e.anchor.Close()
	b.loop.awake.Store(running)
	b.loop.Exec(b.e.askToStop)
	b.run(func(*bench) {})
	if !b.e.stopping {
		t.Fatal("the task did not run")
	}
	_ = b.e.anchor.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := b.e.anchor.Read(make([]byte, 1)); n != 1 {
		t.Errorf("nothing will bring gnet to OnTraffic: %v", err)
	}
}

// OnSendError implements SendErrorHandler.
func (b *bench) OnSendError(token uint64, err syscall.Errno) {
	b.refused = append(b.refused, refusal{token, err})
}

// TestRefusedDatagrams: who sent a datagram that cannot go is told before the wake-up ends, and the others of its batch go.
func TestRefusedDatagrams(t *testing.T) {
	a, b := newBench(t, false), newBench(t, false)
	const most = 65507 // bytes of payload over IPv4
	for i, c := range []struct {
		name string
		to   netip.AddrPort
		size int
		want syscall.Errno
	}{
		{"small", b.ln.Addr, 600, 0},
		{"as large as can be", b.ln.Addr, most, 0},
		{"too large", b.ln.Addr, most + 1, unix.EMSGSIZE},
		{"far from loopback", netip.MustParseAddrPort("192.0.2.1:5060"), 600, unix.EINVAL},
		{"broadcast", netip.MustParseAddrPort("255.255.255.255:5060"), 600, unix.EACCES},
		{"of another family", netip.MustParseAddrPort("[::1]:5060"), 600, unix.EDESTADDRREQ},
	} {
		token := uint64(i + 1)
		errors := a.counted(a.loop.ids.sendErrors)
		a.refused, b.got = nil, 0
		a.run(func(a *bench) {
			big := a.loop.Acquire(c.size)
			big.B = big.B[:c.size]
			a.send(b.ln.Addr, []byte("before"))
			a.loop.SendFor(token, a.ln, c.to, big)
			a.loop.SendTo(a.ln, c.to, big) // nobody asks
			big.Release()
			a.send(b.ln.Addr, []byte("after"))
			if len(a.refused) != 0 {
				t.Errorf("%s: told within the callback", c.name)
			}
		})
		want, arrived := []refusal{{token, c.want}}, 2
		if c.want == 0 {
			want, arrived = nil, 4
		}
		b.receive(arrived)
		if !slices.Equal(a.refused, want) || b.got != arrived {
			t.Errorf("%s: told %v and %d arrived, want %v and %d", c.name, a.refused, b.got, want, arrived)
		}
		if got := a.counted(a.loop.ids.sendErrors) - errors; got != uint64(4-arrived) {
			t.Errorf("%s: %d errors counted, want %d", c.name, got, 4-arrived)
		}
	}
}

// TestRefusedByAClosedSocket: a listener that is gone sends nothing.
func TestRefusedByAClosedSocket(t *testing.T) {
	a := newBench(t, false)
	a.s.closed = true
	a.run(func(a *bench) {
		buf := a.loop.Acquire(1)
		buf.B = append(buf.B, 'x')
		a.loop.SendFor(7, a.ln, a.ln.Addr, buf)
		buf.Release()
	})
	if want := []refusal{{7, syscall.EBADF}}; !slices.Equal(a.refused, want) {
		t.Errorf("told %v, want %v", a.refused, want)
	}
}

// TestTemporaryErrors: what may go the next time is not refused.
func TestTemporaryErrors(t *testing.T) {
	for _, errno := range []unix.Errno{unix.ENOMEM, unix.ECONNREFUSED} {
		var d Datagram
		if d.refuse(errno); d.Err != 0 {
			t.Errorf("%v: refused", errno)
		}
	}
}
