package demo_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"sluice/cmd/run/admin"
	"sluice/cmd/run/admin/demo"
	"sluice/netio/stats"
)

// The page is at the root of the admin server, whose other paths stay theirs.
func TestMounted(t *testing.T) {
	s, err := admin.Listen("127.0.0.1:0", stats.New(), admin.NewVitals("test"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	s.SetReady(true)
	tests := []struct {
		name, method, path string
		status             int
		holds              string
	}{
		{"page", "GET", "/", 200, "<title>Sluice demo</title>"},
		{"head", "HEAD", "/", 200, ""},
		{"asset", "GET", "/demo/main.js", 200, "import"},
		{"settings", "GET", "/demo/config.json", 200, demo.DefaultWebSocket},
		{"settings with a query", "GET", "/demo/config.json?x", 200, demo.DefaultDomain},
		{"unknown asset", "GET", "/demo/nothing", 404, ""},
		{"unknown path", "GET", "/nothing", 404, ""},
		{"escape", "GET", "/demo/%2e%2e/demo.go", 404, ""},
		{"other method", "POST", "/", 405, ""},
		{"metrics", "GET", "/metrics", 200, "go_goroutines"},
		{"health", "GET", "/healthz", 200, "ok"},
		{"readiness", "GET", "/readyz", 200, "ready"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if status, text := fetch(t, tt.method, "http://"+s.Addr()+tt.path); status != tt.status || !strings.Contains(text, tt.holds) {
				t.Errorf("got %d %q, want %d with %q", status, text, tt.status, tt.holds)
			}
		})
	}
	s.SetDemo(demo.Settings{WebSocket: "ws://0.0.0.0:8090", Domain: "example.org"})
	const want = `{"websocket":"ws://{host}:8090","domain":"example.org"}`
	if _, text := fetch(t, "GET", "http://"+s.Addr()+"/demo/config.json"); strings.TrimSpace(text) != want {
		t.Errorf("after SetDemo: got %s, want %s", text, want)
	}
}

func fetch(t *testing.T, method, url string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}
