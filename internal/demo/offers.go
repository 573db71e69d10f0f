package demo

type offerText struct {
	title, body, kind, organisation, audience, schedule, status string
	languages                                                   []string
}

const (
	published = "published"
	paused    = "paused"
	draft     = "draft"
)

var offers = []offerText{
	{"Et lokale til 40 mennesker", "Fælleshuset i Birkehaven har køkken, projektor og stole til 40. Nøglen hentes hos viceværten.", "room", "Boligselskabet Havtornen", "Grupper og foreninger i bydelen", "Hverdage før kl. 15 og søndage", published, []string{"da", "en"}},
	{"Hjælp til at læse breve", "Vi sidder klar med kaffe og kugleping. Tag brevet med, så læser vi det sammen.", "help", "Afdelingsbestyrelsen i Birkehaven", "Alle naboer", "Tirsdage kl. 16–18", published, []string{"da", "so", "ar"}},
	{"Værktøj til udlån", "Boremaskine, stige, sav og trillebør. Skriv dig på listen i kælderen.", "equipment", "Boligforeningen Blåklokken", "Beboere i Vejgård og Skalborg", "Hele ugen", published, []string{"da"}},
	{"Formiddagssal i Lærkeparken", "En lys sal med parketgulv til dans, leg og møder.", "room", "Afdelingsbestyrelsen i Lærkeparken", "Alle, der rydder op efter sig", "Hverdage kl. 8–13", published, []string{"da"}},
	{"Værksted i kælderen", "Høvlebænke og symaskiner. Der er altid en, der kan vise, hvordan man gør.", "room", "Boligafdelingen Solsikkeparken", "Voksne og unge over 12 år", "Onsdage kl. 17–20", published, []string{"da", "ar", "ku"}},
	{"Rundvisning for nye naboer", "Vi går en tur i Midtbyen og viser bibliotek, loppebutik og den bedste bænk.", "activity", "Beboerrådet i Kastanjegården", "Nye beboere", "Efter aftale", published, []string{"da", "en"}},
	{"Stort køkken om hverdagen", "Plads til 100 portioner. Vi hjælper med at finde rundt i gryderne.", "room", "Moskeen ved Lindealléen", "Foreninger og skoler", "Mandag til torsdag", published, []string{"da", "ar", "tr"}},
	{"Tolke til samtaler og møder", "Frivillige, der taler somali, arabisk og dansk. Vi har tavshedspligt.", "skill", "Hjemstavnsforeningen Baobab", "Skoler, foreninger og naboer", "Aftener og weekender", published, []string{"so", "ar", "da"}},
	{"Suppe om torsdagen", "Kom og spis. Det koster ikke noget, og man behøver ikke sige så meget.", "activity", "Kirkehuset Det Åbne Vindue", "Alle", "Torsdage kl. 12–14", published, []string{"da", "en", "uk"}},
	{"En at tale med", "En præst går gerne en tur eller drikker en kop kaffe. Uanset tro.", "help", "Præsternes Kaffehold", "Voksne", "Efter aftale", published, []string{"da", "en", "de"}},
	{"Lektiehjælp i øst", "Studerende hjælper med dansk og matematik fra 4. til 10. klasse.", "help", "Hjemstavnsforeningen Baobab", "Elever fra 4. klasse", "Mandage og onsdage kl. 16–18", published, []string{"so", "da"}},
	{"Den første uge i Danmark", "Vi hjælper med rejsekort, læge, skole og mobil. På ukrainsk.", "help", "Hjemstavnsforeningen Solsikken", "Nyankomne fra Ukraine", "Hver dag", published, []string{"uk", "ru", "en"}},
	{"Børnecykler", "Vi har tolv børnecykler, som venter på nye ejere.", "equipment", "Hjemstavnsforeningen Solsikken", "Børn op til 12 år", "Lørdage", published, []string{"uk", "en"}},
	{"Musik til festen", "Rubab og trommer til fælles højtider. Vi spiller gratis for naboer.", "skill", "Kulturforeningen Granatæblet", "Foreninger og caféer", "Weekender", published, []string{"fa", "da"}},
	{"Madlavning fra Kabul", "Vi lærer fra os: ris, grønt og brød til tyve.", "activity", "Kulturforeningen Granatæblet", "Alle over 10 år", "Den første søndag i måneden", published, []string{"fa", "da"}},
	{"Fodbold uden kontingent", "Kom i det tøj, du har. Vi låner støvler ud.", "activity", "FK Fjordvinden", "Børn 6–12 år", "Onsdage kl. 16.30", published, []string{"da", "en", "ar"}},
	{"Træner til skolegården", "En træner kommer ud og laver leg og bold en time.", "skill", "FK Fjordvinden", "Skoler og boligområder", "Eftermiddage", published, []string{"da", "en"}},
	{"Svømning for kvinder", "En time i bassinet med gardinerne trukket for.", "activity", "Svømmeklubben Sælen", "Kvinder og piger", "Tirsdage kl. 19", published, []string{"da"}},
	{"Lap din cykel", "Vi har lapper, luft og tålmodighed. Du gør det selv, og vi står ved siden af.", "skill", "Cykelværkstedet Kæden", "Alle med en cykel", "Torsdage kl. 17–19", published, []string{"da", "ar", "en"}},
	{"Cykeltrailer til udlån", "Stor nok til et køleskab. Husk at spænde godt fast.", "equipment", "Cykelværkstedet Kæden", "Naboer", "Hele ugen", published, []string{"da", "ar"}},
	{"Kage til caféen", "Vi bager gerne til en café, når vi ved det en uge før.", "help", "Kvindeforeningen Kardemommen", "Caféer og fester", "Med en uges varsel", published, []string{"tr", "ku", "da"}},
	{"Telte og borde", "Fire store telte og tyve borde. Vi hjælper med at sætte dem op.", "equipment", "Spejderne i Ildfluen", "Sommerfester og markeder", "April til september", published, []string{"da"}},
	{"Bål og snobrød", "Vi kommer med brænde og dej til fyrre børn.", "activity", "Spejderne i Ildfluen", "Familier", "Weekender", published, []string{"da"}},
	{"Lån en guitar", "Instrumenter til børn og voksne i tre måneder ad gangen.", "equipment", "Musikforeningen Ekko", "Begyndere", "Mandage kl. 18–19", published, []string{"da", "en"}},
	{"Brød efter lukketid", "Alt det gode, der er tilbage kl. 17.30. Hent det ved bagdøren.", "help", "Bageriet Surdejen", "Caféer og fællesspisninger", "Hverdage kl. 17.30", published, []string{"da"}},
	{"Praktik i bageriet", "Fire uger med tidlige morgener og varme boller.", "skill", "Bageriet Surdejen", "Unge over 16 år", "Hele året", published, []string{"da"}},
	{"En flyttevogn om mandagen", "Vogn og chauffør i tre timer til naboer, der skal flytte.", "equipment", "Flyttefirmaet Løft i Flok", "Beboere uden bil", "Mandage", published, []string{"da", "pl"}},
	{"Gåtur med en betjent", "Vi går en runde og snakker om det, I har lyst til.", "activity", "Bydelsbetjentene ved fjorden", "Boligområder", "Efter aftale", published, []string{"da"}},
	{"Skolens hal i ferien", "Hallen står tom. Sig til, hvis I har brug for den.", "room", "Skolen ved Engen", "Foreninger", "Skoleferier", paused, []string{"da", "en"}},
	{"Råd om job og praktik", "En rådgiver sidder i caféen og svarer på spørgsmål. Uden tidsbestilling.", "help", "Job og Uddannelse", "Voksne og unge", "Hver anden uge", published, []string{"da", "en"}},
	{"Lyd og lys", "Et lille anlæg til taler og musik. Vi skal lige have lavet en liste over det.", "equipment", "Musikforeningen Ekko", "Foreninger", "Weekender", draft, []string{"da"}},
	{"Plads til nye i bestyrelsen", "Vi vil gerne høre, hvem der har lyst til at være med.", "activity", "Afdelingsbestyrelsen i Birkehaven", "Beboere i Birkehaven", "Hele året", draft, []string{"da", "so"}},
}

