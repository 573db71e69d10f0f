package text

import "strings"

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// titles stand before a person's name.
var titles = set(`hr fru frk frøken herr dr`)

// givenNames are common in Denmark today, whatever language they come from.
var givenNames = set(`
aase abdi abdirahman abdul abdullah adam ahmad ahmed aisha aksel albert alberte alex alexander alfred ali alma amal amalie amina amir
anas anders andrea andreas andrij ane anette anine anita anja anna annamarie anne annelise annette annika anton arne arthur asger
asta astrid august aya ayan ayse basma bashir benedicte benjamin bent bente berit birgit birgitte birte birthe bjarne bo bodil
brian bruno børge camilla carina carl caroline casper caspar cecilie charlotte christian christina christine christoffer clara claus
dagny dan daniel david dennis ditte dorte dorthe ebba ebbe edith egon eigil elena elin elisabeth ella ellen else elsebeth emil emilie
emma emmanuel erik erika ernst ester esther eva ewa fadi fadumo farah farid fatema fatima fatma felix finn flemming frank frede frederik
frederikke freja frida frode gerda gert gitte grethe gudrun gunhild gunnar gurli hadi halima hamid hamza hanna hannah hanne hans harald
harry hassan hasan hawa helen helena helene helga helle henning henny henriette henrik herdis hilda hodan holger hugo hussein ibrahim
ida ilse inga inge ingeborg inger ingrid irena irene irina iryna isabella ismail ivan jacob jakob jakub jamal jamila jan jane janne
jannie jens jeppe jesper jette jimmi jimmy joan joanna johan johanna johanne johannes john johnny jonas jonathan jørgen jørn josefine
judith julia julie julius jytte kaj kamilla karen karin karina karl karla karoline kasper kate katrine kenneth kent khadija khaled khalid kim
kirsten kirstine kjeld klaus knud konrad kristian kristina kristine kristoffer kurt lars lasse laura laurits layla leif lena lene lennart
leyla lilian lily lina linda line linea lis lisa lisbet lisbeth lise lisette liv lone lotte louis louise lucas lucia ludvig lukas lykke
mads magnus mahmoud mai maj maja malene malik malthe maren margit margrethe maria mariam marianne marie marija marina mario marius mark
markus martha martin marwan maryam mathias mathilde max mehmet merete mette mia michael michelle mie mikael mikkel mille minna mogens
mohamad mohamed mohammad mohammed mona monika morten muhammad muna musa mustafa nadia nadja nanna natalia natasha nete nicklas nicolai
nicoline niels niklas nikolaj nina noah noor nora nour ole olena oleksandr oksana oliver olga oliwia omar osama oscar oskar osman otto ove palle
patrick paul paula peder per pernille peter philip pia piotr poul povl preben rahma ramadan randi rania rasmus rebecca regitze rene rené
rikke rita robert robin rolf roman ronja rosa rune ruth rød sabrina said salma salim samir samira sander sandra sara sarah saad sebastian
selma shirin signe sigrid sigurd silas silje simon simone sine sofia sofie solveig sonja stefan stella steen stig storm sultan susan susanne svetlana
svend sven søren tanja tariq tatjana tetiana thea theodor theresa thomas thor thorkild thorvald tilde tim tina tine tobias tom tommy torben tove trine troels
tyra ulla ulrik vagn valdemar vera verner vibeke victor victoria vigga viggo viktor viktoria villads villy vilma vivi volodymyr walid wilhelm
william yasin yasmin yasmine yousef youssef yusuf yvonne zahra zainab zeynep åge åse`)

// alsoWords are given names that are words, or parts of other names, as well.
var alsoWords = set(`bo dan liv max maj rød storm sultan mark frank line lis lykke per kim kent august mai ali said musa inge asta roman david felix noor
else robin rune rose magnus ester anna hans mille stig`)

