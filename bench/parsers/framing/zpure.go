// Code generated from pure.rl by ragel -Z -G2. DO NOT EDIT.

package framing

import (
	"sluice/parser"
	"sluice/parser/sip"
)

const pure_start int = 1
const pure_first_final int = 97

func (h *Head) pure(data []byte) parser.Err {
	cs, p, pe := h.state, h.pos, len(data)
	id, mark, name, value, end := h.id, h.mark, h.name, h.value, h.end
	if cs == 0 {
		cs = pure_start
	}

	{
		if p == pe {
			goto _test_eof
		}
		switch cs {
		case 1:
			goto st_case_1
		case 0:
			goto st_case_0
		case 2:
			goto st_case_2
		case 3:
			goto st_case_3
		case 4:
			goto st_case_4
		case 5:
			goto st_case_5
		case 6:
			goto st_case_6
		case 7:
			goto st_case_7
		case 8:
			goto st_case_8
		case 9:
			goto st_case_9
		case 10:
			goto st_case_10
		case 11:
			goto st_case_11
		case 12:
			goto st_case_12
		case 13:
			goto st_case_13
		case 14:
			goto st_case_14
		case 15:
			goto st_case_15
		case 97:
			goto st_case_97
		case 16:
			goto st_case_16
		case 17:
			goto st_case_17
		case 18:
			goto st_case_18
		case 19:
			goto st_case_19
		case 20:
			goto st_case_20
		case 21:
			goto st_case_21
		case 22:
			goto st_case_22
		case 23:
			goto st_case_23
		case 24:
			goto st_case_24
		case 25:
			goto st_case_25
		case 26:
			goto st_case_26
		case 27:
			goto st_case_27
		case 28:
			goto st_case_28
		case 29:
			goto st_case_29
		case 30:
			goto st_case_30
		case 31:
			goto st_case_31
		case 32:
			goto st_case_32
		case 33:
			goto st_case_33
		case 34:
			goto st_case_34
		case 35:
			goto st_case_35
		case 36:
			goto st_case_36
		case 37:
			goto st_case_37
		case 38:
			goto st_case_38
		case 39:
			goto st_case_39
		case 40:
			goto st_case_40
		case 41:
			goto st_case_41
		case 42:
			goto st_case_42
		case 43:
			goto st_case_43
		case 44:
			goto st_case_44
		case 45:
			goto st_case_45
		case 46:
			goto st_case_46
		case 47:
			goto st_case_47
		case 48:
			goto st_case_48
		case 49:
			goto st_case_49
		case 50:
			goto st_case_50
		case 51:
			goto st_case_51
		case 52:
			goto st_case_52
		case 53:
			goto st_case_53
		case 54:
			goto st_case_54
		case 55:
			goto st_case_55
		case 56:
			goto st_case_56
		case 57:
			goto st_case_57
		case 58:
			goto st_case_58
		case 59:
			goto st_case_59
		case 60:
			goto st_case_60
		case 61:
			goto st_case_61
		case 62:
			goto st_case_62
		case 63:
			goto st_case_63
		case 64:
			goto st_case_64
		case 65:
			goto st_case_65
		case 66:
			goto st_case_66
		case 67:
			goto st_case_67
		case 68:
			goto st_case_68
		case 69:
			goto st_case_69
		case 70:
			goto st_case_70
		case 71:
			goto st_case_71
		case 72:
			goto st_case_72
		case 73:
			goto st_case_73
		case 74:
			goto st_case_74
		case 75:
			goto st_case_75
		case 76:
			goto st_case_76
		case 77:
			goto st_case_77
		case 78:
			goto st_case_78
		case 79:
			goto st_case_79
		case 80:
			goto st_case_80
		case 81:
			goto st_case_81
		case 82:
			goto st_case_82
		case 83:
			goto st_case_83
		case 84:
			goto st_case_84
		case 85:
			goto st_case_85
		case 86:
			goto st_case_86
		case 87:
			goto st_case_87
		case 88:
			goto st_case_88
		case 89:
			goto st_case_89
		case 90:
			goto st_case_90
		case 91:
			goto st_case_91
		case 92:
			goto st_case_92
		case 93:
			goto st_case_93
		case 94:
			goto st_case_94
		case 95:
			goto st_case_95
		case 96:
			goto st_case_96
		}
		goto st_out
	st_case_1:
		switch data[p] {
		case 33:
			goto tr0
		case 37:
			goto tr0
		case 39:
			goto tr0
		case 83:
			goto tr2
		case 126:
			goto tr0
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 46 {
					goto tr0
				}
			case data[p] >= 42:
				goto tr0
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr0
				}
			case data[p] >= 65:
				goto tr0
			}
		default:
			goto tr0
		}
		goto st0
	st_case_0:
	st0:
		cs = 0
		goto _out
	tr0:
		mark = p
		goto st2
	st2:
		if p++; p == pe {
			goto _test_eof2
		}
	st_case_2:
		switch data[p] {
		case 32:
			goto tr3
		case 33:
			goto st2
		case 37:
			goto st2
		case 39:
			goto st2
		case 126:
			goto st2
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 46 {
					goto st2
				}
			case data[p] >= 42:
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	tr3:
		h.Method = parser.MakeSpan(mark, p)
		goto st3
	st3:
		if p++; p == pe {
			goto _test_eof3
		}
	st_case_3:
		if 33 <= data[p] && data[p] <= 126 {
			goto tr5
		}
		goto st0
	tr5:
		mark = p
		goto st4
	st4:
		if p++; p == pe {
			goto _test_eof4
		}
	st_case_4:
		if data[p] == 32 {
			goto tr6
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st4
		}
		goto st0
	tr6:
		h.URI = parser.MakeSpan(mark, p)
		goto st5
	st5:
		if p++; p == pe {
			goto _test_eof5
		}
	st_case_5:
		if data[p] == 83 {
			goto st6
		}
		goto st0
	st6:
		if p++; p == pe {
			goto _test_eof6
		}
	st_case_6:
		if data[p] == 73 {
			goto st7
		}
		goto st0
	st7:
		if p++; p == pe {
			goto _test_eof7
		}
	st_case_7:
		if data[p] == 80 {
			goto st8
		}
		goto st0
	st8:
		if p++; p == pe {
			goto _test_eof8
		}
	st_case_8:
		if data[p] == 47 {
			goto st9
		}
		goto st0
	st9:
		if p++; p == pe {
			goto _test_eof9
		}
	st_case_9:
		if data[p] == 50 {
			goto st10
		}
		goto st0
	st10:
		if p++; p == pe {
			goto _test_eof10
		}
	st_case_10:
		if data[p] == 46 {
			goto st11
		}
		goto st0
	st11:
		if p++; p == pe {
			goto _test_eof11
		}
	st_case_11:
		if data[p] == 48 {
			goto st12
		}
		goto st0
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		if data[p] == 13 {
			goto st13
		}
		goto st0
	tr136:
		mark = p
		h.Reason = parser.MakeSpan(mark, p)
		goto st13
	tr138:
		h.Reason = parser.MakeSpan(mark, p)
		goto st13
	st13:
		if p++; p == pe {
			goto _test_eof13
		}
	st_case_13:
		if data[p] == 10 {
			goto st14
		}
		goto st0
	st14:
		if p++; p == pe {
			goto _test_eof14
		}
	st_case_14:
		switch data[p] {
		case 13:
			goto st15
		case 67:
			goto tr19
		case 70:
			goto tr20
		case 73:
			goto tr21
		case 76:
			goto tr22
		case 77:
			goto tr23
		case 82:
			goto tr24
		case 84:
			goto tr25
		case 86:
			goto tr26
		case 99:
			goto tr19
		case 102:
			goto tr20
		case 105:
			goto tr21
		case 108:
			goto tr22
		case 109:
			goto tr23
		case 114:
			goto tr24
		case 116:
			goto tr25
		case 118:
			goto tr26
		}
		switch {
		case data[p] > 57:
			if 59 <= data[p] && data[p] <= 126 {
				goto tr18
			}
		case data[p] >= 33:
			goto tr18
		}
		goto st0
	tr37:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		goto st15
	st15:
		if p++; p == pe {
			goto _test_eof15
		}
	st_case_15:
		if data[p] == 10 {
			goto tr27
		}
		goto st0
	tr27:

		h.HeadLen = p + 1
		pe = p + 1

		goto st97
	st97:
		if p++; p == pe {
			goto _test_eof97
		}
	st_case_97:
		goto st0
	tr18:
		mark = p
		goto st16
	tr38:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		mark = p
		goto st16
	st16:
		if p++; p == pe {
			goto _test_eof16
		}
	st_case_16:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	tr28:
		id = sip.HeaderOther
		name = p
		goto st17
	tr55:
		id = sip.HeaderCallID
		name = p
		goto st17
	tr63:
		id = sip.HeaderContact
		name = p
		goto st17
	tr74:
		id = sip.HeaderContentLength
		name = p
		goto st17
	tr78:
		id = sip.HeaderCSeq
		name = p
		goto st17
	tr80:
		id = sip.HeaderFrom
		name = p
		goto st17
	tr96:
		id = sip.HeaderMaxForwards
		name = p
		goto st17
	tr110:
		id = sip.HeaderRecordRoute
		name = p
		goto st17
	tr115:
		id = sip.HeaderRoute
		name = p
		goto st17
	tr117:
		id = sip.HeaderTo
		name = p
		goto st17
	tr120:
		id = sip.HeaderVia
		name = p
		goto st17
	st17:
		if p++; p == pe {
			goto _test_eof17
		}
	st_case_17:
		switch data[p] {
		case 9:
			goto st17
		case 32:
			goto st17
		case 58:
			goto tr32
		}
		goto st0
	tr30:
		id = sip.HeaderOther
		name = p
		value = p + 1
		goto st18
	tr32:
		value = p + 1
		goto st18
	tr33:

		goto st18
	tr56:
		id = sip.HeaderCallID
		name = p
		value = p + 1
		goto st18
	tr64:
		id = sip.HeaderContact
		name = p
		value = p + 1
		goto st18
	tr75:
		id = sip.HeaderContentLength
		name = p
		value = p + 1
		goto st18
	tr79:
		id = sip.HeaderCSeq
		name = p
		value = p + 1
		goto st18
	tr81:
		id = sip.HeaderFrom
		name = p
		value = p + 1
		goto st18
	tr97:
		id = sip.HeaderMaxForwards
		name = p
		value = p + 1
		goto st18
	tr111:
		id = sip.HeaderRecordRoute
		name = p
		value = p + 1
		goto st18
	tr116:
		id = sip.HeaderRoute
		name = p
		value = p + 1
		goto st18
	tr118:
		id = sip.HeaderTo
		name = p
		value = p + 1
		goto st18
	tr121:
		id = sip.HeaderVia
		name = p
		value = p + 1
		goto st18
	st18:
		if p++; p == pe {
			goto _test_eof18
		}
	st_case_18:
		switch data[p] {
		case 10:
			goto st0
		case 13:
			goto tr34
		}
		goto tr33
	tr34:
		end = p
		goto st19
	st19:
		if p++; p == pe {
			goto _test_eof19
		}
	st_case_19:
		if data[p] == 10 {
			goto st20
		}
		goto st0
	st20:
		if p++; p == pe {
			goto _test_eof20
		}
	st_case_20:
		switch data[p] {
		case 9:
			goto st18
		case 13:
			goto tr37
		case 32:
			goto st18
		case 67:
			goto tr39
		case 70:
			goto tr40
		case 73:
			goto tr41
		case 76:
			goto tr42
		case 77:
			goto tr43
		case 82:
			goto tr44
		case 84:
			goto tr45
		case 86:
			goto tr46
		case 99:
			goto tr39
		case 102:
			goto tr40
		case 105:
			goto tr41
		case 108:
			goto tr42
		case 109:
			goto tr43
		case 114:
			goto tr44
		case 116:
			goto tr45
		case 118:
			goto tr46
		}
		switch {
		case data[p] > 57:
			if 59 <= data[p] && data[p] <= 126 {
				goto tr38
			}
		case data[p] >= 33:
			goto tr38
		}
		goto st0
	tr19:
		mark = p
		goto st21
	tr39:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		mark = p
		goto st21
	st21:
		if p++; p == pe {
			goto _test_eof21
		}
	st_case_21:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 65:
			goto st22
		case 79:
			goto st28
		case 83:
			goto st44
		case 97:
			goto st22
		case 111:
			goto st28
		case 115:
			goto st44
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st22:
		if p++; p == pe {
			goto _test_eof22
		}
	st_case_22:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 76:
			goto st23
		case 108:
			goto st23
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st23:
		if p++; p == pe {
			goto _test_eof23
		}
	st_case_23:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 76:
			goto st24
		case 108:
			goto st24
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st24:
		if p++; p == pe {
			goto _test_eof24
		}
	st_case_24:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 45:
			goto st25
		case 58:
			goto tr30
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st25:
		if p++; p == pe {
			goto _test_eof25
		}
	st_case_25:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 73:
			goto st26
		case 105:
			goto st26
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st26:
		if p++; p == pe {
			goto _test_eof26
		}
	st_case_26:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 68:
			goto st27
		case 100:
			goto st27
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	tr21:
		mark = p
		goto st27
	tr41:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		mark = p
		goto st27
	st27:
		if p++; p == pe {
			goto _test_eof27
		}
	st_case_27:
		switch data[p] {
		case 9:
			goto tr55
		case 32:
			goto tr55
		case 58:
			goto tr56
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st28:
		if p++; p == pe {
			goto _test_eof28
		}
	st_case_28:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 78:
			goto st29
		case 110:
			goto st29
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st29:
		if p++; p == pe {
			goto _test_eof29
		}
	st_case_29:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 84:
			goto st30
		case 116:
			goto st30
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st30:
		if p++; p == pe {
			goto _test_eof30
		}
	st_case_30:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 65:
			goto st31
		case 69:
			goto st34
		case 97:
			goto st31
		case 101:
			goto st34
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st31:
		if p++; p == pe {
			goto _test_eof31
		}
	st_case_31:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 67:
			goto st32
		case 99:
			goto st32
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st32:
		if p++; p == pe {
			goto _test_eof32
		}
	st_case_32:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 84:
			goto st33
		case 116:
			goto st33
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st33:
		if p++; p == pe {
			goto _test_eof33
		}
	st_case_33:
		switch data[p] {
		case 9:
			goto tr63
		case 32:
			goto tr63
		case 58:
			goto tr64
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st34:
		if p++; p == pe {
			goto _test_eof34
		}
	st_case_34:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 78:
			goto st35
		case 110:
			goto st35
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st35:
		if p++; p == pe {
			goto _test_eof35
		}
	st_case_35:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 84:
			goto st36
		case 116:
			goto st36
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st36:
		if p++; p == pe {
			goto _test_eof36
		}
	st_case_36:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 45:
			goto st37
		case 58:
			goto tr30
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st37:
		if p++; p == pe {
			goto _test_eof37
		}
	st_case_37:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 76:
			goto st38
		case 108:
			goto st38
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st38:
		if p++; p == pe {
			goto _test_eof38
		}
	st_case_38:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 69:
			goto st39
		case 101:
			goto st39
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st39:
		if p++; p == pe {
			goto _test_eof39
		}
	st_case_39:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 78:
			goto st40
		case 110:
			goto st40
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st40:
		if p++; p == pe {
			goto _test_eof40
		}
	st_case_40:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 71:
			goto st41
		case 103:
			goto st41
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st41:
		if p++; p == pe {
			goto _test_eof41
		}
	st_case_41:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 84:
			goto st42
		case 116:
			goto st42
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st42:
		if p++; p == pe {
			goto _test_eof42
		}
	st_case_42:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 72:
			goto st43
		case 104:
			goto st43
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	tr22:
		mark = p
		goto st43
	tr42:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		mark = p
		goto st43
	st43:
		if p++; p == pe {
			goto _test_eof43
		}
	st_case_43:
		switch data[p] {
		case 9:
			goto tr74
		case 32:
			goto tr74
		case 58:
			goto tr75
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st44:
		if p++; p == pe {
			goto _test_eof44
		}
	st_case_44:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 69:
			goto st45
		case 101:
			goto st45
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st45:
		if p++; p == pe {
			goto _test_eof45
		}
	st_case_45:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 81:
			goto st46
		case 113:
			goto st46
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st46:
		if p++; p == pe {
			goto _test_eof46
		}
	st_case_46:
		switch data[p] {
		case 9:
			goto tr78
		case 32:
			goto tr78
		case 58:
			goto tr79
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	tr20:
		mark = p
		goto st47
	tr40:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		mark = p
		goto st47
	st47:
		if p++; p == pe {
			goto _test_eof47
		}
	st_case_47:
		switch data[p] {
		case 9:
			goto tr80
		case 32:
			goto tr80
		case 58:
			goto tr81
		case 82:
			goto st48
		case 114:
			goto st48
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st48:
		if p++; p == pe {
			goto _test_eof48
		}
	st_case_48:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 79:
			goto st49
		case 111:
			goto st49
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st49:
		if p++; p == pe {
			goto _test_eof49
		}
	st_case_49:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 77:
			goto st50
		case 109:
			goto st50
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st50:
		if p++; p == pe {
			goto _test_eof50
		}
	st_case_50:
		switch data[p] {
		case 9:
			goto tr80
		case 32:
			goto tr80
		case 58:
			goto tr81
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	tr23:
		mark = p
		goto st51
	tr43:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		mark = p
		goto st51
	st51:
		if p++; p == pe {
			goto _test_eof51
		}
	st_case_51:
		switch data[p] {
		case 9:
			goto tr63
		case 32:
			goto tr63
		case 58:
			goto tr64
		case 65:
			goto st52
		case 97:
			goto st52
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st52:
		if p++; p == pe {
			goto _test_eof52
		}
	st_case_52:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 88:
			goto st53
		case 120:
			goto st53
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st53:
		if p++; p == pe {
			goto _test_eof53
		}
	st_case_53:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 45:
			goto st54
		case 58:
			goto tr30
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st54:
		if p++; p == pe {
			goto _test_eof54
		}
	st_case_54:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 70:
			goto st55
		case 102:
			goto st55
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st55:
		if p++; p == pe {
			goto _test_eof55
		}
	st_case_55:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 79:
			goto st56
		case 111:
			goto st56
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st56:
		if p++; p == pe {
			goto _test_eof56
		}
	st_case_56:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 82:
			goto st57
		case 114:
			goto st57
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st57:
		if p++; p == pe {
			goto _test_eof57
		}
	st_case_57:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 87:
			goto st58
		case 119:
			goto st58
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st58:
		if p++; p == pe {
			goto _test_eof58
		}
	st_case_58:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 65:
			goto st59
		case 97:
			goto st59
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st59:
		if p++; p == pe {
			goto _test_eof59
		}
	st_case_59:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 82:
			goto st60
		case 114:
			goto st60
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st60:
		if p++; p == pe {
			goto _test_eof60
		}
	st_case_60:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 68:
			goto st61
		case 100:
			goto st61
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st61:
		if p++; p == pe {
			goto _test_eof61
		}
	st_case_61:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 83:
			goto st62
		case 115:
			goto st62
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st62:
		if p++; p == pe {
			goto _test_eof62
		}
	st_case_62:
		switch data[p] {
		case 9:
			goto tr96
		case 32:
			goto tr96
		case 58:
			goto tr97
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	tr24:
		mark = p
		goto st63
	tr44:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		mark = p
		goto st63
	st63:
		if p++; p == pe {
			goto _test_eof63
		}
	st_case_63:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 69:
			goto st64
		case 79:
			goto st75
		case 101:
			goto st64
		case 111:
			goto st75
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st64:
		if p++; p == pe {
			goto _test_eof64
		}
	st_case_64:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 67:
			goto st65
		case 99:
			goto st65
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st65:
		if p++; p == pe {
			goto _test_eof65
		}
	st_case_65:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 79:
			goto st66
		case 111:
			goto st66
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st66:
		if p++; p == pe {
			goto _test_eof66
		}
	st_case_66:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 82:
			goto st67
		case 114:
			goto st67
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st67:
		if p++; p == pe {
			goto _test_eof67
		}
	st_case_67:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 68:
			goto st68
		case 100:
			goto st68
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st68:
		if p++; p == pe {
			goto _test_eof68
		}
	st_case_68:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 45:
			goto st69
		case 58:
			goto tr30
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st69:
		if p++; p == pe {
			goto _test_eof69
		}
	st_case_69:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 82:
			goto st70
		case 114:
			goto st70
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st70:
		if p++; p == pe {
			goto _test_eof70
		}
	st_case_70:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 79:
			goto st71
		case 111:
			goto st71
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st71:
		if p++; p == pe {
			goto _test_eof71
		}
	st_case_71:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 85:
			goto st72
		case 117:
			goto st72
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st72:
		if p++; p == pe {
			goto _test_eof72
		}
	st_case_72:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 84:
			goto st73
		case 116:
			goto st73
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st73:
		if p++; p == pe {
			goto _test_eof73
		}
	st_case_73:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 69:
			goto st74
		case 101:
			goto st74
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st74:
		if p++; p == pe {
			goto _test_eof74
		}
	st_case_74:
		switch data[p] {
		case 9:
			goto tr110
		case 32:
			goto tr110
		case 58:
			goto tr111
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st75:
		if p++; p == pe {
			goto _test_eof75
		}
	st_case_75:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 85:
			goto st76
		case 117:
			goto st76
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st76:
		if p++; p == pe {
			goto _test_eof76
		}
	st_case_76:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 84:
			goto st77
		case 116:
			goto st77
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st77:
		if p++; p == pe {
			goto _test_eof77
		}
	st_case_77:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 69:
			goto st78
		case 101:
			goto st78
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st78:
		if p++; p == pe {
			goto _test_eof78
		}
	st_case_78:
		switch data[p] {
		case 9:
			goto tr115
		case 32:
			goto tr115
		case 58:
			goto tr116
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	tr25:
		mark = p
		goto st79
	tr45:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		mark = p
		goto st79
	st79:
		if p++; p == pe {
			goto _test_eof79
		}
	st_case_79:
		switch data[p] {
		case 9:
			goto tr117
		case 32:
			goto tr117
		case 58:
			goto tr118
		case 79:
			goto st80
		case 111:
			goto st80
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st80:
		if p++; p == pe {
			goto _test_eof80
		}
	st_case_80:
		switch data[p] {
		case 9:
			goto tr117
		case 32:
			goto tr117
		case 58:
			goto tr118
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	tr26:
		mark = p
		goto st81
	tr46:

		if !h.add(data, id, mark, name, value, end) {
			return parser.ErrTooManyHeaders
		}

		mark = p
		goto st81
	st81:
		if p++; p == pe {
			goto _test_eof81
		}
	st_case_81:
		switch data[p] {
		case 9:
			goto tr120
		case 32:
			goto tr120
		case 58:
			goto tr121
		case 73:
			goto st82
		case 105:
			goto st82
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st82:
		if p++; p == pe {
			goto _test_eof82
		}
	st_case_82:
		switch data[p] {
		case 9:
			goto tr28
		case 32:
			goto tr28
		case 58:
			goto tr30
		case 65:
			goto st83
		case 97:
			goto st83
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	st83:
		if p++; p == pe {
			goto _test_eof83
		}
	st_case_83:
		switch data[p] {
		case 9:
			goto tr120
		case 32:
			goto tr120
		case 58:
			goto tr121
		}
		if 33 <= data[p] && data[p] <= 126 {
			goto st16
		}
		goto st0
	tr2:
		mark = p
		goto st84
	st84:
		if p++; p == pe {
			goto _test_eof84
		}
	st_case_84:
		switch data[p] {
		case 32:
			goto tr3
		case 33:
			goto st2
		case 37:
			goto st2
		case 39:
			goto st2
		case 73:
			goto st85
		case 126:
			goto st2
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 46 {
					goto st2
				}
			case data[p] >= 42:
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	st85:
		if p++; p == pe {
			goto _test_eof85
		}
	st_case_85:
		switch data[p] {
		case 32:
			goto tr3
		case 33:
			goto st2
		case 37:
			goto st2
		case 39:
			goto st2
		case 80:
			goto st86
		case 126:
			goto st2
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 46 {
					goto st2
				}
			case data[p] >= 42:
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	st86:
		if p++; p == pe {
			goto _test_eof86
		}
	st_case_86:
		switch data[p] {
		case 32:
			goto tr3
		case 33:
			goto st2
		case 37:
			goto st2
		case 39:
			goto st2
		case 47:
			goto st87
		case 126:
			goto st2
		}
		switch {
		case data[p] < 45:
			if 42 <= data[p] && data[p] <= 43 {
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	st87:
		if p++; p == pe {
			goto _test_eof87
		}
	st_case_87:
		if data[p] == 50 {
			goto st88
		}
		goto st0
	st88:
		if p++; p == pe {
			goto _test_eof88
		}
	st_case_88:
		if data[p] == 46 {
			goto st89
		}
		goto st0
	st89:
		if p++; p == pe {
			goto _test_eof89
		}
	st_case_89:
		if data[p] == 48 {
			goto st90
		}
		goto st0
	st90:
		if p++; p == pe {
			goto _test_eof90
		}
	st_case_90:
		if data[p] == 32 {
			goto st91
		}
		goto st0
	st91:
		if p++; p == pe {
			goto _test_eof91
		}
	st_case_91:
		if 48 <= data[p] && data[p] <= 57 {
			goto tr131
		}
		goto st0
	tr131:
		h.Status = h.Status*10 + uint16(data[p]-'0')
		goto st92
	st92:
		if p++; p == pe {
			goto _test_eof92
		}
	st_case_92:
		if 48 <= data[p] && data[p] <= 57 {
			goto tr132
		}
		goto st0
	tr132:
		h.Status = h.Status*10 + uint16(data[p]-'0')
		goto st93
	st93:
		if p++; p == pe {
			goto _test_eof93
		}
	st_case_93:
		if 48 <= data[p] && data[p] <= 57 {
			goto tr133
		}
		goto st0
	tr133:
		h.Status = h.Status*10 + uint16(data[p]-'0')
		goto st94
	st94:
		if p++; p == pe {
			goto _test_eof94
		}
	st_case_94:
		switch data[p] {
		case 13:
			goto st13
		case 32:
			goto st95
		}
		goto st0
	st95:
		if p++; p == pe {
			goto _test_eof95
		}
	st_case_95:
		switch data[p] {
		case 10:
			goto st0
		case 13:
			goto tr136
		}
		goto tr135
	tr137:

		goto st96
	tr135:
		mark = p

		goto st96
	st96:
		if p++; p == pe {
			goto _test_eof96
		}
	st_case_96:
		switch data[p] {
		case 10:
			goto st0
		case 13:
			goto tr138
		}
		goto tr137
	st_out:
	_test_eof2:
		cs = 2
		goto _test_eof
	_test_eof3:
		cs = 3
		goto _test_eof
	_test_eof4:
		cs = 4
		goto _test_eof
	_test_eof5:
		cs = 5
		goto _test_eof
	_test_eof6:
		cs = 6
		goto _test_eof
	_test_eof7:
		cs = 7
		goto _test_eof
	_test_eof8:
		cs = 8
		goto _test_eof
	_test_eof9:
		cs = 9
		goto _test_eof
	_test_eof10:
		cs = 10
		goto _test_eof
	_test_eof11:
		cs = 11
		goto _test_eof
	_test_eof12:
		cs = 12
		goto _test_eof
	_test_eof13:
		cs = 13
		goto _test_eof
	_test_eof14:
		cs = 14
		goto _test_eof
	_test_eof15:
		cs = 15
		goto _test_eof
	_test_eof97:
		cs = 97
		goto _test_eof
	_test_eof16:
		cs = 16
		goto _test_eof
	_test_eof17:
		cs = 17
		goto _test_eof
	_test_eof18:
		cs = 18
		goto _test_eof
	_test_eof19:
		cs = 19
		goto _test_eof
	_test_eof20:
		cs = 20
		goto _test_eof
	_test_eof21:
		cs = 21
		goto _test_eof
	_test_eof22:
		cs = 22
		goto _test_eof
	_test_eof23:
		cs = 23
		goto _test_eof
	_test_eof24:
		cs = 24
		goto _test_eof
	_test_eof25:
		cs = 25
		goto _test_eof
	_test_eof26:
		cs = 26
		goto _test_eof
	_test_eof27:
		cs = 27
		goto _test_eof
	_test_eof28:
		cs = 28
		goto _test_eof
	_test_eof29:
		cs = 29
		goto _test_eof
	_test_eof30:
		cs = 30
		goto _test_eof
	_test_eof31:
		cs = 31
		goto _test_eof
	_test_eof32:
		cs = 32
		goto _test_eof
	_test_eof33:
		cs = 33
		goto _test_eof
	_test_eof34:
		cs = 34
		goto _test_eof
	_test_eof35:
		cs = 35
		goto _test_eof
	_test_eof36:
		cs = 36
		goto _test_eof
	_test_eof37:
		cs = 37
		goto _test_eof
	_test_eof38:
		cs = 38
		goto _test_eof
	_test_eof39:
		cs = 39
		goto _test_eof
	_test_eof40:
		cs = 40
		goto _test_eof
	_test_eof41:
		cs = 41
		goto _test_eof
	_test_eof42:
		cs = 42
		goto _test_eof
	_test_eof43:
		cs = 43
		goto _test_eof
	_test_eof44:
		cs = 44
		goto _test_eof
	_test_eof45:
		cs = 45
		goto _test_eof
	_test_eof46:
		cs = 46
		goto _test_eof
	_test_eof47:
		cs = 47
		goto _test_eof
	_test_eof48:
		cs = 48
		goto _test_eof
	_test_eof49:
		cs = 49
		goto _test_eof
	_test_eof50:
		cs = 50
		goto _test_eof
	_test_eof51:
		cs = 51
		goto _test_eof
	_test_eof52:
		cs = 52
		goto _test_eof
	_test_eof53:
		cs = 53
		goto _test_eof
	_test_eof54:
		cs = 54
		goto _test_eof
	_test_eof55:
		cs = 55
		goto _test_eof
	_test_eof56:
		cs = 56
		goto _test_eof
	_test_eof57:
		cs = 57
		goto _test_eof
	_test_eof58:
		cs = 58
		goto _test_eof
	_test_eof59:
		cs = 59
		goto _test_eof
	_test_eof60:
		cs = 60
		goto _test_eof
	_test_eof61:
		cs = 61
		goto _test_eof
	_test_eof62:
		cs = 62
		goto _test_eof
	_test_eof63:
		cs = 63
		goto _test_eof
	_test_eof64:
		cs = 64
		goto _test_eof
	_test_eof65:
		cs = 65
		goto _test_eof
	_test_eof66:
		cs = 66
		goto _test_eof
	_test_eof67:
		cs = 67
		goto _test_eof
	_test_eof68:
		cs = 68
		goto _test_eof
	_test_eof69:
		cs = 69
		goto _test_eof
	_test_eof70:
		cs = 70
		goto _test_eof
	_test_eof71:
		cs = 71
		goto _test_eof
	_test_eof72:
		cs = 72
		goto _test_eof
	_test_eof73:
		cs = 73
		goto _test_eof
	_test_eof74:
		cs = 74
		goto _test_eof
	_test_eof75:
		cs = 75
		goto _test_eof
	_test_eof76:
		cs = 76
		goto _test_eof
	_test_eof77:
		cs = 77
		goto _test_eof
	_test_eof78:
		cs = 78
		goto _test_eof
	_test_eof79:
		cs = 79
		goto _test_eof
	_test_eof80:
		cs = 80
		goto _test_eof
	_test_eof81:
		cs = 81
		goto _test_eof
	_test_eof82:
		cs = 82
		goto _test_eof
	_test_eof83:
		cs = 83
		goto _test_eof
	_test_eof84:
		cs = 84
		goto _test_eof
	_test_eof85:
		cs = 85
		goto _test_eof
	_test_eof86:
		cs = 86
		goto _test_eof
	_test_eof87:
		cs = 87
		goto _test_eof
	_test_eof88:
		cs = 88
		goto _test_eof
	_test_eof89:
		cs = 89
		goto _test_eof
	_test_eof90:
		cs = 90
		goto _test_eof
	_test_eof91:
		cs = 91
		goto _test_eof
	_test_eof92:
		cs = 92
		goto _test_eof
	_test_eof93:
		cs = 93
		goto _test_eof
	_test_eof94:
		cs = 94
		goto _test_eof
	_test_eof95:
		cs = 95
		goto _test_eof
	_test_eof96:
		cs = 96
		goto _test_eof

	_test_eof:
		{
		}
	_out:
		{
		}
	}

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
