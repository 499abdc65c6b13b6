// Code generated from request.rl by ragel -Z -G2. DO NOT EDIT.

package http1

import "sluice/parser"

const request_start int = 1

// scan reads data from where the last call left off.
func (r *Request) scan(data []byte) parser.Err {
	cs, p, pe, eof := int(r.state), r.pos, len(data), -1
	mark := r.mark
	var e parser.Err
	if cs == 0 {
		cs = request_start
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
		case 16:
			goto st_case_16
		case 17:
			goto st_case_17
		case 34:
			goto st_case_34
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
		}
		goto st_out
	st1:
		if p++; p == pe {
			goto _test_eof1
		}
	st_case_1:
		switch data[p] {
		case 13:
			goto st2
		case 33:
			goto tr2
		case 124:
			goto tr2
		case 126:
			goto tr2
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 39:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr2
				}
			case data[p] >= 35:
				goto tr2
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr2
				}
			case data[p] > 90:
				if 94 <= data[p] && data[p] <= 122 {
					goto tr2
				}
			default:
				goto tr2
			}
		default:
			goto tr2
		}
		goto tr0
	tr0:
		e = parser.ErrMethod
		goto st0
	tr4:
		e = parser.ErrStartLine
		goto st0
	tr7:
		e = targetErr(data[p])
		goto st0
	tr23:
		e = parser.ErrHeaderName
		goto st0
	tr29:
		e = parser.ErrHeaderValue
		goto st0
	st_case_0:
	st0:
		cs = 0
		goto _out
	st2:
		if p++; p == pe {
			goto _test_eof2
		}
	st_case_2:
		if data[p] == 10 {
			goto st1
		}
		goto tr0
	tr2:
		mark = p
		goto st3
	st3:
		if p++; p == pe {
			goto _test_eof3
		}
	st_case_3:
		switch data[p] {
		case 32:
			goto tr5
		case 33:
			goto st3
		case 124:
			goto st3
		case 126:
			goto st3
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 39:
				if 42 <= data[p] && data[p] <= 43 {
					goto st3
				}
			case data[p] >= 35:
				goto st3
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto st3
				}
			case data[p] > 90:
				if 94 <= data[p] && data[p] <= 122 {
					goto st3
				}
			default:
				goto st3
			}
		default:
			goto st3
		}
		goto tr4
	tr5:
		r.Method = parser.MakeSpan(mark, p)
		goto st4
	st4:
		if p++; p == pe {
			goto _test_eof4
		}
	st_case_4:
		switch data[p] {
		case 47:
			goto tr9
		case 72:
			goto st24
		case 87:
			goto st33
		case 104:
			goto st24
		case 119:
			goto st33
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
	st5:
		if p++; p == pe {
			goto _test_eof5
		}
	st_case_5:
		if data[p] == 32 {
			goto tr12
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
	tr12:
		r.Target = parser.MakeSpan(r.Method.End()+1, p)
		goto st6
	tr33:
		r.Path = parser.MakeSpan(mark, p)
		r.Target = parser.MakeSpan(r.Method.End()+1, p)
		goto st6
	tr36:
		r.Query = parser.MakeSpan(mark, p)
		r.Target = parser.MakeSpan(r.Method.End()+1, p)
		goto st6
	tr46:
		mark = p
		r.Path = parser.MakeSpan(mark, p)
		r.Target = parser.MakeSpan(r.Method.End()+1, p)
		goto st6
	st6:
		if p++; p == pe {
			goto _test_eof6
		}
	st_case_6:
		if data[p] == 72 {
			goto st7
		}
		goto tr4
	st7:
		if p++; p == pe {
			goto _test_eof7
		}
	st_case_7:
		if data[p] == 84 {
			goto st8
		}
		goto tr4
	st8:
		if p++; p == pe {
			goto _test_eof8
		}
	st_case_8:
		if data[p] == 84 {
			goto st9
		}
		goto tr4
	st9:
		if p++; p == pe {
			goto _test_eof9
		}
	st_case_9:
		if data[p] == 80 {
			goto st10
		}
		goto tr4
	st10:
		if p++; p == pe {
			goto _test_eof10
		}
	st_case_10:
		if data[p] == 47 {
			goto st11
		}
		goto tr4
	st11:
		if p++; p == pe {
			goto _test_eof11
		}
	st_case_11:
		if 48 <= data[p] && data[p] <= 57 {
			goto st12
		}
		goto tr4
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		if data[p] == 46 {
			goto st13
		}
		goto tr4
	st13:
		if p++; p == pe {
			goto _test_eof13
		}
	st_case_13:
		if 48 <= data[p] && data[p] <= 57 {
			goto st14
		}
		goto tr4
	st14:
		if p++; p == pe {
			goto _test_eof14
		}
	st_case_14:
		if data[p] == 13 {
			goto tr21
		}
		goto tr4
	tr21:

		if e := r.endLine(data, p); e != parser.OK {
			return e
		}

		goto st15
	st15:
		if p++; p == pe {
			goto _test_eof15
		}
	st_case_15:
		if data[p] == 10 {
			goto st16
		}
		goto tr4
	st16:
		if p++; p == pe {
			goto _test_eof16
		}
	st_case_16:
		switch data[p] {
		case 13:
			goto st17
		case 33:
			goto tr25
		case 124:
			goto tr25
		case 126:
			goto tr25
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 39:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr25
				}
			case data[p] >= 35:
				goto tr25
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr25
				}
			case data[p] > 90:
				if 94 <= data[p] && data[p] <= 122 {
					goto tr25
				}
			default:
				goto tr25
			}
		default:
			goto tr25
		}
		goto tr23
	st17:
		if p++; p == pe {
			goto _test_eof17
		}
	st_case_17:
		if data[p] == 10 {
			goto tr26
		}
		goto tr23
	tr26:

		r.headLen = p + 1
		pe = p + 1

		goto st34
	st34:
		if p++; p == pe {
			goto _test_eof34
		}
	st_case_34:
		goto st0
	tr25:
		mark = p

		for p+1 < len(data) && classes[data[p+1]]&tokenChar != 0 {
			p++
		}

		goto st18
	tr27:

		for p+1 < len(data) && classes[data[p+1]]&tokenChar != 0 {
			p++
		}

		goto st18
	st18:
		if p++; p == pe {
			goto _test_eof18
		}
	st_case_18:
		switch data[p] {
		case 33:
			goto tr27
		case 58:
			goto tr28
		case 124:
			goto tr27
		case 126:
			goto tr27
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 39:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr27
				}
			case data[p] >= 35:
				goto tr27
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr27
				}
			case data[p] > 90:
				if 94 <= data[p] && data[p] <= 122 {
					goto tr27
				}
			default:
				goto tr27
			}
		default:
			goto tr27
		}
		goto tr23
	tr28:

		if r.n == MaxHeaders {
			return parser.ErrTooManyHeaders
		}
		r.headers[r.n].Name = parser.MakeSpan(mark, p)

		mark = p + 1
		goto st19
	tr30:
		mark = p + 1
		goto st19
	st19:
		if p++; p == pe {
			goto _test_eof19
		}
	st_case_19:
		switch data[p] {
		case 9:
			goto tr30
		case 13:
			goto tr31
		case 32:
			goto tr30
		case 127:
			goto tr29
		}
		if data[p] <= 31 {
			goto tr29
		}
		goto tr32
	tr31:

		r.headers[r.n].Value = parser.MakeSpan(mark, trimEnd(data, mark, p))
		r.n++

		goto st20
	st20:
		if p++; p == pe {
			goto _test_eof20
		}
	st_case_20:
		if data[p] == 10 {
			goto st16
		}
		goto tr29
	tr32:

		for p+1 < len(data) && classes[data[p+1]]&valueChar != 0 {
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
			goto tr31
		case 127:
			goto tr29
		}
		switch {
		case data[p] > 8:
			if 10 <= data[p] && data[p] <= 31 {
				goto tr29
			}
		default:
			goto tr29
		}
		goto tr32
	tr9:
		mark = p
		goto st22
	st22:
		if p++; p == pe {
			goto _test_eof22
		}
	st_case_22:
		switch data[p] {
		case 32:
			goto tr33
		case 63:
			goto tr35
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st22
			}
		case data[p] >= 33:
			goto st22
		}
		goto tr7
	tr35:
		r.Path = parser.MakeSpan(mark, p)
		mark = p + 1
		goto st23
	tr47:
		mark = p
		r.Path = parser.MakeSpan(mark, p)
		mark = p + 1
		goto st23
	st23:
		if p++; p == pe {
			goto _test_eof23
		}
	st_case_23:
		if data[p] == 32 {
			goto tr36
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st23
			}
		case data[p] >= 33:
			goto st23
		}
		goto tr7
	st24:
		if p++; p == pe {
			goto _test_eof24
		}
	st_case_24:
		switch data[p] {
		case 32:
			goto tr12
		case 84:
			goto st25
		case 116:
			goto st25
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
	st25:
		if p++; p == pe {
			goto _test_eof25
		}
	st_case_25:
		switch data[p] {
		case 32:
			goto tr12
		case 84:
			goto st26
		case 116:
			goto st26
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
	st26:
		if p++; p == pe {
			goto _test_eof26
		}
	st_case_26:
		switch data[p] {
		case 32:
			goto tr12
		case 80:
			goto st27
		case 112:
			goto st27
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
	st27:
		if p++; p == pe {
			goto _test_eof27
		}
	st_case_27:
		switch data[p] {
		case 32:
			goto tr12
		case 58:
			goto st28
		case 83:
			goto st32
		case 115:
			goto st32
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
	st28:
		if p++; p == pe {
			goto _test_eof28
		}
	st_case_28:
		switch data[p] {
		case 32:
			goto tr12
		case 47:
			goto st29
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
	st29:
		if p++; p == pe {
			goto _test_eof29
		}
	st_case_29:
		switch data[p] {
		case 32:
			goto tr12
		case 47:
			goto st30
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
	st30:
		if p++; p == pe {
			goto _test_eof30
		}
	st_case_30:
		switch data[p] {
		case 32:
			goto tr12
		case 47:
			goto st5
		case 63:
			goto st5
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st31
			}
		case data[p] >= 33:
			goto st31
		}
		goto tr7
	st31:
		if p++; p == pe {
			goto _test_eof31
		}
	st_case_31:
		switch data[p] {
		case 32:
			goto tr46
		case 47:
			goto tr9
		case 63:
			goto tr47
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st31
			}
		case data[p] >= 33:
			goto st31
		}
		goto tr7
	st32:
		if p++; p == pe {
			goto _test_eof32
		}
	st_case_32:
		switch data[p] {
		case 32:
			goto tr12
		case 58:
			goto st28
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
	st33:
		if p++; p == pe {
			goto _test_eof33
		}
	st_case_33:
		switch data[p] {
		case 32:
			goto tr12
		case 83:
			goto st27
		case 115:
			goto st27
		}
		switch {
		case data[p] > 34:
			if 36 <= data[p] && data[p] <= 126 {
				goto st5
			}
		case data[p] >= 33:
			goto st5
		}
		goto tr7
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
	_test_eof16:
		cs = 16
		goto _test_eof
	_test_eof17:
		cs = 17
		goto _test_eof
	_test_eof34:
		cs = 34
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

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 1, 2:
				e = parser.ErrMethod
			case 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15:
				e = parser.ErrStartLine
			case 4, 5, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33:
				e = targetErr(data[p])
			case 16, 17, 18:
				e = parser.ErrHeaderName
			case 19, 20, 21:
				e = parser.ErrHeaderValue
			}
		}

	_out:
		{
		}
	}

	switch {
	case r.headLen > 0:
		return parser.OK
	case e == parser.OK:
		r.state, r.pos, r.mark = uint8(cs), p, mark
		return parser.ErrMore
	case data[p] == '\n':
		return parser.ErrLineEnd // a CR before it would have been taken, or refused
	}
	return e
}
