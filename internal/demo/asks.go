package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/ask"
	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// askText is an ask of the demo. Days count from today.
type askText struct {
	title, why, place, happens string
	districts                  []string
	public                     bool
	asked, answerBy            int
	parts                      []ask.Part
	hands                      []handText
	outcome                    ask.Outcome // empty: still open
	story                      string
}

// handText is an organisation's answer: how much of each part; none is a no.
type handText struct {
	organisation, person, note string
	quantities                 []int
	reply                      ask.Reply // empty: nobody has answered it yet
}

var asks = []askText{
	{title: "Hjælp til at flytte på lørdag", why: "En familie i bydelen flytter fra fjerde sal. De har ingen bil, og børnene er små. Mange hænder gør det til en god dag.",
		place: "Birkehaven, Aalborg Øst", happens: "Lørdag fra kl. 10", districts: []string{"Aalborg Øst"}, public: true, asked: -2, answerBy: 4,
		parts: []ask.Part{{What: "flyttehjælp", Quantity: 6, Unit: "timer"}, {What: "varevogn med chauffør", Quantity: 1}, {What: "tolke, ukrainsk", Quantity: 2}},
		hands: []handText{
			{"Hjemstavnsforeningen Solsikken", "Oksana Opdigt", "Vi kan fra kl. 11.", []int{4, 0, 1}, ask.Accepted},
			{"Boligselskabet Havtornen", "Nanna Opdigt", "Vognen er fri hele dagen.", []int{0, 1, 0}, ""},
			{"Moskeen ved Lindealléen", "Yusuf Påhit", "Vi har åbent hus den dag.", nil, ""},
		}},
	{title: "Værter til caféen om onsdagen", why: "Der kommer flere gæster, end der er hænder til. Vi mangler nogen, der vil dække bord, brygge kaffe og tage imod.",
		place: "Medborgerhuset Lanternen", happens: "Onsdage kl. 15 til 17", districts: []string{"Nørresundby"}, asked: -1, answerBy: 9,
		parts: []ask.Part{{What: "værter", Quantity: 3}, {What: "bagværk", Quantity: 2, Unit: "plader"}}},
	{title: "Hænder til havedagen i gården", why: "Beboerne vil plante æbletræer og bygge bænke i gården. Jorden er hård, så det går bedst, når vi er mange.",
		place: "Kastanjegården, Midtbyen", happens: "Den sidste søndag i måneden kl. 11", districts: []string{"Midtbyen"}, public: true, asked: -9, answerBy: 6,
		parts: []ask.Part{{What: "hjælp til at grave og plante", Quantity: 8, Unit: "timer"}, {What: "trillebøre", Quantity: 3}},
		hands: []handText{
			{"Musikforeningen Ekko", "Lars Fantasi", "Vi spiller også gerne, mens der bliver gravet.", []int{4, 0}, ""},
		}},
	{title: "Et lokale til lektiehjælp", why: "En gruppe forældre vil gerne lave lektiecafé to gange om ugen. De mangler et sted med borde, lys og ro.",
		happens: "Tirsdag og torsdag eftermiddag", districts: []string{"Vejgård"}, public: true, asked: -24, answerBy: -15,
		parts:   []ask.Part{{What: "lokale til 20 personer", Quantity: 1}},
		hands:   []handText{{"Boligforeningen Blåklokken", "Palle Prøvesen", "Beboerhuset er frit tirsdag og torsdag.", []int{1}, ask.Thanked}},
		outcome: ask.Fulfilled, story: "Lektiecaféen er i gang i Beboerhuset Teglparken. Første gang kom der 14 børn og 6 voksne. Tak for lokalet!"},
}

// makeAsks writes the demo's asks as if they had been sent and answered some
// days ago. Nobody is mailed.
func (f *filler) makeAsks(ctx context.Context) error {
	coordinator := SignIns()[1]
	for _, a := range asks {
		if _, there, err := f.idOf(ctx, `SELECT id FROM asks WHERE title = $1`, a.title); err != nil || there {
			if err != nil {
				return err
			}
			continue
		}
		if err := f.makeAsk(ctx, coordinator, a); err != nil {
			return fmt.Errorf("%s: %w", a.title, err)
		}
	}
	return f.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM river_job WHERE kind = 'mail' AND args->>'letter' LIKE 'ask%'`); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "seed.asks", Object: "demo", ID: demoID})
	})
}

func (f *filler) makeAsk(ctx context.Context, by SignIn, a askText) error {
	at := func(days, hours int) *ask.Service {
		return ask.New(f.db.At(f.now.AddDate(0, 0, days).Add(time.Duration(hours) * time.Hour)))
	}
	actor := authz.Actor{Role: authz.Administrator, AccountID: f.accounts[by.Email], Name: by.Name}
	id, err := at(a.asked, 0).Save(ctx, actor, ask.Input{Title: a.title, Why: a.why, Place: a.place, Happens: a.happens, Public: a.public,
		AnswerBy: f.today.AddDate(0, 0, a.answerBy), RemindDays: 2, ContactName: by.Name, ContactEmail: by.Email, Parts: a.parts,
		Audience: ask.Audience{Districts: f.districtIDs(a.districts)}})
	if err == nil {
		err = at(a.asked, 0).Send(ctx, actor, id)
	}
	if err != nil {
		return err
	}
	written, err := at(a.asked, 0).ByID(ctx, actor, id)
	if err != nil {
		return err
	}
	for n, h := range a.hands {
		organisation := f.organisations[h.organisation]
		in := ask.Answer{Yes: len(h.quantities) > 0, Name: h.person, Note: h.note, Locale: "da", Quantities: map[uuid.UUID]int{}}
		for i, quantity := range h.quantities {
			in.Quantities[written.Parts[i].ID] = quantity
		}
		member := authz.Actor{Role: authz.Partner, Organisations: []authz.Membership{{OrganisationID: organisation, Slug: text.Slug(h.organisation)}}}
		if err := at(a.asked, n+1).AnswerAs(ctx, member, id, organisation, in); err != nil {
			return fmt.Errorf("%s: %w", h.organisation, err)
		}
		if h.reply == "" {
			continue
		}
		hand, err := pg.One(ctx, f.db.Fresh(), `SELECT id FROM hands WHERE ask_id = $1 AND organisation_id = $2`, pg.Scalar[uuid.UUID], id, organisation)
		if err != nil {
			return err
		}
		if _, err := at(a.asked, n+4).Respond(ctx, actor, id, []uuid.UUID{hand}, h.reply, "Tusind tak. Vi ses!"); err != nil {
			return err
		}
	}
	if a.outcome == "" {
		return nil
	}
	return at(a.answerBy, 1).Close(ctx, actor, id, a.outcome, a.story)
}
