package linktest

import (
	"fmt"
	"slices"
	"strings"
)

// validCodes may stand in a Close frame: those that RFC 6455 §7.4.1 defines and
// does not reserve, those that IANA has registered since, and those of §7.4.2
// for libraries and applications.
var validCodes = []int{1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3001, 3500, 3999, 4000, 4001, 4002, 4999}

var invalidCodes = []int{0, 1, 100, 999, 1004, 1005, 1006, 1015, 1016, 1017, 1100, 1999, 2000, 2001, 2999, 5000, 5001, 9999, 32768, 65535}

func closings() []Case {
	a := Request("a", "")
	valid, invalid := []Case{}, []Case{}
	for _, code := range validCodes {
		valid = append(valid, Case{Name: fmt.Sprintf("code %d", code), In: Close(code, ""), Close: code})
	}
	for _, code := range invalidCodes {
		invalid = append(invalid, Case{Name: fmt.Sprintf("code %d", code), In: Close(code, "why"), Close: 1002})
	}
	return slices.Concat(numbered("7.1",
		Case{Name: "close after a message", In: text(a) + Close(1000, ""), Want: []Reply{answered("a")}, Close: 1000},
		Case{Name: "two Close frames", In: Close(1000, "") + Close(1001, ""), Close: 1000},
		Case{Name: "ping after the Close frame", In: Close(1000, "") + ping("a"), Close: 1000},
		Case{Name: "message after the Close frame", In: Close(1000, "") + text(a), Close: 1000},
		Case{Name: "violation after the Close frame", In: Close(1000, "") + Frame(Fin|RSV1|3, ""), Close: 1000},
		Case{Name: "half a message, then close", In: Frame(OpText, a[:50]) + Close(1001, ""), Close: 1001},
		Case{Name: "long message, then close", In: text(sized("a", 60000)) + Close(1000, ""), Want: []Reply{answered("a")}, Close: 1000},
	), numbered("7.3",
		Case{Name: "no payload", In: Frame(Fin|OpClose, ""), Close: NoCode},
		Case{Name: "half a code", In: Frame(Fin|OpClose, "\x03"), Close: 1002},
		Case{Name: "code alone", In: Close(1000, ""), Close: 1000},
		Case{Name: "code and reason", In: Close(1000, "Hello World!"), Close: 1000},
		Case{Name: "reason of 123 bytes", In: Close(1000, strings.Repeat("*", 123)), Close: 1000},
		Case{Name: "reason of 124 bytes", In: Close(1000, strings.Repeat("*", 124)), Close: 1002},
		Case{Name: "in fragments", In: Frame(OpClose, "\x03\xe8"), Close: 1002},
		Case{Name: "16 bit length of 2", In: Header(Fin|OpClose, masked, 2, 2) + string(mask[:]), Close: 1002},
		Case{Name: "64 bit length of 2", In: Announced(Fin|OpClose, 2), Close: 1002},
	), numbered("7.5",
		Case{Name: "reason in Greek", In: Close(1000, "κόσμε"), Close: 1000},
		Case{Name: "reason that is not UTF-8", In: Close(1000, "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80"), Close: 1007},
		Case{Name: "reason that ends within a character", In: Close(1000, "\xe2\x82"), Close: 1007},
		Case{Name: "reason that is overlong", In: Close(1000, "\xc0\xaf"), Close: 1007},
		Case{Name: "reason that is not UTF-8, of a code that is none", In: Close(999, "\xff"), Close: 1002},
	), numbered("7.7", valid...), numbered("7.9", invalid...))
}

func sipInFrames() []Case {
	a := Request("a", "hello")
	with := func(lines string) string {
		return strings.Replace(a, "\r\n\r\n", "\r\n"+lines+"\r\n\r\n", 1)
	}
	response := func(status string) string {
		return "SIP/2.0 " + status + "\r\nv:SIP/2.0/WS b;branch=z9hG4bKb\r\ni:b\r\nl:0\r\n\r\n"
	}
	ok := []Reply{answered("a")}
	inBytes := []Reply{{Op: OpBinary, Payload: "\r\n"}}
	return slices.Concat(numbered("11.1",
		Case{Name: "keep-alive", In: text(keepCRLF), Want: []Reply{crlf}},
		Case{Name: "keep-alive in binary", In: bin(keepCRLF), Want: inBytes},
		Case{Name: "keep-alives of one client", In: text(keepCRLF) + text(keepCRLF), Want: []Reply{crlf, crlf}},
		Case{Name: "lone CRLF", In: text("\r\n")},
		Case{Name: "lone CRLFs in two messages", In: text("\r\n") + text("\r\n")},
		Case{Name: "empty text", In: text("")},
		Case{Name: "empty binary", In: bin("")},
		Case{Name: "keep-alive in text after one in binary", In: bin(keepCRLF) + text(keepCRLF), Want: append(inBytes, crlf)},
		Case{Name: "CRLF before a request", In: text("\r\n" + a), Want: ok},
		Case{Name: "CRLFs before a request", In: text(keepCRLF + a), Want: ok},
		Case{Name: "lone CR", In: text("\r"), Close: 4000},
		Case{Name: "lone LF", In: text("\n"), Close: 4000},
	), numbered("11.2",
		Case{Name: "no Content-Length", In: text(a), Want: ok},
		Case{Name: "right Content-Length", In: text(with("l:5")), Want: ok},
		Case{Name: "Content-Length too small", In: text(with("l:4")), Want: ok, Close: 4002},
		Case{Name: "Content-Length too large", In: text(with("l:6")), Want: ok, Close: 4002},
		Case{Name: "Content-Length of 1 GB", In: text(with("l:1073741824")), Want: ok, Close: 4002},
		Case{Name: "Content-Length that is no number", In: text(with("l:x")), Want: ok, Close: 4000},
		Case{Name: "Content-Lengths that differ", In: text(with("l:5\r\nl:6")), Want: ok, Close: 4000},
		Case{Name: "two requests in one message", In: text(with("l:5") + a), Want: ok, Close: 4002},
		Case{Name: "request in two messages", In: text(a[:60]) + text(a[60:]), Close: 4001},
		Case{Name: "request line alone", In: text("MESSAGE sip:a SIP/2.0\r\n"), Close: 4001},
		Case{Name: "half a request line", In: text("MESSAGE sip:a"), Close: 4001},
		Case{Name: "another protocol", In: text("GET / HTTP/1.1\r\n\r\n"), Close: 4000},
		Case{Name: "JSON", In: text(`{"method": "INVITE"}`), Close: 4000},
		Case{Name: "bytes", In: bin("\x00\x01\x02\x03"), Close: 4000},
		Case{Name: "another version of SIP", In: text(strings.Replace(a, "SIP/2.0\r\n", "SIP/3.0\r\n", 1)), Want: ok, Close: 4000},
		Case{Name: "line that is no header field", In: text(with("no colon")), Want: ok, Close: 4000},
		Case{Name: "malformed after a good one", In: text(a) + text("?"), Want: ok, Close: 4000},
		Case{Name: "nothing is read after a malformed one", In: text("?") + text(a), Close: 4000},
		Case{Name: "response to nothing", In: text(response("200 OK"))},
		Case{Name: "response without a status code", In: text(response("4294967301 better not break the receiver")) + text(a), Want: ok},
	))
}
