package sim

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"sluice/netio"
)

const (
	numPhones = 12
	edgeURI   = "192.0.2.254"
)

// A phone is a user agent with one transport. It calls and is called, often
// at the same time.
type phone struct {
	w         *World
	number    int
	user      string
	transport netio.Transport
	addr      netip.AddrPort // where it listens; a WebSocket client does not
	host      string         // in its Contact
	sentBy    string         // in its Via; behind a NAT not where it is
	rport     bool           // it asks for responses to where it sends from (RFC 3581)
	stream    *stream        // the connection that it opened
	flow      netio.ConnID   // the last of these, perhaps gone
	broken    bool           // some connection of it broke, or could not be made

	clients map[string]*uac
	servers map[string]*uas
	dialogs map[string]*dialog
}

// newPhone makes phone i; the first ones use streams.
func newPhone(w *World, i, streams int) *phone {
	p := &phone{
		w: w, number: i, user: fmt.Sprint("p", i), rport: w.chance(70),
		addr:    netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(1 + i)}), 5060),
		clients: map[string]*uac{}, servers: map[string]*uas{}, dialogs: map[string]*dialog{},
	}
	p.host = p.addr.String()
	switch {
	case i >= streams:
	case i%2 == 0:
		p.transport = netio.WS
		p.host = fmt.Sprintf("%s.invalid", p.user) // RFC 7118 §5
	default:
		p.transport = netio.TCP
	}
	if p.sentBy = p.host; p.transport == netio.UDP && p.rport && w.chance(30) {
		p.sentBy = fmt.Sprintf("192.168.1.%d:5070", 1+i)
	}
	return p
}

// contact is the URI at which p is reached.
func (p *phone) contact() string {
	uri := "sip:" + p.user + "@" + p.host
	if p.transport != netio.UDP {
		uri += ";transport=" + p.transport.String()
	}
	return uri
}

// connect opens the connection of p if it has none.
func (p *phone) connect() *stream {
	if p.stream == nil {
		p.stream = p.w.open(p)
		p.flow = p.stream.c.ID()
	}
	return p.stream
}

// disconnected is told that a connection has ended. It is opened again a
// little later, or when there is something to send.
func (p *phone) disconnected(s *stream) {
	p.broken = true
	if s != p.stream {
		return
	}
	p.stream = nil
	if p.w.active > 0 {
		p.w.after(p.w.upTo(3*time.Second), func() {
			if p.w.active > 0 {
				p.connect()
			}
		})
	}
}

// send sends a message: a response over the stream its request came on, if
// that is still there, or another one; a WebSocket client has no other
// (RFC 3261 §18.2.2, RFC 7118 §5).
func (p *phone) send(m *message, s *stream) {
	switch {
	case s != nil && s.alive:
		s.toEdge(m)
	case p.transport == netio.UDP:
		p.w.datagram(p, m)
	case s != nil && p.transport == netio.WS:
	default:
		p.connect().toEdge(m)
	}
}

// receive takes a message off the network.
func (p *phone) receive(m *message, s *stream) {
	if !m.isRequest() {
		if t := p.clients[m.key(m.seqMethod)]; t != nil {
			t.receive(m)
		}
		return
	}
	p.request(m, s)
}

// via returns a Via of p.
func (p *phone) via(branch string) string {
	v := "SIP/2.0/" + p.transport.Upper() + " " + p.sentBy + ";branch=" + branch
	if p.rport {
		v += ";rport"
	}
	return v
}

// compose begins a request; the caller adds what is special and seals it.
func (p *phone) compose(method, uri, from, to, callID string, seq int, routes []string) *message {
	m := &message{method: method, uri: uri}
	m.fields = make([]field, 0, 12)
	m.add("Via", p.via(p.w.token("z9hG4bKw")))
	m.add("Max-Forwards", "70")
	for _, r := range routes {
		m.add("Route", r)
	}
	m.add("From", from)
	m.add("To", to)
	m.add("Call-ID", callID)
	m.add("CSeq", strconv.Itoa(seq)+" "+method)
	if method != "BYE" && method != "ACK" && method != "CANCEL" {
		m.add("Contact", "<"+p.contact()+">")
	}
	return m
}
