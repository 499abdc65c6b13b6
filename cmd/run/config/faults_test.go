package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sluice/cmd/run/config"
)

// listener makes a file whole that is about something else; it stands behind
// it, so that lines count from the top.
const listener = "\n[[listen]]\nurl = \"udp://127.0.0.1:5060\"\n"

// lines returns the lines of an error, without the name of the file.
func lines(err error) []string {
	if err == nil {
		return nil
	}
	list := strings.Split(err.Error(), "\n")
	for i := range list {
		list[i] = strings.TrimPrefix(strings.TrimPrefix(list[i], "sluice.toml:"), " ")
	}
	return list
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

var faulty = []struct {
	name, text string
	bare       bool // without the listener
	want       []string
}{
	{name: "empty", bare: true, want: []string{"listen: no listener: at least one [[listen]] is needed"}},
	{name: "no listener", bare: true, text: "[server]\nname = \"x\"", want: []string{
		"listen: no listener: at least one [[listen]] is needed"}},
	{name: "empty list of listeners", bare: true, text: "listen = []", want: []string{
		"1:1: listen: no listener: at least one [[listen]] is needed"}},

	// Keys.
	{name: "unknown section", text: "[sip]\ntls = true", want: []string{
		"1:2: sip: unknown key (known here: server, listen, tls, websocket, proxy, pipeline, stage, admin, log)"}},
	{name: "unknown section, many times", text: "[[hosts]]\n[[hosts]]", want: []string{
		"1:3: hosts: unknown key (known here: server, listen, tls, websocket, proxy, pipeline, stage, admin, log)"}},
	{name: "unknown keys", text: "[log]\n  levle = \"info\"\nLevel = \"info\"", want: []string{
		"2:3: log.levle: unknown key (known here: level, format, output)",
		"3:1: log.Level: unknown key (known here: level, format, output)"}},
	{name: "unknown key that TOML quotes", text: "log.\"a b\" = 1", want: []string{
		`1:5: log."a b": unknown key (known here: level, format, output)`}},
	{name: "key of a later build", text: "[[listen]]\nurl = \"udp://127.0.0.1:5070\"\nmulticast = true", want: []string{
		"3:1: listen.multicast: unknown key (known here: url, advertise, proxy_protocol, tls, receive_buffer, send_buffer, dscp)"}},
	{name: "load balancers", text: "[[listen]]\nurl = \"udp://127.0.0.1:5070\"\nproxy_protocol = [\"10.0.0.0/8\"]\n[[listen]]\nurl = \"ws://127.0.0.1:5070\"\nproxy_protocol = [\"10.0.0.1/8\"]", want: []string{
		"3:1: listen.proxy_protocol: is for connections: a udp listener has none",
		`6:19: listen.proxy_protocol: "10.0.0.1/8" has bits set behind its length; its network is 10.0.0.0/8`}},
	{name: "websocket", text: "[websocket]\nkeepalive_mechanism = \"PING\"\nkeepalive_timeout = \"500ms\"\nkeepalive_application_data = \"" + strings.Repeat("x", 126) + "\"\nmax_handshakes = -1", want: []string{
		`2:23: websocket.keepalive_mechanism: "PING" is none of none, ping, pong`,
		`3:21: websocket.keepalive_timeout: "500ms" is not within 1s to 1h`,
		"4:30: websocket.keepalive_application_data: has 126 bytes, more than 125",
		"5:18: websocket.max_handshakes: -1 is not within 0 to 1000000"}},
	{name: "sources", text: "[server]\nunlimited_sources = [\"ten\"]\nban_time = \"0s\"\nidle_timeout_in = \"200h\"", want: []string{
		`2:22: server.unlimited_sources: "ten" is no address and no prefix such as 192.0.2.0/24`,
		`3:12: server.ban_time: "0s" is not within 1s to 24h`,
		`4:19: server.idle_timeout_in: "200h" is not within 0s to 168h`}},
	{name: "WebSocket rules", text: "[websocket]\nhosts = [\"a/b\", \"a:0\"]\npaths = [\"sip\", \"/a?b\", \"/a b\"]\norigins = [\"https://a/\", \"*\"]", want: []string{
		`2:10: websocket.hosts: "a/b" is not a host name or an IP address (IPv6 in brackets)`,
		`2:17: websocket.hosts: "a:0": "0" is not a port, 1 to 65535`,
		`3:10: websocket.paths: "sip" is no path such as "/sip"`,
		`3:17: websocket.paths: "/a?b" is no path such as "/sip"`,
		`3:25: websocket.paths: "/a b" is no path such as "/sip"`,
		`4:12: websocket.origins: "https://a/" is no origin such as "https://example.com", or "null"`,
		`4:26: websocket.origins: "*" is no origin such as "https://example.com", or "null"`}},
	{name: "missing key", text: "[[listen]]\nadvertise = \"example.com\"", want: []string{"1:3: listen.url: is missing"}},
	{name: "sockets", text: "[[listen]]\nurl = \"udp://0.0.0.0:5070\"\nreceive_buffer = -1\nsend_buffer = 268435457\ndscp = 64", want: []string{
		"3:18: listen.receive_buffer: -1 is not within 0 to 268435456",
		"4:15: listen.send_buffer: 268435457 is not within 0 to 268435456",
		"5:8: listen.dscp: 64 is not within 0 to 63"}},
	{name: "nobody", text: "[server]\nuser = \"no such user\"\ngroup = \"no such group\"", want: []string{
		`2:8: server.user: there is no user "no such user"`,
		`3:9: server.group: there is no group "no such group"`}},
	{name: "a group for nobody", text: "[server]\ngroup = \"0\"", want: []string{
		"2:9: server.group: needs a user"}},
	{name: "a number without a group", text: "[server]\nuser = \"4000000\"", want: []string{
		"1:2: server.group: is missing: the system does not know user 4000000, nor its group"}},
	{name: "key twice", text: "[log]\nlevel = \"info\"\nlevel = \"warn\"", want: []string{
		"3:1: log.level: is set twice, first on line 2"}},
	{name: "section twice", text: "[log]\n[server]\n[log]\n[server]", want: []string{
		"3:2: log: this section is there twice, first on line 1",
		"4:2: server: this section is there twice, first on line 2"}},
	{name: "section that is a key", text: "log = 1\n[log]\n[[log]]\n[server]\nname.x = 1\nname.x.y = 2", want: []string{
		"1:7: log: must be a table, not an integer",
		"2:2: log: is an integer already, set on line 1",
		"3:3: log: is an integer already, set on line 1",
		"5:1: server.name: must be a string, not a table",
		"6:6: server.name.x: is an integer already, set on line 5"}},
	{name: "value used as a section", text: "stage = 3\n[stage.route]", want: []string{
		"1:9: stage: must be a table, not an integer",
		"2:2: stage: is an integer already, set on line 1"}},
	{name: "list of tables used as a table", text: "[[log]]", want: []string{"1:3: log: must be one table: [log], not [[log]]"}},
	{name: "table used as a list of tables", text: "[listen]\nurl = 1", bare: true, want: []string{
		"1:2: listen: must be a list of tables: [[listen]], not [listen]"}},
	{name: "what only the library knows", text: "[stage.route]\nx.y = 1\n[stage.route.x]", want: []string{
		"3:2: table x already exists as defined by a dotted key"}},

	// Types and values.
	{name: "wrong types", text: "[server]\nloops = \"2\"\ndomains = \"x\"\nname = 5\ndrain_timeout = 5\nmax_parked = 1.5", want: []string{
		"2:9: server.loops: must be an integer, not a string",
		"3:11: server.domains: must be a list, not a string",
		"4:8: server.name: must be a string, not an integer",
		`5:17: server.drain_timeout: must be a duration such as "32s", not an integer`,
		"6:14: server.max_parked: must be an integer, not a fraction"}},
	{name: "boolean and date", text: "[proxy.x]\ndo_record_routing = 1\n[log]\nlevel = 1979-05-27", want: []string{
		"2:21: proxy.x.do_record_routing: must be true or false, not an integer",
		"4:9: log.level: must be a string, not a date or time"}},
	{name: "element of a list", text: "[server]\ndomains = [\n  \"a.example\",\n  7,\n  \"b c\",\n]", want: []string{
		"4:3: server.domains: must be a string, not an integer",
		`5:3: server.domains: "b c" is not a host name or an IP address (IPv6 in brackets)`}},
	{name: "out of range", text: "[server]\nloops = -1\nmax_message_size = 65_536\nmax_connections = 0x0\nmax_transactions = 99999999999999999999", want: []string{
		"2:9: server.loops: -1 is not within 0 to 256",
		"3:20: server.max_message_size: 65_536 is not within 1024 to 65535",
		"4:19: server.max_connections: 0x0 is not within 1 to 16777215",
		"5:20: server.max_transactions: 99999999999999999999 is not within 1 to 16777215"}},
	{name: "durations", text: "[proxy.a]\ntimer_B = \"32\"\ntimer_C = \"181s\"\ntimer_F = \"1s\"\n[server]\ndrain_timeout = \"-1s\"\nconnect_timeout = \"\"", want: []string{
		`2:11: proxy.a.timer_B: "32" is no duration such as "32s", "500ms" or "1h30m"`,
		`3:11: proxy.a.timer_C: "181s" is not within 8s to 180s`,
		`4:11: proxy.a.timer_F: "1s" is not within 2s to 64s`,
		`6:17: server.drain_timeout: "-1s" is not within 0s to 1h`,
		`7:19: server.connect_timeout: "" is no duration such as "32s", "500ms" or "1h30m"`}},
	{name: "enums", text: "[log]\nlevel = \"INFO\"\nformat = \"\"\noutput = \"file\"", want: []string{
		`2:9: log.level: "INFO" is none of debug, info, warn, error`,
		`3:10: log.format: "" is none of text, json`,
		`4:10: log.output: "file" is none of stderr, syslog`}},
	{name: "product name", text: "server.name = \"slu\\r\\nice\"", want: []string{
		`1:15: server.name: "slu\r\nice" is not product tokens such as "sluice/1.0"`}},
	{name: "admin", text: "[admin]\nhttp = \"localhost:8088\"", want: []string{
		`2:8: admin.http: "localhost:8088": "localhost" is not an IP address`,
	}},
	{name: "short secret", text: "server.secret = \"hunter2\"", want: []string{
		"1:17: server.secret: is shorter than 32 characters"}},
	{name: "long value is cut", text: "log.level = \"" + strings.Repeat("ä", 100) + "\"", want: []string{
		`1:13: log.level: "` + strings.Repeat("ä", 80) + `"… is none of debug, info, warn, error`}},
	{name: "columns count characters", text: "log = { level = \"info\", format = \"ä\", output = 1 }", want: []string{
		`1:34: log.format: "ä" is none of text, json`,
		"1:48: log.output: must be a string, not an integer"}},

	// Conflicts.
	{name: "less for all than for one", text: "[server]\nmax_write_queue = 131072\nmax_write_memory = 131071", want: []string{
		"3:20: server.max_write_memory: is less than max_write_queue, which one connection may have"}},
	{name: "less for all than the default for one", text: "[server]\nmax_write_memory = 1", want: []string{
		"2:20: server.max_write_memory: is less than max_write_queue, which one connection may have"}},
	{name: "route all without record routing", text: "[proxy.a]\ndo_record_routing = false\nrecord_route_all = true", want: []string{
		"3:20: proxy.a.record_route_all: needs do_record_routing = true"}},
	{name: "conflict with the inherited", text: "[proxy.a]\ndo_record_routing = false\n[proxy.default_proxy]\nrecord_route_all = true", want: []string{
		"1:2: proxy.a.record_route_all: needs do_record_routing = true"}},
	{name: "chain", text: "[pipeline]\nstages = [\"sanity\", \"\", \"route\", \"sanity\"]", want: []string{
		"2:21: pipeline.stages: a stage without a name",
		`2:34: pipeline.stages: "sanity" is there twice`}},
	{name: "empty chain", text: "[pipeline]\nstages = []", want: []string{
		"2:1: pipeline.stages: is empty: nothing would answer a request"}},
	{name: "section of a stage that is not in the chain", text: "[stage.registra]\ndomains = []\n[stage.\"a.example/b\"]\n[stage.route]", want: []string{
		"1:2: stage.registra: pipeline.stages has no stage of this name",
		`3:2: stage."a.example/b": pipeline.stages has no stage of this name`}},
	{name: "section of a stage that is no table", text: "stage.route = 1", want: []string{
		"1:15: stage.route: must be a table, not an integer"}},
	{name: "profiles that are no table", text: "proxy = 1", want: []string{"1:9: proxy: must be a table, not an integer"}},
	{name: "a fault does not bring up a second one", text: "[pipeline]\nstages = [\"sanity\", 1]", want: []string{
		"2:21: pipeline.stages: must be a string, not an integer"}},

	// TOML.
	{name: "no TOML", text: "[log]\nlevel = info\n\n[server\nloops = 3\nfoo = 1\n[admin]\nhttp = 5", want: []string{
		"2:12: expected newline but got U+006F 'o' (strings stand in quotes)",
		"4:8: expected ']' to close table name",
		"8:8: admin.http: must be a string, not an integer"}},
	{name: "unquoted", bare: true, text: "[[listen]]\nurl = udp://127.0.0.1:5060\n[proxy.a]\ntimer_B = 32s\ntimer_D = \"1s\"", want: []string{
		`2:7: unexpected character U+0075 'u' at start of value (strings stand in quotes)`,
		"4:13: strings must be quoted",
		"5:1: proxy.a.timer_D: unknown key (known here: do_record_routing, record_route_all, timer_B, timer_C, timer_F, timer_T1, timer_T2, timer_T4, serial_forking, recurse_on_redirect, dns_failover_on_503, use_blacklist, blacklist_time, udp_mtu)"}},
	{name: "open list", text: "[server]\ndomains = [\n  \"a\"\n[log]\nlevel = \"x\"", want: []string{
		"4:1: expected ',' or ']' after array value"}},
	{name: "open string", text: "[log]\nlevel = \"info\nformat = 1", want: []string{
		"2:14: basic strings cannot have new lines",
		"3:10: log.format: must be a string, not an integer"}},
	{name: "open long string", text: "[log]\nlevel = \"\"\"info\nformat = 1", want: []string{
		`5:29: multiline basic string not terminated by """`}},
	{name: "not UTF-8", text: "[log]\nlevel = \"\xff\"", want: []string{"2:10: invalid UTF-8 character in basic string"}},
}

func TestFaults(t *testing.T) {
	for _, tt := range faulty {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.text
			if !tt.bare {
				text += listener
			}
			_, err := config.Parse("sluice.toml", []byte(text))
			compare(t, lines(err), tt.want)
		})
	}
}

