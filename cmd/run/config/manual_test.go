package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sluice/netio/tlsio/tlstest"
)

// manual is docs/configuration.md.
func manual(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A section of the schema: the heading that it has in the manual, and its keys.
type section struct {
	heading, name string
	schema        reflect.Type
}

func sections(t *testing.T) (list []section) {
	config := reflect.TypeFor[Config]()
	for _, k := range keysOf(config) {
		switch typ := config.Field(k.index).Type; typ.Kind() {
		case reflect.Struct:
			list = append(list, section{"[" + k.name + "]", k.name, typ})
		case reflect.Slice:
			list = append(list, section{"[[" + k.name + "]]", k.name, typ.Elem()})
		case reflect.Map:
			list = append(list, section{"[" + k.name + ".NAME]", k.name, typ.Elem()})
		default:
			t.Fatalf("%s: a key outside of a section", k.name)
		}
	}
	return list
}

// TestManualKeys compares the tables of the manual with the schema: the same
// sections, the same keys in the same order, type, default and range.
func TestManualKeys(t *testing.T) {
	var got, want []string
	for line := range strings.SplitSeq(manual(t), "\n") {
		switch {
		case strings.HasPrefix(line, "## "):
			got = append(got, strings.Trim(line[3:], "`"))
		case strings.HasPrefix(line, "| `"):
			cells := strings.Split(line, "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			if len(cells) != 7 || len(cells[5]) < 10 {
				t.Errorf("%s: want five cells, the last with a meaning", line)
				continue
			}
			got = append(got, strings.Join(cells[1:5], " | "))
		}
	}
	for _, s := range sections(t) {
		want = append(want, s.heading)
		for _, k := range keysOf(s.schema) {
			want = append(want, row(&k, s.schema.Field(k.index).Type))
		}
	}
	if g, w := strings.Join(got, "\n"), strings.Join(want, "\n"); g != w {
		t.Errorf("got\n%s\nwant\n%s", g, w)
	}
}

// row is what the manual has to say on a key besides its meaning.
func row(k *key, typ reflect.Type) string {
	cells := []string{"`" + k.name + "`", "", "`" + k.def + "`", ""}
	quoted := "`\"" + strings.ReplaceAll(k.def, ", ", "\", \"") + "\"`"
	switch typ {
	case reflect.TypeFor[int]():
		cells[1], cells[3] = "integer", k.min+" to "+k.max
	case durationType:
		cells[1], cells[2], cells[3] = "duration", quoted, short(span(k.min))+" to "+short(span(k.max))
	case reflect.TypeFor[bool]():
		cells[1] = "boolean"
	case reflect.TypeFor[URL]():
		cells[1], cells[3] = "URL", "transport://address:port"
	case reflect.TypeFor[string]():
		cells[1], cells[2], cells[3] = "string", quoted, allowed(k)
	case reflect.TypeFor[[]KeyPair]():
		cells[1], cells[2], cells[3] = "list of tables", "`[]`", "`certificate`, `private_key`"
	case reflect.TypeFor[[]netip.Prefix]():
		cells[1], cells[2], cells[3] = "list of strings", "`[]`", "addresses and prefixes"
	case reflect.TypeFor[[]string]():
		cells[1], cells[2], cells[3] = "list of strings", "`["+strings.Trim(quoted, "`")+"]`", allowed(k)
		if k.def == "" {
			cells[2] = "`[]`"
		}
	}
	if k.required {
		cells[2] = "required"
	}
	return strings.Join(cells, " | ")
}

// allowed describes the strings that a key may have. Those that no tag
// restricts are here by name.
func allowed(k *key) string {
	if k.enum != "" {
		return strings.ReplaceAll(k.enum, "|", ", ")
	}
	return map[string]string{
		"domains": "host names and IP addresses", "advertise": "host or host:port", "http": "address:port or off",
		"hosts": "host or host:port", "paths": "absolute paths", "origins": "origins or null",
		"user": "name or number", "group": "name or number",
		"name": "product tokens", "stages": "stages of this build", "secret": "at least 32 characters",
		"keepalive_application_data": "125 bytes at most", "tls": "NAME of a section", "certificate": "file", "private_key": "file", "ca_file": "file", "ca_dir": "directory",
	}[k.name]
}

// TestManualSnippets: every example is in order, and every key is in one.
func TestManualSnippets(t *testing.T) {
	used := map[string]bool{}
	name := filepath.Join(certificateFiles(t), "snippet")
	for i, part := range strings.Split(manual(t), "```toml\n")[1:] {
		snippet, _, _ := strings.Cut(part, "```")
		if !strings.Contains(snippet, "[[listen]]") {
			snippet += "[[listen]]\nurl = \"udp://127.0.0.1:5060\"\n"
		}
		if _, err := Parse(name, []byte(snippet)); err != nil {
			t.Errorf("snippet %d:\n%s%v", i, snippet, err)
		}
		root, _, _ := parseTree("snippet", []byte(snippet))
		for _, s := range sections(t) {
			for _, table := range tables(root.lookup(s.name), strings.Contains(s.heading, "NAME")) {
				for _, key := range table.keys {
					used[s.name+"."+key] = true
				}
			}
		}
	}
	for _, s := range sections(t) {
		for _, k := range keysOf(s.schema) {
			if !used[s.name+"."+k.name] {
				t.Errorf("got no example of %s.%s", s.name, k.name)
			}
		}
	}
}

// certificateFiles makes a directory with the files that the examples name.
func certificateFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	ca := tlstest.NewCA(t, "CA")
	cert := ca.Issue(t, tlstest.Leaf{DNS: []string{"edge.example.com"}})
	if err := os.Mkdir(filepath.Join(dir, "carriers"), 0o700); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string][]byte{
		"edge.crt": cert.CertPEM, "edge.key": cert.KeyPEM, "edge-rsa.pem": append(cert.KeyPEM, cert.CertPEM...),
		"ca.pem": ca.Cert.CertPEM, "carriers/one.pem": ca.Cert.CertPEM,
	} {
		if err := os.WriteFile(filepath.Join(dir, file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// tables returns the tables of a section, the elements of a list or a map.
func tables(n *node, named bool) (list []*node) {
	switch {
	case n == nil:
	case n.kind == kindList:
		return n.list
	case named:
		for _, name := range n.keys {
			list = append(list, n.fields[name].val)
		}
	default:
		return []*node{n}
	}
	return list
}

// TestDefaultFileNamesAll: the embedded default shows every key, set or in a
// comment; what has no sensible value there apart: listen.advertise, load
// balancers and TLS.
func TestDefaultFileNamesAll(t *testing.T) {
	lines := strings.Split(DefaultText(), "\n")
	for _, s := range sections(t) {
		for _, k := range keysOf(s.schema) {
			shown := slices.ContainsFunc(lines, func(l string) bool {
				return strings.HasPrefix(strings.TrimPrefix(l, "# "), k.name+" = ")
			})
			if !shown && k.name != "advertise" && k.name != "tls" && k.name != "proxy_protocol" && s.name != "tls" {
				t.Errorf("got no %s.%s in default.toml", s.name, k.name)
			}
		}
	}
}

// TestDefaultFileComments: what the embedded default shows in a comment is the
// default, so that removing the comment sign changes nothing.
func TestDefaultFileComments(t *testing.T) {
	var text strings.Builder
	for line := range strings.SplitSeq(DefaultText(), "\n") {
		if rest, ok := strings.CutPrefix(line, "# "); ok && strings.Contains(rest, " = ") {
			line = rest
		}
		text.WriteString(line + "\n")
	}
	got, err := Parse("default.toml", []byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	got.Stage, want.Stage, got.root, want.root = nil, nil, nil, nil
	got.Server.Domains, got.Server.UnlimitedSources = nil, nil // were set to the empty list
	got.WebSocket.Hosts, got.WebSocket.Paths, got.WebSocket.Origins = nil, nil, nil
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}
