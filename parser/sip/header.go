package sip

import (
	"encoding/binary"

	"sluice/parser"
)

// A HeaderID names a header field that a proxy, an edge or a registrar reads.
type HeaderID uint8

const (
	HeaderOther HeaderID = iota // any other; its name tells
	HeaderVia
	HeaderRoute
	HeaderRecordRoute
	HeaderPath
	HeaderServiceRoute
	HeaderFrom
	HeaderTo
	HeaderCallID
	HeaderCSeq
	HeaderContact
	HeaderMaxForwards
	HeaderContentLength
	HeaderContentType
	HeaderContentEncoding
	HeaderContentDisposition
	HeaderContentLanguage
	HeaderMIMEVersion
	HeaderExpires
	HeaderMinExpires
	HeaderRequire
	HeaderProxyRequire
	HeaderSupported
	HeaderUnsupported
	HeaderAllow
	HeaderAllowEvents
	HeaderEvent
	HeaderSubscriptionState
	HeaderAccept
	HeaderAcceptEncoding
	HeaderAcceptLanguage
	HeaderAcceptContact
	HeaderRejectContact
	HeaderRequestDisposition
	HeaderRAck
	HeaderRSeq
	HeaderSessionExpires
	HeaderMinSE
	HeaderReason
	HeaderRetryAfter
	HeaderAuthorization
	HeaderProxyAuthorization
	HeaderWWWAuthenticate
	HeaderProxyAuthenticate
	HeaderAuthenticationInfo
	HeaderPAssertedIdentity
	HeaderPPreferredIdentity
	HeaderPrivacy
	HeaderFlowTimer
	HeaderIdentity
	HeaderIdentityInfo
	HeaderReferTo
	HeaderReferredBy
	HeaderReplaces
	HeaderSIPETag
	HeaderSIPIfMatch
	HeaderSubject
	HeaderTimestamp
	HeaderUserAgent
	HeaderServer
	HeaderDate
	HeaderWarning
	HeaderMaxBreadth
	HeaderHistoryInfo
	HeaderOrganization
	NumHeaders
)

// String returns the canonical name, "" for HeaderOther.
func (id HeaderID) String() string {
	if id >= NumHeaders {
		return ""
	}
	return headerDefs[id].name
}

// Single reports whether a message may carry the header field only once, and
// with one value.
func (id HeaderID) Single() bool {
	return id < NumHeaders && headerDefs[id].single
}

type headerDef struct {
	name    string
	compact byte // RFC 3261 §7.3.3 and the registry; 0 is none
	single  bool
}

// headerDefs is where a header field is made known: id, name, compact form.
var headerDefs = [NumHeaders]headerDef{
	HeaderVia:                {"Via", 'v', false},
	HeaderRoute:              {"Route", 0, false},
	HeaderRecordRoute:        {"Record-Route", 0, false},
	HeaderPath:               {"Path", 0, false},
	HeaderServiceRoute:       {"Service-Route", 0, false},
	HeaderFrom:               {"From", 'f', true},
	HeaderTo:                 {"To", 't', true},
	HeaderCallID:             {"Call-ID", 'i', true},
	HeaderCSeq:               {"CSeq", 0, true},
	HeaderContact:            {"Contact", 'm', false},
	HeaderMaxForwards:        {"Max-Forwards", 0, true},
	HeaderContentLength:      {"Content-Length", 'l', true},
	HeaderContentType:        {"Content-Type", 'c', true},
	HeaderContentEncoding:    {"Content-Encoding", 'e', false},
	HeaderContentDisposition: {"Content-Disposition", 0, true},
	HeaderContentLanguage:    {"Content-Language", 0, false},
	HeaderMIMEVersion:        {"MIME-Version", 0, true},
	HeaderExpires:            {"Expires", 0, true},
	HeaderMinExpires:         {"Min-Expires", 0, true},
	HeaderRequire:            {"Require", 0, false},
	HeaderProxyRequire:       {"Proxy-Require", 0, false},
	HeaderSupported:          {"Supported", 'k', false},
	HeaderUnsupported:        {"Unsupported", 0, false},
	HeaderAllow:              {"Allow", 0, false},
	HeaderAllowEvents:        {"Allow-Events", 'u', false},
	HeaderEvent:              {"Event", 'o', true},
	HeaderSubscriptionState:  {"Subscription-State", 0, true},
	HeaderAccept:             {"Accept", 0, false},
	HeaderAcceptEncoding:     {"Accept-Encoding", 0, false},
	HeaderAcceptLanguage:     {"Accept-Language", 0, false},
	HeaderAcceptContact:      {"Accept-Contact", 'a', false},
	HeaderRejectContact:      {"Reject-Contact", 'j', false},
	HeaderRequestDisposition: {"Request-Disposition", 'd', false},
	HeaderRAck:               {"RAck", 0, true},
	HeaderRSeq:               {"RSeq", 0, true},
	HeaderSessionExpires:     {"Session-Expires", 'x', true},
	HeaderMinSE:              {"Min-SE", 0, true},
	HeaderReason:             {"Reason", 0, false},
	HeaderRetryAfter:         {"Retry-After", 0, true},
	HeaderAuthorization:      {"Authorization", 0, false},
	HeaderProxyAuthorization: {"Proxy-Authorization", 0, false},
	HeaderWWWAuthenticate:    {"WWW-Authenticate", 0, false},
	HeaderProxyAuthenticate:  {"Proxy-Authenticate", 0, false},
	HeaderAuthenticationInfo: {"Authentication-Info", 0, false},
	HeaderPAssertedIdentity:  {"P-Asserted-Identity", 0, false},
	HeaderPPreferredIdentity: {"P-Preferred-Identity", 0, false},
	HeaderPrivacy:            {"Privacy", 0, false},
	HeaderFlowTimer:          {"Flow-Timer", 0, true},
	HeaderIdentity:           {"Identity", 'y', false},
	HeaderIdentityInfo:       {"Identity-Info", 'n', true},
	HeaderReferTo:            {"Refer-To", 'r', true},
	HeaderReferredBy:         {"Referred-By", 'b', true},
	HeaderReplaces:           {"Replaces", 0, true},
	HeaderSIPETag:            {"SIP-ETag", 0, true},
	HeaderSIPIfMatch:         {"SIP-If-Match", 0, true},
	HeaderSubject:            {"Subject", 's', true},
	HeaderTimestamp:          {"Timestamp", 0, true},
	HeaderUserAgent:          {"User-Agent", 0, true},
	HeaderServer:             {"Server", 0, true},
	HeaderDate:               {"Date", 0, true},
	HeaderWarning:            {"Warning", 0, false},
	HeaderMaxBreadth:         {"Max-Breadth", 0, true},
	HeaderHistoryInfo:        {"History-Info", 0, false},
	HeaderOrganization:       {"Organization", 0, true},
}

