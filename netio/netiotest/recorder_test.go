package netiotest_test

import (
	"fmt"
	"net/netip"

	"sluice/netio"
)

// recorder is a handler that writes down its events, and does what the test tells it to do on them.
type recorder struct {
	loop   *netio.Loop
	events []string
	on     map[string]func(c *netio.Conn)
	mail   func(m *netio.Mail)
	data   func(c *netio.Conn, b []byte)
	dgram  func(ln *netio.Listener, from netip.AddrPort, b []byte)
}

func (r *recorder) note(event string, c *netio.Conn) {
	r.events = append(r.events, event)
	if f := r.on[event]; f != nil {
		f(c)
	}
}

func (r *recorder) take() []string {
	events := r.events
	r.events = nil
	return events
}

func (r *recorder) OnStart(l *netio.Loop) { r.loop = l; r.note("start", nil) }

func (r *recorder) OnDatagram(ln *netio.Listener, from netip.AddrPort, b []byte) {
	r.note(fmt.Sprintf("datagram %s %s %q", ln.SentBy, from, b), nil)
	if r.dgram != nil {
		r.dgram(ln, from, b)
	}
}

func (r *recorder) OnOpen(c *netio.Conn) { r.note("open", c) }

func (r *recorder) OnData(c *netio.Conn, b []byte) {
	r.note(fmt.Sprintf("data %q", b), c)
	if r.data != nil {
		r.data(c, b)
	}
}

func (r *recorder) OnClose(c *netio.Conn, err error) { r.note(fmt.Sprintf("close %v", err), c) }

func (r *recorder) OnMail(m *netio.Mail) {
	r.note(fmt.Sprintf("mail %d", m.Token), nil)
	if r.mail != nil {
		r.mail(m)
	}
}

func (r *recorder) OnStop(*netio.Loop) { r.note("stop", nil) }
