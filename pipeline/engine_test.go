package pipeline_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/parser"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// forwarder sends every request to the address in its Request-URI.
type forwarder struct{}

func (forwarder) Name() string { return "forwarder" }

func (forwarder) OnRequest(x *pipeline.Exchange) pipeline.Verdict {
	u, err := x.Req.RequestURI()
	if err != parser.OK {
		return x.Reply(badURI)
	}
	ip, ok := u.IP(x.Req.Buf)
	if !ok {
		return x.Reply(notFound)
	}
	x.AddTarget(pipeline.Target{Transport: netio.UDP, Addr: netip.AddrPortFrom(ip, u.Port)})
	return x.Forward()
}

func stages(list ...pipeline.Stage) func(*pipeline.LoopBuilder) []pipeline.Stage {
	return func(*pipeline.LoopBuilder) []pipeline.Stage { return list }
}

const (
	alice = "192.0.2.1:5060"
	bob   = "192.0.2.2:5062"
)

func request(method, cseq, branch, toTag string, extra ...string) string {
	to := "<sip:bob@example.com>"
	if toTag != "" {
		to += ";tag=" + toTag
	}
	return method + " sip:bob@192.0.2.2:5062 SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK" + branch + ";rport\r\n" +
		"Max-Forwards: 70\r\n" +
		"From: <sip:alice@example.com>;tag=a1\r\n" +
		"To: " + to + "\r\n" +
		"Call-ID: call-1@192.0.2.1\r\n" +
		"CSeq: " + cseq + " " + method + "\r\n" +
		strings.Join(extra, "") +
		"Contact: <sip:alice@192.0.2.1>\r\n" +
		"Content-Length: 0\r\n\r\n"
}

// respond makes the response that bob gives to a request he got.
func respond(req, status string) string {
	var b strings.Builder
	b.WriteString("SIP/2.0 " + status + "\r\n")
	for _, name := range []string{"Via", "Record-Route", "From", "To", "Call-ID", "CSeq"} {
		for _, v := range pipelinetest.Header(req, name) {
			if name == "To" && !strings.Contains(v, "tag=") && !strings.HasPrefix(status, "100") {
				v += ";tag=b1"
			}
			b.WriteString(name + ": " + v + "\r\n")
		}
	}
	b.WriteString("Contact: <sip:bob@192.0.2.2:5062>\r\nContent-Length: 0\r\n\r\n")
	return b.String()
}

func TestInvite(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	got := n.Sent()
	if len(got) != 2 || got[0].To != alice || got[1].To != bob {
		t.Fatalf("sent %v, want 100 to alice and INVITE to bob", got)
	}
	if line := pipelinetest.StartLine(got[0].Text); line != "SIP/2.0 100 Trying" {
		t.Errorf("first to alice: %q, want 100", line)
	}
	inv := got[1].Text
	checkInvite(t, inv)

	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	if again := n.SentTo(alice); pipelinetest.StartLine(again) != "SIP/2.0 100 Trying" {
		t.Errorf("retransmission is answered %q, want 100", again)
	}
	n.FromUDP(bob, respond(inv, "180 Ringing"))
	ringing := n.SentTo(alice)
	if vias := pipelinetest.Header(ringing, "Via"); len(vias) != 1 || !strings.Contains(vias[0], "branch=z9hG4bKinv") {
		t.Errorf("Via of 180: %q, want alice's alone", vias)
	}
	n.FromUDP(bob, respond(inv, "200 OK"))
	ok := n.SentTo(alice)
	if line := pipelinetest.StartLine(ok); line != "SIP/2.0 200 OK" {
		t.Errorf("got %q, want 200", line)
	}
	if got := n.Count("sluice_exchanges"); got != 0 {
		t.Errorf("%d exchanges after the answer, want 0", got)
	}
	n.FromUDP(bob, respond(inv, "200 OK"))
	if again := n.SentTo(alice); again != ok {
		t.Errorf("retransmitted 200 relayed as\n%s\nwant\n%s", again, ok)
	}
	n.FromUDP(alice, request("ACK", "1 ", "ack", "b1"))
	if ack := n.SentTo(bob); !strings.HasPrefix(ack, "ACK sip:bob@192.0.2.2:5062 SIP/2.0\r\n") || len(pipelinetest.Header(ack, "Via")) != 2 {
		t.Errorf("ACK arrives as\n%s", ack)
	}
	n.FromUDP(alice, request("BYE", "2 ", "bye", "b1"))
	bye := n.SentTo(bob)
	n.FromUDP(bob, respond(bye, "200 OK"))
	n.SentTo(alice)
	n.Advance(40 * time.Second)
	if got := n.Sent(); len(got) != 0 {
		t.Errorf("sent after the call: %v, want nothing", got)
	}
	n.Idle()
}

