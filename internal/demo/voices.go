package demo

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/initiative"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// voiceText is what a resident said. Days count from today.
type voiceText struct {
	kind                       initiative.VoiceKind
	words, name, email, locale string
	day                        int
	shown                      bool
}

// spokenTo is the initiative that residents speak to.
const spokenTo = "Fælles have bag Solsikkeparken"

var voices = []voiceText{
	{initiative.Agree, "", "Rashid Opdigt", "rashid@beboer.example", "da", -12, false},
	{initiative.TakePart, "Jeg kan grave, og jeg har to stærke sønner.", "Amal Påhit", "amal@beboer.example", "ar", -11, false},
	{initiative.Object, "Der bliver larm om aftenen, når folk sidder uden for mit vindue.", "Inger Fantasi", "inger@beboer.example", "da", -9, true},
	{initiative.AsComment, "Husk bænke med ryglæn og armlæn. Ellers kan vi ikke komme op igen.", "Svend Eksempel", "", "da", -8, true},
	{initiative.AsComment, "Чи можна посадити полуницю для дітей?", "Олена Вигадана", "", "uk", -2, false},
}

// makeVoices says what residents said. Nobody is mailed.
func (f *filler) makeVoices(ctx context.Context) error {
	id, there, err := f.idOf(ctx, `SELECT id FROM initiatives WHERE slug = $1 AND NOT EXISTS (SELECT FROM voices v WHERE v.initiative_id = initiatives.id)`, text.Slug(spokenTo))
	if err != nil || !there {
		return err
	}
	by := authz.TheSystem
	for _, v := range voices {
		if err := f.makeVoice(ctx, by, id, v); err != nil {
			return fmt.Errorf("%s: %w", v.name, err)
		}
	}
	if err := f.initiativesAt(-7).AddPaper(ctx, by, id, initiative.Paper{Kind: initiative.Agree, People: 31, HeldOn: f.today.AddDate(0, 0, -8), Note: "Listen i vaskeriet"}); err != nil {
		return err
	}
	objection, err := pg.One(ctx, f.db.Fresh(), `SELECT id FROM voices WHERE initiative_id = $1 AND kind = 'objection'`, pg.Scalar[uuid.UUID], id)
	if err != nil {
		return err
	}
	if err := f.initiativesAt(-4).Respond(ctx, by, id, initiative.Answer{Said: "Der må ikke blive larm om aftenen.", Decided: "Bænkene kommer til at stå langt fra vinduerne, og lyset slukker kl. 22.",
		DecidedBy: "Afdelingsbestyrelsen i Solsikkeparken"}, []uuid.UUID{objection}); err != nil {
		return err
	}
	return f.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM river_job WHERE kind = 'mail' AND args->>'letter' LIKE 'voice%'`); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "seed.voices", Object: "demo", ID: demoID})
	})
}

func (f *filler) makeVoice(ctx context.Context, by authz.Actor, id uuid.UUID, v voiceText) error {
	at := f.initiativesAt(v.day)
	if _, err := at.Say(ctx, text.Slug(spokenTo), initiative.Saying{Kind: v.kind, Words: v.words, Name: v.name, Email: v.email, Locale: v.locale}); err != nil {
		return err
	}
	if v.email != "" { // the link was mailed
		token, err := pg.One(ctx, f.db.Fresh(), `SELECT args->'facts'->>'token' FROM river_job WHERE args->>'letter' = 'voice_receipt' AND args->>'to' = $1 ORDER BY id DESC LIMIT 1`,
			pg.Scalar[initiative.Token], v.email)
		if err != nil {
			return err
		}
		if err := at.Confirm(ctx, token); err != nil {
			return err
		}
	}
	if !v.shown {
		return nil
	}
	said, err := pg.One(ctx, f.db.Fresh(), `SELECT id FROM voices WHERE initiative_id = $1 AND words = $2`, pg.Scalar[uuid.UUID], id, v.words)
	if err != nil {
		return err
	}
	return f.initiativesAt(v.day+1).Moderate(ctx, by, id, said, true)
}
