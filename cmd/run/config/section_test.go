package config_test

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"sluice/cmd/run/config"
)

// settings is what the pipeline asks of a section.
type settings interface{ Decode(dst any) error }

var _ settings = config.Section{}

// routes and rule are shaped as a stage's own settings are.
type routes struct {
	Rule []rule `toml:"rule"`

	count int // no tag: not in the schema
}

type rule struct {
	Methods []string       `toml:"methods"`
	Domains []string       `toml:"domains" format:"domain"`
	Sources []netip.Prefix `toml:"sources"`
	Proxy   string         `toml:"proxy" default:"proxy_out" ref:"proxy"`
	NextHop *target        `toml:"next_hop"`
	Reply   string         `toml:"reply"`
}

func (r *rule) Check(fault func(reason string, path ...any)) {
	if r.Reply != "" && r.NextHop != nil {
		fault("excludes next_hop", "reply")
	}
}

// A target is a value of a stage's own syntax.
type target string

func (t *target) UnmarshalText(b []byte) error {
	if len(b) < 5 || string(b[:4]) != "sip:" {
		return errors.New("is no SIP URI")
	}
	*t = target(b[4:])
	return nil
}

// shapes has a field of every type that is converted.
type shapes struct {
	Bool     bool                     `toml:"bool" default:"true"`
	String   string                   `toml:"string"`
	Int8     int8                     `toml:"int8"`
	Uint16   uint16                   `toml:"uint16" min:"1" max:"1000"`
	Int64    int64                    `toml:"int64"`
	Uint64   uint64                   `toml:"uint64"`
	Count    *int                     `toml:"count"`
	Wait     time.Duration            `toml:"wait" default:"90s" min:"1s"`
	Ports    []uint16                 `toml:"ports" default:"5060, 5061"`
	Nets     []netip.Prefix           `toml:"nets" default:"127.0.0.0/8, ::1"`
	Addr     netip.AddrPort           `toml:"addr"`
	Target   target                   `toml:"target" default:"sip:default"`
	Nested   nested                   `toml:"nested"`
	Required nested                   `toml:"required" required:"true"`
	List     []nested                 `toml:"list"`
	Map      map[string]nested        `toml:"map"`
	Waits    map[string]time.Duration `toml:"waits"`
}

type nested struct {
	A int `toml:"a" default:"7"`
	B int `toml:"b"`
}

// section returns [stage.route] of a file that begins with text.
func section(t *testing.T, text string) config.Section {
	t.Helper()
	c, err := config.Parse("sluice.toml", []byte(text+listener))
	if err != nil {
		t.Fatalf("got %v, want no error", err)
	}
	return c.Settings("route")
}

