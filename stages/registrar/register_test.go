package registrar_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sluice/stages/registrar"
)

// A step is one REGISTER and its answer.
type step struct {
	uri     string        // Request-URI; "" is sip:example.com
	after   time.Duration // since the step before
	headers []string
	status  string // "" is "200 OK"
	want    []string
}

func headers(lines ...string) []string { return lines }

// contacts of an answer, and the lines named.
func contacts(values ...string) (lines []string) {
	for _, v := range values {
		lines = append(lines, "Contact: "+v)
	}
	return append(lines, "Supported: path")
}

const badStar = "400 Contact * Needs Expires 0 And No Other Contact"

var registerCases = []struct {
	name  string
	set   settings
	steps []step
}{
	{name: "no Contact asks for the bindings", steps: []step{
		{want: contacts()},
		{headers: headers("Contact: <sip:a@192.0.2.1>"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{after: 10 * time.Second, want: contacts("<sip:a@192.0.2.1>;expires=3590")},
		{after: 500 * time.Millisecond, want: contacts("<sip:a@192.0.2.1>;expires=3590")},
	}},
	{name: "expires parameter before Expires before default", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=120, <sip:b@192.0.2.1>", "Expires: 600"),
			want: contacts("<sip:a@192.0.2.1>;expires=120", "<sip:b@192.0.2.1>;expires=600")},
		{headers: headers("Contact: <sip:c@192.0.2.1>"),
			want: contacts("<sip:c@192.0.2.1>;expires=3600", "<sip:a@192.0.2.1>;expires=120", "<sip:b@192.0.2.1>;expires=600")},
	}},
	{name: "default_expires", set: func(r *registrar.Registrar) { r.DefaultExpires = 10 * time.Minute }, steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>"), want: contacts("<sip:a@192.0.2.1>;expires=600")},
	}},
	{name: "max_expires caps", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=7201"), want: contacts("<sip:a@192.0.2.1>;expires=7200")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=99999999999999999999999"), want: contacts("<sip:a@192.0.2.1>;expires=7200")},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Expires: 4294967296"), want: contacts("<sip:a@192.0.2.1>;expires=7200")},
	}},
	{name: "a malformed expiration is an hour", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=soon"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Expires: -1"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
	}},
	{name: "423 below the minimum", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=59"), status: "423 Interval Too Brief", want: headers("Min-Expires: 60")},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Expires: 1"), status: "423 Interval Too Brief", want: headers("Min-Expires: 60")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=60"), want: contacts("<sip:a@192.0.2.1>;expires=60")},
	}},
	{name: "423 for one binds none", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>;expires=5"), status: "423 Interval Too Brief", want: headers("Min-Expires: 60")},
		{want: contacts()},
	}},
	{name: "an hour is never refused", set: func(r *registrar.Registrar) { r.MinExpires = time.Hour }, steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=3600"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=3599"), status: "423 Interval Too Brief", want: headers("Min-Expires: 3600")},
	}},
	{name: "a minimum between seconds", set: func(r *registrar.Registrar) { r.MinExpires = 1500 * time.Millisecond }, steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=1"), status: "423 Interval Too Brief", want: headers("Min-Expires: 2")},
	}},
	{name: "expires 0 removes", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>"), want: contacts("<sip:a@192.0.2.1>;expires=3600", "<sip:b@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=0"), want: contacts("<sip:b@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:c@192.0.2.1>;expires=0"), want: contacts("<sip:b@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:b@192.0.2.1>", "Expires: 0"), want: contacts()},
	}},
	{name: "a binding ends", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=60"), want: contacts("<sip:a@192.0.2.1>;expires=60")},
		{after: 59*time.Second + 999*time.Millisecond, want: contacts("<sip:a@192.0.2.1>;expires=1")},
		{after: time.Millisecond, want: contacts()},
	}},
	{name: "star removes all", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>"), want: contacts("<sip:a@192.0.2.1>;expires=3600", "<sip:b@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: *", "Expires: 0"), want: contacts()},
		{headers: headers("Contact: *", "Expires: 0"), want: contacts()},
	}},
	{name: "star removes what others bound", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Call-ID: other", "CSeq: 900 REGISTER"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: *", "Expires: 0"), want: contacts()},
	}},
	{name: "star out of order fails whole", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "CSeq: 7 REGISTER"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:b@192.0.2.1>", "Call-ID: other"), want: contacts("<sip:b@192.0.2.1>;expires=3600", "<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: *", "Expires: 0", "CSeq: 7 REGISTER"), status: "500 CSeq Out Of Order"},
		{want: contacts("<sip:b@192.0.2.1>;expires=3600", "<sip:a@192.0.2.1>;expires=3600")},
	}},
	{name: "star with another Contact", steps: []step{
		{headers: headers("Contact: *, <sip:a@192.0.2.1>", "Expires: 0"), status: badStar},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Contact: *", "Expires: 0"), status: badStar},
		{headers: headers("Contact: *", "Contact: *", "Expires: 0"), status: badStar},
	}},
	{name: "star without Expires 0", steps: []step{
		{headers: headers("Contact: *"), status: badStar},
		{headers: headers("Contact: *", "Expires: 60"), status: badStar},
		{headers: headers("Contact: *", "Expires: nil"), status: badStar},
		{headers: headers("Contact: *;expires=0"), status: "400 Malformed Contact"},
	}},
	{name: "same Call-ID needs a higher CSeq", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "CSeq: 7 REGISTER"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=600", "CSeq: 7 REGISTER"), status: "500 CSeq Out Of Order"},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=0", "CSeq: 6 REGISTER"), status: "500 CSeq Out Of Order"},
		{headers: headers("Contact: <sip:b@192.0.2.1>, <sip:a@192.0.2.1>;expires=0", "CSeq: 6 REGISTER"), status: "500 CSeq Out Of Order"},
		{headers: headers("CSeq: 6 REGISTER"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=600", "CSeq: 8 REGISTER"), want: contacts("<sip:a@192.0.2.1>;expires=600")},
	}},
	{name: "another Call-ID needs none", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "CSeq: 7 REGISTER"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=600", "CSeq: 1 REGISTER", "Call-ID: c2"), want: contacts("<sip:a@192.0.2.1>;expires=600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=0", "CSeq: 8 REGISTER"), want: contacts()},
	}},
	{name: "an address is compared by URI equality", steps: []step{
		{headers: headers("Contact: <sip:%61@Host.Example:5070;x=1>"), want: contacts("<sip:%61@Host.Example:5070;x=1>;expires=3600")},
		{headers: headers("Contact: <sip:a@host.example:5070>;expires=600"), want: contacts("<sip:a@host.example:5070>;expires=600")},
		{headers: headers("Contact: <sip:a@host.example>;expires=700"),
			want: contacts("<sip:a@host.example>;expires=700", "<sip:a@host.example:5070>;expires=600")},
		{headers: headers("Contact: <sip:a@host.example;transport=tcp>;expires=800"),
			want: contacts("<sip:a@host.example;transport=tcp>;expires=800", "<sip:a@host.example>;expires=700", "<sip:a@host.example:5070>;expires=600")},
	}},
	{name: "of an address that is there twice the last counts", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=100, <sip:a@192.0.2.1>;expires=200"), want: contacts("<sip:a@192.0.2.1>;expires=200")},
		{headers: headers("Contact: <sip:b@192.0.2.1>, <sip:a@192.0.2.1>, <sip:b@192.0.2.1>;expires=0"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
	}},
	{name: "q orders, then the latest", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;q=0.5, <sip:b@192.0.2.1>;q=0.501"),
			want: contacts("<sip:b@192.0.2.1>;q=0.501;expires=3600", "<sip:a@192.0.2.1>;q=0.5;expires=3600")},
		{headers: headers("Contact: <sip:c@192.0.2.1>", "m: <sip:d@192.0.2.1>;q=0.5"),
			want: contacts("<sip:c@192.0.2.1>;expires=3600", "<sip:b@192.0.2.1>;q=0.501;expires=3600", "<sip:d@192.0.2.1>;q=0.5;expires=3600", "<sip:a@192.0.2.1>;q=0.5;expires=3600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;q=0.5, <sip:c@192.0.2.1>;q=0"),
			want: contacts("<sip:b@192.0.2.1>;q=0.501;expires=3600", "<sip:a@192.0.2.1>;q=0.5;expires=3600", "<sip:d@192.0.2.1>;q=0.5;expires=3600", "<sip:c@192.0.2.1>;q=0;expires=3600")},
	}},
	{name: "malformed q", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;q=1.001"), status: "400 Malformed Contact q"},
		{headers: headers("Contact: <sip:a@192.0.2.1>;q=high"), status: "400 Malformed Contact q"},
	}},
	{name: "parameters come back as they came", steps: []step{
		{headers: headers("Contact: \"A. \\\" Lice\" <sip:a@192.0.2.1;ob>; EXPIRES = 120 ;+sip.instance=\"<urn:uuid:1;2>\" ;reg-id=1;flag", "Supported: path, outbound, gruu"),
			want: contacts("<sip:a@192.0.2.1;ob>;+sip.instance=\"<urn:uuid:1;2>\";reg-id=1;flag;expires=120")},
	}},
	{name: "a Contact without brackets", steps: []step{
		{headers: headers("Contact: sip:a@192.0.2.1:5070;expires=120;q=0.7"), want: contacts("<sip:a@192.0.2.1:5070>;q=0.7;expires=120")},
	}},
	{name: "a folded Contact is unfolded", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>\r\n ;a=1,\r\n\t<sip:b@192.0.2.1>;x=\"y\r\n z\""),
			want: contacts("<sip:a@192.0.2.1>;a=1;expires=3600", "<sip:b@192.0.2.1>;x=\"y z\";expires=3600")},
	}},
	{name: "malformed Contact", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1"), status: "400 Malformed Contact"},
		{headers: headers("Contact:"), status: "400 Malformed Contact"},
		{headers: headers("Contact: <sip:a@192.0.2.1>, nobody"), status: "400 Malformed Contact"},
		{want: contacts()},
	}},
	{name: "Path is stored and echoed", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Supported: path", "Path: <sip:e2@192.0.2.9;lr>,\r\n <sip:e1@192.0.2.8;lr>", "Path: <sip:e0@192.0.2.7;lr>"),
			want: append([]string{"Contact: <sip:a@192.0.2.1>;expires=3600", "Path: <sip:e2@192.0.2.9;lr>, <sip:e1@192.0.2.8;lr>, <sip:e0@192.0.2.7;lr>"}, "Supported: path")},
		{want: contacts("<sip:a@192.0.2.1>;expires=3600")},
	}},
	{name: "malformed Path", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Path: <sip:e2@192.0.2.9;lr"), status: "400 Malformed Path"},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Path: *"), status: "400 Malformed Path"},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Path:"), status: "400 Malformed Path"},
	}},
	{name: "Require of what we know", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Require: PATH"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
	}},
	{name: "Require of what we do not know", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Require: path, outbound", "Require: gruu"), status: "420 Bad Extension", want: headers("Unsupported: outbound, gruu")},
		{want: contacts()},
	}},
	{name: "a To that is not of our domains", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "To: <sip:alice@elsewhere.example>"), status: "404 Not Found"},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "To: <sip:example.com>"), status: "404 Not Found"},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "To: <tel:+1234>"), status: "404 Not Found"},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "To: <sip:"+strings.Repeat("x", 600)+"@example.com>"), status: "404 Not Found"},
	}},
	{name: "domains", steps: []step{
		{uri: "sip:Example.COM:5080;transport=tcp", headers: headers("Contact: <sip:a@192.0.2.1>", "To: <sip:alice@EXAMPLE.com:99>"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{uri: "sip:192.0.2.254", want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{uri: "sip:198.51.100.1", want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{uri: "sip:[2001:DB8::0:1]", headers: headers("To: <sips:alice@example.com;user=phone>"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{uri: "sip:[2001:DB8::0:1]", headers: headers("To: <sip:alice@[2001:db8:0::1]>"), want: contacts()},
	}},
	{name: "another domain is passed on", steps: []step{
		{uri: "sip:elsewhere.example", headers: headers("Contact: <sip:a@192.0.2.1>", "To: <sip:alice@elsewhere.example>"), status: "200 Passed On", want: headers("Routed: false")},
	}},
	{name: "users are compared unescaped and by case", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "To: <sip:%61lice@example.com>"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("To: <sip:Alice@example.com>"), want: contacts()},
	}},
	{name: "more Contact values than a user may have", set: func(r *registrar.Registrar) { r.MaxContacts = 2 }, steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>, <sip:c@192.0.2.1>"), status: "403 Too Many Contacts"},
		{headers: headers("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>"), want: contacts("<sip:a@192.0.2.1>;expires=3600", "<sip:b@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:c@192.0.2.1>"), status: "403 Too Many Contacts"},
		{headers: headers("Contact: <sip:c@192.0.2.1>, <sip:a@192.0.2.1>;expires=0"), want: contacts("<sip:c@192.0.2.1>;expires=3600", "<sip:b@192.0.2.1>;expires=3600")},
	}},
	{name: "more bindings than the table may have", set: func(r *registrar.Registrar) { r.MaxBindings = 2 }, steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>", "To: <sip:bob@example.com>"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>"), status: "503 Service Unavailable", want: headers("Retry-After: 60")},
		{headers: headers("Contact: <sip:a@192.0.2.1>"), want: contacts("<sip:a@192.0.2.1>;expires=3600")},
		{headers: headers("Contact: <sip:b@192.0.2.1>"), status: "503 Service Unavailable", want: headers("Retry-After: 60")},
		{headers: headers("Contact: <sip:a@192.0.2.1>;expires=100"), want: contacts("<sip:a@192.0.2.1>;expires=100")},
		{headers: headers("Contact: *", "Expires: 0", "To: <sip:bob@example.com>"), want: contacts()},
		{headers: headers("Contact: <sip:b@192.0.2.1>"), want: contacts("<sip:b@192.0.2.1>;expires=3600", "<sip:a@192.0.2.1>;expires=100")},
	}},
	{name: "a Contact too large to keep", steps: []step{
		{headers: headers("Contact: <sip:a@192.0.2.1>;x=" + strings.Repeat("x", 2100)), status: "513 Contact Too Large"},
		{headers: headers("Contact: <sip:a@192.0.2.1>", "Path: <sip:"+strings.Repeat("x", 2100)+"@192.0.2.9;lr>"), status: "513 Contact Too Large"},
		{headers: headers("Contact: <sip:a@192.0.2.1>;x=" + strings.Repeat("x", 1900)), want: contacts("<sip:a@192.0.2.1>;x=" + strings.Repeat("x", 1900) + ";expires=3600")},
	}},
	{name: "SIPS needs SIPS all the way", steps: []step{
		{headers: headers("Contact: <sips:a@192.0.2.1>"), status: "400 SIPS Contact Needs SIPS Request-URI, Contacts And Path"},
		{uri: "sips:example.com", headers: headers("Contact: <sips:a@192.0.2.1>, <sip:b@192.0.2.1>"), status: "400 SIPS Contact Needs SIPS Request-URI, Contacts And Path"},
		{uri: "sips:example.com", headers: headers("Contact: <sips:a@192.0.2.1>", "Path: <sip:192.0.2.9;lr>"), status: "400 SIPS Contact Needs SIPS Request-URI, Contacts And Path"},
		{uri: "sips:example.com", headers: headers("Contact: <sips:a@192.0.2.1>", "Path: <sips:192.0.2.9;lr>"),
			want: []string{"Contact: <sips:a@192.0.2.1>;expires=3600", "Path: <sips:192.0.2.9;lr>", "Supported: path"}},
		{headers: headers("Contact: <sips:a@192.0.2.1>;expires=0"), want: contacts()},
	}},
}

