%%{
# SIP, SIPS, tel and other URIs (RFC 3261 §19.1.1 and §25.1, RFC 3966).
#
# What is awkward here:
#   - The user part may hold nearly everything that a host and its parameters
#     may, so that only an '@' tells "sip:alice;day=tuesday@atlanta.com" from
#     "sip:alice;day=tuesday". The machine reads both at once; whatever it noted
#     as host, port, parameters and headers before the '@' is taken back at it.

machine sip_uri;
include sip_common "common.rl";

mark       = [\-_.!~*'()];
unreserved = alnum | mark;
escaped    = '%' xdigit xdigit;

# '#' is not in RFC 3261, but star codes are dialled with it: "sip:*21#@host".
user_char     = unreserved | [&=+$,;?/#];
password_char = unreserved | [&=+$,];
param_char    = unreserved | [\[\]/:&+$];
header_char   = unreserved | [\[\]/?:+$&=];
opaque_char   = unreserved | [;/?:@&=+$,\[\]#];

# What ends a URI: no URI holds it.
stop_char = any - opaque_char - '%';

# alice   +358-555-1234567;postd=pp22   %61lice   j%40s0n:secret
user     = ( run | (user_char - run_char) | escaped )+;
password = ( password_char | escaped )*;
userinfo = user ( ':' @password_start password )? '@' @userinfo_end;

# atlanta.com   192.0.2.4:5060   [2001:db8::9:1]:5070   under_score.example.com
hostport = host ( ':' @port_start port )?;

# ;transport=tcp   ;lr   ;lr=   ;maddr=[2001:db8::1]   ;user=phone
pname  = ( run | (param_char - run_char) | escaped )+ %pname_end;
pvalue = ( run | (param_char - run_char) | escaped )*;
param  = ( pname ( '=' @pvalue_start pvalue )? ) %param_end;
params = ( ';' @pname_start param )+ >params_start %params_end;

# ?subject=project%20x&priority=urgent
headers = '?' @headers_start ( header_char | escaped )+ %headers_end;

sip_rest = userinfo? hostport params? headers?;

# +1-201-555-0123   *31#   863-1234;phone-context=+1-914-555. That a number has a
# digit is seen at its end, in number_end: states for it would slow every URI.
number   = ( [0-9+\-.()*#] | [A-Fa-f] )+ %number_end;
tel_rest = number params?;

opaque     = ( opaque_char | escaped )+;
scheme     = alpha ( alnum | [+\-.] )*;
any_scheme = ( scheme - ( 'sip'i | 'sips'i | 'tel'i ) );

sip_colon  = 'sip:'i @scheme_sip | 'sips:'i @scheme_sips;
tel_colon  = 'tel:'i @scheme_tel;
any_colon  = any_scheme ':' @scheme_other;
}%%
