// Code generated from uri.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

const uri_start int = 1
const uri_first_final int = 53

const uri_en_rest int = 19
const uri_en_main int = 1

// scanURI reads the URI that begins at p.
func scanURI(data []byte, p int, u *URI) (int, parser.Err) {
	*u = URI{}
	cs, pe, eof := 0, len(data), len(data)
	start := p
	var user, password, host, port, params, name, nameEnd, value, headers int

	{
		cs = uri_start
	}

	if at := p + len(sipColon); at < pe && string(data[p:at]) == sipColon {
		u.Scheme, user, host = SchemeSIP, at, at
		p, cs = at, uri_en_rest
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
		case 53:
			goto st53
		case 54:
			goto st54
		case 4:
			goto st4
		case 5:
			goto st5
		case 6:
			goto st6
		case 7:
			goto st7
		case 8:
			goto st8
		case 9:
			goto st9
		case 10:
			goto st10
		case 11:
			goto st11
		case 12:
			goto st12
		case 13:
			goto st13
		case 55:
			goto st55
		case 14:
			goto st14
		case 56:
			goto st56
		case 15:
			goto st15
		case 16:
			goto st16
		case 57:
			goto st57
		case 17:
			goto st17
		case 18:
			goto st18
		case 19:
			goto st19
		case 20:
			goto st20
		case 21:
			goto st21
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
		case 58:
			goto st58
		case 59:
			goto st59
		case 27:
			goto st27
		case 60:
			goto st60
		case 28:
			goto st28
		case 61:
			goto st61
		case 29:
			goto st29
		case 30:
			goto st30
		case 62:
			goto st62
		case 31:
			goto st31
		case 32:
			goto st32
		case 33:
			goto st33
		case 63:
			goto st63
		case 34:
			goto st34
		case 35:
			goto st35
		case 36:
			goto st36
		case 37:
			goto st37
		case 64:
			goto st64
		case 65:
			goto st65
		case 38:
			goto st38
		case 66:
			goto st66
		case 39:
			goto st39
		case 67:
			goto st67
		case 40:
			goto st40
		case 41:
			goto st41
		case 68:
			goto st68
		case 42:
			goto st42
		case 43:
			goto st43
		case 69:
			goto st69
		case 44:
			goto st44
		case 45:
			goto st45
		case 70:
			goto st70
		case 46:
			goto st46
		case 47:
			goto st47
		case 48:
			goto st48
		case 71:
			goto st71
		case 49:
			goto st49
		case 50:
			goto st50
		case 72:
			goto st72
		case 51:
			goto st51
		case 52:
			goto st52
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
		case 53:
			goto st_case_53
		case 54:
			goto st_case_54
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
		case 55:
			goto st_case_55
		case 14:
			goto st_case_14
		case 56:
			goto st_case_56
		case 15:
			goto st_case_15
		case 16:
			goto st_case_16
		case 57:
			goto st_case_57
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
		case 58:
			goto st_case_58
		case 59:
			goto st_case_59
		case 27:
			goto st_case_27
		case 60:
			goto st_case_60
		case 28:
			goto st_case_28
		case 61:
			goto st_case_61
		case 29:
			goto st_case_29
		case 30:
			goto st_case_30
		case 62:
			goto st_case_62
		case 31:
			goto st_case_31
		case 32:
			goto st_case_32
		case 33:
			goto st_case_33
		case 63:
			goto st_case_63
		case 34:
			goto st_case_34
		case 35:
			goto st_case_35
		case 36:
			goto st_case_36
		case 37:
			goto st_case_37
		case 64:
			goto st_case_64
		case 65:
			goto st_case_65
		case 38:
			goto st_case_38
		case 66:
			goto st_case_66
		case 39:
			goto st_case_39
		case 67:
			goto st_case_67
		case 40:
			goto st_case_40
		case 41:
			goto st_case_41
		case 68:
			goto st_case_68
		case 42:
			goto st_case_42
		case 43:
			goto st_case_43
		case 69:
			goto st_case_69
		case 44:
			goto st_case_44
		case 45:
			goto st_case_45
		case 70:
			goto st_case_70
		case 46:
			goto st_case_46
		case 47:
			goto st_case_47
		case 48:
			goto st_case_48
		case 71:
			goto st_case_71
		case 49:
			goto st_case_49
		case 50:
			goto st_case_50
		case 72:
			goto st_case_72
		case 51:
			goto st_case_51
		case 52:
			goto st_case_52
		}
		goto st_out
	st1:
		if p++; p == pe {
			goto _test_eof1
		}
	st_case_1:
		switch data[p] {
		case 83:
			goto st6
		case 84:
			goto st10
		case 115:
			goto st6
		case 116:
			goto st10
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
			goto st53
		case 37:
			goto st4
		case 61:
			goto st53
		case 93:
			goto st53
		case 95:
			goto st53
		case 126:
			goto st53
		}
		switch {
		case data[p] < 63:
			if 35 <= data[p] && data[p] <= 59 {
				goto st53
			}
		case data[p] > 91:
			if 97 <= data[p] && data[p] <= 122 {
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
		switch data[p] {
		case 33:
			goto st53
		case 37:
			goto st4
		case 61:
			goto st53
		case 93:
			goto st53
		case 95:
			goto st53
		case 126:
			goto st53
		}
		switch {
		case data[p] < 63:
			if 35 <= data[p] && data[p] <= 59 {
				goto st53
			}
		case data[p] > 91:
			if 97 <= data[p] && data[p] <= 122 {
				goto st53
			}
		default:
			goto st53
		}
		goto tr66
	tr10:
		cs = 54

		u.Scheme = SchemeSIP
		user, host = p+1, p+1

		cs = 19
		goto _again
	tr12:
		cs = 54

		u.Scheme = SchemeSIPS
		user, host = p+1, p+1

		cs = 19
		goto _again
	tr66:

		pe = p
		p--

		goto st54
	tr67:

		if !isPhoneNumber(data[user:p]) {
			return p, parser.ErrURI
		}
		u.User = parser.MakeSpan(user, p)

		pe = p
		p--

		goto st54
	tr69:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)

		pe = p
		p--

		goto st54
	tr72:
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)

		pe = p
		p--

		goto st54
	st54:
		if p++; p == pe {
			goto _test_eof54
		}
	st_case_54:
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
			goto st9
		case 115:
			goto st9
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
	st9:
		if p++; p == pe {
			goto _test_eof9
		}
	st_case_9:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr12
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
	st10:
		if p++; p == pe {
			goto _test_eof10
		}
	st_case_10:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr4
		case 69:
			goto st11
		case 101:
			goto st11
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
	st11:
		if p++; p == pe {
			goto _test_eof11
		}
	st_case_11:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr4
		case 76:
			goto st12
		case 108:
			goto st12
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
	st12:
		if p++; p == pe {
			goto _test_eof12
		}
	st_case_12:
		switch data[p] {
		case 43:
			goto st2
		case 58:
			goto tr15
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
	tr15:

		u.Scheme = SchemeTel
		user = p + 1

		goto st13
	st13:
		if p++; p == pe {
			goto _test_eof13
		}
	st_case_13:
		if data[p] == 35 {
			goto st55
		}
		switch {
		case data[p] < 48:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 46 {
					goto st55
				}
			case data[p] >= 40:
				goto st55
			}
		case data[p] > 57:
			switch {
			case data[p] > 70:
				if 97 <= data[p] && data[p] <= 102 {
					goto st55
				}
			case data[p] >= 65:
				goto st55
			}
		default:
			goto st55
		}
		goto st0
	st55:
		if p++; p == pe {
			goto _test_eof55
		}
	st_case_55:
		switch data[p] {
		case 33:
			goto st0
		case 35:
			goto st55
		case 44:
			goto st0
		case 47:
			goto st0
		case 58:
			goto st0
		case 59:
			goto tr68
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
				goto st55
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
				goto st55
			}
		default:
			goto st55
		}
		goto tr67
	tr68:

		if !isPhoneNumber(data[user:p]) {
			return p, parser.ErrURI
		}
		u.User = parser.MakeSpan(user, p)

		params = p + 1
		name, value = p+1, 0
		goto st14
	tr70:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		name, value = p+1, 0
		goto st14
	tr75:
		u.setParam(data, name, nameEnd, value, p)
		name, value = p+1, 0
		goto st14
	st14:
		if p++; p == pe {
			goto _test_eof14
		}
	st_case_14:
		switch data[p] {
		case 33:
			goto st56
		case 37:
			goto st15
		case 47:
			goto st56
		case 58:
			goto st56
		case 91:
			goto st56
		case 93:
			goto st56
		case 95:
			goto tr19
		case 126:
			goto st56
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st56
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
	tr19:

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
			goto st56
		case 35:
			goto st0
		case 37:
			goto st15
		case 44:
			goto st0
		case 47:
			goto st56
		case 58:
			goto st56
		case 59:
			goto tr70
		case 61:
			goto tr71
		case 91:
			goto st56
		case 93:
			goto st56
		case 95:
			goto tr19
		case 126:
			goto st56
		}
		switch {
		case data[p] < 63:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 57 {
					goto tr19
				}
			case data[p] >= 36:
				goto st56
			}
		case data[p] > 64:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr19
				}
			case data[p] >= 65:
				goto tr19
			}
		default:
			goto st0
		}
		goto tr69
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
				goto st56
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st56
			}
		default:
			goto st56
		}
		goto st0
	tr74:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st57
	tr71:
		nameEnd = p
		value = p + 1
		goto st57
	st57:
		if p++; p == pe {
			goto _test_eof57
		}
	st_case_57:
		switch data[p] {
		case 33:
			goto st57
		case 35:
			goto st0
		case 37:
			goto st17
		case 44:
			goto st0
		case 47:
			goto st57
		case 58:
			goto st57
		case 59:
			goto tr75
		case 61:
			goto st0
		case 91:
			goto st57
		case 93:
			goto st57
		case 95:
			goto tr74
		case 126:
			goto st57
		}
		switch {
		case data[p] < 63:
			switch {
			case data[p] > 43:
				if 45 <= data[p] && data[p] <= 57 {
					goto tr74
				}
			case data[p] >= 36:
				goto st57
			}
		case data[p] > 64:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr74
				}
			case data[p] >= 65:
				goto tr74
			}
		default:
			goto st0
		}
		goto tr72
	st17:
		if p++; p == pe {
			goto _test_eof17
		}
	st_case_17:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st18
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st18
			}
		default:
			goto st18
		}
		goto st0
	st18:
		if p++; p == pe {
			goto _test_eof18
		}
	st_case_18:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st57
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st57
			}
		default:
			goto st57
		}
		goto st0
	st19:
		if p++; p == pe {
			goto _test_eof19
		}
	st_case_19:
		switch data[p] {
		case 33:
			goto st20
		case 37:
			goto st21
		case 47:
			goto st20
		case 59:
			goto st20
		case 61:
			goto st20
		case 63:
			goto st20
		case 91:
			goto st36
		case 95:
			goto tr25
		case 126:
			goto st20
		}
		switch {
		case data[p] < 45:
			if 35 <= data[p] && data[p] <= 44 {
				goto st20
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr25
				}
			case data[p] >= 65:
				goto tr25
			}
		default:
			goto tr25
		}
		goto st0
	tr27:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st20
	st20:
		if p++; p == pe {
			goto _test_eof20
		}
	st_case_20:
		switch data[p] {
		case 33:
			goto st20
		case 37:
			goto st21
		case 47:
			goto st20
		case 58:
			goto tr28
		case 59:
			goto st20
		case 61:
			goto st20
		case 63:
			goto st20
		case 64:
			goto tr29
		case 95:
			goto tr27
		case 126:
			goto st20
		}
		switch {
		case data[p] < 45:
			if 35 <= data[p] && data[p] <= 44 {
				goto st20
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr27
				}
			case data[p] >= 65:
				goto tr27
			}
		default:
			goto tr27
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
				goto st22
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st22
			}
		default:
			goto st22
		}
		goto st0
	st22:
		if p++; p == pe {
			goto _test_eof22
		}
	st_case_22:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st20
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st20
			}
		default:
			goto st20
		}
		goto st0
	tr28:
		password = p + 1
		goto st23
	st23:
		if p++; p == pe {
			goto _test_eof23
		}
	st_case_23:
		switch data[p] {
		case 33:
			goto st23
		case 37:
			goto st24
		case 61:
			goto st23
		case 64:
			goto tr29
		case 95:
			goto st23
		case 126:
			goto st23
		}
		switch {
		case data[p] < 48:
			if 36 <= data[p] && data[p] <= 46 {
				goto st23
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st23
				}
			case data[p] >= 65:
				goto st23
			}
		default:
			goto st23
		}
		goto st0
	st24:
		if p++; p == pe {
			goto _test_eof24
		}
	st_case_24:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st25
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st25
			}
		default:
			goto st25
		}
		goto st0
	st25:
		if p++; p == pe {
			goto _test_eof25
		}
	st_case_25:
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
	tr29:

		u.setUser(user, password, p, params|headers)
		host, port, params = p+1, 0, 0

		goto st26
	st26:
		if p++; p == pe {
			goto _test_eof26
		}
	st_case_26:
		switch data[p] {
		case 91:
			goto st36
		case 95:
			goto tr34
		}
		switch {
		case data[p] < 48:
			if 45 <= data[p] && data[p] <= 46 {
				goto tr34
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
	tr34:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st58
	st58:
		if p++; p == pe {
			goto _test_eof58
		}
	st_case_58:
		switch data[p] {
		case 33:
			goto st0
		case 47:
			goto st0
		case 58:
			goto tr77
		case 59:
			goto tr78
		case 61:
			goto st0
		case 63:
			goto tr79
		case 64:
			goto st0
		case 91:
			goto st0
		case 93:
			goto st0
		case 95:
			goto tr34
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
					goto tr34
				}
			case data[p] >= 65:
				goto tr34
			}
		default:
			goto tr34
		}
		goto tr76
	tr80:

		pe = p
		p--

		goto st59
	tr83:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)

		pe = p
		p--

		goto st59
	tr87:
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)

		pe = p
		p--

		goto st59
	tr76:
		u.Host = parser.MakeSpan(host, p)

		pe = p
		p--

		goto st59
	tr92:
		u.Headers = parser.MakeSpan(headers, p)

		pe = p
		p--

		goto st59
	st59:
		if p++; p == pe {
			goto _test_eof59
		}
	st_case_59:
		goto st0
	tr77:
		u.Host = parser.MakeSpan(host, p)
		port = portSeen
		goto st27
	st27:
		if p++; p == pe {
			goto _test_eof27
		}
	st_case_27:
		if 48 <= data[p] && data[p] <= 57 {
			goto tr35
		}
		goto st0
	tr35:
		port = addPortDigit(port, data[p])
		goto st60
	st60:
		if p++; p == pe {
			goto _test_eof60
		}
	st_case_60:
		switch data[p] {
		case 33:
			goto st0
		case 58:
			goto st0
		case 59:
			goto tr81
		case 61:
			goto st0
		case 63:
			goto tr82
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
			goto tr35
		}
		goto tr80
	tr84:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		name, value = p+1, 0
		goto st28
	tr90:
		u.setParam(data, name, nameEnd, value, p)
		name, value = p+1, 0
		goto st28
	tr78:
		u.Host = parser.MakeSpan(host, p)
		params = p + 1
		name, value = p+1, 0
		goto st28
	tr81:
		params = p + 1
		name, value = p+1, 0
		goto st28
	st28:
		if p++; p == pe {
			goto _test_eof28
		}
	st_case_28:
		switch data[p] {
		case 33:
			goto st61
		case 37:
			goto st29
		case 47:
			goto st61
		case 58:
			goto st61
		case 91:
			goto st61
		case 93:
			goto st61
		case 95:
			goto tr38
		case 126:
			goto st61
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st61
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr38
				}
			case data[p] >= 65:
				goto tr38
			}
		default:
			goto tr38
		}
		goto st0
	tr38:

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
			goto st61
		case 35:
			goto st0
		case 37:
			goto st29
		case 44:
			goto st0
		case 47:
			goto st61
		case 58:
			goto st61
		case 59:
			goto tr84
		case 61:
			goto tr85
		case 63:
			goto tr86
		case 64:
			goto st0
		case 91:
			goto st61
		case 93:
			goto st61
		case 95:
			goto tr38
		case 126:
			goto st61
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st61
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr38
				}
			case data[p] >= 65:
				goto tr38
			}
		default:
			goto tr38
		}
		goto tr83
	st29:
		if p++; p == pe {
			goto _test_eof29
		}
	st_case_29:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st30
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st30
			}
		default:
			goto st30
		}
		goto st0
	st30:
		if p++; p == pe {
			goto _test_eof30
		}
	st_case_30:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st61
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st61
			}
		default:
			goto st61
		}
		goto st0
	tr89:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st62
	tr85:
		nameEnd = p
		value = p + 1
		goto st62
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
			goto st31
		case 44:
			goto st0
		case 47:
			goto st62
		case 58:
			goto st62
		case 59:
			goto tr90
		case 61:
			goto st0
		case 63:
			goto tr91
		case 64:
			goto st0
		case 91:
			goto st62
		case 93:
			goto st62
		case 95:
			goto tr89
		case 126:
			goto st62
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st62
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr89
				}
			case data[p] >= 65:
				goto tr89
			}
		default:
			goto tr89
		}
		goto tr87
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
	tr79:
		u.Host = parser.MakeSpan(host, p)
		headers = p + 1
		goto st33
	tr82:
		headers = p + 1
		goto st33
	tr86:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)
		headers = p + 1
		goto st33
	tr91:
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)
		headers = p + 1
		goto st33
	st33:
		if p++; p == pe {
			goto _test_eof33
		}
	st_case_33:
		switch data[p] {
		case 33:
			goto st63
		case 37:
			goto st34
		case 61:
			goto st63
		case 63:
			goto st63
		case 93:
			goto st63
		case 95:
			goto st63
		case 126:
			goto st63
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st63
			}
		case data[p] > 58:
			switch {
			case data[p] > 91:
				if 97 <= data[p] && data[p] <= 122 {
					goto st63
				}
			case data[p] >= 65:
				goto st63
			}
		default:
			goto st63
		}
		goto st0
	st63:
		if p++; p == pe {
			goto _test_eof63
		}
	st_case_63:
		switch data[p] {
		case 33:
			goto st63
		case 35:
			goto st0
		case 37:
			goto st34
		case 44:
			goto st0
		case 59:
			goto st0
		case 61:
			goto st63
		case 64:
			goto st0
		case 93:
			goto st63
		case 95:
			goto st63
		case 126:
			goto st63
		}
		switch {
		case data[p] < 63:
			if 36 <= data[p] && data[p] <= 58 {
				goto st63
			}
		case data[p] > 91:
			if 97 <= data[p] && data[p] <= 122 {
				goto st63
			}
		default:
			goto st63
		}
		goto tr92
	st34:
		if p++; p == pe {
			goto _test_eof34
		}
	st_case_34:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st35
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st35
			}
		default:
			goto st35
		}
		goto st0
	st35:
		if p++; p == pe {
			goto _test_eof35
		}
	st_case_35:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st63
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st63
			}
		default:
			goto st63
		}
		goto st0
	st36:
		if p++; p == pe {
			goto _test_eof36
		}
	st_case_36:
		if data[p] == 46 {
			goto st37
		}
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 58 {
				goto st37
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st37
			}
		default:
			goto st37
		}
		goto st0
	st37:
		if p++; p == pe {
			goto _test_eof37
		}
	st_case_37:
		switch data[p] {
		case 46:
			goto st37
		case 93:
			goto st64
		}
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 58 {
				goto st37
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st37
			}
		default:
			goto st37
		}
		goto st0
	st64:
		if p++; p == pe {
			goto _test_eof64
		}
	st_case_64:
		switch data[p] {
		case 33:
			goto st0
		case 58:
			goto tr77
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
		goto tr76
	tr25:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st65
	st65:
		if p++; p == pe {
			goto _test_eof65
		}
	st_case_65:
		switch data[p] {
		case 33:
			goto st20
		case 37:
			goto st21
		case 47:
			goto st20
		case 58:
			goto tr93
		case 59:
			goto tr94
		case 61:
			goto st20
		case 63:
			goto tr95
		case 64:
			goto tr29
		case 91:
			goto st0
		case 93:
			goto st0
		case 95:
			goto tr25
		case 126:
			goto st20
		}
		switch {
		case data[p] < 45:
			if 35 <= data[p] && data[p] <= 44 {
				goto st20
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr25
				}
			case data[p] >= 65:
				goto tr25
			}
		default:
			goto tr25
		}
		goto tr76
	tr93:
		password = p + 1
		u.Host = parser.MakeSpan(host, p)
		port = portSeen
		goto st38
	st38:
		if p++; p == pe {
			goto _test_eof38
		}
	st_case_38:
		switch data[p] {
		case 33:
			goto st23
		case 37:
			goto st24
		case 61:
			goto st23
		case 64:
			goto tr29
		case 95:
			goto st23
		case 126:
			goto st23
		}
		switch {
		case data[p] < 48:
			if 36 <= data[p] && data[p] <= 46 {
				goto st23
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st23
				}
			case data[p] >= 65:
				goto st23
			}
		default:
			goto tr47
		}
		goto st0
	tr47:
		port = addPortDigit(port, data[p])
		goto st66
	st66:
		if p++; p == pe {
			goto _test_eof66
		}
	st_case_66:
		switch data[p] {
		case 33:
			goto st23
		case 35:
			goto st0
		case 37:
			goto st24
		case 47:
			goto st0
		case 58:
			goto st0
		case 59:
			goto tr81
		case 61:
			goto st23
		case 63:
			goto tr82
		case 64:
			goto tr29
		case 91:
			goto st0
		case 93:
			goto st0
		case 95:
			goto st23
		case 126:
			goto st23
		}
		switch {
		case data[p] < 48:
			if 36 <= data[p] && data[p] <= 46 {
				goto st23
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto st23
				}
			case data[p] >= 65:
				goto st23
			}
		default:
			goto tr47
		}
		goto tr80
	tr96:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		name, value = p+1, 0
		goto st39
	tr107:
		u.setParam(data, name, nameEnd, value, p)
		name, value = p+1, 0
		goto st39
	tr94:
		u.Host = parser.MakeSpan(host, p)
		params = p + 1
		name, value = p+1, 0
		goto st39
	st39:
		if p++; p == pe {
			goto _test_eof39
		}
	st_case_39:
		switch data[p] {
		case 33:
			goto st67
		case 35:
			goto st20
		case 37:
			goto st40
		case 44:
			goto st20
		case 47:
			goto st67
		case 58:
			goto tr51
		case 59:
			goto st20
		case 61:
			goto st20
		case 63:
			goto st20
		case 64:
			goto tr29
		case 91:
			goto st61
		case 93:
			goto st61
		case 95:
			goto tr50
		case 126:
			goto st67
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st67
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr50
				}
			case data[p] >= 65:
				goto tr50
			}
		default:
			goto tr50
		}
		goto st0
	tr50:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st67
	st67:
		if p++; p == pe {
			goto _test_eof67
		}
	st_case_67:
		switch data[p] {
		case 33:
			goto st67
		case 35:
			goto st20
		case 37:
			goto st40
		case 44:
			goto st20
		case 47:
			goto st67
		case 58:
			goto tr51
		case 59:
			goto tr96
		case 61:
			goto tr97
		case 63:
			goto tr98
		case 64:
			goto tr29
		case 91:
			goto st61
		case 93:
			goto st61
		case 95:
			goto tr50
		case 126:
			goto st67
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st67
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr50
				}
			case data[p] >= 65:
				goto tr50
			}
		default:
			goto tr50
		}
		goto tr83
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
				goto st67
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st67
			}
		default:
			goto st67
		}
		goto st0
	tr100:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st68
	tr51:
		password = p + 1
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
			goto st42
		case 44:
			goto st23
		case 47:
			goto st61
		case 58:
			goto st61
		case 59:
			goto tr84
		case 61:
			goto tr101
		case 63:
			goto tr86
		case 64:
			goto tr29
		case 91:
			goto st61
		case 93:
			goto st61
		case 95:
			goto tr100
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
					goto tr100
				}
			case data[p] >= 65:
				goto tr100
			}
		default:
			goto tr100
		}
		goto tr83
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
	tr103:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st69
	tr106:
		password = p + 1
		goto st69
	tr101:
		nameEnd = p
		value = p + 1
		goto st69
	st69:
		if p++; p == pe {
			goto _test_eof69
		}
	st_case_69:
		switch data[p] {
		case 33:
			goto st69
		case 35:
			goto st0
		case 37:
			goto st44
		case 44:
			goto st23
		case 47:
			goto st62
		case 58:
			goto st62
		case 59:
			goto tr90
		case 61:
			goto st23
		case 63:
			goto tr91
		case 64:
			goto tr29
		case 91:
			goto st62
		case 93:
			goto st62
		case 95:
			goto tr103
		case 126:
			goto st69
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st69
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr103
				}
			case data[p] >= 65:
				goto tr103
			}
		default:
			goto tr103
		}
		goto tr87
	st44:
		if p++; p == pe {
			goto _test_eof44
		}
	st_case_44:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st45
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st45
			}
		default:
			goto st45
		}
		goto st0
	st45:
		if p++; p == pe {
			goto _test_eof45
		}
	st_case_45:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st69
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st69
			}
		default:
			goto st69
		}
		goto st0
	tr105:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st70
	tr97:
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
			goto st20
		case 37:
			goto st46
		case 44:
			goto st20
		case 47:
			goto st70
		case 58:
			goto tr106
		case 59:
			goto tr107
		case 61:
			goto st20
		case 63:
			goto tr108
		case 64:
			goto tr29
		case 91:
			goto st62
		case 93:
			goto st62
		case 95:
			goto tr105
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
					goto tr105
				}
			case data[p] >= 65:
				goto tr105
			}
		default:
			goto tr105
		}
		goto tr87
	st46:
		if p++; p == pe {
			goto _test_eof46
		}
	st_case_46:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st47
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st47
			}
		default:
			goto st47
		}
		goto st0
	st47:
		if p++; p == pe {
			goto _test_eof47
		}
	st_case_47:
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
	tr95:
		u.Host = parser.MakeSpan(host, p)
		headers = p + 1
		goto st48
	tr98:
		nameEnd = p
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)
		headers = p + 1
		goto st48
	tr108:
		u.setParam(data, name, nameEnd, value, p)
		u.Params = parser.MakeSpan(params, p)
		headers = p + 1
		goto st48
	st48:
		if p++; p == pe {
			goto _test_eof48
		}
	st_case_48:
		switch data[p] {
		case 33:
			goto st71
		case 35:
			goto st20
		case 37:
			goto st49
		case 44:
			goto st20
		case 47:
			goto st71
		case 58:
			goto tr62
		case 59:
			goto st20
		case 61:
			goto st71
		case 63:
			goto st71
		case 64:
			goto tr29
		case 91:
			goto st63
		case 93:
			goto st63
		case 95:
			goto tr61
		case 126:
			goto st71
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st71
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr61
				}
			case data[p] >= 65:
				goto tr61
			}
		default:
			goto tr61
		}
		goto st0
	tr61:

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
			goto st71
		case 35:
			goto st20
		case 37:
			goto st49
		case 44:
			goto st20
		case 47:
			goto st71
		case 58:
			goto tr62
		case 59:
			goto st20
		case 61:
			goto st71
		case 63:
			goto st71
		case 64:
			goto tr29
		case 91:
			goto st63
		case 93:
			goto st63
		case 95:
			goto tr61
		case 126:
			goto st71
		}
		switch {
		case data[p] < 45:
			if 36 <= data[p] && data[p] <= 43 {
				goto st71
			}
		case data[p] > 57:
			switch {
			case data[p] > 90:
				if 97 <= data[p] && data[p] <= 122 {
					goto tr61
				}
			case data[p] >= 65:
				goto tr61
			}
		default:
			goto tr61
		}
		goto tr92
	st49:
		if p++; p == pe {
			goto _test_eof49
		}
	st_case_49:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st50
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st50
			}
		default:
			goto st50
		}
		goto st0
	st50:
		if p++; p == pe {
			goto _test_eof50
		}
	st_case_50:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st71
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st71
			}
		default:
			goto st71
		}
		goto st0
	tr62:
		password = p + 1
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
			goto st0
		case 37:
			goto st51
		case 44:
			goto st23
		case 47:
			goto st63
		case 58:
			goto st63
		case 59:
			goto st0
		case 61:
			goto st72
		case 63:
			goto st63
		case 64:
			goto tr29
		case 91:
			goto st63
		case 93:
			goto st63
		case 95:
			goto st72
		case 126:
			goto st72
		}
		switch {
		case data[p] < 65:
			if 36 <= data[p] && data[p] <= 57 {
				goto st72
			}
		case data[p] > 90:
			if 97 <= data[p] && data[p] <= 122 {
				goto st72
			}
		default:
			goto st72
		}
		goto tr92
	st51:
		if p++; p == pe {
			goto _test_eof51
		}
	st_case_51:
		switch {
		case data[p] < 65:
			if 48 <= data[p] && data[p] <= 57 {
				goto st52
			}
		case data[p] > 70:
			if 97 <= data[p] && data[p] <= 102 {
				goto st52
			}
		default:
			goto st52
		}
		goto st0
	st52:
		if p++; p == pe {
			goto _test_eof52
		}
	st_case_52:
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
	_test_eof53:
		cs = 53
		goto _test_eof
	_test_eof54:
		cs = 54
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
	_test_eof55:
		cs = 55
		goto _test_eof
	_test_eof14:
		cs = 14
		goto _test_eof
	_test_eof56:
		cs = 56
		goto _test_eof
	_test_eof15:
		cs = 15
		goto _test_eof
	_test_eof16:
		cs = 16
		goto _test_eof
	_test_eof57:
		cs = 57
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
	_test_eof58:
		cs = 58
		goto _test_eof
	_test_eof59:
		cs = 59
		goto _test_eof
	_test_eof27:
		cs = 27
		goto _test_eof
	_test_eof60:
		cs = 60
		goto _test_eof
	_test_eof28:
		cs = 28
		goto _test_eof
	_test_eof61:
		cs = 61
		goto _test_eof
	_test_eof29:
		cs = 29
		goto _test_eof
	_test_eof30:
		cs = 30
		goto _test_eof
	_test_eof62:
		cs = 62
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
	_test_eof63:
		cs = 63
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
	_test_eof64:
		cs = 64
		goto _test_eof
	_test_eof65:
		cs = 65
		goto _test_eof
	_test_eof38:
		cs = 38
		goto _test_eof
	_test_eof66:
		cs = 66
		goto _test_eof
	_test_eof39:
		cs = 39
		goto _test_eof
	_test_eof67:
		cs = 67
		goto _test_eof
	_test_eof40:
		cs = 40
		goto _test_eof
	_test_eof41:
		cs = 41
		goto _test_eof
	_test_eof68:
		cs = 68
		goto _test_eof
	_test_eof42:
		cs = 42
		goto _test_eof
	_test_eof43:
		cs = 43
		goto _test_eof
	_test_eof69:
		cs = 69
		goto _test_eof
	_test_eof44:
		cs = 44
		goto _test_eof
	_test_eof45:
		cs = 45
		goto _test_eof
	_test_eof70:
		cs = 70
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
	_test_eof71:
		cs = 71
		goto _test_eof
	_test_eof49:
		cs = 49
		goto _test_eof
	_test_eof50:
		cs = 50
		goto _test_eof
	_test_eof72:
		cs = 72
		goto _test_eof
	_test_eof51:
		cs = 51
		goto _test_eof
	_test_eof52:
		cs = 52
		goto _test_eof

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 55:

				if !isPhoneNumber(data[user:p]) {
					return p, parser.ErrURI
				}
				u.User = parser.MakeSpan(user, p)

			case 58, 64, 65:
				u.Host = parser.MakeSpan(host, p)
			case 63, 71, 72:
				u.Headers = parser.MakeSpan(headers, p)
			case 57, 62, 69, 70:
				u.setParam(data, name, nameEnd, value, p)
				u.Params = parser.MakeSpan(params, p)
			case 56, 61, 67, 68:
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
