package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// filler carries what one step made to the next. It acts as the system; then
// is the database some weeks ago, when the past dates were made out. Every
// step leaves alone what is there already.
type filler struct {
	now, today    time.Time
	db, then      *pg.DB
	districts     map[string]uuid.UUID
	organisations map[string]uuid.UUID
	accounts      map[string]uuid.UUID
}

func newFiller(db *pg.DB, now time.Time) *filler {
	return &filler{now: now, today: i18n.Day(now), db: db.At(now), then: db.At(now.AddDate(0, 0, -daysBack-7)),
		districts: map[string]uuid.UUID{}, organisations: map[string]uuid.UUID{}, accounts: map[string]uuid.UUID{}}
}

// demoID is what audit entries about the demo as a whole are about.
var demoID = uuid.MustParse("0198d3e8-0000-7000-8000-64656d6f0000")

func (f *filler) made(ctx context.Context) (bool, error) {
	return pg.One(ctx, f.db.Fresh(), `
		SELECT EXISTS (SELECT FROM audit_entries WHERE object_id = $1 AND action = 'seed.done')`, pg.Scalar[bool], demoID)
}

func (f *filler) markMade(ctx context.Context) error {
	return f.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		return audit.Write(ctx, tx, audit.Entry{Action: "seed.done", Object: "demo", ID: demoID})
	})
}

// idOf finds what an earlier, interrupted run has made.
func (f *filler) idOf(ctx context.Context, sql string, args ...any) (id uuid.UUID, there bool, err error) {
	id, err = pg.One(ctx, f.db.Fresh(), sql, pg.Scalar[uuid.UUID], args...)
	if fault.Is(err, fault.NotFound) {
		return uuid.Nil, false, nil
	}
	return id, err == nil, err
}

func (f *filler) makeAdministrators(ctx context.Context) error {
	return f.addAccounts(ctx, "administrator")
}
func (f *filler) makeCoordinators(ctx context.Context) error {
	return f.addAccounts(ctx, "coordinator")
}
func (f *filler) makePartners(ctx context.Context) error { return f.addAccounts(ctx, "partner") }

func (f *filler) addAccounts(ctx context.Context, role string) error {
	for n, s := range SignIns() {
		if s.Role != role {
			continue
		}
		in := account.NewAccount{Email: s.Email, Name: s.Name, Role: s.Role, Password: Password, Locale: "da",
			Phone: fmt.Sprintf("20 00 00 %02d", n+1), Contact: s.Role == "partner"}
		for _, name := range s.districts {
			in.Districts = append(in.Districts, text.Slug(name))
		}
		if s.Organisation != "" {
			in.Organisation = text.Slug(s.Organisation)
		}
		id, there, err := f.idOf(ctx, `SELECT id FROM accounts WHERE lower(email) = $1`, s.Email)
		if err == nil && !there {
			id, err = account.New(f.then).Add(ctx, authz.TheSystem, in)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", s.Email, err)
		}
		f.accounts[s.Email] = id
	}
	return nil
}

func (f *filler) makeDistricts(ctx context.Context) error {
	all, err := parishes()
	if err != nil {
		return err
	}
	for _, d := range districts {
		id, there, err := f.idOf(ctx, `SELECT id FROM districts WHERE slug = $1`, text.Slug(d.name))
		if err != nil {
			return err
		}
		if f.districts[d.name] = id; there {
			continue
		}
		drawn, err := outline(all, d.parishes...)
		if err != nil {
			return err
		}
		in := district.Input{Name: d.name, Intro: d.intro, HousingAreas: d.housingAreas, Outline: drawn}
		for _, x := range d.strengths {
			on := f.today.AddDate(0, 0, -x.daysAgo)
			in.Strengths = append(in.Strengths, district.Strength{Body: x.body, SaidBy: x.saidBy, SaidOn: &on})
		}
		for _, x := range d.plans {
			starts := time.Date(f.today.Year()-x.fromYear, time.January, 1, 0, 0, 0, 0, time.UTC)
			ends := starts.AddDate(x.years, 0, -1)
			in.Plans = append(in.Plans, district.Plan{Kind: district.PlanKind(x.kind), Title: x.title, Owner: x.owner, StartsOn: &starts, EndsOn: &ends,
				Milestones: []district.Milestone{{DueOn: f.today.AddDate(0, -2, 0), Title: "Beboerne har valgt, hvad der kommer først"}, {DueOn: f.today.AddDate(0, 5, 0), Title: "Første fællesdag"}},
				Documents:  []district.Document{{Title: "Hele planen (opdigtet)", URL: "https://planer.example/" + text.Slug(x.title)}}})
		}
		ref, err := district.New(f.then).Create(ctx, authz.TheSystem, in)
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
		f.districts[d.name] = ref.ID
	}
	return nil
}

