package link_test

import (
	"bytes"
	"fmt"
	"io"
	"testing"

	"sluice/parser"
	"sluice/parser/http1"
	"sluice/parser/sip"
	"sluice/pipeline/link"
	"sluice/pipeline/link/linktest"
)

// A served is the connection of a client to a link whose sink answers every
// request. What is written reaches the link at once.
type served struct {
	link  link.Link
	pool  *link.Pool
	out   bytes.Buffer
	ended bool
	code  int
}

func newServed(p *link.Pool) *served {
	s := &served{pool: p}
	s.link.Init(link.ModeHTTP)
	return s
}

func (s *served) Write(b []byte) (int, error) {
	if s.ended {
		return 0, io.ErrClosedPipe
	}
	s.link.Feed(bytes.Clone(b), s.pool, sink{s})
	return len(b), nil
}

// Read returns io.EOF also when a server that keeps silent would be waited
// for.
func (s *served) Read(b []byte) (int, error) { return s.out.Read(b) }

// sink is the other side of a served.
type sink struct{ *served }

func (s sink) answer(l *link.Link, m *sip.Message) {
	if m.IsRequest() {
		s.out.Write(l.AppendMessage(nil, fmt.Appendf(nil, "SIP/2.0 483 Too Many Hops\r\nCall-ID: %s\r\n\r\n", m.CallID())))
	}
}

func (s sink) OnMessage(l *link.Link, m *sip.Message) { s.answer(l, m) }

func (s sink) OnBadMessage(l *link.Link, m *sip.Message, err parser.Err) {
	if m.HeadLen() > 0 {
		s.answer(l, m)
	}
}

func (s sink) OnUpgrade(l *link.Link, r *http1.Request) { l.Accept("", s.pool, s) }
func (s sink) Write(l *link.Link, b []byte)             { s.out.Write(b) }
func (s sink) Answer(l *link.Link, b []byte)            { s.out.Write(b) }
func (s sink) Close(l *link.Link, code int)             { s.ended, s.code = true, code }
func (s sink) OnKeepAlive(l *link.Link)                 {}
func (s sink) OnCount(c link.Counter)                   {}

// A split is an io.ReadWriter of which the first write behind the handshake is
// cut in two.
type split struct {
	*served
	at int
}

func (s split) Write(b []byte) (int, error) {
	if s.link.Mode() != link.ModeWebSocket || s.at >= len(b) {
		return s.served.Write(b)
	}
	if n, err := s.served.Write(b[:s.at]); err != nil {
		return n, err
	}
	return s.served.Write(b[s.at:])
}

func TestConformance(t *testing.T) {
	if n := len(linktest.Cases); n < 200 {
		t.Errorf("got %d cases, want 200", n)
	}
	p := link.NewPool(link.Limits{MaxSIPHead: 32768})
	seen := map[string]bool{}
	for i := range linktest.Cases {
		c := &linktest.Cases[i]
		if seen[c.ID] {
			t.Errorf("%s: there are two", c.ID)
		}
		seen[c.ID] = true
		t.Run(c.ID+" "+c.Name, func(t *testing.T) {
			for _, size := range []int{1 << 20, 1, 2, 3, 7, 1000} {
				s := newServed(p)
				checkCase(t, c, s, fmt.Sprintf("in pieces of %d", size), c.Run(s, size))
			}
			step := 1 + len(c.In)/1000*50
			for at := 1; at < len(c.In); at += step {
				s := newServed(p)
				checkCase(t, c, s, fmt.Sprintf("split at %d", at), c.Run(split{s, at}, 1<<20))
			}
		})
	}
}

func checkCase(t *testing.T, c *linktest.Case, s *served, how string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", how, err)
	}
	if s.ended != (c.Close != linktest.StaysOpen) || s.code != c.Close {
		t.Fatalf("%s: closed %v with %d, want %d", how, s.ended, s.code, c.Close)
	}
	s.link.Release(s.pool)
}

func TestHandshakeConformance(t *testing.T) {
	p := link.NewPool(link.Limits{})
	for i := range linktest.Handshakes {
		h := &linktest.Handshakes[i]
		t.Run(h.ID+" "+h.Name, func(t *testing.T) {
			for _, size := range []int{1 << 20, 1, 2, 3, 7, 1000} {
				s := newServed(p)
				if err := h.Run(s, size); err != nil {
					t.Fatalf("in pieces of %d: %v", size, err)
				}
				if s.ended != (h.Status != 101) {
					t.Fatalf("in pieces of %d: closed %v", size, s.ended)
				}
				s.link.Release(p)
			}
			for at := range min(len(h.In), 1000) {
				s := newServed(p)
				s.Write([]byte(h.In[:at]))
				rest := *h
				rest.In = h.In[at:]
				if err := rest.Run(s, 1<<20); err != nil {
					t.Fatalf("split at %d: %v", at, err)
				}
				s.link.Release(p)
			}
		})
	}
}
