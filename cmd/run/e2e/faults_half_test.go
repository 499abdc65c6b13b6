//go:build e2e && linux

package e2e_test

import (
	"fmt"
	"io"
	"net"
	"testing"
)

// endSending ends what a TCP phone sends. It goes on reading.
func (p *phone) endSending(s *server) {
	p.t.Helper()
	before := s.metric("sluice_connections_half_closed_total") // each is waited for: no other is still to be counted
	if err := p.out.(streamLink).conn.(*net.TCPConn).CloseWrite(); err != nil {
		p.t.Fatal(err)
	}
	s.count(p.t, "sluice_connections_half_closed_total", before+1)
}

// TestFaultHalfClose: who ends its sending after a request gets all responses on
// its connection, which is closed with the last one (RFC 3261 §18.2.2). Who has
// closed gets the final one over another, once it has reset the first.
func TestFaultHalfClose(t *testing.T) {
	t.Parallel()
	s := startFaulty(t, "")
	other, callee := s.pair(t, "tls", "ws")
	bothHangUp(t, other, callee)
	before := s.usage()
	const closers = 2
	for _, tt := range []struct {
		name   string
		status int
		closes bool
	}{
		{"accepted", 200, false},
		{"refused", 486, false},
		{"accepted, after it has closed", 200, true},
		{"refused, after it has closed", 486, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			callee.t, other.t = t, t
			p := newPhone(t, s, "tcp")
			d := p.invite(callee.aor())
			got := callee.request("INVITE")
			p.response(d.invite, 100)
			p.endSending(s)
			if tt.closes {
				p.out.close()
			}
			callee.answer(got, 180, "Ringing")
			if !tt.closes {
				p.response(d.invite, 180)
				if !p.connected() {
					t.Error("closed before the final response")
				}
			} else {
				callee.answer(got, 183, "Session Progress") // the reset has come
				fence(t, other, callee)
			}
			if tt.status == 200 {
				callee.accept(got)
			} else {
				callee.answer(got, tt.status, "Busy Here")
			}
			resp := p.response(d.invite, tt.status)
			s.until(t, soon, "the connection is closed", func() bool { return !p.connected() })
			conn, err := dial(p.server, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			p.out = streamLink{conn}
			if tt.status == 200 {
				d.confirm(resp)
				callee.request("ACK")
			} else {
				d.refuseAck(resp)
			}
		})
	}
	callee.t, other.t = t, t
	bothHangUp(t, other, callee)
	s.count(t, "sluice_sip_connections_reopened_total", closers)
	before.descriptors += closers // the server keeps what it has opened
	s.backTo(t, before, 4)
}

// TestFaultManyHalfClose: clients that ask for somebody who never answers and end
// their sending are kept no longer than their requests.
func TestFaultManyHalfClose(t *testing.T) {
	t.Parallel()
	s := startFaulty(t, "", impatient)
	caller, callee := s.pair(t, "ws", "tcp")
	silent := newPhone(t, s, "udp")
	silent.register(600)
	bothHangUp(t, caller, callee)
	before := s.usage()
	n := many(200, 2000)
	meanwhile(t, func() { callerHangsUp(t, caller, callee) }, func() error {
		return each(n, func(i int) error {
			p, err := s.open("tcp", source(i/100))
			if err != nil {
				return err
			}
			defer p.Close()
			if err := p.say(p.user(unique("half")).newRequest("INVITE", silent.aor()).String()); err != nil {
				return err
			}
			if err := p.tcp.CloseWrite(); err != nil {
				return err
			}
			if err := p.await("SIP/2.0 100 ", "SIP/2.0 408 ", "\r\n\r\n"); err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, p)
			return err
		})
	})
	s.count(t, "sluice_connections_half_closed_total", float64(n))
	s.backTo(t, before, n)
}

// TestFaultLastAnswer: a final response that is the first to be written to a client
// that sends no more reaches it once, on its connection if it reads on, and where
// its Via says if it has closed (RFC 3261 §18.2.2).
func TestFaultLastAnswer(t *testing.T) {
	t.Parallel()
	s := startFaulty(t, "")
	other, callee := s.pair(t, "tls", "ws")
	bothHangUp(t, other, callee)
	before := s.usage()
	reopened := 0
	for _, tt := range []struct {
		method string
		status int
		closes bool
	}{
		{"MESSAGE", 200, false},
		{"MESSAGE", 200, true},
		{"MESSAGE", 486, true},
		{"INVITE", 486, false},
		{"INVITE", 486, true},
	} {
		t.Run(fmt.Sprintf("%s %d, closes %v", tt.method, tt.status, tt.closes), func(t *testing.T) {
			callee.t, other.t = t, t
			p := newPhone(t, s, "tcp")
			m := p.ask(tt.method, callee.aor())
			got := callee.request(tt.method)
			if tt.method == "INVITE" {
				p.response(m, 100)
			}
			p.endSending(s)
			if tt.closes {
				p.out.close()
				reopened++
			}
			callee.answer(got, tt.status, "Whatever")
			resp := p.response(m, tt.status)
			s.until(t, soon, "the connection is closed", func() bool { return !p.connected() })
			fence(t, other, callee)
			if n := p.count(resp); n != 1 {
				t.Errorf("it came %d times", n)
			}
			s.count(t, "sluice_sip_connections_reopened_total", float64(reopened))
		})
	}
	callee.t, other.t = t, t
	before.descriptors += reopened // the server keeps what it has opened
	s.backTo(t, before, 5)
}
