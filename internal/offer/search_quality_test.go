package offer

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/internal/search"
)

// What is offered in a made-up town.
var offered = [][2]string{
	{"Lektiehjælp fra 4. til 10. klasse", "Studerende hjælper med dansk og matematik, og der er frugt på bordet."},
	{"Et lokale til 40 mennesker", "Fælleshuset har køkken, projektor og stole. Nøglen hentes hos viceværten."},
	{"Hjælp til at læse breve", "Vi sidder klar med kaffe og kuglepen. Tag brevet med."},
	{"Værktøj til udlån", "Boremaskine, stige, sav og trillebør."},
	{"Rundvisning for nye naboer", "Vi går en tur og viser biblioteket og den bedste bænk."},
	{"Stort køkken om hverdagen", "Plads til at lave 100 portioner."},
	{"Tolke til samtaler og møder", "Frivillige, der taler somali, arabisk og dansk."},
	{"Suppe om torsdagen", "Kom og spis. Det koster ikke noget."},
	{"En at tale med", "En præst går gerne en tur eller drikker en kop kaffe med dig."},
	{"Børnecykler", "Tolv cykler, som venter på nye ejere."},
	{"Musik til festen", "Rubab og trommer til fælles højtider."},
	{"Lav mad fra Kabul", "Vi viser, hvordan man laver ris, grønt og brød."},
	{"Fodbold uden kontingent", "Kom i det tøj, du har. Vi låner støvler ud."},
	{"Svømning for kvinder", "En time i bassinet med gardinerne trukket for."},
	{"Lap din cykel", "Vi har lapper, luft og tålmodighed."},
	{"Cykeltrailer til udlån", "Den er stor nok til et køleskab."},
	{"Telte og borde", "Fire store telte og tyve borde."},
	{"Bål og snobrød", "Vi kommer med brænde og dej til fyrre børn."},
	{"Lån en guitar", "Vi låner instrumenter ud til børn og voksne."},
	{"En flyttevogn om mandagen", "Vogn og chauffør til naboer, der skal flytte."},
	{"Gåtur med en betjent", "Vi går en runde og snakker."},
	{"Råd om job og praktik", "En rådgiver sidder i caféen og svarer på spørgsmål."},
	{"Sprogcafé i Aabenraagade", "Tal dansk over en kop te."},
	{"Допомога з листами", "Читаємо листи українською"},
	{"Skak på Ærøgade", "Begyndere og øvede spiller sammen."},
}

// Thirty things people type, and what they hope to find. The first hit is the
// first of the list where there are several.
var typed = []struct {
	words string
	hits  []string // beginnings of titles that must be found
	first bool     // the first of them comes first of all
	not   []string // that must not be found
}{
	{words: "lektiehjælp", hits: []string{"Lektiehjælp"}, first: true, not: []string{"Musik", "Suppe"}},
	{words: "lektiehjaelp", hits: []string{"Lektiehjælp"}, first: true},
	{words: "lektijælp", hits: []string{"Lektiehjælp"}, first: true},
	{words: "LEKTIER", hits: []string{"Lektiehjælp"}},
	{words: "hjælp", hits: []string{"Hjælp til at læse breve", "Lektiehjælp"}, first: true},
	{words: "læse brev", hits: []string{"Hjælp til at læse breve"}, first: true},
	{words: "laese breve", hits: []string{"Hjælp til at læse breve"}},
	{words: "fodbold", hits: []string{"Fodbold"}, first: true, not: []string{"Svømning"}},
	{words: "fotbold", hits: []string{"Fodbold"}, not: []string{"Svømning"}},
	{words: "fodblod", hits: []string{"Fodbold"}},
	{words: "cykel", hits: []string{"Lap din cykel", "Cykeltrailer", "Børnecykler"}},
	{words: "cykler", hits: []string{"Børnecykler", "Lap din cykel"}},
	{words: "børnecykel", hits: []string{"Børnecykler"}},
	{words: "boernecykler", hits: []string{"Børnecykler"}, first: true},
	{words: "køkken", hits: []string{"Stort køkken", "Et lokale"}, first: true},
	{words: "koekken", hits: []string{"Stort køkken"}},
	{words: "køken", hits: []string{"Stort køkken"}},
	{words: "suppe på torsdag", hits: []string{"Suppe om torsdagen"}, first: true},
	{words: "suppe paa torsdag", hits: []string{"Suppe om torsdagen"}, first: true},
	{words: "svømning kvinde", hits: []string{"Svømning for kvinder"}, first: true},
	{words: "svoemning", hits: []string{"Svømning"}, first: true},
	{words: "tolk", hits: []string{"Tolke"}, first: true},
	{words: "arabiske tolke", hits: []string{"Tolke"}},
	{words: "flyttebil", hits: []string{"En flyttevogn"}},
	{words: "flytte", hits: []string{"En flyttevogn"}},
	{words: "åbenrågade", hits: []string{"Sprogcafé"}},
	{words: "sprogcafe", hits: []string{"Sprogcafé"}, first: true},
	{words: "skak ærøgade", hits: []string{"Skak"}, first: true},
	{words: "guittar", hits: []string{"Lån en guitar"}},
	{words: "snobrod", hits: []string{"Bål og snobrød"}},
	{words: "листи", hits: []string{"Допомога"}},
	{words: "boremaskin", hits: []string{"Værktøj"}},
	{words: `"råd om job"`, hits: []string{"Råd om job"}, not: []string{"Hjælp"}},
	{words: "kaffe -præst", hits: []string{"Hjælp til at læse breve"}, not: []string{"En at tale"}},
	{words: "rumraket", not: []string{"Lap", "Musik", "Suppe", "Fodbold"}},
	{words: "bus", not: []string{"Suppe", "Fodbold", "Et lokale"}},
	{words: "skat", not: []string{"Skak"}}, // three letters of four are another word
	{words: "10010", not: []string{"Lektiehjælp", "Stort"}},
}

func TestWhatPeopleTypeFindsWhatTheyMean(t *testing.T) {
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: pgtest.DSN(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	organisation := uuid.New()
	exec := func(sql string, args ...any) {
		if _, err := db.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at) VALUES ($1, 'x', 'Foreningen Eksempel', 'association', 'approved', now(), now(), now())`, organisation)
	for n, o := range offered {
		exec(`INSERT INTO offers (id, organisation_id, title, body, kind, status, published_at, created_at, updated_at)
			VALUES ($1, $2, $3, $4, 'help', 'published', now() - make_interval(hours => $5), now(), now())`, uuid.New(), organisation, o[0], o[1], n)
	}
	if err := search.Refresh(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	s := New(db)
	for _, c := range typed {
		p, err := s.Search(t.Context(), Filter{Words: c.words})
		if err != nil {
			t.Fatal(err)
		}
		var found []string
		for _, o := range p.Offers {
			found = append(found, o.Title)
		}
		is := func(start string) func(string) bool {
			return func(title string) bool { return strings.HasPrefix(title, start) }
		}
		for _, want := range c.hits {
			if !slices.ContainsFunc(found, is(want)) {
				t.Errorf("%q does not find %q: %q, forgiven %v", c.words, want, found, p.Forgiven)
			}
		}
		if c.first && (len(found) == 0 || !is(c.hits[0])(found[0])) {
			t.Errorf("%q: %q is not first: %q", c.words, c.hits[0], found)
		}
		for _, wrong := range c.not {
			if slices.ContainsFunc(found, is(wrong)) {
				t.Errorf("%q finds %q", c.words, wrong)
			}
		}
	}
}
