package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/initiative"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
	"mellemrum/internal/theme"
)

// initiativeText is an initiative of the demo. Days count from today.
type initiativeText struct {
	title     string
	kind      initiative.Kind
	districts []string
	theme     string
	owner     string // e-mail of staff
	words     initiative.Words
	later     initiative.Words // what a party made of them; none: nobody has
	begun     int
	parties   []partyText
	records   []recordText
	leave     *leaveText
	steps     []stepText
}

type partyText struct {
	organisation, contribution string // without a contribution it is only invited
	lead                       bool
	people                     []initiative.Person
}

type recordText struct {
	day           int
	how           initiative.How
	residents     int
	said, changed string
	objections    []initiative.Objection
}

type leaveText struct {
	day, deadline int
	reason        string
}

type stepText struct {
	day    int
	to     initiative.Status
	ending string
}

// heardLater is the initiative that was agreed before residents took part.
const heardLater = "Varm suppe i gården"

var initiatives = []initiativeText{
	{title: "Fælles have bag Solsikkeparken", kind: initiative.General, districts: []string{"Aalborg Øst"}, theme: "Uderum og bolig", owner: koordinator,
		words: initiative.Words{Purpose: "Et grønt sted, hvor man møder hinanden uden at have aftalt det.",
			Need: "Til gårdmødet sagde mange, at plænen bag husene står tom, mens børnene leger på parkeringspladsen.",
			Body: "Vi laver bede, bænke og et bord under tag. Hvem der passer hvad, og hvordan det skal se ud, aftaler vi sammen."},
		later: initiative.Words{Purpose: "Et grønt sted, hvor man møder hinanden uden at have aftalt det.",
			Need: "Til gårdmødet sagde mange, at plænen bag husene står tom, mens børnene leger på parkeringspladsen. De ældre savner et sted at sidde i skygge.",
			Body: "Vi laver høje bede, som man kan nå fra en kørestol, bænke og et bord under tag. Hver opgang får sit eget bed.\n\nHvem der passer resten, og hvordan det skal se ud, aftaler vi sammen."},
		begun: -19,
		parties: []partyText{
			{"Boligafdelingen Solsikkeparken", "Jorden, vandet og en dag om ugen fra vores vicevært.", true, []initiative.Person{{Name: "Layla Fantasi", Role: "afdelingsleder", Level: initiative.Operational}}},
			{"Hjemstavnsforeningen Baobab", "Folk, der har dyrket jord hele livet, og mad til arbejdsdagene.", false, []initiative.Person{{Name: "Hodan Fantasi", Role: "forkvinde", Level: initiative.Operational}}},
			{"Kultur og Fritid", "Planter og en gartner de to første lørdage.", true, []initiative.Person{{Name: "Peter Påhit", Role: "chef", Level: initiative.Strategic}, {Name: "Gerda Eksempel", Role: "gartner", Level: initiative.Operational}}},
			{organisation: "Boligselskabet Havtornen"}, {organisation: "Skolen ved Engen"},
		},
		steps: []stepText{{-15, initiative.CoCreation, ""}}},
	{title: "Velkomst på trappen", kind: initiative.Newcomers, districts: []string{"Vejgård"}, theme: "Velkomst til nye naboer", owner: koordinator,
		words: initiative.Words{Purpose: "Ingen skal bo en måned i Vejgård uden at have fået en kop kaffe af en nabo.",
			Need: "Hver måned flytter omkring ti familier ind på Rævebakken og i Teglparken. Mange kender ingen.",
			Body: "To naboer banker på inden for den første uge. De har kaffe med, et kort over kvarteret på fem sprog og et telefonnummer, som man må bruge.\n\nEn gang om måneden er der velkomstbord i Beboerhuset."},
		begun: -130,
		parties: []partyText{
			{"Boligforeningen Blåklokken", "Vi siger til, når nogen flytter ind og gerne vil have besøg, og giver lokalet.", true, []initiative.Person{{Name: "Palle Prøvesen", Role: "beboerrådgiver", Level: initiative.Operational}}},
			{"Kulturforeningen Granatæblet", "Naboer, der taler farsi og dari, og te til velkomstbordet.", false, nil},
			{"Kvindeforeningen Kardemommen", "Tolv kvinder, der banker på, og kage.", false, nil},
		},
		records: []recordText{
			{-112, initiative.AtSection, 27, "Folk vil gerne besøges, men ikke overraskes. De fleste vil helst have besøg af en fra samme opgang.",
				"Vi spørger først med en seddel, hvor man krydser af. Hver opgang har nu sine egne to naboer.",
				[]initiative.Objection{{Objection: "Får I så at vide, hvem vi er, når vi flytter ind?", Answer: "Nej. Kun de, der selv krydser af, får besøg. Vi skriver ingen navne ned."}}},
			{-34, initiative.DoorToDoor, 41, "Kortet er godt, men mangler lægen og bussen. Velkomstbordet ligger for tidligt for dem, der arbejder.",
				"Kortet er trykt om, og velkomstbordet begynder nu kl. 18.30.", nil},
		},
		steps: []stepText{{-120, initiative.CoCreation, ""}, {-100, initiative.Agreed, ""}, {-92, initiative.Running, ""}}},
	{title: "Lånecykler til det første job", kind: initiative.Pilot, districts: []string{"Nørresundby", "Aalborg Øst"}, theme: "Job og uddannelse", owner: koordinator,
		words: initiative.Words{Purpose: "Den, der får et job på havnen, skal kunne komme derhen kl. 6.",
			Need: "Bussen kører først kl. 6.20. To har sagt nej til et job på grund af det.", Body: "Ti cykler kan lånes i tre måneder. Cykelværkstedet holder dem kørende."},
		begun: -170,
		parties: []partyText{
			{"Cykelværkstedet Kæden", "Ti cykler og en aften om ugen med skruenøgle.", true, nil},
			{"Job og Uddannelse", "Vi fortæller om cyklerne, når nogen får job.", false, nil},
			{"Bageriet Surdejen", "Et skur med lås, hvor cyklerne kan stå tørt.", false, nil},
		},
		records: []recordText{{-150, initiative.AtWorkshop, 12, "Det er ikke cyklen, der mangler, men lys på stien og et sted at skifte tøj.",
			"Vi gik i gang med fem cykler i stedet for ti og søgte om lys på stien.", nil}},
		steps: []stepText{{-160, initiative.CoCreation, ""}, {-148, initiative.Agreed, ""}, {-140, initiative.Running, ""},
			{-27, initiative.Stopped, "Kun fire lånte en cykel, og to af dem købte en selv bagefter. Det var stien, der var problemet. Der er lys på den nu, og så kan folk cykle på deres egne cykler.\n\nNæste gang spørger vi om vejen, før vi køber noget."}}},
	{title: heardLater, kind: initiative.General, districts: []string{"Midtbyen"}, theme: "Trivsel og hverdag", owner: koordinator,
		words: initiative.Words{Purpose: "Varm mad og selskab to aftener om ugen, mens det er koldt.",
			Need: "Kirkehuset har set flere, der kommer for at få varmen.", Body: "Suppe, brød og et langt bord hver mandag og torsdag kl. 17. Alle kan komme, og man kan også hjælpe til."},
		begun: -26,
		parties: []partyText{
			{"Kirkehuset Det Åbne Vindue", "Køkkenet, rummet og to, der står for maden.", true, nil},
			{"Bageriet Surdejen", "Brød fra samme dag.", false, nil},
		},
		leave: &leaveText{-12, 6, "Frosten kom tidligt, og køkkenet var ledigt fra mandag. Vi går i gang nu og spørger naboerne undervejs."},
		steps: []stepText{{-20, initiative.CoCreation, ""}, {-11, initiative.Agreed, ""}}},
	{title: "Lektiehjælp på fodboldbanen", kind: initiative.Young, districts: []string{"Skalborg"}, theme: "Børn, unge og skole", owner: kollega,
		words: initiative.Words{Purpose: "De unge er der alligevel. Lad os tage bøgerne med.",
			Need: "Trænerne hører, at flere er ved at give op i matematik."},
		begun:   -6,
		parties: []partyText{{"FK Fjordvinden", "Klubhuset en time før træning.", true, nil}, {organisation: "Boligforeningen Blåklokken"}}},
}

