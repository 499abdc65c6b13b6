// Code generated from via.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

const via_start int = 1
const via_first_final int = 16

const via_en_rest int = 7
const via_en_main int = 1

// scanVia reads the element that begins at p.
func scanVia(data []byte, p int, v *Via) (int, parser.Err) {
	*v = Via{}
	cs, pe, eof := 0, len(data), len(data)
	var start, end, transport, host, port, params, name, nameEnd, value int

	{
		cs = via_start
	}

	if at := p + len(viaVersion); at < pe && string(data[p:at]) == viaVersion {
		start, p, cs = p, at, via_en_rest
	}

	{
		if p == pe {
			goto _test_eof
		}
		goto _resume

	_again:
		switch cs {
		case 1:
			goto st1
		case 0:
			goto st0
		case 2:
			goto st2
		case 3:
			goto st3
		case 4:
			goto st4
		case 5:
			goto st5
		case 6:
			goto st6
		case 16:
			goto st16
		case 7:
			goto st7
		case 8:
			goto st8
		case 9:
			goto st9
		case 17:
			goto st17
		case 18:
			goto st18
		case 19:
			goto st19
		case 10:
			goto st10
		case 20:
			goto st20
		case 21:
			goto st21
		case 11:
			goto st11
		case 22:
			goto st22
		case 23:
			goto st23
		case 24:
			goto st24
		case 25:
			goto st25
		case 26:
			goto st26
		case 12:
			goto st12
		case 27:
			goto st27
		case 13:
			goto st13
		case 14:
			goto st14
		case 15:
			goto st15
		case 28:
			goto st28
		}

		if p++; p == pe {
			goto _test_eof
		}
	_resume:
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
		case 16:
			goto st_case_16
		case 7:
			goto st_case_7
		case 8:
			goto st_case_8
		case 9:
			goto st_case_9
		case 17:
			goto st_case_17
		case 18:
			goto st_case_18
		case 19:
			goto st_case_19
		case 10:
			goto st_case_10
		case 20:
			goto st_case_20
		case 21:
			goto st_case_21
		case 11:
			goto st_case_11
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
		case 12:
			goto st_case_12
		case 27:
			goto st_case_27
		case 13:
			goto st_case_13
		case 14:
			goto st_case_14
		case 15:
			goto st_case_15
		case 28:
			goto st_case_28
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
			goto tr11
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
			goto tr11
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st6
		}
		goto st0
	tr11:
		cs = 16
		cs = 7
		goto _again
	st16:
		if p++; p == pe {
			goto _test_eof16
		}
	st_case_16:
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
			goto tr13
		case 37:
			goto tr13
		case 39:
			goto tr13
		case 96:
			goto tr13
		case 126:
			goto tr13
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr13
				}
			case data[p] >= 9:
				goto st7
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr14
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr14
				}
			default:
				goto tr14
			}
		default:
			goto tr14
		}
		goto st0
	tr17:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st8
	tr13:
		transport = p
		goto st8
	tr14:
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
			goto tr15
		case 32:
			goto tr15
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
				goto tr15
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr17
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr17
				}
			default:
				goto tr17
			}
		default:
			goto tr17
		}
		goto st0
	tr15:
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
			goto tr20
		case 95:
			goto tr19
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 10:
				if 45 <= data[p] && data[p] <= 46 {
					goto tr19
				}
			case data[p] >= 9:
				goto st9
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr19
				}
			case data[p] >= 65:
				goto tr19
			}
		default:
			goto tr19
		}
		goto st0
	tr34:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st17
	tr19:
		host = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st17
	st17:
		if p++; p == pe {
			goto _test_eof17
		}
	st_case_17:
		switch data[p] {
		case 13:
			goto tr32
		case 32:
			goto tr32
		case 44:
			goto tr33
		case 58:
			goto tr35
		case 59:
			goto tr36
		case 95:
			goto tr34
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 10:
				if 45 <= data[p] && data[p] <= 46 {
					goto tr34
				}
			case data[p] >= 9:
				goto tr32
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr34
				}
			case data[p] >= 65:
				goto tr34
			}
		default:
			goto tr34
		}
		goto st0
	tr32:

		v.Host = parser.MakeSpan(host, p)
		end = p

		goto st18
	st18:
		if p++; p == pe {
			goto _test_eof18
		}
	st_case_18:
		switch data[p] {
		case 13:
			goto st18
		case 32:
			goto st18
		case 44:
			goto tr38
		case 58:
			goto tr39
		case 59:
			goto tr40
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st18
		}
		goto st0
	tr33:

		v.Host = parser.MakeSpan(host, p)
		end = p

		pe = p
		p--

		goto st19
	tr38:

		pe = p
		p--

		goto st19
	tr44:
		nameEnd, end = p, p

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st19
	tr49:

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st19
	tr58:
		end = p

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st19
	st19:
		if p++; p == pe {
			goto _test_eof19
		}
	st_case_19:
		goto st0
	tr35:

		v.Host = parser.MakeSpan(host, p)
		end = p

		port = portSeen
		goto st10
	tr39:
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
				goto tr22
			}
		case data[p] >= 9:
			goto st10
		}
		goto st0
	tr22:

		port = addPortDigit(port, data[p])
		end = p + 1

		goto st20
	st20:
		if p++; p == pe {
			goto _test_eof20
		}
	st_case_20:
		switch data[p] {
		case 13:
			goto st21
		case 32:
			goto st21
		case 44:
			goto tr38
		case 59:
			goto tr40
		}
		switch {
		case data[p] > 10:
			if 48 <= data[p] && data[p] <= 57 {
				goto tr22
			}
		case data[p] >= 9:
			goto st21
		}
		goto st0
	st21:
		if p++; p == pe {
			goto _test_eof21
		}
	st_case_21:
		switch data[p] {
		case 13:
			goto st21
		case 32:
			goto st21
		case 44:
			goto tr38
		case 59:
			goto tr40
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st21
		}
		goto st0
	tr36:

		v.Host = parser.MakeSpan(host, p)
		end = p

		if params == 0 {
			params = p + 1
		}
		goto st11
	tr40:
		if params == 0 {
			params = p + 1
		}
		goto st11
	tr46:
		nameEnd, end = p, p

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st11
	tr50:

		if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st11
	tr60:
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
			goto tr24
		case 37:
			goto tr24
		case 39:
			goto tr24
		case 96:
			goto tr24
		case 126:
			goto tr24
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr24
				}
			case data[p] >= 9:
				goto st11
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr25
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr25
				}
			default:
				goto tr25
			}
		default:
			goto tr25
		}
		goto st0
	tr45:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st22
	tr24:
		name, value = p, 0
		goto st22
	tr25:
		name, value = p, 0

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st22
	st22:
		if p++; p == pe {
			goto _test_eof22
		}
	st_case_22:
		switch data[p] {
		case 13:
			goto tr42
		case 32:
			goto tr42
		case 33:
			goto st22
		case 37:
			goto st22
		case 39:
			goto st22
		case 44:
			goto tr44
		case 59:
			goto tr46
		case 61:
			goto tr47
		case 96:
			goto st22
		case 126:
			goto st22
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st22
				}
			case data[p] >= 9:
				goto tr42
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr45
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr45
				}
			default:
				goto tr45
			}
		default:
			goto tr45
		}
		goto st0
	tr42:
		nameEnd, end = p, p
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
		case 44:
			goto tr49
		case 59:
			goto tr50
		case 61:
			goto tr51
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st23
		}
		goto st0
	tr47:
		nameEnd, end = p, p
		end = p + 1
		goto st24
	tr51:
		end = p + 1
		goto st24
	st24:
		if p++; p == pe {
			goto _test_eof24
		}
	st_case_24:
		switch data[p] {
		case 13:
			goto st24
		case 32:
			goto st24
		case 34:
			goto tr54
		case 44:
			goto tr49
		case 59:
			goto tr50
		case 60:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr55
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
				goto st24
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr55
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr55
				}
			default:
				goto tr55
			}
		default:
			goto tr55
		}
		goto tr53
	tr59:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st25
	tr53:
		value = p
		goto st25
	tr55:
		value = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st25
	st25:
		if p++; p == pe {
			goto _test_eof25
		}
	st_case_25:
		switch data[p] {
		case 13:
			goto tr56
		case 32:
			goto tr56
		case 34:
			goto st0
		case 44:
			goto tr58
		case 59:
			goto tr60
		case 60:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr59
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
				goto tr56
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr59
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr59
				}
			default:
				goto tr59
			}
		default:
			goto tr59
		}
		goto st25
	tr56:
		end = p
		goto st26
	st26:
		if p++; p == pe {
			goto _test_eof26
		}
	st_case_26:
		switch data[p] {
		case 13:
			goto st26
		case 32:
			goto st26
		case 44:
			goto tr49
		case 59:
			goto tr50
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st26
		}
		goto st0
	tr26:

		for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
			p++
		}

		goto st12
	tr54:
		value = p
		goto st12
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		switch data[p] {
		case 34:
			goto st27
		case 92:
			goto st13
		}
		goto tr26
	st27:
		if p++; p == pe {
			goto _test_eof27
		}
	st_case_27:
		switch data[p] {
		case 13:
			goto tr56
		case 32:
			goto tr56
		case 44:
			goto tr58
		case 59:
			goto tr60
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto tr56
		}
		goto st0
	st13:
		if p++; p == pe {
			goto _test_eof13
		}
	st_case_13:
		goto st12
	tr20:
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
			goto st28
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
	st28:
		if p++; p == pe {
			goto _test_eof28
		}
	st_case_28:
		switch data[p] {
		case 13:
			goto tr32
		case 32:
			goto tr32
		case 44:
			goto tr33
		case 58:
			goto tr35
		case 59:
			goto tr36
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto tr32
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
	_test_eof16:
		cs = 16
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
	_test_eof17:
		cs = 17
		goto _test_eof
	_test_eof18:
		cs = 18
		goto _test_eof
	_test_eof19:
		cs = 19
		goto _test_eof
	_test_eof10:
		cs = 10
		goto _test_eof
	_test_eof20:
		cs = 20
		goto _test_eof
	_test_eof21:
		cs = 21
		goto _test_eof
	_test_eof11:
		cs = 11
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
	_test_eof12:
		cs = 12
		goto _test_eof
	_test_eof27:
		cs = 27
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
	_test_eof28:
		cs = 28
		goto _test_eof

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 17, 28:

				v.Host = parser.MakeSpan(host, p)
				end = p

			case 23, 24, 26:

				if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			case 22:
				nameEnd, end = p, p

				if e := v.setParam(data, name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			case 25, 27:
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
