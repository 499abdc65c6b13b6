package pipeline

import (
	"errors"
	"syscall"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/http1"
	"sluice/parser/sip"
	"sluice/pipeline/link"
	"sluice/pipeline/txn"
)

// A flow is the pipeline's side of one stream connection: the link that finds
// messages in its bytes, what stages keep with it, and the client
// transactions that wait for answers on it.
type flow struct {
	link      link.Link
	e         *Engine
	c         *netio.Conn
	cells     []connCells
	clients   *clientTxn   // list of those whose request went out here
	far       *tokenSet    // client transactions of other loops whose request went out here; nil: none did
	servers   int32        // server transactions whose request came here
	owed      int32        // those of them whose client waits for its final response
	invites   *serverTxn   // list of those that are INVITEs
	finals    *final       // list of those that went out since the peer ended its sending, and may not have arrived
	handshake *Handshake   // while it is judged
	opened    bool         // the stages were told of it
	leaving   bool         // e.leaving waits for it
	broken    bool         // the link has ended, and not because the peer closed it
	fault     link.Counter // what the peer did against the rules last; 0: nothing
	vigil
	proven *provenPeer // nil but for clients that may have aliases
}

// connCells are the ConnLocals of one Program on one connection.
type connCells struct {
	kinds *connCellKinds
	cells []any
}

// cell returns the cell i of the Program that kinds belongs to. A connection
// may outlive Programs: cells of those before the last are dropped.
func (f *flow) cell(kinds *connCellKinds, i int) any {
	for n := range f.cells {
		if f.cells[n].kinds == kinds {
			return f.cells[n].at(i)
		}
	}
	if len(f.cells) == 2 {
		f.cells[0] = f.cells[1]
		f.cells = f.cells[:1]
	}
	f.cells = append(f.cells, connCells{kinds, make([]any, len(kinds.kinds))})
	return f.cells[len(f.cells)-1].at(i)
}

func (cc *connCells) at(i int) any {
	if cc.cells[i] == nil {
		cc.cells[i] = cc.kinds.kinds[i].make()
	}
	return cc.cells[i]
}

// openFlow gives c its flow.
func (e *Engine) openFlow(c *netio.Conn) *flow {
	f := &flow{e: e, c: c}
	mode := link.ModeSIP
	if t := c.Transport(); t == netio.WS || t == netio.WSS {
		mode = link.ModeHTTP
	}
	if proxied(c) {
		f.link.InitProxied(mode)
	} else {
		f.link.Init(mode)
	}
	c.Link = f
	return f
}

// OnOpen implements netio.Handler.
func (e *Engine) OnOpen(c *netio.Conn) {
	defer e.guardCallback()
	if c.Link == nil {
		e.openFlow(c)
	}
	f := c.Link.(*flow)
	f.hear()
	if f.link.Mode() != link.ModeProxy { // else OnProxy goes on
		f.begin()
	}
	f.attend()
}

// begin tells the stages of a connection, once it is known whom it is from.
func (f *flow) begin() {
	f.opened = true
	judged := false
	defer func() {
		if !judged { // a stage panicked: what it guards stays shut
			f.close(CauseNone)
		}
	}()
	for _, h := range f.e.chain.conn {
		if h.handler.OnOpen(f.c) == Drop {
			return
		}
	}
	judged = true
}

// OnData implements netio.Handler.
func (e *Engine) OnData(c *netio.Conn, b []byte) {
	f, ok := c.Link.(*flow)
	switch {
	case !ok:
	case f.opened && e.banned(c.Remote().Addr()):
		f.close(CauseLimit)
	default:
		f.hear()
		f.link.Feed(b, e.pool, f)
		f.attend()
	}
}

