package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/concern"
	"mellemrum/internal/district"
	"mellemrum/internal/pg"
	"mellemrum/internal/theme"
)

// concernText is a note of the demo. Days count from today.
type concernText struct {
	kind            concern.Kind
	district, place string
	pattern         string
	themes          []string
	source          concern.Source
	words           string
	seen            int
	invited         string // an organisation
	added           string // what they saw, some days later
	ask, initiative string // titles of what it became
	led             int    // when
	outcome         string
	by              string
}

var concernTexts = []concernText{
	{kind: concern.Worry, district: "Aalborg Øst", place: "Gården mellem de høje træer", pattern: "Der er mørkt på stien fra busstoppet efter klokken fire. Flere går en omvej, og nogle bliver hjemme fra aftenholdene.",
		themes: []string{"Tryghed", "Uderum og bolig"}, source: concern.Residents, words: "flere naboer ved caféen", seen: -18,
		invited: "Boligselskabet Havtornen", added: "To af lamperne ved stien er gået ud. Vi har bestilt nye.", by: koordinator},
	{kind: concern.Wellbeing, district: "Aalborg Øst", place: "Værestedet", pattern: "De unge rydder op efter sig og hilser på dem, der går forbi. De ældre er begyndt at kigge ind om eftermiddagen.",
		themes: []string{"Børn, unge og skole", "Naboskab og fællesskab"}, source: concern.Volunteers, words: "værterne om torsdagen", seen: -12, by: koordinator},
	{kind: concern.Worry, district: "Aalborg Øst", place: "Gårdhaven", pattern: "Jorden ligger ubrugt hen, og de få bænke er i stykker. Folk vil gerne mødes, men ved ikke, hvem de skal spørge.",
		themes: []string{"Uderum og bolig"}, source: concern.Partner, words: "afdelingen selv", seen: -40, initiative: "Fælles have bag Solsikkeparken", led: -18, by: koordinator},
	{kind: concern.Worry, district: "Vejgård", place: "Trapperne ved skolen", pattern: "Børn laver lektier på trappen om eftermiddagen, fordi der er trangt og larm derhjemme.",
		themes: []string{"Børn, unge og skole"}, source: concern.Staff, seen: -33, ask: "Et lokale til lektiehjælp", led: -23, by: koordinator},
	{kind: concern.Worry, district: "Vejgård", place: "Opgangene", pattern: "Nye familier står uden nogen at spørge den første måned. Post og affald giver kludder, og det bliver til sure sedler på døren.",
		themes: []string{"Velkomst til nye naboer"}, source: concern.Staff, words: "set ved åbent hus", seen: -140, initiative: "Velkomst på trappen", led: -129,
		invited: "Boligforeningen Blåklokken", added: "Det samme spørgsmål om affald kommer hver uge på kontoret.", by: koordinator},
	{kind: concern.Wellbeing, district: "Vejgård", place: "Fællesrummet", pattern: "Der bliver spist sammen den første søndag i måneden, og det er nye ansigter, der laver maden.",
		themes: []string{"Naboskab og fællesskab"}, source: concern.Residents, seen: -9, by: koordinator},
	{kind: concern.Worry, district: "Midtbyen", place: "Torvet", pattern: "Ældre bliver siddende alene om formiddagen, fordi bænkene står hver for sig.",
		themes: []string{"Trivsel og hverdag"}, source: concern.Other, words: "handlende i gaden", seen: -60,
		outcome: "Bænkene er flyttet sammen om et bord. Der sidder nu nogen og taler sammen hver formiddag.", by: koordinator},
	{kind: concern.Worry, district: "Skalborg", place: "Boldbanen", pattern: "De yngste har ingen steder at lave lektier efter træning. De hænger ud i kulden, til de bliver hentet.",
		themes: []string{"Børn, unge og skole"}, source: concern.Partner, words: "trænerne", seen: -25, initiative: "Lektiehjælp på fodboldbanen", led: -5, by: kollega},
}

// sides are whom some districts work with, and who sees to what there.
var sides = map[string]struct {
	relations []relationText
	duties    [][2]string // whom: staff by e-mail, an organisation, or words; and what
}{
	"Aalborg Øst": {
		[]relationText{{"Boligselskabet Havtornen", "Gårdene, lokaler og beboermøder", district.Close, 26}, {"Hjemstavnsforeningen Baobab", "Fællesspisning og tolkning", district.Good, 9},
			{"Butikkerne ved stationen", "Vi har hilst på, ikke mere endnu", district.Beginning, 1}, {"En idrætsforening for piger", "", district.Missing, 0}},
		[][2]string{{koordinator, "Det faste møde med boligafdelingerne"}, {"Boligselskabet Havtornen", "Nøgler til fællesrummene"}, {"Caféværterne", "Opslagstavlen i Birkehaven"}},
	},
	"Vejgård": {
		[]relationText{{"Boligforeningen Blåklokken", "Velkomst til dem, der flytter ind", district.Good, 14}},
		[][2]string{{koordinator, "Kontakt til skolerne"}},
	},
}

