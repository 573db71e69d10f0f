package text

import (
	"slices"
	"testing"
)

var ours = []string{"Gug Øst", "Vejgård", "Nørresundby", "Hjemstavnsforeningen Baobab", "Boligforeningen Blåklokken", "Sankt Hans Netværket",
	"Amal Kvindeforening", "Himmel og Hav"}

// What is about a person is found, each as it stands.
func TestPersonsAreFound(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"Talte med Mette Hansen om lokalet.":                      {"Mette Hansen"},
		"Mette ringede i går.":                                    {"Mette"},
		"Jeg mødte Ahmad Al-Sayed og Fatima ved caféen":           {"Ahmad Al-Sayed", "Fatima"},
		"Formanden hedder Anna K. Bjerregaard.":                   {"Anna K. Bjerregaard"},
		"Det var fru Lindegren, der sagde det":                    {"Lindegren"},
		"Hr. Okonkwo vil gerne hjælpe":                            {"Okonkwo"},
		"Vi skal huske Jensens forslag":                           {"Jensens"},
		"Oksana fra Vejgård spurgte":                              {"Oksana"},
		"De har valgt Thorvald Egeskov som ny formand":            {"Thorvald Egeskov"},
		"Ring til dem på 20 12 34 56 i morgen":                    {"20 12 34 56"},
		"tlf. 20123456":                                           {"20123456"},
		"+45 2012 3456 eller +46 8 123 456 78":                    {"+45 2012 3456", "+46 8 123 456 78"},
		"Skriv til ida.opdigtet@post.example.":                    {"ida.opdigtet@post.example"},
		"Bo Larsen er ny kasserer. Bo Larsen glæder sig.":         {"Bo Larsen"},
		"Mødet med Hans gik godt, og Hans Peter Kofoed kom også.": {"Hans Peter Kofoed"},
		"Det er Karins idé.":                                      {"Karins"},
		"Baobab har fået Hodan som kontakt":                       {"Hodan"},
		"Kontakt: Олена Коваленко":                                {"Олена Коваленко"},
	} {
		if got := Personal(in, ours...); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// Few false alarms: places, associations, words that begin a sentence, dates
// and amounts name nobody.
func TestNobodyIsSeenWhereNobodyIs(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"",
		"Foreningen vil gerne låne lokalet om onsdagen.",
		"Mødtes med Hjemstavnsforeningen Baobab om den næste café.",
		"Hjemstavnsforeningen Baobabs bestyrelse er på plads.",
		"Talte med Boligforeningen Blåklokken om Beboerhuset i Gug Øst.",
		"Røde Kors og Dansk Flygtningehjælp kommer også til mødet i Aalborg Kommune.",
		"Vejgaard Boldklub og Nørresundby Idrætsforening deler hallen.",
		"Sankt Hans Netværket og Himmel og Hav samler ind.",
		"Amal Kvindeforening holder åbent hus.",
		"Indsatsen går godt. Processen er langsom. Pausen varer til jul.",
		"Aftalt: Interessen er stor, og Adressen er den samme.",
		"Bo i bydelen er billigt. Dan jer et overblik. Livet er godt.",
		"Line up til mødet.",
		"De har 250 medlemmer, CVR 12345678, og 100.000 kr. i støtte.",
		"Næste møde er 23.11.2026 kl. 16.30, eller 2026-11-23.",
		"Kontonr. 20123456",
		"Mandag og Tirsdag: Caféen i Kulturhuset Lanternen",
		"Ved den Store Bededag er der lukket.",
		"Vi så Medborgerhuset Solgården og Lindeparken.",
		"De bruger Teams og Facebook.",
		"Kontaktperson og nøgleperson mangler.",
	} {
		if got := Personal(in, ours...); len(got) > 0 {
			t.Errorf("%q: found %q", in, got)
		}
	}
}

func FuzzPersonal(f *testing.F) {
	f.Add("Mette H. Hansen 20 12 34 56 a@b.dk", "Gug Øst")
	f.Add("\xff Å. Ó’B.", ".")
	f.Fuzz(func(t *testing.T, s, known string) {
		for _, found := range Personal(s, known) {
			if found == "" {
				t.Error("nothing is found")
			}
		}
	})
}
