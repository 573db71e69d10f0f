// Package demo is an invented municipality for whoever wants to look around:
// districts drawn from real parishes, organisations, offers, cafés with people
// in them, and sign-ins. All of it is relative to the day it is filled in, so
// it never grows stale.
package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Password is every demo account's.
const Password = "mellemrum-demo"

// How far the demo's dates reach from today.
const (
	daysBack  = 28
	daysAhead = 56
)

// SignIn is an account of the demo.
type SignIn struct {
	Email, Name, Role, Organisation string
	districts                       []string
}

// SignIns are the accounts of the demo.
func SignIns() []SignIn {
	return []SignIn{
		{Email: "admin@demo.example", Name: "Asta Administrator", Role: "administrator"},
		{Email: koordinator, Name: "Karla Koordinator", Role: "coordinator", districts: []string{"Aalborg Øst", "Nørresundby", "Midtbyen", "Vejgård"}},
		{Email: kollega, Name: "Kim Kollega", Role: "coordinator", districts: []string{"Gug og Tranders", "Hasseris og Vesterkær", "Skalborg", "Hvorup og Vodskov", "Klarup og Romdrup"}},
		{Email: "partner@demo.example", Name: "Nanna Opdigt", Role: "partner", Organisation: "Boligselskabet Havtornen"},
		{Email: "partner2@demo.example", Name: "Hodan Fantasi", Role: "partner", Organisation: "Hjemstavnsforeningen Baobab"},
		{Email: "partner3@demo.example", Name: "Palle Prøvesen", Role: "partner", Organisation: "Boligforeningen Blåklokken"},
	}
}

// ErrAccounts is why production does not start over a demo's database.
var ErrAccounts = errors.New("there are demo accounts that can sign in; disable them (mellemrum user disable) or use a fresh database")

// Refuse fails when a demo account could sign in.
func Refuse(ctx context.Context, db *pg.DB) error {
	n, err := account.New(db).DemoAccounts(ctx)
	if err == nil && n > 0 {
		err = ErrAccounts
	}
	return err
}

