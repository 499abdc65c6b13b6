package link_test

import (
	"fmt"
	"strings"
	"testing"

	"sluice/parser"
	"sluice/pipeline/link"
)

// Messages of one head, and what their sizes are.
var (
	headLen  = len(message("a", strings.Repeat("x", 10))) - 10
	tenBytes = message("a", strings.Repeat("x", 10))
	ninety   = message("a", strings.Repeat("x", 90))
)

// Of several limits that a message breaks the first is told: the whole, its
// head, its body.
func TestSizes(t *testing.T) {
	headOver := badHead(parser.ErrHeadTooLong, link.CounterHeadTooLong)
	endless := small[:len(small)-2] + "X: " + strings.Repeat("x", 2000)
	length := func(n int) string { return withLength(fmt.Sprint(n)) }
	for _, tt := range []struct {
		name, in string
		lim      link.Limits
		want     []string
	}{
		{"all as long as allowed", tenBytes + tenBytes, link.Limits{MaxMessage: headLen + 10, MaxSIPHead: headLen, MaxBody: 10}, messages(tenBytes, tenBytes)},
		{"limits of the parts alone", tenBytes + small, link.Limits{MaxSIPHead: headLen, MaxBody: 10}, messages(tenBytes, small)},
		{"head over its limit", tenBytes + small, link.Limits{MaxSIPHead: headLen - 1}, headOver},
		{"head that does not end", endless, link.Limits{MaxSIPHead: 1000}, headOver},
		{"head over the limit of the whole", endless, link.Limits{MaxMessage: 1000, MaxSIPHead: 2000}, badHead(parser.ErrTooLong, link.CounterTooLong)},
		{"body over its limit", tenBytes + small, link.Limits{MaxBody: 9}, bad(parser.ErrBodyTooLong, link.CounterBodyTooLong, "a")},
		{"body over both limits", ninety, link.Limits{MaxMessage: headLen + 50, MaxBody: 40}, bad(parser.ErrTooLong, link.CounterTooLong, "a")},
		{"body that is announced", length(500), link.Limits{MaxBody: 499}, bad(parser.ErrBodyTooLong, link.CounterBodyTooLong, "a")},
		{"body over a limit of the body over that of the whole", length(500), link.Limits{MaxMessage: 499, MaxBody: 600}, bad(parser.ErrTooLong, link.CounterTooLong, "a")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			run{mode: link.ModeSIP, lim: tt.lim}.check(t, []byte(tt.in), tt.want)
		})
	}
}

// tooBigSIP is what the sink is told of a message in frames that is too large
// in a part.
func tooBigSIP(err parser.Err, c link.Counter, id string) []string {
	return []string{"count " + c.String(), "bad " + err.Error() + id, fmt.Sprintf("write close 1009 %q", err.Error()), "close 1009"}
}

func TestSizesInFrames(t *testing.T) {
	const a = `, call-id "a"`
	for _, c := range []struct {
		lim   link.Limits
		tests []frameTest
	}{
		{link.Limits{MaxSIPHead: headLen, MaxBody: 10}, []frameTest{
			{"as long as allowed", text(tenBytes) + bin(tenBytes), messages(tenBytes, tenBytes)},
			{"body over its limit", text(tenBytes + "x"), tooBigSIP(parser.ErrBodyTooLong, link.CounterBodyTooLong, a)},
			{"in fragments", masked(opText, tenBytes[:40]) + masked(fin|opCont, tenBytes[40:]+"x"), tooBigSIP(parser.ErrBodyTooLong, link.CounterBodyTooLong, a)},
		}},
		{link.Limits{MaxSIPHead: headLen - 1}, []frameTest{
			{"head over its limit", text(tenBytes), tooBigSIP(parser.ErrHeadTooLong, link.CounterHeadTooLong, a)},
			{"head that does not end, over its limit", text(small[:headLen-3] + strings.Repeat("x", 100)), tooBigSIP(parser.ErrHeadTooLong, link.CounterHeadTooLong, "")},
			{"head that does not end, within its limit", text(small[:headLen-2]), badSIP(parser.ErrMore, "", 4001)},
		}},
		{link.Limits{MaxMessage: headLen, MaxSIPHead: headLen - 1}, []frameTest{
			{"the whole over its limit", text(tenBytes), tooBig},
		}},
	} {
		runFrames(t, c.lim, c.tests)
	}
}

// A head that began to come before its limit was lowered is judged by the new
// one.
func TestSizesChange(t *testing.T) {
	rec := recorder{pool: link.NewPool(link.Limits{})}
	var l link.Link
	l.Init(link.ModeSIP)
	l.Feed([]byte(small[:headLen-2]), rec.pool, &rec)
	rec.pool.SetLimits(link.Limits{MaxSIPHead: headLen / 2})
	l.Feed([]byte(small[headLen-2:]), rec.pool, &rec)
	if got, want := fmt.Sprint(rec.events), fmt.Sprint(badHead(parser.ErrHeadTooLong, link.CounterHeadTooLong)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
