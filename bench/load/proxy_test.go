package main

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
)

// A fakeProxy relays over UDP, stateless: it adds a Via that remembers the source,
// records its route and takes it off again. Its hooks break what a test wants broken.
type fakeProxy struct {
	conn *net.UDPConn
	addr netip.AddrPort

	recordRoute string                  // the value it adds; empty: none
	keepRoute   bool                    // it forwards Route as it came
	lose        func(start string) bool // whether to drop a message, by its start line
	refuse      func(start string) int  // status to answer a request with; 0: forward it
	seen        map[string]int          // first words of start lines and how often
	routed      map[string]string       // method to its Route values
	ended       chan struct{}
}

func newFakeProxy(t *testing.T) *fakeProxy {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	addr := conn.LocalAddr().(*net.UDPAddr).AddrPort()
	return &fakeProxy{
		conn: conn, addr: addr,
		recordRoute: fmt.Sprintf("<sip:%s;lr>, <sip:second.invalid;lr>", addr),
		lose:        func(string) bool { return false },
		refuse:      func(string) int { return 0 },
		seen:        map[string]int{}, routed: map[string]string{},
		ended: make(chan struct{}),
	}
}

// stopMark is the datagram that ends serve.
const stopMark = "stop"

// serve runs until stop; what it has seen may be read after that.
func (p *fakeProxy) serve() {
	defer close(p.ended)
	buf := make([]byte, 4096)
	for {
		n, from, err := p.conn.ReadFromUDPAddrPort(buf)
		if err != nil || string(buf[:n]) == stopMark {
			return
		}
		p.relay(string(buf[:n]), from)
	}
}

// stop lets the proxy serve what is under way and ends it.
func (p *fakeProxy) stop() {
	p.send(stopMark, p.addr.String())
	<-p.ended
	p.conn.Close()
}

func (p *fakeProxy) relay(msg string, from netip.AddrPort) {
	start, rest, _ := strings.Cut(msg, "\r\n")
	word := strings.Fields(start)
	key := word[0]
	if key == "SIP/2.0" {
		key = word[1]
	}
	p.seen[key]++
	if p.lose(start) {
		return
	}
	if word[0] == "SIP/2.0" {
		via, rest, _ := strings.Cut(rest, "\r\n")
		p.send(start+"\r\n"+rest, via[strings.Index(via, ";from=")+len(";from="):])
		return
	}
	if status := p.refuse(start); status != 0 {
		head, _, _ := strings.Cut(rest, "\r\nContact:")
		head, _, _ = strings.Cut(head, "\r\nContent-Length:")
		p.send(fmt.Sprintf("SIP/2.0 %d No\r\n%s\r\nContent-Length: 0\r\n\r\n", status, head), from.String())
		return
	}
	p.forward(start, rest, from)
}

func (p *fakeProxy) forward(start, rest string, from netip.AddrPort) {
	out := fmt.Sprintf("%s\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKfake;from=%s\r\n", start, p.addr, from)
	method := strings.Fields(start)[0]
	if method == "INVITE" && p.recordRoute != "" {
		out += "Record-Route: " + p.recordRoute + "\r\n"
	}
	for line := range strings.SplitAfterSeq(rest, "\r\n") {
		if value, ok := strings.CutPrefix(line, "Route: "); ok {
			p.routed[method] += strings.TrimSpace(value) + " "
			if !p.keepRoute {
				continue
			}
		}
		out += line
	}
	uri := strings.Fields(start)[1]
	p.send(out, uri[strings.Index(uri, "@")+1:])
}

func (p *fakeProxy) send(msg, to string) {
	if addr, err := netip.ParseAddrPort(to); err == nil {
		p.conn.WriteToUDPAddrPort([]byte(msg), addr)
	}
}

// receive takes one datagram that the engine has sent to the proxy; for tests
// that play the proxy step by step.
func (p *fakeProxy) receive(t *testing.T) string {
	t.Helper()
	buf := make([]byte, 4096)
	n, _, err := p.conn.ReadFromUDPAddrPort(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.TrimSpace(buf[:n]))
}
