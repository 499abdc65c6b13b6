package registrar

import (
	"bytes"
	"log/slog"
	"net/netip"
	"time"

	"sluice/netio"
	"sluice/parser"
	"sluice/pipeline"
)

// maxText bounds what is kept of one Contact, its Path and Call-ID, in bytes.
const maxText = 2048

// A binding is one Contact of an address-of-record: what a REGISTER asks for,
// or one of the table, read out of its record.
type binding struct {
	text    []byte        // what the spans are of
	expires time.Duration // when it ends, on the clock of the loops
	flow    netio.ConnID  // the connection it was registered over; 0 for UDP

	uri    parser.Span // the address as it was registered
	target parser.Span // the same as a Request-URI may hold it
	path   parser.Span // value for a Route header field (RFC 3327 §5.3)
	params parser.Span // of the Contact, but for expires; each with its ';'
	device parser.Span // its +sip.instance, which names the device (RFC 5626 §4.1)
	callID parser.Span
	source parser.Span // where it came from, as netip.AddrPort.AppendBinary has it: zones are strings

	cseq      uint32
	q         uint16 // thousandths
	transport netio.Transport
	flowOnly  bool // the connection is the only way
}

// live reports whether b is to be used.
func (b *binding) live(now time.Duration) bool { return b.expires > now }

// only reports whether b is lost without a connection.
func (b *binding) only(over netio.ConnID) bool { return b.flowOnly && b.flow == over }

// secure reports whether the address is a SIPS URI.
func (b *binding) secure() bool {
	uri := b.uri.Of(b.text)
	return len(uri) > 5 && parser.EqualFold(uri[:5], "sips:")
}

// sameDevice reports whether a and b are ways to one device.
func (b *binding) sameDevice(a *binding) bool {
	return !b.device.Empty() && bytes.Equal(b.device.Of(b.text), a.device.Of(a.text))
}

// hop returns b as a place to send a request to. Its bytes never change.
func (b *binding) hop() pipeline.Hop {
	h := pipeline.Hop{RequestURI: b.target.Of(b.text), Flow: b.flow, Transport: b.transport, FlowOnly: b.flowOnly, Q: b.q}
	if !b.path.Empty() {
		h.Route = b.path.Of(b.text)
	}
	return h
}

// LogValue implements slog.LogValuer.
func (b *binding) LogValue() slog.Value {
	var source netip.AddrPort
	_ = source.UnmarshalBinary(b.source.Of(b.text)) // what AppendBinary wrote
	return slog.GroupValue(
		slog.String("contact", string(b.uri.Of(b.text))),
		slog.String("transport", b.transport.String()),
		slog.String("source", source.String()),
	)
}
