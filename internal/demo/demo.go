// Package demo is an invented municipality for whoever wants to look around:
// districts drawn from real parishes, organisations, offers, cafés with people
// in them, and sign-ins. All of it is relative to the day it is filled in, so
// it never grows stale.
package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"mellemrum/internal/account"
	"mellemrum/internal/pg"
)

// Password is every demo account's.
const Password = "mellemrum-demo" //nolint:gosec // meant to be known

// How far the demo's dates reach from today.
const (
	daysBack  = 28
	daysAhead = 56
)

const (
	administrator = "admin@demo.example"
	koordinator   = "koordinator@demo.example"
	kollega       = "kollega@demo.example"
)

// SignIn is an account of the demo.
type SignIn struct {
	Email, Name, Role, Organisation string
	districts                       []string
}

// SignIns are the accounts of the demo.
func SignIns() []SignIn {
	return []SignIn{
		{Email: administrator, Name: "Asta Administrator", Role: "administrator"},
		{Email: koordinator, Name: "Karla Koordinator", Role: "coordinator", districts: []string{"Aalborg Øst", "Nørresundby", "Midtbyen", "Vejgård"}},
		{Email: kollega, Name: "Kim Kollega", Role: "coordinator", districts: []string{"Gug og Tranders", "Hasseris og Vesterkær", "Skalborg", "Hvorup og Vodskov", "Klarup og Romdrup"}},
		{Email: "partner@demo.example", Name: "Nanna Opdigt", Role: "partner", Organisation: "Boligselskabet Havtornen"},
		{Email: "partner2@demo.example", Name: "Hodan Fantasi", Role: "partner", Organisation: "Hjemstavnsforeningen Baobab"},
		{Email: "partner3@demo.example", Name: "Palle Prøvesen", Role: "partner", Organisation: "Boligforeningen Blåklokken"},
	}
}

// roleNames are what the start-up message calls the roles.
var roleNames = map[string]string{"administrator": "administrator", "coordinator": "koordinator", "partner": "samarbejdspartner"}

// Describe tells what a sign-in is, in Danish.
func (s SignIn) Describe() string {
	return strings.TrimSpace(roleNames[s.Role] + " " + s.Organisation)
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

// Fill makes the demo where there is none. Where there is one, it makes out
// the dates that have come within reach and lets time pass: people sign up,
// and those who were at a café that is over are ticked. What somebody trying
// out the demo has changed stays as they left it. Again at the same moment it
// does nothing.
//
// A Fill that was interrupted is completed by the next, and of several at once
// one works while the others wait.
func Fill(ctx context.Context, db *pg.DB, now time.Time) error {
	lock, err := db.Pool().Acquire(ctx)
	if err != nil {
		return pg.Fault(err)
	}
	defer lock.Release()
	if _, err := lock.Exec(ctx, `SELECT pg_advisory_lock($1)`, lockKey); err != nil {
		return pg.Fault(err)
	}
	// A connection that goes away takes its lock with it.
	defer func() {
		_, _ = lock.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, lockKey)
	}()
	steps := []func(context.Context) error{}
	f := newFiller(db, now)
	made, err := f.made(ctx)
	if err != nil {
		return err
	}
	if !made {
		steps = append(steps, f.makeAdministrators, f.makeDistricts, f.makeCoordinators, f.nameContacts,
			f.makeOrganisations, f.makePartners, f.makeOffers, f.makeCafes, f.makeAsks, f.settlePartners, f.makeInquiries, f.makeInitiatives, f.makeVoices, f.makeConcerns, f.makeWorkshops, f.makePraise)
	}
	steps = append(steps, f.makeDates)
	if !made {
		steps = append(steps, f.cancelOne, f.markMade)
	}
	for _, step := range append(steps, f.passTime, f.hearResidents) {
		if err := step(ctx); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	return nil
}

const lockKey = 0x6d656c6c656d // no other lock in the database has it
