// Code generated from auth.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

%%{
# The value of Authorization, Proxy-Authorization, WWW-Authenticate and
# Proxy-Authenticate (RFC 3261 §25.1, RFC 7616, RFC 8760): a scheme and its fields.

machine auth;

action word_start { word = p }
action word_end   { a.SchemeText = parser.MakeSpan(word, p) }

action comment_start {}
action comment_end   {}
action semicolon     {}

action pname_start  { name = p }
action pname_end    { nameEnd = p }
action equals       { fields = true }
action pvalue_start { value = p }
action pvalue_end   { end = p }
action param_end    {
    if e := a.set(data, name, nameEnd, value, end); e != parser.OK {
        return p, e
    }
}

action port_digit {}
action host_end {}

include sip_common "../grammar/common.rl";
include sip_values "../grammar/values.rl";

main := lws* fields;

write data noerror noentry;
}%%

// scanAuth reads the value that begins at p and ends with data.
func scanAuth(data []byte, p int, a *Auth) (int, parser.Err) {
	*a = Auth{}
	cs, pe, eof := 0, len(data), len(data)
	var word, name, nameEnd, value, end int
	fields := false
	%% write init;
	%% write exec;
	switch {
	case cs >= auth_first_final:
		a.Scheme = lookupAuthScheme(a.SchemeText.Of(data))
		return p, parser.OK
	case fields:
		return p, parser.ErrParam
	}
	return p, parser.ErrHeaderValue
}