func TestRegister(t *testing.T) {
	for _, c := range registerCases {
		t.Run(c.name, func(t *testing.T) {
			p := newPhone(t, c.set)
			for i, s := range c.steps {
				p.net.Advance(s.after)
				if s.uri == "" {
					s.uri = "sip:example.com"
				}
				if s.status == "" {
					s.status = "200 OK"
				}
				checkStep(t, fmt.Sprintf("step %d", i+1), p.send("REGISTER", s.uri, s.headers...), &s)
			}
		})
	}
}

// checkStep compares the status of an answer, and the header lines that are
// the registrar's.
func checkStep(t *testing.T, what, msg string, s *step) {
	t.Helper()
	wantStatus(t, what, msg, s.status)
	var got []string
	head, _, _ := strings.Cut(msg, "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n")[1:] {
		switch name, _, _ := strings.Cut(line, ":"); name {
		case "Via", "From", "To", "Call-ID", "CSeq", "Content-Length", "Server", "Profile":
		default:
			got = append(got, line)
		}
	}
	if g, w := strings.Join(got, "\n"), strings.Join(s.want, "\n"); g != w {
		t.Errorf("%s: got\n%s\nwant\n%s", what, g, w)
	}
}

func TestRegisterMetrics(t *testing.T) {
	p := newPhone(t, nil)
	p.register("Contact: <sip:a@192.0.2.1>, <sip:b@192.0.2.1>")
	p.register("Contact: <sip:a@192.0.2.1>")
	p.register("Contact: <sip:b@192.0.2.1>;expires=0")
	p.register("Contact: <sip:c@192.0.2.1>;expires=1")
	p.register()
	want := map[string]int64{"registrations_total": 4, "rejected_total": 1, "bindings": 1, "lookups_total": 0, "misses_total": 0}
	for name, n := range want {
		if got := p.net.Count("sluice_registrar_" + name); got != n {
			t.Errorf("%s = %d, want %d", name, got, n)
		}
	}
}
