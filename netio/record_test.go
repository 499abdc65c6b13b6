package netio_test

import (
	"crypto/tls"
	"slices"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/netio/netiotest"
	"sluice/netio/tlsio"
)

// timing is a world that times records.
type timing struct{ *world }

func (w timing) OnRecord(c *netio.Conn) {
	since, ok := c.AwaitsRecord()
	w.note("record " + since.String())
	if !ok {
		w.t.Error("a record that has begun is not awaited")
	}
}

func newTiming(t *testing.T) timing {
	t.Helper()
	w := timing{newWorld(t, newAuthority(t), netio.Options{})}
	w.h = netiotest.NewLoop(t, 0)
	w.h.SetHandler(w)
	return w
}

// TestRecordBegun: the time of a record is that of its first byte, whatever comes of it later, and each has its own.
func TestRecordBegun(t *testing.T) {
	for _, v := range tlsVersions {
		t.Run(tls.VersionName(v), func(t *testing.T) {
			w := newTiming(t)
			p := w.established(v)
			b := append(p.seal("first"), p.seal("second")...)
			first, fed := tlsio.RecordLen(b), 0
			for _, step := range []struct {
				name  string
				until int // which of the bytes have come
				want  []string
				since time.Duration // of what is awaited, 0 for nothing
			}{
				{"first byte", 1, []string{"record 1s"}, time.Second},
				{"another byte of the header", 2, nil, time.Second},
				{"a byte of what it protects", 6, nil, time.Second},
				{"all but a byte", first - 1, nil, time.Second},
				{"its end, and the beginning of another", first + 3, []string{"data first", "record 5s"}, 5 * time.Second},
				{"the end of that", len(b), []string{"data second"}, 0},
			} {
				w.h.Advance(time.Second)
				w.h.Feed(p.c, b[fed:step.until])
				fed = step.until
				if got := w.take(); !slices.Equal(got, step.want) {
					t.Errorf("%s: got %q, want %q", step.name, got, step.want)
				}
				if since, _ := p.c.AwaitsRecord(); since != step.since {
					t.Errorf("%s: awaited since %v, want %v", step.name, since, step.since)
				}
			}
		})
	}
}

// TestRecordOfAHandshake: it has a deadline of its own.
func TestRecordOfAHandshake(t *testing.T) {
	w := newTiming(t)
	p := w.connect(0)
	p.wait()
	p.progress()
	w.h.Feed(p.c, p.toSend[:7])
	if _, ok := p.c.AwaitsRecord(); ok || len(w.take()) > 0 {
		t.Error("the handler is told of it")
	}
	w.h.Stop()
}

// TestRoomOfARecord: what a record takes grows with what has come of it, not with what it announces, and is given back with it.
func TestRoomOfARecord(t *testing.T) {
	w := newTiming(t)
	p := w.established(0)
	b := p.seal(strings.Repeat("x", tlsio.MaxPlaintext))
	fed := 0
	for _, until := range []int{6, 100, 900, 3000, 10_000, len(b) - 1} {
		w.h.Feed(p.c, b[fed:until])
		fed = until
		if got, most := netio.Held(p.c), max(512, 4*fed); got > most {
			t.Errorf("%d bytes have come: they take %d, want at most %d", fed, got, most)
		}
	}
	w.h.Feed(p.c, b[fed:])
	if got := len(w.take()); got != 2 {
		t.Errorf("got %d events, want the record begun and its data", got)
	}
	if held, out := netio.Held(p.c), w.h.Outstanding(); held != 0 || out != 0 || p.c.State() != netio.StateOpen {
		t.Errorf("it is done: %d bytes and %d buffers are held on the connection, which is %v", held, out, p.c.State())
	}
}
