package offer

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// at moves the clock to a moment in Copenhagen's winter or summer and does
// what it asks for then.
func (b *bench) at(day, clock string) {
	b.t.Helper()
	zone, _ := time.LoadLocation("Europe/Copenhagen")
	when, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, zone)
	if err != nil {
		b.t.Fatal(err)
	}
	b.later.Store(int64(when.Sub(noon) / time.Minute))
	for range 2 { // the second finds nothing to do
		if err := b.s.Due(b.t.Context()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// posted is a letter as the queue holds it.
type posted struct {
	To     string
	Locale string
	Token  Token
	Titles []string
	Tokens []string
	Far    Fading
}

// letters are those that were written since the last look.
func (b *bench) letters() []posted {
	b.t.Helper()
	list, err := pg.All(b.t.Context(), b.db.Pool(), `
		DELETE FROM river_job WHERE args->>'letter' = 'offers_confirm'
		RETURNING args->>'to' AS to, args->>'locale' AS locale, args->'facts'->>'token' AS token, (args->'facts'->>'far')::int AS far,
			ARRAY(SELECT o->>'title' FROM jsonb_array_elements(args->'facts'->'offers') o) AS titles,
			ARRAY(SELECT o->>'token' FROM jsonb_array_elements(args->'facts'->'offers') o) AS tokens`, pg.ByName[posted])
	if err != nil {
		b.t.Fatal(err)
	}
	return list
}

func (b *bench) one() posted {
	b.t.Helper()
	list := b.letters()
	if len(list) != 1 {
		b.t.Fatalf("%d letters: %+v", len(list), list)
	}
	return list[0]
}

func (b *bench) none(when string) {
	b.t.Helper()
	if list := b.letters(); len(list) != 0 {
		b.t.Errorf("%s: %+v", when, list)
	}
}

func (b *bench) press(token Token) {
	b.t.Helper()
	if err := b.s.ConfirmByToken(b.t.Context(), token); err != nil {
		b.t.Error(err)
	}
}

func (b *bench) audited(action string) int {
	b.t.Helper()
	n, err := pg.One(b.t.Context(), b.db.Pool(), `SELECT count(*)::int FROM audit_entries WHERE action = $1`, pg.Scalar[int], action)
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// TestTheLifeOfAnOffer: published on 23 November, it is asked about on 23 May.
func TestTheLifeOfAnOffer(t *testing.T) {
	b := setUp(t)
	id := b.publish(b.input("Flyttehjælp"))
	if o := b.get(id); !o.Confirmed().Equal(*o.PublishedAt) || o.ConfirmMonths != 6 || o.Waits() {
		t.Errorf("a new one: %+v", o)
	}
	stands := func(when string, waits, marked, matches, listed bool) {
		t.Helper()
		o := b.get(id)
		if o.Waits() != waits || o.Unconfirmed() != marked || o.Rests() == listed ||
			(b.search(Filter{Matching: true}) != "") != matches || (b.search(Filter{}) != "") != listed {
			t.Errorf("%s: %+v", when, o)
		}
		// Its own page is there for everybody, all the way.
		if _, err := b.s.ByID(t.Context(), authz.Nobody, id); err != nil {
			t.Errorf("%s: %v", when, err)
		}
	}
	b.at("2027-05-22", "23:59")
	b.at("2027-05-23", "08:59")
	b.none("before the morning")
	stands("before", false, false, true, true)

	b.at("2027-05-23", "09:00")
	first := b.one()
	if first.To != "bo@example.org" || first.Locale != "da" || len(first.Titles) != 1 || first.Far != Asked {
		t.Errorf("got %+v", first)
	}
	stands("asked", true, false, true, true)
	b.at("2027-06-06", "08:59")
	b.none("before two weeks")
	b.at("2027-06-06", "09:00")
	if l := b.one(); l.Far != Marked {
		t.Errorf("got %+v", l)
	}
	stands("after two weeks", true, true, true, true)
	b.at("2027-06-20", "09:00")
	b.none("leaving matching")
	stands("after four weeks", true, true, false, true)
	b.at("2027-07-18", "08:59")
	stands("before eight weeks", true, true, false, true)
	b.at("2027-07-18", "09:00")
	last := b.one()
	if last.Far != Resting {
		t.Errorf("got %+v", last)
	}
	stands("after eight weeks", true, true, false, false)
	b.at("2029-07-18", "09:00")
	b.none("long after")

	// The oldest link still does, and twice is once.
	if list, err := b.s.ByToken(t.Context(), Token(first.Tokens[0])); err != nil || titles(list) != "Flyttehjælp" || !list[0].Rests() {
		t.Errorf("got %v, %v", titles(list), err)
	}
	stands("a look changes nothing", true, true, false, false)
	b.press(Token(first.Tokens[0]))
	stands("pressed", false, false, true, true)
	said := *b.get(id).ConfirmedAt
	b.later.Add(10)
	b.press(Token(first.Tokens[0]))
	b.press(last.Token)
	if o := b.get(id); !o.ConfirmedAt.Equal(said) || b.audited("offer.confirmed") != 1 {
		t.Errorf("pressed twice: %+v", o)
	}
	b.at("2030-01-17", "09:00")
	b.none("before six months")
	b.at("2030-01-18", "09:00")
	b.one()
}

func TestPressesAtOnceAreOne(t *testing.T) {
	b := setUp(t)
	b.publish(b.input("X"))
	b.at("2027-05-23", "09:00")
	l := b.one()
	var wg sync.WaitGroup
	for _, token := range []Token{l.Token, Token(l.Tokens[0]), l.Token, Token(l.Tokens[0])} {
		wg.Go(func() { b.press(token) })
	}
	wg.Wait()
	if n := b.audited("offer.confirmed"); n != 1 {
		t.Errorf("confirmed %d times", n)
	}
}

func TestOneLetterAnAddressAndDay(t *testing.T) {
	b := setUp(t)
	b.publish(b.input("Bord"))
	second := b.publish(b.input("Alter"))
	in := b.input("Cykel")
	in.ContactEmail, in.Organisation = "BO@example.org", b.choir
	b.publish(in)
	in = b.input("En andens")
	in.ContactEmail = "ida@example.org"
	b.publish(in)
	b.at("2027-05-23", "09:00")
	list := b.letters()
	if len(list) != 2 {
		t.Fatalf("got %+v", list)
	}
	bo := list[0]
	if len(bo.Titles) != 3 {
		bo = list[1]
	}
	if len(bo.Titles) != 3 || bo.Titles[0] != "Alter" || bo.Titles[2] != "Cykel" {
		t.Fatalf("got %+v", list)
	}
	// Another becomes due the same day: it waits until the morning after, and
	// the letter names what still waits too.
	late := b.publish(b.input("Dug"))
	if err := b.s.SetMonths(t.Context(), coordinator(b.north), late, 1); err != nil {
		t.Fatal(err)
	}
	b.exec(`UPDATE offers SET confirmed_at = $2 WHERE id = $1`, late, noon)
	b.at("2027-05-23", "15:00")
	b.none("the same day")
	b.press(Token(bo.Tokens[0]))
	if b.get(second).Waits() {
		t.Error("its own link does not confirm it")
	}
	b.at("2027-05-24", "09:00")
	if l := b.one(); len(l.Titles) != 3 || l.Titles[0] != "Bord" || l.Titles[2] != "Dug" {
		t.Errorf("got %+v", l)
	}
	// The link for all confirms what its letter named, and nothing else.
	b.press(bo.Token)
	waiting, err := pg.All(t.Context(), b.db.Pool(), `SELECT title FROM offers WHERE asked_at IS NOT NULL ORDER BY asked_at, id`, pg.Scalar[string])
	if err != nil || !slices.Equal(waiting, []string{"En andens", "Dug"}) {
		t.Errorf("got %v, %v", waiting, err)
	}
}

func TestWhoIsAsked(t *testing.T) {
	b := setUp(t)
	account := func(email, locale string, organisation uuid.UUID, contact bool) {
		id := uuid.Must(uuid.NewV7())
		b.exec(`INSERT INTO accounts (id, email, name, role, password_hash, locale, created_at, sessions_valid_from)
			VALUES ($1, $2, 'Prøve', 'partner', '', $3, $4, $4)`, id, email, locale, noon)
		b.exec(`INSERT INTO organisation_people (organisation_id, account_id, contact) VALUES ($1, $2, $3)`, organisation, id, contact)
	}
	account("Contact@example.org", "uk", b.club, true)
	account("member@example.org", "en", b.club, false)
	account("sanger@example.org", "ar", b.choir, false)
	b.exec(`UPDATE organisations SET contact_email = 'koret@example.org', contact_locale = 'en' WHERE id = $1`, b.choir)
	in := b.input("Telefon")
	in.ContactEmail = ""
	b.publish(in)
	in.Organisation, in.Title = b.choir, "Sang"
	b.publish(in)
	in.Title, in.ContactEmail = "Noder", "sanger@example.org"
	b.publish(in)
	b.at("2027-05-23", "09:00")
	got := map[string]string{}
	for _, l := range b.letters() {
		got[l.To] = l.Locale
	}
	if len(got) != 3 || got["Contact@example.org"] != "uk" || got["koret@example.org"] != "en" || got["sanger@example.org"] != "ar" {
		t.Errorf("got %v", got)
	}
}

func TestWhatNeedsNoAnswer(t *testing.T) {
	b := setUp(t)
	b.create(b.input("Kladde"))
	b.to(b.publish(b.input("Pause")), Paused)
	in := b.input("Venter på os")
	in.Organisation = b.choir
	b.publish(in)
	b.exec(`UPDATE organisations SET status = 'pending', decided_at = NULL WHERE id = $1`, b.choir)
	edited, again := b.publish(b.input("Rettet")), b.publish(b.input("Igen"))
	b.at("2027-05-22", "12:00")
	change := b.get(edited).Input()
	change.Title = "Rettet nu"
	if err := b.s.Update(t.Context(), partner(b.club, false), edited, change); err != nil {
		t.Fatal(err)
	}
	b.to(again, Paused)
	b.to(again, Published)
	b.at("2027-06-30", "09:00")
	b.none("nothing waits")
	b.at("2027-11-22", "09:00")
	if l := b.one(); len(l.Titles) != 2 {
		t.Errorf("got %+v", l)
	} else {
		// What is paused meanwhile is not brought back by a press.
		b.to(again, Paused)
		b.press(l.Token)
		if b.get(again).Status != Paused || b.get(edited).Waits() {
			t.Error("the press did something else")
		}
		b.to(again, Withdrawn)
		b.to(edited, Withdrawn)
		if err := b.s.ConfirmByToken(t.Context(), l.Token); !fault.Is(err, fault.Gone) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := b.s.ByToken(t.Context(), "gættet"); !fault.Is(err, fault.Gone) {
		t.Errorf("got %v", err)
	}
}

func TestWhoConfirms(t *testing.T) {
	b := setUp(t)
	id := b.publish(b.input("X"))
	b.at("2027-05-23", "09:00")
	for _, actor := range []authz.Actor{authz.Nobody, partner(b.choir, true), coordinator(b.south)} {
		if err := b.s.Confirm(t.Context(), actor, id); !fault.Is(err, fault.Forbidden) {
			t.Errorf("got %v", err)
		}
	}
	for _, actor := range []authz.Actor{partner(b.club, false), coordinator(b.north)} {
		if err := b.s.Confirm(t.Context(), actor, id); err != nil {
			t.Error(err)
		}
	}
	if b.get(id).Waits() || b.audited("offer.confirmed") != 1 {
		t.Error("not confirmed once")
	}
	if err := b.s.SetMonths(t.Context(), partner(b.club, true), id, 3); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a partner: %v", err)
	}
	for _, months := range []int{0, 25, -1} {
		if err := b.s.SetMonths(t.Context(), coordinator(b.north), id, months); !fault.FieldsOf(err).Has("months") {
			t.Errorf("%d: %v", months, err)
		}
	}
	if err := b.s.SetMonths(t.Context(), coordinator(b.north), id, 24); err != nil || b.get(id).ConfirmMonths != 24 {
		t.Errorf("got %v", err)
	}
	if err := b.s.Confirm(t.Context(), authz.TheSystem, b.create(b.input("Kladde"))); !fault.Is(err, fault.Conflict) {
		t.Errorf("a draft: %v", err)
	}
}

func TestOldLettersAreForgotten(t *testing.T) {
	b := setUp(t)
	b.publish(b.input("X"))
	b.at("2027-05-23", "09:00")
	l := b.one()
	b.at("2028-06-01", "09:00") // still resting: kept
	if _, err := b.s.ByToken(t.Context(), l.Token); err != nil {
		t.Error(err)
	}
	b.press(l.Token)
	b.at("2028-06-02", "09:00")
	if _, err := b.s.ByToken(t.Context(), l.Token); !fault.Is(err, fault.Gone) {
		t.Errorf("got %v", err)
	}
}
