package relay

import (
	"strconv"

	"sluice/parser/sip"
)

// SetContentLength gives m, a request or a response, the Content-Length that
// it came without. Over UDP and in a WebSocket it may (RFC 3261 §18.3, RFC 7118
// §5), over a stream it must not (RFC 3261 §16.6 step 9): what is its body here
// would be the next message there.
func SetContentLength(e *sip.Edits, m *sip.Message) {
	if m.Has(sip.HeaderContentLength) {
		return
	}
	var digits [20]byte
	e.SetHeader(m, sip.HeaderContentLength, strconv.AppendInt(digits[:0], int64(len(m.Body())), 10))
}
