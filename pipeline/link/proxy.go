package link

import (
	"sluice/parser"
	"sluice/parser/proxyproto"
)

// feedProxy takes the PROXY protocol header, which must come first. It returns
// what follows it.
func (l *Link) feedProxy(b []byte, p *Pool, s Sink) []byte {
	old, head := len(l.buf), b
	if old > 0 {
		l.keep(b[:min(len(b), proxyproto.MaxV2-old)], p)
		head = l.buf
	}
	var h proxyproto.Header
	n, err := proxyproto.Parse(head, &h)
	switch {
	case err == parser.ErrMore && old == 0:
		l.keep(b, p)
		return nil
	case err == parser.ErrMore:
		return nil
	case err != parser.OK:
		s.OnCount(CounterBadProxy)
		l.finish(0, s)
		return nil
	}
	p.free(l.buf)
	l.buf = nil
	l.mode = l.next
	if ps, ok := s.(ProxySink); ok {
		ps.OnProxy(l, h)
	}
	return b[n-old:]
}
