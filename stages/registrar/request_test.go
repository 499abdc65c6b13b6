package registrar

import (
	"net/netip"
	"testing"
	"time"

	"sluice/parser"
	"sluice/parser/sip"
)

func TestQvalue(t *testing.T) {
	tests := []struct {
		text string
		q    uint16
		ok   bool
	}{
		{"0", 0, true}, {"0.", 0, true}, {"0.5", 500, true}, {"0.05", 50, true}, {"0.123", 123, true},
		{"1", 1000, true}, {"1.", 1000, true}, {"1.0", 1000, true}, {"1.000", 1000, true},
		{"1.1", 0, false}, {"1.001", 0, false}, {"0.1234", 0, false}, {"2", 0, false}, {"05", 0, false}, {".5", 0, false}, {"0.x", 0, false}, {"-1", 0, false},
	}
	for _, c := range tests {
		buf := []byte("<sip:a@b>;q=" + c.text)
		var na sip.NameAddr
		if _, err := sip.ParseNameAddr(buf, 0, &na); err != parser.OK {
			t.Fatalf("%s: %v", c.text, err)
		}
		if q, ok := qvalue(buf, &na); ok != c.ok || ok && q != c.q {
			t.Errorf("%s: got %d %t, want %d %t", c.text, q, ok, c.q, c.ok)
		}
	}
}

func TestSeconds(t *testing.T) {
	tests := []struct {
		text string
		want uint32
	}{{"0", 0}, {"00060", 60}, {"4294967295", 4294967295}, {"4294967296", 4294967295}, {"18446744073709551617", 4294967295}, {"", 3600}, {"1h", 3600}, {"-1", 3600}, {"1.5", 3600}, {`"60"`, 3600}}
	for _, c := range tests {
		if got := seconds([]byte(c.text)); got != time.Duration(c.want)*time.Second {
			t.Errorf("%q: got %v, want %d s", c.text, got, c.want)
		}
	}
}

