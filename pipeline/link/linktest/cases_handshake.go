package linktest

import "strings"

// Handshakes are the rows of the conformance test before there is a WebSocket
// (RFC 6455 §4.2, RFC 7118 §4.1).
var Handshakes = handshakes()

// changed returns Upgrade with the line that begins with start replaced, or
// taken out.
func changed(start string, lines ...string) string {
	var b strings.Builder
	for line := range strings.Lines(Upgrade) {
		if !strings.HasPrefix(line, start) {
			b.WriteString(line)
			continue
		}
		for _, l := range lines {
			b.WriteString(l + "\r\n")
		}
	}
	return b.String()
}

func handshakes() []Handshake {
	const (
		method, host, upgrade, connection = "GET ", "Host:", "Upgrade:", "Connection:"
		key, version, protocol            = "Sec-WebSocket-Key:", "Sec-WebSocket-Version:", "Sec-WebSocket-Protocol:"
	)
	more := func(lines ...string) string { return changed(host, append([]string{"Host: localhost"}, lines...)...) }
	opened := []string{"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Sec-WebSocket-Protocol: sip"}
	want13 := []string{"Sec-WebSocket-Version: 13", "Upgrade: websocket", "Connection: close"}
	closed := []string{"Connection: close"}
	rows := []Handshake{
		{Name: "the usual", In: Upgrade, Status: 101, Has: opened},
		{Name: "empty line before", In: "\r\n" + Upgrade, Status: 101, Has: opened},
		{Name: "names of fields in capitals", In: changed(upgrade, "UPGRADE: websocket"), Status: 101, Has: opened},
		{Name: "names of fields in lower case", In: changed(key, "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="), Status: 101, Has: opened},
		{Name: "Upgrade in other letters", In: changed(upgrade, "Upgrade: WebSocket"), Status: 101, Has: opened},
		{Name: "Upgrade among others", In: changed(upgrade, "Upgrade: h2c, websocket"), Status: 101, Has: opened},
		{Name: "Upgrade in two lines", In: changed(upgrade, "Upgrade: h2c", "Upgrade: websocket"), Status: 101, Has: opened},
		{Name: "Connection in other letters", In: changed(connection, "Connection: upgrade"), Status: 101, Has: opened},
		{Name: "Connection of Firefox", In: changed(connection, "Connection: keep-alive, Upgrade"), Status: 101, Has: opened},
		{Name: "Connection in two lines", In: changed(connection, "Connection: keep-alive", "Connection: Upgrade"), Status: 101, Has: opened},
		{Name: "no space behind the colon", In: changed(connection, "Connection:Upgrade"), Status: 101, Has: opened},
		{Name: "several sub-protocols", In: changed(protocol, "Sec-WebSocket-Protocol: chat, sip , msrp"), Status: 101, Has: opened},
		{Name: "several lines of sub-protocols", In: changed(protocol, "Sec-WebSocket-Protocol: msrp", "Sec-WebSocket-Protocol: sip"), Status: 101, Has: opened},
		{Name: "permessage-deflate is not accepted", In: more("Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"), Status: 101, Has: opened, HasNot: "Sec-WebSocket-Extensions"},
		{Name: "other extensions are not accepted", In: more("Sec-WebSocket-Extensions: x-webkit-deflate-frame, bbf-usp-protocol"), Status: 101, Has: opened, HasNot: "Sec-WebSocket-Extensions"},
		{Name: "query", In: changed(method, "GET /sip?token=abc HTTP/1.1"), Status: 101, Has: opened},
		{Name: "absolute target", In: changed(method, "GET ws://localhost/sip HTTP/1.1"), Status: 101, Has: opened},
		{Name: "Origin and cookies", In: more("Origin: https://localhost", "Cookie: a=b; c=d"), Status: 101, Has: opened},
		{Name: "token of 12 kB", In: more("Cookie: token=" + strings.Repeat("x", 12<<10)), Status: 101, Has: opened},
		{Name: "forty fields", In: more(strings.Split(strings.Repeat("X: y,", 39)+"X: y", ",")...), Status: 101, Has: opened},
		{Name: "key at the edge of base64", In: changed(key, "Sec-WebSocket-Key: /////////////////////w=="), Status: 101},

		{Name: "POST without Host", In: strings.Replace(changed(host), "GET", "POST", 1), Status: 400, Has: closed},
		{Name: "a browser's address bar without Host", In: "GET / HTTP/1.1\r\nAccept: text/html\r\n\r\n", Status: 400, Has: closed},
		{Name: "two Hosts and no Upgrade", In: "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", Status: 400, Has: closed},
		{Name: "two Hosts, HTTP/1.0", In: "HEAD / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n", Status: 400, Has: closed},
		{Name: "HEAD without Host, HTTP/1.0", In: "HEAD / HTTP/1.0\r\n\r\n", Status: 405, Has: []string{"Allow: GET"}},
		{Name: "Host with an open bracket", In: changed(host, "Host: [2001:db8::1"), Status: 400, Has: closed},
		{Name: "Host with a port that is none", In: changed(host, "Host: localhost:http"), Status: 400, Has: closed},
		{Name: "Host that is an address", In: changed(host, "Host: [2001:db8::1]:443"), Status: 101, Has: opened},
		{Name: "POST", In: changed(method, "POST /sip HTTP/1.1"), Status: 405, Has: []string{"Allow: GET", "Connection: close"}},
		{Name: "HEAD", In: changed(method, "HEAD /sip HTTP/1.1"), Status: 405, Has: []string{"Allow: GET"}},
		{Name: "OPTIONS of a browser that asks for CORS", In: "OPTIONS /sip HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a\r\n\r\n", Status: 405, Has: []string{"Allow: GET"}},
		{Name: "get in lower case", In: changed(method, "get /sip HTTP/1.1"), Status: 405, Has: []string{"Allow: GET"}},

		{Name: "a browser's address bar", In: "GET / HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n", Status: 426, Has: want13},
		{Name: "no Upgrade", In: changed(upgrade), Status: 426, Has: want13},
		{Name: "no version", In: changed(version), Status: 426, Has: want13},
		{Name: "version 8", In: changed(version, "Sec-WebSocket-Version: 8"), Status: 426, Has: want13},
		{Name: "version 0", In: changed(version, "Sec-WebSocket-Version: 0"), Status: 426, Has: want13},
		{Name: "version 14", In: changed(version, "Sec-WebSocket-Version: 14"), Status: 426, Has: want13},
		{Name: "version 013", In: changed(version, "Sec-WebSocket-Version: 013"), Status: 426, Has: want13},
		{Name: "versions 13 and 8", In: changed(version, "Sec-WebSocket-Version: 13, 8"), Status: 426, Has: want13},
		{Name: "two lines of versions", In: changed(version, "Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8"), Status: 426, Has: want13},

		{Name: "HTTP/1.0", In: changed(method, "GET /sip HTTP/1.0"), Status: 400, Has: closed},
		{Name: "HTTP/2.0", In: changed(method, "GET /sip HTTP/2.0"), Status: 505, Has: closed},
		{Name: "no version of HTTP", In: changed(method, "GET /sip"), Status: 400, Has: closed},
		{Name: "no Host", In: changed(host), Status: 400, Has: closed},
		{Name: "two Hosts", In: more("Host: localhost"), Status: 400, Has: closed},
		{Name: "Host that is none", In: changed(host, "Host: a/b"), Status: 400, Has: closed},
		{Name: "Upgrade to something else", In: changed(upgrade, "Upgrade: h2c"), Status: 400, Has: closed},
		{Name: "Upgrade that begins with websocket", In: changed(upgrade, "Upgrade: websockets"), Status: 400, Has: closed},
		{Name: "no Connection", In: changed(connection), Status: 400, Has: closed},
		{Name: "Connection without Upgrade", In: changed(connection, "Connection: keep-alive"), Status: 400, Has: closed},
		{Name: "no key", In: changed(key), Status: 400, Has: closed},
		{Name: "empty key", In: changed(key, "Sec-WebSocket-Key:"), Status: 400, Has: closed},
		{Name: "key that is too short", In: changed(key, "Sec-WebSocket-Key: dGhlIHNhbXBsZQ=="), Status: 400, Has: closed},
		{Name: "key that is too long", In: changed(key, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZSBhbmQgbW9yZQ=="), Status: 400, Has: closed},
		{Name: "key that is no base64", In: changed(key, "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25*ZQ=="), Status: 400, Has: closed},
		{Name: "two keys", In: more("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), Status: 400, Has: closed},
		{Name: "no sub-protocol", In: changed(protocol), Status: 400, Has: closed},
		{Name: "another sub-protocol", In: changed(protocol, "Sec-WebSocket-Protocol: chat"), Status: 400, Has: closed},
		{Name: "sub-protocol in other letters", In: changed(protocol, "Sec-WebSocket-Protocol: SIP"), Status: 400, Has: closed},
		{Name: "body", In: more("Content-Length: 5"), Status: 400, Has: closed},
		{Name: "body in chunks", In: more("Transfer-Encoding: chunked"), Status: 400, Has: closed},
		{Name: "folded field", In: more("X: a", " b"), Status: 400, Has: closed},
		{Name: "space before a colon", In: more("X : a"), Status: 400, Has: closed},
		{Name: "bare LF", In: strings.Replace(Upgrade, "\r\n", "\n", 1), Status: 400, Has: closed},
		{Name: "NUL in a field", In: more("X: \x00"), Status: 400, Has: closed},
		{Name: "SIP", In: Request("a", ""), Status: 400, Has: closed},
		{Name: "TLS", In: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", Status: 400, Has: closed},

		{Name: "head of 17 kB", In: more("Cookie: token=" + strings.Repeat("x", 17<<10)), Status: 431, Has: closed},
		{Name: "head without end", In: "GET /" + strings.Repeat("x", 17<<10), Status: 431, Has: closed},
		{Name: "too many fields", In: more(strings.Split(strings.Repeat("X: y,", 64)+"X: y", ",")...), Status: 431, Has: closed},
	}
	for i, c := range numbered("10", make([]Case, len(rows))...) {
		rows[i].ID = c.ID
	}
	return rows
}
