package sip

import "sluice/parser"

// QMax is the q of a contact that is preferred most, and of one without q.
const QMax = 1000

// A Contact is one element of Contact with the parameters that a registrar
// reads. Spans are into the buffer it was parsed from.
type Contact struct {
	NameAddr
	Q          uint16 // in thousandths, 0 to QMax; QMax when absent
	QSet       bool
	ExpiresSet bool
	Expires    uint32      // seconds, of the parameter
	RegID      uint32      // RFC 5626 §4.2, 0 when absent
	Instance   parser.Span // +sip.instance without quotes and angle brackets
	PubGRUU    parser.Span // RFC 5627 §9, without quotes
	TempGRUU   parser.Span

	seen contactParams
}

// contactParams is a set of the parameters that a registrar reads.
type contactParams uint8

const (
	contactQ contactParams = 1 << iota
	contactExpires
	contactRegID
	contactInstance
	contactPubGRUU
	contactTempGRUU
)

// defaultExpires is what an expires parameter that is no number is read as
// (RFC 3261 §20.10).
const defaultExpires = 3600

// ParseContact reads the element that begins at off, after white space, and
// ends with buf or before a comma; it returns where it ended. A parameter that a
// registrar reads may be there only once (RFC 3261 §7.3.1). The ob parameter is
// one of the URI.
func ParseContact(buf []byte, off int, c *Contact) (int, parser.Err) {
	*c = Contact{Q: QMax}
	next, e := ParseNameAddr(buf, off, &c.NameAddr)
	if e != parser.OK {
		return next, e
	}
	pos, end := c.Params.Start(), c.Params.End()
	for pos < end {
		p := nextParam(buf[:end], pos)
		if e := c.note(buf, p.name.Of(buf), p.value); e != parser.OK {
			return pos, e
		}
		pos = p.next
	}
	return next, parser.OK
}

func lookupContactParam(name []byte) contactParams {
	switch {
	case parser.EqualFold(name, "q"):
		return contactQ
	case parser.EqualFold(name, "expires"):
		return contactExpires
	case parser.EqualFold(name, "reg-id"):
		return contactRegID
	case parser.EqualFold(name, "+sip.instance"):
		return contactInstance
	case parser.EqualFold(name, "pub-gruu"):
		return contactPubGRUU
	case parser.EqualFold(name, "temp-gruu"):
		return contactTempGRUU
	}
	return 0
}

func (c *Contact) note(buf, name []byte, at parser.Span) parser.Err {
	p := lookupContactParam(name)
	if c.seen&p != 0 {
		return parser.ErrParam
	}
	c.seen |= p
	value := at.Of(buf)
	switch p {
	case contactQ:
		q, ok := parseQ(value)
		if !ok {
			return parser.ErrParam
		}
		c.Q, c.QSet = q, true
	case contactExpires:
		n, e := parseDelta(value)
		if e != parser.OK {
			n = defaultExpires
		}
		c.Expires, c.ExpiresSet = n, true
	case contactRegID:
		n, ok := parseNumber(value)
		if !ok || n == 0 || n >= 1<<31 {
			return parser.ErrParam
		}
		c.RegID = uint32(n)
	case contactInstance:
		c.Instance = within(buf, unquoted(buf, at), '<', '>')
	case contactPubGRUU:
		c.PubGRUU = unquoted(buf, at)
	case contactTempGRUU:
		c.TempGRUU = unquoted(buf, at)
	}
	return parser.OK
}

// parseQ reads a qvalue (RFC 3261 §25.1): 0 to 1 with up to three decimals.
func parseQ(b []byte) (q uint16, ok bool) {
	if len(b) == 0 || len(b) > len("0.000") || b[0] != '0' && b[0] != '1' || len(b) > 1 && b[1] != '.' {
		return 0, false
	}
	q = uint16(b[0]-'0') * QMax
	unit := uint16(QMax)
	for _, c := range b[min(2, len(b)):] {
		if !parser.Digit.Is(c) {
			return 0, false
		}
		unit /= 10
		q += uint16(c-'0') * unit
	}
	return q, q <= QMax
}
