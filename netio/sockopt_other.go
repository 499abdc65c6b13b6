//go:build !linux

package netio

import (
	"time"

	"golang.org/x/sys/unix"
)

// setBuffer asks for a buffer and returns the size that the kernel gives; 0 asks for nothing.
func setBuffer(fd, option, size int) int {
	if size == 0 {
		return 0
	}
	_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, option, size)
	got, _ := unix.GetsockoptInt(fd, unix.SOL_SOCKET, option)
	return got
}

func setUserTimeout(int, time.Duration) {}

// unacknowledged cannot be told here.
func unacknowledged(int) int { return 0 }

func sharePorts(int) {}

// divert has no effect here: connections go to the single address until its listener is closed.
func divert(int) {}

func changeOwner(int, int, int) error { return nil }
