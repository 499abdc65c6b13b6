package link_test

import (
	"slices"
	"strings"
	"testing"

	"sluice/parser/proxyproto"
	"sluice/pipeline/link"
)

// A proxied is a sink that is told of PROXY protocol headers.
type proxied struct {
	recorder
	end bool // the link is ended at once
}

func (p *proxied) OnProxy(l *link.Link, h proxyproto.Header) {
	if p.add("proxy %v %v %v", h.Src, h.Dst, h.Local); p.end {
		l.End()
	}
}

const (
	proxyV1    = "PROXY TCP4 192.0.2.1 192.0.2.2 40000 5060\r\n"
	proxyMagic = "\r\n\r\n\x00\r\nQUIT\n"
)

// proxyV2 returns a binary header with padding bytes of a type that says
// nothing.
func proxyV2(command byte, padding int) string {
	const addresses = "\xc0\x00\x02\x01\xc0\x00\x02\x02\x9c\x40\x13\xc4"
	block := addresses + string([]byte{4, byte(padding >> 8), byte(padding)}) + strings.Repeat("x", padding)
	return proxyMagic + string([]byte{0x20 | command, 0x11, byte(len(block) >> 8), byte(len(block))}) + block
}

func TestProxyHeader(t *testing.T) {
	known := []string{"proxy 192.0.2.1:40000 192.0.2.2:5060 false"}
	unknown := []string{"proxy invalid AddrPort invalid AddrPort true"}
	refused := []string{"count bad_proxy", "close 0"}
	tests := []struct {
		name string
		mode link.Mode
		in   string
		want []string
	}{
		{"nothing", link.ModeSIP, "", nil},
		{"half of version 1", link.ModeSIP, proxyV1[:30], nil},
		{"half of version 2", link.ModeSIP, proxyV2(1, 100)[:30], nil},
		{"version 1", link.ModeSIP, proxyV1, known},
		{"version 2", link.ModeSIP, proxyV2(1, 0), known},
		{"version 2 of 4096 bytes", link.ModeSIP, proxyV2(1, 4096-31) + small, append(slices.Clone(known), messages(small)...)},
		{"UNKNOWN", link.ModeSIP, "PROXY UNKNOWN\r\n" + small, append(slices.Clone(unknown), messages(small)...)},
		{"LOCAL", link.ModeSIP, proxyV2(0, 9), unknown},
		{"IPv6", link.ModeSIP, "PROXY TCP6 2001:db8::1 2001:db8::2 1 2\r\n", []string{"proxy [2001:db8::1]:1 [2001:db8::2]:2 false"}},
		{"messages behind it", link.ModeSIP, proxyV1 + small + body, append(slices.Clone(known), messages(small, body)...)},
		{"keep-alive behind it", link.ModeSIP, proxyV2(1, 1) + "\r\n\r\n", append(slices.Clone(known), pinged...)},
		{"handshake and frames behind it", link.ModeHTTP, proxyV1 + handshake + text(small), slices.Concat(known, accepted, messages(small))},
		{"refused handshake behind it", link.ModeHTTP, proxyV1 + "GET / HTTP/1.1\r\nHost: a\r\n\r\n", slices.Concat(known, notUpgraded)},
		{"a second one", link.ModeHTTP, proxyV1 + proxyV1, slices.Concat(known, badRequest)},

		{"none, SIP", link.ModeSIP, small, refused},
		{"none, handshake", link.ModeHTTP, handshake, refused},
		{"none, keep-alive", link.ModeSIP, "\r\n\r\nO", refused},
		{"version 1 without end", link.ModeSIP, "PROXY TCP4 " + strings.Repeat("1", 200), refused},
		{"version 1 malformed", link.ModeSIP, "PROXY TCP4 1.2.3 4.5.6.7 1 2\r\n" + small, refused},
		{"version 2 too long", link.ModeSIP, proxyV2(1, 4096-30), refused},
		{"version 3", link.ModeSIP, proxyMagic + "\x31\x11\x00\x00", refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, size := range []int{max(1, len(tt.in)), 1, 2, 7, 64} {
				s := &proxied{recorder: recorder{pool: link.NewPool(link.Limits{})}}
				var l link.Link
				l.InitProxied(tt.mode)
				for _, b := range pieces(tt.in, size) {
					l.Feed(b, s.pool, s)
				}
				if !slices.Equal(s.events, tt.want) {
					t.Errorf("in pieces of %d: got %q, want %q", size, s.events, tt.want)
				}
			}
		})
	}
}

// The owner may have no use for who the peer is.
func TestProxyHeaderEndsTheLink(t *testing.T) {
	s := &proxied{recorder: recorder{pool: link.NewPool(link.Limits{})}, end: true}
	var l link.Link
	l.InitProxied(link.ModeHTTP)
	l.Feed([]byte(proxyV1+handshake), s.pool, s)
	if len(s.events) != 1 || l.Mode() != link.ModeEnded {
		t.Errorf("got %q, mode %d, want the address alone and an ended link", s.events, l.Mode())
	}
}

func TestProxyHeaderForNobody(t *testing.T) {
	rec := &recorder{pool: link.NewPool(link.Limits{})}
	var l link.Link
	l.InitProxied(link.ModeSIP)
	l.Feed([]byte(proxyV1+small), rec.pool, rec)
	if want := messages(small); !slices.Equal(rec.events, want) {
		t.Errorf("got %q, want %q", rec.events, want)
	}
}
