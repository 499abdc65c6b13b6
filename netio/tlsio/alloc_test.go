//go:build !race

package tlsio

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"testing"
	"time"

	"sluice/netio/tlsio/tlstest"
)

// What crypto/tls allocates by itself: 24 bytes for each record that is read, nothing for one that is written.
const (
	openAllocs = 1
	sealAllocs = 0
)

func TestRecordAllocations(t *testing.T) {
	f := newFixture(t)
	for _, v := range versions {
		s, c := pair(t, versioned(f.server(), v), f.client(), "ec.example.com")
		plain, dst := make([]byte, 600), make([]byte, MaxPlaintext)
		room := make([]byte, 0, SealedLen(len(plain)))
		var records [][]byte
		for range 300 {
			b, err := c.session.Seal(nil, plain)
			if err != nil {
				t.Fatal(err)
			}
			records = append(records, b)
		}
		got := testing.AllocsPerRun(200, func() {
			if n, err := s.session.Open(dst, records[0]); n != len(plain) || err != nil {
				t.Fatal(n, err)
			}
			records = records[1:]
		})
		if got > openAllocs {
			t.Errorf("%s: Open: got %v allocations, want %d", tls.VersionName(v), got, openAllocs)
		}
		t.Logf("%s: Open: %v", tls.VersionName(v), got)
		got = testing.AllocsPerRun(200, func() {
			if _, err := c.session.Seal(room, plain); err != nil {
				t.Fatal(err)
			}
		})
		if got > sealAllocs {
			t.Errorf("%s: Seal: got %v allocations, want %d", tls.VersionName(v), got, sealAllocs)
		}
		t.Logf("%s: Seal: %v", tls.VersionName(v), got)
	}
}

// IsFor is asked for each request that could go over the connection of a peer.
func TestIsForAllocatesNothing(t *testing.T) {
	pc := &PeerCert{Identities: []string{"sip.example.com", "192.0.2.1"}, Chain: []*x509.Certificate{{IPAddresses: []net.IP{net.IPv4(192, 0, 2, 2)}}}}
	for _, host := range []string{"sip.example.com", "SIP.Example.com.", "other.example.com", "192.0.2.1", "192.0.2.2", "[2001:db8::1]"} {
		if got := testing.AllocsPerRun(100, func() { pc.IsFor(host) }); got != 0 {
			t.Errorf("%s: got %v allocations, want 0", host, got)
		}
	}
}

// TestGoodForAllocatesNothing: while the rules stay as they are.
func TestGoodForAllocatesNothing(t *testing.T) {
	ca := tlstest.NewCA(t, "Test CA")
	x := NewContext(&Config{ClientAuth: ClientRequest, Roots: ca.Pool})
	pc := x.JudgeClient(ca.Issue(t, tlstest.Leaf{}).Chain(t))
	if got := testing.AllocsPerRun(100, func() { pc.GoodFor(time.Second) }); got != 0 {
		t.Errorf("got %v allocations, want none", got)
	}
}
