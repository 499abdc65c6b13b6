// Code generated from value.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

%%{
# One element of Event, Session-Expires, Reason, Retry-After, Identity, Privacy and
# their like: a word, maybe a comment, and parameters.

machine value;

action element_start { start = p }
action word_start    { word = p }
action word_end      {
    v.Word = parser.MakeSpan(word, p)
    end = p
}
action comment_start { comment = p + 1 }
action comment_end   {
    v.Comment = parser.MakeSpan(comment, p)
    end = p + 1
}

action semicolon    { if params == 0 { params = p + 1 } }
action pname_start  { name, value = p, 0 }
action pname_end    { nameEnd, end = p, p }
action equals       { end = p + 1 }
action pvalue_start { value = p }
action pvalue_end   { end = p }
action param_end    {
    if e := v.add(name, nameEnd, value, end); e != parser.OK {
        return p, e
    }
}

action port_digit {}
action host_end {}

include sip_common "../grammar/common.rl";
include sip_values "../grammar/values.rl";

main := lws* valued >element_start ( comma )?;

write data noerror noentry;
}%%

// scanValue reads the element that begins at p.
func scanValue(data []byte, p int, v *Value) (int, parser.Err) {
	v.reset()
	cs, pe, eof := 0, len(data), len(data)
	var start, end, word, comment, params, name, nameEnd, value int
	%% write init;
	%% write exec;
	if cs < value_first_final {
		return p, valueErr(params)
	}
	v.Text = parser.MakeSpan(start, end)
	if params > 0 {
		v.Params = trimLWS(data, params, end)
	}
	return p, parser.OK
}
