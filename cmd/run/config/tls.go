package config

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sluice/netio/tlsio"
)

// TLS is one [tls.NAME]. File names are relative to the directory of the
// configuration file. The files are read with the configuration: a reload
// brings new certificates.
type TLS struct {
	// Certificate is a PEM file with the server's certificate and, behind it,
	// those of intermediate authorities. It is shown to clients that ask for no
	// name (SNI), or for one that no certificate here has, if they can do with its
	// key, and to the servers that we connect to.
	Certificate string `toml:"certificate" required:"true"`

	// PrivateKey is a PEM file with its key, EC or RSA, without passphrase. Left
	// out, the key is in the file of the certificate.
	PrivateKey string `toml:"private_key"`

	// Further are more certificates, to be chosen by the name that a client asks
	// for, and so that there can be an EC and an RSA one for the same name.
	Further []KeyPair `toml:"further"`

	// CAFile is a PEM file with the certificates of the authorities that vouch
	// for peers. Without it and CADir they are those of the system.
	CAFile string `toml:"ca_file"`

	// CADir is a directory with such files; files without a certificate are
	// passed over.
	CADir string `toml:"ca_dir"`

	// ClientCertificate is what is wanted of clients: nothing; a certificate if
	// they have one (request); one, whoever has signed it (require); or one that
	// an authority vouches for (verify), which needs CAFile or CADir. What is bad
	// and taken all the same, the stages are told.
	ClientCertificate string `toml:"client_certificate" default:"none" enum:"none|request|require|verify"`

	// VerifyServers closes connections to servers whose certificate no authority
	// vouches for, or that is not for the domain that they were to serve
	// (RFC 5922 §7.3). Switched off, the stages are told.
	VerifyServers bool `toml:"verify_servers" default:"true"`

	// MinVersion is the lowest version of TLS that is spoken.
	MinVersion string `toml:"min_version" default:"1.2" enum:"1.2|1.3"`

	loaded *tlsio.Config
}

// KeyPair is a certificate and its key.
type KeyPair struct {
	// Certificate is as that of TLS.
	Certificate string `toml:"certificate" required:"true"`

	// PrivateKey is as that of TLS.
	PrivateKey string `toml:"private_key"`
}

// standardTLS is the section that a secure listener uses when it names none.
const standardTLS = "default"

// TLSOf returns the certificates and rules for a listener, nil for one that
// has none.
func (c *Config) TLSOf(l *Listen) *tlsio.Config {
	if !l.URL.Transport.secure() {
		return nil
	}
	return c.TLS[l.tlsName()].loaded
}

func (l *Listen) tlsName() string {
	if l.TLS == "" {
		return standardTLS
	}
	return l.TLS
}

// checkTLS reports secure listeners without certificates, sections that no
// listener uses, and what is wrong with their files, which it loads.
func (c *Config) checkTLS(fault func(reason string, path ...any)) {
	used := map[string]bool{}
	for i, l := range c.Listen {
		name := l.tlsName()
		_, there := c.TLS[name]
		switch {
		case l.URL.Transport == "":
		case !l.URL.Transport.secure() && l.TLS != "":
			fault(fmt.Sprintf("%s has no TLS: leave this out, or make it %s", l.URL.Transport, secured[l.URL.Transport]), "listen", i, "tls")
		case !l.URL.Transport.secure():
		case there:
			used[name] = true
		case l.TLS != "":
			fault(fmt.Sprintf("there is no [%s]", join("tls", name)), "listen", i, "tls")
		default:
			fault(fmt.Sprintf("is missing: %s needs certificates. Name a section [tls.NAME] that has them, or call that [tls.default]", l.URL.Transport), "listen", i, "tls")
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.TLS)) {
		if !used[name] {
			fault("no listener uses it", "tls", name)
		}
		t := c.TLS[name]
		below := func(path []any) []any { return append([]any{"tls", name}, path...) }
		ld := tlsLoader{
			dir:   filepath.Dir(c.File),
			fault: func(reason string, path ...any) { fault(reason, below(path)...) },
			warn:  func(reason string, path ...any) { c.warn(reason, below(path)...) },
		}
		t.loaded = ld.load(name, &t)
		c.TLS[name] = t
	}
}

// secured says what to write where TLS is wanted.
var secured = map[Transport]string{TCP: "tls", WS: "wss", UDP: "tls, which is TCP"}

// A tlsLoader reads the files of one section.
type tlsLoader struct {
	dir         string
	fault, warn func(reason string, path ...any)
}

func (ld *tlsLoader) load(name string, t *TLS) *tlsio.Config {
	out := &tlsio.Config{
		Name:         name,
		ClientAuth:   tlsio.ClientAuth(slices.Index([]string{"none", "request", "require", "verify"}, t.ClientCertificate)),
		TrustServers: !t.VerifyServers,
		MinVersion:   map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}[t.MinVersion],
	}
	for i, p := range t.pairs() {
		var at []any
		if i > 0 {
			at = []any{"further", i - 1}
		}
		if cert, ok := ld.keyPair(p, at); ok {
			out.Certificates = append(out.Certificates, cert)
		}
	}
	if t.CAFile == "" && t.CADir == "" {
		if out.ClientAuth == tlsio.ClientVerify {
			ld.fault("needs ca_file or ca_dir: by whom a good one is signed", "client_certificate")
		}
		return out
	}
	out.Roots = x509.NewCertPool()
	if t.CAFile != "" {
		ld.caFile(t.CAFile, out.Roots)
	}
	if t.CADir != "" {
		ld.caDir(t.CADir, out.Roots)
	}
	return out
}

