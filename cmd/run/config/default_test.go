package config_test

import (
	"net/netip"
	"reflect"
	"testing"
	"time"

	"sluice/cmd/run/config"
)

// parse returns a configuration that is in order.
func parse(t *testing.T, text string) *config.Config {
	t.Helper()
	c, err := config.Parse("sluice.toml", []byte(text))
	if err != nil {
		t.Fatalf("got %v, want no error", err)
	}
	return c
}

var standingProfile = config.Proxy{
	DoRecordRouting: true, TimerB: 32 * time.Second, TimerC: 120 * time.Second, TimerF: 32 * time.Second,
	TimerT1: 500 * time.Millisecond, TimerT2: 4 * time.Second, TimerT4: 5 * time.Second,
	DNSFailoverOn503: true, UseBlacklist: true, BlacklistTime: 10 * time.Second, UDPMTU: 1500,
}

func TestDefaults(t *testing.T) {
	c := parse(t, listener)
	check := func(name string, got, want any) {
		t.Helper()
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", name, got, want)
		}
	}
	check("server", c.Server, config.Server{
		Name: "sluice", MaxMessageSize: 65535, MaxHeadSize: 32768, MaxBodySize: 65535, MaxConnections: 65536, MaxTransactions: 1000000,
		MaxParked: 65536, ParkTimeout: 10 * time.Second, MaxWriteQueue: 1 << 20, MaxWriteMemory: 256 << 20,
		ConnectTimeout: 5 * time.Second, MaxConnecting: 2048, MaxConnectingPerAddress: 512,
		TCPKeepAlive: time.Minute, TLSHandshakeTimeout: 10 * time.Second, MaxTLSHandshakes: 4096, DrainTimeout: 30 * time.Second,
		MaxConnectionsPerSource: 1024, BanTime: time.Minute,
		HeadTimeout: 10 * time.Second, MessageTimeout: 20 * time.Second, IdleTimeoutIn: 2 * time.Hour, IdleTimeoutOut: 10 * time.Minute,
		AcceptAliases: true,
	})
	check("websocket", c.WebSocket, config.WebSocket{KeepAliveMechanism: "ping", KeepAliveTimeout: 180 * time.Second, MaxHeadSize: 16384})
	check("pipeline", c.Pipeline.Stages, []string{"sanity", "max-forwards", "loose-route", "registrar", "route", "target"})
	check("proxy", c.Proxy, map[string]config.Proxy{
		"default_proxy": standingProfile, "proxy_in_dialog": standingProfile, "proxy_to_users": standingProfile, "proxy_out": standingProfile,
	})
	check("admin", c.Admin, config.Admin{HTTP: "127.0.0.1:8088"})
	check("log", c.Log, config.Log{Level: "info", Format: "text", Output: "stderr"})
	check("stage", len(c.Stage), 0)
}

func TestDefaultFile(t *testing.T) {
	c := config.Default()
	want := []config.Listen{
		{URL: config.URL{Transport: config.UDP, Addr: netip.MustParseAddrPort("127.0.0.1:5060")}},
		{URL: config.URL{Transport: config.TCP, Addr: netip.MustParseAddrPort("127.0.0.1:5060")}},
		{URL: config.URL{Transport: config.WS, Addr: netip.MustParseAddrPort("127.0.0.1:10081")}},
	}
	if !reflect.DeepEqual(c.Listen, want) {
		t.Errorf("got %v, want %v", c.Listen, want)
	}
	var r routes
	if err := c.Settings("route").Decode(&r); err != nil {
		t.Fatal(err)
	}
	sources := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	if len(r.Rule) != 1 || !reflect.DeepEqual(r.Rule[0], rule{Sources: sources, Proxy: "proxy_out"}) {
		t.Errorf("got %+v, want one rule for %v", r.Rule, sources)
	}
	var reg struct {
		Domains []string `toml:"domains" format:"domain"`
	}
	if err := c.Settings("registrar").Decode(&reg); err != nil || !reflect.DeepEqual(reg.Domains, []string{"localhost"}) {
		t.Errorf("got %v, %v, want localhost", reg.Domains, err)
	}
	// But for what it names, the file says nothing that differs from a
	// configuration that leaves everything out.
	bare := parse(t, listener)
	c.Listen, c.Stage, bare.Listen = nil, nil, nil
	if !reflect.DeepEqual(c.Server, bare.Server) || !reflect.DeepEqual(c.Proxy, bare.Proxy) || !reflect.DeepEqual(c.Pipeline, bare.Pipeline) || c.Admin != bare.Admin || c.Log != bare.Log {
		t.Errorf("got %+v, want %+v", c, bare)
	}
}

// The rules for handshakes come in the form in which they are compared.
func TestHandshakeRules(t *testing.T) {
	c := parse(t, `[websocket]
hosts = ["Edge.Example.COM.", "[2001:DB8:0::1]:8080"]
paths = ["/Sip"]
origins = ["HTTPS://Example.com:443", "http://a:8080", "null"]
`+listener)
	want := config.WebSocket{Hosts: []string{"edge.example.com", "[2001:db8::1]:8080"}, Paths: []string{"/Sip"}, Origins: []string{"https://example.com", "http://a:8080", "null"}}
	if got := c.WebSocket; !reflect.DeepEqual(got.Hosts, want.Hosts) || !reflect.DeepEqual(got.Paths, want.Paths) || !reflect.DeepEqual(got.Origins, want.Origins) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestProfiles(t *testing.T) {
	c := parse(t, `[proxy.proxy_out]
timer_B = "6s"
[proxy.default_proxy]
timer_F = "8s"
do_record_routing = false
[proxy.mine]
do_record_routing = true
record_route_all = true
`+listener)
	base := standingProfile
	base.DoRecordRouting, base.TimerF = false, 8*time.Second
	out, mine := base, base
	out.TimerB = 6 * time.Second
	mine.DoRecordRouting, mine.RecordRouteAll = true, true
	want := map[string]config.Proxy{"default_proxy": base, "proxy_in_dialog": base, "proxy_to_users": base, "proxy_out": out, "mine": mine}
	if !reflect.DeepEqual(c.Proxy, want) {
		t.Errorf("got %+v, want %+v", c.Proxy, want)
	}
}

func TestAdminHTTP(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "off": "", "127.0.0.1:80": "127.0.0.1:80", "[::1]:0": "[::1]:0", "[0:0::1]:81": "[::1]:81",
	} {
		if c := parse(t, "admin.http = \""+text+"\""+listener); c.Admin.HTTP != want {
			t.Errorf("%q: got %q, want %q", text, c.Admin.HTTP, want)
		}
	}
}

func TestServerName(t *testing.T) {
	for name, ok := range map[string]bool{"": true, "sluice": true, "sluice/1.0 edge": true, "a  b": false, " a": false, "a/": false, "/1": false, "ä": false, "a/b/c": false} {
		_, err := config.Parse("sluice.toml", []byte("server.name = \""+name+"\""+listener))
		if (err == nil) != ok {
			t.Errorf("%q: got %v, want ok %v", name, err, ok)
		}
	}
}
