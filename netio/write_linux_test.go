package netio

import (
	"net/netip"
	"testing"

	"sluice/netio/stats"
)

// sink is the driver of a loop whose sockets take what they are given, but for `keeps` bytes.
type sink struct {
	Driver
	keeps int
}

func (s *sink) Write(*Conn, []byte) int { return s.keeps }
func (s *sink) Queued(*Conn) int        { return s.keeps }
func (s *sink) Shut(*Conn)              { s.keeps = 0 }

// writing is a loop with one connection, which the test writes to.
func writing(t testing.TB, o Options) (*sink, *Loop, *Conn) {
	t.Helper()
	d := &sink{}
	o.Stats = stats.New()
	l, k := NewLoopForTest(0, o, d)
	l.pool.poison = false
	k.Start(&bench{})
	t.Cleanup(k.Stop)
	return d, l, k.Accept(TCP, nil, netip.AddrPort{}, netip.MustParseAddrPort("192.0.2.1:5060"))
}

// BenchmarkWrite is a message of 600 bytes that is written within a callback: to a socket that takes it, and to one that has not taken what came
// before.
func BenchmarkWrite(b *testing.B) {
	message := make([]byte, 600)
	for name, keeps := range map[string]int{"taken": 0, "waits": 1000} {
		b.Run(name, func(b *testing.B) {
			d, l, c := writing(b, Options{})
			d.keeps = keeps
			b.ReportAllocs()
			for b.Loop() {
				l.begin(l.now)
				c.Write(message)
				l.end()
			}
		})
	}
}
