package linktest

import (
	"fmt"
	"slices"
	"strings"
)

// Cases are the rows of the conformance test, by the sections of the Autobahn
// test suite: 1 framing, 2 pings and pongs, 3 reserved bits, 4 opcodes, 5
// fragmentation, 6 UTF-8, 7 closing, 9 limits. 8 is masks here, and 11 SIP in
// frames (RFC 7118); 10 is Handshakes.
var Cases = slices.Concat(framing(), pings(), reservedBits(), opcodes(), fragmentation(), texts(), closings(), masks(), limits(), sipInFrames())

// Parts of which cases are made.
const (
	ping125  = "a Ping frame may carry 125 bytes of application data and not one more, which is what this one does, as everyone can count now"
	keepCRLF = "\r\n\r\n" // answered by one CRLF (RFC 5626 §3.5.1)
)

func text(payload string) string { return Frame(Fin|OpText, payload) }
func bin(payload string) string  { return Frame(Fin|OpBinary, payload) }
func ping(payload string) string { return Frame(Fin|OpPing, payload) }
func pong(payload string) string { return Frame(Fin|OpPong, payload) }

func ponged(payload string) Reply { return Reply{Op: OpPong, Payload: payload} }

// answered is the response to a request that came in a text message.
func answered(id string) Reply { return Reply{Op: OpText, CallID: id} }

var crlf = Reply{Op: OpText, Payload: "\r\n"}

// sized returns a request of n bytes.
func sized(id string, n int) string { return Request(id, strings.Repeat("x", n-len(Request(id, "")))) }

// numbered gives the cases their IDs: those of a section count from 1.
func numbered(section string, cases ...Case) []Case {
	for i := range cases {
		cases[i].ID = fmt.Sprintf("%s.%d", section, i+1)
	}
	return cases
}

func framing() []Case {
	var all []Case
	for i, kind := range []byte{OpText, OpBinary} {
		name := []string{"text", "binary"}[i]
		group := []Case{
			{Name: name + " of 0 bytes", In: Frame(Fin|kind, "")},
			{Name: name + " of 4 bytes", In: Frame(Fin|kind, keepCRLF), Want: []Reply{{Op: kind, Payload: "\r\n"}}},
		}
		for _, n := range []int{125, 126, 127, 128, 1000, 65535} {
			group = append(group, Case{Name: fmt.Sprintf("%s of %d bytes", name, n), In: Frame(Fin|kind, sized("a", n)),
				Want: []Reply{{Op: kind, CallID: "a"}}})
		}
		all = append(all, numbered(fmt.Sprintf("1.%d", i+1), group...)...)
	}
	a, b := Request("a", ""), Request("b", "")
	return append(all, numbered("1.3",
		Case{Name: "two messages in one go", In: text(a) + text(b), Want: []Reply{answered("a"), answered("b")}},
		Case{Name: "text, then binary", In: text(a) + bin(b), Want: []Reply{answered("a"), {Op: OpBinary, CallID: "b"}}},
		Case{Name: "binary, then text", In: bin(a) + text(b), Want: []Reply{{Op: OpBinary, CallID: "a"}, answered("b")}},
		Case{Name: "bytes that are no text in binary", In: bin(Request("a", "\x00\xff\xfe")), Want: []Reply{{Op: OpBinary, CallID: "a"}}},
		Case{Name: "16 bit length where 7 would do", In: Header(Fin|OpText, masked, 2, 4) + string(mask[:]), Close: 1002},
		Case{Name: "16 bit length of 125", In: Header(Fin|OpText, masked, 2, 125) + string(mask[:]), Close: 1002},
		Case{Name: "64 bit length where 7 would do", In: Announced(Fin|OpText, 4), Close: 1002},
		Case{Name: "64 bit length where 16 would do", In: Announced(Fin|OpText, 65535), Close: 1002},
		Case{Name: "64 bit length with its highest bit", In: Announced(Fin|OpBinary, 1<<63), Close: 1002},
		Case{Name: "64 bit length of all ones", In: Announced(Fin|OpBinary, 1<<64-1), Close: 1002},
	)...)
}

