//go:build e2e

package e2e_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A phone is a small SIP user agent. The test drives it step by step; what it
// receives waits until the test asks for it. Retransmissions are counted and
// not delivered.
type phone struct {
	t         testing.TB
	name      string
	transport string // udp, tcp, tls, ws, wss
	server    string // the listener that it uses
	sentBy    string // host and port of Via and Contact
	out       link   // to the server
	gone      chan struct{}
	listener  net.Listener // of a TCP or TLS phone: the server connects to it

	inbox   chan *message
	backlog []*message // received, and not asked for yet

	mu    sync.Mutex
	seen  map[string]int // by identity
	trace []string
}

// serial makes names and branches unique within a run.
var serial atomic.Int64

func unique(prefix string) string {
	return fmt.Sprintf("%s%d%x", prefix, serial.Add(1), time.Now().UnixNano()&0xffffff)
}

// newPhone connects a phone to the server's listener for the transport.
func newPhone(t testing.TB, s *server, transport string) *phone {
	t.Helper()
	return newPhoneTo(t, s.vault, transport, map[string]string{"udp": s.udp, "tcp": s.tcp, "tls": s.tls, "ws": s.ws, "wss": s.wss}[transport])
}

// newPhoneTo connects a phone to an address, whose host is the phone's too.
func newPhoneTo(t testing.TB, v *vault, transport, server string) *phone {
	t.Helper()
	p := &phone{
		t: t, name: unique(transport), transport: transport, server: server,
		gone: make(chan struct{}), inbox: make(chan *message, 1024), seen: map[string]int{},
	}
	var err error
	switch transport {
	case "udp":
		err = p.openUDP()
	case "tcp":
		err = p.openStream(nil, nil)
	case "tls":
		err = p.openStream(v.client(), v.phone())
	case "ws":
		err = p.openWebSocket(nil)
	case "wss":
		err = p.openWebSocket(v.client())
	}
	if err != nil {
		t.Fatalf("%s phone: %v", transport, err)
	}
	t.Cleanup(p.close)
	return p
}

func (p *phone) openUDP() error {
	peer, err := net.ResolveUDPAddr("udp", p.server)
	if err != nil {
		return err
	}
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: peer.IP})
	if err != nil {
		return err
	}
	l := datagramLink{conn, peer}
	p.out, p.sentBy = l, conn.LocalAddr().String()
	go p.serve(l)
	return nil
}

// openStream connects to the server, and listens for connections from it at
// the address that is in Contact: over TLS if it is given what for.
func (p *phone) openStream(client, server *tls.Config) error {
	conn, err := dial(p.server, client)
	if err != nil {
		return err
	}
	p.out = streamLink{conn}
	go p.serve(streamLink{conn})
	if p.listener, err = net.Listen("tcp", net.JoinHostPort(conn.LocalAddr().(*net.TCPAddr).IP.String(), "0")); err != nil {
		return err
	}
	p.sentBy = p.listener.Addr().String()
	if server != nil {
		p.listener = tls.NewListener(p.listener, server)
	}
	go func() {
		for {
			conn, err := p.listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				streamLink{conn}.read(p.take)
			}()
		}
	}()
	return nil
}

// openWebSocket opens a WebSocket. The phone cannot know its address, so it
// names a host that does not exist (RFC 7118 §5, appendix B.1).
func (p *phone) openWebSocket(client *tls.Config) error {
	l, err := dialWebSocket(p.server, client)
	if err != nil {
		return err
	}
	p.out, p.sentBy = l, p.name+".invalid"
	go p.serve(l)
	return nil
}

// serve reads from the connection to the server until it ends.
func (p *phone) serve(l interface{ read(func(link, string)) }) {
	l.read(p.take)
	close(p.gone)
}

func (p *phone) close() {
	p.out.close()
	if p.listener != nil {
		p.listener.Close()
	}
	if p.t.Failed() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.t.Logf("%s received and sent:\n%s", p.name, strings.Join(p.trace[max(0, len(p.trace)-40):], "\n"))
	}
}

// connected reports whether the connection to the server is open.
func (p *phone) connected() bool {
	select {
	case <-p.gone:
		return false
	default:
		return true
	}
}

// contact is the URI at which the phone is reached.
func (p *phone) contact() string { return "sip:" + p.name + "@" + p.sentBy + p.uriTransport() }

// uriTransport is the parameter that names the phone's transport in a URI,
// where it is ws for a secure WebSocket too (RFC 7118 §5.2).
func (p *phone) uriTransport() string {
	switch p.transport {
	case "udp":
		return ""
	case "wss":
		return ";transport=ws"
	}
	return ";transport=" + p.transport
}

// aor is the address that the phone registers.
func (p *phone) aor() string { return "sip:" + p.name + "@localhost" }

