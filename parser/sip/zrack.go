// Code generated from rack.rl by ragel -Z -G2. DO NOT EDIT.

package sip

import "sluice/parser"

const rack_start int = 1
const rack_first_final int = 6

// scanRAck reads the value that begins at p and ends with data.
func scanRAck(data []byte, p int, r *RAck) (int, parser.Err) {
	*r = RAck{}
	cs, pe, eof := 0, len(data), len(data)
	var rseq, cseq uint64
	method := 0

	{
		cs = rack_start
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
		}
		switch {
		case data[p] > 10:
			if 48 <= data[p] && data[p] <= 57 {
				goto tr2
			}
		case data[p] >= 9:
			goto st1
		}
		goto st0
	st_case_0:
	st0:
		cs = 0
		goto _out
	tr2:
		rseq = min(rseq*10+uint64(data[p]-'0'), maxNumber)
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
		}
		switch {
		case data[p] > 10:
			if 48 <= data[p] && data[p] <= 57 {
				goto tr2
			}
		case data[p] >= 9:
			goto st3
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
		}
		switch {
		case data[p] > 10:
			if 48 <= data[p] && data[p] <= 57 {
				goto tr4
			}
		case data[p] >= 9:
			goto st3
		}
		goto st0
	tr4:
		cseq = min(cseq*10+uint64(data[p]-'0'), maxNumber)
		goto st4
	st4:
		if p++; p == pe {
			goto _test_eof4
		}
	st_case_4:
		switch data[p] {
		case 13:
			goto st5
		case 32:
			goto st5
		}
		switch {
		case data[p] > 10:
			if 48 <= data[p] && data[p] <= 57 {
				goto tr4
			}
		case data[p] >= 9:
			goto st5
		}
		goto st0
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
			goto tr6
		case 37:
			goto tr6
		case 39:
			goto tr6
		case 96:
			goto tr6
		case 126:
			goto tr6
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto tr6
				}
			case data[p] >= 9:
				goto st5
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr7
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr7
				}
			default:
				goto tr7
			}
		default:
			goto tr7
		}
		goto st0
	tr6:
		method = p
		goto st6
	tr7:
		method = p

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st6
	tr10:

		for p+1 < len(data) && parser.Host.Is(data[p+1]) {
			p++
		}

		goto st6
	st6:
		if p++; p == pe {
			goto _test_eof6
		}
	st_case_6:
		switch data[p] {
		case 13:
			goto tr8
		case 32:
			goto tr8
		case 33:
			goto st6
		case 37:
			goto st6
		case 39:
			goto st6
		case 96:
			goto st6
		case 126:
			goto st6
		}
		switch {
		case data[p] < 45:
			switch {
			case data[p] > 10:
				if 42 <= data[p] && data[p] <= 43 {
					goto st6
				}
			case data[p] >= 9:
				goto tr8
			}
		case data[p] > 46:
			switch {
			case data[p] < 65:
				if 48 <= data[p] && data[p] <= 57 {
					goto tr10
				}
			case data[p] > 90:
				if 95 <= data[p] && data[p] <= 122 {
					goto tr10
				}
			default:
				goto tr10
			}
		default:
			goto tr10
		}
		goto st0
	tr8:
		r.MethodText = parser.MakeSpan(method, p)
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
		}
		if 9 <= data[p] && data[p] <= 10 {
			goto st7
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

	_test_eof:
		{
		}
		if p == eof {
			switch cs {
			case 6:
				r.MethodText = parser.MakeSpan(method, p)
			}
		}

	_out:
		{
		}
	}

	if cs < rack_first_final {
		return p, parser.ErrHeaderValue
	}
	// RFC 3262 §7.1 and RFC 3261 §8.1.1.5.
	if rseq == 0 || rseq > 1<<32-1 || cseq >= 1<<31 {
		return p, parser.ErrNumber
	}
	r.RSeq, r.CSeq = uint32(rseq), uint32(cseq)
	r.Method = LookupMethod(r.MethodText.Of(data))
	return p, parser.OK
}
