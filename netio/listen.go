package netio

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// bound is one address that the Net listens on.
type bound struct {
	ln       *Listener
	acceptor *acceptor    // of a stream listener
	first    *net.UDPConn // of a UDP listener: the first loop's socket, until it has it
}

// network is the network of a listener for package net and gnet. It names the address family, which makes IPv6 sockets IPv6 only.
func network(ln *Listener) string { return networkOf(ln.Transport, ln.Addr.Addr()) }

func networkOf(t Transport, addr netip.Addr) string {
	name := "tcp"
	if t == UDP {
		name = "udp"
	}
	if addr.Is4() {
		return name + "4"
	}
	return name + "6"
}

// A ListenError is why a listener could not be opened.
type ListenError struct {
	Transport Transport
	Addr      netip.AddrPort // as in the ListenerConfig
	Err       error
}

// Error returns "listen udp://127.0.0.1:5060: address already in use".
func (e *ListenError) Error() string {
	return fmt.Sprintf("listen %s: %v", listenURL(e.Transport, e.Addr), e.Err)
}

// Unwrap returns the reason alone.
func (e *ListenError) Unwrap() error { return e.Err }

// bind binds the addresses of cfgs, all or none, and reports every address that it could not bind. The first loop's UDP socket is bound without
// SO_REUSEPORT, which would let it in beside another server's; then the others share its port. ceding are to be closed, and may be bound beside:
// that comes last, because it takes from them what comes.
func (n *Net) bind(cfgs []ListenerConfig, ceding []*bound) ([]*bound, error) {
	all := make([]*bound, len(cfgs))
	var errs []error
	bindSome := func(beside bool) {
		for i, cfg := range cfgs {
			if beside != (len(overlapping(ceding, cfg.Transport, cfg.Addr)) > 0) {
				continue
			}
			var err error
			if all[i], err = n.bindOne(cfg, beside); err != nil {
				errs = append(errs, &ListenError{cfg.Transport, cfg.Addr, err})
			}
		}
	}
	bindSome(false)
	if len(errs) == 0 {
		bindSome(true)
	}
	if len(errs) > 0 {
		closeAll(all)
		return nil, errors.Join(errs...)
	}
	return all, nil
}

func (n *Net) bindOne(cfg ListenerConfig, beside bool) (*bound, error) {
	if cfg.Transport >= NumTransports || !cfg.Addr.IsValid() {
		return nil, errors.New("transport or address is missing")
	}
	cfg.Addr = unmap(cfg.Addr)
	config := net.ListenConfig{KeepAlive: noKeepAlive, KeepAliveConfig: keepAlive(n.opt.KeepAlive)}
	config.SetMultipathTCP(false) // the default since Go 1.24; no phone speaks it, and every accept would pay for it
	b := &bound{}
	var addr netip.AddrPort
	var receive, send int
	if beside && cfg.Transport == UDP && cfg.Addr.Addr().IsUnspecified() {
		if err := tryBeside(cfg.Addr); err != nil {
			return nil, err
		}
	}
	config.Control = func(_, _ string, raw syscall.RawConn) error { // a window is agreed on by the size of the buffer before the listen
		return raw.Control(func(fd uintptr) {
			if beside {
				_ = setOption(int(fd), unix.SO_REUSEPORT, true) // where it fails the bind does
			}
			receive, send = cfg.applyTo(int(fd))
			if cfg.Transport != UDP {
				setUserTimeout(int(fd), userTimeout(n.opt.KeepAlive))
			}
		})
	}
	if cfg.Transport == UDP {
		conn, err := config.ListenPacket(context.Background(), networkOf(cfg.Transport, cfg.Addr.Addr()), cfg.Addr.String())
		if err != nil {
			return nil, bindError(err, cfg.Addr.Port())
		}
		b.first = conn.(*net.UDPConn)
		addr = b.first.LocalAddr().(*net.UDPAddr).AddrPort()
	} else {
		l, err := config.Listen(context.Background(), networkOf(cfg.Transport, cfg.Addr.Addr()), cfg.Addr.String())
		if err != nil {
			return nil, bindError(err, cfg.Addr.Port())
		}
		b.acceptor = newAcceptor(n, l.(*net.TCPListener))
		if beside {
			b.acceptor.letBeside(false)
		}
		addr = tcpAddrPort(l.Addr())
	}
	ln, err := n.newListener(cfg, unmap(addr))
	if err != nil {
		b.close()
		return nil, err
	}
	b.ln = ln
	n.warnOfBuffers(ln, receive, send)
	if b.acceptor != nil {
		b.acceptor.listener.Store(ln)
	}
	return b, nil
}

