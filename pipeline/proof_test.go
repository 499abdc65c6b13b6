package pipeline_test

import (
	"crypto/x509"
	"fmt"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/tlsio"
	"sluice/netio/tlsio/tlstest"
)

// A vouching is a TLS configuration, the authorities that it may trust, and the
// certificate of a trunk, which is valid for an hour.
type vouching struct {
	t         *testing.T
	context   *tlsio.Context
	ca, other *tlstest.CA
	chain     []*x509.Certificate
}

func newVouching(t *testing.T) *vouching {
	v := &vouching{t: t, ca: tlstest.NewCA(t, "Test CA"), other: tlstest.NewCA(t, "Other CA")}
	v.chain = v.ca.Issue(t, tlstest.Leaf{DNS: []string{"trunk.example.com"}}).Chain(t)
	v.context = tlsio.NewContext(v.config(tlsio.ClientRequest, v.ca))
	return v
}

func (v *vouching) config(auth tlsio.ClientAuth, cas ...*tlstest.CA) *tlsio.Config {
	c := &tlsio.Config{ClientAuth: auth, Roots: x509.NewCertPool()}
	for _, ca := range cas {
		c.Roots.AddCert(ca.Cert.TLS.Leaf)
	}
	return c
}

// newVouchedNet is a trunkNet whose connections have another deadline besides.
func newVouchedNet(t *testing.T) (*vouching, *trunkNet) {
	n := newTrunkNet(t, accepting)
	n.Spec.Limits.Conn.IdleIn = 24 * time.Hour
	replace(n.Net, stages(trunks{}))
	return newVouching(t), n
}

// changes are what may become of a proof, and whether it outlives that.
var changes = []struct {
	name           string
	change         func(v *vouching)
	later          time.Duration
	client, server bool // that peer still counts
}{
	{"nothing", func(*vouching) {}, 50 * time.Minute, true, true},
	{"the certificate has expired", func(*vouching) {}, 61 * time.Minute, false, false},
	{"the same authority read again", func(v *vouching) { v.context.Update(v.config(tlsio.ClientRequest, v.ca)) }, 0, true, true},
	{"one more authority", func(v *vouching) { v.context.Update(v.config(tlsio.ClientRequest, v.ca, v.other)) }, 0, true, true},
	{"one more authority, later expired", func(v *vouching) { v.context.Update(v.config(tlsio.ClientRequest, v.ca, v.other)) }, 61 * time.Minute, false, false},
	{"another authority", func(v *vouching) { v.context.Update(v.config(tlsio.ClientRequest, v.other)) }, 0, false, false},
	{"no certificates of clients", func(v *vouching) { v.context.Update(v.config(tlsio.ClientNone, v.ca)) }, 0, false, true},
	{"the section is gone", func(v *vouching) { v.context.Retire() }, 0, false, false},
}

// TestAliasEnds: an alias is used while the certificate of its client counts,
// and is gone afterwards.
func TestAliasEnds(t *testing.T) {
	for _, tc := range changes {
		for loop := range 2 {
			t.Run(fmt.Sprintf("%s, loop %d", tc.name, loop), func(t *testing.T) {
				v, n := newVouchedNet(t)
				trunk := n.connect(loop, v.context.JudgeClient(v.chain))
				n.ask(trunk, aliasVia)
				tc.change(v)
				n.Advance(tc.later)
				there := 1
				if tc.later > time.Hour { // nobody has to ask
					there = 0
				}
				n.expectAliases(fmt.Sprintf("%d there, 1 made, 0 refused, 0 used", there))
				p, d, _ := n.call("OPTIONS", trunkURI, trunk)
				if (p != nil) != tc.client || (d == nil) != tc.client {
					t.Fatalf("over the connection: %v, dialled: %v; want it over the connection: %v", p != nil, d != nil, tc.client)
				}
				used := 0
				if tc.client {
					used = 1
				}
				n.expectAliases(fmt.Sprintf("%d there, 1 made, 0 refused, %[1]d used", used))
				n.ask(trunk, aliasVia)
				n.expectAliases(fmt.Sprintf("%d there, 1 made, 0 refused, %[1]d used", used))
				trunk.h.ClosePeer(trunk.c)
				n.end()
			})
		}
	}
}

// TestAliasComesBack: with the next request of a trunk whose authority counts
// again. One that the trunk's own request has ended is gone at once.
func TestAliasComesBack(t *testing.T) {
	v, n := newVouchedNet(t)
	trunk := n.connect(0, v.context.JudgeClient(v.chain))
	n.ask(trunk, aliasVia)
	v.context.Update(v.config(tlsio.ClientRequest, v.other))
	n.ask(trunk, aliasVia)
	n.expectAliases("0 there, 1 made, 0 refused, 0 used")
	v.context.Update(v.config(tlsio.ClientRequest, v.ca))
	n.ask(trunk, aliasVia)
	if p, _, _ := n.call("OPTIONS", trunkURI, trunk); p == nil {
		t.Error("the alias is not used")
	}
	n.expectAliases("1 there, 2 made, 0 refused, 1 used")
	trunk.h.ClosePeer(trunk.c)
	n.end()
}

