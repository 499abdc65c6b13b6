// Package config is sluice.toml: its schema, its defaults and its strict
// decoding.
//
// [Load] and [Parse] give a [Config], or [Errors] with every fault of the file
// at once: broken TOML, unknown keys, wrong types, values out of range, and
// conflicts between keys. Each carries file, line, column, key and reason:
//
//	sluice.toml:12:7: listen.url: "udp://localhost:5060": "localhost" is not an IP address
//
// A key that this build does nothing with is not in the schema, so it is an
// unknown key: nothing is accepted and then ignored. Keys are matched exactly,
// upper and lower case apart.
//
// # Schema
//
// The structs are the schema and their comments the reference manual
// (docs/configuration.md is checked against them by a test). A stage decodes
// its own [stage.NAME] with [Section.Decode] by the same rules, into a struct
// of its own that need not import this package. A field takes part when it has
// a toml tag; the tags are
//
//	toml:"name"        the key
//	default:"32s"      its value when it is left out; a list is split at commas
//	required:"true"    leaving it out is a fault
//	min:"1" max:"64"   bounds of an integer, or of a duration ("2s")
//	enum:"text|json"   the values a string may have
//	format:"domain"    host name or IP literal; comes out in lower case
//	format:"hostport"  the same with an optional port
//	format:"addrport"  IP address and port, or "off", which comes out empty
//	ref:"proxy"        the string names a [proxy.NAME] profile
//	base:"name"        of a map of structs: every element starts from this one
//
// Types are bool, string, the integers, [time.Duration] (strings such as "32s"),
// [net/netip.Prefix] (a bare address is a prefix of full length), anything with
// an UnmarshalText method, pointers to these, slices, maps keyed by string, and
// structs. A field whose value is refused keeps its default.
//
// A struct may say what is wrong between its keys with
//
//	Check(fault func(reason string, path ...any))
//
// where path leads from the struct to the key: names, and indices of lists. It
// runs after every field is set, also when some were refused; a fault on a key
// that was refused already is dropped.
package config
