package parser

// An Err is the outcome of a parse: small, comparable, allocated never. The
// zero Err is success.
type Err uint8

// What can be wrong with the bytes of a peer.
const (
	OK                Err = iota
	ErrMore               // not an error: the bytes end before the element does
	ErrTooLong            // longer than a limit
	ErrHeadTooLong        // its head alone is
	ErrBodyTooLong        // its body alone is
	ErrTooManyHeaders     // more header fields than a message may have
	ErrStartLine          // neither a request line nor a status line
	ErrMethod             // the method is no token
	ErrVersion            // a protocol version we do not speak
	ErrStatus             // the status code is not three digits from 100 to 699
	ErrLineEnd            // a CR without its LF, or a control character
	ErrHeaderName         // a header name is no token, or its colon is missing
	ErrHeaderValue        // a header value breaks its grammar
	ErrURI                // a URI breaks its grammar
	ErrHost               // a host is no name, IPv4 address or IPv6 reference
	ErrPort               // a port is not 1 to 65535
	ErrNameAddr           // a name-addr or addr-spec breaks its grammar
	ErrVia                // a Via element breaks its grammar
	ErrParam              // a parameter breaks its grammar
	ErrCSeq               // CSeq is not a number below 2**31 and a method
	ErrNumber             // a number is malformed or out of range
	ErrContentLength      // Content-Length is malformed or contradicts the bytes
	ErrDuplicate          // a header that must be single is there more than once
	ErrMissing            // the header is not there
	ErrChecksum           // a checksum is not that of the bytes
	numErrs
)

var errTexts = [numErrs]string{
	OK:                "ok",
	ErrMore:           "more bytes needed",
	ErrTooLong:        "too long",
	ErrHeadTooLong:    "head too long",
	ErrBodyTooLong:    "body too long",
	ErrTooManyHeaders: "too many header fields",
	ErrStartLine:      "malformed start line",
	ErrMethod:         "malformed method",
	ErrVersion:        "unsupported protocol version",
	ErrStatus:         "malformed status code",
	ErrLineEnd:        "malformed line end",
	ErrHeaderName:     "malformed header name",
	ErrHeaderValue:    "malformed header value",
	ErrURI:            "malformed URI",
	ErrHost:           "malformed host",
	ErrPort:           "malformed port",
	ErrNameAddr:       "malformed name-addr",
	ErrVia:            "malformed Via",
	ErrParam:          "malformed parameter",
	ErrCSeq:           "malformed CSeq",
	ErrNumber:         "malformed number",
	ErrContentLength:  "wrong Content-Length",
	ErrDuplicate:      "duplicate header field",
	ErrMissing:        "missing header field",
	ErrChecksum:       "wrong checksum",
}

// boxed holds every Err as an error, so that [Err.Err] never allocates.
var boxed [numErrs]error

func init() {
	for e := range boxed {
		boxed[e] = Err(e)
	}
}

// Error returns the text of e.
func (e Err) Error() string {
	if e >= numErrs {
		return "unknown error"
	}
	return errTexts[e]
}

// Err returns e as an error, nil for [OK].
func (e Err) Err() error {
	if e == OK || e >= numErrs {
		return nil
	}
	return boxed[e]
}
