// Code generated from auth.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

const auth_start int = 1
const auth_first_final int = 10

// scanAuth reads the value that begins at p and ends with data.
func scanAuth(data []byte, p int, a *Auth) (int, parser.Err) {
	*a = Auth{}
	cs, pe, eof := 0, len(data), len(data)
	var word, name, nameEnd, value, end int
	fields := false

	{
		cs = auth_start
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
		case 10:
			goto st_case_10
		case 11:
			goto st_case_11
		case 7:
			goto st_case_7
		case 12:
			goto st_case_12
		case 8:
			goto st_case_8
		case 9:
			goto st_case_9
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
		word = p
		goto st2
	tr3:
		word = p

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
			goto tr4
		case 32:
			goto tr4
		case 33:
			goto st2
		case 37:
			goto st2
		case 39:
			goto st2
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
				goto tr4
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr6
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr6
				}
			default:
				goto tr6
			}
		default:
			goto tr6
		}
		goto st0
	tr4:
		a.SchemeText = parser.MakeSpan(word, p)
		goto st3
	tr28:
		end = p

		if e := a.set(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		goto st3
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
		case 33:
			goto tr8
		case 37:
			goto tr8
		case 39:
			goto tr8
		case 96:
			goto tr8
		case 126:
			goto tr8
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr8
				}
			case data[p] >= 9:
				goto st3
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
	tr12:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st4
	tr8:
		name = p
		goto st4
	tr9:
		name = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st4
	st4:
		if p++; p == pe {
			goto _test_eof4
		}
	st_case_4:
		switch data[p] {
		case 13:
			goto tr10
		case 32:
			goto tr10
		case 33:
			goto st4
		case 37:
			goto st4
		case 39:
			goto st4
		case 61:
			goto tr13
		case 96:
			goto st4
		case 126:
			goto st4
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st4
				}
			case data[p] >= 9:
				goto tr10
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr12
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr12
				}
			default:
				goto tr12
			}
		default:
			goto tr12
		}
		goto st0
	tr10:
		nameEnd = p
		goto st5
	st5:
		if p++; p == pe {
			goto _test_eof5
		}
	st_case_5:
		switch data[p] {
		case 13:
			goto st5
		case 32:
			goto st5
		case 61:
			goto tr15
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st5
		}
		goto st0
	tr13:
		nameEnd = p
		fields = true
		goto st6
	tr15:
		fields = true
		goto st6
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
		case 34:
			goto tr18
		case 44:
			goto st0
		case 59:
			goto st0
		case 60:
			goto tr20
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr19
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
				goto st6
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr19
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr19
				}
			default:
				goto tr19
			}
		default:
			goto tr19
		}
		goto tr17
	tr29:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st10
	tr17:
		value = p
		goto st10
	tr19:
		value = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st10
	st10:
		if p++; p == pe {
			goto _test_eof10
		}
	st_case_10:
		switch data[p] {
		case 13:
			goto tr26
		case 32:
			goto tr26
		case 34:
			goto st0
		case 44:
			goto tr28
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr29
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
				goto tr26
			}
		case data[p] > 46:
			switch {
			case data[p] < 59:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr29
				}
			case data[p] > 60:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto tr29
					}
				case data[p] >= 65:
					goto tr29
				}
			default:
				goto st0
			}
		default:
			goto tr29
		}
		goto st10
	tr26:
		end = p

		if e := a.set(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
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
		case 44:
			goto st3
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st11
		}
		goto st0
	tr18:
		value = p
		goto st7
	tr21:

		for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
			p++
		}

		goto st7
	st7:
		if p++; p == pe {
			goto _test_eof7
		}
	st_case_7:
		switch data[p] {
		case 34:
			goto st12
		case 92:
			goto st8
		}
		goto tr21
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		switch data[p] {
		case 13:
			goto tr26
		case 32:
			goto tr26
		case 44:
			goto tr28
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto tr26
		}
		goto st0
	st8:
		if p++; p == pe {
			goto _test_eof8
		}
	st_case_8:
		goto st7
	tr20:
		value = p
		goto st9
	st9:
		if p++; p == pe {
			goto _test_eof9
		}
	st_case_9:
		switch data[p] {
		case 33:
			goto st9
		case 62:
			goto st12
		}
		switch {
		case data[p] > 59:
			if 61 <= data[p] && data[p] <= 126 {
				goto st9
			}
		case data[p] >= 35:
			goto st9
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
	_test_eof10:
		cs = 10
		goto _test_eof
	_test_eof11:
		cs = 11
		goto _test_eof
	_test_eof7:
		cs = 7
		goto _test_eof
	_test_eof12:
		cs = 12
		goto _test_eof
	_test_eof8:
		cs = 8
		goto _test_eof
	_test_eof9:
		cs = 9
		goto _test_eof

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 10, 12:
				end = p

				if e := a.set(data, name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			}
		}

	_out:
		{
		}
	}

	switch {
	case cs >= auth_first_final:
		a.Scheme = lookupAuthScheme(a.SchemeText.Of(data))
		return p, parser.OK
	case fields:
		return p, parser.ErrParam
	}
	return p, parser.ErrHeaderValue
}
