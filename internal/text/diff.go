package text

import (
	"strings"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// Change tells what became of a piece of text.
type Change int8

// A piece is gone, the same, or new.
const (
	Removed Change = iota - 1
	Same
	Added
)

// Piece is some words that share what became of them.
type Piece struct {
	Change Change
	Text   string
}

// Diff tells, word by word, how one text became another. The pieces that are
// not Added make the first, those that are not Removed the second.
func Diff(before, after string) []Piece {
	d := diffmatchpatch.New()
	d.DiffTimeout = 0 // the same answer on a slow machine
	a, b, words := tokens(before, after)
	var pieces []Piece
	for _, part := range d.DiffMainRunes(a, b, false) {
		var s strings.Builder
		for _, r := range part.Text {
			s.WriteString(words[number(r)])
		}
		pieces = append(pieces, Piece{Change(part.Type), s.String()})
	}
	return pieces
}

// tokens writes two texts as numbers, one for each different word or gap.
func tokens(before, after string) (a, b []rune, words []string) {
	known := map[string]rune{}
	read := func(s string) (out []rune) {
		for _, w := range split(s) {
			r, ok := known[w]
			if !ok {
				r = symbol(len(words))
				known[w] = r
				words = append(words, w)
			}
			out = append(out, r)
		}
		return out
	}
	a, b = read(before), read(after)
	return a, b, words
}

// What stands for a word must be a valid rune: the surrogates are not.
const (
	surrogates = 0xD800
	afterThem  = 0xE000
)

func symbol(n int) rune {
	if n >= surrogates {
		n += afterThem - surrogates
	}
	return rune(n)
}

func number(r rune) int {
	if r >= afterThem {
		return int(r) - (afterThem - surrogates)
	}
	return int(r)
}

// split cuts a text into words and what stands between them.
func split(s string) []string {
	var out []string
	start, in := 0, false
	for i, r := range s {
		word := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
		if i > start && (word != in || !word) {
			out = append(out, s[start:i])
			start = i
		}
		in = word
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}
