package config

// A Section is the table of one stage, [stage.NAME], kept as it was read until
// the stage decodes it into its own settings. The zero Section is an empty
// table.
type Section struct {
	file  string
	path  string
	table *node // nil: not in the file
	known func(section, name string) bool
}

// Decode fills dst, a pointer to a struct, by the rules of this package. Fields
// that are not in the file keep what dst held, or get the default of their tag
// if that was the zero value. The error is [Errors] with everything that is
// wrong; keys carry the full path ("stage.registrar.domains").
func (s Section) Decode(dst any) error {
	c := converter{file: s.file, whole: true, known: s.known}
	c.root(s.table, dst, s.path)
	return c.errs.err()
}

// Fault returns an [Error] for something that was found wrong after decoding.
// The path leads from the section to the key: names, and indices of lists.
func (s Section) Fault(reason string, path ...any) error {
	at, key := s.table.locate(s.path, path)
	return &Error{s.file, at.line, at.column, key, reason}
}
