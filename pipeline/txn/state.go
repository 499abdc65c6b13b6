package txn

// A Kind is one of the four transaction machines of RFC 3261 §17.
type Kind uint8

// The figures are those of RFC 3261; RFC 6026 §8.4 and §8.6 replace 5 and 7.
const (
	InviteClient    Kind = iota // Figure 5
	NonInviteClient             // Figure 6
	InviteServer                // Figure 7
	NonInviteServer             // Figure 8
	numKinds
)

// A State is a box of the figures. The zero State is Idle, before the first
// message.
type State uint8

// The states of the figures.
const (
	Idle State = iota
	Calling
	Trying
	Proceeding
	Completed
	Confirmed
	Accepted // RFC 6026 §7
	Terminated
	numStates
)

// An Event is what an arrow of the figures is labelled with.
type Event uint8

// The events. Those of clients, of servers, the timers by their RFC names, and
// those that either side knows.
const (
	Start Event = iota // client: the request is handed down; server: it was received

	Recv100    // client: 100, which does not reset Timer C (RFC 3261 §16.7 step 2)
	Recv1xx    // client: 101 to 199
	Recv2xx    // client: 200 to 299
	RecvFinal  // client: 300 to 699
	CancelSent // INVITE client: a CANCEL for it was sent (RFC 3261 §9.1)

	Retransmit // server: the same request was received again
	Ack        // INVITE server: its ACK was received
	Send1xx    // server: the transaction user sends 100 to 199
	Send2xx    // server: the transaction user sends 200 to 299
	SendFinal  // server: the transaction user sends 300 to 699

	TimerA
	TimerB
	TimerC // the proxy's, RFC 3261 §16.8
	TimerD
	TimerE
	TimerF
	TimerG
	TimerH
	TimerI
	TimerJ
	TimerK
	TimerL      // RFC 6026 §7.1
	TimerM      // RFC 6026 §7.2
	TimerCancel // 64*T1 after the CANCEL, nameless in RFC 3261 §9.1

	TransportError // a message of this transaction could not be sent
	Abandon        // the transaction user gives up without a word (RFC 4320 §4.2, shutdown)
	numEvents
)

// Received returns the event of a client transaction that gets a response with
// status, which is 100 to 699.
func Received(status uint16) Event {
	switch {
	case status <= 100:
		return Recv100
	case status < 200:
		return Recv1xx
	case status < 300:
		return Recv2xx
	}
	return RecvFinal
}

// Sent returns the event of a server transaction whose user sends a response
// with status, which is 100 to 699.
func Sent(status uint16) Event {
	switch {
	case status < 200:
		return Send1xx
	case status < 300:
		return Send2xx
	}
	return SendFinal
}

// An Action is a set of things to do, carried out in the order of the bits.
type Action uint16

// The actions.
const (
	SendRequest     Action = 1 << iota // send the request, the same bytes every time
	SendAck                            // acknowledge the 300 to 699 just received, to where the INVITE went (RFC 3261 §17.1.1.3)
	SendResponse                       // send the response of the event; after Retransmit and TimerG the last one again, if there is any
	ToTU                               // pass the message of the event up: a response to the relay, a request to the chain
	TimedOut                           // client: no final response came; INVITE server: no ACK came
	TimerCFired                        // INVITE client: a CANCEL is due (RFC 3261 §16.8); the 64*T1 that §9.1 grants it run already
	TransportFailed                    // tell the transaction user of the transport error
	Done                               // Terminated was entered: destroy the transaction; given exactly once
)

var kindNames = [numKinds]string{"InviteClient", "NonInviteClient", "InviteServer", "NonInviteServer"}

// String returns the name of k.
func (k Kind) String() string {
	if k >= numKinds {
		return "unknown"
	}
	return kindNames[k]
}

var stateNames = [numStates]string{
	"Idle", "Calling", "Trying", "Proceeding", "Completed", "Confirmed", "Accepted", "Terminated",
}

// String returns the name of s.
func (s State) String() string {
	if s >= numStates {
		return "unknown"
	}
	return stateNames[s]
}

var eventNames = [numEvents]string{
	"Start", "Recv100", "Recv1xx", "Recv2xx", "RecvFinal", "CancelSent",
	"Retransmit", "Ack", "Send1xx", "Send2xx", "SendFinal",
	"TimerA", "TimerB", "TimerC", "TimerD", "TimerE", "TimerF", "TimerG", "TimerH", "TimerI", "TimerJ", "TimerK",
	"TimerL", "TimerM", "TimerCancel", "TransportError", "Abandon",
}

// String returns the name of e.
func (e Event) String() string {
	if e >= numEvents {
		return "unknown"
	}
	return eventNames[e]
}

var actionNames = [...]string{
	"SendRequest", "SendAck", "SendResponse", "ToTU", "TimedOut", "TimerCFired", "TransportFailed", "Done",
}

// String returns the names of the actions in a, joined by "|"; it is for logs
// and tests.
func (a Action) String() string {
	if a == 0 {
		return "-"
	}
	var text []byte
	for i, name := range actionNames {
		if a&(1<<i) == 0 {
			continue
		}
		if len(text) > 0 {
			text = append(text, '|')
		}
		text = append(text, name...)
	}
	return string(text)
}
