package sip

import "sluice/parser"

//go:generate ragel -Z -G2 -o zrack.go rack.rl
//go:generate sed -i "/^[/][/]line /d" zrack.go
//go:generate gofmt -w zrack.go

// An Event is the value of the Event header field (RFC 6665 §8.2.1). Spans are
// into the buffer it was parsed from, here and in the types below.
type Event struct{ Package, ID parser.Span }

// ParseEvent reads the value that begins at off, after white space.
func ParseEvent(buf []byte, off int, ev *Event) (int, parser.Err) {
	var v Value
	*ev = Event{}
	next, e := scanValue(buf, off, &v)
	if e != parser.OK {
		return next, e
	}
	if !isToken(v.Word.Of(buf)) {
		return v.Word.Start(), parser.ErrHeaderValue
	}
	ev.Package = v.Word
	ev.ID, _ = v.Param(buf, "id")
	return next, parser.OK
}

// A Refresher says who refreshes a session (RFC 4028 §4).
type Refresher uint8

const (
	RefresherNone Refresher = iota // not given
	RefresherUAC
	RefresherUAS
)

// A SessionExpires is the value of Session-Expires or Min-SE (RFC 4028 §4, §5).
type SessionExpires struct {
	Delta     uint32 // seconds
	Refresher Refresher
}

// ParseSessionExpires reads the value that begins at off, after white space. A
// refresher that is neither uac nor uas is refused.
func ParseSessionExpires(buf []byte, off int, s *SessionExpires) (int, parser.Err) {
	var v Value
	*s = SessionExpires{}
	next, e := scanValue(buf, off, &v)
	if e != parser.OK {
		return next, e
	}
	if s.Delta, e = parseDelta(v.Word.Of(buf)); e != parser.OK {
		return v.Word.Start(), e
	}
	who, ok := v.Param(buf, "refresher")
	switch {
	case !ok:
	case parser.EqualFold(who.Of(buf), "uac"):
		s.Refresher = RefresherUAC
	case parser.EqualFold(who.Of(buf), "uas"):
		s.Refresher = RefresherUAS
	default:
		return who.Start(), parser.ErrParam
	}
	return next, parser.OK
}

// A RAck is the value of RAck (RFC 3262 §7.2).
type RAck struct {
	RSeq, CSeq uint32
	Method     Method
	MethodText parser.Span
}

// ParseRAck reads the value that begins at off, after white space, and ends
// with buf.
func ParseRAck(buf []byte, off int, r *RAck) (int, parser.Err) {
	return scanRAck(buf, off, r)
}

// A Reason is one element of Reason (RFC 3326).
type Reason struct {
	Protocol parser.Span
	Cause    uint16      // 0 when absent
	Text     parser.Span // without quotes; what is escaped stays so
}

// ParseReason reads the element that begins at off, after white space.
func ParseReason(buf []byte, off int, r *Reason) (int, parser.Err) {
	var v Value
	*r = Reason{}
	next, e := scanValue(buf, off, &v)
	if e != parser.OK {
		return next, e
	}
	if !isToken(v.Word.Of(buf)) {
		return v.Word.Start(), parser.ErrHeaderValue
	}
	cause, e := v.delta(buf, "cause")
	if e != parser.OK || cause > 1<<16-1 {
		return v.Params.Start(), parser.ErrNumber
	}
	text, _ := v.Param(buf, "text")
	r.Protocol, r.Cause, r.Text = v.Word, uint16(cause), unquoted(buf, text)
	return next, parser.OK
}

// A RetryAfter is the value of Retry-After (RFC 3261 §20.33).
type RetryAfter struct {
	Delta    uint32      // seconds
	Duration uint32      // seconds, 0 when absent
	Comment  parser.Span // without the parentheses around it
}

// ParseRetryAfter reads the value that begins at off, after white space.
func ParseRetryAfter(buf []byte, off int, r *RetryAfter) (int, parser.Err) {
	var v Value
	*r = RetryAfter{}
	next, e := scanValue(buf, off, &v)
	if e != parser.OK {
		return next, e
	}
	if r.Delta, e = parseDelta(v.Word.Of(buf)); e != parser.OK {
		return v.Word.Start(), e
	}
	if r.Duration, e = v.delta(buf, "duration"); e != parser.OK {
		return v.Params.Start(), e
	}
	r.Comment = v.Comment
	return next, parser.OK
}

// An Identity is one element of Identity (RFC 8224 §4): a PASSporT and where its
// certificate is.
type Identity struct {
	Value parser.Span // without the quotes of RFC 4474
	Info  parser.Span // without angle brackets
	Alg   parser.Span // without quotes
	PPT   parser.Span // without quotes
}

// ParseIdentity reads the element that begins at off, after white space.
func ParseIdentity(buf []byte, off int, id *Identity) (int, parser.Err) {
	var v Value
	*id = Identity{}
	next, e := scanValue(buf, off, &v)
	if e != parser.OK {
		return next, e
	}
	info, _ := v.Param(buf, "info")
	alg, _ := v.Param(buf, "alg")
	ppt, _ := v.Param(buf, "ppt")
	id.Value, id.Info = unquoted(buf, v.Word), within(buf, info, '<', '>')
	id.Alg, id.PPT = unquoted(buf, alg), unquoted(buf, ppt)
	return next, parser.OK
}

// Privacy is the set of values of the Privacy header field (RFC 3323 §4.2, RFC
// 3325 §9.3, RFC 7044 §10.1).
type Privacy uint8

const (
	PrivacyNone Privacy = 1 << iota
	PrivacyHeader
	PrivacySession
	PrivacyUser
	PrivacyCritical
	PrivacyID
	PrivacyHistory
	PrivacyOther // any other
)

var privacyNames = [...]string{"none", "header", "session", "user", "critical", "id", "history"}

// ParsePrivacy reads the value that begins at off, after white space, and ends
// with buf: tokens that semicolons separate; where peers write commas, these do.
func ParsePrivacy(buf []byte, off int, p *Privacy) (int, parser.Err) {
	var v Value
	*p = 0
	for {
		next, e := scanValue(buf, off, &v)
		if e != parser.OK {
			return next, e
		}
		*p |= lookupPrivacy(v.Word.Of(buf))
		for i := range v.NumParams() {
			name, _ := v.ParamAt(i)
			*p |= lookupPrivacy(name.Of(buf))
		}
		if next == len(buf) {
			return next, parser.OK
		}
		off = next + 1
	}
}

func lookupPrivacy(token []byte) Privacy {
	for i, s := range privacyNames {
		if parser.EqualFold(token, s) {
			return 1 << i
		}
	}
	return PrivacyOther
}
