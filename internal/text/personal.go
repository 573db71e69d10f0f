package text

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Personal lists what in a text looks as if it were about one person: likely
// names, phone numbers and e-mail addresses, each as it stands, once, in the
// order of the text. It is a guess that somebody looks at, not a refusal: it
// would rather miss a rare name than cry at every place and association.
// known are names of districts, organisations and places, which are none of
// persons.
func Personal(s string, known ...string) []string {
	var found []finding
	for _, at := range emailInText.FindAllStringIndex(s, -1) {
		found = append(found, finding{at[0], s[at[0]:at[1]]})
		s = blank(s, at)
	}
	for _, at := range phoneInText.FindAllStringSubmatchIndex(s, -1) {
		number := [2]int{at[2], at[3]}
		if _, ok := Phone(s[number[0]:number[1]]); ok && !numbered.MatchString(s[:number[0]]) {
			found = append(found, finding{number[0], s[number[0]:number[1]]})
		}
	}
	found = append(found, names(s, known)...)
	slices.SortStableFunc(found, func(a, b finding) int { return a.at - b.at })
	var list []string
	for _, f := range found {
		if !slices.Contains(list, f.what) {
			list = append(list, f.what)
		}
	}
	return list
}

type finding struct {
	at   int
	what string
}

var (
	emailInText = regexp.MustCompile(`[\pL\d._%+'-]+@[\pL\d-]+(?:\.[\pL\d-]+)+`)
	// Eight digits in the ways they are grouped in Denmark, or a country code.
	phoneInText = regexp.MustCompile(`(?:^|[^\d+./-])((?:(?:\+|00)45[ -]?)?(?:\d{8}|\d{4}[ -]\d{4}|\d{2}(?:[ .-]\d{2}){3})|\+\d{1,3}(?:[ -]?\d{1,4}){2,6})(?:$|[^\d/-])`)
	// What a number that is no phone's is called just before it.
	numbered = regexp.MustCompile(`(?i)(?:cvr|cvr-nr|cvr-nummer|p-nummer|ean|konto|nr)[.:]*\s*$`)
)

// blank takes a piece out of a text and leaves its length.
func blank(s string, at []int) string {
	return s[:at[0]] + strings.Repeat(";", at[1]-at[0]) + s[at[1]:]
}

// token is a word of a text with where it stands.
type token struct {
	at, end int
	word    string
	first   bool // of a sentence or a line, where any word has a capital
	listed  bool // first, but only after a colon: "Kontakt: Navn Navnesen"
	joined  bool // nothing but a space stands between it and the one before
}

var wordInText = regexp.MustCompile(`\pL[\pL\pM]*(?:['’-]\pL[\pL\pM]*)*`)

// wordsOf are the words of a text. The full stop of an initial or a title ends
// no sentence.
func wordsOf(s string) []token {
	var list []token
	for _, at := range wordInText.FindAllStringIndex(s, -1) {
		t := token{at: at[0], end: at[1], word: s[at[0]:at[1]], first: true}
		if len(list) > 0 {
			before := list[len(list)-1]
			between := s[before.end:t.at]
			if initial(before.word) || titles[strings.ToLower(before.word)] {
				between = strings.TrimPrefix(between, ".")
			}
			t.first = strings.ContainsAny(between, ".!?:\n\r•–\"“”»«(")
			t.listed = t.first && strings.TrimSpace(between) == ":"
			t.joined = strings.Trim(between, " \u00a0") == ""
		}
		list = append(list, t)
	}
	return list
}

// initial tells a single capital letter: the H. of "Mette H. Hansen".
func initial(word string) bool {
	r := []rune(word)
	return len(r) == 1 && unicode.IsUpper(r[0])
}

// capital tells a word written as names are: one capital, then small letters.
func capital(word string) bool {
	small := false
	for i, r := range []rune(word) {
		switch {
		case i == 0 && !unicode.IsUpper(r):
			return false
		case unicode.IsLower(r):
			small = true
		}
	}
	return small
}

// bare is a word without the genitive's s and apostrophe, in small letters.
func bare(word string) (plain, genitive string) {
	plain = strings.ToLower(word)
	for _, end := range []string{"'s", "’s", "'", "’"} {
		if cut, ok := strings.CutSuffix(plain, end); ok {
			return cut, cut
		}
	}
	return plain, strings.TrimSuffix(plain, "s")
}

