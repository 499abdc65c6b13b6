package sip

import "bytes"

const (
	caretColumns = 100   // of the line that AppendCaret shows
	caretBefore  = 60    // of them, at most before the caret when the line is cut
	caretCut     = "..." // stands where the line was cut
)

// AppendCaret appends the line of buf that the byte at off is in, and below it a
// caret under that byte, each ended by LF: for people who look for what an Err
// means, not for the message path. What is no printable ASCII is shown as \r,
// \t or \x00, a backslash as \\; a long line is cut to 100 columns around the
// caret. An offset beyond buf points behind its last byte.
func AppendCaret(dst, buf []byte, off int) []byte {
	off = max(0, min(off, len(buf)))
	start := bytes.LastIndexByte(buf[:off], '\n') + 1
	end := len(buf)
	if i := bytes.IndexByte(buf[off:], '\n'); i >= 0 {
		end = off + i
	}
	if end > start && buf[end-1] == '\r' && end < len(buf) && off != end-1 {
		end--
	}
	off = min(off, end)
	pos, column := start, columns(buf[start:off], caretColumns)
	if columns(buf[start:end], caretColumns) > caretColumns {
		pos, column = caretStart(buf, start, off)
	}
	width := 0
	if pos > start {
		dst = append(dst, caretCut...)
		width = len(caretCut)
	}
	room := caretColumns - width
	if columns(buf[pos:end], room) > room {
		room -= len(caretCut)
	}
	for ; pos < end; pos++ {
		n := columns(buf[pos:pos+1], caretColumns)
		if n > room {
			dst = append(dst, caretCut...)
			break
		}
		dst = appendVisible(dst, buf[pos])
		room -= n
	}
	dst = append(dst, '\n')
	for range width + column {
		dst = append(dst, ' ')
	}
	return append(dst, '^', '\n')
}

// caretStart returns where to begin to show a line that is cut, and how many
// columns stand from there to the caret.
func caretStart(buf []byte, start, off int) (pos, column int) {
	if n := columns(buf[start:off], caretColumns); n <= caretBefore {
		return start, n
	}
	for pos = off; column < caretBefore-len(caretCut)-len(`\x00`); {
		pos--
		column += columns(buf[pos:pos+1], caretColumns)
	}
	return pos, column
}

// columns returns how many columns b takes; it stops counting beyond limit.
func columns(b []byte, limit int) (n int) {
	for i := 0; i < len(b) && n <= limit; i++ {
		switch c := b[i]; {
		case c == '\r' || c == '\n' || c == '\t' || c == '\\':
			n += 2
		case c < ' ' || c > '~':
			n += 4
		default:
			n++
		}
	}
	return n
}

func appendVisible(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '\r':
		return append(dst, `\r`...)
	case '\n':
		return append(dst, `\n`...)
	case '\t':
		return append(dst, `\t`...)
	case '\\':
		return append(dst, `\\`...)
	}
	if c < ' ' || c > '~' {
		return append(dst, '\\', 'x', hex[c>>4], hex[c&15])
	}
	return append(dst, c)
}
