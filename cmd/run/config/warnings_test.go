package config_test

import (
	"testing"

	"sluice/cmd/run/config"
)

// TestTimersWarned: a first retransmission that takes longer than any may is no
// fault, as it works, and is said of each profile that has it from its own keys.
func TestTimersWarned(t *testing.T) {
	const listen = "[[listen]]\nurl = \"udp://127.0.0.1:5060\"\n"
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"as they are", "", nil},
		{"as long as the other", "[proxy.default_proxy]\ntimer_T1 = \"1s\"\ntimer_T2 = \"1s\"\n", nil},
		{"longer", "[proxy.default_proxy]\ntimer_T1 = \"2s\"\ntimer_T2 = \"1s\"\n[proxy.proxy_out]\nudp_mtu = 0\n",
			[]string{"f:2:12: warning: proxy.default_proxy.timer_T1: 2s is longer than timer_T2, 1s, which is the longest interval between retransmissions"}},
		{"longer than that of default_proxy", "[proxy.b]\ntimer_T1 = \"3s\"\n[proxy.a]\ntimer_T1 = \"2s\"\n[proxy.default_proxy]\ntimer_T2 = \"1500ms\"\n", []string{
			"f:2:12: warning: proxy.b.timer_T1: 3s is longer than timer_T2, 1.5s, which is the longest interval between retransmissions",
			"f:4:12: warning: proxy.a.timer_T1: 2s is longer than timer_T2, 1.5s, which is the longest interval between retransmissions"}},
		{"shorter than it is", "[proxy.default_proxy]\ntimer_T1 = \"2s\"\n[proxy.x]\ntimer_T2 = \"1s\"\n",
			[]string{"f:3:2: warning: proxy.x.timer_T1: 2s is longer than timer_T2, 1s, which is the longest interval between retransmissions"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg, err := config.Parse("f", []byte(c.text+listen))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range cfg.Warnings() {
				got = append(got, w.Warning())
			}
			compare(t, got, c.want)
		})
	}
}
