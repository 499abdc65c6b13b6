package config

import (
	"cmp"
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	durationType = reflect.TypeFor[time.Duration]()
	prefixType   = reflect.TypeFor[netip.Prefix]()
	sectionType  = reflect.TypeFor[Section]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// A checker says what is wrong between the keys of a struct.
type checker interface {
	Check(fault func(reason string, path ...any))
}

// A converter fills structs from the tree by their tags and collects every
// fault on the way.
type converter struct {
	file  string
	whole bool                            // nothing of the file was skipped: what is missing is missing
	known func(section, name string) bool // whether a ref tag's section has this name
	errs  Errors
}

func (c *converter) fault(at place, key, format string, args ...any) {
	c.errs = append(c.errs, &Error{c.file, at.line, at.column, key, fmt.Sprintf(format, args...)})
}

// A key is one field of a struct as its tags describe it.
type key struct {
	name, def, min, max, enum, format, ref, base string
	required                                     bool
	index                                        int
}

// keysOf returns the schema of a struct, in its order.
func keysOf(t reflect.Type) (keys []key) {
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		name := tag.Get("toml")
		if name == "" || name == "-" {
			continue
		}
		keys = append(keys, key{
			name: name, def: tag.Get("default"), min: tag.Get("min"), max: tag.Get("max"), enum: tag.Get("enum"),
			format: tag.Get("format"), ref: tag.Get("ref"), base: tag.Get("base"),
			required: tag.Get("required") == "true", index: i,
		})
	}
	return keys
}

// root fills dst, a pointer to a struct, from the table n, which may be nil.
func (c *converter) root(n *node, dst any, path string) {
	v := reflect.ValueOf(dst)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Kind() != reflect.Struct {
		panic(fmt.Sprintf("config: %T is no pointer to a struct", dst))
	}
	c.defaults(v.Elem(), path)
	c.table(n, v.Elem(), path)
}

// defaults sets the fields that have a default and no value yet.
func (c *converter) defaults(v reflect.Value, path string) {
	if v.Kind() != reflect.Struct {
		return
	}
	for _, k := range keysOf(v.Type()) {
		f := v.Field(k.index)
		switch {
		case k.def != "" && f.IsZero():
			c.value(literal(f.Type(), k.def), f, &k, join(path, k.name))
		case f.Kind() == reflect.Struct && f.Type() != sectionType:
			c.defaults(f, join(path, k.name))
		}
	}
}

// literal returns the node that a default tag stands for.
func literal(t reflect.Type, text string) *node {
	n := &node{text: text}
	switch {
	case t.Kind() == reflect.Slice && !reflect.PointerTo(t).Implements(textType):
		n.kind = kindList
		for item := range strings.SplitSeq(text, ",") {
			n.list = append(n.list, literal(t.Elem(), strings.TrimSpace(item)))
		}
	case t == durationType || reflect.PointerTo(t).Implements(textType) || t.Kind() == reflect.String:
		n.kind = kindString
	case t.Kind() == reflect.Bool:
		n.kind = kindBool
	default:
		n.kind = kindInteger
	}
	return n
}

// table fills a struct and reports the keys it does not know.
func (c *converter) table(n *node, v reflect.Value, path string) {
	if n != nil && !c.is(n, kindTable, path) {
		return
	}
	keys := keysOf(v.Type())
	for _, k := range keys {
		at, name := n.locate(path, []any{k.name})
		switch val := n.lookup(k.name); {
		case val != nil:
			c.value(val, v.Field(k.index), &k, name)
		case k.base != "":
			c.value(&node{}, v.Field(k.index), &k, name)
		case k.required && c.whole:
			c.fault(at, name, "is missing")
		}
	}
	if n != nil {
		c.unknown(n, keys, path)
	}
	if ck, ok := v.Addr().Interface().(checker); ok && c.whole {
		refused := c.errs
		ck.Check(func(reason string, rel ...any) {
			at, name := n.locate(path, rel)
			if !slices.ContainsFunc(refused, func(e *Error) bool { return e.Key == name && e.Line == at.line && e.Column == at.column }) {
				c.fault(at, name, "%s", reason)
			}
		})
	}
}

func (c *converter) unknown(n *node, keys []key, path string) {
	for _, name := range n.keys {
		if slices.ContainsFunc(keys, func(k key) bool { return k.name == name }) {
			continue
		}
		names := make([]string, len(keys))
		for i, k := range keys {
			names[i] = k.name
		}
		c.fault(n.fields[name].at, join(path, name), "unknown key (known here: %s)", cmp.Or(strings.Join(names, ", "), "none"))
	}
}