// TestByteOrderMark: what editors write in front of the text moves no column.
func TestByteOrderMark(t *testing.T) {
	_, err := config.Parse("sluice.toml", []byte("\xef\xbb\xbfserver.loops = -1"+listener))
	compare(t, lines(err), []string{"1:16: server.loops: -1 is not within 0 to 256"})
}

func TestListenURL(t *testing.T) {
	tests := []struct{ url, want string }{
		{"udp://127.0.0.1:5070", ""},
		{"UDP://127.0.0.1:5070", ""},
		{"ws://[::1]:80", ""},
		{"tcp://[::ffff:127.0.0.1]:0", ""},
		{"", `"": want transport://address:port, such as "udp://192.0.2.1:5060"`},
		{"127.0.0.1:5060", `"127.0.0.1:5060": want transport://address:port, such as "udp://192.0.2.1:5060"`},
		{"sctp://127.0.0.1:5060", `"sctp://127.0.0.1:5060": "sctp" is no transport (udp, tcp, tls, ws, wss)`},
		{"udp://localhost:5060", `"udp://localhost:5060": "localhost" is not an IP address`},
		{"udp://127.0.0.1", `"udp://127.0.0.1": want address:port, an IPv6 address in brackets`},
		{"udp://::1:5060", `"udp://::1:5060": want address:port, an IPv6 address in brackets`},
		{"udp://:5060", `"udp://:5060": "" is not an IP address`},
		{"udp://127.0.0.1:65536", `"udp://127.0.0.1:65536": "65536" is not a port, 0 to 65535`},
		{"ws://127.0.0.1:80/sip", `"ws://127.0.0.1:80/sip": "80/sip" is not a port, 0 to 65535`},
		{"udp://[fe80::1%eth0]:5060", `"udp://[fe80::1%eth0]:5060": an address with a zone cannot stand in a SIP message (RFC 3261 §25.1)`},
		{"udp://224.0.1.75:5060", `"udp://224.0.1.75:5060": is a multicast address`},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			_, err := config.Parse("sluice.toml", []byte("[[listen]]\nurl = \""+tt.url+"\""))
			var want []string
			if tt.want != "" {
				want = []string{"2:7: listen.url: " + tt.want}
			}
			compare(t, lines(err), want)
		})
	}
}

