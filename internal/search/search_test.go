package search

import (
	"testing"

	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
)

func TestTheDatabaseFoldsAsWeDo(t *testing.T) {
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	for _, s := range []string{"", "Åbenrå", "AABENRAA", "Lektiehjælp på Ærø", "smørrebrød", "café Müller", "Straße", "Łódź", "ИЩУ їжу", "مقهى", "Þórður", "🙂 Ok",
		"Köln Ängel", "ÉÈÊË ÁÀÂÃ ÍÌÎÏ ÓÒÔÕ ÚÙÛÜ ÝŸ ÑÇŠŽĆČĐĞŞŁ", "ığı"} {
		got, err := pg.One(t.Context(), db.Reader(), `SELECT fold($1)`, pg.Scalar[string], s)
		if err != nil || got != Fold(s) {
			t.Errorf("%q: the database says %q, we say %q, %v", s, got, Fold(s), err)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"fodbold", "fodbold", 0}, {"fotbold", "fodbold", 1}, {"fdobold", "fodbold", 1}, {"fodbol", "fodbold", 1}, {"fodboldd", "fodbold", 1},
		{"lektijaelp", "lektiehjaelp", 2}, {"kaffe", "cykel", 4}, {"ab", "ba", 1}, {"suppe", "guitar", 4},
	} {
		if got := distance([]rune(c.a), []rune(c.b), 3); got != c.want {
			t.Errorf("%s → %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestTheTermsOfAnIndex(t *testing.T) {
	for in, want := range map[string][2]string{
		"Kaffe på cykel":           {"kaffe cykel", "(kaffe:*) & (cykel:* | cykl:*)"},
		"is og kage":               {"is og kage", "is & og & (kage:*)"},
		"en to tre fire fem seksk": {"en to tre fire fem seksk", "en & to & tre & fire & fem & (seksk:*)"},
		`"åben dør"`:               {`"aaben doer"`, ""},
	} {
		q, _ := Parse(in)
		if exact, beginnings := q.Terms(); exact != want[0] || beginnings != want[1] {
			t.Errorf("%q: %q, %q", in, exact, beginnings)
		}
	}
	q, _ := Parse("kaffe kage")
	if any, ok := q.Any(); !ok {
		t.Error("of two words there is no any")
	} else if exact, beginnings := any.Terms(); exact != "kaffe or kage" || beginnings != "(kaffe:*) | (kage:*)" {
		t.Errorf("any of two: %q, %q", exact, beginnings)
	}
	if q, _ := Parse("kaffe"); len(q.plain) > 1 {
		t.Error("one word is more")
	} else if _, ok := q.Any(); ok {
		t.Error("of one word there is any")
	}
}

func TestWhatIsTypedInASearchBox(t *testing.T) {
	for in, want := range map[string]Query{
		"Kaffe på TORSDAG": {words: "kaffe torsdag", prefixes: "(kaffe:*) & (torsdag:*)"},
		"på":               {words: "paa", prefixes: "(paa:*)"},
		"fælles have":      {words: "faelles haven", prefixes: "(faelles:*) & (have:*)"},
		"på når":           {words: "paa naar", prefixes: "(paa:*) & (naar:*)"},
		`"åben dør"`:       {words: `"aaben doer"`},
		"kaffe -kage":      {words: "kaffe -kage"},
		"is&kage | ' :*":   {words: "is&kage | ' :*", prefixes: "(is:*) & (kage:*)"},
	} {
		if got, ok := Parse(in); !ok || got.words != want.words || got.prefixes != want.prefixes {
			t.Errorf("%q: %+v", in, got)
		}
	}
	for _, in := range []string{"", "  ", "\x00"} {
		if _, ok := Parse(in); ok {
			t.Errorf("%q is something", in)
		}
	}
}
