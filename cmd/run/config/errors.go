package config

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// An Error is one fault of a configuration file.
type Error struct {
	File         string
	Line, Column int    // from 1, columns in characters; 0 when the fault is what the file lacks
	Key          string // "listen.url"; empty when no key is concerned
	Reason       string
}

// Error returns "file:line:column: key: reason".
func (e *Error) Error() string { return e.text("") }

// Warning returns the same of what is no fault: "file:line:column: warning: key:
// reason".
func (e *Error) Warning() string { return e.text("warning") }

func (e *Error) text(kind string) string {
	where := e.File
	if e.Line > 0 {
		where = fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
	}
	parts := slices.DeleteFunc([]string{where, kind, e.Key, e.Reason}, func(s string) bool { return s == "" })
	return strings.Join(parts, ": ")
}

// Errors are the faults of a configuration file, in its order.
type Errors []*Error

// Error returns one fault per line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, f := range e {
		lines[i] = f.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the faults to [errors.Is] and [errors.As].
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, f := range e {
		list[i] = f
	}
	return list
}

// err returns e in order, nil when there is no fault. What has no key is an
// opinion of the TOML library; where we have one on the same line, ours says
// more.
func (e Errors) err() error {
	e = slices.DeleteFunc(slices.Clone(e), func(f *Error) bool {
		return f.Key == "" && f.Line > 0 && slices.ContainsFunc(e, func(o *Error) bool { return o.Key != "" && o.Line == f.Line })
	})
	if len(e) == 0 {
		return nil
	}
	slices.SortStableFunc(e, inFile)
	return e
}

// inFile compares two faults by their places.
func inFile(a, b *Error) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
}

// Join merges what several steps found wrong with one configuration, so that
// all of it is reported at once and in order. An error that is no [Error] is
// made one for each line of its text; when that begins with the key at fault, as
// in "stage.route: no rule", it is placed there. Join returns nil when every
// error is nil. c may be nil.
func (c *Config) Join(errs ...error) error {
	var faults Errors
	for _, err := range errs {
		faults = append(faults, c.flatten(err)...)
	}
	return faults.err()
}

func (c *Config) flatten(err error) (faults Errors) {
	var one *Error
	switch e := err.(type) {
	case nil:
		return nil
	case *Error:
		return Errors{e}
	case interface{ Unwrap() []error }:
		for _, inner := range e.Unwrap() {
			faults = append(faults, c.flatten(inner)...)
		}
		return faults
	}
	if inner := errors.Unwrap(err); inner != nil && errors.As(inner, &one) {
		return c.flatten(inner)
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		faults = append(faults, c.place(line))
	}
	return faults
}

// place makes an Error of a text that may begin with a key.
func (c *Config) place(text string) *Error {
	if c == nil {
		return &Error{Reason: text}
	}
	name, reason, ok := strings.Cut(text, ": ")
	names := strings.Split(name, ".")
	known := slices.ContainsFunc(keysOf(reflect.TypeFor[Config]()), func(k key) bool { return k.name == names[0] })
	if !ok || !known {
		return &Error{File: c.File, Reason: text}
	}
	path := make([]any, len(names))
	for i, name := range names {
		path[i] = name
	}
	at, _ := c.root.locate("", path)
	return &Error{c.File, at.line, at.column, name, reason}
}

// maxQuoted bounds what of a value is repeated in a reason.
const maxQuoted = 80

// quote returns a value as a reason shows it.
func quote(s string) string {
	if r := []rune(s); len(r) > maxQuoted {
		return fmt.Sprintf("%q…", string(r[:maxQuoted]))
	}
	return fmt.Sprintf("%q", s)
}