// checkInvite checks what RFC 3261 §16.6 has a proxy do to a request.
func checkInvite(t *testing.T, inv string) {
	t.Helper()
	vias := pipelinetest.Header(inv, "Via")
	if len(vias) != 2 || !strings.HasPrefix(vias[0], "SIP/2.0/UDP 192.0.2.254:5060;rport;branch=z9hG4bK") {
		t.Errorf("Vias: %q, want ours on top of alice's", vias)
	}
	if want := "received=192.0.2.1"; len(vias) == 2 && (!strings.Contains(vias[1], want) || !strings.Contains(vias[1], "rport=5060")) {
		t.Errorf("alice's Via: %q, want %s and rport", vias[1], want)
	}
	if mf := pipelinetest.Header(inv, "Max-Forwards"); len(mf) != 1 || mf[0] != "69" {
		t.Errorf("Max-Forwards: %q, want 69", mf)
	}
	rr := pipelinetest.Header(inv, "Record-Route")
	if len(rr) != 1 || !strings.HasSuffix(rr[0], "@192.0.2.254:5060;lr>") {
		t.Errorf("Record-Route: %q, want one of ours", rr)
	}
}

func TestFinalResponseIsAcknowledged(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	inv := n.Sent()[1].Text
	n.FromUDP(bob, respond(inv, "486 Busy Here"))
	got := n.Sent()
	if len(got) != 2 || got[0].To != bob || !strings.HasPrefix(got[0].Text, "ACK ") || got[1].To != alice {
		t.Fatalf("sent %v, want ACK to bob and 486 to alice", got)
	}
	if pipelinetest.Header(got[0].Text, "Via")[0] != pipelinetest.Header(inv, "Via")[0] {
		t.Errorf("Via of the ACK differs from the INVITE's")
	}
	n.Advance(500 * time.Millisecond)
	if again := n.SentTo(alice); pipelinetest.StartLine(again) != "SIP/2.0 486 Busy Here" {
		t.Errorf("timer G sent %q, want 486", again)
	}
	n.FromUDP(alice, request("ACK", "1 ", "inv", "b1"))
	if got := n.Sent(); len(got) != 0 {
		t.Errorf("ACK of a 486 was passed on: %v", got)
	}
	n.Advance(40 * time.Second)
	if got := n.Sent(); len(got) != 0 {
		t.Errorf("sent after the ACK: %v", got)
	}
	n.Idle()
}

func TestNoAnswer(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	n.Advance(31 * time.Second)
	sent := 0
	for _, p := range n.Sent() {
		if p.To == bob {
			sent++
		}
	}
	if sent != 6 { // at 0, 0.5, 1.5, 3.5, 7.5, 15.5; the next is at 31.5
		t.Errorf("INVITE sent %d times in 31 s, want 6", sent)
	}
	n.Advance(2 * time.Second)
	var last string
	for _, p := range n.Sent() {
		if p.To == alice {
			last = p.Text
		}
	}
	if line := pipelinetest.StartLine(last); line != "SIP/2.0 408 Client Timeout" {
		t.Errorf("alice got %q, want 408", line)
	}
	n.FromUDP(alice, request("ACK", "1 ", "inv", pipelinetest.Header(last, "To")[0][len("<sip:bob@example.com>;tag="):]))
	n.Advance(40 * time.Second)
	n.Idle()
}

func TestNonInviteTimeoutIsSilent(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	n.Advance(40 * time.Second)
	for _, p := range n.Sent() {
		if p.To != bob {
			t.Errorf("sent to %s: %q, want nothing (RFC 4320 §4.2)", p.To, pipelinetest.StartLine(p.Text))
		}
	}
	n.Idle()
}

