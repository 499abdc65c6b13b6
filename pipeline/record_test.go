package pipeline_test

import (
	"crypto/tls"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/tlsio"
	"sluice/netio/tlsio/tlstest"
	"sluice/pipeline"
)

// A secured is the far end of a connection with TLS.
type secured struct {
	*peer
	session *tlsio.Session
}

// secure opens a connection with TLS to a listener of its own.
func secure(t *testing.T, p *peer, transport netio.Transport) *secured {
	t.Helper()
	cert := tlstest.NewCA(t, "CA").Issue(t, tlstest.Leaf{DNS: []string{"example.com"}})
	ln := netiotest.NewListener(9, transport, "192.0.2.254:5061")
	ln.UseTLS(tlsio.NewContext(&tlsio.Config{Certificates: []tls.Certificate{cert.TLS}}))
	p.c = p.h.Open(transport, ln, netip.MustParseAddrPort(aliceFar))
	moved := make(chan struct{}, 16)
	client := tlsio.NewContext(&tlsio.Config{TrustServers: true})
	session, err := client.Dial(tlsio.NewPool(tlsio.Limits{}), "example.com", func() { moved <- struct{}{} })
	if err != nil {
		t.Fatal(err)
	}
	for done := false; !done || p.c.State() == netio.StateOpening; {
		select {
		case <-moved:
			step := session.Progress()
			if step.Err != nil {
				t.Fatal(step.Err)
			}
			p.h.Feed(p.c, step.Out)
			done = step.Done
		default:
			p.h.AwaitFor(time.Millisecond)
			if b := p.h.Written(p.c); len(b) > 0 && !done {
				if err := session.Feed(b); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	p.h.Written(p.c)
	return &secured{p, session}
}

// record is one TLS record.
func (s *secured) record(text string) string {
	s.n.TB.Helper()
	b, err := s.session.Seal(nil, []byte(text))
	if err != nil {
		s.n.TB.Fatal(err)
	}
	return string(b)
}

// A TLS record that comes a byte a second is as slow as what would be in it.
func TestSlowRecords(t *testing.T) {
	msg := over("TLS", request("OPTIONS", "1 ", "slow", ""))
	frame := string(masked(t, ws.OpText, over("WSS", msg)))
	const (
		messages = "sluice_connections_message_timeouts_total"
		heads    = "sluice_connections_head_timeouts_total"
	)
	for _, c := range []struct {
		name      string
		transport netio.Transport
		first     []string      // records that come at once
		then      []string      // and those that come slowly
		rate      int           // bytes a second
		limit     time.Duration // for a message
		seconds   int           // until it is over
		metric    string
	}{
		{"one", netio.TLS, nil, []string{msg}, 1, message, 20, messages},
		{"behind others", netio.TLS, []string{msg, "\r\n\r\n"}, []string{msg}, 1, message, 20, messages},
		{"the second of a message", netio.TLS, []string{msg[:50]}, []string{msg[50:]}, 1, message, 20, messages},
		{"small ones, each in time, of one message", netio.TLS, nil, strings.Split(msg[:10], ""), 5, message, 24, messages},
		{"a frame", netio.WSS, []string{upgrade}, []string{frame}, 1, message, 20, messages},
		{"a handshake", netio.WSS, nil, []string{upgrade}, 1, message, 10, heads},
		{"a handshake, for which there is more time than for a message", netio.WSS, nil, []string{upgrade}, 1, time.Second, 10, heads},
		{"the second of a handshake", netio.WSS, []string{upgrade[:20]}, []string{upgrade[20:]}, 1, message, 10, heads},
	} {
		t.Run(c.name, func(t *testing.T) {
			n, w := timed(t, pipeline.ConnLimits{HeadTimeout: head, MessageTimeout: c.limit, IdleIn: time.Hour})
			s := secure(t, &peer{n: n, h: n.Loops[0]}, c.transport)
			var first, slowly string
			for _, text := range c.first {
				first += s.record(text)
			}
			for _, text := range c.then {
				slowly += s.record(text)
			}
			s.feed(first)
			for i := range c.seconds {
				s.feed(slowly[i*c.rate : (i+1)*c.rate])
				n.Advance(time.Second - 20*time.Millisecond)
				if got := w.ended(); got != "" {
					t.Fatalf("closed (%s) after %d s, want %d s", got, i, c.seconds)
				}
				n.Advance(20 * time.Millisecond)
			}
			n.Advance(30 * time.Millisecond)
			if got := w.ended(); got != "too_slow" {
				t.Fatalf("closed: %q after %d s, want too_slow", got, c.seconds)
			}
			if got := n.Count(c.metric); got != 1 {
				t.Errorf("%s = %d, want 1", c.metric, got)
			}
			n.Advance(time.Minute)
			n.Idle()
		})
	}
}

// The bytes of a record are nobody's before it is whole: who sends nothing else
// is silent.
func TestPartOfARecordIsNoSignOfLife(t *testing.T) {
	n, w := timed(t, pipeline.ConnLimits{MessageTimeout: time.Hour, IdleIn: time.Minute})
	s := secure(t, &peer{n: n, h: n.Loops[0]}, netio.TLS)
	rec := s.record("\r\n\r\n" + request("OPTIONS", "1 ", "slow", ""))
	n.Advance(30 * time.Second)
	for i := range 29 {
		s.feed(rec[i : i+1])
		n.Advance(time.Second)
	}
	if got := w.ended(); got != "" {
		t.Fatalf("closed: %s, too early", got)
	}
	n.Advance(time.Second + 30*time.Millisecond)
	if got := w.ended(); got != "idle" {
		t.Errorf("closed: %q, want idle", got)
	}
	n.Idle()
}
