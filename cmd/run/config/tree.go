package config

import (
	"fmt"
	"slices"
	"sort"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// A kind is a TOML type.
type kind uint8

const (
	kindTable kind = iota
	kindList
	kindString
	kindInteger
	kindFloat
	kindBool
	kindTime
)

// String names k as a reason does: "must be a string, not " + k.
func (k kind) String() string {
	return [...]string{"a table", "a list", "a string", "an integer", "a fraction", "true or false", "a date or time"}[k]
}

// A place is a position in the file, from 1; the zero place is none.
type place struct{ line, column int }

// A node is a TOML value and where it stands. Unlike a decoded struct it holds
// anything, so that one wrong value does not hide the next.
type node struct {
	kind    kind
	at      place
	text    string // a scalar: as written, a string without its quotes
	list    []*node
	keys    []string // of a table, in the order of the file
	fields  map[string]field
	headed  bool // a table that has had its own [header]
	implied bool // a table that is only there because a header below it is
}

// A field is one key of a table.
type field struct {
	at  place // of the key
	val *node
}

// lookup returns the value of a key; nil when n is nil or has no such key.
func (n *node) lookup(key string) *node {
	if n == nil {
		return nil
	}
	return n.fields[key].val
}

// add sets a key of a table that does not have it.
func (n *node) add(key string, at place, val *node) *node {
	if n.fields == nil {
		n.fields = make(map[string]field)
	}
	n.keys = append(n.keys, key)
	n.fields[key] = field{at, val}
	return val
}

// A builder turns the expressions of a document into one tree. Of the rules on
// what may be defined twice it knows the two that people break, a key and a
// section; the library checks the others (see libraryFaults).
type builder struct {
	p      unstable.Parser
	lines  []int // offset of each line
	offset int   // what at was last asked for,
	last   place // and its answer
	src    []byte
	fault  func(at place, key []part, reason string)
}

// build returns the tree of src as far as it is TOML, and the error that ended
// it, which is nil or a *unstable.ParserError.
func (b *builder) build(src []byte) (*node, error) {
	b.src, b.lines, b.last = src, []int{0}, place{}
	for i, c := range src {
		if c == '\n' {
			b.lines = append(b.lines, i+1)
		}
	}
	root := &node{}
	section, name := root, []part(nil)
	b.p.Reset(src)
	for b.p.NextExpression() {
		e := b.p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			section, name = b.open(root, e)
		case unstable.KeyValue:
			b.set(section, name, e)
		}
	}
	return root, b.p.Error()
}

// at returns the place of an offset. It counts on from the offset before, lest a
// long line be counted over and over.
func (b *builder) at(offset int) place {
	line := sort.SearchInts(b.lines, offset+1) - 1
	from, column := b.lines[line], 1
	if b.last.line == line+1 && b.offset <= offset {
		from, column = b.offset, b.last.column
	}
	b.offset, b.last = offset, place{line + 1, column + utf8.RuneCount(b.src[from:offset])}
	return b.last
}

// A part is one name of a dotted key.
type part struct {
	name string
	at   place
}

func (b *builder) parts(e *unstable.Node) (list []part) {
	for it := e.Key(); it.Next(); {
		n := it.Node()
		list = append(list, part{string(n.Data), b.at(int(n.Raw.Offset))})
	}
	return list
}

// open returns the table that a [header] or [[header]] opens, and its key.
func (b *builder) open(root *node, e *unstable.Node) (*node, []part) {
	parts := b.parts(e)
	last := parts[len(parts)-1]
	table := &node{at: parts[0].at, headed: true}
	in := b.descend(root, nil, parts, true)
	old := in.lookup(last.name)
	list := e.Kind == unstable.ArrayTable

	switch {
	case old == nil && list:
		in.add(last.name, last.at, &node{kind: kindList, at: last.at, list: []*node{table}})
	case old == nil:
		in.add(last.name, last.at, table)
	case list && old.kind == kindList:
		old.list = append(old.list, table)
	case list || old.kind != kindTable:
		b.fault(parts[0].at, parts, fmt.Sprintf("is %s already, set on line %d", old.kind, in.fields[last.name].at.line))
	case old.headed:
		b.fault(parts[0].at, parts, fmt.Sprintf("this section is there twice, first on line %d", old.at.line))
		return old, parts
	default:
		old.at, old.headed, old.implied = table.at, true, false
		return old, parts
	}
	return table, parts
}

// set sets the key of a key-value expression. The table that it stands in has
// the key within.
func (b *builder) set(table *node, within []part, e *unstable.Node) {
	parts := b.parts(e)
	last := parts[len(parts)-1]
	in := b.descend(table, within, parts, false)
	full := slices.Concat(within, parts)
	if old, ok := in.fields[last.name]; ok {
		b.fault(last.at, full, fmt.Sprintf("is set twice, first on line %d", old.at.line))
		return
	}
	in.add(last.name, last.at, b.value(e.Value(), last.at, full))
}

// descend returns the table that the parts but for the last lead to, making
// what is not there. Of a list of tables the last one is meant.
func (b *builder) descend(in *node, within, parts []part, implied bool) *node {
	for i, p := range parts[:len(parts)-1] {
		next := in.lookup(p.name)
		if next == nil {
			next = in.add(p.name, p.at, &node{at: p.at, implied: implied})
		}
		if next.kind == kindList && len(next.list) > 0 {
			next = next.list[len(next.list)-1]
		}
		if next.kind != kindTable {
			b.fault(p.at, slices.Concat(within, parts[:i+1]), fmt.Sprintf("is %s already, set on line %d", next.kind, in.fields[p.name].at.line))
			return &node{}
		}
		in = next
	}
	return in
}

// value converts a value; key is its key. The library does not say where a list
// stands: near is used instead, the place of its key.
func (b *builder) value(e *unstable.Node, near place, key []part) *node {
	n := &node{at: near}
	if e.Raw.Length > 0 {
		n.at = b.at(int(e.Raw.Offset))
	}
	switch e.Kind {
	case unstable.Array:
		n.kind = kindList
		for it := e.Children(); it.Next(); {
			n.list = append(n.list, b.value(it.Node(), near, key))
		}
		return n
	case unstable.InlineTable:
		n.headed = true
		for it := e.Children(); it.Next(); {
			b.set(n, key, it.Node())
		}
		return n
	case unstable.String:
		n.kind = kindString
	case unstable.Integer:
		n.kind = kindInteger
	case unstable.Float:
		n.kind = kindFloat
	case unstable.Bool:
		n.kind = kindBool
	default:
		n.kind = kindTime
	}
	n.text = string(e.Data)
	return n
}

// locate returns where the value at path stands and its full key. What is not
// in the file is placed where the nearest table that is begins.
func (n *node) locate(key string, path []any) (place, string) {
	var at place
	if n != nil {
		at = n.at
	}
	for i, p := range path {
		switch p := p.(type) {
		case string:
			key = join(key, p)
			n = n.lookup(p)
		case int:
			if n != nil && p < len(n.list) {
				n = n.list[p]
			} else {
				n = nil
			}
		}
		if n != nil && (!n.implied || i == len(path)-1) {
			at = n.at
		}
	}
	return at, key
}

// join appends a name to a key, quoted where TOML would.
func join(key, name string) string {
	bare := name != "" && !slices.ContainsFunc([]byte(name), func(c byte) bool {
		return c != '-' && c != '_' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z')
	})
	if !bare {
		name = quote(name)
	}
	if key == "" {
		return name
	}
	return key + "." + name
}
