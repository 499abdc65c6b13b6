package linktest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/gobwas/ws"
)

// Upgrade is the handshake that opens the WebSocket of a Case.
const Upgrade = "GET /sip HTTP/1.1\r\n" +
	"Host: localhost\r\n" +
	"Upgrade: websocket\r\n" +
	"Connection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
	"Sec-WebSocket-Version: 13\r\n" +
	"Sec-WebSocket-Protocol: sip\r\n" +
	"\r\n"

// What Case.Close says besides a code.
const (
	StaysOpen = 0
	NoCode    = int(ws.StatusNoStatusRcvd) // a Close frame with nothing in it
)

// A Case is what a client sends on a WebSocket for SIP, and what a server with
// the limits of the default sends back.
type Case struct {
	ID   string // in the manner of the Autobahn test suite
	Name string
	In   string  // bytes of the client
	Want []Reply // frames of the server, but for a Close frame
	// Close is the code of the server's Close frame, with which the connection
	// ends, or StaysOpen.
	Close int
}

// A Reply is a frame that a server sends.
type Reply struct {
	Op      byte
	Payload string
	CallID  string // if set, the payload is a SIP response with this Call-ID
}

func (r Reply) String() string {
	switch {
	case r.CallID != "":
		return fmt.Sprintf("opcode %d, SIP response to %s", r.Op, r.CallID)
	case r.Op == OpClose && len(r.Payload) >= 2:
		return fmt.Sprintf("opcode 8, code %d %.100q", binary.BigEndian.Uint16([]byte(r.Payload)), r.Payload[2:])
	}
	return fmt.Sprintf("opcode %d, %.100q", r.Op, r.Payload)
}

// is reports whether the frame got is as r says.
func (r Reply) is(got Reply) bool {
	if r.Op != got.Op || r.CallID == "" {
		return r == got
	}
	return strings.HasPrefix(got.Payload, "SIP/2.0 ") && callID(got.Payload) == r.CallID
}

