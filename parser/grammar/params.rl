%%{
# The parameters of header field values (RFC 3261 §25.1, generic-param).
#
# What is awkward here: white space may stand around ';' and '=', and a value may
# be missing, with or without its '='. Where white space ends nobody knows before
# the next byte, so a parameter is done when it is left: at the next ';', at the
# comma, or at the end of the bytes.
#
# The machine that includes this defines pname_start, pname_end, pvalue_start,
# pvalue_end and param_end.

machine sip_params;

# ;tag=1928301774   ; branch = z9hG4bK87a   ;rport   ;+sip.instance="<urn:...>"
# ;tag=   ;received=[2001:db8::9:255]
pname  = token_run >pname_start %pname_end;
pvalue = ( value_run | quoted_string ) >pvalue_start %pvalue_end;
param  = ( pname lws* ( '=' @equals lws* ( pvalue lws* )? )? ) %param_end;
params = ( ';' @semicolon lws* param )+;
}%%
