package demo

import "mellemrum/internal/cafe"

// Everything below is invented; no organisation and no person is real.

type strengthText struct {
	body, saidBy string
	daysAgo      int
}

type planText struct {
	kind, title, owner string
	fromYear, years    int // from this many years before today
}

type districtText struct {
	name, intro  string
	parishes     []string
	housingAreas []string
	strengths    []strengthText
	plans        []planText
	coordinator  string // e-mail of the named contact
}

var districts = []districtText{
	{"Midtbyen", "Gamle gader, små baggårde og et torv, hvor man altid møder en, man kender. Her bor unge under uddannelse side om side med folk, der har boet her hele livet.",
		[]string{"Budolfi", "Vor Frelsers", "Ansgars", "Vor Frue"}, []string{"Kastanjegården", "Lygtegangen"},
		[]strengthText{
			{"Man kan gå til alt. Det gør, at vi mødes.", "Beboerrådet i Kastanjegården", 20},
			{"Butikkerne kender deres kunder og spørger til den, der ikke har været forbi længe.", "Handlende i gågaden", 48},
			{"Når der er fest i gården, stiller alle opgange et bord frem.", "Beboere i Lygtegangen", 84},
		},
		nil, koordinator},
	{"Vejgård", "En by i byen med egne butikker, egne skoler og en stolthed, der er nem at få øje på.",
		[]string{"Vejgård", "Sankt Markus"}, []string{"Rævebakken", "Teglparken"},
		[]strengthText{
			{"Her hilser man. Også på dem, der lige er flyttet ind.", "Åben dag i Teglparken", 12},
			{"Bedsteforældrene passer hele opgangens børn, når skolen har fri.", "Beboere på Rævebakken", 33},
			{"Foreningerne låner hinanden stole, lokaler og frivillige.", "Foreningsmødet i Vejgård", 90},
		},
		[]planText{{"social", "Naboer hele livet", "Boligforeningen Blåklokken", 1, 4}}, koordinator},
	{"Aalborg Øst", "Høje træer mellem husene, mange sprog på trapperne og nogle af byens mest øvede frivillige.",
		[]string{"Nørre Tranders", "Rørdal"}, []string{"Birkehaven", "Solsikkeparken", "Kildeengen"},
		[]strengthText{
			{"Når vi spørger, er der mange, der rækker hånden op.", "Tirsdagscaféen i Birkehaven", 6},
			{"De unge holder selv orden i værestedet og er stolte af det.", "Naboer til værestedet i Kildeengen", 27},
			{"Vi taler over tyve sprog, og der er altid en, der kan tolke.", "Afdelingsbestyrelsen i Birkehaven", 41},
			{"Køkkenhaverne mellem blokkene giver grøntsager nok til hele sommeren.", "Boligafdelingen Solsikkeparken", 76},
		},
		[]planText{
			{"physical", "Grønne gårde i Birkehaven", "Boligselskabet Havtornen", 2, 6},
			{"social", "Sammen om Kildeengen", "Boligselskabet Havtornen", 1, 4},
		}, koordinator},
	{"Gug og Tranders", "Rækkehuse, kolonihaver og lange cykelstier. Her bor mange børnefamilier, og mange har boet her, siden de selv var børn.",
		[]string{"Sønder Tranders", "Hans Egedes"}, []string{"Ellekrogen"},
		[]strengthText{
			{"Cykelværkstedet har fået hele kvarteret op på to hjul.", "Cykelværkstedet Kæden", 15},
			{"Kolonihaverne er åbne for alle om søndagen, og der er næsten altid kaffe på kanden.", "Haveejere i Gug", 70},
		},
		nil, kollega},
	{"Hasseris og Vesterkær", "Villaveje og etageboliger side om side. Afstanden er kortere, end man tror, når nogen inviterer.",
		[]string{"Hasseris", "Vesterkær"}, []string{"Mågevangen"},
		[]strengthText{
			{"Koret synger i gården på Mågevangen hver sommer, og alle vinduer står åbne.", "Musikforeningen Ekko", 100},
			{"Vi har mange med god tid og gode hænder, og de vil gerne spørges.", "Beboere på Mågevangen", 31},
		},
		nil, kollega},
	{"Skalborg", "Mellem de store veje ligger stille gader, hvor naboerne hjælper hinanden med stort og småt.",
		[]string{"Skalborg", "Margrethe"}, []string{"Lærkeparken", "Hyldehaven"},
		[]strengthText{
			{"Vi har plads: værksteder, sale og marker, som andre gerne må bruge.", "Afdelingsbestyrelsen i Lærkeparken", 22},
			{"Fodboldklubben tager imod alle, også dem uden støvler.", "FK Fjordvinden", 37},
			{"Legepladsen i Hyldehaven har vi selv bygget. Derfor passer vi på den.", "Forældre i Hyldehaven", 58},
		},
		[]planText{{"social", "Hånd i hånd i Hyldehaven", "Boligforeningen Blåklokken", 0, 4}}, kollega},
	{"Nørresundby", "Byen på den anden side af fjorden. Her er havn, værksteder, nye huse og et medborgerhus med lys i vinduerne.",
		[]string{"Nørresundby", "Lindholm"}, []string{"Lodsparken", "Fyrtårnet"},
		[]strengthText{
			{"Lanternen er hele byens dagligstue.", "Brugerne af Medborgerhuset Lanternen", 9},
			{"Virksomhederne på havnen ringer selv, når de har plads til en praktikant.", "Job og Uddannelse", 55},
			{"Vi går ned til fjorden sammen hver søndag, uanset vejret.", "Gågruppen i Lodsparken", 17},
		},
		[]planText{{"physical", "Nye facader i Lodsparken", "Boligselskabet Havtornen", 1, 5}}, koordinator},
	{"Hvorup og Vodskov", "Skov, bakker og små bysamfund. Der er langt mellem husene og kort mellem menneskene.",
		[]string{"Hvorup", "Vodskov"}, []string{"Skovkanten"},
		[]strengthText{
			{"Alle giver hinanden et lift. Ingen bliver hjemme, fordi bussen er kørt.", "Seniorklubben i Skovkanten", 64},
			{"Spejderne lærer børnene at tænde bål, og børnene lærer det videre til deres forældre.", "Spejderne i Ildfluen", 39},
		},
		nil, kollega},
	{"Klarup og Romdrup", "Landsbyer, der er vokset sammen, og tilflyttere, der hurtigt lærer hinanden at kende.",
		[]string{"Klarup", "Romdrup"}, nil,
		[]strengthText{
			{"Velkomstholdet banker på hos alle nye familier med kaffe og et kort over byen.", "Velkomstholdet i Klarup", 18},
			{"Forsamlingshuset er fyldt to gange om ugen, og vi rydder selv op.", "Beboere i Romdrup", 93},
		},
		nil, kollega},
}

