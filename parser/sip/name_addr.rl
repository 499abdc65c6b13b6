// Code generated from name_addr.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

%%{
# name-addr, addr-spec and "*", with header parameters (RFC 3261 §20.10, §25.1).
#
# What is awkward here:
#   - The first word may be a display name or a scheme: '<' or ':' tells. The URI
#     has a machine of its own, which is called at either and says where to go on.
#   - A display name without quotes is tokens by the RFC; peers also put UTF-8 and
#     other printable characters there. What would make it ambiguous is refused.
#   - '*' is a token character too: it is Contact's wildcard only when nothing
#     follows.

machine name_addr;

action word_end  { display = p }
action quote_end { display = p + 1 }
action bracket_uri {
    n.Display = displaySpan(start, display)
    if next, e = scanURI(data, p+1, &n.URI); e != parser.OK {
        return next, e
    }
    n.URIText = n.URI.Text
    p = next - 1
}
action bracket_end { end = p + 1 }
action bare_uri {
    if next, e = scanBareURI(data, start, &n.URI); e != parser.OK {
        return next, e
    }
    n.URIText = n.URI.Text
    end = next
    p = next - 1
}
action element_start { start = p }
action star      { star = true; end = p + 1 }

action semicolon    { if params == 0 { params = p + 1 } }
action pname_start  { name, value = p, 0 }
action pname_end    { nameEnd, end = p, p }
action equals       { end = p + 1 }
action pvalue_start { value = p }
action pvalue_end   { end = p }
action param_end    {
    if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
        return p, e
    }
}

action port_digit {}
action host_end {}

include sip_common "../grammar/common.rl";
include sip_params "../grammar/params.rl";

word_char = token_char | utf8_char | [()/?=@&$#\[\]{}|^];
word      = ( run | (word_char - run_char) )+ %word_end;
words     = word ( lws+ word )*;

# Bob   "Bob \"B\" Smith"   José
display_name = ( words lws* | quoted_string @quote_end lws* );

# <sip:bob@biloxi.com;lr>
bracketed = '<' @bracket_uri '>' @bracket_end;

# sip:bob@biloxi.com
bare = alpha ( alnum | [+\-.] )* ':' @bare_uri;

address = ( display_name? bracketed | bare ) lws* params?;
star    = '*' @star lws*;

main := lws* ( address | star ) >element_start ( comma )?;

write data noerror noentry;
}%%

// scanNameAddr reads the element that begins at p.
func scanNameAddr(data []byte, p int, n *NameAddr) (int, parser.Err) {
	n.Star, n.URI.Scheme = false, SchemeNone // scanURI clears the rest
	n.Text, n.Display, n.URIText, n.Params, n.Tag = parser.Span{}, parser.Span{}, parser.Span{}, parser.Span{}, parser.Span{}
	cs, pe, eof := 0, len(data), len(data)
	star := false
	var start, end, display, params, name, nameEnd, value, next int
	var e parser.Err
	%% write init;
	%% write exec;
	if n.URI.Scheme == SchemeNone {
		n.URI = URI{} // scanURI was not called
	}
	if cs < name_addr_first_final {
		return p, parser.ErrNameAddr
	}
	n.Text = parser.MakeSpan(start, end)
	n.Star = star && n.URI.Scheme == SchemeNone
	if params > 0 {
		n.Params = trimLWS(data, params, end)
	}
	return p, parser.OK
}
