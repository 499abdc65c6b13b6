package sipmsg

import (
	"strings"
	"testing"
)

func TestAppendResponse(t *testing.T) {
	tagged := strings.Replace(invite, "To : <sip:bob@127.0.0.1>", "To: <sip:bob@127.0.0.1>;tag=x", 1)
	const repeated = "Via: SIP/2.0/UDP 127.0.0.1:27060;branch=z9hG4bKproxy\r\nv: SIP/2.0/UDP 127.0.0.1:4100;branch=z9hG4bKx\r\n" +
		"Record-Route: <sip:127.0.0.1:27060;lr>\r\nfrom: <sip:alice@127.0.0.1>;tag=a1\r\ni: 0123\r\nCSeq: 1 INVITE\r\n"
	tests := []struct {
		name, request string
		end           []byte
		want          string
	}{
		{"new dialog", invite, []byte("Contact: <sip:b>\r\n" + EndEmpty),
			"SIP/2.0 180 Ringing\r\n" + repeated + "To: <sip:bob@127.0.0.1>;tag=b17\r\nContact: <sip:b>\r\nContent-Length: 0\r\n\r\n"},
		{"within a dialog", tagged, nil,
			"SIP/2.0 180 Ringing\r\n" + repeated + "To: <sip:bob@127.0.0.1>;tag=x\r\nContent-Length: 0\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var v View
			if !v.Whole([]byte(tt.request)) {
				t.Fatal("the request does not parse")
			}
			if got := string(v.AppendResponse(nil, "180 Ringing", []byte("17"), tt.end)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

func TestEndWithSDP(t *testing.T) {
	var v View
	msg := "SIP/2.0 200 OK\r\n" + EndWithSDP
	if !v.Whole([]byte(msg)) || v.Size() != len(msg) {
		t.Errorf("got a message of %d bytes, want %d", v.Size(), len(msg))
	}
}

func TestAppendRoutes(t *testing.T) {
	tests := []struct {
		name     string
		records  []string
		forward  string
		backward string
	}{
		{"none", nil, "", ""},
		{"one", []string{"<sip:a;lr>"}, "<sip:a;lr>", "<sip:a;lr>"},
		{"two headers", []string{"<sip:a;lr>", "<sip:b;lr>"}, "<sip:a;lr> <sip:b;lr>", "<sip:b;lr> <sip:a;lr>"},
		{"a list", []string{"<sip:a;lr>, <sip:b,c;lr>;x=y", "<sip:d;lr>"},
			"<sip:a;lr> <sip:b,c;lr>;x=y <sip:d;lr>", "<sip:d;lr> <sip:b,c;lr>;x=y <sip:a;lr>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var records [][]byte
			for _, r := range tt.records {
				records = append(records, []byte(r))
			}
			for _, dir := range []struct {
				reversed bool
				want     string
			}{{false, tt.forward}, {true, tt.backward}} {
				got := strings.ReplaceAll(string((&View{Records: records}).AppendRoutes(nil, dir.reversed)), "\r\nRoute: ", " ")
				got = strings.TrimSuffix(strings.TrimPrefix(got, "Route: "), "\r\n")
				if got != dir.want {
					t.Errorf("reversed %v: got %q, want %q", dir.reversed, got, dir.want)
				}
			}
		})
	}
}
