//go:build e2e

package e2e_test

import (
	"cmp"
	"fmt"
	"strings"
)

// anywhere is the rule of the embedded default.
const anywhere = `
[[stage.route.rule]]
sources = ["127.0.0.0/8", "::1/128"]
`

// settings are what the configuration files of these tests differ in.
type settings struct {
	server  string   // more lines of [server]
	listen  []string // URLs
	profile string   // lines of [proxy.default_proxy]
	rules   string   // the [[stage.route.rule]]s
	domains string   // of the registrar, as the list is written; default: localhost
	admin   string   // host:port
	log     string   // lines of [log]; default: level = "warn"
	env     []string // of the process, besides ours: NAME=value
}

// patient has a server repeat over UDP only what was really lost: a phone that has
// to wait for a processor answers later than after 500 ms, but not than this.
func patient(c *settings) {
	c.profile = "timer_T1 = \"4s\"\n"
}

// text returns the configuration file.
func (c *settings) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "[server]\nloops = 2\n%s\n", c.server)
	for _, url := range c.listen {
		fmt.Fprintf(&b, "\n[[listen]]\nurl = %q\n", url)
	}
	fmt.Fprintf(&b, "\n[proxy.default_proxy]\n%s\n", c.profile)
	fmt.Fprintf(&b, "\n[stage.registrar]\ndomains = [%s]\n%s", cmp.Or(c.domains, `"localhost"`), c.rules)
	fmt.Fprintf(&b, "\n[admin]\nhttp = %q\n", c.admin)
	fmt.Fprintf(&b, "\n[log]\n%s\n", cmp.Or(c.log, `level = "warn"`))
	return b.String()
}
