package parsers

import (
	"bytes"
	"net"
	"net/netip"
	"testing"

	peer "github.com/pion/stun/v3"

	"sluice/parser"
	"sluice/parser/stun"
)

// Requests that pion builds are answered, and pion reads the same from the
// answers.
func TestSTUNAnswers(t *testing.T) {
	tests := []struct {
		name    string
		setters []peer.Setter
		src     string
		unknown []peer.AttrType // in a 420
	}{
		{name: "bare", src: "192.0.2.1:5060"},
		{name: "fingerprint", setters: []peer.Setter{peer.Fingerprint}, src: "192.0.2.1:1"},
		{name: "IPv6", setters: []peer.Setter{peer.Fingerprint}, src: "[2001:db8:ffff:1:2:3:4:5]:65535"},
		{name: "software and credentials", setters: []peer.Setter{peer.NewSoftware("phone 1"), peer.NewUsername("bob"),
			peer.NewRealm("example.com"), peer.NewNonce("n"), peer.NewLongTermIntegrity("bob", "example.com", "s"), peer.Fingerprint}, src: "127.0.0.1:53"},
		{name: "ICE", setters: []peer.Setter{peer.RawAttribute{Type: peer.AttrPriority, Value: []byte{1, 2, 3, 4}},
			peer.RawAttribute{Type: peer.AttrUseCandidate}, peer.Fingerprint}, src: "[::1]:7", unknown: []peer.AttrType{peer.AttrPriority, peer.AttrUseCandidate}},
		{name: "CHANGE-REQUEST", setters: []peer.Setter{peer.RawAttribute{Type: peer.AttrChangeRequest, Value: make([]byte, 4)}},
			src: "192.0.2.1:5060", unknown: []peer.AttrType{peer.AttrChangeRequest}},
	}
	for _, tt := range tests {
		for _, software := range []string{"", "s", "sl", "slu", "slui", "sluice"} {
			t.Run(tt.name+"/"+software, func(t *testing.T) {
				req := peer.MustBuild(append([]peer.Setter{peer.TransactionID, peer.BindingRequest}, tt.setters...)...)
				var r stun.Request
				if err := stun.ParseRequest(req.Raw, &r); err != parser.OK {
					t.Fatal(err)
				}
				src := netip.MustParseAddrPort(tt.src)
				var answer peer.Message
				if err := peer.Decode(stun.AppendResponse(nil, &r, src, software), &answer); err != nil {
					t.Fatal(err)
				}
				checkAnswer(t, req, &answer, src, software, tt.unknown)
			})
		}
	}
}

func checkAnswer(t *testing.T, req, answer *peer.Message, src netip.AddrPort, software string, unknown []peer.AttrType) {
	t.Helper()
	if answer.TransactionID != req.TransactionID || int(answer.Length) != len(answer.Raw)-20 {
		t.Errorf("got transaction %x, length %d, want %x, %d", answer.TransactionID, answer.Length, req.TransactionID, len(answer.Raw)-20)
	}
	if err := peer.Fingerprint.Check(answer); err != nil {
		t.Error(err)
	}
	var name peer.Software
	if err := name.GetFrom(answer); (err == nil) != (software != "") || name.String() != software {
		t.Errorf("got software %q, %v, want %q", name, err, software)
	}
	if unknown == nil {
		var addr peer.XORMappedAddress
		if err := addr.GetFrom(answer); err != nil || answer.Type != peer.BindingSuccess {
			t.Fatalf("got %v, %v, want success", answer.Type, err)
		}
		if !addr.IP.Equal(net.IP(src.Addr().AsSlice())) || addr.Port != int(src.Port()) {
			t.Errorf("got %v, want %v", addr, src)
		}
		return
	}
	var code peer.ErrorCodeAttribute
	if err := code.GetFrom(answer); err != nil || code.Code != peer.CodeUnknownAttribute || answer.Type != peer.BindingError {
		t.Errorf("got %v, %v, %v, want an error 420", answer.Type, code, err)
	}
	var list peer.UnknownAttributes
	if err := list.GetFrom(answer); err != nil || list.String() != peer.UnknownAttributes(unknown).String() {
		t.Errorf("got unknown attributes %v, %v, want %v", list, err, unknown)
	}
}

// Whatever one byte is changed to, a request with FINGERPRINT is refused by
// us when it is by pion. We refuse more: other methods, and what follows.
func TestSTUNRefusals(t *testing.T) {
	good := peer.MustBuild(peer.TransactionID, peer.BindingRequest, peer.NewSoftware("phone"), peer.NewUsername("bobby"), peer.Fingerprint).Raw
	for i := range good {
		for _, flip := range []byte{0x01, 0x80, 0xff} {
			bad := bytes.Clone(good)
			bad[i] ^= flip
			var r stun.Request
			err := stun.ParseRequest(bad, &r)
			var m peer.Message
			peerErr := peer.Decode(bad, &m)
			if peerErr == nil {
				peerErr = peer.Fingerprint.Check(&m)
			}
			if peerErr == nil {
				t.Fatalf("byte %d ^ %#x: pion takes it", i, flip)
			}
			// Without the magic cookie it is RFC 3489, which pion does not speak.
			// The type of FINGERPRINT: a client need not send any.
			if err == parser.OK && !r.Classic && (i < len(good)-8 || i >= len(good)-6) {
				t.Errorf("byte %d ^ %#x: got ok, pion says %v", i, flip, peerErr)
			}
		}
	}
}