// keyPair reads a certificate and its key; at leads to the table with both.
func (ld *tlsLoader) keyPair(p KeyPair, at []any) (cert tls.Certificate, ok bool) {
	if p.Certificate == "" {
		return cert, false
	}
	fault := func(key, reason string) { ld.fault(reason, append(slices.Clone(at), key)...) }
	certKey, keyFile := "private_key", p.PrivateKey
	if keyFile == "" {
		certKey, keyFile = "certificate", p.Certificate
	}
	certPEM, err := ld.read(p.Certificate)
	if err == nil {
		_, err = certificates(p.Certificate, certPEM)
	}
	if err != nil {
		fault("certificate", err.Error())
	}
	keyPEM, keyErr := ld.read(keyFile)
	if keyErr == nil {
		keyErr = keyBlock(keyFile, keyPEM)
	}
	if keyErr != nil && (err == nil || p.PrivateKey != "") {
		fault(certKey, keyErr.Error())
	}
	if err != nil || keyErr != nil {
		return cert, false
	}
	if cert, err = tls.X509KeyPair(certPEM, keyPEM); err != nil {
		fault(certKey, fmt.Sprintf("%s: %s", quote(keyFile), strings.TrimPrefix(err.Error(), "tls: ")))
		return cert, false
	}
	ld.look(keyFile, append(slices.Clone(at), certKey))
	if leaf, now := cert.Leaf, time.Now(); now.After(leaf.NotAfter) || now.Before(leaf.NotBefore) {
		ld.warn(fmt.Sprintf("%s is valid from %s to %s, not now", quote(p.Certificate), leaf.NotBefore.Format(time.DateTime), leaf.NotAfter.Format(time.DateTime)),
			append(slices.Clone(at), "certificate")...)
	}
	return cert, true
}

// look warns of a key, named at a path, that is none any more.
func (ld *tlsLoader) look(keyFile string, path []any) {
	if info, err := os.Stat(ld.path(keyFile)); err == nil && info.Mode().Perm()&0o004 != 0 {
		ld.warn(quote(keyFile)+" holds a private key and everybody may read it", path...)
	}
}

func (ld *tlsLoader) caFile(file string, pool *x509.CertPool) {
	text, err := ld.read(file)
	var list []*x509.Certificate
	if err == nil {
		list, err = certificates(file, text)
	}
	if err != nil {
		ld.fault(err.Error(), "ca_file")
	}
	for _, c := range list {
		pool.AddCert(c)
	}
}

func (ld *tlsLoader) caDir(dir string, pool *x509.CertPool) {
	entries, err := os.ReadDir(ld.path(dir))
	if err != nil {
		ld.fault(quote(dir)+": "+plain(err), "ca_dir")
		return
	}
	found := 0
	for _, e := range entries {
		file := filepath.Join(dir, e.Name())
		if info, err := os.Stat(ld.path(file)); err != nil || !info.Mode().IsRegular() {
			continue
		}
		text, err := ld.read(file)
		if err == nil && !bytes.Contains(text, []byte("-----BEGIN CERTIFICATE-----")) {
			continue
		}
		var list []*x509.Certificate
		if err == nil {
			list, err = certificates(file, text)
		}
		if err != nil {
			ld.fault(err.Error(), "ca_dir")
			return
		}
		for _, c := range list {
			pool.AddCert(c)
		}
		found += len(list)
	}
	if found == 0 {
		ld.fault(quote(dir)+": has no file with a certificate", "ca_dir")
	}
}

func (ld *tlsLoader) path(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(ld.dir, file)
}

// read reads a file of at most maxFile bytes. The error begins with its name.
func (ld *tlsLoader) read(file string) ([]byte, error) {
	f, err := os.Open(ld.path(file))
	if err != nil {
		return nil, fmt.Errorf("%s: %s", quote(file), plain(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %s", quote(file), plain(err))
	case len(text) > maxFile:
		return nil, fmt.Errorf("%s: is larger than %d bytes", quote(file), maxFile)
	}
	return text, nil
}

// plain is the reason of an error of package os, without the name of the file.
func plain(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

// certificates returns those of a PEM file, at least one.
func certificates(file string, text []byte) (list []*x509.Certificate, err error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: certificate %d: %s", quote(file), len(list)+1, strings.TrimPrefix(err.Error(), "x509: "))
		}
		list = append(list, c)
	}
	if list == nil {
		return nil, fmt.Errorf("%s: has no certificate in PEM", quote(file))
	}
	return list, nil
}

// keyBlock looks whether a PEM file has a key that can be used.
func keyBlock(file string, text []byte) error {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return fmt.Errorf("%s: the key has a passphrase, which there is nobody to ask for", quote(file))
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			return nil
		}
	}
	return fmt.Errorf("%s: has no private key in PEM", quote(file))
}
