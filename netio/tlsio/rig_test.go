package tlsio

import (
	"crypto/tls"
	"errors"
	"io"
	"testing"
	"time"

	"sluice/netio/tlsio/tlstest"
)

// side is one end of a connection in memory, as a loop would hold it.
type side struct {
	t       testing.TB
	session *Session
	moved   chan struct{} // the handshake has something
	toSend  []byte
	part    []byte
	got     []byte
	peer    *PeerCert
	done    bool
	err     error
}

func newSide(t testing.TB) *side { return &side{t: t, moved: make(chan struct{}, 16)} }

func (s *side) notify() { s.moved <- struct{}{} }

func accept(t testing.TB, x *Context, p *Pool) *side {
	s := newSide(t)
	s.session = x.Accept(p, s.notify)
	return s
}

func dial(t testing.TB, x *Context, p *Pool, name string) *side {
	t.Helper()
	s := newSide(t)
	var err error
	if s.session, err = x.Dial(p, name, s.notify); err != nil {
		t.Fatal(err)
	}
	return s
}

// await takes over what the handshake does next.
func (s *side) await() {
	s.t.Helper()
	select {
	case <-s.moved:
	case <-time.After(10 * time.Second):
		s.t.Fatal("the handshake does nothing")
	}
	step := s.session.Progress()
	s.toSend = append(s.toSend, step.Out...)
	if step.Done {
		s.done, s.err, s.peer = true, step.Err, step.Peer
		if s.err == nil {
			s.receive(step.Rest)
		}
	}
}

// receive takes bytes of the other side.
func (s *side) receive(b []byte) {
	if !s.done {
		if err := s.session.Feed(b); err != nil {
			s.done, s.err = true, err
		}
		return
	}
	s.part = append(s.part, b...)
	for s.err == nil && whole(s.part) {
		n := RecordLen(s.part)
		dst := make([]byte, MaxPlaintext)
		var m int
		m, s.err = s.session.Open(dst, s.part[:n])
		s.got = append(s.got, dst[:m]...)
		s.toSend = append(s.toSend, s.session.Reply()...)
		s.part = s.part[n:]
	}
}

func (s *side) send(b []byte) {
	s.t.Helper()
	var err error
	if s.toSend, err = s.session.Seal(s.toSend, b); err != nil {
		s.t.Error(err)
	}
}

// flow carries what a has to say to b, and back, until both are done with their handshakes and have nothing more to say.
func flow(a, b *side) { flowUntil(a, b, func() bool { return false }) }

// flowUntil is flow that ends before, if it comes to that.
func flowUntil(a, b *side, end func() bool) {
	for !end() {
		switch {
		case len(a.toSend) > 0:
			pass(a, b)
		case len(b.toSend) > 0:
			pass(b, a)
		case !a.done && a.waits():
			a.await()
		case !b.done && b.waits():
			b.await()
		case a.done && b.done:
			return
		case a.done && a.err != nil || b.done && b.err != nil:
			return
		default: // one of them computes
			select {
			case <-a.moved:
				a.moved <- struct{}{}
			case <-b.moved:
				b.moved <- struct{}{}
			case <-time.After(10 * time.Second):
				a.t.Fatal("both wait")
			}
		}
	}
}

func (s *side) waits() bool { return len(s.moved) > 0 }

func pass(from, to *side) {
	b := from.toSend
	from.toSend = nil
	to.receive(b)
}

// fixture is an authority and what it has signed.
type fixture struct {
	ca     *tlstest.CA
	ec, rs *tlstest.Cert
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	ca := tlstest.NewCA(t, "Test CA")
	return &fixture{
		ca: ca,
		ec: ca.Issue(t, tlstest.Leaf{DNS: []string{"ec.example.com"}}),
		rs: ca.Issue(t, tlstest.Leaf{DNS: []string{"rsa.example.com"}, RSA: true}),
	}
}

func (f *fixture) server(change ...func(*Config)) *Context {
	c := &Config{Name: "server", Certificates: []tls.Certificate{f.ec.TLS, f.rs.TLS}, Roots: f.ca.Pool}
	for _, f := range change {
		f(c)
	}
	return NewContext(c)
}

func (f *fixture) client(change ...func(*Config)) *Context {
	c := &Config{Name: "client", Roots: f.ca.Pool}
	for _, f := range change {
		f(c)
	}
	return NewContext(c)
}

// versioned makes contexts that speak one version; crypto/tls is told behind the back of Config, which only knows a lowest one.
func versioned(x *Context, version uint16) *Context {
	n := x.current.Load()
	n.server.MinVersion, n.server.MaxVersion = version, version
	n.client.MinVersion, n.client.MaxVersion = version, version
	x.server.MaxVersion = version
	return x
}

// pair is a connection whose handshake is done.
func pair(t testing.TB, server, client *Context, name string) (s, c *side) {
	t.Helper()
	p := NewPool(Limits{})
	s, c = accept(t, server, p), dial(t, client, p, name)
	flow(s, c)
	if s.err != nil || c.err != nil {
		t.Fatalf("server: %v, client: %v", s.err, c.err)
	}
	return s, c
}

func isEOF(err error) bool { return errors.Is(err, io.EOF) }