func TestAdvertise(t *testing.T) {
	tests := []struct{ host, want, fault string }{
		{"sip.example.com", "sip.example.com", ""},
		{"SIP.Example.com.:5060", "sip.example.com:5060", ""},
		{"192.0.2.1:5060", "192.0.2.1:5060", ""},
		{"[2001:DB8::1]", "[2001:db8::1]", ""},
		{"[2001:db8::1]:5060", "[2001:db8::1]:5060", ""},
		{"192.0.2.256", "", `"192.0.2.256" is not a host name or an IP address (IPv6 in brackets)`},
		{"2001:db8::1", "", `"2001:db8:" is not a host name or an IP address (IPv6 in brackets)`},
		{"[192.0.2.1]", "", `"[192.0.2.1]" is not an IPv6 address in brackets`},
		{"example.com:0", "", `"example.com:0": "0" is not a port, 1 to 65535`},
		{"example.com:", "", `"example.com:": "" is not a port, 1 to 65535`},
		{"a..b", "", `"a..b" is not a host name or an IP address (IPv6 in brackets)`},
		{strings.Repeat("a", 64) + ".example", "", `"` + strings.Repeat("a", 64) + `.example" is not a host name or an IP address (IPv6 in brackets)`},
		{"sip:example.com", "", `"sip:example.com": "example.com" is not a port, 1 to 65535`},
	}
	for _, tt := range tests {
		t.Run(tt.host, func(t *testing.T) {
			c, err := config.Parse("sluice.toml", []byte("[[listen]]\nurl = \"udp://0.0.0.0:5060\"\nadvertise = \""+tt.host+"\""))
			if tt.fault != "" {
				compare(t, lines(err), []string{"3:13: listen.advertise: " + tt.fault})
				return
			}
			if err != nil || c.Listen[0].Advertise != tt.want {
				t.Errorf("got %q, %v, want %q", c.Listen[0].Advertise, err, tt.want)
			}
		})
	}
}