type relationText struct {
	who, what string
	tie       district.Tie
	months    int // since; zero: no date
}

// makeConcerns writes what was seen in the districts over the last months, and
// the staff's side of some of them. Nobody is mailed.
func (f *filler) makeConcerns(ctx context.Context) error {
	themes, err := theme.New(f.db).Current(ctx)
	if err != nil {
		return err
	}
	for _, c := range concernTexts {
		if _, there, err := f.idOf(ctx, `SELECT id FROM concerns WHERE pattern = $1`, c.pattern); err != nil || there {
			if err != nil {
				return err
			}
			continue
		}
		if err := f.makeConcern(ctx, c, themes); err != nil {
			return fmt.Errorf("%s: %w", c.place, err)
		}
	}
	for name := range sides {
		if err := f.makeSide(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return f.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM river_job WHERE kind = 'mail' AND args->>'letter' = 'concern_invited'`); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "seed.concerns", Object: "demo", ID: demoID})
	})
}

func (f *filler) makeConcern(ctx context.Context, c concernText, themes []theme.Theme) error {
	at := func(day int) *concern.Service { return concern.New(f.db.At(f.now.AddDate(0, 0, day))) }
	by := f.staffAs(c.by)
	in := concern.Input{Kind: c.kind, District: f.districtIDs([]string{c.district})[0], Place: c.place, Pattern: c.pattern, Source: c.source, SourceWords: c.words,
		SeenOn: f.today.AddDate(0, 0, c.seen)}
	for _, t := range themes {
		for _, name := range c.themes {
			if t.Name == name {
				in.Themes = append(in.Themes, t.ID)
			}
		}
	}
	id, err := at(c.seen).Create(ctx, by, in)
	if err != nil {
		return err
	}
	if c.invited != "" {
		if err := f.seeToo(ctx, at, by, id, c); err != nil {
			return err
		}
	}
	for sql, title := range map[string]string{`SELECT id FROM asks WHERE title = $1`: c.ask, `SELECT id FROM initiatives WHERE title = $1`: c.initiative} {
		to, there, err := f.idOf(ctx, sql, title)
		if err != nil {
			return err
		}
		if !there {
			continue
		}
		ask, initiative := to, uuid.Nil
		if title == c.initiative {
			ask, initiative = initiative, ask
		}
		if err := at(c.led).Led(ctx, by, id, ask, initiative); err != nil {
			return err
		}
	}
	if c.outcome == "" {
		return nil
	}
	return at(-8).Close(ctx, by, id, concern.Ending{Outcome: c.outcome, ClosedOn: f.today.AddDate(0, 0, -8)})
}

// seeToo lets a partner add what they see.
func (f *filler) seeToo(ctx context.Context, at func(int) *concern.Service, by authz.Actor, id uuid.UUID, c concernText) error {
	partner := f.organisations[c.invited]
	if err := at(c.seen+1).Invite(ctx, by, id, []uuid.UUID{partner}); err != nil {
		return err
	}
	from := authz.Actor{Role: authz.Partner, Organisations: []authz.Membership{{OrganisationID: partner}}}
	for _, s := range SignIns() {
		if s.Organisation == c.invited {
			from.AccountID = f.accounts[s.Email]
		}
	}
	return at(c.seen+4).Observe(ctx, from, id, concern.Seen{OnDate: f.today.AddDate(0, 0, c.seen+4), Body: c.added})
}

func (f *filler) makeSide(ctx context.Context, name string) error {
	s := district.New(f.db)
	by, id := f.staffAs(koordinator), f.districtIDs([]string{name})[0]
	if _, there, err := f.idOf(ctx, `SELECT id FROM districts WHERE id = $1 AND side_version > 0`, id); err != nil || there {
		return err
	}
	var in district.SideInput
	for _, r := range sides[name].relations {
		one := district.Relation{What: r.what, Tie: r.tie, Organisation: f.organisations[r.who], Name: r.who}
		if r.months > 0 {
			since := f.today.AddDate(0, -r.months, 0)
			one.Since = &since
		}
		in.Relations = append(in.Relations, one)
	}
	for _, d := range sides[name].duties {
		in.Duties = append(in.Duties, district.Duty{Account: f.accounts[d[0]], Organisation: f.organisations[d[0]], Name: d[0], What: d[1]})
	}
	return s.SaveSide(ctx, by, id, in)
}
