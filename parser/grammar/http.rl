%%{
# The head of an HTTP/1 request (RFC 9112 §2 to §5, RFC 9110 §5).
#
# What is awkward here:
#   - The token of HTTP is wider than that of SIP, and its white space narrower: a
#     value is never folded, so that CR and LF stand at a line's end alone.
#   - Which form a target may have depends on the method (§3.2). The machine notes
#     the path of the two forms that have one; whether another target is one that
#     goes with the method is asked at the end of the line.
#   - What is wrong is said at the byte where it is: each part has an error action
#     in all its states but the last, which is the first of the next part.
#
# The machine that includes this defines the actions. Runs are passed as in
# common.rl: skip_token and skip_value go on to the last of their run.

machine http_request;

tchar      = alnum | [!#$%&'*+\-.^_`|~];
visible    = 0x21..0x7e;
field_char = visible | 0x80..0xff;
crlf       = '\r\n';

# GET   M-SEARCH
method = tchar+ >method_start %method_end;

# /   /sip?token=a%20b
path_char = visible - [?#];
path      = '/' path_char*;
query     = '?' @query_start ( visible - '#' )* %query_end;
origin    = path >path_start %path_end query?;

# ws://h   https://h:80/p?q
auth_char = visible - [/?#];
absolute  = ( 'http'i | 'https'i | 'ws'i | 'wss'i ) '://' auth_char+ %path_start ( path? %path_end ) query?;

# h:443   *
other = ( visible - '#' )+;

target = ( origin | absolute | other ) %target_end;

version = 'HTTP/' digit '.' digit %version_end;

request_line =
    ( method ' ' )   >!no_method <>!bad_line
    ( target ' ' )   @!bad_target
    ( version crlf ) @!bad_line;

# Host: example.com   Connection:keep-alive, Upgrade   Empty:
name  = ( tchar $skip_token )+ >name_start %name_end;
value = ( field_char ( field_char | [ \t] )* )? $skip_value %value_end;
field =
    ( name ':' @value_start )              @!bad_name
    ( ( [ \t] @value_start )* value crlf ) @!bad_value;

# Empty lines before the request line are skipped (RFC 9112 §2.2).
head = ( crlf* $!no_method ) request_line field* ( crlf @!bad_name @head_end );
}%%
