// Package text tidies and checks the plain things people type: names,
// paragraphs, e-mail addresses, phone numbers, languages. Every feature checks
// them in the same way and answers with the same words.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"mellemrum/internal/fault"
)

// The message keys of mistakes that any field can have.
const (
	KeyBadText   = "errors.field_bad_text"
	KeyTooLong   = "errors.field_too_long"
	KeyEmail     = "errors.field_email_invalid"
	KeyPhone     = "errors.field_phone_invalid"
	KeyURL       = "errors.field_url_invalid"
	KeyChooseOne = "errors.field_choose_one"
)

// Line makes what was typed one line: trimmed, inner whitespace folded to
// single spaces, NFC. Bytes that are no UTF-8 stay, so that Valid sees them.
func Line(s string) string {
	return strings.Join(strings.Fields(compose(s)), " ")
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n")

// Block makes what was typed one trimmed text of several lines that end in \n.
func Block(s string) string {
	lines := strings.Split(lineEnds.Replace(compose(s)), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRightFunc(line, unicode.IsSpace)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// compose brings letters to their composed form and drops what nobody sees:
// pasted byte order marks, zero-width spaces, and the marks that could turn
// the reading direction of the text around them.
func compose(s string) string {
	if strings.IndexFunc(s, unseen) < 0 {
		return norm.NFC.String(s)
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if !unseen(r) {
			b.WriteString(s[:size]) // as it was: bad bytes are not mended here
		}
		s = s[size:]
	}
	return norm.NFC.String(b.String())
}

func unseen(r rune) bool {
	return r == '\ufeff' || r == '\u200b' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// Valid tells whether s is UTF-8 without control characters other than line
// ends and tabs.
func Valid(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && unicode.IsControl(r)
	}) < 0
}

// Len counts characters as the database does.
func Len(s string) int { return utf8.RuneCountInString(s) }

// Check notes a field whose text is no text or longer than limit characters.
func Check(f *fault.Fields, field, s string, limit int) {
	switch {
	case !Valid(s):
		f.Add(field, KeyBadText)
	case Len(s) > limit:
		f.Add(field, KeyTooLong, "Max", limit)
	}
}

// Require is Check for a field that must not be empty; missing is the message
// that says what to write.
func Require(f *fault.Fields, field, s string, limit int, missing string) {
	if s == "" {
		f.Add(field, missing)
		return
	}
	Check(f, field, s, limit)
}

// Words prepares what was typed in a search box: always valid, one line, and
// no longer than anyone searches for.
func Words(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	s = Line(s)
	if Len(s) > 100 {
		s = strings.TrimSpace(string([]rune(s)[:100]))
	}
	return s
}
