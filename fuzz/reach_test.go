package fuzz

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// reads are the verbs of functions and methods that read what a peer sent, or
// write what a peer will read: each is in reach of a fuzz target.
var reads = []string{
	"Parse", "Append", "Compare", "Lookup", "Index", "Detect", "Set", "Remove", "Replace", "Insert", "Add", "Fix",
}

// rooms are the packages whose functions must be fuzzed.
var rooms = []string{"sip", "http1", "stun", "proxyproto"}

// TestEveryParserIsFuzzed finds every exported function of the parsers in what
// some fuzz target calls, itself or through other functions of this package.
func TestEveryParserIsFuzzed(t *testing.T) {
	reached := reachedByTargets(t)
	for _, room := range rooms {
		for _, file := range sources(t, "../parser/"+room, false) {
			for _, d := range file.Decls {
				f, ok := d.(*ast.FuncDecl)
				if !ok || !f.Name.IsExported() || !readsOrWrites(f.Name.Name) {
					continue
				}
				name := room + "." + f.Name.Name
				if f.Recv != nil {
					name = "." + f.Name.Name
				}
				if len(reached[name]) == 0 {
					t.Errorf("%s of parser/%s is in reach of no fuzz target", f.Name.Name, room)
				}
				t.Logf("%s.%s: %s", room, f.Name.Name, strings.Join(reached[name], " "))
			}
		}
	}
}

func readsOrWrites(name string) bool {
	return slices.ContainsFunc(reads, func(verb string) bool { return strings.HasPrefix(name, verb) })
}

// reachedByTargets returns which targets reach what: "sip.ParseURI" for a
// function of a package, ".Index" for a method of anything.
func reachedByTargets(t *testing.T) map[string][]string {
	calls := make(map[string]map[string]bool) // by function of this package
	for _, file := range sources(t, ".", true) {
		packages := imports(file)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			used := calls[f.Name.Name]
			if used == nil {
				used = make(map[string]bool)
				calls[f.Name.Name] = used
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.SelectorExpr:
					from := ""
					if x, ok := n.X.(*ast.Ident); ok && slices.Contains(packages, x.Name) {
						from = x.Name
					}
					used[from+"."+n.Sel.Name] = true
				case *ast.Ident:
					used[n.Name] = true
				}
				return true
			})
		}
	}
	reached := make(map[string][]string)
	for _, target := range slices.Sorted(maps.Keys(calls)) {
		if !strings.HasPrefix(target, "Fuzz") {
			continue
		}
		for name := range reach(calls, target) {
			reached[name] = append(reached[name], target)
		}
	}
	return reached
}

// imports returns the names of the packages that file imports.
func imports(file *ast.File) (names []string) {
	for _, i := range file.Imports {
		names = append(names, path.Base(strings.Trim(i.Path.Value, `"`)))
	}
	return names
}

// reach returns all that is used from the function called name on.
func reach(calls map[string]map[string]bool, name string) map[string]bool {
	seen := map[string]bool{name: true}
	for todo := []string{name}; len(todo) > 0; {
		last := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		for used := range calls[last] {
			if !seen[used] {
				seen[used] = true
				todo = append(todo, strings.TrimPrefix(used, ".")) // a method of a type of this package
			}
		}
	}
	return seen
}

// sources parses the Go files of a directory: its tests, or all others.
func sources(t *testing.T, dir string, tests bool) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob(dir + "/*.go")
	if err != nil || len(names) == 0 {
		t.Fatalf("no Go files in %s", dir)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") != tests {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
