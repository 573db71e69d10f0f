package text

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

const (
	slugLimit = 60
	reserved  = "ny" // the address of the form for a new one
)

var slugLetters = map[rune]string{
	'æ': "ae", 'ø': "oe", 'å': "aa", 'ä': "ae", 'ö': "oe", 'ß': "ss",
	'ð': "d", 'đ': "d", 'þ': "th", 'ł': "l", 'œ': "oe", 'ı': "i",
}

// Slug makes the part of an address that stands for a name: small letters,
// digits and single hyphens. A name without any Latin letter or digit gives
// an empty slug; the caller then chooses another.
func Slug(name string) string {
	var b strings.Builder
	gap := false
	put := func(s string) {
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteString(s)
	}
	for _, r := range strings.ToLower(norm.NFC.String(name)) {
		if s, ok := slugLetters[r]; ok {
			put(s)
			continue
		}
		if r == '\'' || r == '’' {
			continue
		}
		base := []rune(norm.NFD.String(string(r)))[0]
		switch {
		case base >= 'a' && base <= 'z', base >= '0' && base <= '9':
			put(string(base))
		case !unicode.Is(unicode.Mn, r):
			gap = true
		}
	}
	slug := b.String()
	if slug == reserved {
		return slug + "-1"
	}
	if len(slug) <= slugLimit {
		return slug
	}
	cut := slug[:slugLimit]
	if slug[slugLimit] != '-' {
		if i := strings.LastIndexByte(cut, '-'); i > 0 {
			cut = cut[:i]
		}
	}
	return strings.Trim(cut, "-")
}

// IsSlug tells whether s can be a slug at all, so that an address with
// anything else in it is answered without asking the database.
func IsSlug(s string) bool {
	if s == "" || len(s) > 120 || s[0] == '-' || s[len(s)-1] == '-' || strings.Contains(s, "--") {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}) < 0
}
