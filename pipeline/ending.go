package pipeline

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/netip"
	"strings"

	"sluice/netio"
	"sluice/pipeline/link"
)

// Errors that connections are closed with.
var (
	// errExpelled closes one at once, after a last word too: who sends too slowly
	// or is banned is not waited for.
	errExpelled = errors.New("pipeline: expelled")

	errBadProxy = errors.New("pipeline: bad PROXY protocol header")
)

// logs reports whether connections that end otherwise than in order are logged:
// at level debug. Nothing is made ready for the log before.
func (p *Edge) logs() bool { return p.log.Enabled(context.Background(), slog.LevelDebug) }

// logEnd logs the end of a connection that netio reports closed with err, and
// that f, unless that is nil, was the flow of.
func (e *Engine) logEnd(c *netio.Conn, f *flow, err error) {
	if !e.edge.logs() {
		return
	}
	if reason := whyEnded(f, err); reason != "" {
		e.edge.log.LogAttrs(context.Background(), slog.LevelDebug, "connection closed", slog.String("remote", c.Remote().String()),
			slog.String("transport", c.Transport().String()), slog.Bool("dialled", c.Dialled()), slog.String("reason", reason))
	}
}

// whyEnded returns what is logged as the reason, nothing for a connection that
// was closed in good order, or whose end was logged before.
func whyEnded(f *flow, err error) string {
	if f != nil {
		switch f.why {
		case CauseNone:
		case CauseTooSlow:
			return f.why.String() + ": " + f.owes()
		case CausePeerClosed, CauseLocalClosed:
			return ""
		default:
			return f.why.String()
		}
		if f.broken && err == nil && f.fault != 0 {
			return f.fault.String()
		}
	}
	switch err {
	case nil, io.EOF, netio.ErrStopped:
		return ""
	case errExpelled:
		return CauseLimit.String()
	case errBadProxy:
		return link.CounterBadProxy.String()
	}
	return err.Error()
}

// owes names what the peer has not completed in time.
func (f *flow) owes() string {
	switch f.wait {
	case link.WaitHead:
		return "head"
	case link.WaitMessage:
		return "message"
	}
	return "record"
}

// logRefused logs a connection that is closed as soon as it is there.
func (p *Edge) logRefused(ln *netio.Listener, peer netip.Addr, reason string) {
	if p.logs() {
		p.log.LogAttrs(context.Background(), slog.LevelDebug, "connection refused", slog.String("remote", peer.String()),
			slog.String("transport", ln.Transport.String()), slog.String("reason", reason))
	}
}

// OnRefuse implements link.RefusalSink.
func (f *flow) OnRefuse(_ *link.Link, status int, why string) {
	if p := f.e.edge; p.logs() {
		p.log.LogAttrs(context.Background(), slog.LevelDebug, "WebSocket handshake refused", slog.String("remote", f.c.Remote().String()),
			slog.String("transport", f.c.Transport().String()), slog.Int("status", status), slog.String("reason", strings.TrimSuffix(why, "\n")))
	}
}

var _ link.RefusalSink = (*flow)(nil)