func TestAppendParams(t *testing.T) {
	tests := []struct{ name, params, want string }{
		{"none", "", ""},
		{"only expires", "expires=60", ""},
		{"in the middle", "a=1;Expires=60;b", ";a=1;b"},
		{"twice", "expires=60;a;expires=70", ";a"},
		{"without value", "expires;a", ";a"},
		{"white space", " a = 1 ;\r\n expires = 60 ; b ", ";a = 1;b"},
		{"another name", "xexpires=1;expiresx=2", ";xexpires=1;expiresx=2"},
		{"quoted", `a=";expires=1;\";";expires=2;b="x"`, `;a=";expires=1;\";";b="x"`},
		{"quote that is not closed", `a="b;expires=1`, `;a="b;expires=1`},
		{"escape at the end", `a="\`, `;a="\`},
		{"empty ones", ";;a;;", ";a"},
		{"folded quote", "a=\"b\r\n c\"", `;a="b c"`},
	}
	for _, c := range tests {
		if got := string(appendParams(nil, []byte(c.params))); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestAppendTarget(t *testing.T) {
	tests := []struct{ uri, want string }{
		{"sip:a@b", "sip:a@b"},
		{"sip:a@b?x=y", "sip:a@b"},
		{"sip:a@b;method=INVITE", "sip:a@b"},
		{"sip:a@b;METHOD=INVITE;x;method=BYE;y=method", "sip:a@b;x;y=method"},
		{"sip:a@b;x;y?method=z", "sip:a@b;x;y"},
		{"sip:a:p@[2001:db8::1]:5070;lr;method=X?a=b", "sip:a:p@[2001:db8::1]:5070;lr"},
	}
	for _, c := range tests {
		buf := []byte("<" + c.uri + ">") // not at the start of the buffer
		var na sip.NameAddr
		if _, err := sip.ParseNameAddr(buf, 0, &na); err != parser.OK {
			t.Fatalf("%s: %v", c.uri, err)
		}
		if got := string(appendTarget(nil, buf, &na.URI)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.uri, got, c.want)
		}
	}
}

func TestIsInvalid(t *testing.T) {
	tests := map[string]bool{"invalid": true, "x.invalid": true, "X.Y.INVALID": true, "invalid.example": false, "xinvalid": false, ".invalid": true, "": false, "192.0.2.1": false}
	for host, want := range tests {
		if got := isInvalid([]byte(host)); got != want {
			t.Errorf("%q: got %t, want %t", host, got, want)
		}
	}
}

// TestReadKeepsNothing reads a large request and then a small one with the
// same request.
func TestReadKeepsNothing(t *testing.T) {
	set := newRegistrar()
	if err := set.Validate(); err != nil {
		t.Fatal(err)
	}
	var q request
	read := func(lines string) sip.Reply {
		m := new(sip.Message)
		text := "REGISTER sip:b SIP/2.0\r\nTo: <sip:a@b>\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\n" + lines + "\r\n"
		if err := m.Index([]byte(text)); err != parser.OK {
			t.Fatalf("index: %v", err)
		}
		return q.read(m, origin{}, set)
	}
	if r := read("Contact: <sip:a@c;x>;y, <sip:d@e>\r\nPath: <sip:f;lr>\r\n"); r.Status != 0 || len(q.contacts) != 2 {
		t.Fatalf("got %d, %d contacts", r.Status, len(q.contacts))
	}
	if r := read("Contact: *\r\nExpires: 0\r\n"); r.Status != 0 || !q.star || len(q.contacts)+len(q.path)+len(q.text) != 0 {
		t.Errorf("after *: got %d, %+v", r.Status, q)
	}
	if r := read(""); r.Status != 0 || q.star || len(q.contacts) != 0 {
		t.Errorf("after nothing: got %d, %+v", r.Status, q)
	}
}

// TestReadWithoutOrder reads what stage sanity would not let through.
func TestReadWithoutOrder(t *testing.T) {
	set := newRegistrar()
	for name, c := range map[string]struct{ lines, want string }{
		"no Call-ID": {"CSeq: 1 REGISTER\r\n", "Malformed Call-ID"},
		"no CSeq":    {"Call-ID: c\r\n", "Malformed CSeq"},
	} {
		m := new(sip.Message)
		if err := m.Index([]byte("REGISTER sip:b SIP/2.0\r\n" + c.lines + "\r\n")); err != parser.OK {
			t.Fatalf("%s: %v", name, err)
		}
		var q request
		if got := q.read(m, origin{}, set); got.Status != 400 || got.Reason != c.want {
			t.Errorf("%s: got %d %s, want 400 %s", name, got.Status, got.Reason, c.want)
		}
	}
}

func message(tb testing.TB, text string) *sip.Message {
	m := new(sip.Message)
	if err := m.Index([]byte(text)); err != parser.OK {
		tb.Fatal(err)
	}
	return m
}

// TestSource: where a binding came from is kept with its zone.
func TestSource(t *testing.T) {
	m := message(t, "REGISTER sip:h SIP/2.0\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@h>, <sip:b@h>\r\n\r\n")
	set := newRegistrar()
	if err := set.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"192.0.2.1:5060", "[2001:db8::1]:5060", "[fe80::1%eth0]:5060", "[::ffff:192.0.2.1]:5060"} {
		var q request
		if refusal := q.read(m, origin{source: netip.MustParseAddrPort(want)}, set); refusal.Status != 0 {
			t.Fatal(refusal)
		}
		list, _ := q.apply(nil, nil, 0, set.MaxContacts)
		rec := chain(nil).replaced(-1, 0, []byte("a@h"), list).record(0)
		for i := range rec.len() {
			b := rec.binding(i)
			for _, a := range b.LogValue().Group() {
				if got := a.Value.String(); a.Key == "source" && got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			}
		}
	}
}

// TestDevice: what names the device is found in the parameters, or kept for
// itself.
func TestDevice(t *testing.T) {
	tests := []struct{ name, params, want string }{
		{"none", ";x=y", ""},
		{"among others", `;x=y;+sip.instance="<urn:x:1>";reg-id=1`, "urn:x:1"},
		{"folded", ";+sip.instance=\"<urn:\r\n x>\"", "urn:\r\n x"},
	}
	set := newRegistrar()
	if err := set.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			m := message(t, "REGISTER sip:h SIP/2.0\r\nCall-ID: c\r\nCSeq: 1 REGISTER\r\nContact: <sip:a@h>"+c.params+", <sip:b@h>"+c.params+"\r\n\r\n")
			var q request
			if refusal := q.read(m, origin{}, set); refusal.Status != 0 {
				t.Fatal(refusal)
			}
			list, _ := q.apply(nil, nil, 0, set.MaxContacts)
			if len(list) != 2 {
				t.Fatalf("got %d bindings, want 2", len(list))
			}
			for _, b := range list {
				if got := string(b.device.Of(b.text)); got != c.want {
					t.Errorf("got %q, want %q", got, c.want)
				}
			}
		})
	}
}
