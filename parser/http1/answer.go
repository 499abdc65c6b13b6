package http1

import "strconv"

// AppendUpgrade appends the answer that opens a WebSocket (RFC 6455 §4.2.2
// step 5): accept is the value of Sec-WebSocket-Accept, protocol the chosen
// sub-protocol ("" for none), extra more header lines, each ended by CRLF.
func AppendUpgrade(dst, accept []byte, protocol string, extra ...string) []byte {
	dst = append(dst, "HTTP/1.1 101 Switching Protocols\r\n"+
		"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "...)
	dst = append(dst, accept...)
	dst = append(dst, "\r\n"...)
	if protocol != "" {
		dst = append(dst, "Sec-WebSocket-Protocol: "...)
		dst = append(dst, protocol...)
		dst = append(dst, "\r\n"...)
	}
	return endHead(dst, extra)
}

// AppendStatus appends a final answer after which the connection is closed.
// An empty reason stands for that of [ReasonPhrase]; body is plain text; extra
// is more header lines, each ended by CRLF. There is no Date, for there
// is no clock here (RFC 9110 §6.6.1).
func AppendStatus(dst []byte, status int, reason, body string, extra ...string) []byte {
	if reason == "" {
		reason = ReasonPhrase(status)
	}
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	dst = append(dst, ' ')
	dst = append(dst, reason...)
	dst = append(dst, "\r\nConnection: close\r\n"...)
	if body != "" {
		dst = append(dst, "Content-Type: text/plain; charset=utf-8\r\n"...)
	}
	dst = append(dst, "Content-Length: "...)
	dst = strconv.AppendInt(dst, int64(len(body)), 10)
	dst = append(dst, "\r\n"...)
	return append(endHead(dst, extra), body...)
}

func endHead(dst []byte, extra []string) []byte {
	for _, lines := range extra {
		dst = append(dst, lines...)
	}
	return append(dst, "\r\n"...)
}

// ReasonPhrase returns the reason phrase of the statuses a handshake can end
// with (RFC 9110 §15, RFC 6585), "" for another.
func ReasonPhrase(status int) string {
	switch status {
	case 101:
		return "Switching Protocols"
	case 301:
		return "Moved Permanently"
	case 302:
		return "Found"
	case 307:
		return "Temporary Redirect"
	case 308:
		return "Permanent Redirect"
	case 400:
		return "Bad Request"
	case 401:
		return "Unauthorized"
	case 403:
		return "Forbidden"
	case 404:
		return "Not Found"
	case 405:
		return "Method Not Allowed"
	case 408:
		return "Request Timeout"
	case 426:
		return "Upgrade Required"
	case 429:
		return "Too Many Requests"
	case 431:
		return "Request Header Fields Too Large"
	case 500:
		return "Internal Server Error"
	case 503:
		return "Service Unavailable"
	case 505:
		return "HTTP Version Not Supported"
	}
	return ""
}
