package tlsio

import (
	"crypto/tls"
	"testing"
)

// BenchmarkRecord is a message of 600 bytes, sealed and opened.
func BenchmarkRecord(b *testing.B) {
	f := newFixture(b)
	for _, v := range versions {
		b.Run(tls.VersionName(v), func(b *testing.B) {
			s, c := pair(b, versioned(f.server(), v), f.client(), "ec.example.com")
			plain, dst := make([]byte, 600), make([]byte, MaxPlaintext)
			room := make([]byte, 0, SealedLen(len(plain)))
			b.ReportAllocs()
			for b.Loop() {
				record, err := c.session.Seal(room, plain)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := s.session.Open(dst, record); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkHandshake is both sides of one.
func BenchmarkHandshake(b *testing.B) {
	f := newFixture(b)
	for _, name := range []string{"ec.example.com", "rsa.example.com"} {
		b.Run(name, func(b *testing.B) {
			server := f.server()
			for b.Loop() {
				pair(b, server, f.client(), name)
			}
		})
	}
	b.Run("resumed", func(b *testing.B) {
		server, client := f.server(), f.client()
		for b.Loop() {
			s, c := pair(b, server, client, "ec.example.com")
			s.send([]byte("brings the ticket along"))
			flow(s, c)
		}
	})
}
