package main

import (
	"context"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/organisation"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/web/mailview"
)

// What the clock asks for happens while the portal runs, and two portals on one
// database do it once: here the reminders of tomorrow's café, from the change in
// the database to the letter that is read.
func TestWhatIsDueIsDoneWhileThePortalRuns(t *testing.T) {
	t.Parallel()
	ctx, sys := t.Context(), authz.TheSystem
	now := time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	db, err := pg.Open(ctx, pg.Config{WriteURL: pgtest.DSN(t), MaxConns: 12, Clock: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s := services(db)
	d, err := s.Districts.Create(ctx, sys, district.Input{Name: "Testby", Intro: "Et sted.", Strengths: []district.Strength{{Body: "Naboer", SaidBy: "Alle"}}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := s.Organisations.Create(ctx, sys, organisation.Input{Name: "Værterne", Kind: organisation.Association, About: "Opdigtet.", ContactName: "Ida",
		ContactEmail: "ida@post.example", Locale: "da"}, true)
	if err != nil {
		t.Fatal(err)
	}
	c, err := s.Cafes.Create(ctx, sys, cafe.Series{Name: "Café Prøve", DistrictID: d.ID, Venue: "Huset", Address: "Vej 1", Starts: "16:30", Ends: "18:30",
		Hosts: []uuid.UUID{o.ID}, Places: cafe.Room(map[cafe.Kind]int{cafe.Guest: 4}), Habits: cafe.UsualHabits})
	if err != nil {
		t.Fatal(err)
	}
	tomorrow := i18n.Day(now).AddDate(0, 0, 1)
	if _, err := s.Cafes.AddDates(ctx, sys, c.ID, []time.Time{tomorrow}); err != nil {
		t.Fatal(err)
	}
	early := cafe.New(db.At(now.Add(-5 * time.Hour)))
	if _, err := early.SignUp(ctx, authz.Nobody, c.Slug, tomorrow, cafe.SignUp{Place: "guest", Name: "Bo", Email: "bo@post.example", Party: 1, Locale: "ar"}); err != nil {
		t.Fatal(err)
	}
	// A letter that somebody wanted to wait for has waited long enough.
	if _, err := db.Pool().Exec(ctx, `
		INSERT INTO mail_held (job_id, address, topic, post, held_at, look_at) VALUES (-1, 'ida@post.example', 'reminders', $1, $2, $3)`,
		mail.Post{Letter: "cafe_thanks", To: "ida@post.example", Name: "Ida", Locale: "da", Facts: map[string]any{"cafe": c.Name, "slug": c.Slug,
			"venue": c.Venue, "address": c.Address, "starts": now, "ends": now}}, now.Add(-time.Hour), now); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		jobs, err := newJobs(db, s, mailview.New(&url.URL{Scheme: "http", Host: "mellemrum.example"}, "hej@mellemrum.example"), s.DemoMail, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := jobs.Start(context.WithoutCancel(ctx)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = jobs.StopAndCancel(context.Background()) })
	}
	count := func(sql string) int {
		t.Helper()
		n, err := pg.One(context.Background(), db.Fresh(), "SELECT count(*)::int "+sql, pg.Scalar[int])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for end := time.Now().Add(30 * time.Second); count("FROM demo_mails") < 3; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d mails after half a minute", count("FROM demo_mails"))
		}
	}
	if n := count("FROM demo_mails WHERE locale = 'ar'"); n != 2 || count("FROM occasions WHERE reminded_at IS NOT NULL") != 1 {
		t.Errorf("%d mails: a receipt and a reminder are wanted", n)
	}
	if n := count("FROM demo_mails WHERE subject LIKE 'Nyt til dig%'"); n != 1 {
		t.Errorf("%d gathering letters", n)
	}
}

// However many processes ask, one waits at a time.
func TestWhatIsDueDoesNotPileUp(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	s := services(db)
	jobs, err := newJobs(db, s, mailview.New(&url.URL{}, ""), s.DemoMail, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		r, err := jobs.Insert(t.Context(), due{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.UniqueSkippedAsDuplicate != (i > 0) {
			t.Errorf("insertion %d: %+v", i, r)
		}
		if _, err := db.Pool().Exec(t.Context(), "UPDATE river_job SET state = 'running' WHERE kind = 'due'"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Pool().Exec(t.Context(), "UPDATE river_job SET state = 'completed', finalized_at = now() WHERE kind = 'due'"); err != nil {
		t.Fatal(err)
	}
	if r, err := jobs.Insert(t.Context(), due{}, nil); err != nil || r.UniqueSkippedAsDuplicate {
		t.Errorf("the next minute has none: %v", err)
	}
}