func callID(message string) string {
	for line := range strings.Lines(message) {
		name, value, _ := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); name == "i" || strings.EqualFold(name, "Call-ID") {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// Request returns a SIP request that every server answers at once, since it
// has no hops left: 118 bytes, if id is one, and the body. It has no
// Content-Length.
func Request(id, body string) string {
	return "MESSAGE sip:a SIP/2.0\r\n" +
		"v:SIP/2.0/WS a;branch=z9hG4bK" + id + "\r\n" +
		"f:sip:a;tag=1\r\n" +
		"t:sip:a\r\n" +
		"i:" + id + "\r\n" +
		"CSeq:1 MESSAGE\r\n" +
		"Max-Forwards:0\r\n" +
		"\r\n" + body
}

// theEnd is the payload of a Ping by which a connection is seen to be open.
const theEnd = "the end"

// Run plays the case, with its handshake, over a connection that is new. What
// is sent after the handshake is written size bytes at a time. An operation that
// times out means that the server did not do what it should.
func (c *Case) Run(conn io.ReadWriter, size int) error {
	if _, err := io.WriteString(conn, Upgrade); err != nil {
		return err
	}
	r := bufio.NewReader(conn)
	if head, err := readHead(r); err != nil || !strings.HasPrefix(head, "HTTP/1.1 101 ") {
		return fmt.Errorf("handshake: got %q, %v", head, err)
	}
	in := c.In
	if c.Close == StaysOpen {
		in += Frame(Fin|OpPing, theEnd)
	}
	werr := write(conn, in, size)
	for _, want := range c.replies() {
		got, err := readFrame(r)
		if err != nil {
			return fmt.Errorf("want %v, got %w (write: %v)", want, err, werr)
		}
		if want.Op == OpClose && got.Op == OpClose && len(want.Payload) == 2 && len(got.Payload) > 2 {
			got.Payload = got.Payload[:2] // the reason is for people
		}
		if !want.is(got) {
			return fmt.Errorf("got %v, want %v", got, want)
		}
	}
	if c.Close == StaysOpen {
		return werr
	}
	return readEnd(r)
}

// replies returns all frames that are wanted.
func (c *Case) replies() []Reply {
	last := Reply{Op: OpPong, Payload: theEnd}
	switch c.Close {
	case StaysOpen:
	case NoCode:
		last = Reply{Op: OpClose}
	default:
		last = Reply{Op: OpClose, Payload: string([]byte{byte(c.Close >> 8), byte(c.Close)})}
	}
	return append(c.Want[:len(c.Want):len(c.Want)], last)
}

// A Handshake is an HTTP request that comes to a listener for WebSockets, and
// how it is answered. Any answer but 101 ends the connection.
type Handshake struct {
	ID, Name string
	In       string
	Status   int
	Has      []string // header lines of the answer
	HasNot   string   // a name that no header line of the answer has
}

// Run plays the handshake over a connection that is new, as Case.Run does.
func (h *Handshake) Run(conn io.ReadWriter, size int) error {
	werr := write(conn, h.In, size)
	r := bufio.NewReader(conn)
	head, err := readHead(r)
	if err != nil {
		return fmt.Errorf("got %q, %w (write: %v)", head, err, werr)
	}
	if want := fmt.Sprintf("HTTP/1.1 %d ", h.Status); !strings.HasPrefix(head, want) {
		return fmt.Errorf("got %q, want %s", head, want)
	}
	for _, line := range h.Has {
		if !strings.Contains(head, "\r\n"+line+"\r\n") {
			return fmt.Errorf("got %q, want the line %q in it", head, line)
		}
	}
	if h.HasNot != "" && strings.Contains(head, "\r\n"+h.HasNot+":") {
		return fmt.Errorf("got %q, want no %s", head, h.HasNot)
	}
	if h.Status != 101 {
		return readBody(r, head)
	}
	if err := write(conn, Frame(Fin|OpPing, theEnd), size); err != nil {
		return err
	}
	if got, err := readFrame(r); err != nil || got != (Reply{Op: OpPong, Payload: theEnd}) {
		return fmt.Errorf("got %v, %v, want a Pong on the open connection", got, err)
	}
	return nil
}

// write writes b in pieces, as far as the server takes it.
func write(w io.Writer, b string, size int) error {
	for len(b) > 0 {
		n := min(size, len(b))
		if _, err := io.WriteString(w, b[:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// readHead reads a head of HTTP with its blank line.
func readHead(r *bufio.Reader) (string, error) {
	var head strings.Builder
	for {
		line, err := r.ReadString('\n')
		head.WriteString(line)
		if err != nil || line == "\r\n" {
			return head.String(), err
		}
	}
}

// readBody wants as many bytes as the head says, and then the end.
func readBody(r *bufio.Reader, head string) error {
	n := 0
	if _, value, ok := strings.Cut(head, "\r\nContent-Length: "); !ok {
		return fmt.Errorf("got %q, want a Content-Length", head)
	} else if _, err := fmt.Sscanf(value, "%d\r\n", &n); err != nil {
		return err
	}
	if _, err := io.CopyN(io.Discard, r, int64(n)); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	return readEnd(r)
}

// readFrame reads a frame that is as a server's must be.
func readFrame(r io.Reader) (Reply, error) {
	f, err := ws.ReadFrame(r)
	if err != nil {
		return Reply{}, err
	}
	if f.Header.Masked || !f.Header.Fin || f.Header.Rsv != 0 {
		return Reply{}, fmt.Errorf("frame with header %+v", f.Header)
	}
	return Reply{Op: byte(f.Header.OpCode), Payload: string(f.Payload)}, nil
}

// readEnd wants the end of the connection. A reset is one too: the server may
// leave unread what came too late.
func readEnd(r *bufio.Reader) error {
	b, err := r.ReadByte()
	var timeout net.Error
	switch {
	case err == nil:
		return fmt.Errorf("got a byte %#x after the end", b)
	case errors.As(err, &timeout) && timeout.Timeout():
		return errors.New("the connection is not closed")
	}
	return nil
}