func TestListenersClash(t *testing.T) {
	tests := []struct{ name, a, b, want string }{
		{"same", "udp://127.0.0.1:5060", "udp://127.0.0.1:5060", "udp://127.0.0.1:5060 is taken by udp://127.0.0.1:5060"},
		{"udp and tcp", "udp://127.0.0.1:5060", "tcp://127.0.0.1:5060", ""},
		{"tcp and ws", "tcp://127.0.0.1:5060", "ws://127.0.0.1:5060", "ws://127.0.0.1:5060 is taken by tcp://127.0.0.1:5060"},
		{"other port", "tcp://127.0.0.1:5060", "tcp://127.0.0.1:5062", ""},
		{"other address", "tcp://127.0.0.1:5060", "tcp://127.0.0.2:5060", ""},
		{"every address", "tcp://0.0.0.0:5060", "tcp://127.0.0.2:5060", "tcp://127.0.0.2:5060 is taken by tcp://0.0.0.0:5060"},
		{"every address of the other family", "tcp://0.0.0.0:5060", "tcp://[::1]:5060", ""},
		{"port of the system's choice", "tcp://127.0.0.1:0", "tcp://127.0.0.1:0", ""},
		{"mapped", "tcp://127.0.0.1:5060", "tcp://[::ffff:127.0.0.1]:5060", "tcp://127.0.0.1:5060 is taken by tcp://127.0.0.1:5060"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := "[[listen]]\nurl = \"" + tt.a + "\"\nadvertise = \"a.example\"\n[[listen]]\nurl = \"" + tt.b + "\""
			_, err := config.Parse("sluice.toml", []byte(text))
			var want []string
			if tt.want != "" {
				want = []string{"5:7: listen.url: " + tt.want}
			}
			compare(t, lines(err), want)
		})
	}
	t.Run("admin", func(t *testing.T) {
		text := "[[listen]]\nurl = \"ws://127.0.0.1:8088\"\n"
		_, err := config.Parse("sluice.toml", []byte(text))
		compare(t, lines(err), []string{"admin.http: 127.0.0.1:8088 is taken by ws://127.0.0.1:8088"})
		_, err = config.Parse("sluice.toml", []byte(text+"[admin]\nhttp = \"off\""))
		compare(t, lines(err), nil)
	})
}