// OnClose implements netio.Handler. Requests that went out on the connection
// and have no response get none.
func (e *Engine) OnClose(c *netio.Conn, err error) {
	defer e.guardCallback()
	if exceeds(err) {
		e.strikeConn(c)
	}
	f, ok := c.Link.(*flow)
	e.logEnd(c, f, err)
	if !ok {
		return
	}
	e.loop.Wheel().Disarm(&f.timer)
	if f.handshake != nil {
		f.handshake.abandon()
	}
	why := whyClosed(err)
	switch {
	case f.why != CauseNone:
		why = f.why
	case f.link.PeerClosed(): // it began the closing handshake that we ended
		why = CausePeerClosed
	}
	f.dropAliases()
	f.link.Release(e.pool)
	if f.opened { // not a dial that failed
		for _, h := range e.chain.conn {
			e.onClose(h.handler, c, why)
		}
	}
	c.Link = nil
	if f.leaving {
		e.leaving.end()
	}
	f.loseClients(err)
	if err != netio.ErrStopped { // then all calls end alike
		f.callersGone()
	}
	f.sendAgain(err)
}

// loseClients tells those who wait for a response on the connection, which has
// ended with err, that none will come.
func (f *flow) loseClients(err error) {
	for f.clients != nil {
		t := f.clients
		t.leaveFlow()
		t.lostBy = lostBy(err)
		t.connectionLost()
	}
	for tok := range f.far.all {
		f.e.tellLost(tok)
	}
	f.far = nil
}

// maxFar bounds how many transactions of other loops may wait for answers on a
// connection. One more fails: whom we cannot tell of the connection's end must
// not wait for it.
const maxFar = 1 << 16

// expect remembers that a transaction of another loop waits for an answer on
// the connection. It reports whether there is room for that.
func (f *flow) expect(tok Token) bool {
	if f.far == nil {
		f.far = new(tokenSet)
	}
	if f.far.len() == maxFar {
		f.e.count(metricFlowFull)
		return false
	}
	f.far.add(tok)
	return true
}

// settle forgets a transaction of another loop that has its answer.
func (f *flow) settle(tok Token) { f.far.remove(tok) }

// tellLost tells the owner of a client transaction that its connection is
// gone.
func (e *Engine) tellLost(tok Token) {
	e.tell(notice{kind: mailLost, loop: uint8(tok.loop()), tok: tok})
}

// onClose has a guard of its own: requests wait for what follows it.
func (e *Engine) onClose(h ConnHandler, c *netio.Conn, why Cause) {
	defer func() {
		if r := recover(); r != nil {
			e.reportPanic(r)
		}
	}()
	h.OnClose(c, why)
}

// lostBy returns the cause of requests whose connection ended with err, if it is
// not that the peer could not be reached or went away.
func lostBy(err error) Cause {
	switch {
	case err == nil:
	case errors.Is(err, netio.ErrPeerCert):
		return CauseTLSValidationFailed
	case noResources(err):
		return CauseNoResources
	}
	return CauseNone
}

// noResources reports whether err is for want of something on our side.
func noResources(err error) bool {
	for _, want := range [...]error{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS, syscall.ENOMEM, netio.ErrTooManyConns, netio.ErrTooManyDials, netio.ErrBacklog, netio.ErrStopped} {
		if errors.Is(err, want) {
			return true
		}
	}
	return false
}

// whyClosed tells who ended a connection that netio reports closed with err:
// nil, its own errors and ours are our doing, io.EOF and those of sockets are
// not.
func whyClosed(err error) Cause {
	switch err {
	case nil, errExpelled, netio.ErrSlowReader, netio.ErrBacklog, netio.ErrStopped:
		return CauseLocalClosed
	}
	return CausePeerClosed
}

// joinFlow notes that c waits for an answer on its connection.
func (c *clientTxn) joinFlow() {
	if c.dest.conn == 0 || c.dest.conn.Loop() != c.e.index {
		return
	}
	conn := c.e.loop.Conn(c.dest.conn)
	if conn == nil {
		return
	}
	if f, ok := conn.Link.(*flow); ok {
		c.flow, c.nextOnFlow = f, f.clients
		if f.clients != nil {
			f.clients.prevOnFlow = c
		}
		f.clients = c
	}
}

