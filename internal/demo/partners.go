package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/i18n"
	"mellemrum/internal/organisation"
	"mellemrum/internal/partnership"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// What can become of a partner, so that each can be seen.
const (
	both         = "partner3@demo.example"              // belongs to two organisations
	second       = "Afdelingsbestyrelsen i Lærkeparken" // the other of them
	whySuspended = "Vi kan ikke få fat i nogen hos jer og har aftalt at vente, til I har fundet en ny bestyrelse."
	intoWhich    = "Hjemstavnsforeningen Solsikken" // what the merged one is part of
	silentOne    = "Gårdavisen Trappenyt"           // not heard of for long
	silentMonths = 9
)

// talks are notes about partners. Days count from today.
var talks = []struct {
	organisation string
	days         int
	contact      partnership.Contact
	body         string
}{
	{"Boligselskabet Havtornen", -3, partnership.Meeting, "Fælleshuset kan bruges gratis til caféer hele foråret. De vil gerne have besked en uge før."},
	{"Boligselskabet Havtornen", -40, partnership.Phone, "De spurgte, om vi kan hjælpe med at finde flere værter til onsdagene."},
	{"Moskeen ved Lindealléen", -12, partnership.Visit, "Kaffe efter fredagsbønnen. Køkkenet må gerne bruges til fællesspisning, og de vil selv dele sedler ud."},
	{"Musikforeningen Ekko", -20, partnership.Mail, "De kommer gerne og spiller til sommerfesten, hvis der er strøm i gården."},
}

// isIn tells whether an organisation of the demo was approved at first.
func (o organisationText) isIn() bool {
	return o.status == approved || o.status == suspended || o.status == merged
}

// settlePartners lets become of the partners what can become of one: somebody
// belongs to two, one is suspended, one is part of another, and staff have
// talked to some. Nobody is mailed.
func (f *filler) settlePartners(ctx context.Context) error {
	err := f.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO organisation_people (organisation_id, account_id, contact) VALUES ($1, $2, false) ON CONFLICT DO NOTHING`,
			f.organisations[second], f.accounts[both]); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "seed.partners", Object: "demo", ID: demoID})
	})
	if err != nil {
		return err
	}
	boss := authz.Actor{Role: authz.Administrator, AccountID: f.accounts[SignIns()[0].Email]}
	for _, o := range organisations {
		switch o.status {
		case suspended:
			err = f.suspend(ctx, boss, f.organisations[o.name])
		case merged:
			err = f.merge(ctx, boss, o.name)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
	}
	for n, talk := range talks {
		author := authz.Actor{Role: authz.Administrator, AccountID: f.accounts[koordinator]}
		at := f.now.AddDate(0, 0, talk.days)
		// The same id each time, so that a fill that was interrupted goes on.
		id := uuid.NewSHA1(demoID, []byte(fmt.Sprintf("talk %d", n)))
		if _, err := partnership.New(f.db.At(at)).AddNote(ctx, author, f.organisations[talk.organisation], partnership.NoteInput{ID: id,
			OnDate: i18n.Day(at), Contact: talk.contact, Body: talk.body}); err != nil {
			return fmt.Errorf("%s: %w", talk.organisation, err)
		}
	}
	return nil
}

func (f *filler) suspend(ctx context.Context, boss authz.Actor, id uuid.UUID) error {
	return f.db.At(f.now.Add(-50*time.Hour)).Write(ctx, boss, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `
			UPDATE organisations SET status = 'suspended', suspend_reason = $2, suspended_at = $3, updated_at = $3 WHERE id = $1 AND status = 'approved'`,
			id, whySuspended, tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.suspended", Object: "organisation", ID: id})
	})
}

func (f *filler) merge(ctx context.Context, boss authz.Actor, name string) error {
	s := organisation.New(f.db.At(f.now.AddDate(0, 0, -4)))
	if o, err := s.BySlug(ctx, boss, text.Slug(name)); err != nil || o.ID != f.organisations[name] {
		return err // it is part of another already
	}
	m, err := s.Merging(ctx, boss, f.organisations[name], text.Slug(intoWhich))
	if err != nil {
		return err
	}
	return s.Merge(ctx, boss, f.organisations[name], m.Into.ID, m.Stamp)
}