// headerKey is what a name is found by: its first and last bytes, folded to
// lower case. Names of up to 16 bytes are compared by it alone.
type headerKey struct {
	lo, hi uint64
	n      uint8
	id     HeaderID
}

// headerHash sends every known name to a slot of its own; the test that says
// so proposes another multiplier when a new name collides.
const headerHash = 0xba0015950ea6a943

var (
	headerSlots   = makeHeaderSlots()
	headerCompact = makeHeaderCompact()
)

func makeHeaderSlots() (t [256]headerKey) {
	for id := HeaderOther + 1; id < NumHeaders; id++ {
		k := makeHeaderKey([]byte(headerDefs[id].name))
		k.id = id
		t[k.slot(headerHash)] = k
	}
	return t
}

func makeHeaderCompact() (t [256]HeaderID) {
	for id, d := range headerDefs {
		if d.compact != 0 {
			t[d.compact] = HeaderID(id)
			t[d.compact&^0x20] = HeaderID(id)
		}
	}
	return t
}

// foldWord lowers the letters among the eight bytes of w. It also moves some
// bytes that are in no header name, onto others that are in none.
func foldWord(w uint64) uint64 { return w | w&0x4040404040404040>>1 }

func makeHeaderKey(name []byte) headerKey {
	n := len(name)
	k := headerKey{n: uint8(n)}
	switch {
	case n >= 8:
		k.lo = foldWord(binary.LittleEndian.Uint64(name))
		k.hi = foldWord(binary.LittleEndian.Uint64(name[n-8:]))
	case n >= 4:
		k.lo = foldWord(uint64(binary.LittleEndian.Uint32(name)) |
			uint64(binary.LittleEndian.Uint32(name[n-4:]))<<32)
	case n >= 2:
		k.lo = foldWord(uint64(name[0]) | uint64(name[1])<<8 | uint64(name[n-1])<<16)
	}
	return k
}

func (k *headerKey) slot(multiplier uint64) uint8 {
	return uint8((k.lo ^ k.hi<<1 ^ uint64(k.n)) * multiplier >> 56)
}

// LookupHeader returns the id of the header field called name, without regard
// to case; one letter is a compact form.
func LookupHeader(name []byte) HeaderID {
	n := len(name)
	if n <= 1 {
		if n == 0 {
			return HeaderOther
		}
		return headerCompact[name[0]]
	}
	if n > 255 {
		return HeaderOther
	}
	k := makeHeaderKey(name)
	s := &headerSlots[k.slot(headerHash)]
	if s.lo != k.lo || s.hi != k.hi || s.n != k.n {
		return HeaderOther
	}
	if n > 16 && !parser.EqualFold(name[8:n-8], headerDefs[s.id].name[8:n-8]) {
		return HeaderOther
	}
	return s.id
}
