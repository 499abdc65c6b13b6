// Code generated from via.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

const via_start int = 1
const via_first_final int = 16

// scanVia reads the element that begins at p.
func scanVia(data []byte, p int, v *Via) (int, parser.Err) {
	*v = Via{}
	cs, pe, eof := 0, len(data), len(data)
	var start, end, transport, host, port, params, name, nameEnd, value int

	{
		cs = via_start
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
		case 16:
			goto st_case_16
		case 17:
			goto st_case_17
		case 18:
			goto st_case_18
		case 10:
			goto st_case_10
		case 19:
			goto st_case_19
		case 20:
			goto st_case_20
		case 11:
			goto st_case_11
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
		case 12:
			goto st_case_12
		case 26:
			goto st_case_26
		case 13:
			goto st_case_13
		case 14:
			goto st_case_14
		case 15:
			goto st_case_15
		case 27:
			goto st_case_27
		}
		goto st_out
	st1:
		if p++; p == pe {
			goto _test_eof1
		}
	st_case_1:
		switch data[p] {
		case 13:
			goto st1
		case 32:
			goto st1
		case 33:
			goto tr2
		case 37:
			goto tr2
		case 39:
			goto tr2
		case 96:
			goto tr2
		case 126:
			goto tr2
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr2
				}
			case data[p] >= 9:
				goto st1
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr3
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr3
				}
			default:
				goto tr3
			}
		default:
			goto tr3
		}
		goto st0
	st_case_0:
	st0:
		cs = 0
		goto _out
	tr2:
		start = p
		goto st2
	tr3:
		start = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st2
	tr6:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st2
	st2:
		if p++; p == pe {
			goto _test_eof2
		}
	st_case_2:
		switch data[p] {
		case 13:
			goto st3
		case 32:
			goto st3
		case 33:
			goto st2
		case 37:
			goto st2
		case 39:
			goto st2
		case 47:
			goto st4
		case 96:
			goto st2
		case 126:
			goto st2
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st2
				}
			case data[p] >= 9:
				goto st3
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr6
				}
			case data[p] >= 65:
				goto tr6
			}
		default:
			goto tr6
		}
		goto st0
	st3:
		if p++; p == pe {
			goto _test_eof3
		}
	st_case_3:
		switch data[p] {
		case 13:
			goto st3
		case 32:
			goto st3
		case 47:
			goto st4
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st3
		}
		goto st0
	st4:
		if p++; p == pe {
			goto _test_eof4
		}
	st_case_4:
		switch data[p] {
		case 13:
			goto st4
		case 32:
			goto st4
		case 33:
			goto st5
		case 37:
			goto st5
		case 39:
			goto st5
		case 96:
			goto st5
		case 126:
			goto st5
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st5
				}
			case data[p] >= 9:
				goto st4
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr9
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr9
				}
			default:
				goto tr9
			}
		default:
			goto tr9
		}
		goto st0
	tr9:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st5
	st5:
		if p++; p == pe {
			goto _test_eof5
		}
	st_case_5:
		switch data[p] {
		case 13:
			goto st6
		case 32:
			goto st6
		case 33:
			goto st5
		case 37:
			goto st5
		case 39:
			goto st5
		case 47:
			goto st7
		case 96:
			goto st5
		case 126:
			goto st5
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st5
				}
			case data[p] >= 9:
				goto st6
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr9
				}
			case data[p] >= 65:
				goto tr9
			}
		default:
			goto tr9
		}
		goto st0
	st6:
		if p++; p == pe {
			goto _test_eof6
		}
	st_case_6:
		switch data[p] {
		case 13:
			goto st6
		case 32:
			goto st6
		case 47:
			goto st7
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st6
		}
		goto st0
	st7:
		if p++; p == pe {
			goto _test_eof7
		}
	st_case_7:
		switch data[p] {
		case 13:
			goto st7
		case 32:
			goto st7
		case 33:
			goto tr12
		case 37:
			goto tr12
		case 39:
			goto tr12
		case 96:
			goto tr12
		case 126:
			goto tr12
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr12
				}
			case data[p] >= 9:
				goto st7
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr13
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr13
				}
			default:
				goto tr13
			}
		default:
			goto tr13
		}
		goto st0
	tr16:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st8
	tr12:
		transport = p
		goto st8
	tr13:
		transport = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st8
	st8:
		if p++; p == pe {
			goto _test_eof8
		}
	st_case_8:
		switch data[p] {
		case 13:
			goto tr14
		case 32:
			goto tr14
		case 33:
			goto st8
		case 37:
			goto st8
		case 39:
			goto st8
		case 96:
			goto st8
		case 126:
			goto st8
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st8
				}
			case data[p] >= 9:
				goto tr14
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr16
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr16
				}
			default:
				goto tr16
			}
		default:
			goto tr16
		}
		goto st0
	tr14:
		v.TransportText = parser.MakeSpan(transport, p)
		goto st9
	st9:
		if p++; p == pe {
			goto _test_eof9
		}
	st_case_9:
		switch data[p] {
		case 13:
			goto st9
		case 32:
			goto st9
		case 91:
			goto tr19
		case 95:
			goto tr18
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 10:
				if 45 <= data[p] && data[p] <= 46 {
					goto tr18
				}
			case data[p] >= 9:
				goto st9
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr18
				}
			case data[p] >= 65:
				goto tr18
			}
		default:
			goto tr18
		}
		goto st0
	tr33:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st16
	tr18:
		host = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st16
	st16:
		if p++; p == pe {
			goto _test_eof16
		}
	st_case_16:
		switch data[p] {
		case 13:
			goto tr31
		case 32:
			goto tr31
		case 44:
			goto tr32
		case 58:
			goto tr34
		case 59:
			goto tr35
		case 95:
			goto tr33
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 10:
				if 45 <= data[p] && data[p] <= 46 {
					goto tr33
				}
			case data[p] >= 9:
				goto tr31
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr33
				}
			case data[p] >= 65:
				goto tr33
			}
		default:
			goto tr33
		}
		goto st0
	tr31:

		v.Host = parser.MakeSpan(host, p)
		end = p

		goto st17
	st17:
		if p++; p == pe {
			goto _test_eof17
		}
	st_case_17:
		switch data[p] {
		case 13:
			goto st17
		case 32:
			goto st17
		case 44:
			goto tr37
		case 58:
			goto tr38
		case 59:
			goto tr39
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st17
		}
		goto st0
	tr32:

		v.Host = parser.MakeSpan(host, p)
		end = p

		pe = p
		p--

		goto st18
	tr37:

		pe = p
		p--

		goto st18
	tr43:
		nameEnd, end = p, p

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st18
	tr48:

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st18
	tr57:
		end = p

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st18
	st18:
		if p++; p == pe {
			goto _test_eof18
		}
	st_case_18:
		goto st0
	tr34:

		v.Host = parser.MakeSpan(host, p)
		end = p

		port = portSeen
		goto st10
	tr38:
		port = portSeen
		goto st10
	st10:
		if p++; p == pe {
			goto _test_eof10
		}
	st_case_10:
		switch data[p] {
		case 13:
			goto st10
		case 32:
			goto st10
		}
		switch {
		case data[p] > 10:
			if 48 <= data[p] && data[p] <= 57 {
				goto tr21
			}
		case data[p] >= 9:
			goto st10
		}
		goto st0
	tr21:

		port = addPortDigit(port, data[p])
		end = p + 1

		goto st19
	st19:
		if p++; p == pe {
			goto _test_eof19
		}
	st_case_19:
		switch data[p] {
		case 13:
			goto st20
		case 32:
			goto st20
		case 44:
			goto tr37
		case 59:
			goto tr39
		}
		switch {
		case data[p] > 10:
			if 48 <= data[p] && data[p] <= 57 {
				goto tr21
			}
		case data[p] >= 9:
			goto st20
		}
		goto st0
	st20:
		if p++; p == pe {
			goto _test_eof20
		}
	st_case_20:
		switch data[p] {
		case 13:
			goto st20
		case 32:
			goto st20
		case 44:
			goto tr37
		case 59:
			goto tr39
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st20
		}
		goto st0
	tr35:

		v.Host = parser.MakeSpan(host, p)
		end = p

		if params == 0 {
			params = p + 1
		}
		goto st11
	tr39:
		if params == 0 {
			params = p + 1
		}
		goto st11
	tr45:
		nameEnd, end = p, p

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st11
	tr49:

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st11
	tr59:
		end = p

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st11
	st11:
		if p++; p == pe {
			goto _test_eof11
		}
	st_case_11:
		switch data[p] {
		case 13:
			goto st11
		case 32:
			goto st11
		case 33:
			goto tr23
		case 37:
			goto tr23
		case 39:
			goto tr23
		case 96:
			goto tr23
		case 126:
			goto tr23
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr23
				}
			case data[p] >= 9:
				goto st11
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr24
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr24
				}
			default:
				goto tr24
			}
		default:
			goto tr24
		}
		goto st0
	tr44:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st21
	tr23:
		name, value = p, 0
		goto st21
	tr24:
		name, value = p, 0

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st21
	st21:
		if p++; p == pe {
			goto _test_eof21
		}
	st_case_21:
		switch data[p] {
		case 13:
			goto tr41
		case 32:
			goto tr41
		case 33:
			goto st21
		case 37:
			goto st21
		case 39:
			goto st21
		case 44:
			goto tr43
		case 59:
			goto tr45
		case 61:
			goto tr46
		case 96:
			goto st21
		case 126:
			goto st21
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st21
				}
			case data[p] >= 9:
				goto tr41
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr44
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr44
				}
			default:
				goto tr44
			}
		default:
			goto tr44
		}
		goto st0
	tr41:
		nameEnd, end = p, p
		goto st22
	st22:
		if p++; p == pe {
			goto _test_eof22
		}
	st_case_22:
		switch data[p] {
		case 13:
			goto st22
		case 32:
			goto st22
		case 44:
			goto tr48
		case 59:
			goto tr49
		case 61:
			goto tr50
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st22
		}
		goto st0
	tr46:
		nameEnd, end = p, p
		end = p + 1
		goto st23
	tr50:
		end = p + 1
		goto st23
	st23:
		if p++; p == pe {
			goto _test_eof23
		}
	st_case_23:
		switch data[p] {
		case 13:
			goto st23
		case 32:
			goto st23
		case 34:
			goto tr53
		case 44:
			goto tr48
		case 59:
			goto tr49
		case 60:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr54
		case 127:
			goto st0
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] < 9:
				if data[p] <= 8 {
					goto st0
				}
			case data[p] > 10:
				if 11 <= data[p] && data[p] <= 31 {
					goto st0
				}
			default:
				goto st23
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr54
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr54
				}
			default:
				goto tr54
			}
		default:
			goto tr54
		}
		goto tr52
	tr58:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st24
	tr52:
		value = p
		goto st24
	tr54:
		value = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st24
	st24:
		if p++; p == pe {
			goto _test_eof24
		}
	st_case_24:
		switch data[p] {
		case 13:
			goto tr55
		case 32:
			goto tr55
		case 34:
			goto st0
		case 44:
			goto tr57
		case 59:
			goto tr59
		case 60:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr58
		case 127:
			goto st0
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] < 9:
				if data[p] <= 8 {
					goto st0
				}
			case data[p] > 10:
				if 11 <= data[p] && data[p] <= 31 {
					goto st0
				}
			default:
				goto tr55
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr58
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr58
				}
			default:
				goto tr58
			}
		default:
			goto tr58
		}
		goto st24
	tr55:
		end = p
		goto st25
	st25:
		if p++; p == pe {
			goto _test_eof25
		}
	st_case_25:
		switch data[p] {
		case 13:
			goto st25
		case 32:
			goto st25
		case 44:
			goto tr48
		case 59:
			goto tr49
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st25
		}
		goto st0
	tr25:

		for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
			p++
		}

		goto st12
	tr53:
		value = p
		goto st12
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		switch data[p] {
		case 34:
			goto st26
		case 92:
			goto st13
		}
		goto tr25
	st26:
		if p++; p == pe {
			goto _test_eof26
		}
	st_case_26:
		switch data[p] {
		case 13:
			goto tr55
		case 32:
			goto tr55
		case 44:
			goto tr57
		case 59:
			goto tr59
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto tr55
		}
		goto st0
	st13:
		if p++; p == pe {
			goto _test_eof13
		}
	st_case_13:
		goto st12
	tr19:
		host = p
		goto st14
	st14:
		if p++; p == pe {
			goto _test_eof14
		}
	st_case_14:
		if data[p] == 46 {
			goto st15
		}
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 58 {
				goto st15
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st15
			}
		default:
			goto st15
		}
		goto st0
	st15:
		if p++; p == pe {
			goto _test_eof15
		}
	st_case_15:
		switch data[p] {
		case 46:
			goto st15
		case 93:
			goto st27
		}
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 58 {
				goto st15
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st15
			}
		default:
			goto st15
		}
		goto st0
	st27:
		if p++; p == pe {
			goto _test_eof27
		}
	st_case_27:
		switch data[p] {
		case 13:
			goto tr31
		case 32:
			goto tr31
		case 44:
			goto tr32
		case 58:
			goto tr34
		case 59:
			goto tr35
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto tr31
		}
		goto st0
	st_out:
	_test_eof1:
		cs = 1
		goto _test_eof
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
	_test_eof16:
		cs = 16
		goto _test_eof
	_test_eof17:
		cs = 17
		goto _test_eof
	_test_eof18:
		cs = 18
		goto _test_eof
	_test_eof10:
		cs = 10
		goto _test_eof
	_test_eof19:
		cs = 19
		goto _test_eof
	_test_eof20:
		cs = 20
		goto _test_eof
	_test_eof11:
		cs = 11
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
	_test_eof12:
		cs = 12
		goto _test_eof
	_test_eof26:
		cs = 26
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
	_test_eof27:
		cs = 27
		goto _test_eof

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 16, 27:

				v.Host = parser.MakeSpan(host, p)
				end = p

			case 22, 23, 25:

				if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			case 21:
				nameEnd, end = p, p

				if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			case 24, 26:
				end = p

				if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			}
		}

	_out:
		{
		}
	}

	if cs < via_first_final {
		return p, viaErr(host, port, params)
	}
	number, ok := portNumber(port)
	if !ok {
		return p, parser.ErrPort
	}
	v.Port = number
	v.Transport = LookupTransport(v.TransportText.Of(data))
	v.Text = parser.MakeSpan(start, end)
	if params > 0 {
		v.Params = trimLWS(data, params, end)
	}
	return p, parser.OK
}
