package config

import (
	"maps"
	"slices"
	"time"
)

// A Certificate is one of a [tls.NAME] that was loaded.
type Certificate struct {
	Section  string // "default" for [tls.default]
	File     string // as the section names it
	NotAfter time.Time
}

// Certificates returns those of all sections, each file of a section once.
// Those of authorities are not among them.
func (c *Config) Certificates() (list []Certificate) {
	for _, name := range slices.Sorted(maps.Keys(c.TLS)) {
		t := c.TLS[name]
		had := map[string]bool{}
		for i, p := range t.pairs() {
			if i < len(t.loaded.Certificates) && !had[p.Certificate] {
				had[p.Certificate] = true
				list = append(list, Certificate{name, p.Certificate, t.loaded.Certificates[i].Leaf.NotAfter})
			}
		}
	}
	return list
}

// pairs are the certificates of t and their keys, the first one first.
func (t *TLS) pairs() []KeyPair {
	return append([]KeyPair{{t.Certificate, t.PrivateKey}}, t.Further...)
}
