// Code generated from uri.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

const uri_start int = 1
const uri_first_final int = 54

// scanURI reads the URI that begins at p.
func scanURI(data []byte, p int, u *URI) (int, parser.Err) {
	*u = URI{}
	cs, pe, eof := 0, len(data), len(data)
	start := p
	var user, password, host, port, params, name, nameEnd, value, headers int

	{
		cs = uri_start
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
		case 54:
			goto st_case_54
		case 55:
			goto st_case_55
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
		case 56:
			goto st_case_56
		case 18:
			goto st_case_18
		case 57:
			goto st_case_57
		case 19:
			goto st_case_19
		case 58:
			goto st_case_58
		case 20:
			goto st_case_20
		case 21:
			goto st_case_21
		case 59:
			goto st_case_59
		case 60:
			goto st_case_60
		case 22:
			goto st_case_22
		case 23:
			goto st_case_23
		case 61:
			goto st_case_61
		case 24:
			goto st_case_24
		case 62:
			goto st_case_62
		case 25:
			goto st_case_25
		case 26:
			goto st_case_26
		case 27:
			goto st_case_27
		case 28:
			goto st_case_28
		case 63:
			goto st_case_63
		case 64:
			goto st_case_64
		case 29:
			goto st_case_29
		case 65:
			goto st_case_65
		case 30:
			goto st_case_30
		case 66:
			goto st_case_66
		case 31:
			goto st_case_31
		case 32:
			goto st_case_32
		case 67:
			goto st_case_67
		case 68:
			goto st_case_68
		case 33:
			goto st_case_33
		case 34:
			goto st_case_34
		case 69:
			goto st_case_69
		case 70:
			goto st_case_70
		case 35:
			goto st_case_35
		case 36:
			goto st_case_36
		case 71:
			goto st_case_71
		case 72:
			goto st_case_72
		case 37:
			goto st_case_37
		case 38:
			goto st_case_38
		case 73:
			goto st_case_73
		case 39:
			goto st_case_39
		case 74:
			goto st_case_74
		case 40:
			goto st_case_40
		case 41:
			goto st_case_41
		case 75:
			goto st_case_75
		case 76:
			goto st_case_76
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
		case 77:
			goto st_case_77
		case 49:
			goto st_case_49
		case 78:
			goto st_case_78
		case 50:
			goto st_case_50
		case 51:
			goto st_case_51
		case 79:
			goto st_case_79
		case 80:
			goto st_case_80
		case 52:
			goto st_case_52
		case 53:
			goto st_case_53
		case 81:
			goto st_case_81
		}
		goto st_out
	st_case_1:
		switch data[p] {
		case 83:
			goto st6
		case 84:
			goto st45
		case 115:
			goto st6
		case 116:
			goto st45
		}
		switch {
		case data[p] > 90:
			if 97 <= data[p] && data[p] <= 122 {
				goto st2
			}
		case data[p] >= 65:
			goto st2
		}
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
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr4
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	tr4:
		u.Scheme = SchemeOther
		goto st3
	st3:
		if p++; p == pe {
			goto _test_eof3
		}
	st_case_3:
		switch data[p] {
		case 33:
			goto st54
		case 37:
			goto st4
		case 61:
			goto st54
		case 93:
			goto st54
		case 95:
			goto st54
		case 126:
			goto st54
		}
		switch {
		case data[p] < 63:
			if 35 <= data[p] && data[p] <= 59 {
				goto st54
			}
		case data[p] > 91:
			if 97 <= data[p] && data[p] <= 122 {
				goto st54
			}
		default:
			goto st54
		}
		goto st0
	st54:
		if p++; p == pe {
			goto _test_eof54
		}
	st_case_54:
		switch data[p] {
		case 33:
			goto st54
		case 37:
			goto st4
		case 61:
			goto st54
		case 93:
			goto st54
		case 95:
			goto st54
		case 126:
			goto st54
		}
		switch {
		case data[p] < 63:
			if 35 <= data[p] && data[p] <= 59 {
				goto st54
			}
		case data[p] > 91:
			if 97 <= data[p] && data[p] <= 122 {
				goto st54
			}
		default:
			goto st54
		}
		goto tr72
	tr72:

		pe = p
		p--

		goto st55
	tr73:
		u.Host = parser.MakeSpan(host, p)

		pe = p
		p--

		goto st55
	tr80:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)

		pe = p
		p--

		goto st55
	tr87:
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)

		pe = p
		p--

		goto st55
	tr93:
		u.Headers = parser.MakeSpan(headers, p)

		pe = p
		p--

		goto st55
	tr120:
		u.User = parser.MakeSpan(user, p)

		pe = p
		p--

		goto st55
	st55:
		if p++; p == pe {
			goto _test_eof55
		}
	st_case_55:
		goto st0
	st4:
		if p++; p == pe {
			goto _test_eof4
		}
	st_case_4:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st5
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st5
			}
		default:
			goto st5
		}
		goto st0
	st5:
		if p++; p == pe {
			goto _test_eof5
		}
	st_case_5:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st54
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st54
			}
		default:
			goto st54
		}
		goto st0
	st6:
		if p++; p == pe {
			goto _test_eof6
		}
	st_case_6:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr4
		case 73:
			goto st7
		case 105:
			goto st7
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	st7:
		if p++; p == pe {
			goto _test_eof7
		}
	st_case_7:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr4
		case 80:
			goto st8
		case 112:
			goto st8
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	st8:
		if p++; p == pe {
			goto _test_eof8
		}
	st_case_8:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr10
		case 83:
			goto st44
		case 115:
			goto st44
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	tr10:
		u.Scheme = SchemeSIP
		goto st9
	tr60:
		u.Scheme = SchemeSIPS
		goto st9
	st9:
		if p++; p == pe {
			goto _test_eof9
		}
	st_case_9:
		switch data[p] {
		case 33:
			goto tr12
		case 37:
			goto tr13
		case 47:
			goto tr12
		case 59:
			goto tr12
		case 61:
			goto tr12
		case 63:
			goto tr12
		case 91:
			goto tr15
		case 95:
			goto tr14
		case 126:
			goto tr12
		}
		switch {
		case data[p] < 45:
			if 35 <= data[p] && data[p] <= 44 {
				goto tr12
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr14
				}
			case data[p] >= 65:
				goto tr14
			}
		default:
			goto tr14
		}
		goto st0
	tr12:
		user = p
		goto st10
	st10:
		if p++; p == pe {
			goto _test_eof10
		}
	st_case_10:
		switch data[p] {
		case 33:
			goto st10
		case 37:
			goto st11
		case 47:
			goto st10
		case 58:
			goto tr19
		case 59:
			goto st10
		case 61:
			goto st10
		case 63:
			goto st10
		case 64:
			goto tr20
		case 95:
			goto st13
		case 126:
			goto st10
		}
		switch {
		case data[p] < 45:
			if 35 <= data[p] && data[p] <= 44 {
				goto st10
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st13
				}
			case data[p] >= 65:
				goto st13
			}
		default:
			goto st13
		}
		goto st0
	tr13:
		user = p
		goto st11
	st11:
		if p++; p == pe {
			goto _test_eof11
		}
	st_case_11:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st12
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st12
			}
		default:
			goto st12
		}
		goto st0
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st10
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st10
			}
		default:
			goto st10
		}
		goto st0
	tr22:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st13
	st13:
		if p++; p == pe {
			goto _test_eof13
		}
	st_case_13:
		switch data[p] {
		case 33:
			goto st10
		case 37:
			goto st11
		case 47:
			goto st10
		case 58:
			goto tr19
		case 59:
			goto st10
		case 61:
			goto st10
		case 63:
			goto st10
		case 64:
			goto tr20
		case 95:
			goto tr22
		case 126:
			goto st10
		}
		switch {
		case data[p] < 45:
			if 35 <= data[p] && data[p] <= 44 {
				goto st10
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr22
				}
			case data[p] >= 65:
				goto tr22
			}
		default:
			goto tr22
		}
		goto st0
	tr19:
		password = p + 1
		goto st14
	st14:
		if p++; p == pe {
			goto _test_eof14
		}
	st_case_14:
		switch data[p] {
		case 33:
			goto st14
		case 37:
			goto st15
		case 61:
			goto st14
		case 64:
			goto tr20
		case 95:
			goto st14
		case 126:
			goto st14
		}
		switch {
		case data[p] < 48:
			if 36 <= data[p] && data[p] <= 46 {
				goto st14
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st14
				}
			case data[p] >= 65:
				goto st14
			}
		default:
			goto st14
		}
		goto st0
	st15:
		if p++; p == pe {
			goto _test_eof15
		}
	st_case_15:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st16
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st16
			}
		default:
			goto st16
		}
		goto st0
	st16:
		if p++; p == pe {
			goto _test_eof16
		}
	st_case_16:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st14
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st14
			}
		default:
			goto st14
		}
		goto st0
	tr20:

		u.setUser(user, password, p)
		host, port, params = 0, 0, 0

		goto st17
	st17:
		if p++; p == pe {
			goto _test_eof17
		}
	st_case_17:
		switch data[p] {
		case 91:
			goto tr15
		case 95:
			goto tr26
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto tr26
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr26
				}
			case data[p] >= 65:
				goto tr26
			}
		default:
			goto tr26
		}
		goto st0
	tr26:
		host = p
		goto st56
	tr74:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st56
	st56:
		if p++; p == pe {
			goto _test_eof56
		}
	st_case_56:
		switch data[p] {
		case 33:
			goto st0
		case 47:
			goto st0
		case 58:
			goto tr75
		case 59:
			goto tr76
		case 61:
			goto st0
		case 63:
			goto tr77
		case 64:
			goto st0
		case 91:
			goto st0
		case 93:
			goto st0
		case 95:
			goto tr74
		case 126:
			goto st0
		}
		switch {
		case data[p] < 45:
			if 35 <= data[p] && data[p] <= 44 {
				goto st0
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr74
				}
			case data[p] >= 65:
				goto tr74
			}
		default:
			goto tr74
		}
		goto tr73
	tr75:
		u.Host = parser.MakeSpan(host, p)
		port = portSeen
		goto st18
	st18:
		if p++; p == pe {
			goto _test_eof18
		}
	st_case_18:
		if 48 <= data[p] && data[p] <= 57 {
			goto tr27
		}
		goto st0
	tr27:
		port = addPortDigit(port, data[p])
		goto st57
	st57:
		if p++; p == pe {
			goto _test_eof57
		}
	st_case_57:
		switch data[p] {
		case 33:
			goto st0
		case 58:
			goto st0
		case 59:
			goto tr78
		case 61:
			goto st0
		case 63:
			goto tr79
		case 93:
			goto st0
		case 95:
			goto st0
		case 126:
			goto st0
		}
		switch {
		case data[p] < 48:
			if 35 <= data[p] && data[p] <= 47 {
				goto st0
			}
		case data[p] > 57:
			switch {
			case data[p] > 91:
				if 97 <= data[p] && data[p] <= 122 {
					goto st0
				}
			case data[p] >= 64:
				goto st0
			}
		default:
			goto tr27
		}
		goto tr72
	tr76:
		u.Host = parser.MakeSpan(host, p)
		params = p + 1
		goto st19
	tr78:
		params = p + 1
		goto st19
	tr83:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		goto st19
	tr90:
		u.setParam(data, name, nameEnd, value, p)
		goto st19
	st19:
		if p++; p == pe {
			goto _test_eof19
		}
	st_case_19:
		switch data[p] {
		case 33:
			goto tr28
		case 37:
			goto tr29
		case 47:
			goto tr28
		case 58:
			goto tr28
		case 91:
			goto tr28
		case 93:
			goto tr28
		case 95:
			goto tr30
		case 126:
			goto tr28
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto tr28
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr30
				}
			case data[p] >= 65:
				goto tr30
			}
		default:
			goto tr30
		}
		goto st0
	tr28:
		name, value = p, 0
		goto st58
	st58:
		if p++; p == pe {
			goto _test_eof58
		}
	st_case_58:
		switch data[p] {
		case 33:
			goto st58
		case 35:
			goto st0
		case 37:
			goto st20
		case 44:
			goto st0
		case 47:
			goto st58
		case 58:
			goto st58
		case 59:
			goto tr83
		case 61:
			goto tr84
		case 63:
			goto tr85
		case 64:
			goto st0
		case 91:
			goto st58
		case 93:
			goto st58
		case 95:
			goto st59
		case 126:
			goto st58
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st58
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st59
				}
			case data[p] >= 65:
				goto st59
			}
		default:
			goto st59
		}
		goto tr80
	tr29:
		name, value = p, 0
		goto st20
	st20:
		if p++; p == pe {
			goto _test_eof20
		}
	st_case_20:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st21
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st21
			}
		default:
			goto st21
		}
		goto st0
	st21:
		if p++; p == pe {
			goto _test_eof21
		}
	st_case_21:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st58
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st58
			}
		default:
			goto st58
		}
		goto st0
	tr86:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st59
	tr30:
		name, value = p, 0
		goto st59
	st59:
		if p++; p == pe {
			goto _test_eof59
		}
	st_case_59:
		switch data[p] {
		case 33:
			goto st58
		case 35:
			goto st0
		case 37:
			goto st20
		case 44:
			goto st0
		case 47:
			goto st58
		case 58:
			goto st58
		case 59:
			goto tr83
		case 61:
			goto tr84
		case 63:
			goto tr85
		case 64:
			goto st0
		case 91:
			goto st58
		case 93:
			goto st58
		case 95:
			goto tr86
		case 126:
			goto st58
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st58
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr86
				}
			case data[p] >= 65:
				goto tr86
			}
		default:
			goto tr86
		}
		goto tr80
	tr84:
		nameEnd = p
		value = p + 1
		goto st60
	st60:
		if p++; p == pe {
			goto _test_eof60
		}
	st_case_60:
		switch data[p] {
		case 33:
			goto st60
		case 35:
			goto st0
		case 37:
			goto st22
		case 44:
			goto st0
		case 47:
			goto st60
		case 58:
			goto st60
		case 59:
			goto tr90
		case 61:
			goto st0
		case 63:
			goto tr91
		case 64:
			goto st0
		case 91:
			goto st60
		case 93:
			goto st60
		case 95:
			goto st61
		case 126:
			goto st60
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st60
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st61
				}
			case data[p] >= 65:
				goto st61
			}
		default:
			goto st61
		}
		goto tr87
	st22:
		if p++; p == pe {
			goto _test_eof22
		}
	st_case_22:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st23
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st23
			}
		default:
			goto st23
		}
		goto st0
	st23:
		if p++; p == pe {
			goto _test_eof23
		}
	st_case_23:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st60
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st60
			}
		default:
			goto st60
		}
		goto st0
	tr92:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st61
	st61:
		if p++; p == pe {
			goto _test_eof61
		}
	st_case_61:
		switch data[p] {
		case 33:
			goto st60
		case 35:
			goto st0
		case 37:
			goto st22
		case 44:
			goto st0
		case 47:
			goto st60
		case 58:
			goto st60
		case 59:
			goto tr90
		case 61:
			goto st0
		case 63:
			goto tr91
		case 64:
			goto st0
		case 91:
			goto st60
		case 93:
			goto st60
		case 95:
			goto tr92
		case 126:
			goto st60
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st60
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr92
				}
			case data[p] >= 65:
				goto tr92
			}
		default:
			goto tr92
		}
		goto tr87
	tr77:
		u.Host = parser.MakeSpan(host, p)
		headers = p + 1
		goto st24
	tr79:
		headers = p + 1
		goto st24
	tr85:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)
		headers = p + 1
		goto st24
	tr91:
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)
		headers = p + 1
		goto st24
	st24:
		if p++; p == pe {
			goto _test_eof24
		}
	st_case_24:
		switch data[p] {
		case 33:
			goto st62
		case 37:
			goto st25
		case 61:
			goto st62
		case 63:
			goto st62
		case 93:
			goto st62
		case 95:
			goto st62
		case 126:
			goto st62
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st62
			}
		case data[p] > 58:
			switch {
			case data[p] > 91:
				if 97 <= data[p] && data[p] <= 122 {
					goto st62
				}
			case data[p] >= 65:
				goto st62
			}
		default:
			goto st62
		}
		goto st0
	st62:
		if p++; p == pe {
			goto _test_eof62
		}
	st_case_62:
		switch data[p] {
		case 33:
			goto st62
		case 35:
			goto st0
		case 37:
			goto st25
		case 44:
			goto st0
		case 59:
			goto st0
		case 61:
			goto st62
		case 64:
			goto st0
		case 93:
			goto st62
		case 95:
			goto st62
		case 126:
			goto st62
		}
		switch {
		case data[p] < 63:
			if 36 <= data[p] && data[p] <= 58 {
				goto st62
			}
		case data[p] > 91:
			if 97 <= data[p] && data[p] <= 122 {
				goto st62
			}
		default:
			goto st62
		}
		goto tr93
	st25:
		if p++; p == pe {
			goto _test_eof25
		}
	st_case_25:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st26
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st26
			}
		default:
			goto st26
		}
		goto st0
	st26:
		if p++; p == pe {
			goto _test_eof26
		}
	st_case_26:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st62
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st62
			}
		default:
			goto st62
		}
		goto st0
	tr15:
		host = p
		goto st27
	st27:
		if p++; p == pe {
			goto _test_eof27
		}
	st_case_27:
		if data[p] == 46 {
			goto st28
		}
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 58 {
				goto st28
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st28
			}
		default:
			goto st28
		}
		goto st0
	st28:
		if p++; p == pe {
			goto _test_eof28
		}
	st_case_28:
		switch data[p] {
		case 46:
			goto st28
		case 93:
			goto st63
		}
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 58 {
				goto st28
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st28
			}
		default:
			goto st28
		}
		goto st0
	st63:
		if p++; p == pe {
			goto _test_eof63
		}
	st_case_63:
		switch data[p] {
		case 33:
			goto st0
		case 58:
			goto tr75
		case 59:
			goto tr76
		case 61:
			goto st0
		case 63:
			goto tr77
		case 93:
			goto st0
		case 95:
			goto st0
		case 126:
			goto st0
		}
		switch {
		case data[p] < 64:
			if 35 <= data[p] && data[p] <= 57 {
				goto st0
			}
		case data[p] > 91:
			if 97 <= data[p] && data[p] <= 122 {
				goto st0
			}
		default:
			goto st0
		}
		goto tr73
	tr14:
		user = p
		host = p
		goto st64
	tr94:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st64
	st64:
		if p++; p == pe {
			goto _test_eof64
		}
	st_case_64:
		switch data[p] {
		case 33:
			goto st10
		case 37:
			goto st11
		case 47:
			goto st10
		case 58:
			goto tr95
		case 59:
			goto tr96
		case 61:
			goto st10
		case 63:
			goto tr97
		case 64:
			goto tr20
		case 91:
			goto st0
		case 93:
			goto st0
		case 95:
			goto tr94
		case 126:
			goto st10
		}
		switch {
		case data[p] < 45:
			if 35 <= data[p] && data[p] <= 44 {
				goto st10
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr94
				}
			case data[p] >= 65:
				goto tr94
			}
		default:
			goto tr94
		}
		goto tr73
	tr95:
		password = p + 1
		u.Host = parser.MakeSpan(host, p)
		port = portSeen
		goto st29
	st29:
		if p++; p == pe {
			goto _test_eof29
		}
	st_case_29:
		switch data[p] {
		case 33:
			goto st14
		case 37:
			goto st15
		case 61:
			goto st14
		case 64:
			goto tr20
		case 95:
			goto st14
		case 126:
			goto st14
		}
		switch {
		case data[p] < 48:
			if 36 <= data[p] && data[p] <= 46 {
				goto st14
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st14
				}
			case data[p] >= 65:
				goto st14
			}
		default:
			goto tr40
		}
		goto st0
	tr40:
		port = addPortDigit(port, data[p])
		goto st65
	st65:
		if p++; p == pe {
			goto _test_eof65
		}
	st_case_65:
		switch data[p] {
		case 33:
			goto st14
		case 35:
			goto st0
		case 37:
			goto st15
		case 47:
			goto st0
		case 58:
			goto st0
		case 59:
			goto tr78
		case 61:
			goto st14
		case 63:
			goto tr79
		case 64:
			goto tr20
		case 91:
			goto st0
		case 93:
			goto st0
		case 95:
			goto st14
		case 126:
			goto st14
		}
		switch {
		case data[p] < 48:
			if 36 <= data[p] && data[p] <= 46 {
				goto st14
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st14
				}
			case data[p] >= 65:
				goto st14
			}
		default:
			goto tr40
		}
		goto tr72
	tr96:
		u.Host = parser.MakeSpan(host, p)
		params = p + 1
		goto st30
	tr101:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		goto st30
	tr115:
		u.setParam(data, name, nameEnd, value, p)
		goto st30
	st30:
		if p++; p == pe {
			goto _test_eof30
		}
	st_case_30:
		switch data[p] {
		case 33:
			goto tr41
		case 35:
			goto st10
		case 37:
			goto tr42
		case 44:
			goto st10
		case 47:
			goto tr41
		case 58:
			goto tr44
		case 59:
			goto st10
		case 61:
			goto st10
		case 63:
			goto st10
		case 64:
			goto tr20
		case 91:
			goto tr28
		case 93:
			goto tr28
		case 95:
			goto tr43
		case 126:
			goto tr41
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto tr41
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr43
				}
			case data[p] >= 65:
				goto tr43
			}
		default:
			goto tr43
		}
		goto st0
	tr41:
		name, value = p, 0
		goto st66
	st66:
		if p++; p == pe {
			goto _test_eof66
		}
	st_case_66:
		switch data[p] {
		case 33:
			goto st66
		case 35:
			goto st10
		case 37:
			goto st31
		case 44:
			goto st10
		case 47:
			goto st66
		case 58:
			goto tr100
		case 59:
			goto tr101
		case 61:
			goto tr102
		case 63:
			goto tr103
		case 64:
			goto tr20
		case 91:
			goto st58
		case 93:
			goto st58
		case 95:
			goto st67
		case 126:
			goto st66
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st66
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st67
				}
			case data[p] >= 65:
				goto st67
			}
		default:
			goto st67
		}
		goto tr80
	tr42:
		name, value = p, 0
		goto st31
	st31:
		if p++; p == pe {
			goto _test_eof31
		}
	st_case_31:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st32
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st32
			}
		default:
			goto st32
		}
		goto st0
	st32:
		if p++; p == pe {
			goto _test_eof32
		}
	st_case_32:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st66
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st66
			}
		default:
			goto st66
		}
		goto st0
	tr104:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st67
	tr43:
		name, value = p, 0
		goto st67
	st67:
		if p++; p == pe {
			goto _test_eof67
		}
	st_case_67:
		switch data[p] {
		case 33:
			goto st66
		case 35:
			goto st10
		case 37:
			goto st31
		case 44:
			goto st10
		case 47:
			goto st66
		case 58:
			goto tr100
		case 59:
			goto tr101
		case 61:
			goto tr102
		case 63:
			goto tr103
		case 64:
			goto tr20
		case 91:
			goto st58
		case 93:
			goto st58
		case 95:
			goto tr104
		case 126:
			goto st66
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st66
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr104
				}
			case data[p] >= 65:
				goto tr104
			}
		default:
			goto tr104
		}
		goto tr80
	tr100:
		password = p + 1
		goto st68
	tr44:
		password = p + 1
		name, value = p, 0
		goto st68
	st68:
		if p++; p == pe {
			goto _test_eof68
		}
	st_case_68:
		switch data[p] {
		case 33:
			goto st68
		case 35:
			goto st0
		case 37:
			goto st33
		case 44:
			goto st14
		case 47:
			goto st58
		case 58:
			goto st58
		case 59:
			goto tr83
		case 61:
			goto tr107
		case 63:
			goto tr85
		case 64:
			goto tr20
		case 91:
			goto st58
		case 93:
			goto st58
		case 95:
			goto st69
		case 126:
			goto st68
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st68
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st69
				}
			case data[p] >= 65:
				goto st69
			}
		default:
			goto st69
		}
		goto tr80
	st33:
		if p++; p == pe {
			goto _test_eof33
		}
	st_case_33:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st34
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st34
			}
		default:
			goto st34
		}
		goto st0
	st34:
		if p++; p == pe {
			goto _test_eof34
		}
	st_case_34:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st68
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st68
			}
		default:
			goto st68
		}
		goto st0
	tr108:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st69
	st69:
		if p++; p == pe {
			goto _test_eof69
		}
	st_case_69:
		switch data[p] {
		case 33:
			goto st68
		case 35:
			goto st0
		case 37:
			goto st33
		case 44:
			goto st14
		case 47:
			goto st58
		case 58:
			goto st58
		case 59:
			goto tr83
		case 61:
			goto tr107
		case 63:
			goto tr85
		case 64:
			goto tr20
		case 91:
			goto st58
		case 93:
			goto st58
		case 95:
			goto tr108
		case 126:
			goto st68
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st68
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr108
				}
			case data[p] >= 65:
				goto tr108
			}
		default:
			goto tr108
		}
		goto tr80
	tr114:
		password = p + 1
		goto st70
	tr107:
		nameEnd = p
		value = p + 1
		goto st70
	st70:
		if p++; p == pe {
			goto _test_eof70
		}
	st_case_70:
		switch data[p] {
		case 33:
			goto st70
		case 35:
			goto st0
		case 37:
			goto st35
		case 44:
			goto st14
		case 47:
			goto st60
		case 58:
			goto st60
		case 59:
			goto tr90
		case 61:
			goto st14
		case 63:
			goto tr91
		case 64:
			goto tr20
		case 91:
			goto st60
		case 93:
			goto st60
		case 95:
			goto st71
		case 126:
			goto st70
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st70
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st71
				}
			case data[p] >= 65:
				goto st71
			}
		default:
			goto st71
		}
		goto tr87
	st35:
		if p++; p == pe {
			goto _test_eof35
		}
	st_case_35:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st36
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st36
			}
		default:
			goto st36
		}
		goto st0
	st36:
		if p++; p == pe {
			goto _test_eof36
		}
	st_case_36:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st70
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st70
			}
		default:
			goto st70
		}
		goto st0
	tr111:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st71
	st71:
		if p++; p == pe {
			goto _test_eof71
		}
	st_case_71:
		switch data[p] {
		case 33:
			goto st70
		case 35:
			goto st0
		case 37:
			goto st35
		case 44:
			goto st14
		case 47:
			goto st60
		case 58:
			goto st60
		case 59:
			goto tr90
		case 61:
			goto st14
		case 63:
			goto tr91
		case 64:
			goto tr20
		case 91:
			goto st60
		case 93:
			goto st60
		case 95:
			goto tr111
		case 126:
			goto st70
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st70
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr111
				}
			case data[p] >= 65:
				goto tr111
			}
		default:
			goto tr111
		}
		goto tr87
	tr102:
		nameEnd = p
		value = p + 1
		goto st72
	st72:
		if p++; p == pe {
			goto _test_eof72
		}
	st_case_72:
		switch data[p] {
		case 33:
			goto st72
		case 35:
			goto st10
		case 37:
			goto st37
		case 44:
			goto st10
		case 47:
			goto st72
		case 58:
			goto tr114
		case 59:
			goto tr115
		case 61:
			goto st10
		case 63:
			goto tr116
		case 64:
			goto tr20
		case 91:
			goto st60
		case 93:
			goto st60
		case 95:
			goto st73
		case 126:
			goto st72
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st72
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st73
				}
			case data[p] >= 65:
				goto st73
			}
		default:
			goto st73
		}
		goto tr87
	st37:
		if p++; p == pe {
			goto _test_eof37
		}
	st_case_37:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st38
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st38
			}
		default:
			goto st38
		}
		goto st0
	st38:
		if p++; p == pe {
			goto _test_eof38
		}
	st_case_38:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st72
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st72
			}
		default:
			goto st72
		}
		goto st0
	tr117:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st73
	st73:
		if p++; p == pe {
			goto _test_eof73
		}
	st_case_73:
		switch data[p] {
		case 33:
			goto st72
		case 35:
			goto st10
		case 37:
			goto st37
		case 44:
			goto st10
		case 47:
			goto st72
		case 58:
			goto tr114
		case 59:
			goto tr115
		case 61:
			goto st10
		case 63:
			goto tr116
		case 64:
			goto tr20
		case 91:
			goto st60
		case 93:
			goto st60
		case 95:
			goto tr117
		case 126:
			goto st72
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st72
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr117
				}
			case data[p] >= 65:
				goto tr117
			}
		default:
			goto tr117
		}
		goto tr87
	tr97:
		u.Host = parser.MakeSpan(host, p)
		headers = p + 1
		goto st39
	tr103:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)
		headers = p + 1
		goto st39
	tr116:
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)
		headers = p + 1
		goto st39
	st39:
		if p++; p == pe {
			goto _test_eof39
		}
	st_case_39:
		switch data[p] {
		case 33:
			goto st74
		case 35:
			goto st10
		case 37:
			goto st40
		case 44:
			goto st10
		case 47:
			goto st74
		case 58:
			goto tr56
		case 59:
			goto st10
		case 61:
			goto st74
		case 63:
			goto st74
		case 64:
			goto tr20
		case 91:
			goto st62
		case 93:
			goto st62
		case 95:
			goto st75
		case 126:
			goto st74
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st74
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st75
				}
			case data[p] >= 65:
				goto st75
			}
		default:
			goto st75
		}
		goto st0
	st74:
		if p++; p == pe {
			goto _test_eof74
		}
	st_case_74:
		switch data[p] {
		case 33:
			goto st74
		case 35:
			goto st10
		case 37:
			goto st40
		case 44:
			goto st10
		case 47:
			goto st74
		case 58:
			goto tr56
		case 59:
			goto st10
		case 61:
			goto st74
		case 63:
			goto st74
		case 64:
			goto tr20
		case 91:
			goto st62
		case 93:
			goto st62
		case 95:
			goto st75
		case 126:
			goto st74
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st74
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st75
				}
			case data[p] >= 65:
				goto st75
			}
		default:
			goto st75
		}
		goto tr93
	st40:
		if p++; p == pe {
			goto _test_eof40
		}
	st_case_40:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st41
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st41
			}
		default:
			goto st41
		}
		goto st0
	st41:
		if p++; p == pe {
			goto _test_eof41
		}
	st_case_41:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st74
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st74
			}
		default:
			goto st74
		}
		goto st0
	tr118:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st75
	st75:
		if p++; p == pe {
			goto _test_eof75
		}
	st_case_75:
		switch data[p] {
		case 33:
			goto st74
		case 35:
			goto st10
		case 37:
			goto st40
		case 44:
			goto st10
		case 47:
			goto st74
		case 58:
			goto tr56
		case 59:
			goto st10
		case 61:
			goto st74
		case 63:
			goto st74
		case 64:
			goto tr20
		case 91:
			goto st62
		case 93:
			goto st62
		case 95:
			goto tr118
		case 126:
			goto st74
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st74
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr118
				}
			case data[p] >= 65:
				goto tr118
			}
		default:
			goto tr118
		}
		goto tr93
	tr56:
		password = p + 1
		goto st76
	st76:
		if p++; p == pe {
			goto _test_eof76
		}
	st_case_76:
		switch data[p] {
		case 33:
			goto st76
		case 35:
			goto st0
		case 37:
			goto st42
		case 44:
			goto st14
		case 47:
			goto st62
		case 58:
			goto st62
		case 59:
			goto st0
		case 61:
			goto st76
		case 63:
			goto st62
		case 64:
			goto tr20
		case 91:
			goto st62
		case 93:
			goto st62
		case 95:
			goto st76
		case 126:
			goto st76
		}
		switch {
		case data[p] < 65:
			if 36 <= data[p] && data[p] <= 57 {
				goto st76
			}
		case data[p] > 90:
			if 97 <= data[p] && data[p] <= 122 {
				goto st76
			}
		default:
			goto st76
		}
		goto tr93
	st42:
		if p++; p == pe {
			goto _test_eof42
		}
	st_case_42:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st43
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st43
			}
		default:
			goto st43
		}
		goto st0
	st43:
		if p++; p == pe {
			goto _test_eof43
		}
	st_case_43:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st76
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st76
			}
		default:
			goto st76
		}
		goto st0
	st44:
		if p++; p == pe {
			goto _test_eof44
		}
	st_case_44:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr60
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	st45:
		if p++; p == pe {
			goto _test_eof45
		}
	st_case_45:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr4
		case 69:
			goto st46
		case 101:
			goto st46
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	st46:
		if p++; p == pe {
			goto _test_eof46
		}
	st_case_46:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr4
		case 76:
			goto st47
		case 108:
			goto st47
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	st47:
		if p++; p == pe {
			goto _test_eof47
		}
	st_case_47:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr63
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto st2
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st2
				}
			case data[p] >= 65:
				goto st2
			}
		default:
			goto st2
		}
		goto st0
	tr63:
		u.Scheme = SchemeTel
		goto st48
	st48:
		if p++; p == pe {
			goto _test_eof48
		}
	st_case_48:
		if data[p] == 35 {
			goto tr64
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 46 {
					goto tr64
				}
			case data[p] >= 40:
				goto tr64
			}
		case data[p] > 57:
			switch {
			case data[p] > 70:
				if 97 <= data[p] && data[p] <= 102 {
					goto tr64
				}
			case data[p] >= 65:
				goto tr64
			}
		default:
			goto tr64
		}
		goto st0
	tr64:
		user = p
		goto st77
	st77:
		if p++; p == pe {
			goto _test_eof77
		}
	st_case_77:
		switch data[p] {
		case 33:
			goto st0
		case 35:
			goto st77
		case 44:
			goto st0
		case 47:
			goto st0
		case 58:
			goto st0
		case 59:
			goto tr122
		case 61:
			goto st0
		case 93:
			goto st0
		case 95:
			goto st0
		case 126:
			goto st0
		}
		switch {
		case data[p] < 65:
			switch {
			case data[p] < 40:
				if 36 <= data[p] && data[p] <= 39 {
					goto st0
				}
			case data[p] > 57:
				if 63 <= data[p] && data[p] <= 64 {
					goto st0
				}
			default:
				goto st77
			}
		case data[p] > 70:
			switch {
			case data[p] < 97:
				if 71 <= data[p] && data[p] <= 91 {
					goto st0
				}
			case data[p] > 102:
				if 103 <= data[p] && data[p] <= 122 {
					goto st0
				}
			default:
				goto st77
			}
		default:
			goto st77
		}
		goto tr120
	tr125:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		goto st49
	tr130:
		u.setParam(data, name, nameEnd, value, p)
		goto st49
	tr122:
		u.User = parser.MakeSpan(user, p)
		params = p + 1
		goto st49
	st49:
		if p++; p == pe {
			goto _test_eof49
		}
	st_case_49:
		switch data[p] {
		case 33:
			goto tr65
		case 37:
			goto tr66
		case 47:
			goto tr65
		case 58:
			goto tr65
		case 91:
			goto tr65
		case 93:
			goto tr65
		case 95:
			goto tr67
		case 126:
			goto tr65
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto tr65
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr67
				}
			case data[p] >= 65:
				goto tr67
			}
		default:
			goto tr67
		}
		goto st0
	tr65:
		name, value = p, 0
		goto st78
	st78:
		if p++; p == pe {
			goto _test_eof78
		}
	st_case_78:
		switch data[p] {
		case 33:
			goto st78
		case 35:
			goto st0
		case 37:
			goto st50
		case 44:
			goto st0
		case 47:
			goto st78
		case 58:
			goto st78
		case 59:
			goto tr125
		case 61:
			goto tr126
		case 91:
			goto st78
		case 93:
			goto st78
		case 95:
			goto st79
		case 126:
			goto st78
		}
		switch {
		case data[p] < 63:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 57 {
					goto st79
				}
			case data[p] >= 36:
				goto st78
			}
		case data[p] > 64:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st79
				}
			case data[p] >= 65:
				goto st79
			}
		default:
			goto st0
		}
		goto tr80
	tr66:
		name, value = p, 0
		goto st50
	st50:
		if p++; p == pe {
			goto _test_eof50
		}
	st_case_50:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st51
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st51
			}
		default:
			goto st51
		}
		goto st0
	st51:
		if p++; p == pe {
			goto _test_eof51
		}
	st_case_51:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st78
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st78
			}
		default:
			goto st78
		}
		goto st0
	tr127:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st79
	tr67:
		name, value = p, 0
		goto st79
	st79:
		if p++; p == pe {
			goto _test_eof79
		}
	st_case_79:
		switch data[p] {
		case 33:
			goto st78
		case 35:
			goto st0
		case 37:
			goto st50
		case 44:
			goto st0
		case 47:
			goto st78
		case 58:
			goto st78
		case 59:
			goto tr125
		case 61:
			goto tr126
		case 91:
			goto st78
		case 93:
			goto st78
		case 95:
			goto tr127
		case 126:
			goto st78
		}
		switch {
		case data[p] < 63:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 57 {
					goto tr127
				}
			case data[p] >= 36:
				goto st78
			}
		case data[p] > 64:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr127
				}
			case data[p] >= 65:
				goto tr127
			}
		default:
			goto st0
		}
		goto tr80
	tr126:
		nameEnd = p
		value = p + 1
		goto st80
	st80:
		if p++; p == pe {
			goto _test_eof80
		}
	st_case_80:
		switch data[p] {
		case 33:
			goto st80
		case 35:
			goto st0
		case 37:
			goto st52
		case 44:
			goto st0
		case 47:
			goto st80
		case 58:
			goto st80
		case 59:
			goto tr130
		case 61:
			goto st0
		case 91:
			goto st80
		case 93:
			goto st80
		case 95:
			goto st81
		case 126:
			goto st80
		}
		switch {
		case data[p] < 63:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 57 {
					goto st81
				}
			case data[p] >= 36:
				goto st80
			}
		case data[p] > 64:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st81
				}
			case data[p] >= 65:
				goto st81
			}
		default:
			goto st0
		}
		goto tr87
	st52:
		if p++; p == pe {
			goto _test_eof52
		}
	st_case_52:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st53
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st53
			}
		default:
			goto st53
		}
		goto st0
	st53:
		if p++; p == pe {
			goto _test_eof53
		}
	st_case_53:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st80
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st80
			}
		default:
			goto st80
		}
		goto st0
	tr131:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st81
	st81:
		if p++; p == pe {
			goto _test_eof81
		}
	st_case_81:
		switch data[p] {
		case 33:
			goto st80
		case 35:
			goto st0
		case 37:
			goto st52
		case 44:
			goto st0
		case 47:
			goto st80
		case 58:
			goto st80
		case 59:
			goto tr130
		case 61:
			goto st0
		case 91:
			goto st80
		case 93:
			goto st80
		case 95:
			goto tr131
		case 126:
			goto st80
		}
		switch {
		case data[p] < 63:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 57 {
					goto tr131
				}
			case data[p] >= 36:
				goto st80
			}
		case data[p] > 64:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr131
				}
			case data[p] >= 65:
				goto tr131
			}
		default:
			goto st0
		}
		goto tr87
	st_out:
	_test_eof2:
		cs = 2
		goto _test_eof
	_test_eof3:
		cs = 3
		goto _test_eof
	_test_eof54:
		cs = 54
		goto _test_eof
	_test_eof55:
		cs = 55
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
	_test_eof56:
		cs = 56
		goto _test_eof
	_test_eof18:
		cs = 18
		goto _test_eof
	_test_eof57:
		cs = 57
		goto _test_eof
	_test_eof19:
		cs = 19
		goto _test_eof
	_test_eof58:
		cs = 58
		goto _test_eof
	_test_eof20:
		cs = 20
		goto _test_eof
	_test_eof21:
		cs = 21
		goto _test_eof
	_test_eof59:
		cs = 59
		goto _test_eof
	_test_eof60:
		cs = 60
		goto _test_eof
	_test_eof22:
		cs = 22
		goto _test_eof
	_test_eof23:
		cs = 23
		goto _test_eof
	_test_eof61:
		cs = 61
		goto _test_eof
	_test_eof24:
		cs = 24
		goto _test_eof
	_test_eof62:
		cs = 62
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
	_test_eof63:
		cs = 63
		goto _test_eof
	_test_eof64:
		cs = 64
		goto _test_eof
	_test_eof29:
		cs = 29
		goto _test_eof
	_test_eof65:
		cs = 65
		goto _test_eof
	_test_eof30:
		cs = 30
		goto _test_eof
	_test_eof66:
		cs = 66
		goto _test_eof
	_test_eof31:
		cs = 31
		goto _test_eof
	_test_eof32:
		cs = 32
		goto _test_eof
	_test_eof67:
		cs = 67
		goto _test_eof
	_test_eof68:
		cs = 68
		goto _test_eof
	_test_eof33:
		cs = 33
		goto _test_eof
	_test_eof34:
		cs = 34
		goto _test_eof
	_test_eof69:
		cs = 69
		goto _test_eof
	_test_eof70:
		cs = 70
		goto _test_eof
	_test_eof35:
		cs = 35
		goto _test_eof
	_test_eof36:
		cs = 36
		goto _test_eof
	_test_eof71:
		cs = 71
		goto _test_eof
	_test_eof72:
		cs = 72
		goto _test_eof
	_test_eof37:
		cs = 37
		goto _test_eof
	_test_eof38:
		cs = 38
		goto _test_eof
	_test_eof73:
		cs = 73
		goto _test_eof
	_test_eof39:
		cs = 39
		goto _test_eof
	_test_eof74:
		cs = 74
		goto _test_eof
	_test_eof40:
		cs = 40
		goto _test_eof
	_test_eof41:
		cs = 41
		goto _test_eof
	_test_eof75:
		cs = 75
		goto _test_eof
	_test_eof76:
		cs = 76
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
	_test_eof77:
		cs = 77
		goto _test_eof
	_test_eof49:
		cs = 49
		goto _test_eof
	_test_eof78:
		cs = 78
		goto _test_eof
	_test_eof50:
		cs = 50
		goto _test_eof
	_test_eof51:
		cs = 51
		goto _test_eof
	_test_eof79:
		cs = 79
		goto _test_eof
	_test_eof80:
		cs = 80
		goto _test_eof
	_test_eof52:
		cs = 52
		goto _test_eof
	_test_eof53:
		cs = 53
		goto _test_eof
	_test_eof81:
		cs = 81
		goto _test_eof

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 77:
				u.User = parser.MakeSpan(user, p)
			case 56, 63, 64:
				u.Host = parser.MakeSpan(host, p)
			case 62, 74, 75, 76:
				u.Headers = parser.MakeSpan(headers, p)
			case 60, 61, 70, 71, 72, 73, 80, 81:
				u.setParam(data, name, nameEnd, value, p)
				u.Params = parser.MakeSpan(params, p)
			case 58, 59, 66, 67, 68, 69, 78, 79:
				nameEnd = p
				u.setParam(data, name, nameEnd, value, p)
				u.Params = parser.MakeSpan(params, p)
			}
		}

	_out:
		{
		}
	}

	if cs < uri_first_final {
		return p, uriErr(host, port, params, headers)
	}
	number, ok := portNumber(port)
	if !ok {
		return p, parser.ErrPort
	}
	u.Port = number
	u.Text = parser.MakeSpan(start, p)
	return p, parser.OK
}
