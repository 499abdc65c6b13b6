package tlsio

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"testing"
	"time"
)

// stall begins a handshake of a source and leaves it when the server has answered.
func stall(t *testing.T, f *fixture, p *Pool, hello []byte, source string) *side {
	t.Helper()
	s := accept(t, f.server(), p)
	if source != "" {
		s.session.From(netip.MustParseAddr(source))
	}
	if s.receive(hello); !s.done {
		s.await()
	}
	return s
}

// allWait returns when n handshakes of a room wait for their peers.
func allWait(t *testing.T, r *room, n int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for waiting := 0; waiting < n; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("got %d that wait, want %d", waiting, n)
		}
		r.mu.Lock()
		waiting = r.waiting.Len()
		r.mu.Unlock()
	}
}

// newPatientPool makes a pool whose handshakes have a grace that no machine is too slow for.
func newPatientPool(l Limits) *Pool {
	p := NewPool(l)
	p.accepted.grace, p.dialled.grace = time.Hour, time.Hour
	return p
}

// age makes all that wait have waited for long.
func age(r *room) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for e := r.waiting.Front(); e != nil; e = e.Next() {
		h := e.Value.(*handshake)
		h.since = h.since.Add(-r.grace)
	}
}

// endAll aborts what is under way and checks that nothing is left.
func endAll(t *testing.T, p *Pool, sides []*side) {
	t.Helper()
	for _, s := range sides {
		if s.session.hs != nil {
			s.session.Abort(io.EOF)
		}
	}
	p.Wait()
	if p.Active() != 0 || p.accepted.waiting.Len() != 0 || len(p.accepted.origins) != 0 || len(p.accepted.greedy) != 0 || p.lent.Load() != 0 {
		t.Errorf("got %d under way, %d waiting, %d sources, %d of them greedy, %d bytes lent: want none",
			p.Active(), p.accepted.waiting.Len(), len(p.accepted.origins), len(p.accepted.greedy), p.lent.Load())
	}
}

// TestLimit: handshakes beyond the limit are refused, and stalled ones hold no worker. Servers do not take the room of clients, nor clients that
// of servers.
func TestLimit(t *testing.T) {
	f := newFixture(t)
	hello := hello(t, f)
	p := newPatientPool(Limits{Workers: 1, Handshakes: 3})
	stalled := []*side{stall(t, f, p, hello, ""), stall(t, f, p, hello, "")}
	s, c := accept(t, f.server(), p), dial(t, f.client(), p, "ec.example.com")
	flow(s, c)
	if s.err != nil || c.err != nil {
		t.Fatalf("behind stalled handshakes: server: %v, client: %v", s.err, c.err)
	}
	stalled = append(stalled, stall(t, f, p, hello, ""))
	late := accept(t, f.server(), p)
	if late.receive(hello); late.err != ErrBusy {
		t.Fatalf("accept: got %v, want ErrBusy", late.err)
	}
	for range 3 {
		c := dial(t, f.client(), p, "ec.example.com")
		c.await()
		stalled = append(stalled, c)
	}
	if got := p.Active(); got != 6 {
		t.Errorf("got %d goroutines, want 6", got)
	}
	if _, err := f.client().Dial(p, "ec.example.com", func() {}); err != ErrBusy {
		t.Fatalf("dial: got %v, want ErrBusy", err)
	}
	why := errors.New("why")
	for _, s := range stalled {
		s.session.Abort(why)
		if s.await(); !s.done || !errors.Is(s.err, why) {
			t.Errorf("aborted: got %v, %v", s.done, s.err)
		}
	}
	endAll(t, p, nil)
}

// TestGiveWay: when there is no room, who has waited long for its peer gives way; who has not, does not.
func TestGiveWay(t *testing.T) {
	f := newFixture(t)
	hello := hello(t, f)
	p := newPatientPool(Limits{Handshakes: 2})
	first := stall(t, f, p, hello, "192.0.2.1")
	allWait(t, &p.accepted, 1)
	second := stall(t, f, p, hello, "192.0.2.2")
	allWait(t, &p.accepted, 2)
	if got := stall(t, f, p, hello, "192.0.2.3"); got.err != ErrBusy {
		t.Fatalf("too early: got %v, want ErrBusy", got.err)
	}
	age(&p.accepted)
	third := stall(t, f, p, hello, "192.0.2.3")
	if third.done {
		t.Errorf("got %v, want a place", third.err)
	}
	if first.await(); !errors.Is(first.err, ErrBusy) {
		t.Errorf("got %v, want ErrBusy", first.err)
	}
	if got := p.Active(); got != 2 {
		t.Errorf("got %d under way, want 2", got)
	}
	endAll(t, p, []*side{first, second, third})
}

