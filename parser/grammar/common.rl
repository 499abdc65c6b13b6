%%{
# Character classes that the machines share (RFC 3261 §25.1).
#
# What is awkward here:
#   - White space. The message indexer has made sure that a line end within a
#     value belongs to a fold, so LWS is a plain class: "\r\n " needs no states.
#   - Speed. A machine visits each byte through a switch. Most bytes are letters,
#     digits, '-', '.' and '_' in the middle of a run where nothing can happen; so
#     each of them carries the action skip, which goes on to the last of its run.
#     A run may stand only where a run_char leads to a state that every run_char
#     leaves for itself, without an action. What has to be noted of the first byte
#     of a run must be noted before skip; where a machine reads two alternatives
#     at once that order is lost, and it is noted at the byte before.

machine sip_common;

lws        = [ \t\r\n];
run_char   = alnum | [\-._];
token_char = alnum | [\-.!%*_+`'~];
utf8_char  = 0x80..0xff;

# Header parameters. RFC 3261 wants a token, a host or a quoted string as value;
# peers also send other printable characters ("tag=abc==", "received=[::1]").
value_char = (0x21..0x7e - [",;<>\\]) | utf8_char;

action skip {
    for p+1 < len(data) && parser.Host.Is(data[p+1]) {
        p++
    }
}
action skip_quoted {
    for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
        p++
    }
}

run       = ( run_char $skip )+;
token_run = ( run | (token_char - run_char) )+;
value_run = ( run | (value_char - run_char) )+;

# "a \"b\" c". Any byte may be quoted, control characters too (RFC 4475 §3.1.1.2).
quoted_string = '"' ( (any - ["\\]) $skip_quoted | '\\' any )* '"';

# An element of a list ends before its comma or with the bytes. (An fbreak would
# leave unreachable code behind, which go vet refuses.)
action stop {
    pe = p
    fhold;
}
comma = ',' @stop;

port = digit+ $port_digit;

# atlanta.com   under_score.example.com   192.0.2.4   [2001:db8::9:1]
host = ( run | '[' (xdigit | [:.])+ ']' ) %host_end;
}%%