// Fill makes the demo where it is missing and its dates up to daysAhead where
// they have run out. Again on the same day it changes nothing.
func Fill(ctx context.Context, db *pg.DB, now time.Time) error {
	f := filler{ctx: ctx, now: now, today: cafe.Today(now), db: db.At(now), then: db.At(now.AddDate(0, 0, -daysBack-7)),
		districts: map[string]uuid.UUID{}, organisations: map[string]uuid.UUID{}, accounts: map[string]uuid.UUID{}}
	there, err := pg.One(ctx, db.Fresh(), `SELECT EXISTS (SELECT FROM accounts WHERE lower(email) = $1)`, pg.Scalar[bool], koordinator)
	if err != nil {
		return err
	}
	steps := []func() error{f.makeDates}
	if !there {
		steps = []func() error{f.makeStaff, f.makeDistricts, f.makeCoordinators, f.makeOrganisations, f.makePartners, f.makeOffers, f.makeCafes, f.makeDates}
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// filler carries what one step made to the next. It acts as the system; then
// is the database some weeks ago, when the past dates were made out.
type filler struct {
	ctx           context.Context //nolint:containedctx // lives for one Fill
	now, today    time.Time
	db, then      *pg.DB
	districts     map[string]uuid.UUID
	organisations map[string]uuid.UUID
	accounts      map[string]uuid.UUID
}

func (f *filler) addAccount(s SignIn) error {
	in := account.NewAccount{Email: s.Email, Name: s.Name, Role: s.Role, Password: Password, Locale: "da",
		Contact: s.Role == "partner"}
	if s.Role != "partner" {
		in.Phone = "99 31 00 0" + fmt.Sprint(len(f.accounts)+1)
	}
	for _, name := range s.districts {
		in.Districts = append(in.Districts, text.Slug(name))
	}
	if s.Organisation != "" {
		in.Organisation = text.Slug(s.Organisation)
	}
	id, err := account.New(f.then).Add(f.ctx, authz.TheSystem, in)
	if err != nil {
		return fmt.Errorf("demo: %s: %w", s.Email, err)
	}
	f.accounts[s.Email] = id
	return nil
}

func (f *filler) addAccounts(role string) error {
	for _, s := range SignIns() {
		if s.Role == role {
			if err := f.addAccount(s); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *filler) makeStaff() error        { return f.addAccounts("administrator") }
func (f *filler) makeCoordinators() error { return f.nameContacts(f.addAccounts("coordinator")) }
func (f *filler) makePartners() error     { return f.addAccounts("partner") }

func (f *filler) makeDistricts() error {
	all, err := parishes()
	if err != nil {
		return err
	}
	s := district.New(f.then)
	for _, d := range districts {
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
			in.Plans = append(in.Plans, district.Plan{Kind: district.PlanKind(x.kind), Title: x.title, Owner: x.owner, StartsOn: &starts, EndsOn: &ends})
		}
		ref, err := s.Create(f.ctx, authz.TheSystem, in)
		if err != nil {
			return fmt.Errorf("demo: %s: %w", d.name, err)
		}
		f.districts[d.name] = ref.ID
	}
	return nil
}

// nameContacts gives each district its person once the people exist.
func (f *filler) nameContacts(err error) error {
	if err != nil {
		return err
	}
	s := district.New(f.then)
	for _, d := range districts {
		e, err := s.ForEdit(f.ctx, authz.TheSystem, text.Slug(d.name))
		if err != nil {
			return fmt.Errorf("demo: %s: %w", d.name, err)
		}
		e.Input.Contact = f.accounts[d.coordinator]
		if err := s.Update(f.ctx, authz.TheSystem, e.ID, e.Input); err != nil {
			return fmt.Errorf("demo: %s: %w", d.name, err)
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

// contactOf is an invented person's address and number.
func contactOf(person string, n int) (email, phone string) {
	return text.Slug(person) + "@post.example", fmt.Sprintf("20 00 %02d %02d", n/100, n%100)
}

func (f *filler) makeOrganisations() error {
	for n, o := range organisations {
		s := organisation.New(f.then)
		if o.status == pending {
			s = organisation.New(f.db.At(f.now.AddDate(0, 0, -1-n%5)))
		}
		email, phone := contactOf(o.person, 10+n)
		in := organisation.Input{Name: o.name, Kind: organisation.Kind(o.kind), About: o.about, Languages: o.languages,
			ContactName: o.person, ContactEmail: email, ContactPhone: phone, Locale: "da", Districts: f.districtIDs(o.districts)}
		ref, err := s.Create(f.ctx, authz.TheSystem, in, o.status == approved)
		if err != nil {
			return fmt.Errorf("demo: %s: %w", o.name, err)
		}
		f.organisations[o.name] = ref.ID
		if o.status == declined {
			if err := s.Decline(f.ctx, authz.TheSystem, ref.ID, "Portalen er for det, vi gør sammen i bydelene. Lån hører ikke til her."); err != nil {
				return fmt.Errorf("demo: %s: %w", o.name, err)
			}
		}
	}
	return nil
}

func (f *filler) makeOffers() error {
	for n, o := range offers {
		s := offer.New(f.db.At(f.now.AddDate(0, 0, -1-n)))
		var districts []uuid.UUID
		var person string
		for _, org := range organisations {
			if org.name == o.organisation {
				districts, person = f.districtIDs(org.districts), org.person
			}
		}
		email, phone := contactOf(person, 60+n)
		id, err := s.Create(f.ctx, authz.TheSystem, offer.Input{Organisation: f.organisations[o.organisation], Title: o.title, Body: o.body,
			Kind: offer.Kind(o.kind), Audience: o.audience, Schedule: o.schedule, Languages: o.languages, Districts: districts,
			ContactName: person, ContactEmail: email, ContactPhone: phone})
		if err == nil && o.status != draft {
			err = s.Publish(f.ctx, authz.TheSystem, id)
		}
		if err == nil && o.status == paused {
			err = s.Pause(f.ctx, authz.TheSystem, id)
		}
		if err != nil {
			return fmt.Errorf("demo: %s: %w", o.title, err)
		}
	}
	return nil
}

func (f *filler) makeCafes() error {
	s := cafe.New(f.then)
	for _, c := range cafes {
		in := cafe.Series{Name: c.name, DistrictID: f.districts[c.district], Venue: c.venue, Address: c.address, About: c.about,
			Languages: c.languages, Starts: c.starts, Ends: c.ends, Capacity: c.capacity}
		for _, name := range c.hosts {
			in.Hosts = append(in.Hosts, f.organisations[name])
		}
		if _, err := s.Create(f.ctx, authz.TheSystem, in); err != nil {
			return fmt.Errorf("demo: %s: %w", c.name, err)
		}
	}
	return nil
}

// makeDates makes out the dates of every café from daysBack to daysAhead that
// are not there yet, and fills the new ones with people.
func (f *filler) makeDates() error {
	s := cafe.New(f.then)
	for _, c := range cafes {
		series, err := s.BySlug(f.ctx, text.Slug(c.name))
		if err != nil {
			continue // somebody trying out the demo took it away or renamed it
		}
		there, err := pg.All(f.ctx, f.db.Fresh(), `SELECT on_date FROM occasions WHERE cafe_id = $1`, pg.Scalar[time.Time], series.ID)
		if err != nil {
			return err
		}
		known := map[string]bool{}
		for _, d := range there {
			known[d.Format(cafe.DateFormat)] = true
		}
		var fresh []time.Time
		for _, d := range c.dates(f.today) {
			// Once the demo stands, only what lies ahead is added.
			if !known[d.Format(cafe.DateFormat)] && (len(there) == 0 || d.After(f.today)) {
				fresh = append(fresh, d)
			}
		}
		if len(fresh) == 0 {
			continue
		}
		if _, err := s.AddDates(f.ctx, authz.TheSystem, series.ID, fresh); err != nil {
			return fmt.Errorf("demo: %s: %w", c.name, err)
		}
		for _, d := range fresh {
			if err := f.fillDate(series, c, d); err != nil {
				return fmt.Errorf("demo: %s on %s: %w", c.name, d.Format(cafe.DateFormat), err)
			}
		}
	}
	return nil
}

// epoch is a Sunday that every other week is counted from.
var epoch = time.Date(2026, 1, 4, 0, 0, 0, 0, time.UTC)

// dates are the café's dates in the demo's reach, holidays left out.
func (c cafeText) dates(today time.Time) []time.Time {
	var list []time.Time
	for d := today.AddDate(0, 0, -daysBack); !d.After(today.AddDate(0, 0, daysAhead)); d = d.AddDate(0, 0, 1) {
		weeks := int(d.Sub(epoch).Hours()/24) / 7
		switch {
		case int(d.Weekday()) != c.weekday || cafe.Holiday(d) != "":
		case c.repeat == cafe.Fortnightly && weeks%2 != 0:
		case c.repeat == cafe.Monthly && d.AddDate(0, 0, 7).Month() == d.Month():
		default:
			list = append(list, d)
		}
	}
	return list
}

// fillDate signs invented people up for a date, fewer the further away it is;
// every third of the near ones is full, with a line. Who was at a past one is
// ticked.
func (f *filler) fillDate(series cafe.Cafe, c cafeText, date time.Time) error {
	r := rand.New(rand.NewPCG(uint64(date.Unix()), uint64(len(c.name)))) //nolint:gosec // the same people every time
	past := !date.After(f.today)
	s := cafe.New(f.then)
	if !past {
		s = cafe.New(f.db)
	}
	days := int(date.Sub(f.today).Hours() / 24)
	for _, kind := range cafe.Kinds {
		room := c.capacity[kind]
		people := room * max(10, 90-days*2) / 100
		if kind == cafe.Guest && days < 22 && days/7%3 == 1 || past && kind != cafe.Guest {
			people = room + 5
		}
		if kind != cafe.Guest {
			people = min(people, room)
		}
		left := room
		for n := 0; people > 0 && n < 60; n++ {
			who := names[(int(date.YearDay())*7+n*3+int(kind[0]))%len(names)]
			party := 1
			if kind == cafe.Guest {
				party = 1 + r.IntN(4)
			}
			if party = min(party, people); left > 0 {
				party = min(party, left) // the places are filled before anybody waits
			}
			people -= party
			left -= party
			in := cafe.SignUp{Place: kind, Name: who.name, Party: party, Language: who.language, Locale: "da", Note: notes[r.IntN(len(notes))],
				Phone: fmt.Sprintf("20 %02d %02d %02d", 10+n, int(kind[0])%90, date.YearDay()%100)}
			if n%3 == 0 {
				in.Email = fmt.Sprintf("%s.%d@post.example", text.Slug(who.name), n)
			}
			if _, err := s.SignUp(f.ctx, authz.Nobody, series.Slug, date, in); err != nil {
				return err
			}
		}
	}
	return f.settle(series, date, past, r.IntN(3))
}

// settle takes away the mails of the made-up sign-ups, which nobody waits for,
// and ticks who came to a date that is over.
func (f *filler) settle(series cafe.Cafe, date time.Time, past bool, walkedIn int) error {
	return f.db.Write(f.ctx, authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := tx.Exec(f.ctx, `DELETE FROM river_job WHERE kind = 'mail' AND args->>'to' LIKE '%@post.example' AND state = 'available'`); err != nil {
			return err
		}
		if past {
			if _, err := tx.Exec(f.ctx, `
				UPDATE sign_ups s SET came = CASE WHEN s.seq % 9 = 0 THEN 0 ELSE s.party END
				FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id
				WHERE s.place_id = p.id AND o.cafe_id = $1 AND o.on_date = $2 AND s.status = 'placed'`, series.ID, date); err != nil {
				return err
			}
			if walkedIn > 0 {
				if _, err := tx.Exec(f.ctx, `
					INSERT INTO walk_ins (id, place_id, people, at)
					SELECT gen_random_uuid(), p.id, $3, o.starts_at FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id
					WHERE o.cafe_id = $1 AND o.on_date = $2 AND p.kind = 'guest'`, series.ID, date, walkedIn); err != nil {
					return err
				}
			}
		}
		return audit.Write(f.ctx, tx, audit.Entry{Action: "demo.date_filled", Object: "cafe", ID: series.ID,
			Detail: map[string]string{"date": date.Format(cafe.DateFormat)}})
	})
}

// roleNames are what the sign-in page and the start-up message call the roles.
var roleNames = map[string]string{"administrator": "administrator", "coordinator": "koordinator", "partner": "samarbejdspartner"}

// Describe tells what a sign-in is, in Danish.
func (s SignIn) Describe() string {
	return strings.TrimSpace(roleNames[s.Role] + " " + s.Organisation)
}
