package organisation

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Alike is an organisation that may be the same as another one.
type Alike struct {
	ID      uuid.UUID
	Slug    string
	Name    string
	Kind    Kind
	Status  Status
	SameCVR bool
}

// mostAlike is how many are worth looking at.
const mostAlike = 5

// smallWords tell nothing of who somebody is: the form a company has in law,
// and what stands between other words.
var smallWords = map[string]bool{
	"aps": true, "as": true, "a": true, "s": true, "is": true, "ivs": true, "ks": true, "amba": true, "fmba": true, "smba": true,
	"forening": true, "foreningen": true, "fond": true, "fonden": true, "og": true, "i": true, "af": true, "for": true,
	"den": true, "det": true, "de": true, "pa": true, "paa": true, "ved": true, "the": true, "and": true, "of": true,
}

// nameWords are the words of a name that tell it from others, written the same
// whether somebody typed å or aa, capital or small letters.
func nameWords(name string) []string {
	folded := strings.NewReplacer(".", "", "/", "", "'", "", "’", "").Replace(name)
	// A slug leaves out letters it does not know, so it does for Latin names.
	words := strings.Split(text.Slug(folded), "-")
	if words[0] == "" || strings.IndexFunc(name, func(r rune) bool { return unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) }) >= 0 {
		words = strings.FieldsFunc(strings.ToLower(norm.NFKC.String(folded)), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		})
	}
	telling := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return smallWords[w] })
	if len(telling) == 0 {
		return words
	}
	return telling
}

// alikeNames tells whether two names may well be meant for one and the same:
// the same words in another order, a few letters typed otherwise, or one with
// the other's proper name alone. A number in a name is never a typing mistake:
// section 5 is not section 6.
func alikeNames(a, b []string) bool {
	if !slices.Equal(digits(a), digits(b)) {
		return false
	}
	if closeTo(strings.Join(a, ""), strings.Join(b, "")) {
		return true
	}
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	if closeTo(strings.Join(a, ""), strings.Join(b, "")) {
		return true
	}
	x, y := withoutKind(a), withoutKind(b)
	return (len(x) == len(a) || len(y) == len(b)) && closeTo(strings.Join(x, ""), strings.Join(y, ""))
}

// withoutKind leaves out the words that say what sort of organisation it is:
// people often call "Hjemstavnsforeningen Baobab" just "Baobab".
func withoutKind(words []string) []string {
	bare := slices.DeleteFunc(slices.Clone(words), func(w string) bool {
		return slices.ContainsFunc(kindEndings, func(end string) bool { return strings.HasSuffix(w, end) })
	})
	if len(bare) == 0 {
		return words
	}
	return bare
}

var kindEndings = []string{"forening", "foreningen", "klub", "klubben", "selskab", "selskabet", "netvaerk", "netvaerket", "organisation", "organisationen"}

func digits(words []string) []string {
	var list []string
	for _, w := range words {
		if d := strings.Map(func(r rune) rune {
			if unicode.IsDigit(r) {
				return r
			}
			return -1
		}, w); d != "" {
			list = append(list, d)
		}
	}
	slices.Sort(list)
	return list
}

// closeTo allows one letter in six to be another, none in a very short word.
func closeTo(a, b string) bool {
	x, y := []rune(a), []rune(b)
	limit := max(len(x), len(y)) / 6
	if len(x) > 0 && a == b {
		return true
	}
	return limit > 0 && abs(len(x)-len(y)) <= limit && distance(x, y) <= limit
}

func abs(n int) int { return max(n, -n) }

// distance is Levenshtein's: how many letters to add, leave out or change.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		before := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := before
			if x != y {
				cost++
			}
			before, row[j+1] = row[j+1], min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// alike finds those with a name like it or with its number, those with the
// same number first. A municipality has some hundreds of organisations: they
// are compared here, which every database can.
func alike(ctx context.Context, q pg.Querier, self uuid.UUID, name, cvr string, statuses ...Status) ([]Alike, error) {
	all, err := pg.All(ctx, q, `
		SELECT id, slug, name, kind, status, cvr <> '' AND cvr = $2 AS same_cvr FROM organisations
		WHERE status = ANY($3) AND id <> $1 ORDER BY name COLLATE "da-x-icu", id`, pg.ByName[Alike], self, cvr, statuses)
	if err != nil {
		return nil, err
	}
	words := nameWords(name)
	var byCVR, byName []Alike
	for _, o := range all {
		switch {
		case o.SameCVR:
			byCVR = append(byCVR, o)
		case alikeNames(words, nameWords(o.Name)):
			byName = append(byName, o)
		}
	}
	list := slices.Concat(byCVR, byName)
	return list[:min(len(list), mostAlike)], nil
}

// Alike names the approved organisations that somebody who is about to
// register may already be. What waits or was refused is not told to anybody.
func (s *Service) Alike(ctx context.Context, in Input) ([]Alike, error) {
	in = in.Tidy()
	return alike(ctx, s.db.Fresh(), uuid.Nil, in.Name, in.CVR, Approved)
}

// AlikeTo names those that an organisation may be the same as, for staff.
func (s *Service) AlikeTo(ctx context.Context, actor authz.Actor, o Organisation) ([]Alike, error) {
	if !actor.Staff() && actor.Role != authz.System {
		return nil, fault.New(fault.Forbidden, "")
	}
	return alike(ctx, s.db.Fresh(), o.ID, o.Name, o.CVR, Approved, Pending, Suspended, Declined)
}
