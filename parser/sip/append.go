package sip

import (
	"bytes"
	"net/netip"
	"strconv"

	"sluice/parser"
)

// AppendReply appends the response that r is to req, which came from src (RFC
// 3261 §8.2.6): the Via header fields of req, the top one with received and
// rport as FixVia has them, From, To, Call-ID, CSeq, for a 100 the Timestamp,
// the headers of r, and no body. toTag is added to To unless that has a tag or
// the status is 100. Header lines are copied as they are, so a request with
// malformed ones can be answered; but a CR or LF that stands alone in them is
// made the line end that it was read as, or a space.
func AppendReply(dst []byte, req *Message, src netip.AddrPort, r *Reply, toTag []byte) []byte {
	dst = append(dst, "SIP/2.0 "...)
	dst = strconv.AppendUint(dst, uint64(r.Status), 10)
	dst = append(dst, ' ')
	dst = append(dst, r.Reason...)
	dst = append(dst, "\r\n"...)
	top := req.First(HeaderVia)
	for i := top; i >= 0; i = req.Next(i) {
		if i == top {
			dst = appendTopVia(dst, req, i, src)
		} else {
			dst = req.appendRaw(dst, req.Line(i).Start(), req.Line(i).End())
		}
	}
	dst = req.appendLine(dst, HeaderFrom)
	if r.Status == 100 {
		dst = req.appendLine(dst, HeaderTo)
	} else {
		dst = appendTo(dst, req, toTag)
	}
	dst = req.appendLine(dst, HeaderCallID)
	dst = req.appendLine(dst, HeaderCSeq)
	if r.Status == 100 {
		dst = req.appendLine(dst, HeaderTimestamp)
	}
	dst = append(dst, r.Headers...)
	return append(dst, "Content-Length: 0\r\n\r\n"...)
}

// appendLine appends the line of the first header with id, if there is one.
func (m *Message) appendLine(dst []byte, id HeaderID) []byte {
	if i := m.First(id); i >= 0 {
		dst = m.appendRaw(dst, m.Line(i).Start(), m.Line(i).End())
	}
	return dst
}

// appendRaw appends Buf[start:end], a part of a header line, so that its lines
// end with CRLF.
func (m *Message) appendRaw(dst []byte, start, end int) []byte {
	if m.state == indexDone && m.err != parser.ErrLineEnd {
		return append(dst, m.Buf[start:end]...)
	}
	for i := start; i < end; i++ {
		switch c := m.Buf[i]; {
		case c == '\r' && (i+1 == len(m.Buf) || m.Buf[i+1] != '\n'):
			dst = append(dst, ' ')
		case c == '\n' && (i == 0 || m.Buf[i-1] != '\r'):
			dst = append(dst, "\r\n"...)
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// appendLines appends the lines of all headers with id.
func (m *Message) appendLines(dst []byte, id HeaderID) []byte {
	for i := m.First(id); i >= 0; i = m.Next(i) {
		dst = m.appendRaw(dst, m.Line(i).Start(), m.Line(i).End())
	}
	return dst
}

// appendTopVia appends line i, which holds the top Via, as FixVia changes it.
func appendTopVia(dst []byte, req *Message, i int, src netip.AddrPort) []byte {
	line := req.Line(i)
	v, err := req.TopVia()
	if err != parser.OK {
		return req.appendRaw(dst, line.Start(), line.End())
	}
	f := makeViaFix(req.Buf, v, src)
	pos := line.Start()
	rport := v.RportSpan
	if f.replace && f.at.Start() < rport.Start() {
		dst = appendReceived(req.appendRaw(dst, pos, f.at.Start()), src)
		pos, f.replace = f.at.End(), false
	}
	if v.RportSet {
		dst = appendRport(req.appendRaw(dst, pos, rport.Start()), src)
		pos = rport.End()
	}
	if f.replace {
		dst = appendReceived(req.appendRaw(dst, pos, f.at.Start()), src)
		pos = f.at.End()
	}
	if f.insert {
		dst = req.appendRaw(dst, pos, v.Text.End())
		dst = appendReceived(append(dst, ';'), src)
		pos = v.Text.End()
	}
	return req.appendRaw(dst, pos, line.End())
}

// appendTo appends To, with tag if it has none.
func appendTo(dst []byte, req *Message, tag []byte) []byte {
	i := req.First(HeaderTo)
	if i < 0 {
		return dst
	}
	line, end := req.Line(i), req.headers[i].Value.End()
	to, err := req.To()
	if len(tag) == 0 || err == parser.OK && !to.Tag.Empty() ||
		err != parser.OK && bytes.Contains(line.Of(req.Buf), []byte("tag=")) {
		return req.appendRaw(dst, line.Start(), line.End())
	}
	dst = req.appendRaw(dst, line.Start(), end)
	dst = append(dst, ";tag="...)
	dst = append(dst, tag...)
	return req.appendRaw(dst, end, line.End())
}

// AppendAck appends the ACK for the failure response resp to invite, the INVITE
// as it was sent (RFC 3261 §17.1.1.3): its Request-URI, its top Via, Route,
// From, Call-ID, CSeq number and Max-Forwards, and the To of resp.
func AppendAck(dst []byte, invite, resp *Message) []byte {
	dst = appendHopRequest(dst, invite, resp, MethodAck)
	return append(dst, "Content-Length: 0\r\n\r\n"...)
}

// AppendCancel appends the CANCEL of invite, the INVITE as it was sent (RFC
// 3261 §9.1). reason is nil or whole header lines to add: the Reason of the
// CANCEL that caused it (RFC 3326).
func AppendCancel(dst []byte, invite *Message, reason []byte) []byte {
	dst = appendHopRequest(dst, invite, invite, MethodCancel)
	dst = append(dst, reason...)
	return append(dst, "Content-Length: 0\r\n\r\n"...)
}

// appendHopRequest appends the head, without its end, of a request that goes
// the way of invite and belongs to its transaction.
func appendHopRequest(dst []byte, invite, to *Message, method Method) []byte {
	dst = append(dst, method.String()...)
	dst = append(dst, ' ')
	dst = invite.appendRaw(dst, invite.URIText.Start(), invite.URIText.End())
	dst = append(dst, " SIP/2.0\r\nVia: "...)
	vias := invite.Values(HeaderVia)
	vias.Next()
	dst = invite.appendRaw(dst, vias.Span().Start(), vias.Span().End())
	dst = append(dst, "\r\n"...)
	dst = invite.appendLines(dst, HeaderRoute)
	if invite.Has(HeaderMaxForwards) {
		dst = invite.appendLine(dst, HeaderMaxForwards)
	} else {
		dst = append(dst, "Max-Forwards: 70\r\n"...)
	}
	dst = invite.appendLine(dst, HeaderFrom)
	dst = to.appendLine(dst, HeaderTo)
	dst = invite.appendLine(dst, HeaderCallID)
	dst = append(dst, "CSeq: "...)
	c, _ := invite.CSeq()
	dst = strconv.AppendUint(dst, uint64(c.Num), 10)
	dst = append(dst, ' ')
	dst = append(dst, method.String()...)
	return append(dst, "\r\n"...)
}
