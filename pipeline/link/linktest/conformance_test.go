package linktest_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"sluice/pipeline/link/linktest"
)

// A canned is a server that says the same whatever it is sent.
type canned struct {
	out string
	end error // of the connection, behind out
}

func (c *canned) Write(b []byte) (int, error) { return len(b), nil }

func (c *canned) Read(b []byte) (int, error) {
	if c.out == "" {
		return 0, c.end
	}
	n := copy(b, c.out)
	c.out = c.out[n:]
	return n, nil
}

var errReset = errors.New("reset by peer")

// timedOut is what a read says that waits too long.
type timedOut struct{}

func (timedOut) Error() string   { return "timed out" }
func (timedOut) Timeout() bool   { return true }
func (timedOut) Temporary() bool { return true }

const opened = "HTTP/1.1 101 Switching Protocols\r\nA: b\r\n\r\n"

func TestCaseRun(t *testing.T) {
	server := func(first byte, payload string) string { return linktest.Unmasked(linktest.Fin|first, payload) }
	response := server(linktest.OpText, "SIP/2.0 483 Too Many Hops\r\nCall-ID: a\r\n\r\n")
	over := server(linktest.OpPong, "the end")
	closed := func(payload string) string { return server(linktest.OpClose, payload) }
	answer := []linktest.Reply{{Op: linktest.OpText, CallID: "a"}}
	tests := []struct {
		name   string
		want   []linktest.Reply
		code   int
		server canned
		ok     bool
	}{
		{"answer", answer, 0, canned{opened + response + over, nil}, true},
		{"answer with the short name", answer, 0, canned{opened + strings.Replace(response, "Call-ID", "i      ", 1) + over, nil}, true},
		{"answer and close", answer, 1000, canned{opened + response + closed("\x03\xe8"), io.EOF}, true},
		{"close with a reason", nil, 1002, canned{opened + closed("\x03\xeawhy"), io.EOF}, true},
		{"close and reset", nil, 1002, canned{opened + closed("\x03\xea"), errReset}, true},
		{"close without a code", nil, linktest.NoCode, canned{opened + closed(""), io.EOF}, true},

		{"no handshake", answer, 0, canned{strings.Replace(opened, "101", "400", 1), io.EOF}, false},
		{"no answer", answer, 0, canned{opened + over, nil}, false},
		{"answer to another request", answer, 0, canned{opened + strings.Replace(response, ": a", ": b", 1) + over, nil}, false},
		{"answer that is no response", answer, 0, canned{opened + strings.Replace(response, "SIP/2.0", "SIP/9.0", 1) + over, nil}, false},
		{"answer of the other kind", answer, 0, canned{opened + server(linktest.OpBinary, response[2:]) + over, nil}, false},
		{"answer with a mask", answer, 0, canned{opened + linktest.Frame(linktest.Fin|linktest.OpText, response[2:]) + over, nil}, false},
		{"answer with a reserved bit", answer, 0, canned{opened + "\xc1" + response[1:] + over, nil}, false},
		{"answer in fragments", answer, 0, canned{opened + "\x01" + response[1:] + over, nil}, false},
		{"one answer too many", answer, 0, canned{opened + response + response + over, nil}, false},
		{"closed in place of an answer", answer, 0, canned{opened, io.EOF}, false},
		{"closed behind the answer", answer, 0, canned{opened + response, io.EOF}, false},
		{"another code", nil, 1002, canned{opened + closed("\x03\xe8"), io.EOF}, false},
		{"a code in place of none", nil, linktest.NoCode, canned{opened + closed("\x03\xe8"), io.EOF}, false},
		{"none in place of a code", nil, 1000, canned{opened + closed(""), io.EOF}, false},
		{"no Close frame", nil, 1000, canned{opened, io.EOF}, false},
		{"a byte behind the Close frame", nil, 1000, canned{opened + closed("\x03\xe8") + "x", io.EOF}, false},
		{"Close frame without an end", nil, 1000, canned{opened + closed("\x03\xe8"), timedOut{}}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := linktest.Case{In: "x", Want: tt.want, Close: tt.code}
			if err := c.Run(&tt.server, 1); (err == nil) != tt.ok {
				t.Errorf("got %v, want ok: %v", err, tt.ok)
			}
		})
	}
}

func TestHandshakeRun(t *testing.T) {
	const refused = "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 2\r\nAllow: GET\r\n\r\nno"
	over := linktest.Unmasked(linktest.Fin|linktest.OpPong, "the end")
	tests := []struct {
		name   string
		status int
		server canned
		ok     bool
	}{
		{"refused", 405, canned{refused, io.EOF}, true},
		{"accepted", 101, canned{strings.Replace(opened, "A: b", "Allow: GET", 1) + over, nil}, true},

		{"another status", 400, canned{refused, io.EOF}, false},
		{"no line that must be there", 405, canned{strings.Replace(refused, "Allow: GET", "B: c", 1), io.EOF}, false},
		{"a line that must not be there", 405, canned{strings.Replace(refused, "\r\n", "\r\nX: y\r\n", 1), io.EOF}, false},
		{"no length", 405, canned{strings.Replace(refused, "Content-Length", "Y", 1), io.EOF}, false},
		{"body too short", 405, canned{strings.TrimSuffix(refused, "o"), io.EOF}, false},
		{"body too long", 405, canned{refused + "!", io.EOF}, false},
		{"not closed", 405, canned{refused, timedOut{}}, false},
		{"half a head", 405, canned{refused[:40], io.EOF}, false},
		{"accepted and closed", 101, canned{strings.Replace(opened, "A: b", "Allow: GET", 1), io.EOF}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := linktest.Handshake{In: "x", Status: tt.status, Has: []string{"Allow: GET"}, HasNot: "X"}
			if err := h.Run(&tt.server, 1); (err == nil) != tt.ok {
				t.Errorf("got %v, want ok: %v", err, tt.ok)
			}
		})
	}
}
