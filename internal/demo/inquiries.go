package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/inquiry"
	"mellemrum/internal/pg"
)

// inquiryText is what a resident wrote. Days count from today.
type inquiryText struct {
	title, body, happens, name, email, locale string
	district                                  string // none: the whole town
	organisation                              string // whom a question is for
	written                                   int
	shownTo                                   string
	answer                                    string
}

var inquiries = []inquiryText{
	{title: "Jeg kan lappe cykler", body: "Jeg har været cykelsmed i tyve år og har værktøjet i kælderen. Jeg viser gerne børn, hvordan man gør.", happens: "Lørdage om formiddagen",
		name: "Rashid Opdigt", email: "rashid@beboer.example", locale: "da", district: "Aalborg Øst", written: -9, shownTo: "Cykelværkstedet Kæden",
		answer: "Det lyder dejligt! Vi har åbent værksted på lørdag fra kl. 10. Kom forbi, så finder vi en plads til dig."},
	{title: "Можу перекладати", body: "Я вчителька, розмовляю українською, польською та англійською. Можу допомогти на зустрічах.", happens: "Після 16:00",
		name: "Олена Вигадана", email: "olena@beboer.example", locale: "uk", district: "Nørresundby", written: -6},
	{body: "Kan man være med i koret, når man ikke kan læse noder?", name: "Gitte Påhit", email: "gitte@beboer.example", locale: "da", organisation: "Musikforeningen Ekko", written: -1},
}

// makeInquiries writes what residents wrote some days ago. Nobody is mailed.
func (f *filler) makeInquiries(ctx context.Context) error {
	for _, i := range inquiries {
		if _, there, err := f.idOf(ctx, `SELECT id FROM inquiries WHERE email = $1`, i.email); err != nil || there {
			if err != nil {
				return err
			}
			continue
		}
		if err := f.makeInquiry(ctx, i); err != nil {
			return fmt.Errorf("%s: %w", i.name, err)
		}
	}
	return f.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM river_job WHERE kind = 'mail' AND args->>'letter' LIKE 'inquiry%'`); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "seed.inquiries", Object: "demo", ID: demoID})
	})
}

func (f *filler) makeInquiry(ctx context.Context, i inquiryText) error {
	at := func(days, hours int) *inquiry.Service {
		return inquiry.New(f.db.At(f.now.AddDate(0, 0, days).Add(time.Duration(hours) * time.Hour)))
	}
	in := inquiry.Input{ID: uuid.Must(uuid.NewV7()), Title: i.title, Body: i.body, Happens: i.happens, Name: i.name, Email: i.email, Locale: i.locale,
		Organisation: f.organisations[i.organisation]}
	if i.district != "" {
		in.District = f.districtIDs([]string{i.district})[0]
	}
	if err := at(i.written, 0).Write(ctx, in); err != nil {
		return err
	}
	if i.shownTo == "" {
		return nil
	}
	to := f.organisations[i.shownTo]
	if err := at(i.written, 20).PassOn(ctx, authz.TheSystem, in.ID, []uuid.UUID{to}); err != nil {
		return err
	}
	member := authz.Actor{Role: authz.Partner, Organisations: []authz.Membership{{OrganisationID: to}}}
	return at(i.written, 30).Answer(ctx, member, in.ID, i.answer)
}