// leaveFlow undoes joinFlow.
func (c *clientTxn) leaveFlow() {
	if c.flow == nil {
		return
	}
	if c.prevOnFlow != nil {
		c.prevOnFlow.nextOnFlow = c.nextOnFlow
	} else {
		c.flow.clients = c.nextOnFlow
	}
	if c.nextOnFlow != nil {
		c.nextOnFlow.prevOnFlow = c.prevOnFlow
	}
	c.flow, c.nextOnFlow, c.prevOnFlow = nil, nil, nil
}

// leaveFar tells the loop whose connection c's request went out on that no
// answer is awaited there any more, if that has not seen the answer itself.
func (c *clientTxn) leaveFar() {
	if c.far == 0 {
		return
	}
	c.e.tell(notice{mailSettled, uint8(c.far.Loop()), c.far, Token(c.token())})
	c.far = 0
}

// onSettled takes the news that a transaction of another loop has ended.
func (e *Engine) onSettled(mail *netio.Mail) {
	if c := e.loop.Conn(mail.Conn); c != nil {
		if f, ok := c.Link.(*flow); ok {
			f.settle(Token(mail.Token))
		}
	}
}

// connectionLost tells c that its connection has closed. A peer that had
// answered provisionally may connect to us for its final response (RFC 3261
// §18.2.2), so an INVITE goes on waiting; but not for a WebSocket client, who
// does not know where (RFC 7118 §5).
func (c *clientTxn) connectionLost() {
	c.gone = true
	c.do(c.m.Handle(txn.TransportError, c.e.loop.Now(), c.timers), nil)
	if c.m.Kind != txn.InviteClient || c.m.State != txn.Proceeding || c.dest.transport.Dialable() {
		return
	}
	if b := c.b; b != nil {
		c.lose(b, CauseFlowFailed)
	}
	c.do(c.m.Handle(txn.Abandon, c.e.loop.Now(), c.timers), nil)
}

// origin returns where the messages of f come from.
func (f *flow) origin() origin {
	return origin{listener: f.c.Listener(), conn: f.c, connID: f.c.ID(), addr: f.c.Remote(), transport: f.c.Transport()}
}

// OnMessage implements link.Sink.
func (f *flow) OnMessage(_ *link.Link, m *sip.Message) {
	defer f.e.guardCallback()
	o := f.origin()
	f.e.message(m, &o)
}

// OnBadMessage implements link.Sink.
func (f *flow) OnBadMessage(_ *link.Link, m *sip.Message, err parser.Err) {
	defer f.e.guardCallback()
	o := f.origin()
	f.e.bad(m, &o, err)
}

// OnUpgrade implements link.Sink.
func (f *flow) OnUpgrade(_ *link.Link, r *http1.Request) {
	defer f.e.guardCallback()
	f.e.upgrade(f, r)
}

// maxUnread is how much may wait for a peer before keep-alives are not answered
// any more.
const maxUnread = 64 << 10

// Write implements link.Sink.
func (f *flow) Write(_ *link.Link, b []byte) { f.c.Write(b) }

// Answer implements link.Sink. It is left out when much waits for the peer
// already, who would otherwise have us hold, for nothing but Pings, all that a
// connection may.
func (f *flow) Answer(_ *link.Link, b []byte) {
	if f.c.Queued() > maxUnread {
		f.e.count(metricKeepAlivesLeft)
		return
	}
	f.c.Write(b)
}

// Close implements link.Sink.
func (f *flow) Close(l *link.Link, _ int) {
	f.broken = !l.PeerClosed()
	f.c.Close(nil)
}

// OnKeepAlive implements link.Sink.
func (f *flow) OnKeepAlive(*link.Link) { f.e.countOn(f.c.Transport(), trafficKeepAlives) }

// OnCount implements link.Sink.
func (f *flow) OnCount(c link.Counter) {
	f.e.stats.Inc(f.e.edge.linkIDs[c])
	switch c {
	case link.CounterPing, link.CounterPong, link.CounterBadHandshake, link.CounterRequestTooLong: // OnRefuse tells of these
	default:
		f.fault = c
	}
	f.strikeFor(c)
}
