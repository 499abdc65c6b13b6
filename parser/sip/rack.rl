// Code generated from rack.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

%%{
# RAck: 776656 1 INVITE (RFC 3262 §7.2). What is awkward here: nothing.

machine rack;

action rseq_digit   { rseq = min(rseq*10 + uint64(data[p]-'0'), maxNumber) }
action cseq_digit   { cseq = min(cseq*10 + uint64(data[p]-'0'), maxNumber) }
action method_start { method = p }
action method_end   { r.MethodText = parser.MakeSpan(method, p) }

action port_digit {}
action host_end {}

include sip_common "../grammar/common.rl";

main := lws* ( digit+ $rseq_digit ) lws+ ( digit+ $cseq_digit ) lws+
        ( token_run >method_start %method_end ) lws*;

write data noerror noentry;
}%%

// scanRAck reads the value that begins at p and ends with data.
func scanRAck(data []byte, p int, r *RAck) (int, parser.Err) {
	*r = RAck{}
	cs, pe, eof := 0, len(data), len(data)
	var rseq, cseq uint64
	method := 0
	%% write init;
	%% write exec;
	if cs < rack_first_final {
		return p, parser.ErrHeaderValue
	}
	// RFC 3262 §7.1 and RFC 3261 §8.1.1.5.
	if rseq == 0 || rseq > 1<<32-1 || cseq >= 1<<31 {
		return p, parser.ErrNumber
	}
	r.RSeq, r.CSeq = uint32(rseq), uint32(cseq)
	r.Method = LookupMethod(r.MethodText.Of(data))
	return p, parser.OK
}
