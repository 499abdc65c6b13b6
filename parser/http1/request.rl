// Code generated from request.rl by ragel -Z -G2. DO NOT EDIT.

package http1

import "sluice/parser"

%%{
# The head of a request, resumed at any byte: cs, p and mark are kept in the
# Request. A byte that was read is looked at again only where a part ends.

machine request;

action method_start { mark = p }
action method_end   { r.Method = parser.MakeSpan(mark, p) }
action path_start   { mark = p }
action path_end     { r.Path = parser.MakeSpan(mark, p) }
action query_start  { mark = p + 1 }
action query_end    { r.Query = parser.MakeSpan(mark, p) }
action target_end   { r.Target = parser.MakeSpan(r.Method.End()+1, p) }
action version_end  {
    if e := r.endLine(data, p); e != parser.OK {
        return e
    }
}

action name_start  { mark = p }
action name_end    {
    if r.n == MaxHeaders {
        return parser.ErrTooManyHeaders
    }
    r.headers[r.n].Name = parser.MakeSpan(mark, p)
}
action value_start { mark = p + 1 }
action value_end   {
    r.headers[r.n].Value = parser.MakeSpan(mark, trimEnd(data, mark, p))
    r.n++
}
action head_end    {
    r.headLen = p + 1
    pe = p + 1
}

action skip_token {
    for p+1 < len(data) && classes[data[p+1]]&tokenChar != 0 {
        p++
    }
}
action skip_value {
    for p+1 < len(data) && classes[data[p+1]]&valueChar != 0 {
        p++
    }
}

action no_method  { e = parser.ErrMethod }
action bad_line   { e = parser.ErrStartLine }
action bad_target { e = targetErr(data[p]) }
action bad_name   { e = parser.ErrHeaderName }
action bad_value  { e = parser.ErrHeaderValue }

include http_request "../grammar/http.rl";

main := head;

write data noerror noentry nofinal;
}%%

// scan reads data from where the last call left off.
func (r *Request) scan(data []byte) parser.Err {
	cs, p, pe, eof := int(r.state), r.pos, len(data), -1
	mark := r.mark
	var e parser.Err
	if cs == 0 {
		cs = request_start
	}
	%% write exec;
	switch {
	case r.headLen > 0:
		return parser.OK
	case e == parser.OK:
		r.state, r.pos, r.mark = uint8(cs), p, mark
		return parser.ErrMore
	case data[p] == '\n':
		return parser.ErrLineEnd // a CR before it would have been taken, or refused
	}
	return e
}