// TestGolden reads a file with a fault of nearly every kind, its stages' too.
func TestGolden(t *testing.T) {
	want, err := os.ReadFile("testdata/faulty.txt")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("testdata/faulty.toml")
	if err != nil {
		t.Fatal(err)
	}
	c, err := config.Parse("faulty.toml", text)
	var r routes
	all := c.Join(err, c.Settings("route").Decode(&r), errors.New("stage.sanity: is not in this build"))
	compare(t, strings.Split(all.Error(), "\n"), strings.Split(strings.TrimSpace(string(want)), "\n"))
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.toml")
	if err := os.WriteFile(good, []byte(listener), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(good)
	if err != nil || c.File != good {
		t.Errorf("got %v, %v, want the file read", c, err)
	}
	if _, err = config.Load(filepath.Join(dir, "none.toml")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want os.ErrNotExist", err)
	}
	if _, err = config.Load(dir); err == nil {
		t.Error("got no error for a directory")
	}
	big := filepath.Join(dir, "big.toml")
	if err := os.WriteFile(big, make([]byte, 1<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = config.Load(big)
	if want := big + ": is larger than 1048576 bytes"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	bad := filepath.Join(dir, "bad.toml")
	if err := os.WriteFile(bad, []byte("a = 1"+listener), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = config.Load(bad)
	var one *config.Error
	if !errors.As(err, &one) || one.File != bad || one.Line != 1 || one.Column != 1 || one.Key != "a" {
		t.Errorf("got %#v, want the place of key a", one)
	}
}
