package demo

import "mellemrum/internal/offer"

type offerText struct {
	title, body, kind, organisation, audience, schedule, status string
	languages                                                   []string
	districts                                                   []string // none: all of the organisation's
}

const (
	published = "published"
	paused    = "paused"
	draft     = "draft"
)

var offers = []offerText{
	{"Et lokale til 40 mennesker", "Fælleshuset i Birkehaven har køkken, projektor og stole til 40. Nøglen hentes hos viceværten.", "room", "Boligselskabet Havtornen", "Grupper og foreninger i bydelen", "Hverdage før kl. 15 og søndage", published, []string{"da", "en"}, []string{"Aalborg Øst"}},
	{"Hjælp til at læse breve", "Vi sidder klar med kaffe og kuglepen. Tag brevet med, så læser vi det sammen.", "help", "Afdelingsbestyrelsen i Birkehaven", "Alle naboer", "Tirsdage kl. 16–18", published, []string{"da", "so", "ar"}, nil},
	{"Værktøj til udlån", "Boremaskine, stige, sav og trillebør. Skriv dig på listen i kælderen.", "equipment", "Boligforeningen Blåklokken", "Beboere i Vejgård og Skalborg", "Hele ugen", published, []string{"da"}, nil},
	{"Formiddagssal i Lærkeparken", "En lys sal med parketgulv til dans, leg og møder.", "room", "Afdelingsbestyrelsen i Lærkeparken", "Alle, der rydder op efter sig", "Hverdage kl. 8–13", published, []string{"da"}, nil},
	{"Værksted i kælderen", "Høvlebænke og symaskiner. Der er altid en, der kan vise, hvordan man gør.", "room", "Boligafdelingen Solsikkeparken", "Voksne og unge over 12 år", "Onsdage kl. 17–20", published, []string{"da", "ar", "ku"}, nil},
	{"Rundvisning for nye naboer", "Vi går en tur i Midtbyen og viser biblioteket, loppebutikken og den bedste bænk.", "activity", "Beboerrådet i Kastanjegården", "Nye beboere", "Efter aftale", published, []string{"da", "en"}, nil},
	{"Stort køkken om hverdagen", "Der er plads til at lave 100 portioner, og vi viser gerne rundt blandt gryderne.", "room", "Moskeen ved Lindealléen", "Foreninger og skoler", "Mandag til torsdag", published, []string{"da", "ar", "tr"}, nil},
	{"Tolke til samtaler og møder", "Vi er frivillige, der taler somali, arabisk og dansk. Det, vi hører, bliver hos os.", "skill", "Hjemstavnsforeningen Baobab", "Skoler, foreninger og naboer", "Aftener og weekender", published, []string{"so", "ar", "da"}, nil},
	{"Suppe om torsdagen", "Kom og spis. Det koster ikke noget, og man behøver ikke sige så meget.", "activity", "Kirkehuset Det Åbne Vindue", "Alle", "Torsdage kl. 12–14", published, []string{"da", "en", "uk"}, []string{"Midtbyen"}},
	{"En at tale med", "En præst går gerne en tur eller drikker en kop kaffe med dig, uanset hvad du tror på.", "help", "Præsternes Kaffehold", "Voksne", "Efter aftale", published, []string{"da", "en", "de"}, nil},
	{"Lektiehjælp fra 4. til 10. klasse", "Studerende hjælper med dansk og matematik, og der er frugt på bordet.", "help", "Hjemstavnsforeningen Baobab", "Elever fra 4. klasse", "Mandage og onsdage kl. 16–18", published, []string{"so", "da"}, []string{"Aalborg Øst"}},
	{"Den første uge i Danmark", "Vi hjælper med rejsekort, læge, skole og mobil. På ukrainsk.", "help", "Hjemstavnsforeningen Solsikken", "Nye naboer fra Ukraine", "Alle dage", published, []string{"uk", "ru", "en"}, nil},
	{"Børnecykler", "Vi har tolv børnecykler, som venter på nye ejere.", "equipment", "Hjemstavnsforeningen Solsikken", "Børn op til 12 år", "Lørdage", published, []string{"uk", "en"}, nil},
	{"Musik til festen", "Rubab og trommer til fælles højtider. Vi spiller gratis for naboer.", "skill", "Kulturforeningen Granatæblet", "Foreninger og caféer", "Weekender", published, []string{"fa", "da"}, nil},
	{"Lav mad fra Kabul", "Vi viser, hvordan man laver ris, grønt og brød til tyve.", "activity", "Kulturforeningen Granatæblet", "Alle over 10 år", "Den første søndag i måneden", published, []string{"fa", "da"}, []string{"Vejgård"}},
	{"Fodbold uden kontingent", "Kom i det tøj, du har. Vi låner støvler ud.", "activity", "FK Fjordvinden", "Børn 6–12 år", "Onsdage kl. 16.30", published, []string{"da", "en", "ar"}, nil},
	{"En træner i skolegården", "En træner kommer ud og laver leg og boldspil i en time.", "skill", "FK Fjordvinden", "Skoler og boligområder", "Eftermiddage", published, []string{"da", "en"}, nil},
	{"Svømning for kvinder", "En time i bassinet med gardinerne trukket for.", "activity", "Svømmeklubben Sælungen", "Kvinder og piger", "Tirsdage kl. 19", published, []string{"da"}, nil},
	{"Lap din cykel", "Vi har lapper, luft og tålmodighed. Du gør det selv, og vi står ved siden af.", "skill", "Cykelværkstedet Kæden", "Alle med en cykel", "Torsdage kl. 17–19", published, []string{"da", "ar", "en"}, nil},
	{"Cykeltrailer til udlån", "Den er stor nok til et køleskab. Husk at spænde godt fast.", "equipment", "Cykelværkstedet Kæden", "Naboer", "Hele ugen", published, []string{"da", "ar"}, []string{"Gug og Tranders"}},
	{"Kage til caféen", "Vi bager gerne til en café, når vi ved det en uge før.", "help", "Kvindeforeningen Kardemommen", "Caféer og fester", "Med en uges varsel", published, []string{"tr", "ku", "da"}, nil},
	{"Telte og borde", "Fire store telte og tyve borde. Vi hjælper med at sætte dem op.", "equipment", "Spejderne i Ildfluen", "Sommerfester og markeder", "April til september", published, []string{"da"}, nil},
	{"Bål og snobrød", "Vi kommer med brænde og dej til fyrre børn.", "activity", "Spejderne i Ildfluen", "Familier", "Weekender", published, []string{"da"}, nil},
	{"Lån en guitar", "Vi låner instrumenter ud til børn og voksne, tre måneder ad gangen.", "equipment", "Musikforeningen Ekko", "Begyndere", "Mandage kl. 18–19", published, []string{"da", "en"}, nil},
	{"Brød efter lukketid", "Alt det gode, der er tilbage kl. 17.30. Hent det ved bagdøren.", "help", "Bageriet Surdejen", "Caféer og fællesspisninger", "Hverdage kl. 17.30", published, []string{"da"}, nil},
	{"Praktik i bageriet", "Fire uger med tidlige morgener og varme boller.", "skill", "Bageriet Surdejen", "Unge over 16 år", "Hele året", published, []string{"da"}, []string{"Midtbyen"}},
	{"En flyttevogn om mandagen", "Vogn og chauffør i tre timer til naboer, der skal flytte.", "equipment", "Flyttefirmaet Løft i Flok", "Beboere uden bil", "Mandage", published, []string{"da", "pl"}, nil},
	{"Gåtur med en betjent", "Vi går en runde og snakker om det, I har lyst til.", "activity", "Bydelsbetjentene ved fjorden", "Boligområder", "Efter aftale", published, []string{"da"}, nil},
	{"Hjælp til at finde et lokale", "Ring, når I mangler en sal, en bane eller et hjørne på biblioteket. Vi ved, hvad der er ledigt.", "help", "Kultur og Fritid", "Foreninger og grupper af naboer", "Hverdage kl. 9–14", published, []string{"da", "en"}, nil},
	{"Råd om job og praktik", "En rådgiver sidder i caféen og svarer på spørgsmål. Du behøver ikke bestille tid.", "help", "Job og Uddannelse", "Voksne og unge", "Hver anden uge", published, []string{"da", "en"}, nil},
	{"Plads i avisen", "Skriv ti linjer om det, I laver, så sætter vi det i næste nummer og oversætter det.", "skill", "Gårdavisen Trappenyt", "Foreninger, caféer og naboer", "Frist den 20. i hver måned", published, []string{"da", "ar", "so", "uk"}, nil},
	{"Skolens hal i ferien", "Hallen står tom. Sig til, hvis I har brug for den.", "room", "Skolen ved Engen", "Foreninger", "Skoleferier", paused, []string{"da", "en"}, nil},
	{"Lyd og lys", "Et lille anlæg til taler og musik. Vi skal lige have lavet en liste over det.", "equipment", "Musikforeningen Ekko", "Foreninger", "Weekender", draft, []string{"da"}, nil},
	{"Plads til nye i bestyrelsen", "Vi vil gerne høre, hvem der har lyst til at være med.", "activity", "Afdelingsbestyrelsen i Birkehaven", "Beboere i Birkehaven", "Hele året", draft, []string{"da", "so"}, nil},
	{"Grill og lang bænk i gården", "Gasgrill og en bænk til tolv. Vi skriver, hvornår de kan lånes, når foråret kommer.", "equipment", "Boligselskabet Havtornen", "Beboere i Birkehaven og Lodsparken", "Fra maj", draft, []string{"da"}, nil},
}