// TestAliasEndsBesideAnother: the one that still counts is used, although it is
// older, and the timer of the other one goes on with what else it is for.
func TestAliasEndsBesideAnother(t *testing.T) {
	v, n := newVouchedNet(t)
	long := v.ca.Issue(t, tlstest.Leaf{DNS: []string{"trunk.example.com"}, Long: true}).Chain(t)
	older, newer := n.connect(0, v.context.JudgeClient(long)), n.connect(1, v.context.JudgeClient(v.chain))
	n.ask(older, aliasVia)
	n.ask(newer, aliasVia)
	if p, _, _ := n.call("OPTIONS", trunkURI, older, newer); p != newer {
		t.Error("the newer one is not used")
	}
	n.Advance(2 * time.Hour)
	n.Sent()
	if at, _ := newer.h.Loop().Wheel().Next(); at < newer.h.Now()+time.Hour {
		t.Errorf("the timer of its connection fires in %v, want when that is idle", at-newer.h.Now())
	}
	if p, _, _ := n.call("OPTIONS", trunkURI, older, newer); p != older {
		t.Error("the one that counts is not used")
	}
	n.expectAliases("1 there, 2 made, 0 refused, 2 used")
	older.h.ClosePeer(older.c)
	newer.h.ClosePeer(newer.c)
	n.end()
}

// ours opens a connection to the trunk for a call, which is ringing.
func (n *trunkNet) ours(v *vouching) (p *peer, inv string) {
	n.TB.Helper()
	n.FromUDP(alice, target(trunkURI, request("INVITE", "1 ", "inv", "")))
	_, d, _ := n.where()
	if d == nil {
		n.TB.Fatal("not dialled")
	}
	pc := v.context.JudgeServer(v.chain, "trunk.example.com")
	if !d.SucceedPeer(pc) || pc.Verified != nil {
		n.TB.Fatalf("the connection is not opened: %v", pc.Verified)
	}
	p = &peer{n.Net, n.Loops[0], d.Conn}
	inv = p.expect("INVITE ")[0]
	p.send(respond(inv, "180 Ringing"))
	expectSent(n.Net, alice, "SIP/2.0 100 ", "SIP/2.0 180 ")
	return p, inv
}

// TestServerProofEnds: a connection of ours takes new requests while the
// certificate of its server counts; then another one is opened, and calls that
// there are go on over the old one until it is.
func TestServerProofEnds(t *testing.T) {
	for _, tc := range changes {
		if tc.later > 0 { // longer than anybody rings
			continue
		}
		t.Run(tc.name, func(t *testing.T) {
			v, n := newVouchedNet(t)
			trunk, inv := n.ours(v)
			tc.change(v)
			trunk.send(respond(inv, "200 OK"))
			expectSent(n.Net, alice, "SIP/2.0 200 ")
			n.FromUDP(alice, target(trunkURI, request("ACK", "1 ", "ack", "b1")))
			trunk.expect("ACK ")
			p, d, _ := n.call("OPTIONS", trunkURI, trunk)
			if (p != nil) != tc.server || (d == nil) != tc.server {
				t.Fatalf("a new request over the connection: %v, dialled: %v; want it over the connection: %v", p != nil, d != nil, tc.server)
			}
			if !tc.server {
				d.SucceedPeer(&netio.PeerCert{Dialled: true})
				(&peer{n.Net, n.Loops[0], d.Conn}).expect("OPTIONS ")
				if other, d, _ := n.call("OPTIONS", trunkURI, trunk); other != nil || d != nil {
					t.Error("the new connection is not used again")
				}
			}
			n.Advance(time.Minute)
			n.Sent()
			n.finish(trunk)
		})
	}
}

// TestServerCertificateExpires: the same when it is time that has passed; a call
// that is up ends over the connection that it began on.
func TestServerCertificateExpires(t *testing.T) {
	v, n := newVouchedNet(t)
	trunk, inv := n.ours(v)
	trunk.send(respond(inv, "200 OK"))
	n.FromUDP(alice, target(trunkURI, request("ACK", "1 ", "ack", "b1")))
	trunk.expect("ACK ")
	n.Advance(61 * time.Minute)
	n.Sent()
	n.FromUDP(alice, target(trunkURI, request("BYE", "2 ", "bye", "b1")))
	if p, d, bye := n.where(trunk); p == nil || d != nil {
		t.Error("the call does not end where it began")
	} else {
		trunk.send(respond(bye, "200 OK"))
		expectSent(n.Net, alice, "SIP/2.0 200 ")
	}
	if p, d, _ := n.call("OPTIONS", trunkURI, trunk); p != nil || d == nil {
		t.Error("a new request goes over the connection")
	}
	n.finish(trunk)
}

// finish closes what a test has open.
func (n *trunkNet) finish(peers ...*peer) {
	for _, p := range peers {
		p.h.ClosePeer(p.c)
	}
	for _, d := range n.dials {
		if d.Conn.State() == netio.StateOpening {
			d.Fail(errRefused)
		} else {
			n.Loops[0].ClosePeer(d.Conn)
		}
	}
	netiotest.RunMail(n.Loops...)
	n.Sent()
	n.end()
}