// nameContacts gives each district its person once the people exist.
func (f *filler) nameContacts(ctx context.Context) error {
	s := district.New(f.then)
	for _, d := range districts {
		e, err := s.ForEdit(ctx, authz.TheSystem, text.Slug(d.name))
		if err == nil && e.Contact == uuid.Nil {
			e.Contact = f.accounts[d.coordinator]
			err = s.Update(ctx, authz.TheSystem, e.ID, e.Input)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return nil
}

func (f *filler) districtIDs(names []string) []uuid.UUID {
	ids := make([]uuid.UUID, len(names))
	for i, name := range names {
		ids[i] = f.districts[name]
	}
	return ids
}

// contact is the address and number of an organisation's invented person.
func (o organisationText) contact(n int) (email, phone string) {
	return text.Slug(o.person) + "@" + text.Slug(o.name) + ".example", fmt.Sprintf("20 00 00 %02d", 20+n)
}

// locale is the language we write to the organisation in: its first one.
func (o organisationText) locale() string { return text.Locale(o.languages[0]) }

func (f *filler) makeOrganisations(ctx context.Context) error {
	for n, o := range organisations {
		id, there, err := f.idOf(ctx, `SELECT id FROM organisations WHERE slug = $1`, text.Slug(o.name))
		if err != nil {
			return err
		}
		if f.organisations[o.name] = id; there {
			continue
		}
		s := organisation.New(f.then)
		if o.name == silentOne {
			s = organisation.New(f.db.At(f.now.AddDate(0, -silentMonths, 0)))
		}
		if !o.isIn() {
			s = organisation.New(f.db.At(f.now.AddDate(0, 0, -1-n%5)))
		}
		email, phone := o.contact(n)
		in := organisation.Input{Name: o.name, Kind: organisation.Kind(o.kind), About: o.about, Languages: o.languages,
			ContactName: o.person, ContactEmail: email, ContactPhone: phone, Locale: o.locale(), Districts: f.districtIDs(o.districts)}
		ref, err := s.Create(ctx, authz.TheSystem, in, o.isIn())
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
		f.organisations[o.name] = ref.ID
	}
	return f.declineOne(ctx)
}

// declineOne turns the declined one down without the letter that others get:
// nobody would read it.
func (f *filler) declineOne(ctx context.Context) error {
	for _, o := range organisations {
		if o.status != declined {
			continue
		}
		err := f.db.At(f.now.AddDate(0, 0, -1)).Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, `
				UPDATE organisations SET status = 'declined', decline_reason = $2, decided_at = $3, updated_at = $3
				WHERE id = $1 AND status = 'pending'`, f.organisations[o.name], whyDeclined, tx.Now()); err != nil {
				return err
			}
			return audit.Write(ctx, tx, audit.Entry{Action: "organisation.declined", Object: "organisation", ID: f.organisations[o.name]})
		})
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
	}
	return nil
}

