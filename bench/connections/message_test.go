package main

import (
	"strings"
	"testing"

	"sluice/bench/sipmsg"
)

const invite = "INVITE sip:user000002@user000002.invalid;transport=ws SIP/2.0\r\nRecord-Route: <sip:a;lr>\r\nVia: SIP/2.0/WS edge;branch=z9hG4bK1\r\n" +
	"via: SIP/2.0/WS user000001.invalid;branch=z9hG4bK2\r\nMax-Forwards: 68\r\nFrom: <sip:user000001@localhost>;tag=a\r\nTo: <sip:user000002@localhost>\r\n" +
	"Call-ID: call-7\r\nCSeq: 1 INVITE\r\nContact: <sip:user000001@user000001.invalid;transport=ws>\r\nContent-Length: 0\r\n\r\nVia: body\r\n"

// read makes a View of a message.
func read(t *testing.T, msg string) *sipmsg.View {
	t.Helper()
	v := &sipmsg.View{}
	if !v.Whole([]byte(msg)) {
		t.Fatalf("no message:\n%s", msg)
	}
	return v
}

func TestAppendOK(t *testing.T) {
	s := newSubscriber(2, "ws")
	got := string(s.appendOK(nil, read(t, invite)))
	for _, want := range []string{
		"SIP/2.0 200 OK\r\nRecord-Route: <sip:a;lr>\r\nVia: SIP/2.0/WS edge;branch=z9hG4bK1\r\n",
		"To: <sip:user000002@localhost>;tag=buser000002\r\n", "CSeq: 1 INVITE\r\n",
		"Contact: <sip:user000002@user000002.invalid;transport=ws>\r\n", "\r\n\r\nv=0\r\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant it to have\n%s", got, want)
		}
	}
	bye := strings.Replace(strings.Replace(invite, "INVITE", "BYE", 2), "localhost>\r\nCall", "localhost>;tag=x\r\nCall", 1)
	if got := string(s.appendOK(nil, read(t, bye))); !strings.Contains(got, "localhost>;tag=x\r\n") || strings.Contains(got, "Contact") || strings.Contains(got, "tag=b") {
		t.Errorf("to a BYE: got\n%s", got)
	}
}

func TestAppendWithin(t *testing.T) {
	s := newSubscriber(1, "wss")
	answer := "SIP/2.0 200 OK\r\nRecord-Route: <sip:a;lr>, <sip:b;lr>\r\nRecord-Route: <sip:c;lr>\r\nFrom: <sip:x>;tag=1\r\nTo: <sip:y>;tag=2\r\n" +
		"Call-ID: call-3\r\nCSeq: 1 INVITE\r\nContact: <sip:y@y.invalid>\r\n\r\n"
	want := "BYE sip:y@y.invalid SIP/2.0\r\nVia: SIP/2.0/WSS user000001.invalid;branch=z9hG4bKBYEcall-3\r\nMax-Forwards: 69\r\n" +
		"Route: <sip:c;lr>\r\nRoute: <sip:b;lr>\r\nRoute: <sip:a;lr>\r\nFrom: <sip:x>;tag=1\r\nTo: <sip:y>;tag=2\r\nCall-ID: call-3\r\nCSeq: 2 BYE\r\nContent-Length: 0\r\n\r\n"
	if got := string(s.appendWithin(nil, sipmsg.MethodBye, 2, read(t, answer))); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
