package run

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"sluice/netio/tlsio/tlstest"
)

// scrape returns the samples of /metrics that are about the process.
func scrape(t *testing.T, s *server) map[string]float64 {
	t.Helper()
	resp, err := http.Get("http://" + s.admin.Addr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("%d %s (%v)", resp.StatusCode, page, err)
	}
	got := map[string]float64{}
	for _, m := range regexp.MustCompile(`(?m)^(sluice_(?:build|config|tls_cert)\S*(?:\{.*\})?) (\S+)$`).FindAllStringSubmatch(string(page), -1) {
		if got[m[1]], err = strconv.ParseFloat(m[2], 64); err != nil {
			t.Error(err)
		}
	}
	return got
}

// TestVitals: operators see which version runs, whether its configuration is the
// one that is written, and when the certificates end that are loaded.
func TestVitals(t *testing.T) {
	const (
		good  = "sluice_config_last_reload_successful"
		since = "sluice_config_last_reload_success_timestamp_seconds"
		ends  = `sluice_tls_certificate_not_after_timestamp_seconds{file="%s",section="%s"}`
	)
	dir := t.TempDir()
	file := filepath.Join(dir, "sluice.toml")
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ca := tlstest.NewCA(t, "Test")
	issue := func(name string, l tlstest.Leaf) float64 {
		t.Helper()
		c := ca.Issue(t, l)
		write(name, string(c.CertPEM)+string(c.KeyPEM))
		return float64(c.Chain(t)[0].NotAfter.Unix())
	}
	edge := issue("edge.pem", tlstest.Leaf{DNS: []string{"edge.example.com"}})
	old := issue("old one.pem", tlstest.Leaf{DNS: []string{"edge.example.com"}, Expired: true})
	const head = "[server]\nloops = 1\n[admin]\nhttp = \"127.0.0.1:0\"\n[log]\nlevel = \"error\"\n[pipeline]\nstages = [\"sanity\", \"route\", \"target\"]\n" +
		"[[listen]]\nurl = \"tls://127.0.0.1:0\"\n[tls.default]\ncertificate = \"edge.pem\"\n"
	write("sluice.toml", head+"further = [{ certificate = \"old one.pem\" }, { certificate = \"edge.pem\" }]\n")

	began := float64(time.Now().Unix())
	s, err := start(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { s.stop(nil) }()
	check := func(when string, want map[string]float64) map[string]float64 {
		t.Helper()
		got := scrape(t, s)
		for name, v := range want {
			if g, ok := got[name]; !ok || g != v {
				t.Errorf("%s: %s: got %v (there: %t), want %v", when, name, g, ok, v)
			}
		}
		if len(got) != len(want)+2 { // the version and the time
			t.Errorf("%s: got %v", when, got)
		}
		for name, v := range got {
			if strings.HasPrefix(name, "sluice_build_info{") && (v != 1 || !strings.Contains(name, `version="`+version()+`"`) || !strings.Contains(name, `goversion="go`)) {
				t.Errorf("%s: got %s %v", when, name, v)
			}
		}
		return got
	}

	loaded := map[string]float64{good: 1, fmt.Sprintf(ends, "edge.pem", "default"): edge, fmt.Sprintf(ends, "old one.pem", "default"): old}
	got := check("at start", loaded)
	if got[since] < began || got[since] > began+60 {
		t.Errorf("at start: taken over at %v, want %v or soon after", got[since], began)
	}

	write("sluice.toml", head+"no_such_key = 1\n")
	s.reload()
	loaded[good] = 0
	if again := check("refused", loaded); again[since] != got[since] {
		t.Errorf("a refused reload: taken over at %v, want %v as before", again[since], got[since])
	}

	edge = issue("edge.pem", tlstest.Leaf{DNS: []string{"edge.example.com"}, Expired: true})
	write("sluice.toml", head)
	s.reload()
	if again := check("reloaded", map[string]float64{good: 1, fmt.Sprintf(ends, "edge.pem", "default"): edge}); again[since] <= got[since] {
		t.Errorf("a reload: taken over at %v, want later than %v", again[since], got[since])
	}

	write("sluice.toml", strings.Replace(head, "[admin]\nhttp = \"127.0.0.1:0\"", "[admin]\nhttp = \"127.0.0.2:0\"", 1))
	s.reload()
	if got := scrape(t, s); len(got) != 4 {
		t.Errorf("at another address: got %v", got)
	}
}
