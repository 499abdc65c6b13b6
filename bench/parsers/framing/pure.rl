// Code generated from pure.rl by ragel -Z -G2. DO NOT EDIT.

package framing

import (
	"sluice/parser"
	"sluice/parser/sip"
)

%%{
# Every byte goes through a state.

machine pure;

action skip {}

include sip_head "head.rl";

main := head;

write data noerror noentry;
}%%

func (h *Head) pure(data []byte) parser.Err {
	cs, p, pe := h.state, h.pos, len(data)
	id, mark, name, value, end := h.id, h.mark, h.name, h.value, h.end
	if cs == 0 {
		cs = pure_start
	}
	%% write exec;
	switch {
	case cs >= pure_first_final:
		return parser.OK
	case cs == 0:
		return parser.ErrStartLine
	}
	h.state, h.pos = cs, p
	h.id, h.mark, h.name, h.value, h.end = id, mark, name, value, end
	return parser.ErrMore
}
