//go:build !race && linux

package netio

import "testing"

// TestWriteAllocatesNothing: neither when the socket takes all, nor when something waits already.
func TestWriteAllocatesNothing(t *testing.T) {
	message := make([]byte, 600)
	for name, keeps := range map[string]int{"taken": 0, "waits": 1000} {
		d, l, c := writing(t, Options{})
		d.keeps = keeps
		got := testing.AllocsPerRun(200, func() {
			l.begin(l.now)
			c.Write(message)
			l.end()
		})
		if got != 0 || c.State() != StateOpen {
			t.Errorf("%s: got %v allocations of a connection that is %v, want none", name, got, c.State())
		}
	}
}