// TestGreedySource: when there is no room, a source that has more than its share gives way to others at once, and to itself as anybody.
func TestGreedySource(t *testing.T) {
	f := newFixture(t)
	hello := hello(t, f)
	p := newPatientPool(Limits{Handshakes: 2 * fairShare}) // a share is 2
	var all []*side
	begin := func(source string) *side {
		t.Helper()
		s := stall(t, f, p, hello, source)
		if !s.done {
			all = append(all, s)
			allWait(t, &p.accepted, min(len(all), 2*fairShare))
		}
		return s
	}
	for range 2 * fairShare {
		begin("192.0.2.1")
	}
	if s := begin("192.0.2.1"); s.err != ErrBusy {
		t.Errorf("the greedy source: got %v, want ErrBusy", s.err)
	}
	for i := range 2 * fairShare {
		source := fmt.Sprint("192.0.2.", 2+i/2)
		s := begin(source)
		// The last two find that nobody is greedy any more.
		if i < 2*(fairShare-1) {
			if s.err != nil {
				t.Errorf("%s: got %v, want a place", source, s.err)
			}
			if all[i].await(); !errors.Is(all[i].err, ErrBusy) {
				t.Errorf("the oldest of the greedy source: got %v, want ErrBusy", all[i].err)
			}
		} else if s.err != ErrBusy {
			t.Errorf("%s: got %v, want ErrBusy", source, s.err)
		}
	}
	age(&p.accepted)
	own := all[len(all)-2]
	if s := begin("192.0.2.8"); s.err != nil {
		t.Errorf("a source that has its share: got %v, want a place of its own", s.err)
	}
	if own.await(); !errors.Is(own.err, ErrBusy) {
		t.Errorf("its oldest: got %v, want ErrBusy", own.err)
	}
	endAll(t, p, all)
}

// resumable is a client that has a ticket of a server.
func resumable(t *testing.T, server, client *Context) {
	t.Helper()
	s, c := pair(t, server, client, "ec.example.com")
	s.send([]byte("brings the ticket along"))
	flow(s, c)
}

// TestDataBehindTheHandshake: who is done first sends at once as much as it may have queued, and the other gets it in order, although
// its goroutine has not come to its end.
func TestDataBehindTheHandshake(t *testing.T) {
	f := newFixture(t)
	data := make([]byte, DefaultAhead)
	for i := range data {
		data[i] = byte(i >> 8)
	}
	for _, v := range versions {
		for _, resumed := range []bool{false, true} {
			t.Run(fmt.Sprint(tls.VersionName(v), ", resumed ", resumed), func(t *testing.T) {
				server, client := versioned(f.server(), v), f.client()
				if resumed {
					resumable(t, server, client)
				}
				p := NewPool(Limits{Workers: 1})
				s, c := accept(t, server, p), dial(t, client, p, "ec.example.com")
				flowUntil(s, c, func() bool { return s.done || c.done })
				first, late, r := c, s, &p.accepted
				if s.done {
					first, late, r = s, c, &p.dialled
				}
				r.acquire() // so that late cannot compute
				first.send(data)
				for b := range chunks(first.toSend) {
					late.receive(b)
				}
				first.toSend = nil
				if late.err != nil || p.lent.Load() < DefaultAhead-ownInput {
					t.Fatalf("got %v, %d bytes lent", late.err, p.lent.Load())
				}
				r.release()
				flow(s, c)
				if s.err != nil || c.err != nil || s.peer.Resumed != resumed {
					t.Errorf("server: %v, client: %v, resumed %v", s.err, c.err, s.peer.Resumed)
				}
				if !bytes.Equal(late.got, data) {
					t.Errorf("got %d bytes, or others, want %d", len(late.got), len(data))
				}
				endAll(t, p, nil)
			})
		}
	}
}

// chunks cuts b as a loop may receive it.
func chunks(b []byte) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for n := 0; len(b) > 0; b = b[n:] {
			if n = min(len(b), 60_000); !yield(b[:n]) {
				return
			}
		}
	}
}