// value converts n to the type of v. k is the field that the value belongs to:
// the elements of a list obey the tags of the list.
func (c *converter) value(n *node, v reflect.Value, k *key, path string) {
	t := v.Type()
	switch {
	case t == sectionType:
		s := Section{file: c.file, path: path, known: c.known}
		if c.is(n, kindTable, path) {
			s.table = n
		}
		v.Set(reflect.ValueOf(s))
		return
	case t == durationType:
		c.duration(n, v, k, path)
		return
	case t == prefixType:
		c.prefix(n, v, path)
		return
	case reflect.PointerTo(t).Implements(textType):
		c.text(n, v, path)
		return
	}
	switch v.Kind() {
	case reflect.Bool:
		if c.is(n, kindBool, path) {
			v.SetBool(n.text == "true")
		}
	case reflect.String:
		c.string(n, v, k, path)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		c.integer(n, v, k, path)
	case reflect.Pointer:
		p := reflect.New(t.Elem())
		c.defaults(p.Elem(), path)
		before := len(c.errs)
		if c.value(n, p.Elem(), k, path); len(c.errs) == before {
			v.Set(p)
		}
	case reflect.Slice:
		c.slice(n, v, k, path)
	case reflect.Map:
		c.dict(n, v, k, path)
	case reflect.Struct:
		c.table(n, v, path)
	default:
		panic(fmt.Sprintf("config: %s: no conversion to %s", path, t))
	}
}

// is reports whether n has the kind wanted, and the fault if it has not.
func (c *converter) is(n *node, want kind, path string) bool {
	switch {
	case n.kind == want:
		return true
	case want == kindTable && n.kind == kindList:
		c.fault(n.at, path, "must be one table: [%s], not [[%s]]", path, path)
	default:
		c.fault(n.at, path, "must be %s, not %s", want, n.kind)
	}
	return false
}

func (c *converter) string(n *node, v reflect.Value, k *key, path string) {
	if !c.is(n, kindString, path) {
		return
	}
	s, reason := n.text, ""
	switch {
	case k.enum != "" && !slices.Contains(strings.Split(k.enum, "|"), s):
		reason = fmt.Sprintf("%s is none of %s", quote(s), strings.ReplaceAll(k.enum, "|", ", "))
	case k.ref != "" && c.known != nil && !c.known(k.ref, s):
		reason = fmt.Sprintf("there is no [%s]", join(k.ref, s))
	case k.format == "domain":
		s, reason = domain(s)
	case k.format == "hostport":
		s, reason = hostport(s)
	case k.format == "origin":
		s, reason = normalOrigin(s)
	case k.format == "path":
		reason = absolutePath(s)
	case k.format == "addrport":
		s, reason = optionalAddrPort(s)
	}
	if reason != "" {
		c.fault(n.at, path, "%s", reason)
		return
	}
	v.SetString(s)
}

// integer sets any integer type; bounds default to those of the type.
func (c *converter) integer(n *node, v reflect.Value, k *key, path string) {
	if !c.is(n, kindInteger, path) {
		return
	}
	i, err := strconv.ParseInt(strings.ReplaceAll(n.text, "_", ""), 0, 64)
	lo, hi := limits(v.Type())
	lo, hi = bound(k.min, lo), bound(k.max, hi)
	switch {
	case err != nil || i < lo || i > hi:
		c.fault(n.at, path, "%s is not within %d to %d", n.text, lo, hi)
	case v.CanInt():
		v.SetInt(i)
	default:
		v.SetUint(uint64(i))
	}
}

// limits returns the smallest and the largest value of an integer type that an
// integer of TOML, which has 64 bits and a sign, can have.
func limits(t reflect.Type) (lo, hi int64) {
	bits := uint(t.Bits())
	if t.Kind() >= reflect.Uint && t.Kind() <= reflect.Uint64 {
		return 0, int64(uint64(1)<<min(bits, 63) - 1)
	}
	return -1 << (bits - 1), 1<<(bits-1) - 1
}

func bound(tag string, other int64) int64 {
	if tag == "" {
		return other
	}
	i, err := strconv.ParseInt(tag, 0, 64)
	if err != nil {
		panic("config: bad bound in a tag: " + tag)
	}
	return i
}

