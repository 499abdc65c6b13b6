package sip

import (
	"encoding/binary"
	"math/bits"

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

// headerKey is what a name is found by: its first and its last eight bytes, or
// all of a shorter one with zeros after it, folded to lower case. Names of up to
// 16 bytes are compared by it alone.
type headerKey struct {
	lo, hi uint64
	n      uint8
	id     HeaderID
}

// headerHash sends every known name to a slot of its own; the test that says
// so proposes another multiplier when a new name collides.
const headerHash = 0x8edcc4cd0d85a719

var (
	headerSlots   = makeHeaderSlots()
	headerCompact = makeHeaderCompact()
)

func makeHeaderSlots() (t [256]headerKey) {
	for id := HeaderOther + 1; id < NumHeaders; id++ {
		k := makeHeaderKey([]byte(headerDefs[id].name))
		k.id = id
		t[headerSlot(k.lo, k.hi, headerHash)] = k
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
	k := headerKey{n: uint8(len(name))}
	if len(name) >= 8 {
		k.lo = foldWord(binary.LittleEndian.Uint64(name))
		k.hi = foldWord(binary.LittleEndian.Uint64(name[len(name)-8:]))
		return k
	}
	for i, c := range name {
		k.lo |= uint64(c) << (8 * i)
	}
	k.lo = foldWord(k.lo)
	return k
}

func headerSlot(lo, hi, multiplier uint64) uint8 {
	return uint8((lo ^ hi<<1) * multiplier >> 56)
}

// findHeader returns the id of the known name with this key. The middle of a
// name of more than 16 bytes is not compared.
func findHeader(lo, hi uint64, n int) HeaderID {
	k := &headerSlots[headerSlot(lo, hi, headerHash)]
	if k.lo == lo && k.hi == hi && int(k.n) == n {
		return k.id
	}
	return HeaderOther
}

// LookupHeader returns the id of the header field called name, without regard
// to case; one letter is a compact form.
func LookupHeader(name []byte) HeaderID {
	n := len(name)
	if n == 1 {
		return headerCompact[name[0]]
	}
	k := makeHeaderKey(name)
	id := findHeader(k.lo, k.hi, n)
	if n > 16 && id != HeaderOther && !parser.EqualFold(name[8:n-8], headerDefs[id].name[8:n-8]) {
		return HeaderOther
	}
	return id
}

// lookupLine returns the id of the header field that begins at line, and the
// offset of its colon, when a known name of up to 15 bytes stands right before
// it; else HeaderOther. What line holds beyond its end does not matter.
func lookupLine(line []byte) (id HeaderID, colon int) {
	if len(line) < 16 {
		return HeaderOther, 0
	}
	lo := binary.LittleEndian.Uint64(line)
	colon = colonIn(lo)
	switch {
	case colon == 1:
		return headerCompact[line[0]], 1
	case colon < 8:
		return findHeader(foldWord(lo&(1<<(8*colon)-1)), 0, colon), colon
	}
	colon += colonIn(binary.LittleEndian.Uint64(line[8:]))
	if colon == 16 {
		return HeaderOther, 0
	}
	hi := binary.LittleEndian.Uint64(line[colon-8:])
	return findHeader(foldWord(lo), foldWord(hi), colon), colon
}

// colonIn returns the index of the first colon among the bytes of w, 8 if there
// is none.
func colonIn(w uint64) int {
	const ones = 0x0101010101010101
	w ^= ':' * ones
	return bits.TrailingZeros64((w-ones)&^w&(0x80*ones)) >> 3
}
