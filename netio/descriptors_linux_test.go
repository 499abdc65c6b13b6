package netio_test

import (
	"net/netip"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"sluice/netio"
)

// TestAcceptWithoutDescriptors runs in a process of its own, whose descriptors run out: connections are refused then, not left waiting, and
// everything goes on, before and after there are descriptors again.
func TestAcceptWithoutDescriptors(t *testing.T) {
	if os.Getenv("SLUICE_TEST_DESCRIPTORS") == "" {
		cmd := exec.Command(os.Args[0], "-test.run=^TestAcceptWithoutDescriptors$", "-test.v")
		cmd.Env = append(os.Environ(), "SLUICE_TEST_DESCRIPTORS=1")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	o := listen(local(netio.UDP), local(netio.TCP))
	n := open(t, o, node{})
	udp, tcp := dialUDP(t, n.Listeners()[0].Addr), n.Listeners()[1].Addr
	early := dialTCP(t, tcp)
	echoes(t, early)

	// The peers' sockets are opened while there is room; then nothing is left but the few that the server finds.
	var peers []int
	for range 40 {
		peers = append(peers, streamSocket(t))
	}
	limitDescriptors(t, highest(t)+1+8)
	served, refused := 0, 0
	for _, fd := range peers[:30] {
		if connectAndEcho(t, fd, tcp) {
			served++
		} else {
			refused++
		}
	}
	if served == 0 || refused == 0 {
		t.Errorf("%d served, %d refused, want some of each", served, refused)
	}
	if value(t, o.Stats, "sluice_accept_errors_total") == 0 {
		t.Error("nothing was counted")
	}
	echoes(t, udp)
	echoes(t, early)

	for _, fd := range peers[:30] {
		unix.Close(fd)
	}
	noMore(t, "connections", 1, func(t *testing.T) int { return int(value(t, o.Stats, "sluice_connections")) })
	again := false
	for _, fd := range peers[30:] { // it has counted the last one a moment before it closes that descriptor
		again = again || connectAndEcho(t, fd, tcp)
	}
	if !again {
		t.Error("no connection is served although there is room again")
	}
}

func streamSocket(t *testing.T) int {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	timeout := unix.Timeval{Sec: 10}
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &timeout); err != nil {
		t.Fatal(err)
	}
	return fd
}

// connectAndEcho tells whether the server served the connection; it fails the test when it did neither serve nor refuse it.
func connectAndEcho(t *testing.T, fd int, to netip.AddrPort) bool {
	t.Helper()
	if err := unix.Connect(fd, &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
		t.Fatal(err)
	}
	_ = unix.Sendto(fd, []byte("echo"), unix.MSG_NOSIGNAL, nil)
	b := make([]byte, 16)
	m, _, err := unix.Recvfrom(fd, b, 0)
	if err == unix.EAGAIN {
		t.Fatal("left waiting")
	}
	return err == nil && m == 4
}

// highest is the highest descriptor in use, found by opening one more.
func highest(t *testing.T) int {
	t.Helper()
	fd, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	return fd - 1
}

func limitDescriptors(t *testing.T, n int) {
	t.Helper()
	limit := unix.Rlimit{Cur: uint64(n), Max: uint64(n)}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
}
