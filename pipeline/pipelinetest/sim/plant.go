package sim

import (
	"slices"
	"strings"
	"time"

	"sluice/netio"
)

// A Bug is planted between the edge and the network, as if the edge had it.
type Bug uint8

// The bugs that can be planted.
const (
	NoBug         Bug = iota
	DoubleFinal       // a second, other final response follows the first
	EarlyFinal        // the INVITE is refused while a callee rings
	Drop2xx           // a 2xx is lost between the edge and its socket
	SwallowCancel     // no CANCEL goes out
	ForgetAck         // a failure of an INVITE is not acknowledged
	NewBranch         // a retransmission is taken for a new request
	WrongCaller       // a response goes to a phone that did not ask
	NoHops            // Max-Forwards is not lowered
	RepeatInvite      // an INVITE is sent again although a callee rings
	WrongChoice       // a response that no callee gave is passed on
	DropRinging       // a provisional response is not passed on
	Deaf              // what comes again is not answered again
	Once              // no request is sent a second time
	SkipCallee        // a callee is not called
	Leak              // a buffer is not given back
)

// A planter changes what crosses the edge as its bug would.
type planter struct {
	w     *World
	bug   Bug
	done  map[string]bool
	leaks int
}

// once is true the first time for a key.
func (b *planter) once(key string) bool {
	if b.done == nil {
		b.done = map[string]bool{}
	}
	was := b.done[key]
	b.done[key] = true
	return !was
}

// in is given a datagram before it reaches the edge.
func (b *planter) in(m *message) *message {
	if b.bug == NewBranch && m.isRequest() && m.method != "ACK" && m.method != "CANCEL" && !b.once(m.key(m.method)) {
		c := *m
		c.fields = slices.Clone(m.fields)
		c.fields[0].value = strings.Replace(c.fields[0].value, m.branch, m.branch+"x", 1)
		return c.seal()
	}
	return m
}

// out is given a message of the edge's and returns what it sends instead.
func (b *planter) out(m *message, to *phone) []*message {
	invite := m.seqMethod == "INVITE"
	switch b.bug {
	case DoubleFinal:
		if m.status >= 200 && m.status < 300 && invite && b.once(m.key("")) {
			return []*message{m, b.instead(m, 486, "Busy Here")}
		}
	case EarlyFinal:
		if m.status == 180 && b.once(m.key("")) {
			return []*message{m, b.instead(m, 480, "Temporarily Unavailable")}
		}
	case Drop2xx:
		if m.status >= 200 && m.status < 300 && invite {
			return nil
		}
	case SwallowCancel:
		if m.method == "CANCEL" {
			return nil
		}
	case ForgetAck:
		if m.method == "ACK" && m.vias == 1 {
			return nil
		}
	case RepeatInvite:
		if m.method == "INVITE" && to.transport == netio.UDP && b.once(m.branch) {
			b.w.after(20*time.Second, func() { b.w.sent(m.text, to, nil) })
		}
	case WrongChoice:
		if m.status == 603 || m.status == 486 {
			return []*message{b.instead(m, 404, "Not Found")}
		}
	case DropRinging:
		if m.status > 100 && m.status < 200 {
			return nil
		}
	case Deaf:
		if m.status >= 200 && !b.once(m.text) {
			return nil
		}
	case Once:
		if m.isRequest() && !b.once(m.text) {
			return nil
		}
	case SkipCallee:
		if m.method == "INVITE" && m.toTag == "" {
			return nil
		}
	case NoHops:
		if m.isRequest() && m.vias > 1 {
			return []*message{b.with(m, "Max-Forwards", "70")}
		}
	case Leak:
		if b.leaks++; b.leaks == 100 {
			b.w.net.Loops[0].Loop().Acquire(10)
		}
	}
	return []*message{m}
}

// to is given where a datagram goes and returns where it goes instead.
func (b *planter) to(m *message, p *phone) *phone {
	if b.bug == WrongCaller && p != nil && m.status >= 200 {
		return b.w.phones[(p.number+1)%numPhones]
	}
	return p
}

// instead makes another response of m.
func (b *planter) instead(m *message, status int, reason string) *message {
	c := b.with(m, "", "")
	c.status, c.reason = status, reason
	return c.seal()
}

// with makes a copy of m with another value of a field.
func (b *planter) with(m *message, name, value string) *message {
	c := *m
	c.fields = nil
	for _, f := range m.fields {
		switch f.name {
		case "Content-Length":
			continue
		case name:
			f.value = value
		}
		c.fields = append(c.fields, f)
	}
	return c.seal()
}
