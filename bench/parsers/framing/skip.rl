// Code generated from skip.rl by ragel -Z -G2. DO NOT EDIT.

package framing

import (
	"sluice/parser"
	"sluice/parser/sip"
)

%%{
# The states see the names and what is around line ends; the text between is passed
# at once, in a loop over a table or by a search of the line end.

machine skip;

action skip {
    if search {
        p = lineEnd(data, p+1) - 1
    } else {
        for p+1 < len(data) && text[data[p+1]] {
            p++
        }
    }
}

include sip_head "head.rl";

main := head;

write data noerror noentry;
}%%

func (h *Head) skip(data []byte, search bool) parser.Err {
	cs, p, pe := h.state, h.pos, len(data)
	id, mark, name, value, end := h.id, h.mark, h.name, h.value, h.end
	if cs == 0 {
		cs = skip_start
	}
	%% write exec;
	switch {
	case cs >= skip_first_final:
		return parser.OK
	case cs == 0:
		return parser.ErrStartLine
	}
	h.state, h.pos = cs, p
	h.id, h.mark, h.name, h.value, h.end = id, mark, name, value, end
	return parser.ErrMore
}
