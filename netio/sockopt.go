package netio

import (
	"cmp"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// udpBuffer is the size of both buffers of a UDP socket that is not told another, as far as the kernel lets us. Those of connections the kernel
// sizes itself.
const udpBuffer = 4 << 20

// tunedAs tells whether two listeners want the same of their sockets.
func (c *ListenerConfig) tunedAs(other *ListenerConfig) bool {
	return c.ReceiveBuffer == other.ReceiveBuffer && c.SendBuffer == other.SendBuffer && c.DSCP == other.DSCP
}

// applyTo sets what c says on a socket: that of a listener, or of a connection that is opened in its name. It returns the sizes of the buffers
// that the socket has now, 0 where no size was asked for.
func (c *ListenerConfig) applyTo(fd int) (receive, send int) {
	receive, send = c.ReceiveBuffer, c.SendBuffer
	if c.Transport == UDP {
		receive, send = cmp.Or(receive, udpBuffer), cmp.Or(send, udpBuffer)
	}
	setDSCP(fd, c.DSCP, c.Addr.Addr().Unmap().Is6())
	return setBuffer(fd, unix.SO_RCVBUF, receive), setBuffer(fd, unix.SO_SNDBUF, send)
}

// setDSCP sets the differentiated services code point of what is sent (RFC 2474 §3): the upper six bits of the octet that the option sets.
func setDSCP(fd, dscp int, inet6 bool) {
	if inet6 {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, dscp<<2)
	} else {
		_ = unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, dscp<<2)
	}
}

// applyToConn is applyTo for a socket of package net.
func (c *ListenerConfig) applyToConn(conn syscall.Conn) (receive, send int) {
	if raw, err := conn.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) { receive, send = c.applyTo(int(fd)) })
	}
	return receive, send
}

// warnOfBuffers tells the administrator of buffers that are smaller than he wants.
func (n *Net) warnOfBuffers(ln *Listener, receive, send int) {
	for _, b := range []struct {
		name, limit string
		want, got   int
	}{{"receive_buffer", "net.core.rmem_max", ln.config.ReceiveBuffer, receive}, {"send_buffer", "net.core.wmem_max", ln.config.SendBuffer, send}} {
		if b.got < b.want {
			n.opt.Logger.Warn("the kernel gives a smaller "+b.name+": see "+b.limit, "listener", ln.String(), "wanted", b.want, "got", b.got)
		}
	}
}

// keepAlive finds dead peers that have nothing to say: with the first probe after the time given, and three more, a quarter of it apart.
func keepAlive(after time.Duration) net.KeepAliveConfig {
	return net.KeepAliveConfig{Enable: after > 0, Idle: seconds(after), Interval: seconds(after / 4), Count: keepAliveProbes}
}

// seconds rounds up to what the kernel counts in.
func seconds(d time.Duration) time.Duration { return (d + time.Second - 1).Truncate(time.Second) }

const keepAliveProbes = 4

// noKeepAlive is what package net wants to be told to leave a connection without keep-alives.
const noKeepAlive = -1

// userTimeout is how long a peer may leave unacknowledged what was sent to it: as long as one lives that has nothing to say.
func userTimeout(after time.Duration) time.Duration {
	if after <= 0 {
		return 0
	}
	k := keepAlive(after)
	return k.Idle + keepAliveProbes*k.Interval
}
