package run

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/netio/tlsio/tlstest"
)

// TestFaultsOfRules: what is wrong with rules of stage route is said at its
// line, all at once and with what is wrong elsewhere.
func TestFaultsOfRules(t *testing.T) {
	const text = `[[stage.route.rule]]
next_hop = "192.0.2.2"
proxy = "carrier"
[[stage.route.rule]]
domains = ["example.com", "*.example.org"]
transports = ["udp", "sctp"]
[[stage.route.rule]]
methods = ["INVITE", "IN VITE"]
next_hop = "sip:192.0.2.2"
reply = "603"
[[stage.route.rule]]
reply = "200 OK"
[stage.sanity]
strict = true
`
	const want = `f:2:12: stage.route.rule.next_hop: "192.0.2.2" is no sip or sips URI
f:3:9: stage.route.rule.proxy: there is no [proxy.carrier]
f:5:27: stage.route.rule.domains: "*.example.org" is not a host name or an IP address (IPv6 in brackets)
f:6:22: stage.route.rule.transports: "sctp" is none of udp, tcp, tls, ws, wss
f:8:22: stage.route.rule.methods: "IN VITE" is no method
f:10:9: stage.route.rule.reply: excludes next_hop
f:12:9: stage.route.rule.reply: "200 OK" is not a status from 300 to 699 and a reason
f:14:1: stage.sanity.strict: unknown key (known here: none)`
	if err := accept("f", text); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// TestFaultsOfNextHops: a next hop for which there is no listener is said at its
// line, as is a profile that is not there, but not when nobody can tell what the
// listeners are to be.
func TestFaultsOfNextHops(t *testing.T) {
	const rules = `[[stage.route.rule]]
next_hop = "sip:192.0.2.2"
[[stage.route.rule]]
next_hop = "sip:[2001:db8::2]"
proxy = "proxy_out"
[[stage.route.rule]]
proxy = "proxy_in_dialog"
next_hop = "sip:192.0.2.3;transport=tcp"
[[listen]]
url = `
	for _, c := range []struct{ name, url, want string }{
		{"udp", `"udp://127.0.0.1:5060"`, `f:4:12: stage.route.rule.next_hop: "sip:[2001:db8::2]" cannot be reached: no udp listener has an IPv6 address
f:8:12: stage.route.rule.next_hop: "sip:192.0.2.3;transport=tcp" cannot be reached: there is no tcp listener`},
		{"none that can be read", `"tcp://localhost:5060"`, `f:10:7: listen.url: "tcp://localhost:5060": "localhost" is not an IP address`},
	} {
		if err := accept("f", rules+c.url+"\n"); err == nil || err.Error() != c.want {
			t.Errorf("%s: got\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

// TestPortsTaken: every listener that cannot be opened is named with its line,
// and so is the HTTP of operators.
func TestPortsTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	datagrams, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer datagrams.Close()
	file := filepath.Join(t.TempDir(), "sluice.toml")
	for _, tt := range []struct{ name, text, want string }{
		{"listeners", fmt.Sprintf("[admin]\nhttp = \"off\"\n[[listen]]\nurl = \"ws://%s\"\n[[listen]]\nurl = \"tcp://127.0.0.1:0\"\n[[listen]]\nurl = \"udp://%s\"\n",
			taken.Addr(), datagrams.LocalAddr()),
			fmt.Sprintf("%s:5:7: listen.url: ws://%s: address already in use\n%[1]s:9:7: listen.url: udp://%[3]s: address already in use",
				file, taken.Addr(), datagrams.LocalAddr())},
		{"admin", fmt.Sprintf("[admin]\nhttp = %q\n[[listen]]\nurl = \"tcp://127.0.0.1:0\"\n", taken.Addr()),
			fmt.Sprintf("%s:3:8: admin.http: %s: address already in use", file, taken.Addr())},
	} {
		if err := os.WriteFile(file, []byte("pipeline.stages = [\"sanity\", \"route\", \"target\"]\n"+tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := start(file)
		if err == nil {
			s.stop(nil)
		}
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: got\n%v\nwant\n%s", tt.name, err, tt.want)
		}
	}
}

// TestCheckWarns: what is accepted and should not be so is said by check too,
// not only in the log of the server.
func TestCheckWarns(t *testing.T) {
	dir := t.TempDir()
	old := tlstest.NewCA(t, "Test").Issue(t, tlstest.Leaf{DNS: []string{"edge.example.com"}, Expired: true})
	file := filepath.Join(dir, "sluice.toml")
	for name, text := range map[string][]byte{
		"edge.crt": old.CertPEM, "edge.key": old.KeyPEM,
		"sluice.toml": []byte("[[listen]]\nurl = \"tls://127.0.0.1:5061\"\n[tls.default]\ncertificate = \"edge.crt\"\nprivate_key = \"edge.key\"\n"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, errs strings.Builder
	code := command([]string{"check", "-c", file}, &out, &errs)
	if want := file + `:4:15: warning: tls.default.certificate: "edge.crt" is valid from `; code != 0 || !strings.HasPrefix(errs.String(), want) || strings.Count(errs.String(), "\n") != 1 {
		t.Errorf("got %q and code %d, want %q… and 0", errs.String(), code, want)
	}
}

// TestFaultsOnOneLine: a fault does not hide that of the same key of another
// table on its line.
func TestFaultsOnOneLine(t *testing.T) {
	const want = `f:2:19: stage.route.rule.reply: must be a string, not an integer
f:2:34: stage.route.rule.reply: "200 OK" is not a status from 300 to 699 and a reason`
	if err := accept("f", "[stage.route]\nrule = [{ reply = 1 }, { reply = \"200 OK\" }]\n"); err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}
