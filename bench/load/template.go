package main

import "strings"

// refMark stands where a template's text takes the reference of a call.
const refMark = "\x00call-reference\x00"

// A template is text rendered once, with the places where a callRef is patched in.
type template struct {
	text []byte
	at   []int
}

func newTemplate(text string) template {
	t := template{text: []byte(text)}
	for from := 0; ; {
		i := strings.Index(text[from:], refMark)
		if i < 0 {
			return t
		}
		t.at = append(t.at, from+i)
		from += i + refLen
	}
}

// appendTo appends the text with ref in its places.
func (t *template) appendTo(dst []byte, ref *[refLen]byte) []byte {
	start := len(dst)
	dst = append(dst, t.text...)
	for _, at := range t.at {
		copy(dst[start+at:], ref[:])
	}
	return dst
}