// plainError is the kernel's part of an error: "address already in use".
func plainError(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}

// bindError is plainError, and says what the kernel does not.
func bindError(err error, port uint16) error {
	err = plainError(err)
	if errors.Is(err, syscall.EACCES) && port < 1024 {
		return fmt.Errorf("%w: a port below 1024 needs root or CAP_NET_BIND_SERVICE", err)
	}
	return err
}

func (b *bound) close() {
	if b.acceptor != nil {
		b.acceptor.close()
	}
	if b.first != nil {
		b.first.Close()
		b.first = nil
	}
}

func closeAll(all []*bound) {
	for _, b := range all {
		if b != nil {
			b.close()
		}
	}
}

// SetListeners changes what the Net listens on, by difference: what is in cfgs stays or is opened, everything else is closed; connections
// that were accepted stay. If anything cannot be opened nothing changes. A listener whose transport (among streams), advertised name, TLS name,
// load balancers or settings for sockets change keeps its socket and becomes a new Listener; certificates that change under their name are taken
// over for the handshakes to come. It must not be called on a loop.
//
// taken, if not nil, is called with the new listeners when nothing can fail any more: those that are new can be sent from, but serve nobody
// before it returns, and those that go serve until then. So what comes to a new listener finds what taken has brought about.
func (n *Net) SetListeners(cfgs []ListenerConfig, taken func([]*Listener)) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.closed || n.draining {
		return ErrDraining
	}
	next, old := n.match(cfgs)
	var fresh []ListenerConfig
	var renames []rename
	for i, b := range next {
		switch cfg := cfgs[i]; {
		case b == nil:
			fresh = append(fresh, cfg)
		case b.ln.Transport != cfg.Transport || b.ln.config.Advertise != cfg.Advertise || !slices.Equal(b.ln.config.Proxies, cfg.Proxies) ||
			tlsName(b.ln.config) != tlsName(cfg) || !b.ln.config.tunedAs(&cfg):
			cfg.Addr = unmap(cfg.Addr)
			ln, err := n.newListener(cfg, b.ln.Addr)
			if err != nil {
				return &ListenError{cfg.Transport, cfg.Addr, err}
			}
			next[i] = &bound{ln: ln, acceptor: b.acceptor}
			renames = append(renames, rename{b.ln, next[i]})
		}
	}
	opened, err := n.open(fresh, old)
	if err != nil {
		return err
	}
	fill := opened
	for i := range next {
		if next[i] == nil {
			next[i], fill = fill[0], fill[1:]
		}
	}
	n.renameAll(renames, true) // so that their new names can be sent in
	n.setBound(next)
	n.updateTLS(cfgs)
	if taken != nil {
		taken(n.Listeners())
	}
	n.renameAll(renames, false)
	n.serve(opened)
	n.dropAll(old, next)
	return nil
}

// serve begins to serve on listeners that were bound.
func (n *Net) serve(all []*bound) {
	for _, b := range all {
		if b.acceptor != nil {
			b.acceptor.start()
			continue
		}
		n.eachLoop(func(e *engine) { e.serve(b.ln) })
	}
}

type rename struct {
	old *Listener
	to  *bound
}

// match finds, for each of cfgs, who listens there already (nil: nobody), and who is not wanted any more. A bound address goes before a
// configured one, which may say port 0: that is the listener to which a reload of the same configuration refers.
func (n *Net) match(cfgs []ListenerConfig) (next, rest []*bound) {
	next, rest = make([]*bound, len(cfgs)), slices.Clone(n.bound)
	for _, addr := range []func(*bound) netip.AddrPort{
		func(b *bound) netip.AddrPort { return b.ln.Addr },
		func(b *bound) netip.AddrPort { return b.ln.config.Addr },
	} {
		for i, cfg := range cfgs {
			if next[i] != nil {
				continue
			}
			at := slices.IndexFunc(rest, func(b *bound) bool {
				return (b.ln.Transport == UDP) == (cfg.Transport == UDP) && addr(b) == unmap(cfg.Addr)
			})
			if at >= 0 {
				next[i] = rest[at]
				rest = slices.Delete(rest, at, at+1)
			}
		}
	}
	return next, rest
}

