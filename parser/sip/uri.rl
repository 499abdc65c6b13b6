// Code generated from uri.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

%%{
machine uri;

action scheme_sip {
    u.Scheme = SchemeSIP
    user, host = p+1, p+1
}
action scheme_sips {
    u.Scheme = SchemeSIPS
    user, host = p+1, p+1
}
action scheme_tel {
    u.Scheme = SchemeTel
    user = p + 1
}
action scheme_other { u.Scheme = SchemeOther }

action password_start { password = p + 1 }
action userinfo_end   {
    u.setUser(user, password, p, params|headers)
    host, port, params = p+1, 0, 0
}
action number_end {
    if !isPhoneNumber(data[user:p]) {
        return p, parser.ErrURI
    }
    u.User = parser.MakeSpan(user, p)
}

action host_end   { u.Host = parser.MakeSpan(host, p) }
action port_start { port = portSeen }
action port_digit { port = addPortDigit(port, data[p]) }

action params_start { params = p + 1 }
action params_end   { u.Params = parser.MakeSpan(params, p) }
action pname_start  { name, value = p+1, 0 }
action pname_end    { nameEnd = p }
action pvalue_start { value = p + 1 }
action param_end    { u.setParam(data, name, nameEnd, value, p) }

action headers_start { headers = p + 1 }
action headers_end   { u.Headers = parser.MakeSpan(headers, p) }

include sip_uri "../grammar/uri.rl";

rest := sip_rest ( stop_char @stop )?;
main := sip_colon @{ fnext rest; } | ( tel_colon tel_rest | any_colon opaque ) ( stop_char @stop )?;

write data noerror;
}%%

// scanURI reads the URI that begins at p.
func scanURI(data []byte, p int, u *URI) (int, parser.Err) {
	*u = URI{}
	cs, pe, eof := 0, len(data), len(data)
	start := p
	var user, password, host, port, params, name, nameEnd, value, headers int
	%% write init;
	if at := p + len(sipColon); at < pe && string(data[p:at]) == sipColon {
		u.Scheme, user, host = SchemeSIP, at, at
		p, cs = at, uri_en_rest
	}
	%% write exec;
	if cs < uri_first_final {
		return p, uriErr(host, port, params, headers)
	}
	number, ok := portNumber(port)
	if !ok {
		return p, parser.ErrPort
	}
	u.Port = number
	u.Text = parser.MakeSpan(start, p)
	return p, parser.OK
}
