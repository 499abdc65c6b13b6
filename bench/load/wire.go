package main

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"sluice/bench/sipmsg"
	"sluice/bench/wsclient"
)

type transport uint8

const (
	transportUDP transport = iota
	transportTCP
	transportWS
)

var transportNames = [...]string{"udp", "tcp", "ws"}

func (t transport) String() string { return transportNames[t] }

func parseTransport(s string) (transport, error) {
	for t, name := range transportNames {
		if s == name {
			return transport(t), nil
		}
	}
	return 0, fmt.Errorf("transport %q: want udp, tcp or ws", s)
}

// peer is the address that a datagram came from or goes to; streams ignore it.
type peer = unix.RawSockaddrInet4

func peerOf(a netip.AddrPort) peer {
	p := peer{Family: unix.AF_INET, Addr: a.Addr().As4()}
	setPort(&p, a.Port())
	return p
}

func setPort(p *peer, port uint16) { p.Port = port<<8 | port>>8 }

// A flow is one socket: a UDP socket, a stream, or a listener.
type flow struct {
	fd        int
	index     int32
	transport transport
	listener  bool
	local     netip.AddrPort

	batch *sendBatch // UDP only
	in    []byte     // stream: bytes read and not yet taken
	out   []byte     // stream: bytes not yet written

	dirty   bool // has something to flush
	blocked bool // waits until the socket takes more
	open    bool
}

// A wire is all the sockets of a run behind one epoll instance. It runs on one
// thread; nothing here is safe for another.
type wire struct {
	epoll   int
	flows   []*flow
	dirty   []*flow
	rx      *recvBatch
	scratch []byte // a WebSocket message before it is masked
	key     uint32
	events  [256]unix.EpollEvent
	ready   int // of events

	// onMessage gets one SIP message with its source; both are valid until it returns.
	onMessage func(f *flow, from *peer, v *sipmsg.View)
	// onClose tells that a stream has ended.
	onClose func(f *flow, why error)

	view    sipmsg.View // of the message at hand
	dropped int         // datagrams that the kernel did not take
	broken  int         // received datagrams and frames that are no whole SIP message
}

var (
	errEnd     = errors.New("closed by the server")
	errMessage = errors.New("server sent what is no SIP message")
	errLarge   = errors.New("server sent a message above 1 MiB")
)

func newWire() (*wire, error) {
	fd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return &wire{epoll: fd, rx: newRecvBatch(), key: 0x9e3779b9}, nil
}

func (w *wire) add(f *flow) error {
	f.index, f.open = int32(len(w.flows)), true
	ev := unix.EpollEvent{Events: unix.EPOLLIN, Fd: f.index}
	if err := unix.EpollCtl(w.epoll, unix.EPOLL_CTL_ADD, f.fd, &ev); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	w.flows = append(w.flows, f)
	return nil
}

func (w *wire) close(f *flow) {
	if f.open {
		f.open = false
		unix.Close(f.fd)
	}
}

func (w *wire) closeAll() {
	for _, f := range w.flows {
		w.close(f)
	}
	unix.Close(w.epoll)
}

// begin gives the buffer to append one message for f to; end sends it.
func (w *wire) begin(f *flow) []byte {
	switch f.transport {
	case transportUDP:
		if f.batch.n == batchSize {
			w.sendBatch(f)
		}
		return f.batch.buf[f.batch.n][:0]
	case transportTCP:
		return f.out
	}
	return w.scratch[:0]
}

// end queues what begin's buffer became; flush writes it. Datagrams go to "to".
func (w *wire) end(f *flow, b []byte, to *peer) {
	switch f.transport {
	case transportUDP:
		f.batch.push(b, to)
	case transportTCP:
		f.out = b
	case transportWS:
		w.scratch = b
		f.out = wsclient.AppendFrame(f.out, wsclient.OpText, w.nextKey(), b)
	}
	w.mark(f)
}

func (w *wire) mark(f *flow) {
	if !f.dirty {
		f.dirty = true
		w.dirty = append(w.dirty, f)
	}
}

// nextKey makes masking keys: xorshift, for nobody here is to be deceived.
func (w *wire) nextKey() uint32 {
	w.key ^= w.key << 13
	w.key ^= w.key >> 17
	w.key ^= w.key << 5
	return w.key
}

// whole hands out msg, a message whose length the transport gives.
func (w *wire) whole(f *flow, from *peer, msg []byte) {
	if !w.view.Whole(msg) {
		w.broken++
		return
	}
	w.onMessage(f, from, &w.view)
}

// flush writes everything that is queued.
func (w *wire) flush() {
	for _, f := range w.dirty {
		f.dirty = false
		switch {
		case !f.open:
		case f.transport == transportUDP:
			w.sendBatch(f)
		case !f.blocked:
			w.write(f)
		}
	}
	w.dirty = w.dirty[:0]
}

// wait waits up to timeout for sockets that are ready; serveReady serves them.
func (w *wire) wait(timeout time.Duration) error {
	ts := unix.NsecToTimespec(int64(max(timeout, 0)))
	// A raw call: this thread is the only one with work, and the scheduler's
	// bookkeeping around a blocking call would cost as much as a message does.
	n, _, e := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT2, uintptr(w.epoll), uintptr(unsafe.Pointer(&w.events)),
		uintptr(len(w.events)), uintptr(unsafe.Pointer(&ts)), 0, 0)
	w.ready = int(n)
	if e != 0 {
		w.ready = 0
	}
	if e != 0 && e != unix.EINTR {
		return fmt.Errorf("epoll_pwait2: %w", e)
	}
	return nil
}

func (w *wire) serveReady() {
	for i := range w.events[:w.ready] {
		ev := &w.events[i]
		f := w.flows[ev.Fd]
		if !f.open {
			continue
		}
		if ev.Events&unix.EPOLLOUT != 0 {
			w.write(f)
		}
		if ev.Events&^unix.EPOLLOUT != 0 && f.open {
			w.serve(f)
		}
	}
}

func (w *wire) serve(f *flow) {
	switch {
	case f.listener:
		w.accept(f)
	case f.transport == transportUDP:
		w.receive(f)
	default:
		w.read(f)
	}
}
