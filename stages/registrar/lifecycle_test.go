package registrar_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	"sluice/stages/registrar"
)

func TestSettings(t *testing.T) {
	tests := []struct {
		name   string
		change settings
		want   string // in the error; "" for none
	}{
		{"defaults", func(*registrar.Registrar) {}, ""},
		{"all one", func(r *registrar.Registrar) {
			r.MinExpires, r.DefaultExpires, r.MaxExpires = time.Minute, time.Minute, time.Minute
		}, ""},
		{"maximum below minimum", func(r *registrar.Registrar) { r.MaxExpires = time.Second }, "stage.registrar: max_expires: is less than min_expires"},
		{"default below minimum", func(r *registrar.Registrar) { r.DefaultExpires = time.Second }, "stage.registrar: default_expires: is less than min_expires"},
		{"default above maximum", func(r *registrar.Registrar) { r.MaxExpires = time.Minute }, "stage.registrar: default_expires: is more than max_expires"},
	}
	for _, c := range tests {
		t.Run(c.name, func(t *testing.T) {
			n := pipelinetest.New(t, nil, options(nil))
			spec := n.Spec
			spec.Settings = options(c.change).Decode
			prog, err := pipeline.Build(spec, []*netio.Loop{nil}) // as a check does
			switch {
			case c.want != "":
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Errorf("got error %v, want %q", err, c.want)
				}
			case err != nil:
				t.Errorf("got error %v, want none", err)
			default:
				if err := prog.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestSweep lets bindings end, and sees that they leave the table and that
// the timers stop then.
func TestSweep(t *testing.T) {
	var log strings.Builder
	o := options(nil)
	o.Loops = 2
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	n := pipelinetest.New(t, nil, o)
	first, second := &phone{t: t, net: n}, &phone{t: t, net: n, loop: 1}
	first.register("Contact: <sip:a@192.0.2.1>;expires=60, <sip:b@192.0.2.1>;expires=90")
	second.register("To: <sip:bob@example.com>", "Contact: <sip:b@192.0.2.1>;expires=60")
	steps := []struct {
		after time.Duration
		want  int64
	}{{59 * time.Second, 3}, {2 * time.Second, 1}, {31 * time.Second, 0}}
	for _, s := range steps {
		n.Advance(s.after)
		if got := n.Count("sluice_registrar_bindings"); got != s.want {
			t.Errorf("%v later: %d bindings, want %d", s.after, got, s.want)
		}
	}
	n.Advance(time.Second)
	n.Idle()
	if want := `msg="binding has ended" stage=registrar user=bob@example.com binding.contact=sip:b@192.0.2.1 binding.transport=udp binding.source=192.0.2.1:5060`; !strings.Contains(log.String(), want) {
		t.Errorf("log\n%s\nwant it to have\n%s", log.String(), want)
	}
}

// TestReload changes the Program: bindings and connections stay, and the old
// registrar's timer stops.
func TestReload(t *testing.T) {
	p := newPhone(t, nil)
	tcp := p.overTCP(0, "192.0.2.1:40001")
	tcp.register("Contact: <sip:a@x.invalid>;expires=60, <sip:b@192.0.2.1>;expires=60")

	spec := p.net.Spec
	spec.Settings = options(func(r *registrar.Registrar) { r.MaxExpires = time.Hour }).Decode
	next, err := pipeline.Build(spec, p.net.NetLoops())
	if err != nil {
		t.Fatal(err)
	}
	p.net.Edge.Swap(next)
	p.net.Loops[0].RunMail()
	if err := p.net.Program.Close(); err != nil {
		t.Fatal(err)
	}
	wantHeader(t, "after the reload", p.send("INVITE", "sip:alice@example.com"), "Hop", "sip:a@x.invalid flow tcp only", "sip:b@192.0.2.1 flow tcp")
	wantHeader(t, "new settings", p.register("To: <sip:bob@example.com>", "Contact: <sip:a@192.0.2.1>;expires=7200"), "Contact", "<sip:a@192.0.2.1>;expires=3600")
	p.net.Loops[0].ClosePeer(tcp.conn)
	wantHeader(t, "connection closed", p.send("INVITE", "sip:alice@example.com"), "Hop", "sip:b@192.0.2.1 flow tcp")
	p.net.Advance(5 * time.Minute)
	if got := p.net.Count("sluice_registrar_bindings"); got != 1 {
		t.Errorf("bindings = %d, want 1", got)
	}

	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	if got := p.net.Count("sluice_registrar_bindings"); got != 0 {
		t.Errorf("bindings without a registrar = %d, want 0", got)
	}
	p.net.Advance(40 * time.Second)
	p.net.Idle()
}
