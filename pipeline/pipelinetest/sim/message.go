package sim

import (
	"strconv"
	"strings"
)

// A field is one header field.
type field struct{ name, value string }

// A message is what phones send and receive: text, taken apart by rules of
// its own that have nothing in common with our parser.
type message struct {
	method, uri string // of a request
	status      int    // of a response
	reason      string
	fields      []field
	text        string

	// What is looked at often, from the fields.
	via            string // the top one
	branch         string // of it
	vias           int
	callID         string
	seq            int
	seqMethod      string // the method of the transaction it belongs to
	fromTag, toTag string
}

func (m *message) isRequest() bool { return m.status == 0 }

// key names the transaction that m belongs to; an ACK or CANCEL has that of
// the INVITE with another method (RFC 3261 §17.2.3).
func (m *message) key(method string) string { return m.branch + "|" + method }

// get returns the first field with that name, "" if there is none.
func (m *message) get(name string) string {
	for i := range m.fields {
		if m.fields[i].name == name {
			return m.fields[i].value
		}
	}
	return ""
}

func (m *message) all(name string) (values []string) {
	for i := range m.fields {
		if m.fields[i].name == name {
			values = append(values, m.fields[i].value)
		}
	}
	return values
}

func (m *message) add(name, value string) { m.fields = append(m.fields, field{name, value}) }

// parse takes text apart; nil if it is no SIP message.
func parse(text string) *message {
	head, _, ok := strings.Cut(text, "\r\n\r\n")
	if !ok {
		return nil
	}
	m := &message{text: text, fields: make([]field, 0, 16)}
	line, rest, _ := strings.Cut(head, "\r\n")
	a, b, _ := strings.Cut(line, " ")
	b, c, ok := strings.Cut(b, " ")
	if !ok {
		return nil
	}
	if a == "SIP/2.0" {
		m.status, _ = strconv.Atoi(b)
		m.reason = c
	} else {
		m.method, m.uri = a, b
	}
	for rest != "" {
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			return nil
		}
		m.add(name, strings.TrimSpace(value))
	}
	m.read()
	return m
}

// read fills in what is looked at often.
func (m *message) read() {
	for i := range m.fields {
		switch f := &m.fields[i]; f.name {
		case "Via":
			if m.vias == 0 {
				m.via, m.branch = f.value, param(f.value, "branch")
			}
			m.vias++
		case "Call-ID":
			m.callID = f.value
		case "CSeq":
			seq, method, _ := strings.Cut(f.value, " ")
			m.seq, _ = strconv.Atoi(seq)
			m.seqMethod = method
		case "From":
			m.fromTag = param(f.value, "tag")
		case "To":
			m.toTag = param(f.value, "tag")
		}
	}
}

// seal writes m as text once its fields are complete.
func (m *message) seal() *message {
	var b strings.Builder
	b.Grow(600)
	if m.isRequest() {
		b.WriteString(m.method + " " + m.uri + " SIP/2.0\r\n")
	} else {
		b.WriteString("SIP/2.0 " + strconv.Itoa(m.status) + " " + m.reason + "\r\n")
	}
	for _, f := range m.fields {
		b.WriteString(f.name)
		b.WriteString(": ")
		b.WriteString(f.value)
		b.WriteString("\r\n")
	}
	b.WriteString("Content-Length: 0\r\n\r\n")
	m.text = b.String()
	m.vias = 0
	m.read()
	return m
}

// param returns the value of a parameter behind the last '>' of a value.
func param(value, name string) string {
	value = value[strings.LastIndexByte(value, '>')+1:]
	for value != "" {
		var p string
		p, value, _ = strings.Cut(value, ";")
		if k, v, _ := strings.Cut(p, "="); k == name {
			return v
		}
	}
	return ""
}

// uriOf returns what stands between '<' and '>'.
func uriOf(value string) string {
	_, value, _ = strings.Cut(value, "<")
	uri, _, _ := strings.Cut(value, ">")
	return uri
}

// userOf returns the user part of a URI.
func userOf(uri string) string {
	_, uri, _ = strings.Cut(uri, ":")
	user, _, _ := strings.Cut(uri, "@")
	return user
}
