package main

import "testing"

func TestRefText(t *testing.T) {
	tests := []struct {
		name string
		ref  callRef
		want string
	}{
		{"zero", callRef{}, "0000000000000000"},
		{"slot before generation", callRef{slot: 0x1a2, gen: 7}, "000001a200000007"},
		{"greatest", callRef{slot: 1<<32 - 1, gen: 1<<32 - 1}, "ffffffffffffffff"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := tt.ref.text()
			if string(text[:]) != tt.want {
				t.Errorf("text: got %s, want %s", text, tt.want)
			}
			back, ok := parseRef(append(text[:], "@load.invalid"...))
			if !ok || back != tt.ref {
				t.Errorf("parseRef: got %+v, %v, want %+v", back, ok, tt.ref)
			}
		})
	}
}

func TestParseRefRefuses(t *testing.T) {
	for _, text := range []string{"", "000001a20000000", "000001A200000007", "000001a2-0000007"} {
		if ref, ok := parseRef([]byte(text)); ok {
			t.Errorf("%q: got %+v, want refusal", text, ref)
		}
	}
}

func TestTemplate(t *testing.T) {
	ref := callRef{slot: 1, gen: 2}.text()
	tests := []struct{ name, text, want string }{
		{"empty", "", "x"},
		{"no place", "Max-Forwards: 70", "xMax-Forwards: 70"},
		{"one place", "tag=a" + refMark + ";", "xtag=a0000000100000002;"},
		{"two adjoining places", refMark + refMark, "x00000001000000020000000100000002"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tmpl := newTemplate(tt.text)
			if got := string(tmpl.appendTo([]byte("x"), &ref)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if string(tmpl.text) != tt.text {
				t.Errorf("the template has changed: %q", tmpl.text)
			}
		})
	}
}

func TestRefMarkLength(t *testing.T) {
	if len(refMark) != refLen {
		t.Errorf("got %d, want %d", len(refMark), refLen)
	}
}