// open opens listeners while the loops run, all or none. Nobody is served on them yet. Those of old that are in the way still serve.
func (n *Net) open(cfgs []ListenerConfig, old []*bound) ([]*bound, error) {
	var ceding []*bound
	for _, cfg := range cfgs {
		ceding = append(ceding, overlapping(old, cfg.Transport, cfg.Addr)...)
	}
	n.letBeside(ceding, true)
	defer n.letBeside(ceding, false)
	opened, err := n.bind(cfgs, ceding)
	if err != nil {
		return nil, err
	}
	if err := n.share(opened); err != nil {
		for _, b := range opened {
			n.drop(b, nil)
		}
		return nil, err
	}
	return opened, nil
}

// share opens a socket per loop on the UDP addresses of opened, and gives them to the loops.
func (n *Net) share(opened []*bound) error {
	type adoption struct {
		e  *engine
		ln *Listener
		fd int
	}
	var adoptions []adoption
	for _, b := range opened {
		for i, e := range n.engines {
			if b.first == nil {
				break
			}
			fd, err := b.socketFor(i)
			if err != nil {
				for _, a := range adoptions {
					unix.Close(a.fd)
				}
				return &ListenError{b.ln.Transport, b.ln.config.Addr, plainError(err)}
			}
			adoptions = append(adoptions, adoption{e, b.ln, fd})
		}
	}
	for _, b := range opened {
		if b.first != nil {
			b.first.Close()
			b.first = nil
		}
	}
	var errs []error
	for _, a := range adoptions {
		var err error
		if !a.e.loop.call(func() { err = a.e.adopt(a.ln, a.fd) }) {
			unix.Close(a.fd)
		}
		if err != nil {
			errs = append(errs, &ListenError{a.ln.Transport, a.ln.config.Addr, err})
		}
	}
	return errors.Join(errs...)
}

// socketFor opens the socket of loop i; the first loop's is there.
func (b *bound) socketFor(i int) (int, error) {
	if i == 0 {
		return takeSocket(b.first, b.ln)
	}
	var optErr error
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		return errors.Join(raw.Control(func(fd uintptr) { optErr = setOption(int(fd), unix.SO_REUSEPORT, true) }), optErr)
	}}
	conn, err := config.ListenPacket(context.Background(), network(b.ln), b.ln.Addr.String())
	if err != nil {
		return -1, err
	}
	defer conn.Close()
	return takeSocket(conn.(*net.UDPConn), b.ln)
}

// takeSocket duplicates the descriptor of a UDP socket of package net, and shares its port.
func takeSocket(conn *net.UDPConn, ln *Listener) (int, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return -1, err
	}
	fd := -1
	var dupErr error
	err = raw.Control(func(s uintptr) { fd, dupErr = unix.FcntlInt(s, unix.F_DUPFD_CLOEXEC, 0) })
	if err = errors.Join(err, dupErr); err != nil {
		return -1, err
	}
	if err = setOption(fd, unix.SO_REUSEPORT, true); err != nil {
		unix.Close(fd)
		return -1, err
	}
	tune(fd, ln)
	return fd, nil
}

// renameAll renames what datagrams come to, or connections.
func (n *Net) renameAll(all []rename, datagrams bool) {
	for _, r := range all {
		if (r.old.Transport == UDP) == datagrams {
			n.rename(r)
		}
	}
}

func (n *Net) rename(r rename) {
	ln := r.to.ln
	var receive, send int
	if a := r.to.acceptor; a != nil {
		a.listener.Store(ln)
		receive, send = ln.config.applyToConn(a.tcp)
	} else {
		n.eachLoop(func(e *engine) { receive, send = e.rename(r.old, ln) })
	}
	n.warnOfBuffers(ln, receive, send)
}

func (n *Net) eachLoop(task func(e *engine)) {
	for _, e := range n.engines {
		e.loop.call(func() { task(e) })
	}
}
