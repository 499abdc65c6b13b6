package netio_test

import (
	"crypto/tls"
	"net/netip"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/tlsio"
	"sluice/netio/tlsio/tlstest"
)

// authority is an authority and what it has signed for these tests.
type authority struct {
	ca     *tlstest.CA
	server *tlstest.Cert // for sip.example.com
	client *tlstest.Cert // for client.example.com
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	ca := tlstest.NewCA(t, "Test CA")
	return &authority{
		ca:     ca,
		server: ca.Issue(t, tlstest.Leaf{DNS: []string{"sip.example.com"}}),
		client: ca.Issue(t, tlstest.Leaf{DNS: []string{"client.example.com"}}),
	}
}

// config is that of a server that asks for no certificate, unless change says otherwise.
func (a *authority) config(change ...func(*tlsio.Config)) *tlsio.Config {
	c := &tlsio.Config{Name: "default", Certificates: []tls.Certificate{a.server.TLS}, Roots: a.ca.Pool}
	for _, f := range change {
		f(c)
	}
	return c
}

// world is a loop with virtual time and a TLS listener.
type world struct {
	t      testing.TB
	h      *netiotest.Harness
	ln     *netio.Listener
	client *tlsio.Context
	pool   *tlsio.Pool // of the clients
	events []string
	judge  func(c *netio.Conn, pc *netio.PeerCert) bool
	before func(c *netio.Conn, b []byte) (int, bool)
	open   func(c *netio.Conn)
	data   func(c *netio.Conn, b []byte)
}

func newWorld(t testing.TB, a *authority, o netio.Options, change ...func(*tlsio.Config)) *world {
	t.Helper()
	w := &world{t: t, h: netiotest.NewLoop(t, 0, o), pool: tlsio.NewPool(tlsio.Limits{Handshakes: 1 << 20})}
	w.ln = netiotest.NewListener(0, netio.TLS, "192.0.2.1:5061")
	w.ln.UseTLS(tlsio.NewContext(a.config(change...)))
	w.client = tlsio.NewContext(&tlsio.Config{Roots: a.ca.Pool, Certificates: []tls.Certificate{a.client.TLS}})
	w.h.SetHandler(w)
	return w
}

func (w *world) OnStart(*netio.Loop)                                {}
func (w *world) OnStop(*netio.Loop)                                 {}
func (w *world) OnMail(*netio.Mail)                                 {}
func (w *world) OnDatagram(*netio.Listener, netip.AddrPort, []byte) {}
func (w *world) note(event string)                                  { w.events = append(w.events, event) }
func (w *world) OnOpen(c *netio.Conn)                               { w.note("open"); call(w.open, c) }
func (w *world) OnData(c *netio.Conn, b []byte)                     { w.note("data " + string(b)); call2(w.data, c, b) }
func (w *world) OnPeerCert(c *netio.Conn, pc *netio.PeerCert) (ok bool) {
	w.note("peer")
	return w.judge == nil || w.judge(c, pc)
}

func (w *world) OnPreface(c *netio.Conn, b []byte) (int, bool) {
	if w.before == nil {
		return 0, false
	}
	return w.before(c, b)
}

func (w *world) OnClose(c *netio.Conn, err error) {
	if err == nil {
		w.note("close")
		return
	}
	w.note("close " + err.Error())
}

func call[A any](f func(A), a A) {
	if f != nil {
		f(a)
	}
}

func call2[A, B any](f func(A, B), a A, b B) {
	if f != nil {
		f(a, b)
	}
}

func (w *world) take() []string {
	events := w.events
	w.events = nil
	return events
}

// tlsPeer is a client of a world.
type tlsPeer struct {
	w       *world
	c       *netio.Conn
	session *tlsio.Session
	moved   chan struct{}
	toSend  []byte
	sent    []byte // all that was fed
	part    []byte
	got     []byte
	done    bool
	err     error
	budget  int // bytes that may still be fed
}

var peers uint16

var peerAddr = netip.MustParseAddrPort("192.0.2.9:1")

