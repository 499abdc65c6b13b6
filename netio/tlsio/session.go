package tlsio

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"time"
)

// Errors of a handshake, besides those of crypto/tls.
var (
	ErrBusy   = errors.New("tls: too many handshakes are under way")
	ErrFlood  = errors.New("tls: the peer sends more than a handshake takes")
	ErrNotTLS = errors.New("tls: what the peer says is not TLS")
)

// Session is TLS on one connection. Its methods run on the connection's loop.
type Session struct {
	conn *tls.Conn
	hs   *handshake // until Progress has told that it went well
	in   []byte     // what is left of the record at hand
	out  []byte     // records that were made

	broken bool // the peer was told, or told us, that something is wrong
}

// Accept begins a session with a client. notify is called on other goroutines, when Progress is to be called.
func (x *Context) Accept(p *Pool, notify func()) *Session {
	s := &Session{}
	s.conn = tls.Server((*wire)(s), x.server)
	s.hs = &handshake{s: s, pool: p, room: &p.accepted, notify: notify, peer: x.client, more: make(chan struct{}, 1)}
	return s
}

// From says, before the first Feed, of which source the client is, by which a full pool tells one from many. Without, it is one of those
// whose source is not known, which count as one.
func (s *Session) From(source netip.Addr) { s.hs.source = source }

// Dial begins a session with a server, whose host name or IP address is name. The error is ErrBusy. notify is as for Accept.
func (x *Context) Dial(p *Pool, name string, notify func()) (*Session, error) {
	s := &Session{}
	config, peer := x.dialConfig(name)
	s.conn = tls.Client((*wire)(s), config)
	s.hs = &handshake{s: s, pool: p, room: &p.dialled, notify: notify, peer: peer, more: make(chan struct{}, 1)}
	if !p.start(s.hs) {
		return nil, ErrBusy
	}
	return s, nil
}

// Feed hands b, which was received, to the handshake. An error means that there will be none.
func (s *Session) Feed(b []byte) error { return s.hs.feed(b) }

// Step is how far a handshake has come.
type Step struct {
	Out  []byte    // to be sent
	Done bool      // it is over
	Err  error     // when it is over: why it failed
	Peer *PeerCert // when it went well
	Rest []byte    // the same: received and not used
}

// Progress tells what the handshake has done since the last call. Once it was Done it must not be called again; after that without an error,
// Feed and Abort must not either, and the other methods may.
func (s *Session) Progress() Step {
	step := s.hs.step()
	if step.Done && step.Err == nil {
		s.hs = nil
	}
	return step
}

// Abort ends the handshake: the connection is closed. Nothing more of the session may be used.
func (s *Session) Abort(why error) { s.hs.abort(why) }

// Open decrypts one record, as RecordLen cuts them, into dst, which has room for MaxPlaintext. n is 0 for a record that carries no data.
// An error, io.EOF when the peer has said that it will send no more, is the end of the session's reading, and may come with data.
func (s *Session) Open(dst, record []byte) (n int, err error) {
	s.in = record
	for n == 0 && err == nil {
		n, err = s.conn.Read(dst)
	}
	s.in = nil
	if err == errDry {
		err = nil
	}
	s.broken = err != nil && err != io.EOF
	return n, err
}

// Reply takes what Open made for the peer: alerts and key updates. It is to be sent before anything that is sealed later.
func (s *Session) Reply() []byte {
	out := s.out
	s.out = nil
	return out
}

// Seal appends the records of p to dst, which should have room for SealedLen.
func (s *Session) Seal(dst, p []byte) ([]byte, error) {
	s.out = dst
	_, err := s.conn.Write(p)
	return s.Reply(), err
}

// Close appends the alert that says that nothing more will come (RFC 8446 §6.1), if it may still be sent.
func (s *Session) Close(dst []byte) []byte {
	if s.broken {
		return dst
	}
	s.out = dst
	_ = s.conn.CloseWrite() // nothing depends on it
	return s.Reply()
}

// wire is a Session as crypto/tls sees it: the connection below.
type wire Session

// Read gives what was received, during the handshake at most one record at a time and waiting for it, later never more than the record at hand.
// So crypto/tls never holds bytes that it has not used.
func (w *wire) Read(p []byte) (int, error) {
	if w.hs != nil {
		return w.hs.read(p)
	}
	if len(w.in) == 0 {
		return 0, errDry
	}
	n := copy(p, w.in)
	w.in = w.in[n:]
	return n, nil
}

func (w *wire) Write(p []byte) (int, error) {
	if w.hs != nil {
		w.hs.write(p)
	} else {
		w.out = append(w.out, p...)
	}
	return len(p), nil
}

// Close is called by nobody: Session.Close does without tls.Conn.Close.
func (w *wire) Close() error { return nil }

func (w *wire) LocalAddr() net.Addr              { return nowhere{} }
func (w *wire) RemoteAddr() net.Addr             { return nowhere{} }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

// nowhere is the address of what has none.
type nowhere struct{}

func (nowhere) Network() string { return "memory" }
func (nowhere) String() string  { return "memory" }

// errDry says that there is nothing to read now. Because it is Temporary crypto/tls does not keep it as the end of the connection.
var errDry error = dry{}

type dry struct{}

func (dry) Error() string   { return "tls: nothing to read now" }
func (dry) Timeout() bool   { return false }
func (dry) Temporary() bool { return true }
