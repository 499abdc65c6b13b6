// Code generated from via.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

%%{
# One element of Via (RFC 3261 §20.42 and §25.1, RFC 3581, RFC 5118 §4.5).
#
# What is awkward here: white space may stand around the slashes and around the
# colon before the port ("SIP / 2.0 / UDP first.example.com: 4000;ttl=16"), and
# received holds an IPv6 address without brackets by the RFC, with them by habit.

machine via;

action element_start   { start = p }
action transport_start { transport = p }
action transport_end   { v.TransportText = parser.MakeSpan(transport, p) }

action host_start { host = p }
action host_end   {
    v.Host = parser.MakeSpan(host, p)
    end = p
}
action port_start { port = portSeen }
action port_digit {
    port = addPortDigit(port, data[p])
    end = p + 1
}

action semicolon    { if params == 0 { params = p + 1 } }
action pname_start  { name, value = p, 0 }
action pname_end    { nameEnd, end = p, p }
action equals       { end = p + 1 }
action pvalue_start { value = p }
action pvalue_end   { end = p }
action param_end    {
    if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
        return p, e
    }
}

include sip_common "../grammar/common.rl";
include sip_params "../grammar/params.rl";

transport = token_run >transport_start %transport_end;

# pc33.atlanta.com   192.0.2.1:5060   [2001:db8::9:1] : 5060
sent_by = host >host_start ( lws* ':' @port_start lws* port )?;

rest := lws* transport lws+ sent_by lws* params? ( comma )?;

# SIP/2.0/UDP   SIP / 2.0 / TCP   SIP/2.0/WSS
slash = lws* '/';
main := lws* ( token_run slash lws* token_run slash @{ fnext rest; } ) >element_start;

write data noerror;
}%%

// scanVia reads the element that begins at p.
func scanVia(data []byte, p int, v *Via) (int, parser.Err) {
	*v = Via{}
	cs, pe, eof := 0, len(data), len(data)
	var start, end, transport, host, port, params, name, nameEnd, value int
	%% write init;
	if at := p + len(viaVersion); at < pe && string(data[p:at]) == viaVersion {
		start, p, cs = p, at, via_en_rest
	}
	%% write exec;
	if cs < via_first_final {
		return p, viaErr(host, port, params)
	}
	number, ok := portNumber(port)
	if !ok {
		return p, parser.ErrPort
	}
	v.Port = number
	v.Transport = LookupTransport(v.TransportText.Of(data))
	v.Text = parser.MakeSpan(start, end)
	if params > 0 {
		v.Params = trimLWS(data, params, end)
	}
	return p, parser.OK
}