// connect begins a connection. Nothing is fed yet.
func (w *world) connect(version uint16) *tlsPeer {
	w.t.Helper()
	peers++
	p := &tlsPeer{w: w, moved: make(chan struct{}, 16), budget: 1 << 30}
	p.c = w.h.Open(netio.TLS, w.ln, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.9"), peers))
	x := w.client
	if version != 0 {
		x = clientOf(version)
	}
	var err error
	if p.session, err = x.Dial(w.pool, "sip.example.com", func() { p.moved <- struct{}{} }); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// handshake does all of the handshake, or as much of it as the budget allows. False: there is no more budget.
func (p *tlsPeer) handshake() bool {
	p.w.t.Helper()
	for !p.done || p.c.State() == netio.StateOpening {
		if len(p.toSend) > 0 {
			if !p.feed() {
				return false
			}
			continue
		}
		if p.c.State() == netio.StateClosed || p.done && p.err != nil {
			return true
		}
		if b := p.w.h.Written(p.c); len(b) > 0 {
			p.receive(b)
			continue
		}
		if p.done || len(p.moved) == 0 {
			p.wait()
		}
		if !p.done && len(p.moved) > 0 {
			p.progress()
		}
	}
	p.receive(p.w.h.Written(p.c))
	return true
}

// wait waits until either side has done something.
func (p *tlsPeer) wait() {
	p.w.t.Helper()
	for deadline := time.Now().Add(patience); len(p.moved) == 0; {
		if p.w.h.AwaitFor(time.Millisecond) {
			return
		}
		if time.Now().After(deadline) {
			p.w.t.Fatal("the handshake stands still")
		}
	}
}

func (p *tlsPeer) progress() {
	<-p.moved
	step := p.session.Progress()
	p.toSend = append(p.toSend, step.Out...)
	if step.Done {
		if p.done, p.err = true, step.Err; p.err == nil {
			p.receive(step.Rest)
		}
	}
}

// feed hands what is to be sent to the loop.
func (p *tlsPeer) feed() bool {
	b := p.toSend[:min(len(p.toSend), p.budget)]
	p.toSend = p.toSend[len(b):]
	p.budget -= len(b)
	p.sent = append(p.sent, b...)
	if len(b) > 0 {
		p.w.h.Feed(p.c, b)
	}
	return len(p.toSend) == 0
}

func (p *tlsPeer) receive(b []byte) {
	if !p.done {
		if err := p.session.Feed(b); err != nil {
			p.done, p.err = true, err
		}
		return
	}
	p.part = append(p.part, b...)
	for p.err == nil {
		n := tlsio.RecordLen(p.part)
		if n == 0 || n > len(p.part) {
			return
		}
		dst := make([]byte, tlsio.MaxPlaintext)
		var m int
		m, p.err = p.session.Open(dst, p.part[:n])
		p.got = append(p.got, dst[:m]...)
		p.part = p.part[n:]
	}
}

// established is a connection whose handshake is done.
func (w *world) established(version uint16) *tlsPeer {
	w.t.Helper()
	p := w.connect(version)
	p.handshake()
	if p.err != nil || p.c.State() != netio.StateOpen {
		w.t.Fatalf("client: %v, connection: %v, events %q", p.err, p.c.State(), w.events)
	}
	w.take()
	return p
}

// seal makes records of text.
func (p *tlsPeer) seal(text string) []byte {
	p.w.t.Helper()
	b, err := p.session.Seal(nil, []byte(text))
	if err != nil {
		p.w.t.Fatal(err)
	}
	return b
}

// boundaries are the places behind each record of b.
func boundaries(b []byte) (at []int) {
	for n := 0; n < len(b); {
		n += tlsio.RecordLen(b[n:])
		at = append(at, n)
	}
	return at
}

// clientOf is a client that speaks one version.
func clientOf(version uint16) *tlsio.Context {
	return tlsio.NewContext(&tlsio.Config{MinVersion: version, MaxVersion: version, TrustServers: true})
}