// makeInitiatives writes the demo's initiatives as if they had been shaped over
// the last months. Nobody is mailed.
func (f *filler) makeInitiatives(ctx context.Context) error {
	themes, err := theme.New(f.db).Current(ctx)
	if err != nil {
		return err
	}
	for _, in := range initiatives {
		if _, there, err := f.idOf(ctx, `SELECT id FROM initiatives WHERE slug = $1`, text.Slug(in.title)); err != nil || there {
			if err != nil {
				return err
			}
			continue
		}
		if err := f.makeInitiative(ctx, in, themes); err != nil {
			return fmt.Errorf("%s: %w", in.title, err)
		}
	}
	return f.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM river_job WHERE kind = 'mail' AND args->>'letter' LIKE 'initiative%'`); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "seed.initiatives", Object: "demo", ID: demoID})
	})
}

// initiativesAt are the initiatives as they stood that many days from today.
func (f *filler) initiativesAt(day int) *initiative.Service {
	return initiative.New(f.db.At(f.now.AddDate(0, 0, day)))
}

// staffAs is one of the demo's staff with every district in hand.
func (f *filler) staffAs(email string) authz.Actor {
	return authz.Actor{Role: authz.Administrator, AccountID: f.accounts[email]}
}

func (f *filler) makeInitiative(ctx context.Context, in initiativeText, themes []theme.Theme) error {
	by := f.staffAs(in.owner)
	input := initiative.Input{Title: in.title, Kind: in.kind, Districts: f.districtIDs(in.districts), Comments: initiative.Before, Owner: by.AccountID, Words: in.words}
	for _, t := range themes {
		if t.Name == in.theme {
			input.Themes = append(input.Themes, t.ID)
		}
	}
	ref, err := f.initiativesAt(in.begun).Create(ctx, by, input)
	if err != nil {
		return err
	}
	if err := f.gather(ctx, by, ref.ID, in); err != nil {
		return err
	}
	for _, r := range in.records {
		if err := f.recordHeard(ctx, by, ref.ID, r); err != nil {
			return err
		}
	}
	for _, s := range in.steps {
		if in.leave != nil && s.to == initiative.Agreed {
			if err := f.initiativesAt(in.leave.day).Open(ctx, f.staffAs(administrator), ref.ID, in.leave.reason, f.today.AddDate(0, 0, in.leave.deadline)); err != nil {
				return err
			}
		}
		if err := f.initiativesAt(s.day).Step(ctx, by, ref.ID, s.to, s.ending); err != nil {
			return err
		}
	}
	if in.later == (initiative.Words{}) {
		return nil
	}
	at := slices.IndexFunc(SignIns(), func(s SignIn) bool {
		return slices.ContainsFunc(in.parties, func(p partyText) bool { return p.organisation == s.Organisation && p.contribution != "" })
	})
	if at < 0 {
		return nil
	}
	s := SignIns()[at]
	writer := authz.Actor{Role: authz.Partner, AccountID: f.accounts[s.Email], Organisations: []authz.Membership{{OrganisationID: f.organisations[s.Organisation]}}}
	return f.initiativesAt(-3).SaveWords(ctx, writer, ref.ID, 1, in.later)
}

// gather invites the parties of an initiative; those with something to bring
// say yes a day later.
func (f *filler) gather(ctx context.Context, by authz.Actor, id uuid.UUID, in initiativeText) error {
	ids := make([]uuid.UUID, len(in.parties))
	for n, p := range in.parties {
		ids[n] = f.organisations[p.organisation]
	}
	if _, err := f.initiativesAt(in.begun+1).Invite(ctx, by, id, ids); err != nil {
		return err
	}
	joins := f.initiativesAt(in.begun + 3)
	for n, p := range in.parties {
		if p.contribution == "" {
			continue
		}
		party, err := pg.One(ctx, f.db.Fresh(), `SELECT id FROM initiative_parties WHERE initiative_id = $1 AND organisation_id = $2`, pg.Scalar[uuid.UUID], id, ids[n])
		if err != nil {
			return err
		}
		member := authz.Actor{Role: authz.Partner, Organisations: []authz.Membership{{OrganisationID: ids[n], Slug: text.Slug(p.organisation)}}}
		if err := joins.Join(ctx, member, id, party, initiative.Share{Contribution: p.contribution, People: p.people}); err != nil {
			return fmt.Errorf("%s: %w", p.organisation, err)
		}
		if p.lead {
			if err := joins.Lead(ctx, by, id, party, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *filler) recordHeard(ctx context.Context, by authz.Actor, id uuid.UUID, r recordText) error {
	return f.initiativesAt(r.day+1).Record(ctx, by, id, initiative.Involvement{HeldOn: f.today.AddDate(0, 0, r.day), How: r.how, Residents: r.residents,
		Said: r.said, Changed: r.changed, Objections: r.objections})
}

// hearResidents keeps the word that was given: when the time that residents were
// put off to is nearly over, they are heard. Whoever tries out the demo may have
// done it, or taken the initiative elsewhere; then it stays as they left it.
func (f *filler) hearResidents(ctx context.Context) error {
	i, err := initiative.New(f.db).BySlug(ctx, authz.Actor{Role: authz.Administrator}, text.Slug(heardLater))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if !i.WithoutResidents() || i.Status != initiative.Agreed || f.today.Before(i.Override.Deadline.AddDate(0, 0, -1)) {
		return nil
	}
	by := authz.Actor{Role: authz.Administrator}
	if i.OwnerID != nil {
		by.AccountID = *i.OwnerID
	}
	if err := f.recordHeard(ctx, by, i.ID, recordText{-1, initiative.AtCafe, 23, "Maden er god. Flere vil gerne lave mad selv og ikke kun spise.",
		"Torsdag er nu beboernes egen aften i køkkenet.", []initiative.Objection{{Objection: "Der lugter af suppe i opgangen.", Answer: "Vi har fået nyt filter og lukker døren til trappen."}}}); err != nil {
		return err
	}
	return initiative.New(f.db).Step(ctx, by, i.ID, initiative.Running, "")
}