// TestFlood: a handshake keeps so much and no more, and so do all of them together, and what they had comes back.
func TestFlood(t *testing.T) {
	f := newFixture(t)
	hello := hello(t, f)
	const ahead = 200_000
	for _, tc := range []struct {
		name   string
		budget int64
		sizes  []int // of what stalled handshakes are sent
		want   []error
	}{
		{"own room", 0, []int{ownInput, ownInput, ownInput}, []error{nil, nil, nil}},
		{"one too much", 1 << 20, []int{ownInput + SealedLen(ahead), ownInput + SealedLen(ahead) + 1}, []error{nil, ErrFlood}},
		{"all too much", 250_000, []int{ownInput + 150_000, ownInput + 150_000, ownInput + 100_000, ownInput}, []error{nil, ErrFlood, nil, nil}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := NewPool(Limits{Workers: 1, Ahead: ahead})
			p.budget = tc.budget
			p.accepted.acquire() // nobody computes
			var all []*side
			for i, size := range tc.sizes {
				s := accept(t, f.server(), p)
				s.receive(append(hello[:len(hello):len(hello)], make([]byte, size-len(hello))...))
				if s.err != tc.want[i] {
					t.Errorf("%d: got %v, want %v", i, s.err, tc.want[i])
				}
				if s.err == nil {
					all = append(all, s)
				}
			}
			if p.lent.Load() > p.budget {
				t.Errorf("got %d bytes lent of %d", p.lent.Load(), p.budget)
			}
			for _, s := range all {
				s.session.Abort(io.EOF)
			}
			if p.lent.Load() != 0 {
				t.Errorf("got %d bytes lent to handshakes that were ended", p.lent.Load())
			}
			if len(all) > 0 {
				if all[0].receive(make([]byte, 1<<20)); all[0].err != nil || p.lent.Load() != 0 {
					t.Errorf("behind its end: got %v, %d bytes lent", all[0].err, p.lent.Load())
				}
			}
			p.accepted.release()
			endAll(t, p, nil)
		})
	}
}

// TestFailureGivesBack: what a handshake had borrowed that failed.
func TestFailureGivesBack(t *testing.T) {
	f := newFixture(t)
	p := NewPool(Limits{Workers: 1})
	s := accept(t, f.server(), p)
	p.accepted.acquire()
	s.receive(append(hello(t, f), make([]byte, 2*ownInput)...))
	if s.err != nil || p.lent.Load() < ownInput {
		t.Fatalf("got %v, %d bytes lent", s.err, p.lent.Load())
	}
	p.accepted.release()
	if s.await(); !s.done {
		s.await()
	}
	if s.err == nil || p.lent.Load() != 0 {
		t.Errorf("got %v, %d bytes lent", s.err, p.lent.Load())
	}
}

// TestWaitingKeepsLittle: a handshake that waits for its peer holds the record that is not whole, and no memory of those before.
func TestWaitingKeepsLittle(t *testing.T) {
	f := newFixture(t)
	whole := hello(t, f)
	var tiny []byte
	for _, b := range whole[recordHeader:] { // a record for each byte (RFC 8446 §5.1)
		tiny = append(tiny, typeHandshake, 3, 1, 0, 1, b)
	}
	p := NewPool(Limits{})
	s := accept(t, f.server(), p)
	s.receive(tiny[:len(tiny)-6])
	allWait(t, &p.accepted, 1)
	s.session.hs.mu.Lock()
	if s.session.hs.in != nil {
		t.Errorf("got %d bytes of memory, want none", cap(s.session.hs.in))
	}
	s.session.hs.mu.Unlock()
	s.receive(tiny[len(tiny)-6:])
	if s.await(); s.done || len(s.toSend) == 0 {
		t.Errorf("got %v, %d bytes of answer", s.err, len(s.toSend))
	}
	endAll(t, p, []*side{s})
}

// TestLimitsDefaults: zero and nonsense are the defaults.
func TestLimitsDefaults(t *testing.T) {
	for _, l := range []Limits{{}, {Workers: -1, Handshakes: -1, Ahead: -1}} {
		p := NewPool(l)
		for _, r := range []*room{&p.accepted, &p.dialled} {
			if r.limit != DefaultHandshakes || r.grace != grace || cap(r.tokens) != runtime.GOMAXPROCS(0) {
				t.Errorf("%+v: got %d handshakes, %v of grace, %d workers", l, r.limit, r.grace, cap(r.tokens))
			}
		}
		if p.ahead != int64(SealedLen(DefaultAhead)) || p.budget != loans {
			t.Errorf("%+v: got %d ahead, %d for all", l, p.ahead, p.budget)
		}
	}
	if p := NewPool(Limits{Ahead: 100 << 20}); p.budget != p.ahead {
		t.Errorf("got %d for all and %d for each", p.budget, p.ahead)
	}
}
