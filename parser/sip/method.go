package sip

// A Method is a request method known to Sluice; any other token is MethodOther
// and told apart by its text.
type Method uint8

const (
	MethodOther Method = iota
	MethodInvite
	MethodAck
	MethodBye
	MethodCancel
	MethodRegister
	MethodOptions
	MethodPrack
	MethodSubscribe
	MethodNotify
	MethodPublish
	MethodInfo
	MethodRefer
	MethodMessage
	MethodUpdate
	NumMethods
)

var methodNames = [NumMethods]string{
	MethodOther:     "",
	MethodInvite:    "INVITE",
	MethodAck:       "ACK",
	MethodBye:       "BYE",
	MethodCancel:    "CANCEL",
	MethodRegister:  "REGISTER",
	MethodOptions:   "OPTIONS",
	MethodPrack:     "PRACK",
	MethodSubscribe: "SUBSCRIBE",
	MethodNotify:    "NOTIFY",
	MethodPublish:   "PUBLISH",
	MethodInfo:      "INFO",
	MethodRefer:     "REFER",
	MethodMessage:   "MESSAGE",
	MethodUpdate:    "UPDATE",
}

// String returns the method as it stands on the wire, "" for MethodOther.
func (m Method) String() string {
	if m >= NumMethods {
		return ""
	}
	return methodNames[m]
}

// LookupMethod returns the method that text names. Methods are case-sensitive
// (RFC 3261 §7.1).
func LookupMethod(text []byte) Method {
	var m Method
	switch len(text) {
	case 3:
		m = MethodAck
		if text[0] == 'B' {
			m = MethodBye
		}
	case 4:
		m = MethodInfo
	case 5:
		m = MethodPrack
		if text[0] == 'R' {
			m = MethodRefer
		}
	case 6:
		switch text[0] {
		case 'I':
			m = MethodInvite
		case 'C':
			m = MethodCancel
		case 'N':
			m = MethodNotify
		case 'U':
			m = MethodUpdate
		}
	case 7:
		switch text[0] {
		case 'O':
			m = MethodOptions
		case 'M':
			m = MethodMessage
		case 'P':
			m = MethodPublish
		}
	case 8:
		m = MethodRegister
	case 9:
		m = MethodSubscribe
	}
	if m == MethodOther || string(text) != methodNames[m] {
		return MethodOther
	}
	return m
}
