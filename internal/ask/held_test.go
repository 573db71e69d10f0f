package ask

import (
	"context"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"mellemrum/internal/authz"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
)

// An ask that waits for its reader's morning shares the ask's fate: it stays
// back while the ask is stopped, lasts as long as the ask does, and is gone when
// it is closed.
func TestALetterThatIsHeldSharesTheAsksFate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const reader = "klubben@post.example"
	w.must(mail.Choices{DB: w.db}.Save(t.Context(), authz.Actor{Role: authz.Resident}, reader,
		mail.Choice{Paces: map[mail.Topic]mail.Pace{mail.Asks: mail.Weekly}}))
	a := w.sent()
	render := func(_ context.Context, p mail.Post) (mail.Message, error) {
		return mail.Message{Subject: p.Letter}, nil
	}
	worker := mail.Worker{DB: w.db, Render: render, Transport: mail.Demo{DB: w.db}}
	deliver := func() {
		t.Helper()
		type job struct {
			ID   int64
			Args mail.Post
		}
		list, err := pg.All(t.Context(), w.db.Fresh(), `SELECT id, args FROM river_job WHERE kind = 'mail' AND finalized_at IS NULL AND args->>'to' = $1 ORDER BY id`,
			pg.ByName[job], reader)
		w.must(err)
		for _, j := range list {
			w.must(worker.Work(t.Context(), &river.Job[mail.Post]{JobRow: &rivertype.JobRow{ID: j.ID}, Args: j.Args}))
			w.exec(`UPDATE river_job SET state = 'completed', finalized_at = now() WHERE id = $1`, j.ID)
		}
	}
	held := func(what string, want bool) {
		t.Helper()
		is, err := pg.One(t.Context(), w.db.Fresh(), `SELECT count(*) > 0 FROM mail_held WHERE done_at IS NULL AND ref = $1 AND `+what, pg.Scalar[bool], a.ID)
		if err != nil || is != want {
			t.Errorf("%s: %v, %v", what, is, err)
		}
	}
	deliver()
	held("address = '"+reader+"' AND NOT halted", true)
	w.must(w.s.Stop(t.Context(), w.coordinator, a.ID))
	held("halted", true)
	w.must(w.s.Resume(t.Context(), w.coordinator, a.ID))
	held("halted", false)
	last := w.ask(a.ID).AnswerBy.AddDate(0, 0, 14)
	w.must(w.s.Extend(t.Context(), w.coordinator, a.ID, last))
	held("until = '"+deadline(last).Format(time.RFC3339)+"'", true)
	w.must(w.s.Close(t.Context(), w.coordinator, a.ID, Cancelled, "Det blev løst på en anden måde."))
	held("true", false)
	w.now = w.now.AddDate(0, 0, 8)
	w.must(mail.Due(t.Context(), w.db))
	deliver()
	if n, err := pg.One(t.Context(), w.db.Fresh(), `SELECT count(*)::int FROM demo_mails WHERE recipient = $1`, pg.Scalar[int], reader); err != nil || n != 0 {
		t.Errorf("%d letters about what is over, %v", n, err)
	}
	// Those who want letters at once, and have not been reached yet, are not told either.
	if n := w.mails("ask"); n == 0 {
		t.Fatal("nobody was asked")
	}
	if n, err := pg.One(t.Context(), w.db.Fresh(), `SELECT count(*)::int FROM river_job WHERE args->>'letter' = 'ask' AND finalized_at IS NULL`, pg.Scalar[int]); err != nil || n != 0 {
		t.Errorf("%d letters still leave, %v", n, err)
	}
}

// Staff see whom they have to ring, and why.
func TestWhomNoLetterReaches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.sent()
	w.exec(`INSERT INTO mail_bounces (address, reason, at, unsure) VALUES ('klubben@post.example', '550', now(), true)`)
	w.must(mail.Choices{DB: w.db}.Unsubscribe(t.Context(), authz.Actor{Role: authz.Resident}, "koret@post.example", mail.Asks))
	why := func() map[string]Why {
		t.Helper()
		list, err := w.s.Bounced(t.Context(), w.coordinator, a.ID)
		w.must(err)
		got := map[string]Why{}
		for _, u := range list {
			got[u.Email] = u.Why
		}
		return got
	}
	if got := why(); len(got) != 2 || got["klubben@post.example"] != Unsure || got["koret@post.example"] != Unwanted {
		t.Errorf("%v", got)
	}
	w.exec(`UPDATE mail_bounces SET unsure = false`)
	w.exec(`UPDATE mail_preferences SET pace = 'daily'`)
	if got := why(); len(got) != 1 || got["klubben@post.example"] != Refused {
		t.Errorf("%v", got)
	}
}
