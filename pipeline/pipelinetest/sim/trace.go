package sim

import "fmt"

// The directions of a message.
const (
	toEdge  = "->"
	toPhone = "<-"
)

// trace writes a message of the traced call down, where it enters the
// network; copies says how often it will arrive.
func (w *World) trace(m *message, p *phone, s *stream, direction string, copies int) {
	if w.o.Trace == "" || m.callID != w.o.Trace {
		return
	}
	what := m.method
	if !m.isRequest() {
		what = fmt.Sprint(m.status)
	}
	fate := ""
	switch copies {
	case 0:
		fate = "  LOST"
	case 2:
		fate = "  twice"
	}
	who := "?"
	if p != nil {
		who = p.user + "/udp"
	}
	if s != nil {
		who = fmt.Sprintf("%s/%s#%x", p.user, s.c.Transport(), uint64(s.c.ID()))
	}
	w.note("%-18s %s edge  %-8s %d %s  branch %s  tags %s/%s%s", who, direction, what, m.seq, m.seqMethod, short(m.branch), m.fromTag, m.toTag, fate)
}

// note writes a line of the trace.
func (w *World) note(format string, args ...any) {
	if w.o.Trace != "" && len(w.report.Trace) < maxTrace {
		w.report.Trace = append(w.report.Trace, fmt.Sprintf("%9.3f  ", w.now.Seconds())+fmt.Sprintf(format, args...))
	}
}

// maxTrace bounds the lines that a failing seed prints.
const maxTrace = 400

// short keeps what tells branches apart: the edge's begin alike.
func short(branch string) string {
	if len(branch) > 24 {
		return branch[7:22] + "…"
	}
	return branch
}
