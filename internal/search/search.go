// Package search finds Danish words the way people type them: with aa for å,
// with half a word, with a letter too many.
//
// What is searched and what is typed are folded into one spelling, here and in
// the database (migration 00010). A word that nothing public is written with is
// forgiven: the nearest one that is takes its place, and the page says so.
package search

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"

	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

var fold = strings.NewReplacer(
	"é", "e", "è", "e", "ê", "e", "ë", "e", "á", "a", "à", "a", "â", "a", "ã", "a", "í", "i", "ì", "i", "î", "i", "ï", "i",
	"ó", "o", "ò", "o", "ô", "o", "õ", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ý", "y", "ÿ", "y", "ñ", "n", "ç", "c",
	"š", "s", "ž", "z", "ć", "c", "č", "c", "đ", "d", "ğ", "g", "ı", "i", "ş", "s", "ł", "l",
	"å", "aa", "ø", "oe", "ö", "oe", "æ", "ae", "ä", "ae", "ß", "ss")

// Fold writes a text as it is searched: the same as the database's fold.
func Fold(s string) string {
	return fold.Replace(cases.Lower(language.Danish).String(norm.NFC.String(s)))
}

// Stop words of the Danish dictionary that folding would hide from it.
var stopWords = map[string]bool{"paa": true, "naar": true, "vaere": true, "vaeret": true, "saadan": true}

// nouns are words that the dictionary stops as verbs and that nobody looks for
// as such: bent, they are found. Who writes have means a garden.
var nouns = map[string]string{"have": "haven"}

// Query is what somebody looks for, in the forms a condition compares with.
type Query struct {
	words    string     // for websearch_to_tsquery
	prefixes string     // for to_tsquery: every word as the beginning of one
	contains [][]string // for LIKE ANY, word by word: anywhere, in one of its forms
	plain    []string   // the words; none when the reader knows what they look for
	any      bool       // one of the words is enough; for Terms
}

// Parse prepares the words of a search box; ok is false when there are none.
// Who uses quotation marks or a minus knows what they are looking for: then
// nothing is guessed.
func Parse(s string) (q Query, ok bool) {
	s = text.Words(s)
	if s == "" {
		return Query{}, false
	}
	words := strings.Fields(Fold(s))
	for _, word := range words {
		if strings.HasPrefix(word, "-") || strings.Contains(word, `"`) {
			return Query{words: strings.Join(words, " "), contains: [][]string{{""}}}, true
		}
	}
	return ofWords(words), true
}

func ofWords(words []string) (q Query) {
	var kept, prefixes []string
	telling := slices.ContainsFunc(words, func(w string) bool { return !stopWords[w] })
	for _, word := range words {
		if telling && stopWords[word] {
			continue
		}
		if noun := nouns[word]; noun != "" {
			kept = append(kept, noun)
		} else {
			kept = append(kept, word)
		}
		var anywhere []string
		for _, form := range forms(word) {
			anywhere = append(anywhere, "%"+likeEscape.Replace(form)+"%")
		}
		q.contains = append(q.contains, anywhere)
		for _, part := range strings.FieldsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			prefixes = append(prefixes, "("+strings.Join(forms(part), ":* | ")+":*)")
			q.plain = append(q.plain, part)
		}
	}
	q.words, q.prefixes = strings.Join(kept, " "), strings.Join(prefixes, " & ")
	return q
}

// cyklen and cykler: what the dictionary does not see to be a cykel.
var bent = regexp.MustCompile(`^(.*[bdfgkpstv])l(?:en|ens|er|ers|erne|ernes)$`)

// straight is a word as cykel, which loses its e when it is bent.
var straight = regexp.MustCompile(`^(.*[bdfgkpstv])el$`)

// forms are the beginnings that a word is found by: its own, and that of the
// form that lost an e or has it.
func forms(word string) []string {
	if m := straight.FindStringSubmatch(word); m != nil {
		return []string{word, m[1] + "l"}
	}
	if m := bent.FindStringSubmatch(word); m != nil {
		return []string{word, m[1] + "el", m[1] + "le"}
	}
	return []string{word}
}

var likeEscape = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Where adds the condition that the query is met. Vector is a column of folded
// words, names a text whose parts count too. Half a word hits as well: its
// beginning anywhere, any part of it in the names.
func (q Query) Where(where *pg.Conditions, vector, names string) {
	anywhere, args := make([]string, len(q.contains)), []any{q.words, q.prefixes}
	for i, forms := range q.contains {
		anywhere[i] = `fold(` + names + `) LIKE ANY (?)`
		args = append(args, forms)
	}
	where.And(`(`+vector+` @@ websearch_to_tsquery('danish', ?) OR `+vector+` @@ to_tsquery('danish', ?) OR `+strings.Join(anywhere, " AND ")+`)`, args...)
}

// Rank is how well a vector meets the query, for ORDER BY … DESC.
func (q Query) Rank(where *pg.Conditions, vector string) string {
	return `ts_rank(` + vector + `, websearch_to_tsquery('danish', ` + where.Arg(q.words) + `))`
}

// Terms are the query for an index alone: exact for websearch_to_tsquery, and
// beginnings for to_tsquery, where a word of three letters or more may be the
// beginning of a longer one. Fewer letters begin too many to be worth asking
// for, and who writes many words writes them out: then only the last may be half.
func (q Query) Terms() (exact, beginnings string) {
	words := make([]string, len(q.plain))
	for i, word := range q.plain {
		if words[i] = word; utf8.RuneCountInString(word) > 2 && (len(words) <= manyWords || i == len(words)-1) {
			words[i] = "(" + strings.Join(forms(word), ":* | ") + ":*)"
		}
	}
	and := " & "
	if q.any {
		and = " | "
	}
	return q.words, strings.Join(words, and)
}

const manyWords = 5

// Nouns tells whether some of the words are nouns that the dictionary leaves out.
func (q Query) Nouns() bool {
	return slices.ContainsFunc(q.plain, func(typed string) bool { return nouns[typed] != "" })
}

// Named tells whether a folded word is, or begins with, one that was typed and
// that the dictionary leaves out.
func (q Query) Named(word string) bool {
	return slices.ContainsFunc(q.plain, func(typed string) bool { return nouns[typed] != "" && strings.HasPrefix(word, typed) })
}

// Any is the query for a text that has any of the words; ok is false when there
// is no more than one.
func (q Query) Any() (any Query, ok bool) {
	if len(q.plain) < 2 {
		return q, false
	}
	any = ofWords(q.plain[:min(len(q.plain), 8)]) // of more, nearly everything has one
	any.words, any.any = strings.Join(any.plain, " or "), true
	return any, true
}

// Correction is a word that was forgiven.
type Correction struct {
	From string // as it was typed, folded
	To   string // as it is written
}

// Apply is the query with corrections in place.
func (q Query) Apply(corrections []Correction) Query {
	if len(corrections) == 0 {
		return q
	}
	to := map[string]string{}
	for _, c := range corrections {
		to[c.From] = Fold(c.To)
	}
	words := make([]string, len(q.plain))
	for i, w := range q.plain {
		if words[i] = w; to[w] != "" {
			words[i] = to[w]
		}
	}
	return ofWords(words)
}

// forgives is how many letters of a word may be wrong: none of a short one,
// which would turn into another word.
func forgives(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n < 5:
		return 0
	case n < 7:
		return 1
	case n < 11:
		return 2
	}
	return 3
}

// distance is how many letters must be changed, added, left out or swapped with
// their neighbour to make b of a; anything above most is most+1.
func distance(a, b []rune, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