func names(s string, known []string) []finding {
	list := wordsOf(s)
	taken := knownTokens(list, known)
	words := map[string]bool{}
	for _, k := range known {
		for _, t := range wordsOf(k) {
			if w := strings.ToLower(t.word); Len(w) >= 4 && !givenNames[w] {
				words[w] = true
			}
		}
	}
	// nameable tells whether a word could be part of a name at all.
	nameable := func(i int) bool {
		t := list[i]
		plain, genitive := bare(t.word)
		return !taken[i] && capital(t.word) && Len(t.word) > 1 && !words[plain] && !words[genitive] && !ofPlaces(plain) && !ofPlaces(genitive)
	}
	var found []finding
	for i := 0; i < len(list); i++ {
		if !capital(list[i].word) && !initial(list[i].word) || taken[i] || titles[strings.ToLower(list[i].word)] {
			continue
		}
		// As far as it could be one name: "Mette H. Hansen", "Ahmad al-Sayed".
		last := i
		called := given(list[i].word) // then also "Bjerregaard", which could be a place
		for last+1 < len(list) && list[last+1].joined && (nameable(last+1) || called && !taken[last+1] && capital(list[last+1].word) && !places[strings.ToLower(list[last+1].word)] || initial(list[last+1].word) && !taken[last+1]) {
			last++
		}
		if from, ok := person(list, i, last, nameable); ok {
			found = append(found, finding{list[from].at, s[list[from].at:list[last].end]})
		}
		i = last
	}
	return found
}

// person tells whether the words from i to last name somebody, and where the
// name begins: a sentence's first word may only stand before it.
func person(list []token, i, last int, nameable func(int) bool) (from int, ok bool) {
	titled := i > 0 && list[i].joined && titles[strings.ToLower(list[i-1].word)]
	if titled && nameable(i) {
		return i, true
	}
	for n := i; n <= last; n++ {
		if !nameable(n) {
			continue
		}
		plain, genitive := bare(list[n].word)
		surname := surnames[plain] || surnames[genitive]
		// Names that are words as well need a neighbour.
		doubtful := alsoWords[plain] || alsoWords[genitive]
		neighbour := n < last || n > i && !list[n-1].first
		switch {
		case given(list[n].word) && (!doubtful || neighbour && !list[n].first || n < last && (patronymic(list[n+1].word) || initial(list[n+1].word))):
			return n, true
		case surname, patronymic(list[n].word) && !list[n].first:
			return first(list, i, n, nameable), true
		}
	}
	// Two that look like a name in the middle of a sentence.
	start := i
	if list[start].first && !list[start].listed {
		start++
	}
	n := 0
	for k := start; k <= last; k++ {
		if nameable(k) {
			n++
		}
	}
	if n >= 2 && start <= last && nameable(start) {
		return start, true
	}
	return 0, false
}

func given(word string) bool {
	plain, genitive := bare(word)
	return givenNames[plain] || givenNames[genitive]
}

// first is the beginning of a name whose surname is the n-th word.
func first(list []token, i, n int, nameable func(int) bool) int {
	if list[i].first && n > i+1 && !nameable(i) {
		return i + 1
	}
	return i
}

// patronymic tells a surname as most Danish ones are: Hansen, Bjarnason.
func patronymic(word string) bool {
	plain, genitive := bare(word)
	for _, w := range []string{plain, genitive} {
		if surnames[w] {
			return true
		}
	}
	if alsoSen[plain] || Len(plain) < 6 {
		return false
	}
	for _, end := range []string{"sen", "sens", "son", "sson", "datter"} {
		if strings.HasSuffix(plain, end) {
			return !strings.HasSuffix(plain, "elsen") && !strings.HasSuffix(plain, "atsen") && !strings.HasSuffix(plain, "ensen") || surnames[plain]
		}
	}
	return false
}

// knownTokens marks the words that are part of a known name.
func knownTokens(list []token, known []string) map[int]bool {
	taken := map[int]bool{}
	for _, k := range known {
		name := wordsOf(k)
		if len(name) == 0 {
			continue
		}
		for i := 0; i+len(name) <= len(list); i++ {
			same := true
			for n := range name {
				plain, genitive := bare(list[i+n].word)
				want := strings.ToLower(name[n].word)
				if plain != want && (n < len(name)-1 || genitive != want) {
					same = false
					break
				}
			}
			if same {
				for n := range name {
					taken[i+n] = true
				}
			}
		}
	}
	return taken
}

// ofPlaces tells words that belong to places, houses and associations.
func ofPlaces(word string) bool {
	if places[word] {
		return true
	}
	for _, end := range placeEndings {
		if strings.HasSuffix(word, end) && len(word) > len(end)+1 {
			return true
		}
	}
	return false
}
