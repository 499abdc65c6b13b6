package demo_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sluice/cmd/run/admin/demo"
	"sluice/cmd/run/config"
)

var page = demo.Handler(func() demo.Settings { return demo.Settings{} })

// ask sends a request for a path just as it is: a mux would clean it first.
func ask(t *testing.T, h http.Handler, method, path string, header http.Header) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:8088/", nil)
	r.URL = &url.URL{Path: path}
	if header != nil {
		r.Header = header
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	text, err := io.ReadAll(w.Result().Body)
	if err != nil {
		t.Fatal(err)
	}
	return w.Result(), string(text)
}

// files returns what is served, by path, as it lies in the repository.
func files(t *testing.T) map[string]string {
	t.Helper()
	served := map[string]string{"/": "page/index.html", "/demo/jssip.min.js": "jssip/jssip.min.js", "/demo/LICENSE.txt": "jssip/LICENSE.txt"}
	entries, err := os.ReadDir("page")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != "index.html" {
			served["/demo/"+e.Name()] = "page/" + e.Name()
		}
	}
	return served
}

func TestFiles(t *testing.T) {
	types := map[string]string{
		".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
	}
	for path, file := range files(t) {
		t.Run(path, func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			r, text := ask(t, page, "GET", path, nil)
			if r.StatusCode != 200 || text != string(data) {
				t.Fatalf("got %d and %d bytes, want 200 and the %d bytes of %s", r.StatusCode, len(text), len(data), file)
			}
			for name, want := range map[string]string{
				"Content-Type":           types[filepath.Ext(file)],
				"Cache-Control":          "no-cache",
				"X-Content-Type-Options": "nosniff",
				"Referrer-Policy":        "no-referrer",
			} {
				if got := r.Header.Get(name); got != want || want == "" {
					t.Errorf("%s: got %q, want %q", name, got, want)
				}
			}
			if got := r.Header.Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; script-src 'self'; ") {
				t.Errorf("Content-Security-Policy: got %q", got)
			}
			etag := r.Header.Get("ETag")
			if again, text := ask(t, page, "GET", path, http.Header{"If-None-Match": {etag}}); again.StatusCode != 304 || text != "" {
				t.Errorf("with If-None-Match: %s: got %d and %d bytes, want 304 and none", etag, again.StatusCode, len(text))
			}
			if head, text := ask(t, page, "HEAD", path, nil); head.StatusCode != 200 || text != "" || head.ContentLength != int64(len(data)) {
				t.Errorf("HEAD: got %d, %d bytes, length %d", head.StatusCode, len(text), head.ContentLength)
			}
		})
	}
}

