package tlsio

import (
	"io"
	"testing"
)

// FuzzAccept feeds a server with anything, cut anywhere: it must come to an end, keep nothing, and never panic.
func FuzzAccept(f *testing.F) {
	x := newFixture(f)
	server := x.server()
	c := dial(f, x.client(), NewPool(Limits{}), "ec.example.com")
	c.await()
	hello := c.toSend
	c.session.Abort(io.EOF)
	f.Add(hello, uint16(7))
	f.Add(append(hello[:len(hello):len(hello)], "\x14\x03\x03\x00\x01\x01\x17\x03\x03\x00\x05hello"...), uint16(300))
	f.Add([]byte("\x16\x03\x01\x00\x04\x01\x00\x00\x00"), uint16(1))
	f.Add([]byte("\x16\x03\x01\xff\xff"), uint16(2))
	f.Add([]byte("GET / HTTP/1.1\r\n\r\n"), uint16(3))
	f.Fuzz(func(t *testing.T, b []byte, cut uint16) {
		p := NewPool(Limits{})
		s := accept(t, server, p)
		for step := int(cut) + 1; len(b) > 0 && !s.done; {
			n := min(step, len(b))
			s.receive(b[:n])
			b = b[n:]
		}
		s.session.Abort(io.EOF)
		p.Wait()
		if p.Active() != 0 {
			t.Errorf("got %d left", p.Active())
		}
		if s.session.hs.started && !s.session.Progress().Done {
			t.Error("ended without a result")
		}
	})
}

// FuzzOpen damages a record in one place: Open refuses it, and the session says so to the peer.
func FuzzOpen(f *testing.F) {
	x := newFixture(f)
	f.Add(uint16(0), byte(1), false)
	f.Add(uint16(3), byte(0xff), true)
	f.Add(uint16(30), byte(7), true)
	servers := map[bool]*Context{false: versioned(x.server(), versions[0]), true: versioned(x.server(), versions[1])}
	client := x.client()
	f.Fuzz(func(t *testing.T, at uint16, flip byte, newer bool) {
		s, c := pair(t, servers[newer], client, "ec.example.com")
		c.send([]byte("a message"))
		record := c.toSend
		record[int(at)%len(record)] ^= flip
		dst := make([]byte, MaxPlaintext)
		n, err := s.session.Open(dst, record[:min(len(record), max(RecordLen(record), recordHeader))])
		switch {
		case flip == 0 && (err != nil || string(dst[:n]) != "a message"):
			t.Errorf("got %q, %v", dst[:n], err)
		case flip != 0 && n > 0:
			t.Errorf("got %q of a record that was damaged", dst[:n])
		}
	})
}
