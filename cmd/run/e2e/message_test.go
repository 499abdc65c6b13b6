//go:build e2e

package e2e_test

import (
	"fmt"
	"strconv"
	"strings"
)

// A message is a SIP message as a phone of these tests sees it: read and
// written without any code of the server.
type message struct {
	start  string
	fields []field
	body   string
	link   link   // where it came from
	text   string // as it came
}

type field struct{ name, value string }

// parseMessage reads a message that is complete.
func parseMessage(text string) (*message, error) {
	head, body, found := strings.Cut(text, "\r\n\r\n")
	if !found {
		return nil, fmt.Errorf("no empty line in %q", text)
	}
	lines := strings.Split(head, "\r\n")
	m := &message{start: lines[0], body: body, text: text}
	for _, line := range lines[1:] {
		name, value, found := strings.Cut(line, ":")
		if !found {
			return nil, fmt.Errorf("header line %q in %q", line, text)
		}
		m.fields = append(m.fields, field{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	n, err := strconv.Atoi(m.value("Content-Length"))
	if m.value("Content-Length") != "" && (err != nil || n != len(body)) {
		return nil, fmt.Errorf("Content-Length %q with %d bytes of body in %q", m.value("Content-Length"), len(body), text)
	}
	return m, nil
}

// add appends a header field.
func (m *message) add(name, value string) { m.fields = append(m.fields, field{name, value}) }

// String returns m as it is sent, with the Content-Length of its body.
func (m *message) String() string {
	var b strings.Builder
	b.WriteString(m.start + "\r\n")
	for _, f := range m.fields {
		b.WriteString(f.name + ": " + f.value + "\r\n")
	}
	fmt.Fprintf(&b, "Content-Length: %d\r\n\r\n%s", len(m.body), m.body)
	return b.String()
}

// value returns the value of the first field of that name, or "".
func (m *message) value(name string) string {
	for _, f := range m.fields {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// values returns the elements of all fields of that name, for lists whose
// elements have no quoted commas.
func (m *message) values(name string) (list []string) {
	for _, f := range m.fields {
		if !strings.EqualFold(f.name, name) {
			continue
		}
		for v := range strings.SplitSeq(f.value, ",") {
			list = append(list, strings.TrimSpace(v))
		}
	}
	return list
}

func (m *message) isResponse() bool { return strings.HasPrefix(m.start, "SIP/2.0 ") }

// status returns the status of a response, 0 for a request.
func (m *message) status() int {
	if !m.isResponse() {
		return 0
	}
	n, _ := strconv.Atoi(m.start[len("SIP/2.0 "):min(len(m.start), len("SIP/2.0 ")+3)])
	return n
}

// method returns the method of a request, or that of the request that a
// response answers.
func (m *message) method() string {
	if m.isResponse() {
		_, method, _ := strings.Cut(m.value("CSeq"), " ")
		return method
	}
	method, _, _ := strings.Cut(m.start, " ")
	return method
}

// uri returns the Request-URI.
func (m *message) uri() string {
	if f := strings.Fields(m.start); len(f) == 3 {
		return f[1]
	}
	return ""
}

// branch returns the branch of the top Via, which names the transaction.
func (m *message) branch() string {
	if via := m.values("Via"); len(via) > 0 {
		return param(via[0], "branch")
	}
	return ""
}

// identity tells a message from all others but its retransmissions.
func (m *message) identity() string {
	if m.isResponse() {
		return strings.Join([]string{m.value("CSeq"), m.branch(), strconv.Itoa(m.status())}, " ")
	}
	return m.method() + " " + m.branch()
}

// param returns the value of a parameter of a header value.
func param(value, name string) string {
	for p := range strings.SplitSeq(value, ";") {
		if k, v, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(k, name) {
			return v
		}
	}
	return ""
}

// addrURI returns the URI of a name-addr or addr-spec.
func addrURI(value string) string {
	if _, rest, found := strings.Cut(value, "<"); found {
		uri, _, _ := strings.Cut(rest, ">")
		return uri
	}
	uri, _, _ := strings.Cut(value, ";")
	return uri
}

// reply makes the response to a request (RFC 3261 §8.2.6).
func (m *message) reply(status int, reason, tag string) *message {
	r := &message{start: fmt.Sprintf("SIP/2.0 %d %s", status, reason)}
	for _, f := range m.fields {
		switch strings.ToLower(f.name) {
		case "via", "from", "call-id", "cseq":
			r.add(f.name, f.value)
		case "record-route":
			if status < 300 {
				r.add(f.name, f.value)
			}
		case "to":
			to := f.value
			if tag != "" && param(to, "tag") == "" {
				to += ";tag=" + tag
			}
			r.add(f.name, to)
		}
	}
	return r
}