func TestCancel(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	inv := n.Sent()[1].Text
	n.FromUDP(alice, request("CANCEL", "1 ", "inv", "", "Reason: SIP;cause=600\r\n"))
	if got := n.SentTo(alice); pipelinetest.StartLine(got) != "SIP/2.0 200 Cancelled" {
		t.Errorf("CANCEL is answered %q", got)
	}
	n.FromUDP(bob, respond(inv, "180 Ringing")) // now the CANCEL may go (RFC 3261 §9.1)
	got := n.Sent()
	if len(got) != 2 || got[0].To != bob || !strings.HasPrefix(got[0].Text, "CANCEL ") {
		t.Fatalf("sent %v, want CANCEL to bob, 180 to alice", got)
	}
	cancel := got[0].Text
	if pipelinetest.Header(cancel, "Via")[0] != pipelinetest.Header(inv, "Via")[0] || len(pipelinetest.Header(cancel, "Max-Forwards")) != 1 {
		t.Errorf("CANCEL is\n%s", cancel)
	}
	n.FromUDP(bob, respond(cancel, "200 OK"))
	n.FromUDP(bob, respond(inv, "487 Request Terminated"))
	got = n.Sent()
	if len(got) != 2 || !strings.HasPrefix(got[0].Text, "ACK ") || pipelinetest.StartLine(got[1].Text) != "SIP/2.0 487 Request Terminated" {
		t.Fatalf("sent %v, want ACK to bob and 487 to alice", got)
	}
	n.FromUDP(alice, request("ACK", "1 ", "inv", "b1"))
	n.Advance(40 * time.Second)
	n.Idle()
}

func TestCancelOfNothing(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}), pipelinetest.Options{Loops: 2})
	n.FromUDP(alice, request("CANCEL", "1 ", "inv", ""))
	if got := n.SentTo(alice); pipelinetest.StartLine(got) != "SIP/2.0 481 Call/Transaction Does Not Exist" {
		t.Errorf("got %q, want 481", got)
	}
	n.Advance(33 * time.Second) // Timer J
	n.Idle()
}

// A CANCEL that comes again when the INVITE is long over is answered as it was
// before (RFC 3261 §17.2.2).
func TestCancelRepeated(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""))
	inv := n.Sent()[1].Text
	n.FromUDP(bob, respond(inv, "180 Ringing"))
	n.Sent()
	n.FromUDP(alice, request("CANCEL", "1 ", "inv", ""))
	n.Sent()
	n.FromUDP(bob, respond(inv, "487 Request Terminated"))
	n.FromUDP(alice, request("ACK", "1 ", "inv", "b1"))
	n.Sent()
	n.Advance(7500 * time.Millisecond) // Timer I is over
	n.Sent()
	n.FromUDP(alice, request("CANCEL", "1 ", "inv", ""))
	expectSent(n, alice, "SIP/2.0 200 Cancelled\r\n")
	n.Advance(40 * time.Second)
	n.Sent()
	n.Idle()
}

func TestCancelOnAnotherLoop(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}), pipelinetest.Options{Loops: 2})
	n.FromUDP(alice, request("INVITE", "1 ", "inv", ""), 1)
	n.Sent()
	n.FromUDP(alice, request("CANCEL", "1 ", "inv", ""), 0)
	if got := n.SentTo(alice); pipelinetest.StartLine(got) != "SIP/2.0 200 Cancelled" {
		t.Errorf("got %q, want 200", got)
	}
}

func TestResponseOnAnotherLoop(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}), pipelinetest.Options{Loops: 2})
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""), 0)
	opt := n.SentTo(bob)
	n.FromUDP(bob, respond(opt, "200 OK"), 1)
	if got := n.SentTo(alice); pipelinetest.StartLine(got) != "SIP/2.0 200 OK" {
		t.Errorf("got %q, want 200", got)
	}
	if got := n.Count("sluice_loop_handovers_total"); got != 1 {
		t.Errorf("%d handovers, want 1", got)
	}
	n.Advance(40 * time.Second)
	n.Idle()
}

func TestForgedResponse(t *testing.T) {
	n := pipelinetest.New(t, stages(forwarder{}))
	n.FromUDP(alice, request("OPTIONS", "1 ", "opt", ""))
	opt := n.SentTo(bob)
	via := pipelinetest.Header(opt, "Via")[0]
	i := strings.Index(via, "branch=z9hG4bK") + len("branch=z9hG4bK") + 3
	forged := strings.Replace(respond(opt, "200 OK"), via, via[:i]+"x"+via[i+1:], 1)
	n.FromUDP(bob, forged)
	if got := n.Sent(); len(got) != 0 {
		t.Errorf("relayed %v, want nothing", got)
	}
	if got := n.Count("sluice_sip_responses_foreign_total"); got != 1 {
		t.Errorf("counted %d, want 1", got)
	}
}
