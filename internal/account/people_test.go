package account

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
)

// as is who the account is at this moment.
func (b *bench) as(id uuid.UUID) authz.Actor {
	b.t.Helper()
	a, err := b.s.Actor(b.t.Context(), id, b.clock.now())
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func (b *bench) person(name, organisation string, contact bool) uuid.UUID {
	b.t.Helper()
	return b.add(NewAccount{Email: name + "@example.org", Name: name, Role: "partner", Organisation: organisation, Contact: contact})
}

func (b *bench) lastLetter() mail.Post {
	b.t.Helper()
	raw, err := pg.One(b.t.Context(), b.db.Pool(), `SELECT args::text FROM river_job WHERE kind = 'mail' ORDER BY id DESC LIMIT 1`, pg.Scalar[string])
	if err != nil {
		b.t.Fatal(err)
	}
	var p mail.Post
	if err := json.Unmarshal([]byte(raw), &p); err != nil {
		b.t.Fatal(err)
	}
	return p
}

func (b *bench) lastToken() Token { return Token(b.lastLetter().Facts["token"].(string)) }

func (b *bench) contacts(organisation uuid.UUID) int {
	return b.count(`SELECT count(*) FROM organisation_people WHERE organisation_id = $1 AND contact`, organisation)
}

func TestWhoMayChangeWhom(t *testing.T) {
	b := setUp(t)
	north := b.district("nord")
	club, other := b.organisation("klubben", "approved"), b.organisation("andre", "approved")
	b.exec(`INSERT INTO organisation_districts VALUES ($1, $2)`, club, north)
	contact, member := b.person("kontakt", "klubben", true), b.person("medlem", "klubben", false)
	stranger := b.person("fremmed", "andre", true)
	b.add(NewAccount{Email: "k@example.org", Role: "coordinator", Districts: []string{"nord"}})
	for name, c := range map[string]struct {
		actor  authz.Actor
		see    bool
		change fault.Kind // of what they are told; Internal: they may
	}{
		"a contact":               {b.as(contact), true, fault.Internal},
		"a member":                {b.as(member), true, fault.Forbidden},
		"somebody else's contact": {b.as(stranger), false, fault.NotFound},
		"a coordinator":           {authz.Actor{Role: authz.Coordinator, AccountID: uuid.New(), Districts: []uuid.UUID{north}}, true, fault.Internal},
		"another coordinator":     {authz.Actor{Role: authz.Coordinator, AccountID: uuid.New(), Districts: []uuid.UUID{uuid.New()}}, false, fault.NotFound},
		"nobody":                  {authz.Nobody, false, fault.NotFound},
	} {
		list, err := b.s.People(t.Context(), c.actor, club)
		if (err == nil) != c.see || c.see && (len(list) != 2 || !list[0].Contact) {
			t.Errorf("%s sees %v, %v", name, list, err)
		}
		for what, err := range map[string]error{
			"invites": b.s.Invite(t.Context(), c.actor, club, NewInvitation{Name: "Ny", Email: fmt.Sprintf("%x@example.org", name)}),
			"changes": b.s.SetContact(t.Context(), c.actor, club, member, false),
		} {
			if c.change == fault.Internal && err != nil || c.change != fault.Internal && !fault.Is(err, c.change) {
				t.Errorf("%s %s: %v", name, what, err)
			}
		}
		if _, err := b.s.Invitations(t.Context(), c.actor, club); (err == nil) != (c.change == fault.Internal) {
			t.Errorf("%s sees the invitations: %v", name, err)
		}
	}
	b.wantKind(b.s.RemovePerson(t.Context(), b.as(contact), club, stranger), fault.NotFound)
	b.wantKind(b.s.RemovePerson(t.Context(), b.as(contact), other, stranger), fault.NotFound)
	b.wantKind(b.s.RemovePerson(t.Context(), b.as(member), club, contact), fault.Forbidden)
	// Everybody may leave by themselves; at once nothing is theirs any more.
	if err := b.s.RemovePerson(t.Context(), b.as(member), club, member); err != nil {
		t.Fatal(err)
	}
	if b.as(member).MemberOf(club) {
		t.Error("still a member")
	}
}

func TestTheLastContactStays(t *testing.T) {
	b := setUp(t)
	club := b.organisation("klubben", "approved")
	first, second := b.person("foerste", "klubben", true), b.person("anden", "klubben", false)
	for what, err := range map[string]error{
		"leaves":           b.s.RemovePerson(t.Context(), b.as(first), club, first),
		"becomes a member": b.s.SetContact(t.Context(), b.as(first), club, first, false),
		"is removed":       b.s.RemovePerson(t.Context(), authz.TheSystem, club, first),
	} {
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("the last contact %s: %v", what, err)
		}
	}
	for range 2 { // a second press changes nothing
		if err := b.s.SetContact(t.Context(), b.as(first), club, second, true); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.count(`SELECT count(*) FROM audit_entries WHERE action = 'organisation.person_changed'`); n != 1 {
		t.Errorf("%d audit entries", n)
	}
	// Somebody who is shut out speaks for nobody.
	b.exec(`UPDATE accounts SET disabled_at = $2 WHERE id = $1`, second, b.clock.now())
	b.wantKind(b.s.RemovePerson(t.Context(), b.as(first), club, first), fault.Conflict)
	if err := b.s.RemovePerson(t.Context(), b.as(first), club, second); err != nil {
		t.Error(err)
	}
}

func TestTwoContactsWhoLeaveAtOnce(t *testing.T) {
	b := setUp(t)
	club := b.organisation("klubben", "approved")
	one, two := b.person("en", "klubben", true), b.person("to", "klubben", true)
	for round := range 6 {
		b.exec(`INSERT INTO organisation_people VALUES ($1, $2, true), ($1, $3, true)
			ON CONFLICT (organisation_id, account_id) DO UPDATE SET contact = true`, club, one, two)
		a, c := b.as(one), b.as(two)
		steps := []func() error{
			func() error { return b.s.RemovePerson(context.Background(), a, club, one) },
			func() error { return b.s.RemovePerson(context.Background(), c, club, two) },
		}
		if round%2 == 1 { // each makes the other a member
			steps = []func() error{
				func() error { return b.s.SetContact(context.Background(), a, club, two, false) },
				func() error { return b.s.SetContact(context.Background(), c, club, one, false) },
			}
		}
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wg.Go(func() { errs[i] = steps[i]() })
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || b.contacts(club) != 1 {
			t.Errorf("round %d: %v, %v, and %d contacts", round, errs[0], errs[1], b.contacts(club))
		}
	}
}

func TestAnInvitationBecomesAPerson(t *testing.T) {
	b := setUp(t)
	club := b.organisation("klubben", "approved")
	boss := b.person("chef", "klubben", true)
	in := NewInvitation{Name: " Åse  Ny ", Email: "Aase@Example.org", Contact: true, Locale: "uk"}
	for range 2 { // a second press sends no second letter
		if err := b.s.Invite(t.Context(), b.as(boss), club, in); err != nil {
			t.Fatal(err)
		}
	}
	if n := b.count(`SELECT count(*) FROM river_job WHERE kind = 'mail'`); n != 1 {
		t.Fatalf("%d letters", n)
	}
	l := b.lastLetter()
	if l.Letter != "organisation_invitation" || l.To != "Aase@Example.org" || l.Name != "Åse Ny" || l.Locale != "uk" || l.Facts["by"] != "chef" {
		t.Errorf("got %+v", l)
	}
	token := b.lastToken()
	if n := b.count(`SELECT count(*) FROM invitation_links WHERE token_hash::text LIKE '%' || $1 || '%'`, string(token)); n != 0 {
		t.Error("the secret is kept as it is")
	}
	i, err := b.s.InvitationBy(t.Context(), token)
	if err != nil || i.State != InvitationOpen || i.Organisation != "klubben" || i.By != "chef" || i.Account || !i.Contact {
		t.Fatalf("got %+v, %v", i, err)
	}
	_, err = b.s.Accept(t.Context(), token, Newcomer{Name: "Åse", Password: "kort"})
	b.wantKind(err, fault.Invalid)
	id, err := b.s.Accept(t.Context(), token, Newcomer{Name: "Åse", Password: password, Locale: "uk"})
	if err != nil {
		t.Fatal(err)
	}
	if a := b.as(id); a.Role != authz.Partner || !a.ContactOf(club) || a.Name != "Åse" {
		t.Errorf("got %+v", a)
	}
	if got, err := b.s.Authenticate(t.Context(), "aase@example.org", password, "192.0.2.1"); err != nil || got != id {
		t.Errorf("cannot sign in: %v", err)
	}
	_, err = b.s.Accept(t.Context(), token, Newcomer{Name: "Åse", Password: password})
	b.wantKind(err, fault.Gone)
	if f := fault.FieldsOf(b.s.Invite(t.Context(), b.as(boss), club, in)); !f.Has("email") {
		t.Error("somebody who is here is invited")
	}
}

func TestLinksThatNoLongerOpen(t *testing.T) {
	b := setUp(t)
	club := b.organisation("klubben", "approved")
	state := func(token Token) InvitationState {
		t.Helper()
		i, err := b.s.InvitationBy(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return i.State
	}
	invite := func(email string) (uuid.UUID, Token) {
		t.Helper()
		if err := b.s.Invite(t.Context(), authz.TheSystem, club, NewInvitation{Name: "Ny", Email: email}); err != nil {
			t.Fatal(err)
		}
		token := b.lastToken()
		i, err := b.s.InvitationBy(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return i.ID, token
	}
	_, err := b.s.InvitationBy(t.Context(), "findes-ikke")
	b.wantKind(err, fault.NotFound)

	id, old := invite("gammel@example.org")
	b.clock.forward(InvitationLasts)
	if s := state(old); s != InvitationExpired {
		t.Errorf("got %s", s)
	}
	_, err = b.s.Accept(t.Context(), old, Newcomer{Name: "X", Password: password})
	b.wantKind(err, fault.Gone)
	// Sent again there is a new link; the old one stays too old.
	if err := b.s.InviteAgain(t.Context(), authz.TheSystem, club, id); err != nil {
		t.Fatal(err)
	}
	if s := state(b.lastToken()); s != InvitationOpen || state(old) != InvitationExpired {
		t.Errorf("the new one is %s, the old one %s", s, state(old))
	}
	for range 2 {
		if err := b.s.Withdraw(t.Context(), authz.TheSystem, club, id); err != nil {
			t.Fatal(err)
		}
	}
	if s := state(b.lastToken()); s != InvitationWithdrawn {
		t.Errorf("got %s", s)
	}
	b.wantKind(b.s.InviteAgain(t.Context(), authz.TheSystem, club, id), fault.Conflict)
	b.wantKind(b.s.Withdraw(t.Context(), authz.TheSystem, b.organisation("andre", "approved"), id), fault.NotFound)

	_, token := invite("lukket@example.org")
	b.exec(`UPDATE organisations SET status = 'suspended', suspended_at = now(), suspend_reason = 'x' WHERE id = $1`, club)
	if s := state(token); s != InvitationClosed {
		t.Errorf("got %s", s)
	}
	_, err = b.s.Accept(t.Context(), token, Newcomer{Name: "X", Password: password})
	b.wantKind(err, fault.Gone)
	b.wantKind(b.s.Invite(t.Context(), authz.TheSystem, club, NewInvitation{Name: "Ny", Email: "ny@example.org"}), fault.Conflict)

	b.clock.forward(InvitationLasts + keepInvitation + time.Hour)
	if err := b.s.Sweep(t.Context()); err != nil || b.count(`SELECT count(*) FROM invitations`) != 0 {
		t.Errorf("old invitations are kept: %v", err)
	}
}

func TestThoseWithAnAccountSayYesAsThemselves(t *testing.T) {
	b := setUp(t)
	club := b.organisation("klubben", "approved")
	b.organisation("andre", "approved")
	eva := b.person("eva", "andre", true)
	staff := b.add(NewAccount{Email: "stab@example.org", Role: "administrator"})
	invite := func(email string) Token {
		t.Helper()
		if err := b.s.Invite(t.Context(), authz.TheSystem, club, NewInvitation{Name: "Eva", Email: email}); err != nil {
			t.Fatal(err)
		}
		return b.lastToken()
	}
	token := invite("EVA@example.org")
	_, err := b.s.Accept(t.Context(), token, Newcomer{Name: "Eva", Password: password})
	b.wantKind(err, fault.Conflict) // the link sets no password of an account that is there
	b.wantKind(b.s.AcceptAs(t.Context(), b.as(staff), token), fault.Conflict)
	b.wantKind(b.s.AcceptAs(t.Context(), authz.Nobody, token), fault.Forbidden)
	if err := b.s.AcceptAs(t.Context(), b.as(eva), token); err != nil {
		t.Fatal(err)
	}
	if a := b.as(eva); len(a.Organisations) != 2 || !a.MemberOf(club) || a.ContactOf(club) {
		t.Errorf("got %+v", a.Organisations)
	}
	b.wantKind(b.s.AcceptAs(t.Context(), b.as(staff), invite("stab@example.org")), fault.Conflict)
}

func TestOneLinkUsedTwiceAtOnce(t *testing.T) {
	b := setUp(t)
	club := b.organisation("klubben", "approved")
	if err := b.s.Invite(t.Context(), authz.TheSystem, club, NewInvitation{Name: "Ny", Email: "ny@example.org"}); err != nil {
		t.Fatal(err)
	}
	token := b.lastToken()
	errs := make([]error, 3)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			_, errs[i] = b.s.Accept(context.Background(), token, Newcomer{Name: "Ny", Password: password})
		})
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !fault.Is(err, fault.Gone) {
			t.Errorf("got %v", err)
		}
	}
	if n := b.count(`SELECT count(*) FROM accounts`); won != 1 || n != 1 {
		t.Errorf("%d said yes, %d accounts", won, n)
	}
}
