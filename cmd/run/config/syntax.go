package config

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// maxSyntaxFaults bounds how many lines are skipped because they are no TOML.
const maxSyntaxFaults = 20

// parseTree returns the tree of a document and what is wrong with it as TOML.
// A line that is no TOML is reported and skipped, so that the lines behind it
// are still looked at; whole is false when something is missing from the tree
// for that.
func parseTree(file string, data []byte) (root *node, faults Errors, whole bool) {
	src := bytes.Clone(data)
	var broken Errors
	for {
		var found Errors
		b := builder{fault: func(at place, parts []part, reason string) {
			key := ""
			for _, p := range parts {
				key = join(key, p.name)
			}
			found = append(found, &Error{file, at.line, at.column, key, reason})
		}}
		root, err := b.build(src)
		if err == nil {
			return root, append(broken, found...), len(broken) == 0
		}
		at, offset, reason := b.explain(err)
		again := slices.ContainsFunc(broken, func(e *Error) bool { return e.Line == at.line })
		if !again {
			broken = append(broken, &Error{file, at.line, at.column, "", reason})
		}
		if again || len(broken) == maxSyntaxFaults || !skip(src, offset) {
			return root, append(broken, found...), false
		}
	}
}

// explain returns where and why the parser stopped.
func (b *builder) explain(err error) (at place, offset int, reason string) {
	reason = err.Error()
	var pe *unstable.ParserError
	if errors.As(err, &pe) {
		offset = int(b.p.Range(pe.Highlight).Offset)
	}
	start := bytes.LastIndexByte(b.src[:offset], '\n') + 1
	if unquoted(string(b.src[start:lineEnd(b.src, start)])) {
		reason += " (strings stand in quotes)"
	}
	return b.at(offset), offset, reason
}

// unquoted reports whether the value on a line begins as a word that is none of
// TOML.
func unquoted(line string) bool {
	_, value, _ := strings.Cut(line, "=")
	value = strings.TrimLeft(value, " \t")
	word := value != "" && (value[0]|0x20 >= 'a' && value[0]|0x20 <= 'z')
	return word && !strings.HasPrefix(value, "true") && !strings.HasPrefix(value, "false")
}

// skip blanks the line that offset is on, so that the next parse goes past it;
// with a [header] goes its section, whose keys would land in the one before. It
// reports false when the line is not at fault itself: then a list or a string
// was left open somewhere before it, and nothing behind it can be trusted.
func skip(src []byte, offset int) bool {
	start := bytes.LastIndexByte(src[:offset], '\n') + 1
	end := lineEnd(src, start)
	line := src[start:end]
	if bytes.Contains(line, []byte(`"""`)) || bytes.Contains(line, []byte(`'''`)) || standsAlone(line) {
		return false
	}
	header := isHeader(line)
	blank(line)
	for header && end < len(src) {
		start, end = end+1, lineEnd(src, end+1)
		if isHeader(src[start:end]) {
			break
		}
		blank(src[start:end])
	}
	return true
}

func lineEnd(src []byte, start int) int {
	if i := bytes.IndexByte(src[start:], '\n'); i >= 0 {
		return start + i
	}
	return len(src)
}

func isHeader(line []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("["))
}

func standsAlone(line []byte) bool {
	var p unstable.Parser
	p.Reset(bytes.Clone(line))
	for p.NextExpression() {
	}
	return p.Error() == nil
}

func blank(line []byte) {
	for i := range line {
		line[i] = ' '
	}
}

// libraryFaults lets the library judge a document that has been read to its
// end: it knows every rule of TOML on what may be defined twice.
func libraryFaults(file string, data []byte) Errors {
	var doc map[string]any
	err := toml.Unmarshal(data, &doc)
	if err == nil {
		return nil
	}
	fault := &Error{File: file, Reason: strings.TrimPrefix(err.Error(), "toml: ")}
	var de *toml.DecodeError
	if errors.As(err, &de) {
		fault.Line, fault.Column = de.Position()
	}
	return Errors{fault}
}
