package pipeline

import (
	"sluice/netio"
	"sluice/pipeline/txn"
)

// joinInvites notes that the INVITE of s came on its flow.
func (s *serverTxn) joinInvites() {
	f := s.flow
	s.nextInvite = f.invites
	if f.invites != nil {
		f.invites.prevInvite = s
	}
	f.invites = s
}

// leaveInvites undoes joinInvites, if there is something to undo.
func (s *serverTxn) leaveInvites() {
	switch f := s.flow; {
	case f == nil:
		return
	case s.prevInvite != nil:
		s.prevInvite.nextInvite = s.nextInvite
	case f.invites == s:
		f.invites = s.nextInvite
	}
	if s.nextInvite != nil {
		s.nextInvite.prevInvite = s.prevInvite
	}
	s.nextInvite, s.prevInvite = nil, nil
}

// callersGone cancels the INVITEs that came on f, which has closed, of clients
// who can be reached by nothing else: nobody could tell them how the call goes
// on (RFC 7118 §5), and a proxy may cancel at any time (RFC 3261 §16.10).
func (f *flow) callersGone() {
	for s := f.invites; s != nil; s = f.invites {
		s.leaveInvites()
		if !s.back.onlyThere() || s.m.State != txn.Proceeding || s.x == nil || s.x.canceled {
			continue
		}
		s.x.callerGone = true
		f.e.count(metricCallersGone)
		f.e.cancelExchange(s.x, nil)
	}
}

// onlyThere reports whether the client can be reached over its connection only:
// it cannot be connected to, or its Via does not say where.
func (p *path) onlyThere() bool {
	return !p.transport.Dialable() || p.port == 0 && p.transport == netio.TLS
}
