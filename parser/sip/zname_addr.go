// Code generated from name_addr.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

const name_addr_start int = 1
const name_addr_first_final int = 12

// scanNameAddr reads the element that begins at p.
func scanNameAddr(data []byte, p int, n *NameAddr) (int, parser.Err) {
	n.Star, n.URI.Scheme = false, SchemeNone // scanURI clears the rest
	n.Text, n.Display, n.URIText, n.Params, n.Tag = parser.Span{}, parser.Span{}, parser.Span{}, parser.Span{}, parser.Span{}
	cs, pe, eof := 0, len(data), len(data)
	star := false
	var start, end, display, params, name, nameEnd, value, next int
	var e parser.Err

	{
		cs = name_addr_start
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
		case 12:
			goto st_case_12
		case 13:
			goto st_case_13
		case 5:
			goto st_case_5
		case 14:
			goto st_case_14
		case 15:
			goto st_case_15
		case 16:
			goto st_case_16
		case 17:
			goto st_case_17
		case 18:
			goto st_case_18
		case 6:
			goto st_case_6
		case 19:
			goto st_case_19
		case 7:
			goto st_case_7
		case 8:
			goto st_case_8
		case 9:
			goto st_case_9
		case 10:
			goto st_case_10
		case 20:
			goto st_case_20
		case 21:
			goto st_case_21
		case 11:
			goto st_case_11
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
		case 42:
			goto tr4
		case 44:
			goto st0
		case 60:
			goto tr6
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr5
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
				goto st1
			}
		case data[p] > 46:
			switch {
			case data[p] < 58:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr5
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto tr7
					}
				case data[p] >= 65:
					goto tr7
				}
			default:
				goto st0
			}
		default:
			goto tr5
		}
		goto tr2
	st_case_0:
	st0:
		cs = 0
		goto _out
	tr2:
		start = p
		goto st2
	tr5:
		start = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st2
	tr10:

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
			goto tr8
		case 32:
			goto tr8
		case 34:
			goto st0
		case 44:
			goto st0
		case 60:
			goto tr11
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr10
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
				goto tr8
			}
		case data[p] > 46:
			switch {
			case data[p] < 58:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr10
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto tr10
					}
				case data[p] >= 65:
					goto tr10
				}
			default:
				goto st0
			}
		default:
			goto tr10
		}
		goto st2
	tr8:
		display = p
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
		case 34:
			goto st0
		case 44:
			goto st0
		case 60:
			goto tr13
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr10
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
				goto st3
			}
		case data[p] > 46:
			switch {
			case data[p] < 58:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr10
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto tr10
					}
				case data[p] >= 65:
					goto tr10
				}
			default:
				goto st0
			}
		default:
			goto tr10
		}
		goto st2
	tr6:
		start = p

		n.Display = displaySpan(start, display)
		if next, e = scanURI(data, p+1, &n.URI); e != parser.OK {
			return next, e
		}
		n.URIText = n.URI.Text
		p = next - 1

		goto st4
	tr11:
		display = p

		n.Display = displaySpan(start, display)
		if next, e = scanURI(data, p+1, &n.URI); e != parser.OK {
			return next, e
		}
		n.URIText = n.URI.Text
		p = next - 1

		goto st4
	tr13:

		n.Display = displaySpan(start, display)
		if next, e = scanURI(data, p+1, &n.URI); e != parser.OK {
			return next, e
		}
		n.URIText = n.URI.Text
		p = next - 1

		goto st4
	st4:
		if p++; p == pe {
			goto _test_eof4
		}
	st_case_4:
		if data[p] == 62 {
			goto tr14
		}
		goto st0
	tr14:
		end = p + 1
		goto st12
	tr29:

		if next, e = scanBareURI(data, start, &n.URI); e != parser.OK {
			return next, e
		}
		n.URIText = n.URI.Text
		end = next
		p = next - 1

		goto st12
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		switch data[p] {
		case 13:
			goto st12
		case 32:
			goto st12
		case 44:
			goto tr31
		case 59:
			goto tr32
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st12
		}
		goto st0
	tr31:

		pe = p
		p--

		goto st13
	tr35:
		nameEnd, end = p, p

		if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st13
	tr40:

		if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st13
	tr49:
		end = p

		if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		pe = p
		p--

		goto st13
	st13:
		if p++; p == pe {
			goto _test_eof13
		}
	st_case_13:
		goto st0
	tr32:
		if params == 0 {
			params = p + 1
		}
		goto st5
	tr37:
		nameEnd, end = p, p

		if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st5
	tr41:

		if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
		goto st5
	tr51:
		end = p

		if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
			return p, e
		}

		if params == 0 {
			params = p + 1
		}
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
		case 33:
			goto tr16
		case 37:
			goto tr16
		case 39:
			goto tr16
		case 96:
			goto tr16
		case 126:
			goto tr16
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr16
				}
			case data[p] >= 9:
				goto st5
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
	tr36:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st14
	tr16:
		name, value = p, 0
		goto st14
	tr17:
		name, value = p, 0

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
			goto tr33
		case 32:
			goto tr33
		case 33:
			goto st14
		case 37:
			goto st14
		case 39:
			goto st14
		case 44:
			goto tr35
		case 59:
			goto tr37
		case 61:
			goto tr38
		case 96:
			goto st14
		case 126:
			goto st14
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st14
				}
			case data[p] >= 9:
				goto tr33
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr36
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr36
				}
			default:
				goto tr36
			}
		default:
			goto tr36
		}
		goto st0
	tr33:
		nameEnd, end = p, p
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
		case 44:
			goto tr40
		case 59:
			goto tr41
		case 61:
			goto tr42
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st15
		}
		goto st0
	tr38:
		nameEnd, end = p, p
		end = p + 1
		goto st16
	tr42:
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
		case 34:
			goto tr45
		case 44:
			goto tr40
		case 59:
			goto tr41
		case 60:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr46
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
				goto st16
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr46
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr46
				}
			default:
				goto tr46
			}
		default:
			goto tr46
		}
		goto tr44
	tr50:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st17
	tr44:
		value = p
		goto st17
	tr46:
		value = p

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
			goto tr47
		case 32:
			goto tr47
		case 34:
			goto st0
		case 44:
			goto tr49
		case 59:
			goto tr51
		case 60:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr50
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
				goto tr47
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr50
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr50
				}
			default:
				goto tr50
			}
		default:
			goto tr50
		}
		goto st17
	tr47:
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
			goto tr40
		case 59:
			goto tr41
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st18
		}
		goto st0
	tr18:

		for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
			p++
		}

		goto st6
	tr45:
		value = p
		goto st6
	st6:
		if p++; p == pe {
			goto _test_eof6
		}
	st_case_6:
		switch data[p] {
		case 34:
			goto st19
		case 92:
			goto st7
		}
		goto tr18
	st19:
		if p++; p == pe {
			goto _test_eof19
		}
	st_case_19:
		switch data[p] {
		case 13:
			goto tr47
		case 32:
			goto tr47
		case 44:
			goto tr49
		case 59:
			goto tr51
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto tr47
		}
		goto st0
	st7:
		if p++; p == pe {
			goto _test_eof7
		}
	st_case_7:
		goto st6
	tr3:
		start = p
		goto st8
	tr22:

		for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
			p++
		}

		goto st8
	st8:
		if p++; p == pe {
			goto _test_eof8
		}
	st_case_8:
		switch data[p] {
		case 34:
			goto tr23
		case 92:
			goto st10
		}
		goto tr22
	tr23:
		display = p + 1
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
		case 60:
			goto tr13
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st9
		}
		goto st0
	st10:
		if p++; p == pe {
			goto _test_eof10
		}
	st_case_10:
		goto st8
	tr4:
		start = p
		star = true
		end = p + 1
		goto st20
	st20:
		if p++; p == pe {
			goto _test_eof20
		}
	st_case_20:
		switch data[p] {
		case 13:
			goto tr53
		case 32:
			goto tr53
		case 34:
			goto st0
		case 44:
			goto tr31
		case 60:
			goto tr11
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr10
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
				goto tr53
			}
		case data[p] > 46:
			switch {
			case data[p] < 58:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr10
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto tr10
					}
				case data[p] >= 65:
					goto tr10
				}
			default:
				goto st0
			}
		default:
			goto tr10
		}
		goto st2
	tr53:
		display = p
		goto st21
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
		case 34:
			goto st0
		case 44:
			goto tr31
		case 60:
			goto tr13
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr10
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
				goto st21
			}
		case data[p] > 46:
			switch {
			case data[p] < 58:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr10
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto tr10
					}
				case data[p] >= 65:
					goto tr10
				}
			default:
				goto st0
			}
		default:
			goto tr10
		}
		goto st2
	tr7:
		start = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st11
	tr28:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st11
	st11:
		if p++; p == pe {
			goto _test_eof11
		}
	st_case_11:
		switch data[p] {
		case 13:
			goto tr8
		case 32:
			goto tr8
		case 34:
			goto st0
		case 43:
			goto st11
		case 44:
			goto st0
		case 58:
			goto tr29
		case 59:
			goto st0
		case 60:
			goto tr11
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr10
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
				goto tr8
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
		goto st2
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
	_test_eof12:
		cs = 12
		goto _test_eof
	_test_eof13:
		cs = 13
		goto _test_eof
	_test_eof5:
		cs = 5
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
	_test_eof18:
		cs = 18
		goto _test_eof
	_test_eof6:
		cs = 6
		goto _test_eof
	_test_eof19:
		cs = 19
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
	_test_eof20:
		cs = 20
		goto _test_eof
	_test_eof21:
		cs = 21
		goto _test_eof
	_test_eof11:
		cs = 11
		goto _test_eof

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 15, 16, 18:

				if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			case 14:
				nameEnd, end = p, p

				if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			case 17, 19:
				end = p

				if e = n.setParam(data, name, nameEnd, value, end); e != parser.OK {
					return p, e
				}

			}
		}

	_out:
		{
		}
	}

	if n.URI.Scheme == SchemeNone {
		n.URI = URI{} // scanURI was not called
	}
	if cs < name_addr_first_final {
		return p, parser.ErrNameAddr
	}
	n.Text = parser.MakeSpan(start, end)
	n.Star = star && n.URI.Scheme == SchemeNone
	if params > 0 {
		n.Params = trimLWS(data, params, end)
	}
	return p, parser.OK
}