type organisationText struct {
	name, kind, about, person, status string
	languages, districts              []string
}

const (
	approved = "approved"
	pending  = "pending"
	declined = "declined"

	// Both were approved at first.
	suspended = "suspended"
	merged    = "merged"
)

var organisations = []organisationText{
	{"Boligselskabet Havtornen", "housing_organisation", "Vi udlejer boliger i øst og nord. Vores beboermedarbejdere har altid tid til en kop kaffe, og fælleshusene må bruges af naboerne.", "Nanna Opdigt", approved, []string{"da", "en"}, []string{"Aalborg Øst", "Nørresundby"}},
	{"Boligforeningen Blåklokken", "housing_organisation", "En gammel andelsforening med nye ideer. Vi holder til i Vejgård og Skalborg og deler gerne værktøj, lokaler og viceværter.", "Palle Prøvesen", approved, []string{"da"}, []string{"Vejgård", "Skalborg"}},
	{"Afdelingsbestyrelsen i Birkehaven", "section_board", "Vi er syv beboere, der er valgt af naboerne. Vi kender trapperne, og trapperne kender os.", "Fadumo Eksempel", approved, []string{"da", "so", "ar"}, []string{"Aalborg Øst"}},
	{"Afdelingsbestyrelsen i Lærkeparken", "section_board", "Vi passer på Lærkeparken og har en sal, der står tom om formiddagen.", "Ove Påhit", approved, []string{"da"}, []string{"Skalborg"}},
	{"Boligafdelingen Solsikkeparken", "housing_section", "En afdeling med 400 boliger, en legeplads på taget og et værksted i kælderen.", "Layla Fantasi", approved, []string{"da", "ar", "ku"}, []string{"Aalborg Øst"}},
	{"Beboerrådet i Kastanjegården", "residents_board", "Beboerne i gården mødes den første mandag i måneden. Døren er åben for alle, der bor i Midtbyen.", "Grethe Opdigt", approved, []string{"da", "en"}, []string{"Midtbyen"}},
	{"Moskeen ved Lindealléen", "faith_community", "Vi beder, spiser og lærer sammen. Om fredagen er der mange i huset, og køkkenet er stort nok til hele kvarteret.", "Yusuf Eksempel", approved, []string{"da", "ar", "so", "tr"}, []string{"Aalborg Øst", "Vejgård"}},
	{"Kirkehuset Det Åbne Vindue", "faith_community", "Et kirkehus med legestue, suppe om torsdagen og plads til dem, der bare vil sidde lidt.", "Birgit Prøvesen", approved, []string{"da", "en", "uk"}, []string{"Midtbyen", "Hasseris og Vesterkær"}},
	{"Præsternes Kaffehold", "clergy_network", "Præster fra forskellige kirker, der mødes hver måned og siger ja, når nogen har brug for en at tale med.", "Mads Påhit", approved, []string{"da", "en", "de"}, []string{"Midtbyen", "Vejgård", "Nørresundby"}},
	{"Hjemstavnsforeningen Baobab", "hometown_association", "Vi er familier med rødder på Afrikas Horn. Vi laver mad, holder lektiecafé og tager imod nye naboer.", "Hodan Fantasi", approved, []string{"so", "ar", "da"}, []string{"Aalborg Øst", "Gug og Tranders"}},
	{"Hjemstavnsforeningen Solsikken", "hometown_association", "Ukrainere i Aalborg, der hjælper hinanden i gang: med breve, cykler, skole og job.", "Oksana Eksempel", approved, []string{"uk", "ru", "en"}, []string{"Nørresundby", "Midtbyen", "Vejgård"}},
	{"Kulturforeningen Granatæblet", "culture", "Musik, mad og højtider fra Afghanistan og Iran. Alle er velkomne ved bordet.", "Parisa Opdigt", approved, []string{"fa", "da"}, []string{"Vejgård", "Aalborg Øst"}},
	{"FK Fjordvinden", "sports_club", "Fodbold for alle aldre. Vi har trænere med tålmodighed og støvler, man kan låne.", "Torben Prøvesen", approved, []string{"da", "en", "ar"}, []string{"Skalborg", "Gug og Tranders"}},
	{"Svømmeklubben Sælungen", "sports_club", "Vi lærer børn og voksne at svømme. Tirsdag aften er kun for kvinder.", "Signe Fantasi", approved, []string{"da"}, []string{"Nørresundby"}},
	{"Cykelværkstedet Kæden", "association", "Frivillige, der reparerer cykler sammen med ejerne. Kom med en punktering, og gå hjem med et håndelag.", "Ahmad Påhit", approved, []string{"da", "ar", "en"}, []string{"Gug og Tranders", "Aalborg Øst"}},
	{"Kvindeforeningen Kardemommen", "association", "Kvinder fra hele byen, der bager, taler dansk og tager på udflugt sammen.", "Emine Eksempel", approved, []string{"tr", "ku", "da"}, []string{"Vejgård"}},
	{"Spejderne i Ildfluen", "association", "Spejdere i skoven ved Vodskov. Vi har telte, lejrbål og en stor trailer.", "Rikke Opdigt", approved, []string{"da"}, []string{"Hvorup og Vodskov", "Klarup og Romdrup"}},
	{"Musikforeningen Ekko", "culture", "Kor, band og et rum fuldt af instrumenter, som man kan låne.", "Lars Fantasi", approved, []string{"da", "en"}, []string{"Hasseris og Vesterkær", "Midtbyen"}},
	{"Bageriet Surdejen", "business", "Et bageri, der giver brødet videre, når dagen er slut, og som gerne tager imod en praktikant.", "Jonas Påhit", approved, []string{"da"}, []string{"Midtbyen", "Nørresundby"}},
	{"Flyttefirmaet Løft i Flok", "business", "Tre vogne og ti stærke folk. Om mandagen kan vi undvære en vogn til en god nabo.", "Kurt Prøvesen", approved, []string{"da", "pl"}, []string{"Nørresundby", "Skalborg", "Aalborg Øst"}},
	{"Bydelsbetjentene ved fjorden", "police", "Vi går tur uden at have travlt og kommer gerne til kaffe, også når der ikke er noget galt.", "Helle Eksempel", approved, []string{"da"}, []string{"Aalborg Øst", "Nørresundby", "Vejgård"}},
	{"Skolen ved Engen", "school", "En folkeskole med et stort køkken, en hal og elever, der gerne vil bruges til noget.", "Merete Fantasi", approved, []string{"da", "en"}, []string{"Aalborg Øst"}},
	{"Job og Uddannelse", "department", "Kommunens folk, der hjælper med job, praktik og uddannelse. Vi kommer ud, hvor folk er.", "Anne Opdigt", approved, []string{"da", "en"}, []string{"Aalborg Øst", "Nørresundby", "Midtbyen"}},
	{"Kultur og Fritid", "department", "Vi kender kommunens haller, biblioteker og foreninger og finder gerne et ledigt lokale.", "Peter Påhit", approved, []string{"da"}, []string{"Vejgård", "Hasseris og Vesterkær"}},
	{"Gårdavisen Trappenyt", "other", "Fem naboer, der skriver en lille avis om det, der sker i opgangene. Vi deler den ud på fire sprog.", "Dorte Prøvesen", approved, []string{"da", "ar", "so", "uk"}, []string{"Aalborg Øst", "Vejgård"}},
	{"Strikkeklubben Ret og Vrang", "association", "Vi strikker til dem, der fryser, og lærer gerne fra os.", "Inger Eksempel", pending, []string{"da"}, []string{"Vejgård"}},
	{"Hjemstavnsforeningen Oliven", "hometown_association", "Familier med rødder i Syrien. Vi vil gerne holde café og hjælpe med at tolke.", "Rami Fantasi", pending, []string{"ar", "ku", "da"}, []string{"Aalborg Øst", "Midtbyen"}},
	{"Kaffebaren Hjørnestenen", "business", "En lille kaffebar, der gerne vil låne lokalet ud om mandagen.", "Mille Prøvesen", pending, []string{"da", "en"}, []string{"Nørresundby"}},
	{"Kulturforeningen Fjordlyset", "culture", "Vi holdt lanternefest ved havnen i ti år og vil gerne i gang igen.", "Niels Fantasi", suspended, []string{"da"}, []string{"Nørresundby"}},
	{"Solsikkens Venner", "association", "Ukrainske familier og deres naboer. Vi er nu en del af Hjemstavnsforeningen Solsikken.", "Iryna Opdigt", merged, []string{"uk", "da"}, []string{"Nørresundby"}},
	{"Hurtige Lån og Gode Råd", "business", "Vi tilbyder lån uden ventetid.", "Vera Påhit", declined, []string{"da"}, []string{"Midtbyen"}},
}

