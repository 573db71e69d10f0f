package find

import (
	"strings"
	"unicode"

	"mellemrum/internal/search"
)

// Span is a piece of a text.
type Span struct {
	Text string
	Met  bool // a word that was looked for
}

// Passage is a text with the words in it that were looked for.
type Passage []Span

// String is the text alone.
func (p Passage) String() string {
	var b strings.Builder
	for _, s := range p {
		b.WriteString(s.Text)
	}
	return b.String()
}

const (
	passageLength = 220 // letters
	before        = 60  // the first word that was met
)

// mark finds the words in a text whose folded form was met.
func mark(text string, met func(string) bool) Passage {
	var p Passage
	add := func(s string, met bool) {
		if s == "" {
			return
		}
		if n := len(p); n > 0 && p[n-1].Met == met {
			p[n-1].Text += s
			return
		}
		p = append(p, Span{s, met})
	}
	for text != "" {
		end := strings.IndexFunc(text, apart)
		if end < 0 {
			end = len(text)
		}
		word := text[:end]
		add(word, word != "" && met(search.Fold(word)))
		text = text[end:]
		if end = strings.IndexFunc(text, func(r rune) bool { return !apart(r) }); end < 0 {
			end = len(text)
		}
		add(text[:end], false)
		text = text[end:]
	}
	return p
}

func apart(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) }

// around is the part of a text that stands around the first word that was met.
func around(text string, met func(string) bool) Passage {
	text = strings.Join(strings.Fields(text), " ")
	all := mark(text, met)
	start := 0
	for _, s := range all {
		if s.Met {
			break
		}
		start += len([]rune(s.Text))
	}
	letters := []rune(text)
	if start == len(letters) {
		start = 0
	}
	first := start
	if start = max(0, start-before); start > 0 {
		for start < first && letters[start] != ' ' {
			start++
		}
		for start < first && letters[start] == ' ' {
			start++
		}
	}
	end := min(len(letters), start+passageLength)
	if end < len(letters) {
		for end > start && letters[end] != ' ' {
			end--
		}
		if end == start { // one long word
			end = min(len(letters), start+passageLength)
		}
	}
	cut := string(letters[min(start, end):end])
	if start > 0 {
		cut = "… " + cut
	}
	if end < len(letters) {
		cut += " …"
	}
	return mark(cut, met)
}