// surnames are those that every text about people is full of.
var surnames = set(`
jensen nielsen hansen pedersen andersen christensen larsen sørensen rasmussen jørgensen petersen madsen kristensen olsen thomsen
christiansen poulsen johansen knudsen mortensen jacobsen jakobsen mikkelsen olesen frederiksen laursen henriksen lassen schmidt eriksen
kristiansen clausen simonsen svendsen andreasen iversen jeppesen nissen lauritsen mogensen jespersen dahl carlsen bertelsen
gregersen michelsen villadsen steffensen jessen lorentzen antonsen davidsen danielsen mathiesen mathiasen paulsen torp bach østergaard nguyen hussain
ahmadi mohammadi yilmaz demir kaya kowalski nowak shevchenko bondarenko kovalenko`)

// alsoSen are words that end as surnames do.
var alsoSen = set(`dansen indsatsen adressen klassen processen interessen rejsen pausen krisen prisen kassen messen bussen massen pressen krydsen
rejsesen grænsen glasen kursen plansen kommissen syltekrukkesen konferencen basen fasen vasen nissen påsen præstedatter datter stedatter
svigerdatter husassistensen diskussen balsen korsen huskesen succesen sygekassen postkassen hilsen julehilsen påskehilsen lyssen kredsen
vennekredsen omkredsen sognekredsen personkredsen essensen tendensen licensen residensen konsekvensen frekvensen dispensen kompetensen
sæson person kostperson nøgleperson kontaktperson saison jasmin`)

// places are words of places, houses, associations and authorities.
var places = set(`
aalborg nørresundby aarhus århus danmark danmarks dansk danske danskere nordjylland nordjyske jylland europa øst vest nord syd midt centrum
røde kors barnet red folkekirkens kirkens korshær nødhjælp frelsens hær ældre sagen mødrehjælpen flygtningehjælp
kommune kommunen forening foreningen klub klubben skole skolen kirke kirken moske moskeen hus huset center centret centeret café cafe caféen
park parken by byen plads pladsen torv torvet vej gade allé bolig boligforening boligselskab afdeling bydel bydelen menighed menigheden
sankt skt vor vores frue mariæ nye ny gamle gammel store stor lille det den de en et vi i og for med på til fra ved af som om der her hvis når
forvaltning politi politiet universitet bibliotek biblioteket union ungdom ungdommens beboer beboerne beboerhus råd rådet udvalg udvalget gruppe gruppen
social sociale boligsociale helhedsplan netværk netværket projekt projektet team jobcenter region regionen fællesskab frivillig frivillige
boldklub idrætsforening gymnastikforening kulturhus kulturforening hjemstavnsforening spejder spejderne
mandag tirsdag onsdag torsdag fredag lørdag søndag januar februar marts april juni juli august september oktober november december
jul påske pinse ramadan eid fastelavn jesus gud allah islam koran koranen bibelen
ukraine somalia syrien irak iran tyrkiet polen rumænien libanon palæstina bosnien vietnam eritrea tamil arabisk ukrainsk somalisk tyrkisk engelsk
zoom teams facebook messenger instagram whatsapp google`)

// placeEndings end the names of places, houses and associations.
var placeEndings = strings.Fields(`
forening foreningen foreningens klub klubben klubbens klubs skole skolen skolens kirke kirken kirkens hus huset husets center centret centeret
by byen bydel parken park vænget gård gården gaard gaarden vej vejen gade gaden allé alleen alléen plads pladsen torv torvet bakken høj højen
kommune kommunen råd rådet udvalg udvalget selskab selskabet moske moskeen menighed menigheden sogn sognet kredsen café caféen cafeen
bolig boliger boligerne spejder spejderne værket værkstedet biblioteket haven havnen lunden marken engen toften dalen skov skoven strand stranden
netværk netværket hjælp hjælpen hjælpens hæren fonden samvirket rummet loftet salen laugeth lauget ordningen festen dagen aftenen ugen mødet`)