func pings() []Case {
	var many, mixed string
	var manyPongs []Reply
	for i := range 10 {
		payload := fmt.Sprintf("payload-%d", i)
		many += ping(payload)
		mixed += pong(payload) + ping(payload)
		manyPongs = append(manyPongs, ponged(payload))
	}
	return numbered("2",
		Case{Name: "ping without payload", In: ping(""), Want: []Reply{ponged("")}},
		Case{Name: "ping with text", In: ping("Hello, world!"), Want: []Reply{ponged("Hello, world!")}},
		Case{Name: "ping with bytes that are no text", In: ping("\x00\xff\xfe\xfd\xfc\xfb\x00\xff"), Want: []Reply{ponged("\x00\xff\xfe\xfd\xfc\xfb\x00\xff")}},
		Case{Name: "ping with 125 bytes", In: ping(ping125), Want: []Reply{ponged(ping125)}},
		Case{Name: "ping with 126 bytes", In: ping(ping125 + "!"), Close: 1002},
		Case{Name: "ping that announces 64 KiB", In: Announced(Fin|OpPing, 65536), Close: 1002},
		Case{Name: "ping with a 16 bit length of 4", In: Header(Fin|OpPing, masked, 2, 4) + string(mask[:]), Close: 1002},
		Case{Name: "pong that nobody asked for, without payload", In: pong("")},
		Case{Name: "pong that nobody asked for", In: pong("unsolicited pong payload")},
		Case{Name: "pong with 125 bytes", In: pong(ping125)},
		Case{Name: "pong with 126 bytes", In: pong(ping125 + "!"), Close: 1002},
		Case{Name: "pong, then ping", In: pong("a") + ping("b"), Want: []Reply{ponged("b")}},
		Case{Name: "ten pings", In: many, Want: manyPongs},
		Case{Name: "ten pings, each after a pong with its payload", In: mixed, Want: manyPongs},
		Case{Name: "ping between messages", In: text(Request("a", "")) + ping("b") + text(Request("c", "")),
			Want: []Reply{answered("a"), ponged("b"), answered("c")}},
		Case{Name: "ping in fragments", In: Frame(OpPing, "a") + Frame(Fin|OpContinuation, "b"), Close: 1002},
		Case{Name: "pong in fragments", In: Frame(OpPong, "a"), Close: 1002},
	)
}

func reservedBits() (all []Case) {
	kinds := []struct {
		name, before string
		first        byte
		payload      string
	}{
		{"text", "", Fin | OpText, keepCRLF},
		{"binary", "", Fin | OpBinary, keepCRLF},
		{"first fragment", "", OpText, "M"},
		{"continuation", Frame(OpText, "\r\n"), Fin | OpContinuation, "\r\n"},
		{"ping", "", Fin | OpPing, "a"},
		{"pong", "", Fin | OpPong, "a"},
		{"close", "", Fin | OpClose, "\x03\xe8"},
	}
	for bits := byte(1); bits < 8; bits++ {
		var group []Case
		for _, k := range kinds {
			group = append(group, Case{Name: fmt.Sprintf("reserved bits %03b in %s", bits, k.name), In: k.before + Frame(k.first|bits<<4, k.payload), Close: 1002})
		}
		all = append(all, numbered(fmt.Sprintf("3.%d", bits), group...)...)
	}
	return append(all, numbered("3.8",
		Case{Name: "reserved bit after a message", In: text(Request("a", "")) + Frame(Fin|RSV1|OpText, keepCRLF) + ping("b"), Want: []Reply{answered("a")}, Close: 1002},
		Case{Name: "reserved bit within a message", In: Frame(OpText, "\r\n") + Frame(Fin|RSV3|OpPing, ""), Close: 1002},
		Case{Name: "what permessage-deflate would send", In: Frame(Fin|RSV1|OpText, "\xe2\xe5\xe2\xe5\x02\x00"), Close: 1002},
	)...)
}

func opcodes() (all []Case) {
	for _, op := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		all = append(all, numbered(fmt.Sprintf("4.%d", op),
			Case{Name: fmt.Sprintf("opcode %d, empty", op), In: Frame(Fin|op, ""), Close: 1002},
			Case{Name: fmt.Sprintf("opcode %d with payload", op), In: Frame(Fin|op, "reserved opcode payload"), Close: 1002},
			Case{Name: fmt.Sprintf("opcode %d, not final", op), In: Frame(op, "a"), Close: 1002},
			Case{Name: fmt.Sprintf("opcode %d after a message", op), In: text(keepCRLF) + Frame(Fin|op, "") + ping(""), Want: []Reply{crlf}, Close: 1002},
			Case{Name: fmt.Sprintf("opcode %d within a message", op), In: Frame(OpText, "\r\n") + Frame(Fin|op, ""), Close: 1002},
		)...)
	}
	return all
}

func masks() []Case {
	return numbered("8",
		Case{Name: "mask of zeros", In: Header(Fin|OpText, masked, 0, 4) + "\x00\x00\x00\x00" + keepCRLF, Want: []Reply{crlf}},
		Case{Name: "text without mask", In: Unmasked(Fin|OpText, keepCRLF), Close: 1002},
		Case{Name: "binary without mask", In: Unmasked(Fin|OpBinary, keepCRLF), Close: 1002},
		Case{Name: "empty text without mask", In: Unmasked(Fin|OpText, ""), Close: 1002},
		Case{Name: "request without mask", In: Unmasked(Fin|OpText, Request("a", "")), Close: 1002},
		Case{Name: "ping without mask", In: Unmasked(Fin|OpPing, "a"), Close: 1002},
		Case{Name: "pong without mask", In: Unmasked(Fin|OpPong, ""), Close: 1002},
		Case{Name: "close without mask", In: Unmasked(Fin|OpClose, "\x03\xe8"), Close: 1002},
		Case{Name: "continuation without mask", In: Frame(OpText, "\r\n") + Unmasked(Fin|OpContinuation, "\r\n"), Close: 1002},
		Case{Name: "no mask after a message with one", In: text(keepCRLF) + Unmasked(Fin|OpText, keepCRLF), Want: []Reply{crlf}, Close: 1002},
	)
}
