package demo

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
	"mellemrum/internal/workshop"
)

// The demo's workshops are about its garden: one that was held and one to come.
const (
	garden     = "Fælles have bag Solsikkeparken"
	heldDay    = -6
	comingDay  = 9
	plannedDay = -14
)

var (
	heldWorkshop   = uuid.MustParse("0198d3e8-0000-7000-8000-776f726b0001")
	comingWorkshop = uuid.MustParse("0198d3e8-0000-7000-8000-776f726b0002")
)

// makeWorkshops holds a workshop some days ago, written down the same evening,
// and plans the next. What it says waits to be put on record: whoever tries the
// demo does it with one press. Nobody is mailed.
func (f *filler) makeWorkshops(ctx context.Context) error {
	if _, there, err := f.idOf(ctx, `SELECT id FROM workshops WHERE id = $1`, comingWorkshop); err != nil || there {
		return err
	}
	by := f.staffAs(koordinator)
	plan := func(id uuid.UUID, day int, title, agenda string) error {
		starts, _ := cafe.At(f.today.AddDate(0, 0, day), "17:00")
		return workshop.New(f.db.At(f.now.AddDate(0, 0, plannedDay))).Plan(ctx, by, workshop.Input{ID: id, Initiative: text.Slug(garden), Title: title,
			StartsAt: starts, EndsAt: starts.Add(2 * time.Hour), Place: "Fællesrummet, Solsikkeparken", Open: true, Agenda: agenda})
	}
	if err := plan(heldWorkshop, heldDay, "Hvad skal haven bruges til?", "Kaffe og kage\nVi går en tur bag husene\nTegn og skriv på væggene\nHvad gør vi nu?"); err != nil {
		return err
	}
	before := workshop.New(f.db.At(f.now.AddDate(0, 0, plannedDay+1)))
	if _, err := before.Invite(ctx, by, heldWorkshop, []uuid.UUID{f.organisations["Boligafdelingen Solsikkeparken"], f.organisations["Hjemstavnsforeningen Baobab"], f.organisations["Kultur og Fritid"]},
		&workshop.Guest{Role: workshop.Board, Name: "Børge Påfund", Phone: "20 00 01 90", Locale: "da"}); err != nil {
		return err
	}
	if err := f.writeDown(ctx, by); err != nil {
		return err
	}
	if err := plan(comingWorkshop, comingDay, "Hvem passer bedene?", "Vi fordeler bedene mellem opgangene\nHvem har nøglen til vandet?"); err != nil {
		return err
	}
	if _, err := workshop.New(f.db.At(f.now.AddDate(0, 0, -2))).Invite(ctx, by, comingWorkshop,
		[]uuid.UUID{f.organisations["Boligafdelingen Solsikkeparken"], f.organisations["Hjemstavnsforeningen Baobab"]}, nil); err != nil {
		return err
	}
	return f.unmail(ctx, "seed.workshops", "workshop_invited", "workshop_minutes")
}

// writeDown is what was typed the same evening.
func (f *filler) writeDown(ctx context.Context, by authz.Actor) error {
	s := workshop.New(f.db.At(f.now.AddDate(0, 0, heldDay+1)))
	w, err := s.ByID(ctx, by, heldWorkshop)
	if err != nil {
		return err
	}
	due := func(day int) time.Time { return f.today.AddDate(0, 0, day) }
	in := workshop.Record{Residents: 17, Version: w.Version,
		Charts:  "Bede, man kan nå fra en kørestol\nSkygge om eftermiddagen\nEt sted til børnene, så de ikke løber i bedene\nIkke mere græs, der skal slås",
		Minutes: "Vi var ude bag husene, før det blev mørkt. Børnene tegnede, hvor de vil lege. Der var mest snak om vand og om, hvem der passer det om sommeren.",
		Changed: "Bedene bliver høje, og legepladsen kommer ind i tegningen. Plænen bliver til blomstereng, som kun slås to gange om året.",
		Objections: []workshop.Objection{{Objection: "Det ender med, at de samme tre passer det hele.", Answer: "Hver opgang får sit eget bed. Det, ingen vil passe, laver vi ikke."},
			{Objection: "Bænke giver larm om natten.", Answer: "Bænkene står væk fra vinduerne, og bordet kan låses af."}},
		Decisions: []workshop.Decision{{What: "Seks høje bede, ét til hver opgang", DecidedBy: "Beboerne på mødet"}, {What: "Blomstereng i stedet for plæne", DecidedBy: "Boligafdelingen"}},
		Actions: []workshop.Action{{What: "Tegner haven om", OwnerName: "Gartneren", DueOn: due(-2)}, {What: "Finder ud af, hvor vandet kan hentes", OwnerID: &by.AccountID, DueOn: due(-1)},
			{What: "Spørger alle opgange, hvem der vil have et bed", OwnerName: "Børnene fra nr. 12", DueOn: due(8)}}}
	for _, i := range w.Invitees {
		if i.Name != "Kultur og Fritid" {
			in.Came = append(in.Came, i.ID)
		}
	}
	if err := s.WriteUp(ctx, by, heldWorkshop, in); err != nil {
		return err
	}
	if w, err = s.ByID(ctx, by, heldWorkshop); err != nil {
		return err
	}
	if err := workshop.New(f.db.At(f.now.AddDate(0, 0, -3))).Finish(ctx, by, w.Actions[0].ID, true); err != nil {
		return err
	}
	return s.MailMinutes(ctx, by, heldWorkshop)
}

// unmail takes back the letters that a step would have sent.
func (f *filler) unmail(ctx context.Context, action string, letters ...string) error {
	return f.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM river_job WHERE kind = 'mail' AND args->>'letter' = ANY ($1)`, letters); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "demo", ID: demoID})
	})
}

// praised is what a resident says of a district, for staff to look at.
var praised = uuid.MustParse("0198d3e8-0000-7000-8000-737472670001")

// makePraise has a resident say what a district is good at, and the staff name
// who steps in for whom.
func (f *filler) makePraise(ctx context.Context) error {
	if _, there, err := f.idOf(ctx, `SELECT id FROM strength_suggestions WHERE id = $1`, praised); err != nil || there {
		return err
	}
	s := district.New(f.db.At(f.now.AddDate(0, 0, -1)))
	if _, err := s.Suggest(ctx, text.Slug("Vejgård"), district.Suggestion{ID: praised, Body: "Her låner vi hinanden værktøj, og det kommer tilbage.", SaidBy: "beboere på Rævebakken", Locale: "da"}); err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return account.New(f.db).NameStandIn(ctx, f.staffAs(koordinator), f.accounts[koordinator], f.accounts[kollega])
}
