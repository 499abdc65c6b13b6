package run

import (
	"errors"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"testing"

	"sluice/cmd/run/config"
)

// TestAddresses: the host knows itself, and nobody else.
func TestAddresses(t *testing.T) {
	var a addresses
	loopback := netip.MustParseAddr("127.0.0.1")
	if a.has(loopback) {
		t.Error("known before anybody has asked")
	}
	if err := a.refresh(); err != nil {
		t.Fatal(err)
	}
	if !a.has(loopback) {
		t.Error("got no loopback address")
	}
	for _, ip := range []string{"192.0.2.250", "::", "0.0.0.0", "2001:db8::99"} {
		if a.has(netip.MustParseAddr(ip)) {
			t.Errorf("%s is not ours", ip)
		}
	}
}

func TestEverywhere(t *testing.T) {
	for _, tt := range []struct {
		url  string
		want bool
	}{{"udp://127.0.0.1:5060", false}, {"udp://0.0.0.0:5060", true}, {"tcp://[::]:5060", true}} {
		cfg, err := config.Parse("sluice.toml", []byte("[[listen]]\nurl = \""+tt.url+"\""))
		if err != nil {
			t.Fatal(err)
		}
		if got := everywhere(cfg); got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.url, got, tt.want)
		}
	}
}

// TestBecome: who is somebody already need not become it, and only root becomes
// somebody else. What root becomes is tested end to end, with a process to lose.
func TestBecome(t *testing.T) {
	self := &config.Account{UID: os.Getuid(), GID: os.Getgid()}
	other := &config.Account{UID: self.UID + 1, GID: self.GID}
	wantOther := errNotRoot
	if os.Geteuid() == 0 {
		wantOther = nil
	}
	for _, tt := range []struct {
		name string
		a    *config.Account
		want error
	}{{"nobody in particular", nil, nil}, {"himself", self, nil}, {"another", other, wantOther}} {
		if err := mayBecome(tt.a); !errors.Is(err, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.name, err, tt.want)
		}
	}
	for _, a := range []*config.Account{nil, self} {
		if err := become(a); err != nil {
			t.Errorf("%+v: got %v", a, err)
		}
	}
}

func TestWarnOfDescriptors(t *testing.T) {
	for _, tt := range []struct {
		name  string
		limit uint64
		max   int
		want  string
	}{
		{"enough", 65536, 65536, ""},
		{"too few", 1024, 65536, "descriptors=1024 max_connections=65536"},
	} {
		var text strings.Builder
		if warnOfDescriptors(slog.New(slog.NewTextHandler(&text, nil)), tt.limit, tt.max); !strings.Contains(text.String(), tt.want) || tt.want == "" && text.Len() > 0 {
			t.Errorf("%s: logged %q, want %q", tt.name, text.String(), tt.want)
		}
	}
	if got := descriptors(); got < 16 || got == 1<<63 {
		t.Errorf("got %d descriptors for this process", got)
	}
}
