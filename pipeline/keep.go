package pipeline

import (
	"strconv"
	"time"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
)

// A keeper answers clients that offer to send keep-alives by a parameter "keep"
// in their Via (RFC 6223): STUN or CRLFs, to which we answer in any case.
type keeper struct {
	seconds string // the value of the parameter; "" does not answer
	message sip.Message
	edits   sip.Edits
}

func (k *keeper) use(every time.Duration) {
	k.seconds = ""
	if every > 0 {
		k.seconds = strconv.Itoa(max(1, int(every/time.Second)))
	}
}

// offered reports whether the client of m offers keep-alives for what m may
// begin or refresh, a registration or a dialog, and is to have an answer.
func (k *keeper) offered(m *sip.Message) bool {
	if k.seconds == "" || m.Method != sip.MethodInvite && m.Method != sip.MethodRegister {
		return false
	}
	via, err := m.TopVia()
	if err != parser.OK {
		return false
	}
	value, ok := via.Param(m.Buf, "keep")
	return ok && value.Empty()
}

// keep returns the response b with our answer in it; b changes its owner. All
// responses to a request get the same one. For a dialog whose route set we are
// not in we ask for none.
func (s *serverTxn) keep(b *netio.Buf, status uint16) *netio.Buf {
	if !s.keeps || status == 100 || status >= 300 || s.x == nil {
		return b
	}
	if req := s.x.Req; req.Method == sip.MethodInvite && !inDialog(req) && !s.x.Profile().DoRecordRouting {
		return b
	}
	k, m := &s.e.keeper, &s.e.keeper.message
	m.Reset()
	if m.Index(b.B) != parser.OK {
		return b
	}
	m.SetEnd(len(b.B))
	via, err := m.TopVia()
	if err != parser.OK {
		return b
	}
	if value, ok := via.Param(m.Buf, "keep"); !ok || !value.Empty() {
		return b
	}
	k.edits.Reset()
	k.edits.SetViaParam(m, via, "keep", k.seconds)
	out := s.e.loop.Acquire(len(b.B) + len(k.seconds) + 1)
	out.B = m.AppendEdited(out.B, &k.edits, nil, nil)
	b.Release()
	return out
}
