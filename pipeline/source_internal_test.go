package pipeline

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"time"
)

func addr4(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
}

// A window begins with its first event, wherever that is, and clocks may differ.
func TestTally(t *testing.T) {
	var bucket atomic.Uint64
	for _, c := range []struct {
		name string
		at   time.Duration
		want int
	}{
		{"first, at zero", 0, 1},
		{"second", 999 * time.Millisecond, 2},
		{"a clock that is behind", 998 * time.Millisecond, 3},
		{"the next window", time.Second, 1},
		{"a clock that is behind the window", 999 * time.Millisecond, 2},
		{"its end", 2*time.Second - time.Millisecond, 3},
		{"a long time later", 400 * 24 * time.Hour, 1},
	} {
		if got := tally(&bucket, c.at, time.Second); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
	bucket.Store(1<<bucketBits - 1)
	if got := tally(&bucket, 0, time.Second); got != 1<<bucketBits-1 {
		t.Errorf("a full count: got %d, want it to stay", got)
	}
}

// One source that floods does not get others refused.
func TestMeterTellsSourcesApart(t *testing.T) {
	s := newSources()
	const floods, others, limit = 100, 20000, 50
	for i := range floods {
		for range 2 * limit {
			s.messages.count(s.hash(addr4(i)), time.Second, rateWindow)
		}
	}
	wrong := 0
	for i := range others {
		if s.messages.count(s.hash(addr4(floods+i)), time.Second, rateWindow) > limit {
			wrong++
		}
	}
	if wrong > 10 {
		t.Errorf("%d of %d sources are refused for what others do, want next to none", wrong, others)
	}
	for i := range floods {
		if got := s.messages.count(s.hash(addr4(i)), time.Second, rateWindow); got <= 2*limit {
			t.Fatalf("flood %d: counted %d, want more than %d", i, got, 2*limit)
		}
	}
}

// The list of bans is bounded, and makes room when bans end.
func TestBansAreBounded(t *testing.T) {
	s := newSources()
	add := func(i int, until, now time.Duration) bool {
		return s.bans.add(s.hash(addr4(i)), addr4(i), until, now)
	}
	if s.banned(addr4(0), 0) {
		t.Error("banned before the first ban")
	}
	taken := 0
	for i := range 2 * banMaps * banMapSize {
		if add(i, time.Minute, 0) {
			taken++
		}
	}
	if most := banMaps * banMapSize; taken > most || taken < most*9/10 {
		t.Errorf("%d bans, want %d or a little less", taken, most)
	}
	if !s.banned(addr4(0), time.Minute-1) || s.banned(addr4(0), time.Minute) || s.banned(addr4(-1), 0) {
		t.Error("a ban holds until its end, for who is banned")
	}
	for i := range banMaps * banMapSize / 2 {
		if !add(-2-i, 2*time.Minute, time.Minute) {
			t.Fatalf("no room for ban %d when all others have ended", i)
		}
	}
}

// Whoever is banned often is banned each time.
func TestStrikes(t *testing.T) {
	s, lim := newSources(), &SourceLimits{BanAfter: 3, BanTime: time.Second}
	banned := 0
	for i := range 12 {
		if s.strike(addr4(1), lim, time.Duration(i)*time.Millisecond) {
			banned++
		}
	}
	if banned != 4 {
		t.Errorf("banned %d times, want 4", banned)
	}
}
