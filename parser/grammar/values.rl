%%{
# Values that are no address: a word with parameters, and authentication.
#
# What is awkward here:
#   - Retry-After may hold a comment, and comments nest. A machine cannot count,
#     so three levels are read and more are refused.
#   - The info parameter of Identity is a URI in angle brackets, in which ';' and
#     ',' separate nothing.
#   - Commas separate the fields of one set of credentials; two sets stand in two
#     header fields (RFC 3261 §7.3.1).
#
# The machine that includes this defines the actions of params.rl, and word_start,
# word_end, comment_start and comment_end.

machine sip_values;

word_char = value_char - [()];
word      = ( ( run | (word_char - run_char) )+ | quoted_string ) >word_start %word_end;

# (I'm in a meeting (until 5) \( )
ctext    = 0x20..0x7e - [()\\] | lws | utf8_char;
quoted   = '\\' any;
comment0 = '(' ( ctext | quoted )* ')';
comment1 = '(' ( ctext | quoted | comment0 )* ')';
comment  = '(' @comment_start ( ctext | quoted | comment1 )* ')' @comment_end;

# ;info=<https://biloxi.example.org/biloxi.cert>
bracketed = '<' ( 0x21..0x7e - [<>"] )* '>';

name   = token_run >pname_start %pname_end;
value  = ( value_run | quoted_string | bracketed ) >pvalue_start %pvalue_end;
param  = ( name lws* ( '=' @equals lws* ( value lws* )? )? ) %param_end;
params = ( ';' @semicolon lws* param )+;

# presence;id=7   1800;refresher=uac   SIP;cause=200;text="..."   120 (soon);duration=60
valued = word lws* ( comment lws* )? params?;

# Digest username="bob", realm="biloxi.com", nc=00000001, qop=auth
field  = ( name lws* '=' @equals lws* value ) %param_end lws*;
scheme = token_run >word_start %word_end;
fields = scheme lws+ field ( ',' lws* field )*;
}%%
