package netio_test

import (
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"sluice/netio"
)

// TestBacklogOfLoops: the connections of a source have its share together, on whichever loops they are, and one of another source loses nothing.
func TestBacklogOfLoops(t *testing.T) {
	const (
		share = 1 << 20
		each  = 300 << 10
		peers = 32
	)
	var slow, others atomic.Int64
	tcp := local(netio.TCP)
	tcp.SendBuffer = 16 << 10
	o := listen(tcp)
	o.Loops, o.MaxWriteQueue, o.MaxWriteMemory = 4, share/2, 8*share
	written := make(chan struct{}, peers+1)
	n := open(t, o, node{
		data: func(c *netio.Conn, _ []byte) {
			for chunk := make([]byte, 10<<10); c.Queued() < each && c.Write(chunk); {
			}
			written <- struct{}{}
		},
		closed: func(_ *netio.Conn, err error) {
			if err == netio.ErrSlowReader {
				slow.Add(1)
			} else {
				others.Add(1)
			}
		},
	})
	ln := n.Listeners()[0]
	honest := dialTCP(t, ln.Addr)
	hostile := make([]net.Conn, peers)
	for i := range hostile {
		hostile[i] = dialFrom(t, "127.0.0.2", ln)
	}
	for _, c := range append(hostile, honest) {
		if _, err := c.Write([]byte("go")); err != nil {
			t.Fatal(err)
		}
	}
	for range peers + 1 {
		wait(t, written)
	}
	waits := func(t *testing.T) int { return int(value(t, o.Stats, "sluice_write_waiting_bytes")) }
	noMore(t, "bytes that wait", share+each, waits)
	const enough = peers - 2*share/each
	for end := time.Now().Add(patience); slow.Load() < enough && time.Now().Before(end); runtime.Gosched() {
	}
	if got := slow.Load(); got < enough || got == peers || others.Load() > 0 {
		t.Errorf("closed as slow readers: %d of %d, and %d for another reason", got, peers, others.Load())
	}
	if got, err := io.CopyN(io.Discard, honest, each); err != nil {
		t.Errorf("of another source: got %d bytes, %v, want %d", got, err, each)
	}
	for _, c := range hostile {
		c.Close()
	}
	honest.Close()
	noMore(t, "bytes that wait", 0, waits)
}
