%%{
# The head of a SIP message as one machine: start line, header lines with the
# names that a proxy reads, folds and line ends (RFC 3261 §7, §25.1).
#
# What is awkward here:
#   - That a header line has ended is known only at the byte behind its line end,
#     for white space there goes on with the value (§7.3.1).
#   - Every known name adds a state per letter, and each of these also leads on to
#     the names that are not known.
#
# The machine that includes this defines skip, which may go on to the last of a run
# of bytes that are no line end; nothing depends on whether it does.

machine sip_head;

action mark        { mark = p }
action method_end  { h.Method = parser.MakeSpan(mark, p) }
action uri_end     { h.URI = parser.MakeSpan(mark, p) }
action digit       { h.Status = h.Status*10 + uint16(data[p]-'0') }
action reason_end  { h.Reason = parser.MakeSpan(mark, p) }

action id_via            { id = sip.HeaderVia }
action id_from           { id = sip.HeaderFrom }
action id_to             { id = sip.HeaderTo }
action id_call_id        { id = sip.HeaderCallID }
action id_cseq           { id = sip.HeaderCSeq }
action id_max_forwards   { id = sip.HeaderMaxForwards }
action id_contact        { id = sip.HeaderContact }
action id_route          { id = sip.HeaderRoute }
action id_record_route   { id = sip.HeaderRecordRoute }
action id_content_length { id = sip.HeaderContentLength }
action id_other          { id = sip.HeaderOther }

action name_end    { name = p }
action colon       { value = p + 1 }
action line_end    { end = p }
action header_end  {
    if !h.add(data, id, mark, name, value, end) {
        return parser.ErrTooManyHeaders
    }
}
action head_end    {
    h.HeadLen = p + 1
    pe = p + 1
}

name_char = 0x21..0x7e - ':';
text_char  = any - [\r\n];
eol        = '\r\n';

# INVITE sip:bob@biloxi.com SIP/2.0
method       = ( alnum | [\-.!%*_+`'~] )+ >mark %method_end;
uri          = ( 0x21..0x7e )+ >mark %uri_end;
request_line = method ' ' uri ' SIP/2.0' eol;

# SIP/2.0 200 OK
status_line = 'SIP/2.0 ' ( digit{3} $digit ) ( ' ' ( text_char* $skip >mark %reason_end ) )? eol;

known =
    ( 'via'i | 'v'i )            %id_via |
    ( 'from'i | 'f'i )           %id_from |
    ( 'to'i | 't'i )             %id_to |
    ( 'call-id'i | 'i'i )        %id_call_id |
    'cseq'i                      %id_cseq |
    'max-forwards'i              %id_max_forwards |
    ( 'contact'i | 'm'i )        %id_contact |
    'route'i                     %id_route |
    'record-route'i              %id_record_route |
    ( 'content-length'i | 'l'i ) %id_content_length;

any_known =
    'via'i | 'v'i | 'from'i | 'f'i | 'to'i | 't'i | 'call-id'i | 'i'i | 'cseq'i | 'max-forwards'i |
    'contact'i | 'm'i | 'route'i | 'record-route'i | 'content-length'i | 'l'i;

name = ( known | ( name_char+ - any_known ) %id_other ) >mark %name_end;
line = text_char* $skip '\r' @line_end '\n';

# Subject: I know you're there,
#  pick up the phone
header = ( name [ \t]* ':' @colon line ( [ \t] line )* ) %header_end;

head = ( request_line | status_line ) header* ( eol @head_end );
}%%