// take takes what was received.
func (p *phone) take(from link, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	p.log("<", text)
	m, err := parseMessage(text)
	if err != nil {
		p.log("!", err.Error())
		return
	}
	m.link = from
	p.mu.Lock()
	p.seen[m.identity()]++
	n := p.seen[m.identity()]
	p.mu.Unlock()
	if n == 1 {
		p.inbox <- m
	}
}

// log adds to the trace that is shown when the test fails.
func (p *phone) log(direction, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	at := time.Now().Format("05.000")
	p.trace = append(p.trace, at+" "+direction+" "+strings.ReplaceAll(strings.TrimSpace(text), "\r\n", "\n         "))
}

// count returns how often a message was received, retransmissions included.
func (p *phone) count(m *message) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[m.identity()]
}

// send sends m on l.
func (p *phone) send(l link, m *message) {
	p.t.Helper()
	text := m.String()
	p.log(">", text)
	if err := l.send(text); err != nil {
		p.t.Fatalf("%s: send: %v", p.name, err)
	}
}

// next returns the first message, received already or within limit, that
// match accepts.
func (p *phone) next(limit time.Duration, what string, match func(*message) bool) *message {
	p.t.Helper()
	for i, m := range p.backlog {
		if match(m) {
			p.backlog = append(p.backlog[:i], p.backlog[i+1:]...)
			return m
		}
	}
	deadline := time.After(limit)
	for {
		select {
		case m := <-p.inbox:
			if match(m) {
				return m
			}
			p.backlog = append(p.backlog, m)
		case <-deadline:
			p.t.Fatalf("%s: not within %v: %s", p.name, limit, what)
		}
	}
}

// request returns the next request with that method.
func (p *phone) request(method string) *message {
	p.t.Helper()
	return p.next(soon, method, func(m *message) bool { return !m.isResponse() && m.method() == method })
}

// response returns the response to req with that status; another final one
// fails the test.
func (p *phone) response(req *message, status int) *message {
	p.t.Helper()
	return p.responseWithin(soon, req, status)
}

func (p *phone) responseWithin(limit time.Duration, req *message, status int) *message {
	p.t.Helper()
	what := fmt.Sprintf("%d to %s", status, req.method())
	m := p.next(limit, what, func(m *message) bool {
		return answers(m, req) && (m.status() == status || m.status() >= 200)
	})
	if m.status() != status {
		p.t.Fatalf("%s: response to %s: got %q, want %d", p.name, req.method(), m.start, status)
	}
	return m
}

// final returns the final response to req.
func (p *phone) final(req *message) *message {
	p.t.Helper()
	return p.next(soon, "final response to "+req.method(), func(m *message) bool {
		return answers(m, req) && m.status() >= 200
	})
}

func answers(m, req *message) bool {
	return m.isResponse() && m.branch() == req.branch() && m.value("CSeq") == req.value("CSeq")
}

// pending returns how many messages of that method wait to be asked for.
func (p *phone) pending(method string) (n int) {
	for len(p.inbox) > 0 {
		p.backlog = append(p.backlog, <-p.inbox)
	}
	for _, m := range p.backlog {
		if !m.isResponse() && m.method() == method {
			n++
		}
	}
	return n
}

// via returns a Via with a new branch.
func (p *phone) via() string {
	return fmt.Sprintf("SIP/2.0/%s %s;branch=%s;rport", strings.ToUpper(p.transport), p.sentBy, unique("z9hG4bK-e2e-"))
}

// newRequest makes a request outside of a dialog.
func (p *phone) newRequest(method, uri string) *message {
	m := &message{start: method + " " + uri + " SIP/2.0"}
	m.add("Via", p.via())
	m.add("Max-Forwards", "70")
	m.add("From", fmt.Sprintf("%q <%s>;tag=%s", p.name, p.aor(), unique("from")))
	m.add("To", "<"+uri+">")
	m.add("Call-ID", unique("call")+"@"+p.name)
	m.add("CSeq", "1 "+method)
	return m
}

// ask sends a request outside of a dialog and returns it.
func (p *phone) ask(method, uri string) *message {
	p.t.Helper()
	m := p.newRequest(method, uri)
	p.send(p.out, m)
	return m
}

// register registers the phone, or unregisters it with expires 0.
func (p *phone) register(expires int) {
	p.t.Helper()
	m := p.newRequest("REGISTER", "sip:localhost")
	m.replace("To", "<"+p.aor()+">")
	m.add("Contact", fmt.Sprintf("<%s>;expires=%d", p.contact(), expires))
	p.send(p.out, m)
	ok := p.response(m, 200)
	for _, c := range ok.values("Contact") {
		if addrURI(c) == p.contact() {
			if expires == 0 {
				p.t.Fatalf("%s: still registered: %s", p.name, c)
			}
			return
		}
	}
	if expires > 0 {
		p.t.Fatalf("%s: Contact of 200 to REGISTER: got %q, want %s", p.name, ok.values("Contact"), p.contact())
	}
}
