package config_test

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/cmd/run/config"
	"sluice/netio/tlsio"
	"sluice/netio/tlsio/tlstest"
)

const secureListener = "\n[[listen]]\nurl = \"tls://127.0.0.1:5061\"\n"

// tlsFiles makes a directory with files that a [tls.NAME] could name.
func tlsFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ca := tlstest.NewCA(t, "CA")
	ec := ca.Issue(t, tlstest.Leaf{DNS: []string{"ec.example.com"}})
	rsa := ca.Intermediate(t, "Intermediate").Issue(t, tlstest.Leaf{DNS: []string{"rsa.example.com"}, RSA: true})
	old := ca.Issue(t, tlstest.Leaf{Expired: true})
	sec1, err := x509.MarshalECPrivateKey(ec.TLS.PrivateKey.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	encoded := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	for name, text := range map[string]string{
		"ec.crt": string(ec.CertPEM), "ec.key": string(ec.KeyPEM), "rsa.crt": string(rsa.CertPEM), "rsa.key": string(rsa.KeyPEM),
		"sec1.key":    encoded("EC PARAMETERS", []byte{6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7}) + encoded("EC PRIVATE KEY", sec1),
		"both.pem":    "a line of text\n" + string(ec.KeyPEM) + string(ec.CertPEM),
		"old.crt":     string(old.CertPEM),
		"old.key":     string(old.KeyPEM),
		"ca.pem":      string(ca.Cert.CertPEM) + string(ca.Cert.CertPEM),
		"empty.pem":   "",
		"text.pem":    "-----BEGIN CERTIFICATE-----\nnot base64\n-----END CERTIFICATE-----\n",
		"bad.pem":     encoded("CERTIFICATE", []byte("no certificate")),
		"locked.key":  "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n",
		"locked8.key": encoded("ENCRYPTED PRIVATE KEY", []byte("x")),
		"big.pem":     strings.Repeat("x", 1<<20+1),
		"cas/one.pem": string(ca.Cert.CertPEM), "cas/README": "nothing",
		"badcas/bad.pem": encoded("CERTIFICATE", []byte("no certificate")),
		"nocas/README":   "nothing",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTLSFaults(t *testing.T) {
	dir := tlsFiles(t)
	file := filepath.Join(dir, "sluice.toml")
	section := func(lines string) string { return "[tls.default]\n" + lines + secureListener }
	good := "certificate = \"ec.crt\"\nprivate_key = \"ec.key\"\n"
	for _, tc := range []struct {
		name, text string
		want       []string
	}{
		{"good", section(good), nil},
		{"key in the same file", section("certificate = \"both.pem\""), nil},
		{"RSA and a chain", section("certificate = \"rsa.crt\"\nprivate_key = \"rsa.key\""), nil},
		{"EC in SEC 1 behind its parameters", section("certificate = \"ec.crt\"\nprivate_key = \"sec1.key\""), nil},
		{"absolute", section("certificate = \"" + dir + "/both.pem\""), nil},
		{"further", section(good + "further = [{certificate = \"rsa.crt\", private_key = \"rsa.key\"}, {certificate = \"both.pem\"}]"), nil},
		{"authorities", section(good + "ca_file = \"ca.pem\"\nca_dir = \"cas\"\nclient_certificate = \"verify\""), nil},

		{"no section", secureListener, []string{
			"2:3: listen.tls: is missing: tls needs certificates. Name a section [tls.NAME] that has them, or call that [tls.default]"}},
		{"another section", secureListener + "tls = \"edge\"", []string{"4:7: listen.tls: there is no [tls.edge]"}},
		{"not for tcp", "[tls.default]\n" + good + "[[listen]]\nurl = \"tcp://127.0.0.1:1\"\ntls = \"default\"", []string{
			"1:2: tls.default: no listener uses it",
			"6:7: listen.tls: tcp has no TLS: leave this out, or make it tls"}},
		{"not for ws", section(good) + "[[listen]]\nurl = \"ws://127.0.0.1:1\"\ntls = \"default\"", []string{
			"9:7: listen.tls: ws has no TLS: leave this out, or make it wss"}},
		{"no certificate", section(""), []string{"1:2: tls.default.certificate: is missing"}},
		{"no key", section("certificate = \"ec.crt\""), []string{`2:15: tls.default.certificate: "ec.crt": has no private key in PEM`}},
		{"no files", section("certificate = \"none.crt\"\nprivate_key = \"none.key\"\nca_file = \"none.pem\"\nca_dir = \"none\""), []string{
			`2:15: tls.default.certificate: "none.crt": no such file or directory`,
			`3:15: tls.default.private_key: "none.key": no such file or directory`,
			`4:11: tls.default.ca_file: "none.pem": no such file or directory`,
			`5:10: tls.default.ca_dir: "none": no such file or directory`}},
		{"directories", section("certificate = \"cas\"\nprivate_key = \"cas\"\nca_file = \"cas\"\nca_dir = \"ca.pem\""), []string{
			`2:15: tls.default.certificate: "cas": is a directory`,
			`3:15: tls.default.private_key: "cas": is a directory`,
			`4:11: tls.default.ca_file: "cas": is a directory`,
			`5:10: tls.default.ca_dir: "ca.pem": not a directory`}},
		{"empty", section("certificate = \"empty.pem\"\nprivate_key = \"empty.pem\"\nca_file = \"empty.pem\"\nca_dir = \"nocas\""), []string{
			`2:15: tls.default.certificate: "empty.pem": has no certificate in PEM`,
			`3:15: tls.default.private_key: "empty.pem": has no private key in PEM`,
			`4:11: tls.default.ca_file: "empty.pem": has no certificate in PEM`,
			`5:10: tls.default.ca_dir: "nocas": has no file with a certificate`}},
		{"no PEM", section("certificate = \"text.pem\"\nprivate_key = \"ec.key\""), []string{
			`2:15: tls.default.certificate: "text.pem": has no certificate in PEM`}},
		{"no certificates", section("certificate = \"bad.pem\"\nprivate_key = \"ec.key\"\nca_dir = \"badcas\""), []string{
			`2:15: tls.default.certificate: "bad.pem": certificate 1: malformed certificate`,
			`4:10: tls.default.ca_dir: "badcas/bad.pem": certificate 1: malformed certificate`}},
		{"too large", section("certificate = \"big.pem\"\nprivate_key = \"ec.key\""), []string{
			`2:15: tls.default.certificate: "big.pem": is larger than 1048576 bytes`}},
		{"passphrase", section("certificate = \"ec.crt\"\nprivate_key = \"locked.key\"\nfurther = [{ certificate = \"ec.crt\", private_key = \"locked8.key\" }]"), []string{
			`3:15: tls.default.private_key: "locked.key": the key has a passphrase, which there is nobody to ask for`,
			`4:52: tls.default.further.private_key: "locked8.key": the key has a passphrase, which there is nobody to ask for`}},
		{"another's key", section("certificate = \"rsa.crt\"\nprivate_key = \"ec.key\""), []string{
			`3:15: tls.default.private_key: "ec.key": private key type does not match public key type`}},
		{"another's key of the same type", section("certificate = \"ec.crt\"\nprivate_key = \"old.key\""), []string{
			`3:15: tls.default.private_key: "old.key": private key does not match public key`}},
		{"verify whom", section(good + "client_certificate = \"verify\""), []string{
			"4:22: tls.default.client_certificate: needs ca_file or ca_dir: by whom a good one is signed"}},
		{"values", section(good + "client_certificate = \"maybe\"\nmin_version = \"1.1\"\nverify_servers = 1"), []string{
			`4:22: tls.default.client_certificate: "maybe" is none of none, request, require, verify`,
			`5:15: tls.default.min_version: "1.1" is none of 1.2, 1.3`,
			"6:18: tls.default.verify_servers: must be true or false, not an integer"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := config.Parse(file, []byte(tc.text))
			got := lines(err)
			for i := range got {
				got[i] = strings.TrimPrefix(got[i], file+":")
			}
			compare(t, got, tc.want)
		})
	}
}

func TestTLSOf(t *testing.T) {
	dir := tlsFiles(t)
	if err := os.Chmod(filepath.Join(dir, "old.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	text := `[tls.default]
certificate = "ec.crt"
private_key = "ec.key"
further = [{ certificate = "rsa.crt", private_key = "rsa.key" }]
[tls.trunk]
certificate = "old.crt"
private_key = "old.key"
ca_dir = "cas"
client_certificate = "verify"
verify_servers = false
min_version = "1.3"
[[listen]]
url = "wss://127.0.0.1:443"
[[listen]]
url = "tls://127.0.0.1:5061"
tls = "trunk"
[[listen]]
url = "tcp://127.0.0.1:5060"
`
	c, err := config.Parse(filepath.Join(dir, "sluice.toml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	got := c.TLSOf(&c.Listen[0])
	if got.Name != "default" || len(got.Certificates) != 2 || len(got.Certificates[1].Certificate) != 2 || got.Roots != nil ||
		got.ClientAuth != tlsio.ClientNone || got.TrustServers || got.MinVersion != tls.VersionTLS12 {
		t.Errorf("default: got %+v", got)
	}
	got = c.TLSOf(&c.Listen[1])
	if got.Name != "trunk" || len(got.Certificates) != 1 || got.Roots == nil ||
		got.ClientAuth != tlsio.ClientVerify || !got.TrustServers || got.MinVersion != tls.VersionTLS13 {
		t.Errorf("trunk: got %+v", got)
	}
	if got = c.TLSOf(&c.Listen[2]); got != nil {
		t.Errorf("tcp: got %+v", got)
	}
	var certificates []string
	for _, one := range c.Certificates() {
		certificates = append(certificates, one.Section+" "+one.File)
		if expired := one.NotAfter.Before(time.Now()); expired != (one.File == "old.crt") {
			t.Errorf("%s ends at %v", one.File, one.NotAfter)
		}
	}
	compare(t, certificates, []string{"default ec.crt", "default rsa.crt", "trunk old.crt"})
	var warnings []string
	for _, w := range c.Warnings() {
		text, _, _ := strings.Cut(strings.TrimPrefix(w.Warning(), c.File+":"), " from ")
		warnings = append(warnings, text)
	}
	compare(t, warnings, []string{
		`6:15: warning: tls.trunk.certificate: "old.crt" is valid`,
		`7:15: warning: tls.trunk.private_key: "old.key" holds a private key and everybody may read it`,
	})
}
