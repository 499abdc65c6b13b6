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
	probe    *net.UDPConn // of a UDP listener, until the loops have their own sockets
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

// bind binds the addresses of cfgs, all or none, and reports every address that it could not bind. UDP addresses are bound without
// SO_REUSEPORT, only to see that nobody else has them: the loops' sockets, which share the port, would be let in beside another server's.
func (n *Net) bind(cfgs []ListenerConfig) ([]*bound, error) {
	var all []*bound
	var errs []error
	for _, cfg := range cfgs {
		b, err := n.bindOne(cfg)
		if err != nil {
			errs = append(errs, &ListenError{cfg.Transport, cfg.Addr, err})
			continue
		}
		all = append(all, b)
	}
	if len(errs) > 0 {
		closeAll(all)
		return nil, errors.Join(errs...)
	}
	return all, nil
}

func (n *Net) bindOne(cfg ListenerConfig) (*bound, error) {
	if cfg.Transport >= numTransports || !cfg.Addr.IsValid() {
		return nil, errors.New("transport or address is missing")
	}
	cfg.Addr = unmap(cfg.Addr)
	config := net.ListenConfig{KeepAlive: noKeepAlive, KeepAliveConfig: keepAlive(n.opt.KeepAlive)}
	config.SetMultipathTCP(false) // the default since Go 1.24; no phone speaks it, and every accept would pay for it
	b := &bound{}
	var addr netip.AddrPort
	var receive, send int
	config.Control = func(_, _ string, raw syscall.RawConn) error { // a window is agreed on by the size of the buffer before the listen
		return raw.Control(func(fd uintptr) {
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
		b.probe = conn.(*net.UDPConn)
		addr = b.probe.LocalAddr().(*net.UDPAddr).AddrPort()
	} else {
		l, err := config.Listen(context.Background(), networkOf(cfg.Transport, cfg.Addr.Addr()), cfg.Addr.String())
		if err != nil {
			return nil, bindError(err, cfg.Addr.Port())
		}
		b.acceptor = newAcceptor(n, l.(*net.TCPListener))
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
	b.closeProbe()
}

func (b *bound) closeProbe() {
	if b.probe != nil {
		b.probe.Close()
		b.probe = nil
	}
}

func closeAll(all []*bound) {
	for _, b := range all {
		b.close()
	}
}

// SetListeners changes what the Net listens on, by difference: what is in cfgs stays or is opened, everything else is closed; connections
// that were accepted stay. If anything cannot be opened nothing changes. A listener whose transport (among streams), advertised name, TLS name,
// load balancers or settings for sockets change keeps its socket and becomes a new Listener; certificates that change under their name are taken over for the handshakes to come.
// It must not be called on a loop.
func (n *Net) SetListeners(cfgs []ListenerConfig) error {
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
	opened, err := n.open(fresh)
	if err != nil {
		return err
	}
	for i := range next {
		if next[i] == nil {
			next[i], opened = opened[0], opened[1:]
		}
	}
	for _, r := range renames {
		n.rename(r)
	}
	for _, b := range old {
		n.drop(b)
	}
	n.setBound(next)
	n.updateTLS(cfgs)
	return nil
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

// open opens listeners while the loops run.
func (n *Net) open(cfgs []ListenerConfig) ([]*bound, error) {
	revived := n.revive(cfgs)
	var fresh []ListenerConfig
	for i, cfg := range cfgs {
		if revived[i] == nil {
			fresh = append(fresh, cfg)
		}
	}
	opened, err := n.bind(fresh)
	if err == nil {
		err = n.share(opened)
	}
	if err != nil {
		closeAll(opened)
		for _, b := range revived {
			if b != nil {
				n.drop(b)
			}
		}
		return nil, err
	}
	for i, b := range revived {
		if b == nil {
			revived[i] = opened[0]
			opened = opened[1:]
		}
		if revived[i].acceptor != nil {
			revived[i].acceptor.start()
		}
	}
	return revived, nil
}

// revive finds sockets of gnet's that once served cfgs and are muted.
func (n *Net) revive(cfgs []ListenerConfig) []*bound {
	revived := make([]*bound, len(cfgs))
	for i, cfg := range cfgs {
		if cfg.Transport != UDP || !slices.Contains(n.muted, cfg.Addr) {
			continue
		}
		ln, err := n.newListener(cfg, cfg.Addr)
		if err != nil {
			continue // bind reports it
		}
		n.eachLoop(func(e *engine) { e.revive(ln) })
		n.muted = slices.DeleteFunc(n.muted, func(addr netip.AddrPort) bool { return addr == cfg.Addr })
		revived[i] = &bound{ln: ln}
	}
	return revived
}

// share opens a socket per loop on the UDP addresses of opened, in place of the probe.
func (n *Net) share(opened []*bound) error {
	type adoption struct {
		e    *engine
		ln   *Listener
		conn *net.UDPConn
		fd   int
	}
	var adoptions []adoption
	for _, b := range opened {
		if b.probe == nil {
			continue
		}
		b.closeProbe()
		for _, e := range n.engines {
			conn, fd, err := listenShared(b.ln)
			if err != nil {
				for _, a := range adoptions {
					a.conn.Close()
					unix.Close(a.fd)
				}
				return &ListenError{b.ln.Transport, b.ln.config.Addr, plainError(err)}
			}
			adoptions = append(adoptions, adoption{e, b.ln, conn, fd})
		}
	}
	for _, a := range adoptions {
		if !a.e.loop.call(func() { a.e.adopt(a.ln, a.conn, a.fd) }) {
			a.conn.Close()
			unix.Close(a.fd)
		}
	}
	return nil
}

// listenShared opens one loop's socket, and a duplicate of its descriptor for the loop.
func listenShared(ln *Listener) (*net.UDPConn, int, error) {
	var optErr error
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		return errors.Join(raw.Control(func(fd uintptr) {
			optErr = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
		}), optErr)
	}}
	pc, err := config.ListenPacket(context.Background(), network(ln), ln.Addr.String())
	if err != nil {
		return nil, -1, err
	}
	conn := pc.(*net.UDPConn)
	raw, err := conn.SyscallConn()
	fd := -1
	if err == nil {
		var dupErr error
		err = raw.Control(func(s uintptr) { fd, dupErr = unix.FcntlInt(s, unix.F_DUPFD_CLOEXEC, 0) })
		err = errors.Join(err, dupErr)
	}
	if err != nil {
		conn.Close()
		return nil, -1, err
	}
	tune(fd, ln)
	return conn, fd, nil
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

// drop closes a listener.
func (n *Net) drop(b *bound) {
	if b.acceptor != nil {
		b.acceptor.close()
		return
	}
	n.eachLoop(func(e *engine) { e.detach(b.ln) })
	if slices.Contains(n.gnets, b.ln.Addr) {
		n.muted = append(n.muted, b.ln.Addr)
	}
}

func (n *Net) eachLoop(task func(e *engine)) {
	for _, e := range n.engines {
		e.loop.call(func() { task(e) })
	}
}
