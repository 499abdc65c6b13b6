package sipmsg

// A Method is one that the phones use, or MethodOther.
type Method uint8

const (
	MethodOther Method = iota
	MethodInvite
	MethodAck
	MethodBye
	MethodOptions
	MethodRegister
)

var methodNames = [...]string{"other", "INVITE", "ACK", "BYE", "OPTIONS", "REGISTER"}

func (m Method) String() string { return methodNames[m] }

func methodOf(b []byte) Method {
	for m := MethodInvite; m <= MethodRegister; m++ {
		if string(b) == methodNames[m] {
			return m
		}
	}
	return MethodOther
}
