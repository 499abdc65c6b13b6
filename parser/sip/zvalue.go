// Code generated from value.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

const value_start int = 1
const value_first_final int = 14

// scanValue reads the element that begins at p.
func scanValue(data []byte, p int, v *Value) (int, parser.Err) {
	v.reset()
	cs, pe, eof := 0, len(data), len(data)
	var start, end, word, comment, params, name, nameEnd, value int

	{
		cs = value_start
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
		case 14:
			goto st_case_14
		case 15:
			goto st_case_15
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
		case 17:
			goto st_case_17
		case 7:
			goto st_case_7
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
		case 8:
			goto st_case_8
		case 23:
			goto st_case_23
		case 9:
			goto st_case_9
		case 10:
			goto st_case_10
		case 11:
			goto st_case_11
		case 12:
			goto st_case_12
		case 24:
			goto st_case_24
		case 13:
			goto st_case_13
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
		case 34:
			goto tr3
		case 44:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr4
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
				switch {
				case data[p] > 31:
					if 40 <= data[p] && data[p] <= 41 {
						goto st0
					}
				case data[p] >= 11:
					goto st0
				}
			default:
				goto st1
			}
		case data[p] > 46:
			switch {
			case data[p] < 59:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr4
				}
			case data[p] > 60:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto tr4
					}
				case data[p] >= 65:
					goto tr4
				}
			default:
				goto st0
			}
		default:
			goto tr4
		}
		goto tr2
	st_case_0:
	st0:
		cs = 0
		goto _out
	tr2:
		start = p
		word = p
		goto st14
	tr4:
		start = p
		word = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st14
	tr28:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st14
	st14:
		if p++; p == pe {
			goto _test_eof14
		}
	st_case_14:
		switch data[p] {
		case 13:
			goto tr24
		case 32:
			goto tr24
		case 34:
			goto st0
		case 40:
			goto tr26
		case 41:
			goto st0
		case 44:
			goto tr27
		case 59:
			goto tr29
		case 60:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr28
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
				goto tr24
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr28
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr28
				}
			default:
				goto tr28
			}
		default:
			goto tr28
		}
		goto st14
	tr24:

		v.Word = parser.MakeSpan(word, p)
		end = p

		goto st15
	st15:
		if p++; p == pe {
			goto _test_eof15
		}
	st_case_15:
		switch data[p] {
		case 13:
			goto st15
		case 32:
			goto st15
		case 40:
			goto tr31
		case 44:
			goto tr32
		case 59:
			goto tr33
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st15
		}
		goto st0
	tr26:

		v.Word = parser.MakeSpan(word, p)
		end = p

		comment = p + 1
		goto st2
	tr31:
		comment = p + 1
		goto st2
	st2:
		if p++; p == pe {
			goto _test_eof2
		}
	st_case_2:
		switch data[p] {
		case 40:
			goto st3
		case 41:
			goto tr7
		case 92:
			goto st11
		case 127:
			goto st0
		}
		switch {
		case data[p] < 11:
			if data[p] <= 8 {
				goto st0
			}
		case data[p] > 12:
			if 14 <= data[p] && data[p] <= 31 {
				goto st0
			}
		default:
			goto st0
		}
		goto st2
	st3:
		if p++; p == pe {
			goto _test_eof3
		}
	st_case_3:
		switch data[p] {
		case 40:
			goto st4
		case 41:
			goto st2
		case 92:
			goto st6
		case 127:
			goto st0
		}
		switch {
		case data[p] < 11:
			if data[p] <= 8 {
				goto st0
			}
		case data[p] > 12:
			if 14 <= data[p] && data[p] <= 31 {
				goto st0
			}
		default:
			goto st0
		}
		goto st3
	st4:
		if p++; p == pe {
			goto _test_eof4
		}
	st_case_4:
		switch data[p] {
		case 40:
			goto st0
		case 41:
			goto st3
		case 92:
			goto st5
		case 127:
			goto st0
		}
		switch {
		case data[p] < 11:
			if data[p] <= 8 {
				goto st0
			}
		case data[p] > 12:
			if 14 <= data[p] && data[p] <= 31 {
				goto st0
			}
		default:
			goto st0
		}
		goto st4
	st5:
		if p++; p == pe {
			goto _test_eof5
		}
	st_case_5:
		goto st4
	st6:
		if p++; p == pe {
			goto _test_eof6
		}
	st_case_6:
		goto st3
	tr7:

		v.Comment = parser.MakeSpan(comment, p)
		end = p + 1

		goto st16
	st16:
		if p++; p == pe {
			goto _test_eof16
		}
	st_case_16:
		switch data[p] {
		case 13:
			goto st16
		case 32:
			goto st16
		case 44:
			goto tr32
		case 59:
			goto tr33
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st16
		}
		goto st0
	tr27:

		v.Word = parser.MakeSpan(word, p)
		end = p

		pe = p
		p--

		goto st17
	tr32:

		pe = p
		p--

		goto st17
	tr37:
		nameEnd, end = p, p

		if e := v.add(name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st17
	tr42:

		if e := v.add(name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st17
	tr52:
		end = p

		if e := v.add(name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st17
	st17:
		if p++; p == pe {
			goto _test_eof17
		}
	st_case_17:
		goto st0
	tr29:

		v.Word = parser.MakeSpan(word, p)
		end = p

		if params == 0 {
			params = p + 1
		}
		goto st7
	tr33:
		if params == 0 {
			params = p + 1
		}
		goto st7
	tr39:
		nameEnd, end = p, p

		if e := v.add(name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st7
	tr43:

		if e := v.add(name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st7
	tr54:
		end = p

		if e := v.add(name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st7
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
	tr13:
		name, value = p, 0
		goto st18
	tr14:
		name, value = p, 0

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st18
	tr38:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st18
	st18:
		if p++; p == pe {
			goto _test_eof18
		}
	st_case_18:
		switch data[p] {
		case 13:
			goto tr35
		case 32:
			goto tr35
		case 33:
			goto st18
		case 37:
			goto st18
		case 39:
			goto st18
		case 44:
			goto tr37
		case 59:
			goto tr39
		case 61:
			goto tr40
		case 96:
			goto st18
		case 126:
			goto st18
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st18
				}
			case data[p] >= 9:
				goto tr35
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr38
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr38
				}
			default:
				goto tr38
			}
		default:
			goto tr38
		}
		goto st0
	tr35:
		nameEnd, end = p, p
		goto st19
	st19:
		if p++; p == pe {
			goto _test_eof19
		}
	st_case_19:
		switch data[p] {
		case 13:
			goto st19
		case 32:
			goto st19
		case 44:
			goto tr42
		case 59:
			goto tr43
		case 61:
			goto tr44
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st19
		}
		goto st0
	tr40:
		nameEnd, end = p, p
		end = p + 1
		goto st20
	tr44:
		end = p + 1
		goto st20
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
		case 34:
			goto tr47
		case 44:
			goto tr42
		case 59:
			goto tr43
		case 60:
			goto tr49
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr48
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
				goto st20
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr48
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr48
				}
			default:
				goto tr48
			}
		default:
			goto tr48
		}
		goto tr46
	tr53:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st21
	tr46:
		value = p
		goto st21
	tr48:
		value = p

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
			goto tr50
		case 32:
			goto tr50
		case 34:
			goto st0
		case 44:
			goto tr52
		case 59:
			goto tr54
		case 60:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr53
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
				goto tr50
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr53
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr53
				}
			default:
				goto tr53
			}
		default:
			goto tr53
		}
		goto st21
	tr50:
		end = p
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
			goto tr42
		case 59:
			goto tr43
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st22
		}
		goto st0
	tr15:

		for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
			p++
		}

		goto st8
	tr47:
		value = p
		goto st8
	st8:
		if p++; p == pe {
			goto _test_eof8
		}
	st_case_8:
		switch data[p] {
		case 34:
			goto st23
		case 92:
			goto st9
		}
		goto tr15
	st23:
		if p++; p == pe {
			goto _test_eof23
		}
	st_case_23:
		switch data[p] {
		case 13:
			goto tr50
		case 32:
			goto tr50
		case 44:
			goto tr52
		case 59:
			goto tr54
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto tr50
		}
		goto st0
	st9:
		if p++; p == pe {
			goto _test_eof9
		}
	st_case_9:
		goto st8
	tr49:
		value = p
		goto st10
	st10:
		if p++; p == pe {
			goto _test_eof10
		}
	st_case_10:
		switch data[p] {
		case 33:
			goto st10
		case 62:
			goto st23
		}
		switch {
		case data[p] > 59:
			if 61 <= data[p] && data[p] <= 126 {
				goto st10
			}
		case data[p] >= 35:
			goto st10
		}
		goto st0
	st11:
		if p++; p == pe {
			goto _test_eof11
		}
	st_case_11:
		goto st2
	tr3:
		start = p
		word = p
		goto st12
	tr20:

		for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
			p++
		}

		goto st12
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		switch data[p] {
		case 34:
			goto st24
		case 92:
			goto st13
		}
		goto tr20
	st24:
		if p++; p == pe {
			goto _test_eof24
		}
	st_case_24:
		switch data[p] {
		case 13:
			goto tr24
		case 32:
			goto tr24
		case 40:
			goto tr26
		case 44:
			goto tr27
		case 59:
			goto tr29
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto tr24
		}
		goto st0
	st13:
		if p++; p == pe {
			goto _test_eof13
		}
	st_case_13:
		goto st12
	st_out:
	_test_eof1:
		cs = 1
		goto _test_eof
	_test_eof14:
		cs = 14
		goto _test_eof
	_test_eof15:
		cs = 15
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
	_test_eof17:
		cs = 17
		goto _test_eof
	_test_eof7:
		cs = 7
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
	_test_eof8:
		cs = 8
		goto _test_eof
	_test_eof23:
		cs = 23
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
	_test_eof24:
		cs = 24
		goto _test_eof
	_test_eof13:
		cs = 13
		goto _test_eof

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 14, 24:

				v.Word = parser.MakeSpan(word, p)
				end = p

			case 19, 20, 22:

				if e := v.add(name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			case 18:
				nameEnd, end = p, p

				if e := v.add(name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			case 21, 23:
				end = p

				if e := v.add(name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			}
		}

	_out:
		{
		}
	}

	if cs < value_first_final {
		return p, valueErr(params)
	}
	v.Text = parser.MakeSpan(start, end)
	if params > 0 {
		v.Params = trimLWS(data, params, end)
	}
	return p, parser.OK
}
