package run

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"sluice/cmd/run/config"
	_ "sluice/stages/looseroute"
	_ "sluice/stages/maxforwards"
	_ "sluice/stages/registrar"
	_ "sluice/stages/route"
	_ "sluice/stages/sanity"
	_ "sluice/stages/target"
)

const listener = "\n[[listen]]\nurl = \"udp://127.0.0.1:5060\"\n"

// accept checks a configuration as `sluice check` does.
func accept(name, text string) error {
	if !strings.Contains(text, "[[listen]]") {
		text += listener
	}
	cfg, err := config.Parse(name, []byte(text))
	if cfg == nil {
		return err
	}
	p, buildErr := buildUnbound(cfg)
	if err := cfg.Join(err, buildErr); err != nil {
		return err
	}
	return p.Close()
}

// manuals are the pages with examples. docs/configuration.md, which shows
// parts that no whole is made of, has a test of its own in package config.
func manuals(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"../../README.md", "../../docs/*.md", "../../stages/*/README.md"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no files (%v)", pattern, err)
		}
		for _, f := range files {
			if filepath.Base(f) != "configuration.md" {
				all = append(all, f)
			}
		}
	}
	return all
}

// TestExamples: what a page shows as configuration is one.
func TestExamples(t *testing.T) {
	for _, file := range manuals(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		blocks := strings.Split(string(text), "```toml\n")[1:]
		if strings.HasPrefix(file, "../../stages/") && len(blocks) == 0 {
			t.Errorf("%s: no example", file)
		}
		for i, block := range blocks {
			block, _, closed := strings.Cut(block, "\n```")
			if err := accept(file, block+"\n"); err != nil || !closed {
				t.Errorf("%s, example %d:\n%s\n%v", file, i+1, block, err)
			}
		}
	}
}

func TestDefaultIsAccepted(t *testing.T) {
	if err := accept("default.toml", config.DefaultText()); err != nil {
		t.Error(err)
	}
}

// TestMetricsOfPages: the metrics that a page names are there, and the help of
// each can be read alone.
func TestMetricsOfPages(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sluice.toml")
	if err := os.WriteFile(file, []byte("[admin]\nhttp = \"off\"\n[[listen]]\nurl = \"udp://127.0.0.1:0\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := start(file)
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop(nil)
	known := map[string]bool{}
	for _, m := range s.stats.Metrics() {
		known[m.Name] = true
		if strings.HasPrefix(m.Help, "Those") || !strings.HasSuffix(m.Help, ".") {
			t.Errorf("%s: its help is %q", m.Name, m.Help)
		}
	}
	ch := make(chan *prometheus.Desc, 64)
	s.vitals.Describe(ch)
	close(ch)
	for d := range ch {
		for _, name := range regexp.MustCompile(`fqName: "(\w+)", help: "[A-Z].*\."`).FindStringSubmatch(d.String())[1:] {
			known[name] = true
		}
	}
	metric := regexp.MustCompile(`\bsluice_[a-z0-9_]+`)
	for _, page := range manuals(t) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range metric.FindAllString(string(text), -1) {
			if !known[name] {
				t.Errorf("%s: there is no metric %s", page, name)
			}
		}
	}
}

// Whatever is wrong with the settings of a stage, or with the chain, is told
// with its place.
func TestFaultsOfStages(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"a key of a stage that has none", "[stage.sanity]\nstrict = true\n", []string{"sluice.toml:2:1: stage.sanity.strict: unknown key"}},
		{"a domain with a wildcard", "[[stage.route.rule]]\ndomains = [\"*.example.com\"]\n", []string{"sluice.toml:2:12: stage.route.rule.domains: ", "is not a host name"}},
		{"a limit that is too low", "[stage.max-forwards]\nlimit = 0\n", []string{"sluice.toml:2:9: stage.max-forwards.limit: 0 is not within 1 to 255"}},
		{"a limit that is too high", "[stage.max-forwards]\nlimit = 256\n", []string{"stage.max-forwards.limit: 256 is not within 1 to 255"}},
		{"a key of a rule that is none", "[[stage.route.rule]]\nsource = [\"127.0.0.1\"]\n", []string{"sluice.toml:2:1: stage.route.rule.source: unknown key"}},
		{"a source that is none", "[[stage.route.rule]]\nsources = [\"localhost\"]\n", []string{"sluice.toml:2:", "\"localhost\" is no address"}},
		{"a transport that is none", "[[stage.route.rule]]\ntransports = [\"sctp\"]\n", []string{"sluice.toml:2:15: stage.route.rule.transports: ", "sctp"}},
		{"a profile that is not there", "[[stage.route.rule]]\nproxy = \"nowhere\"\n", []string{"stage.route", "nowhere"}},
		{"reply and next_hop", "[[stage.route.rule]]\nreply = \"404\"\nnext_hop = \"sip:127.0.0.1\"\n", []string{"sluice.toml:2:9: stage.route.rule.reply: excludes next_hop"}},
		{"a stage that is none", "[pipeline]\nstages = [\"sanity\", \"router\"]\n", []string{`pipeline.stages: no stage "router"`, "route"}},
		{"a chain in the wrong order", "[pipeline]\nstages = [\"sanity\", \"target\", \"route\"]\n", []string{`stage 2, target, needs "route"`}},
		{"two faults at once", "[stage.max-forwards]\nlimit = 0\n[stage.target]\nx = 1\n", []string{"stage.max-forwards.limit", "stage.target.x"}},
	} {
		err := accept("sluice.toml", c.text)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: got\n%v\nwant it to have %s", c.name, err, w)
			}
		}
	}
}
