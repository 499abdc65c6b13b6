// Package sluice_test holds the rules of the house: who may import whom, how
// large a file may be, what every package and stage must say about itself.
package sluice_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Doc          string
}

// packages lists all packages of the module.
func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports,Doc", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// room returns the top-level room of an import path of ours, "" for others.
func room(path string) string {
	rest, ok := strings.CutPrefix(path, "sluice/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// mayImport says which rooms a room may import; arrows point down only.
var mayImport = map[string][]string{
	"cmd":      {"cmd", "stages", "pipeline", "netio", "parser"},
	"stages":   {"pipeline", "netio", "parser"},
	"pipeline": {"pipeline", "netio", "parser"},
	"netio":    {"netio"},
	"parser":   {"parser"},
	"fuzz":     {"pipeline", "netio", "parser"},
}

// forbidden names imports that a room must do without, and why.
var forbidden = []struct{ room, path, why string }{
	{"parser", "fmt", "a parser formats nothing: errors are codes"},
	{"parser", "net", "a parser does no I/O; addresses are net/netip"},
	{"parser", "regexp", "grammars are Ragel machines"},
	{"parser", "reflect", "a parser knows its types"},
	{"pipeline", "github.com/panjf2000/gnet/v2", "only netio knows gnet"},
	{"stages", "github.com/panjf2000/gnet/v2", "only netio knows gnet"},
	{"cmd", "github.com/panjf2000/gnet/v2", "only netio knows gnet"},
	{"pipeline", "sync", "everything runs on its loop and needs no locks"},
	{"stages", "sync", "everything runs on its loop and needs no locks"},
	{"parser", "sync", "parsers have no state to share"},
	{"pipeline", "time/tzdata", "clocks are handed in"},
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		from := room(p.ImportPath)
		allowed, known := mayImport[from]
		if !known && from != "" {
			t.Errorf("%s: there is no room %q", p.ImportPath, from)
		}
		for _, path := range p.Imports {
			if to := room(path); to != "" && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: arrows point down only (cmd, stages, pipeline, netio; parser is for all)", p.ImportPath, path)
			}
			if from == "stages" && room(path) == "stages" {
				t.Errorf("%s imports %s: a stage imports no other stage", p.ImportPath, path)
			}
			for _, f := range forbidden {
				if f.room == from && f.path == path {
					t.Errorf("%s imports %s: %s", p.ImportPath, path, f.why)
				}
			}
		}
	}
}

func TestPackageComments(t *testing.T) {
	for _, p := range packages(t) {
		if p.Doc == "" && p.ImportPath != "sluice" && !strings.HasSuffix(p.ImportPath, "/fuzz") {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// goFiles calls f with every Go file of the repository.
func goFiles(t *testing.T, f func(path string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "bin" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(path, ".go") {
			f(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

const (
	maxLines          = 600  // of a file that a person reads; about 500 is the aim
	maxGeneratedLines = 6000 // of a file that Ragel wrote
)

func TestFileSizes(t *testing.T) {
	goFiles(t, func(path string) {
		limit := maxLines
		if strings.HasPrefix(filepath.Base(path), "z") {
			limit = maxGeneratedLines
		}
		if n := lines(t, path); n > limit {
			t.Errorf("%s has %d lines, more than %d", path, n, limit)
		}
	})
}

func lines(t *testing.T, path string) int {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); {
		n++
	}
	return n
}

func TestFileNames(t *testing.T) {
	ok := regexp.MustCompile(`^[a-z0-9_]+\.go$`)
	goFiles(t, func(path string) {
		if !ok.MatchString(filepath.Base(path)) {
			t.Errorf("%s: file names are snake_case", path)
		}
	})
}

// goAllowed are the places where a goroutine may be started.
var goAllowed = []string{"cmd/", "netio/", "bench/"}

func TestGoStatements(t *testing.T) {
	statement := regexp.MustCompile(`(?m)^\s*go (func\b|[a-zA-Z_.]+\()`)
	goFiles(t, func(path string) {
		if strings.HasSuffix(path, "_test.go") || strings.Contains(path, "linktest/") || slices.ContainsFunc(goAllowed, func(dir string) bool { return strings.HasPrefix(path, dir) }) {
			return
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if statement.Match(src) {
			t.Errorf("%s starts a goroutine; the message path has none", path)
		}
	})
}

// stageSections are what the README of a stage says, in this order.
var stageSections = []string{"## Name", "## Description", "## Syntax", "## Needs, gives", "## Metrics", "## Examples"}

func TestStageReadmes(t *testing.T) {
	dirs, err := filepath.Glob("stages/*")
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no stages: %v", err)
	}
	for _, dir := range dirs {
		text, err := os.ReadFile(filepath.Join(dir, "README.md"))
		if err != nil {
			t.Errorf("%s has no README.md", dir)
			continue
		}
		at := 0
		for _, section := range stageSections {
			i := strings.Index(string(text[at:]), "\n"+section+"\n")
			if i < 0 {
				t.Errorf("%s/README.md: no section %q after the one before", dir, section)
				continue
			}
			at += i
		}
	}
}

// Exported names of the rooms that others build on carry a comment.
func TestDocComments(t *testing.T) {
	for _, dir := range []string{"pipeline", "parser", "parser/sip", "netio"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".go") && !strings.HasSuffix(e.Name(), "_test.go") && e.Name()[0] != 'z' {
				checkComments(t, filepath.Join(dir, e.Name()))
			}
		}
	}
}

func checkComments(t *testing.T, path string) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), path, src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range undocumented(f) {
		t.Errorf("%s: %s is exported and has no comment", path, name)
	}
}