func (f *filler) makeOffers(ctx context.Context) error {
	for n, o := range offers {
		at := slices.IndexFunc(organisations, func(g organisationText) bool { return g.name == o.organisation })
		if at < 0 {
			return fmt.Errorf("%s: there is no %s", o.title, o.organisation)
		}
		whose := organisations[at]
		_, there, err := f.idOf(ctx, `SELECT id FROM offers WHERE organisation_id = $1 AND title = $2`, f.organisations[whose.name], o.title)
		if err != nil {
			return err
		}
		if there {
			continue
		}
		where := o.districts
		if len(where) == 0 {
			where = whose.districts
		}
		s := offer.New(f.db.At(f.now.AddDate(0, 0, -1-n*13%daysBack)))
		email, phone := whose.contact(at)
		id, err := s.Create(ctx, authz.TheSystem, offer.Input{Organisation: f.organisations[whose.name], Title: o.title, Body: o.body,
			Kind: offer.Kind(o.kind), Audience: o.audience, Schedule: o.schedule, Languages: o.languages, Districts: f.districtIDs(where),
			Audiences: forWhom[o.title], Weekdays: onDays[o.title], ContactName: whose.person, ContactEmail: email, ContactPhone: phone})
		if err == nil && o.status != draft {
			err = s.Publish(ctx, authz.TheSystem, id)
		}
		if err == nil && o.status == paused {
			err = s.Pause(ctx, authz.TheSystem, id)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", o.title, err)
		}
	}
	return nil
}

func (f *filler) makeCafes(ctx context.Context) error {
	s := cafe.New(f.then)
	for _, c := range cafes {
		_, there, err := f.idOf(ctx, `SELECT id FROM cafes WHERE slug = $1`, text.Slug(c.name))
		if err != nil {
			return err
		}
		if there {
			continue
		}
		habits := cafe.UsualHabits
		habits.OpensDays = c.opensDays
		in := cafe.Series{Name: c.name, DistrictID: f.districts[c.district], Venue: c.venue, Address: c.address, About: c.about,
			Languages: c.languages, Starts: c.starts, Ends: c.ends, Places: c.places, Habits: habits}
		for _, name := range c.hosts {
			in.Hosts = append(in.Hosts, f.organisations[name])
		}
		if _, err := s.Create(ctx, authz.TheSystem, in); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// makeDates makes out the dates of every café from daysBack to daysAhead that
// are not there yet.
func (f *filler) makeDates(ctx context.Context) error {
	type series struct {
		ID    uuid.UUID
		Dates []time.Time
	}
	for _, c := range cafes {
		there, err := pg.One(ctx, f.db.Fresh(), `
			SELECT c.id, ARRAY(SELECT on_date FROM occasions WHERE cafe_id = c.id) AS dates
			FROM cafes c WHERE c.slug = $1`, pg.ByName[series], text.Slug(c.name))
		if fault.Is(err, fault.NotFound) {
			continue // somebody trying out the demo took it away
		}
		if err != nil {
			return err
		}
		missing := slices.DeleteFunc(c.dates(f.today), func(d time.Time) bool {
			return slices.ContainsFunc(there.Dates, d.Equal)
		})
		if len(missing) == 0 {
			continue
		}
		if _, err := cafe.New(f.then).AddDates(ctx, authz.TheSystem, there.ID, missing); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
	}
	return nil
}

// cancelOne calls off one date a few weeks ahead, with its reason.
func (f *filler) cancelOne(ctx context.Context) error {
	const which = "Nabocafé i Lanternen"
	at := slices.IndexFunc(cafes, func(c cafeText) bool { return c.name == which })
	for _, d := range cafes[at].dates(f.today) {
		if d.Before(f.today.AddDate(0, 0, 18)) {
			continue
		}
		_, err := cafe.New(f.db).CancelDate(ctx, authz.TheSystem, text.Slug(which), d,
			"Lanternen får nyt gulv i den uge. Vi ses igen ugen efter, og så er der kaffe på kanden.")
		if fault.Is(err, fault.Conflict) {
			err = nil // it is off already
		}
		return err
	}
	return nil
}
