package link_test

import (
	"testing"

	"sluice/pipeline/link"
)

// invite has the size of a usual INVITE.
var invite = "INVITE sip:bob@biloxi.example.com;transport=tcp SIP/2.0\r\n" +
	"Via: SIP/2.0/TCP client.atlanta.example.com:5060;branch=z9hG4bK74b43\r\n" +
	"Max-Forwards: 70\r\n" +
	"Route: <sip:ss1.atlanta.example.com;lr>\r\n" +
	"From: Alice <sip:alice@atlanta.example.com>;tag=9fxced76sl\r\n" +
	"To: Bob <sip:bob@biloxi.example.com>\r\n" +
	"Call-ID: 3848276298220188511@atlanta.example.com\r\n" +
	"CSeq: 1 INVITE\r\n" +
	"Contact: <sip:alice@client.atlanta.example.com;transport=tcp>\r\n" +
	"Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, UPDATE\r\n" +
	"Supported: outbound, path, gruu\r\n" +
	"User-Agent: bench\r\n" +
	"Content-Type: application/sdp\r\n" +
	"Content-Length: 151\r\n" +
	"\r\n" +
	"v=0\r\n" +
	"o=alice 2890844526 2890844526 IN IP4 client.atlanta.example.com\r\n" +
	"s=-\r\n" +
	"c=IN IP4 192.0.2.101\r\n" +
	"t=0 0\r\n" +
	"m=audio 49172 RTP/AVP 0\r\n" +
	"a=rtpmap:0 PCMU/8000\r\n"

func benchmarkFeed(b *testing.B, mode link.Mode, in string, size int) {
	rec := &counting{recorder: recorder{pool: link.NewPool(link.Limits{}), quiet: true}}
	var l link.Link
	l.Init(mode)
	scratch := make([]byte, len(in))
	b.ReportAllocs()
	b.SetBytes(int64(len(in)))
	for b.Loop() {
		copy(scratch, in)
		for start := 0; start < len(in); start += size {
			l.Feed(scratch[start:min(start+size, len(in))], rec.pool, rec)
		}
	}
	if rec.n == 0 || l.Mode() != mode {
		b.Fatalf("got %d messages, mode %d", rec.n, l.Mode())
	}
}

func BenchmarkFeedStream(b *testing.B)       { benchmarkFeed(b, link.ModeSIP, invite, len(invite)) }
func BenchmarkFeedStreamHalves(b *testing.B) { benchmarkFeed(b, link.ModeSIP, invite, len(invite)/2) }
func BenchmarkFeedStreamBytes(b *testing.B)  { benchmarkFeed(b, link.ModeSIP, invite, 1) }
func BenchmarkFeedFrame(b *testing.B) {
	benchmarkFeed(b, link.ModeWebSocket, text(invite), len(text(invite)))
}
func BenchmarkFeedFrameHalves(b *testing.B) {
	benchmarkFeed(b, link.ModeWebSocket, text(invite), len(text(invite))/2)
}

func BenchmarkAppendMessage(b *testing.B) {
	var l link.Link
	l.Init(link.ModeWebSocket)
	dst, msg := make([]byte, 0, 2048), []byte(invite)
	b.ReportAllocs()
	b.SetBytes(int64(len(msg)))
	for b.Loop() {
		dst = l.AppendMessage(dst[:0], msg)
	}
}