func TestDecode(t *testing.T) {
	s := section(t, `[stage.route]
string = 'a\b'
int8 = -128
uint16 = 1_000
int64 = -9223372036854775808
uint64 = 9223372036854775807
count = 0
wait = "1h"
ports = [80]
nets = ["192.0.2.7", "2001:db8::/32"]
addr = "[::1]:80"
target = "sip:x"
required = { b = 1 }
nested.b = 2
list = [ { a = 1 }, {} ]
waits.x = "1ms"
[stage.route.map.one]
b = 3
`)
	zero := 0
	want := shapes{
		Bool: true, String: `a\b`, Int8: -128, Uint16: 1000, Int64: -1 << 63, Uint64: 1<<63 - 1, Count: &zero,
		Wait: time.Hour, Ports: []uint16{80},
		Nets: []netip.Prefix{netip.MustParsePrefix("192.0.2.7/32"), netip.MustParsePrefix("2001:db8::/32")},
		Addr: netip.MustParseAddrPort("[::1]:80"), Target: "x", Nested: nested{7, 2}, Required: nested{7, 1},
		List: []nested{{1, 0}, {7, 0}}, Map: map[string]nested{"one": {7, 3}}, Waits: map[string]time.Duration{"x": time.Millisecond},
	}
	var got shapes
	if err := s.Decode(&got); err != nil {
		t.Fatalf("got %v, want no error", err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestDecodeDefaults(t *testing.T) {
	got := shapes{String: "kept", Wait: 2 * time.Second}
	if err := section(t, "[stage.route]\nrequired = {}").Decode(&got); err != nil {
		t.Fatalf("got %v, want no error", err)
	}
	want := shapes{
		Bool: true, String: "kept", Wait: 2 * time.Second, Ports: []uint16{5060, 5061},
		Nets:   []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		Target: "default", Nested: nested{A: 7}, Required: nested{A: 7},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestDecodeFaults(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"absent section", "", []string{"stage.route.required: is missing"}},
		{"missing", "[stage.route]\nbool = false", []string{"1:2: stage.route.required: is missing"}},
		{"everything", `[stage.route]
bool = "true"
int8 = 128
uint16 = 0
uint64 = -1
int64 = 9223372036854775808
count = "x"
wait = "0s"
ports = [0, 65536, "x"]
nets = ["10.0.0.1/8", "10.0.0.0/33", "::ffff:10.0.0.0/104", "fe80::1%eth0"]
addr = "x"
target = "tel:1"
required = []
list = [ { c = 1 }, 5 ]
map = { one = 1, two.a = "x" }
waits = { x = 1 }
nested.a = false
`, []string{
			"2:8: stage.route.bool: must be true or false, not a string",
			"3:8: stage.route.int8: 128 is not within -128 to 127",
			"4:10: stage.route.uint16: 0 is not within 1 to 1000",
			"5:10: stage.route.uint64: -1 is not within 0 to 9223372036854775807",
			"6:9: stage.route.int64: 9223372036854775808 is not within -9223372036854775808 to 9223372036854775807",
			"7:9: stage.route.count: must be an integer, not a string",
			`8:8: stage.route.wait: "0s" is less than 1s`,
			"9:13: stage.route.ports: 65536 is not within 0 to 65535",
			"9:20: stage.route.ports: must be an integer, not a string",
			`10:9: stage.route.nets: "10.0.0.1/8" has bits set behind its length; its network is 10.0.0.0/8`,
			`10:23: stage.route.nets: "10.0.0.0/33" is no address and no prefix such as 192.0.2.0/24`,
			`10:38: stage.route.nets: "::ffff:10.0.0.0/104" never matches: write it as an IPv4 prefix`,
			`10:61: stage.route.nets: "fe80::1%eth0" is no address and no prefix such as 192.0.2.0/24`,
			`11:8: stage.route.addr: "x": not an ip:port`,
			`12:10: stage.route.target: "tel:1": is no SIP URI`,
			"13:1: stage.route.required: must be one table: [stage.route.required], not [[stage.route.required]]",
			"14:12: stage.route.list.c: unknown key (known here: a, b)",
			"14:21: stage.route.list: must be a table, not an integer",
			"15:15: stage.route.map.one: must be a table, not an integer",
			"15:26: stage.route.map.two.a: must be an integer, not a string",
			`16:15: stage.route.waits.x: must be a duration such as "32s", not an integer`,
			"17:12: stage.route.nested.a: must be an integer, not true or false",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := config.Parse("sluice.toml", []byte(tt.text+listener))
			var got shapes
			compare(t, lines(c.Join(err, c.Settings("route").Decode(&got))), tt.want)
		})
	}
}

func TestDecodeRules(t *testing.T) {
	s := section(t, `[[stage.route.rule]]
sources = ["127.0.0.0/8"]
next_hop = "tel:1"
reply = "404 Not Found"

[[stage.route.rule]]
proxy = "proxy_in"
next_hop = "sip:192.0.2.1"
reply = "404 Not Found"
domains = ["Example.COM"]

[[stage.route.rule]]
proxy = "mine"

[proxy.mine]
`)
	var got routes
	compare(t, lines(s.Decode(&got)), []string{
		`3:12: stage.route.rule.next_hop: "tel:1": is no SIP URI`,
		"7:9: stage.route.rule.proxy: there is no [proxy.proxy_in]",
		"9:9: stage.route.rule.reply: excludes next_hop",
	})
	if len(got.Rule) != 3 || got.Rule[0].Proxy != "proxy_out" || got.Rule[2].Proxy != "mine" || got.Rule[1].Domains[0] != "example.com" {
		t.Errorf("got %+v, want what was right to be set", got.Rule)
	}
}

func TestDecodeMisuse(t *testing.T) {
	s := section(t, "[stage.route]\nx = 1")
	for name, dst := range map[string]any{
		"no pointer": shapes{},
		"nil":        (*shapes)(nil),
		"no struct":  new(int),
		"no such type": new(struct {
			X chan int `toml:"x"`
		}),
		"bad bound": new(struct {
			X int `toml:"x" min:"one"`
		}),
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("got no panic, want one for a mistake of the programmer")
				}
			}()
			_ = s.Decode(dst)
		})
	}
}

func TestFault(t *testing.T) {
	c, err := config.Parse("sluice.toml", []byte(`[[listen]]
url = "udp://127.0.0.1:5060"
[[listen]]
url = "tcp://127.0.0.1:5060"
[[stage.route.rule]]
reply = "404 Not Found"
`))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		got  error
		want string
	}{
		{"key", c.Fault("address in use", "listen", 1, "url"), "sluice.toml:4:7: listen.url: address in use"},
		{"key that is not there", c.Fault("is odd", "listen", 0, "advertise"), "sluice.toml:1:3: listen.advertise: is odd"},
		{"section that is not there", c.Fault("is odd", "admin", "http"), "sluice.toml: admin.http: is odd"},
		{"index out of range", c.Fault("is odd", "listen", 7, "url"), "sluice.toml:1:3: listen.url: is odd"},
		{"of a section", c.Settings("route").Fault("is odd", "rule", 0, "reply"), "sluice.toml:6:9: stage.route.rule.reply: is odd"},
		{"of an absent section", c.Settings("target").Fault("is odd", "x"), "sluice.toml: stage.target.x: is odd"},
		{"of no section", config.Section{}.Fault("is odd", "x"), "x: is odd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.got.Error() != tt.want {
				t.Errorf("got %q, want %q", tt.got, tt.want)
			}
		})
	}
}

func TestJoin(t *testing.T) {
	c, err := config.Parse("sluice.toml", []byte("[pipeline]\nstages = [\"route\"]\n[stage.route]\n[log]\nlevel = 5"+listener))
	at := c.Fault("is odd", "pipeline", "stages")
	all := c.Join(
		fmt.Errorf("build: %w", errors.Join(fmt.Errorf("stage: %w", at), errors.New("stage.route: no rule\nstage.target: is odd"))),
		nil, err, errors.New("mailbox: full"))
	compare(t, lines(all), []string{
		"stage.target: is odd",
		"mailbox: full",
		"2:1: pipeline.stages: is odd",
		"3:2: stage.route: no rule",
		"5:9: log.level: must be a string, not an integer",
	})
	if err := c.Join(nil, nil); err != nil {
		t.Errorf("got %v, want nil", err)
	}
	var none *config.Config
	if err := none.Join(errors.New("open sluice.toml: no such file")); err == nil || err.Error() != "open sluice.toml: no such file" {
		t.Errorf("got %v, want the error as it was", err)
	}
}