func TestNothingElseIsServed(t *testing.T) {
	for _, path := range []string{
		"", "/index.html", "/demo", "/demo/", "/demo/index.html", "/demo/page/main.js", "/demo/jssip/", "/demo/jssip/jssip.min.js",
		"/demo/../demo.go", "/demo/../page/main.js", "/demo/./main.js", "/demo//main.js", "//demo/main.js", "/demo/main.js/",
		"/demo/..", "/..", "/../../../etc/passwd", "/demo/../../../../../../etc/passwd", `/demo/..\demo.go`, "/demo/%2e%2e/demo.go",
		"/demo/main.js\x00", "/demo/MAIN.JS", "/demo/package.json", "/demo/bundle.mjs", "/demo/demo.go", "/demo/README.md",
	} {
		if r, _ := ask(t, page, "GET", path, nil); r.StatusCode != 404 {
			t.Errorf("%q: got %d, want 404", path, r.StatusCode)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		if r, _ := ask(t, page, method, "/", nil); r.StatusCode != 405 || r.Header.Get("Allow") != "GET, HEAD" {
			t.Errorf("%s: got %d, Allow %q, want 405", method, r.StatusCode, r.Header.Get("Allow"))
		}
	}
}

func TestSettings(t *testing.T) {
	tests := []struct {
		name           string
		settings, want demo.Settings
	}{
		{"default", demo.Settings{}, demo.Settings{WebSocket: "ws://{host}:10081", Domain: "localhost"}},
		{"as they are", demo.Settings{WebSocket: "wss://192.0.2.1:443", Domain: "example.org"}, demo.Settings{WebSocket: "wss://192.0.2.1:443", Domain: "example.org"}},
		{"any IPv4", demo.Settings{WebSocket: "ws://0.0.0.0:8090"}, demo.Settings{WebSocket: "ws://{host}:8090", Domain: "localhost"}},
		{"any IPv6", demo.Settings{WebSocket: "ws://[::]:8090"}, demo.Settings{WebSocket: "ws://{host}:8090", Domain: "localhost"}},
		{"one IPv6", demo.Settings{WebSocket: "ws://[::1]:8090"}, demo.Settings{WebSocket: "ws://[::1]:8090", Domain: "localhost"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, text := ask(t, demo.Handler(func() demo.Settings { return tt.settings }), "GET", "/demo/config.json", nil)
			var got demo.Settings
			if err := json.Unmarshal([]byte(text), &got); err != nil || got != tt.want {
				t.Errorf("got %q, %v, want %+v", text, err, tt.want)
			}
			if ct, cc := r.Header.Get("Content-Type"), r.Header.Get("Cache-Control"); ct != "application/json" || cc != "no-store" {
				t.Errorf("got Content-Type %q, Cache-Control %q", ct, cc)
			}
		})
	}
}

// The page works with the server that runs without a configuration.
func TestDefaultsFitTheConfiguration(t *testing.T) {
	for _, l := range config.Default().Listen {
		if l.URL.Transport != config.WS {
			continue
		}
		u, err := url.Parse(strings.Replace(demo.DefaultWebSocket, "{host}", l.URL.Addr.Addr().String(), 1))
		if err != nil || u.Host != l.URL.Addr.String() {
			t.Errorf("got %v, %v, want the listener %v", u, err, l.URL.Addr)
		}
		return
	}
	t.Error("the embedded default has no listener for WebSockets")
}

func TestPolicy(t *testing.T) {
	const machine = "connect-src 'self' ws://127.0.0.1:* wss://127.0.0.1:* ws://localhost:* wss://localhost:*"
	tests := []struct{ name, host, websocket, want string }{
		{"loopback", "127.0.0.1:8088", "", machine},
		{"localhost", "localhost:8088", "", machine},
		{"another machine", "192.0.2.7:8088", "", machine + " ws://192.0.2.7:* wss://192.0.2.7:*"},
		{"a name", "sip.example.org", "", machine + " ws://sip.example.org:* wss://sip.example.org:*"},
		{"IPv6", "[::1]:8088", "", machine},
		{"the server elsewhere", "127.0.0.1:8088", "wss://192.0.2.9:443", machine + " ws://192.0.2.9:* wss://192.0.2.9:*"},
		{"a host that smuggles a source", "x ws://*", "", machine},
		{"a host that smuggles a directive", "x;script-src *", "", machine},
		{"a wildcard", "*.example.org", "", machine},
		{"no host", "", "", machine},
		{"a setting that is no URL", "127.0.0.1", "ws://%zz", machine},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := demo.Handler(func() demo.Settings { return demo.Settings{WebSocket: tt.websocket} })
			r := httptest.NewRequest("GET", "/", nil)
			r.Host = tt.host
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			want := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " + tt.want +
				"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
			if got := w.Header().Get("Content-Security-Policy"); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// What the page refers to is served, and nothing in it needs what the policy
// forbids: other hosts, scripts and styles inside the document.
func TestPageKeepsThePolicy(t *testing.T) {
	reference := regexp.MustCompile(`(?:href|src)="([^"]*)"|from "\./([^"]*)"|fetch\("([^"]*)"\)`)
	inline := regexp.MustCompile(`(?i)<style|<script>|\sstyle=|\son[a-z]+=|javascript:|https?://`)
	elsewhere := map[string]bool{"/metrics": true, "/healthz": true, "/readyz": true}
	for path, file := range files(t) {
		if strings.HasPrefix(file, "jssip/") || strings.HasSuffix(file, ".svg") {
			continue
		}
		_, text := ask(t, page, "GET", path, nil)
		if found := inline.FindString(text); found != "" {
			t.Errorf("%s holds %q", file, found)
		}
		for _, m := range reference.FindAllStringSubmatch(text, -1) {
			to := m[1] + m[3]
			if m[2] != "" {
				to = "/demo/" + m[2]
			}
			if r, _ := ask(t, page, "GET", to, nil); r.StatusCode != 200 && !elsewhere[to] {
				t.Errorf("%s refers to %s: got %d", file, to, r.StatusCode)
			}
		}
	}
}

// What is served is the version that is pinned and documented.
func TestJsSIPVersion(t *testing.T) {
	var pinned struct {
		DevDependencies map[string]string `json:"devDependencies"`
	}
	manifest, err := os.ReadFile("jssip/package.json")
	if err == nil {
		err = json.Unmarshal(manifest, &pinned)
	}
	version := pinned.DevDependencies["jssip"]
	if err != nil || version == "" {
		t.Fatalf("got %q, %v", version, err)
	}
	for file, want := range map[string]string{
		"jssip/jssip.min.js": "/*! JsSIP " + version + ",",
		"jssip/LICENSE.txt":  "\njssip " + version + "\n",
		"jssip/README.md":    "JsSIP " + version + " ",
	} {
		if data, err := os.ReadFile(file); err != nil || !strings.Contains(string(data), want) {
			t.Errorf("%s does not say %q (%v)", file, want, err)
		}
	}
}