func (c *converter) duration(n *node, v reflect.Value, k *key, path string) {
	if n.kind != kindString {
		c.fault(n.at, path, `must be a duration such as "32s", not %s`, n.kind)
		return
	}
	d, err := time.ParseDuration(n.text)
	if err != nil {
		c.fault(n.at, path, `%s is no duration such as "32s", "500ms" or "1h30m"`, quote(n.text))
		return
	}
	lo, hi := span(k.min), span(k.max)
	switch {
	case k.max != "" && (d < lo || d > hi):
		c.fault(n.at, path, "%s is not within %s to %s", quote(n.text), short(lo), short(hi))
	case d < lo:
		c.fault(n.at, path, "%s is less than %s", quote(n.text), short(lo))
	default:
		v.SetInt(int64(d))
	}
}

func span(tag string) time.Duration {
	if tag == "" {
		return 0
	}
	d, err := time.ParseDuration(tag)
	if err != nil {
		panic("config: bad bound in a tag: " + tag)
	}
	return d
}

// short writes a duration as people do: "64s" and "1h", not "1m4s" and "1h0m0s".
func short(d time.Duration) string {
	if d%time.Second == 0 && d < 5*time.Minute {
		return strconv.Itoa(int(d/time.Second)) + "s"
	}
	s := d.String()
	for _, zero := range []string{"m0s", "h0m"} {
		if strings.HasSuffix(s, zero) {
			s = strings.TrimSuffix(s, zero[1:])
		}
	}
	return s
}

// prefix sets a CIDR prefix. Bits behind its length are a slip of the pen that
// would widen what the administrator meant, so they are a fault.
func (c *converter) prefix(n *node, v reflect.Value, path string) {
	if !c.is(n, kindString, path) {
		return
	}
	p, err := netip.ParsePrefix(n.text)
	if a, aerr := netip.ParseAddr(n.text); aerr == nil && a.Zone() == "" {
		p, err = netip.PrefixFrom(a, a.BitLen()), nil
	}
	switch {
	case err != nil:
		c.fault(n.at, path, "%s is no address and no prefix such as 192.0.2.0/24", quote(n.text))
	case p.Addr().Is4In6():
		c.fault(n.at, path, "%s never matches: write it as an IPv4 prefix", quote(n.text))
	case p != p.Masked():
		c.fault(n.at, path, "%s has bits set behind its length; its network is %s", quote(n.text), p.Masked())
	default:
		v.Set(reflect.ValueOf(p))
	}
}

func (c *converter) text(n *node, v reflect.Value, path string) {
	if !c.is(n, kindString, path) {
		return
	}
	fresh := reflect.New(v.Type())
	if err := fresh.Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.text)); err != nil {
		c.fault(n.at, path, "%s: %s", quote(n.text), err)
		return
	}
	v.Set(fresh.Elem())
}

func (c *converter) slice(n *node, v reflect.Value, k *key, path string) {
	if n.kind == kindTable && v.Type().Elem().Kind() == reflect.Struct {
		c.fault(n.at, path, "must be a list of tables: [[%s]], not [%s]", path, path)
		return
	}
	if !c.is(n, kindList, path) {
		return
	}
	s := reflect.MakeSlice(v.Type(), len(n.list), len(n.list))
	for i, item := range n.list {
		c.defaults(s.Index(i), path)
		c.value(item, s.Index(i), k, path)
	}
	v.Set(s)
}

// dict fills a map. With a base tag that element comes first, is there even if
// the file has none, and every other one starts as its copy.
func (c *converter) dict(n *node, v reflect.Value, k *key, path string) {
	if !c.is(n, kindTable, path) {
		return
	}
	m := reflect.MakeMapWithSize(v.Type(), len(n.keys))
	start := reflect.New(v.Type().Elem()).Elem()
	c.defaults(start, path)
	element := func(name string, val *node) reflect.Value {
		e := reflect.New(v.Type().Elem()).Elem()
		e.Set(start)
		if val != nil {
			c.value(val, e, k, join(path, name))
		}
		m.SetMapIndex(reflect.ValueOf(name), e)
		return e
	}
	if k.base != "" {
		start = element(k.base, n.lookup(k.base))
	}
	for _, name := range n.keys {
		if name != k.base {
			element(name, n.fields[name].val)
		}
	}
	v.Set(m)
}
