package registrar_test

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"

	"sluice/netio"
)

const upgrade = "GET / HTTP/1.1\r\nHost: 192.0.2.254\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n"

// frame wraps a message as a client does; the mask is zero.
func frame(text string) []byte {
	b := []byte{0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(b[2:], uint16(len(text)))
	return append(b, text...)
}

func TestWebSocketClient(t *testing.T) {
	p := newPhone(t, nil)
	h := p.net.Loops[0]
	c := h.Open(netio.WS, p.net.WS, netip.MustParseAddrPort("192.0.2.7:50000"))
	h.Feed(c, []byte(upgrade))
	if got := string(h.Written(c)); !strings.HasPrefix(got, "HTTP/1.1 101 ") {
		t.Fatalf("upgrade answered %q, want 101", got)
	}
	h.Feed(c, frame("REGISTER sip:example.com SIP/2.0\r\n"+
		"Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bKasudf\r\n"+
		"From: <sip:bob@example.com>;tag=65bnmj.34asd\r\nTo: <sip:bob@example.com>\r\nCall-ID: aiuy7k9njasd\r\nCSeq: 1 REGISTER\r\n"+
		"Contact: <sip:bob@192.0.2.7;transport=ws>;reg-id=1;+sip.instance=\"<urn:uuid:f81>\"\r\nSupported: path, outbound\r\n\r\n"))
	if got, want := string(h.Written(c)), "Contact: <sip:bob@192.0.2.7;transport=ws>;reg-id=1;+sip.instance=\"<urn:uuid:f81>\";expires=3600\r\n"; !strings.Contains(got, want) {
		t.Fatalf("got\n%q\nwant it to have\n%q", got, want)
	}
	wantHeader(t, "open", p.send("INVITE", "sip:bob@example.com"), "Hop", "sip:bob@192.0.2.7;transport=ws flow ws only")
	h.ClosePeer(c)
	wantStatus(t, "closed", p.send("INVITE", "sip:bob@example.com"), "480 Temporarily Unavailable")
}