// names of invented guests; the surname says so.
var names = []struct{ name, language string }{
	{"Amina Opdigt", "so"}, {"Jens Prøvesen", "da"}, {"Olena Eksempel", "uk"}, {"Khaled Fantasi", "ar"}, {"Kirsten Påhit", "da"},
	{"Zeynep Opdigt", "tr"}, {"Bo Prøvesen", "da"}, {"Farah Eksempel", "fa"}, {"Ngoc Fantasi", "vi"}, {"Marek Påhit", "pl"},
	{"Sara Opdigt", "en"}, {"Dilan Prøvesen", "ku"}, {"Tove Eksempel", "da"}, {"Iryna Fantasi", "uk"}, {"Hassan Påhit", "ar"},
	{"Lise Opdigt", "da"}, {"Abdi Prøvesen", "so"}, {"Ellen Eksempel", "da"}, {"Rana Fantasi", "ar"}, {"Poul Påhit", "da"},
	{"Selma Opdigt", "bs"}, {"Ivan Prøvesen", "uk"}, {"Nina Eksempel", "da"}, {"Omar Fantasi", "ar"}, {"Gerda Påhit", "da"},
}

var notes = []string{"", "", "", "Kommer lidt senere", "", "Har barnevogn med", "", "Bruger rollator", "", "", "Vil gerne sidde ved vinduet", ""}
