package relay_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sluice/netio"
	"sluice/pipeline/relay"
)

var (
	ours   = relay.NewFlowKey([16]byte{1, 2, 3})
	theirs = relay.NewFlowKey([16]byte{1, 2, 4})
	callID = []byte("call-1@192.0.2.1")
)

// aFlow is a connection of loop 3.
const aFlow = netio.ConnID(3<<56 | 7<<32 | 9)

var transports = []netio.Transport{netio.UDP, netio.TCP, netio.TLS, netio.WS, netio.WSS}

func token(t netio.Transport, flow netio.ConnID) []byte { return ours.Append(nil, t, flow, callID) }

func TestTokenRoundTrip(t *testing.T) {
	for _, transport := range transports {
		for _, flow := range []netio.ConnID{0, 1, aFlow, 1<<64 - 1} {
			tok := token(transport, flow)
			name := fmt.Sprintf("%s, flow %#x: %s", transport, uint64(flow), tok)
			if len(tok) > relay.MaxTokenLen {
				t.Errorf("%s: %d bytes, want at most %d", name, len(tok), relay.MaxTokenLen)
			}
			if rest := strings.Trim(string(tok), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"); rest != "" {
				t.Errorf("%s: %q may not stand in a user part as it is", name, rest)
			}
			gotTransport, gotFlow, ok := ours.Parse(tok, callID)
			if !ok || gotTransport != transport || gotFlow != flow {
				t.Errorf("%s: got %s, %#x, %v", name, gotTransport, uint64(gotFlow), ok)
			}
		}
	}
}

func TestTokenAppends(t *testing.T) {
	got := ours.Append([]byte("sip:"), netio.TCP, aFlow, callID)
	if want := "sip:" + string(token(netio.TCP, aFlow)); string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Nothing but what the key made for this call is taken for a token.
func TestTokenForged(t *testing.T) {
	plain, flow := token(netio.UDP, 0), token(netio.WS, aFlow)
	for _, c := range []struct {
		name   string
		token  []byte
		callID string
	}{
		{"none", nil, string(callID)},
		{"a user", []byte("alice"), string(callID)},
		{"another call", plain, "call-2@192.0.2.1"},
		{"another call, with a flow", flow, "call-2@192.0.2.1"},
		{"a call whose name begins like it", plain, string(callID) + "x"},
		{"no call", plain, ""},
		{"another key", theirs.Append(nil, netio.UDP, 0, callID), string(callID)},
		{"another key, with a flow", theirs.Append(nil, netio.WS, aFlow, callID), string(callID)},
		{"padded", append(bytes.Clone(plain), '='), string(callID)},
		{"longer", append(bytes.Clone(plain), 'A'), string(callID)},
		{"longer by a flow", append(bytes.Clone(plain), "AAAAAAAAAAA"...), string(callID)},
		{"too long", append(bytes.Clone(flow), 'A'), string(callID)},
		{"very long", bytes.Repeat([]byte("A"), 4000), string(callID)},
		{"twice", append(bytes.Clone(plain), plain...), string(callID)},
		{"standard base64", []byte(strings.Repeat("+/", 6)), string(callID)},
		{"bytes", []byte("\x00\xff\r\n\x80=====\x00"), string(callID)},
		{"nothing but line ends", bytes.Repeat([]byte("\r\n"), 11), string(callID)},
	} {
		if transport, flow, ok := ours.Parse(c.token, []byte(c.callID)); ok {
			t.Errorf("%s: %q was taken for a token: %s, %#x", c.name, c.token, transport, uint64(flow))
		}
	}
}

func TestTokenTruncated(t *testing.T) {
	for _, tok := range [][]byte{token(netio.TCP, 0), token(netio.TCP, aFlow)} {
		for n := range tok {
			if _, _, ok := ours.Parse(tok[:n], callID); ok {
				t.Errorf("the first %d bytes of %s were taken for a token", n, tok)
			}
			if _, _, ok := ours.Parse(tok[len(tok)-n:], callID); ok {
				t.Errorf("the last %d bytes of %s were taken for a token", n, tok)
			}
		}
	}
}

// A character that is changed breaks the tag. The last one of a token with a
// flow has bits that mean nothing: with those it says what it said before.
func TestTokenChanged(t *testing.T) {
	for _, flow := range []netio.ConnID{0, aFlow} {
		tok := token(netio.TCP, flow)
		for i := range tok {
			for c := range 256 {
				changed := bytes.Clone(tok)
				changed[i] = byte(c)
				gotTransport, gotFlow, ok := ours.Parse(changed, callID)
				if ok && (gotTransport != netio.TCP || gotFlow != flow || i < len(tok)-1) && !bytes.Equal(changed, tok) {
					t.Fatalf("%s was taken for a token: %s, %#x", changed, gotTransport, uint64(gotFlow))
				}
			}
		}
	}
}
