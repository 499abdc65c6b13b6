package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// peerPackages are Debian's names of what the configurations load.
var peerPackages = []string{"kamailio", "kamailio-websocket-modules"}

// install gets Kamailio from Debian when it, or its WebSocket module, is missing.
func install(ctx context.Context, path string) error {
	modules, err := filepath.Glob("/usr/lib/*/kamailio/modules/websocket.so")
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil && len(modules) > 0 {
		return nil
	}
	command := append([]string{"apt-get", "install", "-y", "--no-install-recommends"}, peerPackages...)
	if os.Geteuid() != 0 {
		command = append([]string{"sudo", "--preserve-env=DEBIAN_FRONTEND,RUNLEVEL"}, command...)
	}
	fmt.Fprintln(os.Stderr, "compare: installing Kamailio, the peer to measure:", command)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	// RUNLEVEL=1 keeps the package from starting a server of its own.
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1")
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("install %v: %w", peerPackages, err)
	}
	return nil
}
