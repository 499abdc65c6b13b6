// Code generated from name_addr.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

const name_addr_start int = 1
const name_addr_first_final int = 14

// scanNameAddr reads the element that begins at p.
func scanNameAddr(data []byte, p int, n *NameAddr) (int, parser.Err) {
	*n = NameAddr{}
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
		case 5:
			goto st_case_5
		case 14:
			goto st_case_14
		case 15:
			goto st_case_15
		case 6:
			goto st_case_6
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
		case 7:
			goto st_case_7
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
		case 24:
			goto st_case_24
		case 25:
			goto st_case_25
		case 12:
			goto st_case_12
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
			goto st4
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
					goto st4
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto st4
					}
				case data[p] >= 65:
					goto st4
				}
			default:
				goto st0
			}
		default:
			goto st4
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
			goto st4
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
					goto st4
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto st4
					}
				case data[p] >= 65:
					goto st4
				}
			default:
				goto st0
			}
		default:
			goto st4
		}
		goto st2
	tr5:
		start = p
		goto st4
	tr14:

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
			goto tr14
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
					goto tr14
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto tr14
					}
				case data[p] >= 65:
					goto tr14
				}
			default:
				goto st0
			}
		default:
			goto tr14
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

		goto st5
	tr11:
		display = p

		n.Display = displaySpan(start, display)
		if next, e = scanURI(data, p+1, &n.URI); e != parser.OK {
			return next, e
		}
		n.URIText = n.URI.Text
		p = next - 1

		goto st5
	tr13:

		n.Display = displaySpan(start, display)
		if next, e = scanURI(data, p+1, &n.URI); e != parser.OK {
			return next, e
		}
		n.URIText = n.URI.Text
		p = next - 1

		goto st5
	st5:
		if p++; p == pe {
			goto _test_eof5
		}
	st_case_5:
		if data[p] == 62 {
			goto tr15
		}
		goto st0
	tr15:
		end = p + 1
		goto st14
	tr30:

		if next, e = scanBareURI(data, start, &n.URI); e != parser.OK {
			return next, e
		}
		n.URIText = n.URI.Text
		end = next
		p = next - 1

		goto st14
	st14:
		if p++; p == pe {
			goto _test_eof14
		}
	st_case_14:
		switch data[p] {
		case 13:
			goto st14
		case 32:
			goto st14
		case 44:
			goto tr33
		case 59:
			goto tr34
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st14
		}
		goto st0
	tr33:

		pe = p
		p--

		goto st15
	tr37:
		nameEnd, end = p, p

		if value > 0 && nameEnd-name == 3 && parser.EqualFold(data[name:nameEnd], "tag") {
			if !n.Tag.Empty() {
				return p, parser.ErrParam
			}
			n.Tag = parser.MakeSpan(value, end)
		}

		pe = p
		p--

		goto st15
	tr42:

		if value > 0 && nameEnd-name == 3 && parser.EqualFold(data[name:nameEnd], "tag") {
			if !n.Tag.Empty() {
				return p, parser.ErrParam
			}
			n.Tag = parser.MakeSpan(value, end)
		}

		pe = p
		p--

		goto st15
	tr51:
		end = p

		if value > 0 && nameEnd-name == 3 && parser.EqualFold(data[name:nameEnd], "tag") {
			if !n.Tag.Empty() {
				return p, parser.ErrParam
			}
			n.Tag = parser.MakeSpan(value, end)
		}

		pe = p
		p--

		goto st15
	st15:
		if p++; p == pe {
			goto _test_eof15
		}
	st_case_15:
		goto st0
	tr34:
		if params == 0 {
			params = p + 1
		}
		goto st6
	tr39:
		nameEnd, end = p, p

		if value > 0 && nameEnd-name == 3 && parser.EqualFold(data[name:nameEnd], "tag") {
			if !n.Tag.Empty() {
				return p, parser.ErrParam
			}
			n.Tag = parser.MakeSpan(value, end)
		}

		if params == 0 {
			params = p + 1
		}
		goto st6
	tr43:

		if value > 0 && nameEnd-name == 3 && parser.EqualFold(data[name:nameEnd], "tag") {
			if !n.Tag.Empty() {
				return p, parser.ErrParam
			}
			n.Tag = parser.MakeSpan(value, end)
		}

		if params == 0 {
			params = p + 1
		}
		goto st6
	tr53:
		end = p

		if value > 0 && nameEnd-name == 3 && parser.EqualFold(data[name:nameEnd], "tag") {
			if !n.Tag.Empty() {
				return p, parser.ErrParam
			}
			n.Tag = parser.MakeSpan(value, end)
		}

		if params == 0 {
			params = p + 1
		}
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
		case 33:
			goto tr17
		case 37:
			goto tr17
		case 39:
			goto tr17
		case 96:
			goto tr17
		case 126:
			goto tr17
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr17
				}
			case data[p] >= 9:
				goto st6
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr18
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr18
				}
			default:
				goto tr18
			}
		default:
			goto tr18
		}
		goto st0
	tr17:
		name, value = p, 0
		goto st16
	st16:
		if p++; p == pe {
			goto _test_eof16
		}
	st_case_16:
		switch data[p] {
		case 13:
			goto tr35
		case 32:
			goto tr35
		case 33:
			goto st16
		case 37:
			goto st16
		case 39:
			goto st16
		case 44:
			goto tr37
		case 59:
			goto tr39
		case 61:
			goto tr40
		case 96:
			goto st16
		case 126:
			goto st16
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st16
				}
			case data[p] >= 9:
				goto tr35
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto st23
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto st23
				}
			default:
				goto st23
			}
		default:
			goto st23
		}
		goto st0
	tr35:
		nameEnd, end = p, p
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
			goto tr42
		case 59:
			goto tr43
		case 61:
			goto tr44
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st17
		}
		goto st0
	tr40:
		nameEnd, end = p, p
		end = p + 1
		goto st18
	tr44:
		end = p + 1
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
		case 34:
			goto tr47
		case 44:
			goto tr42
		case 59:
			goto tr43
		case 60:
			goto st0
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
				goto st18
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
	tr46:
		value = p
		goto st19
	st19:
		if p++; p == pe {
			goto _test_eof19
		}
	st_case_19:
		switch data[p] {
		case 13:
			goto tr49
		case 32:
			goto tr49
		case 34:
			goto st0
		case 44:
			goto tr51
		case 59:
			goto tr53
		case 60:
			goto st0
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto st21
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
				goto tr49
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto st21
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st21
				}
			default:
				goto st21
			}
		default:
			goto st21
		}
		goto st19
	tr49:
		end = p
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
		case 44:
			goto tr42
		case 59:
			goto tr43
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st20
		}
		goto st0
	tr55:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st21
	tr48:
		value = p
		goto st21
	st21:
		if p++; p == pe {
			goto _test_eof21
		}
	st_case_21:
		switch data[p] {
		case 13:
			goto tr49
		case 32:
			goto tr49
		case 34:
			goto st0
		case 44:
			goto tr51
		case 59:
			goto tr53
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
				goto tr49
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
		goto st19
	tr19:

		for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
			p++
		}

		goto st7
	tr47:
		value = p
		goto st7
	st7:
		if p++; p == pe {
			goto _test_eof7
		}
	st_case_7:
		switch data[p] {
		case 34:
			goto st22
		case 92:
			goto st8
		}
		goto tr19
	st22:
		if p++; p == pe {
			goto _test_eof22
		}
	st_case_22:
		switch data[p] {
		case 13:
			goto tr49
		case 32:
			goto tr49
		case 44:
			goto tr51
		case 59:
			goto tr53
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto tr49
		}
		goto st0
	st8:
		if p++; p == pe {
			goto _test_eof8
		}
	st_case_8:
		goto st7
	tr56:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st23
	tr18:
		name, value = p, 0
		goto st23
	st23:
		if p++; p == pe {
			goto _test_eof23
		}
	st_case_23:
		switch data[p] {
		case 13:
			goto tr35
		case 32:
			goto tr35
		case 33:
			goto st16
		case 37:
			goto st16
		case 39:
			goto st16
		case 44:
			goto tr37
		case 59:
			goto tr39
		case 61:
			goto tr40
		case 96:
			goto st16
		case 126:
			goto st16
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st16
				}
			case data[p] >= 9:
				goto tr35
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr56
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr56
				}
			default:
				goto tr56
			}
		default:
			goto tr56
		}
		goto st0
	tr3:
		start = p
		goto st9
	tr23:

		for p+1 < len(data) && data[p+1] != '"' && data[p+1] != '\\' {
			p++
		}

		goto st9
	st9:
		if p++; p == pe {
			goto _test_eof9
		}
	st_case_9:
		switch data[p] {
		case 34:
			goto tr24
		case 92:
			goto st11
		}
		goto tr23
	tr24:
		display = p + 1
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
		case 60:
			goto tr13
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st10
		}
		goto st0
	st11:
		if p++; p == pe {
			goto _test_eof11
		}
	st_case_11:
		goto st9
	tr4:
		start = p
		star = true
		end = p + 1
		goto st24
	st24:
		if p++; p == pe {
			goto _test_eof24
		}
	st_case_24:
		switch data[p] {
		case 13:
			goto tr57
		case 32:
			goto tr57
		case 34:
			goto st0
		case 44:
			goto tr33
		case 60:
			goto tr11
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto st4
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
				goto tr57
			}
		case data[p] > 46:
			switch {
			case data[p] < 58:
				if 48 <= data[p] && data[p] <= 57 {
					goto st4
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto st4
					}
				case data[p] >= 65:
					goto st4
				}
			default:
				goto st0
			}
		default:
			goto st4
		}
		goto st2
	tr57:
		display = p
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
		case 34:
			goto st0
		case 44:
			goto tr33
		case 60:
			goto tr13
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto st4
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
				goto st25
			}
		case data[p] > 46:
			switch {
			case data[p] < 58:
				if 48 <= data[p] && data[p] <= 57 {
					goto st4
				}
			case data[p] > 59:
				switch {
				case data[p] > 90:
					if 97 <= data[p] && data[p] <= 122 {
						goto st4
					}
				case data[p] >= 65:
					goto st4
				}
			default:
				goto st0
			}
		default:
			goto st4
		}
		goto st2
	tr7:
		start = p
		goto st12
	tr29:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st12
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		switch data[p] {
		case 13:
			goto tr8
		case 32:
			goto tr8
		case 34:
			goto st0
		case 43:
			goto st13
		case 44:
			goto st0
		case 58:
			goto tr30
		case 59:
			goto st0
		case 60:
			goto tr11
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto tr14
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
					goto tr29
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr29
				}
			default:
				goto tr29
			}
		default:
			goto tr29
		}
		goto st2
	st13:
		if p++; p == pe {
			goto _test_eof13
		}
	st_case_13:
		switch data[p] {
		case 13:
			goto tr8
		case 32:
			goto tr8
		case 34:
			goto st0
		case 43:
			goto st13
		case 44:
			goto st0
		case 58:
			goto tr30
		case 59:
			goto st0
		case 60:
			goto tr11
		case 62:
			goto st0
		case 92:
			goto st0
		case 95:
			goto st4
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
					goto st12
				}
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st12
				}
			default:
				goto st12
			}
		default:
			goto st12
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
	_test_eof5:
		cs = 5
		goto _test_eof
	_test_eof14:
		cs = 14
		goto _test_eof
	_test_eof15:
		cs = 15
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
	_test_eof7:
		cs = 7
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
	_test_eof24:
		cs = 24
		goto _test_eof
	_test_eof25:
		cs = 25
		goto _test_eof
	_test_eof12:
		cs = 12
		goto _test_eof
	_test_eof13:
		cs = 13
		goto _test_eof

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 17, 18, 20:

				if value > 0 && nameEnd-name == 3 && parser.EqualFold(data[name:nameEnd], "tag") {
					if !n.Tag.Empty() {
						return p, parser.ErrParam
					}
					n.Tag = parser.MakeSpan(value, end)
				}

			case 16, 23:
				nameEnd, end = p, p

				if value > 0 && nameEnd-name == 3 && parser.EqualFold(data[name:nameEnd], "tag") {
					if !n.Tag.Empty() {
						return p, parser.ErrParam
					}
					n.Tag = parser.MakeSpan(value, end)
				}

			case 19, 21, 22:
				end = p

				if value > 0 && nameEnd-name == 3 && parser.EqualFold(data[name:nameEnd], "tag") {
					if !n.Tag.Empty() {
						return p, parser.ErrParam
					}
					n.Tag = parser.MakeSpan(value, end)
				}

			}
		}

	_out:
		{
		}
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
