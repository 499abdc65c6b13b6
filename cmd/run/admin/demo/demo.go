package demo

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"time"
)

//go:embed page jssip/jssip.min.js jssip/LICENSE.txt
var files embed.FS

// The settings that fit the embedded default configuration.
const (
	DefaultWebSocket = "ws://{host}:10081"
	DefaultDomain    = "localhost"
)

// Settings tell the page which server it belongs to. An empty field is its
// default.
type Settings struct {
	// WebSocket is the URL of a ws or wss listener. The page puts the host that
	// it came from in the place of {host}, of 0.0.0.0 and of [::].
	WebSocket string `json:"websocket"`
	// Domain is one that the registrar serves.
	Domain string `json:"domain"`
}

func (s Settings) withDefaults() Settings {
	if s.WebSocket == "" {
		s.WebSocket = DefaultWebSocket
	}
	for _, unspecified := range []string{"//0.0.0.0:", "//[::]:"} {
		s.WebSocket = strings.Replace(s.WebSocket, unspecified, "//{host}:", 1)
	}
	if s.Domain == "" {
		s.Domain = DefaultDomain
	}
	return s
}

// contentTypes are those of the files, by the end of their name. They are not
// left to the machine's own table.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
	".txt":  "text/plain; charset=utf-8",
}

// An asset is one file as it is served.
type asset struct {
	name        string
	contentType string
	etag        string
	data        []byte
}

// Handler serves the page. It calls settings for each request, from any
// goroutine.
func Handler(settings func() Settings) http.Handler {
	assets := load("page", "jssip")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		s := settings().withDefaults()
		h := w.Header()
		h.Set("Content-Security-Policy", policy(r.Host, s.WebSocket))
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		if r.URL.Path == "/demo/config.json" {
			h.Set("Content-Type", "application/json")
			h.Set("Cache-Control", "no-store")
			json.NewEncoder(w).Encode(s)
			return
		}
		a, ok := assets[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h.Set("Content-Type", a.contentType)
		h.Set("ETag", a.etag)
		h.Set("Cache-Control", "no-cache") // kept, but asked for again: the next binary may have another
		http.ServeContent(w, r, a.name, time.Time{}, bytes.NewReader(a.data))
	})
}

// load returns the files in dirs by the path under which they are served. What
// is not in this table cannot be asked for, however a path is written.
func load(dirs ...string) map[string]asset {
	assets := make(map[string]asset)
	for _, dir := range dirs {
		entries, err := files.ReadDir(dir)
		if err != nil {
			panic(err) // the directory is in the binary
		}
		for _, e := range entries {
			data, err := files.ReadFile(path.Join(dir, e.Name()))
			if err != nil {
				panic(err)
			}
			sum := sha256.Sum256(data)
			assets[servedAs(e.Name())] = asset{
				name:        e.Name(),
				contentType: contentTypes[path.Ext(e.Name())],
				etag:        `"` + hex.EncodeToString(sum[:8]) + `"`,
				data:        data,
			}
		}
	}
	return assets
}

func servedAs(name string) string {
	if name == "index.html" {
		return "/"
	}
	return "/demo/" + name
}

// policy is the Content-Security-Policy for a page that host serves and that
// connects to websocket.
func policy(host, websocket string) string {
	connect := []string{"'self'"}
	hosts := []string{"127.0.0.1", "localhost", hostname(host)}
	if u, err := url.Parse(strings.Replace(websocket, "{host}", "localhost", 1)); err == nil {
		hosts = append(hosts, hostname(u.Host))
	}
	seen := map[string]bool{"": true}
	for _, name := range hosts {
		if !seen[name] {
			seen[name] = true
			connect = append(connect, "ws://"+name+":*", "wss://"+name+":*")
		}
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
		"connect-src " + strings.Join(connect, " ") + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

// hostname returns the host of host[:port] if it can stand in a policy, "" if
// not: it comes from the network and must not smuggle anything in, and the
// grammar knows no IPv6 address (CSP Level 3 §2.3.1).
func hostname(hostport string) string {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	if addr, err := netip.ParseAddr(host); err == nil && !addr.Is4() {
		return ""
	}
	for _, c := range []byte(host) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '.') {
			return ""
		}
	}
	return host
}