const whyDeclined = "Tak, fordi I skrev til os. Portalen er til det, vi gør sammen i bydelene, og som ikke koster noget. Derfor hører lån ikke til her."

type cafeText struct {
	name, district, venue, address, about, starts, ends string
	repeat                                              cafe.Repeat
	weekday                                             int // 0 is Sunday
	languages, hosts                                    []string
	places                                              []cafe.PlaceSpec
	opensDays                                           int   // before a date that sign-up opens; 0: always open
	demand                                              []int // guests who would like to come, in percent of the places, date after date
}

var cafes = []cafeText{
	{"Tirsdagscafé i Birkehaven", "Aalborg Øst", "Fælleshuset Birkehaven", "Birkehaven 14, 9220 Aalborg Øst", "Kaffe, te og hjemmebag. Vi hjælper hinanden med breve fra skolen og kommunen, og børnene leger i hjørnet. Du behøver ikke kunne dansk.",
		"16:30", "18:30", cafe.Weekly, 2, []string{"da", "ar", "so", "en"}, []string{"Boligselskabet Havtornen", "Afdelingsbestyrelsen i Birkehaven", "Moskeen ved Lindealléen"},
		[]cafe.PlaceSpec{
			{Key: "guest", Kind: cafe.Guest, Capacity: 24},
			{Key: "host", Kind: cafe.Host, Minimum: 2, Capacity: 4},
			{Key: "interpreter", Kind: cafe.Interpreter, Minimum: 1, Capacity: 1, Language: "ar"},
			{Key: "interpreter-2", Kind: cafe.Interpreter, Capacity: 1, Language: "so"},
		}, 0, []int{220, 80}},
	{"Sprogcafé i Birkehaven", "Aalborg Øst", "Fælleshuset Birkehaven", "Birkehaven 14, 9220 Aalborg Øst", "Vi taler dansk om hverdagen: mad, arbejde, børn og vejret. Alle kan være med, også dem, der kun kan ti ord.",
		"19:00", "20:30", cafe.Fortnightly, 4, []string{"da", "uk", "ar"}, []string{"Boligselskabet Havtornen", "Hjemstavnsforeningen Baobab"},
		[]cafe.PlaceSpec{
			{Key: "guest", Kind: cafe.Guest, Capacity: 16},
			{Key: "host", Kind: cafe.Host, Minimum: 2, Capacity: 3},
		}, 0, []int{70, 120}},
	{"Nabocafé i Lanternen", "Nørresundby", "Medborgerhuset Lanternen", "Lodspladsen 3, 9400 Nørresundby", "Et bord, en kande kaffe og nogen at dele dagen med. Tag strikketøjet, kortspillet eller en nabo med.",
		"15:00", "17:00", cafe.Weekly, 3, []string{"da", "en", "uk"}, []string{"Boligselskabet Havtornen", "Hjemstavnsforeningen Solsikken", "Præsternes Kaffehold"},
		[]cafe.PlaceSpec{
			{Key: "guest", Kind: cafe.Guest, Capacity: 20},
			{Key: "host", Kind: cafe.Host, Minimum: 2, Capacity: 3},
			{Key: "driver", Kind: cafe.Driver, Capacity: 1},
		}, 0, []int{60, 95, 75}},
	{"Fællesspisning i Lanternen", "Nørresundby", "Medborgerhuset Lanternen", "Lodspladsen 3, 9400 Nørresundby", "Vi laver maden sammen og spiser den sammen. Der er altid en ret uden kød, og vi bruger ikke svinekød.",
		"17:30", "20:00", cafe.Monthly, 5, []string{"da", "en", "uk", "ar"}, []string{"Boligselskabet Havtornen", "Bageriet Surdejen", "Hjemstavnsforeningen Solsikken"},
		[]cafe.PlaceSpec{
			{Key: "guest", Kind: cafe.Guest, Capacity: 40},
			{Key: "host", Kind: cafe.Host, Minimum: 2, Capacity: 2},
			{Key: "kitchen", Kind: cafe.Kitchen, Minimum: 2, Capacity: 4, Starts: "17:30", Ends: "19:00"},
			{Key: "kitchen-2", Kind: cafe.Kitchen, Minimum: 1, Capacity: 3, Starts: "19:00", Ends: "20:00"},
		}, 42, []int{140}},
	{"Lørdagscafé i Teglparken", "Vejgård", "Beboerhuset Teglparken", "Tegltoften 8, 9000 Aalborg", "En rolig formiddag med rundstykker, avis og leg for de små. Cykelværkstedet kigger forbi med pumpe og lapper.",
		"10:00", "12:30", cafe.Fortnightly, 6, []string{"da", "tr", "fa"}, []string{"Boligforeningen Blåklokken", "Kvindeforeningen Kardemommen"},
		[]cafe.PlaceSpec{
			{Key: "guest", Kind: cafe.Guest, Capacity: 12},
			{Key: "host", Kind: cafe.Host, Minimum: 1, Capacity: 2},
		}, 0, []int{130, 60}},
}
