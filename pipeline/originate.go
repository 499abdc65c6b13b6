package pipeline

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline/txn"
)

// An Outgoing is a request of our own (OverSIP's UacRequest). Method and URI are
// required; what else is left out is made up.
type Outgoing struct {
	Method      string
	URI         string // the Request-URI
	From        string // a name-addr, with its tag or without; default: anonymous (RFC 3261 §8.1.1.3)
	To          string // a name-addr, with a tag inside a dialog; default: the URI
	CallID      string
	CSeq        uint32 // default 1
	MaxForwards uint8  // default 70
	Headers     string // header lines, each ended by CRLF: Contact and Content-Type are among them
	Body        []byte
	Hop         Hop      // where it goes; its zero value: where its top Route or its URI says
	Profile     *Profile // default: default_proxy

	// Prepare, if set, is called with the Exchange before the request goes out:
	// to keep in a Local what its outcome will be known by.
	Prepare func(x *Exchange)
}

// An Originator sends requests of our own from one loop. They pass no
// RequestHandler; their outcome comes through OnTarget, OnResponse, OnFailure
// and OnRelease, as that of any request, with x.Originated true. The 2xx of an
// INVITE is acknowledged; whatever follows in its dialog is the stage's to send.
type Originator struct{ c *chain }

// Originator returns the Originator of the stage that is being made.
func (b *LoopBuilder) Originator() *Originator { return &Originator{b.chain} }

// Errors of Originate.
var (
	ErrMalformedOutgoing = errors.New("pipeline: malformed outgoing request")
	ErrNotRunning        = errors.New("pipeline: the loop does not run")
)

// Originate sends r when the callback at hand is over. It may be called from
// any goroutine. It does nothing when the Program of the stage was replaced in
// the meantime.
func (o *Originator) Originate(r Outgoing) error {
	e := o.c.engine.Load()
	if e == nil {
		return ErrNotRunning
	}
	text, err := r.text()
	if err != nil {
		return err
	}
	e.exec(func() { e.originate(o.c, &r, text, nil) })
	return nil
}

// text writes r as it goes out, but for what forwarding adds, and checks that
// it is one request.
func (r *Outgoing) text() ([]byte, error) {
	n := sip.NewRequest{
		Method: r.Method, URI: r.URI, MaxForwards: r.MaxForwards, From: r.From, To: r.To,
		CallID: r.CallID, CSeq: max(r.CSeq, 1), Headers: r.Headers, Body: r.Body,
	}
	if n.MaxForwards == 0 {
		n.MaxForwards = 70
	}
	if n.From == "" {
		n.From = `"Anonymous" <sip:anonymous@anonymous.invalid>`
	}
	if !strings.Contains(n.From, ";tag=") {
		n.From += ";tag=" + rand.Text()[:16]
	}
	if n.To == "" {
		n.To = "<" + r.URI + ">"
	}
	if n.CallID == "" {
		n.CallID = rand.Text()
	}
	if n.Headers != "" && !strings.HasSuffix(n.Headers, "\r\n") {
		return nil, ErrMalformedOutgoing
	}
	for _, s := range []string{n.Method, n.URI, n.From, n.To, n.CallID} {
		if strings.ContainsAny(s, "\r\n\x00") {
			return nil, ErrMalformedOutgoing
		}
	}
	text := sip.AppendNewRequest(nil, &n)
	var m sip.Message
	if len(text) > parser.MaxBuffer || m.Index(text) != parser.OK || m.HeadLen() != len(text)-len(r.Body) || dialogHeaders(&m) != nil {
		return nil, ErrMalformedOutgoing
	}
	return text, nil
}

// originate sends the request in text as an exchange of its own. An ACK is
// sent again for c, the transaction of the INVITE it is for.
func (e *Engine) originate(c *chain, r *Outgoing, text []byte, invite *clientTxn) {
	if e.chain != c || e.clients.n >= e.limits().MaxTransactions {
		e.count(metricOriginatedRefused)
		return
	}
	m := e.pool.Message()
	buf := e.loop.Acquire(len(text))
	buf.B = append(buf.B, text...)
	if m.Index(buf.B) != parser.OK {
		buf.Release()
		e.pool.FreeMessage(m)
		return
	}
	m.SetEnd(len(buf.B))
	x := e.newExchange()
	x.Req, x.buf, x.originated = m, buf, true
	if invite != nil {
		x.acks, x.acksGen = invite, invite.gen
	}
	x.profile = r.Profile
	x.maxForwards, _ = m.MaxForwards()
	x.AddHop(r.Hop)
	e.count(metricOriginated)
	e.current = x
	if r.Prepare != nil {
		r.Prepare(x)
	}
	e.forward(x)
}

// acknowledge sends the ACK for the 2xx that b has, to an INVITE of our own
// (RFC 3261 §13.2.2.4): to its Contact, by its Record-Routes in reverse.
func (e *Engine) acknowledge(b *Branch) {
	x, m := b.x, b.Resp
	var contact sip.Contact
	vs := m.Values(sip.HeaderContact)
	if !vs.Next() {
		return
	}
	if _, err := sip.ParseContact(m.Buf[:vs.Span().End()], vs.Span().Start(), &contact); err != parser.OK {
		return
	}
	cseq, _ := x.Req.CSeq()
	r := Outgoing{
		Method: "ACK", URI: string(contact.URIText.Of(m.Buf)), CSeq: cseq.Num,
		From: string(x.Req.Value(sip.HeaderFrom)), To: string(m.Value(sip.HeaderTo)), CallID: string(x.Req.CallID()),
		Profile: x.profile,
	}
	var routes []string
	for vs := m.Values(sip.HeaderRecordRoute); vs.Next(); {
		routes = append(routes, "Route: "+string(vs.Span().Of(m.Buf))+"\r\n")
	}
	slices.Reverse(routes)
	r.Headers = strings.Join(routes, "")
	if b.Target.Flow != 0 {
		r.Hop = Hop{Flow: b.Target.Flow, Transport: b.Target.Transport, FlowOnly: true}
	}
	text, err := r.text()
	if err != nil {
		return
	}
	c, gen, chain := b.client, b.client.gen, x.chain
	e.exec(func() {
		if c.gen == gen {
			e.originate(chain, &r, text, c)
		}
	})
}

// keepAck has the transaction of an INVITE of ours repeat the ACK in out, which
// went to dest, whenever the 2xx comes again.
func (x *Exchange) keepAck(out *netio.Buf, dest *path) {
	c := x.acks
	if c == nil || c.gen != x.acksGen || c.m.State != txn.Accepted || c.answer != nil {
		return
	}
	c.answer, c.dest, c.acked = x.e.loop.Acquire(len(out.B)), *dest, true
	c.answer.B = append(c.answer.B, out.B...)
}