// onDays are the weekdays of those offers that have some, 1–7 from Monday.
var onDays = map[string][]int{
	"Et lokale til 40 mennesker": {1, 2, 3, 4, 5, 7}, "Hjælp til at læse breve": {2}, "Formiddagssal i Lærkeparken": {1, 2, 3, 4, 5}, "Værksted i kælderen": {3},
	"Stort køkken om hverdagen": {1, 2, 3, 4}, "Suppe om torsdagen": {4}, "Lektiehjælp fra 4. til 10. klasse": {1, 3}, "Børnecykler": {6},
	"Musik til festen": {6, 7}, "Lav mad fra Kabul": {7}, "Fodbold uden kontingent": {3}, "Svømning for kvinder": {2}, "Lap din cykel": {4},
	"Bål og snobrød": {6, 7}, "Lån en guitar": {1}, "Brød efter lukketid": {1, 2, 3, 4, 5}, "En flyttevogn om mandagen": {1}, "Hjælp til at finde et lokale": {1, 2, 3, 4, 5},
}

// forWhom are the audiences of those offers that are not for everybody.
var forWhom = map[string][]offer.Audience{
	"Værksted i kælderen": {offer.Young, offer.Adults}, "Rundvisning for nye naboer": {offer.Newcomers}, "En at tale med": {offer.Adults, offer.Seniors},
	"Lektiehjælp fra 4. til 10. klasse": {offer.Children, offer.Young}, "Den første uge i Danmark": {offer.Newcomers}, "Børnecykler": {offer.Children, offer.Families},
	"Fodbold uden kontingent": {offer.Children}, "En træner i skolegården": {offer.Children, offer.Young}, "Svømning for kvinder": {offer.Adults},
	"Bål og snobrød": {offer.Families, offer.Children}, "Praktik i bageriet": {offer.Young}, "Råd om job og praktik": {offer.Young, offer.Adults},
}
