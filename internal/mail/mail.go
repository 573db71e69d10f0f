// Package mail sends what the portal has to say.
//
// A mail is a job in the transaction of the change it tells of: it exists if
// and only if the change does. A worker writes it in the reader's language and
// hands it to a transport, and tries again with growing pauses when that
// fails. Letters to one address leave in the order they were written; an
// address whose server refuses a letter for good is marked for staff. How a mail
// looks is not known here; web/mailview renders it.
//
// Letters of a topic come as often as their reader chose. The choice is asked
// for just before a letter is written, so a change of mind counts for those that
// wait; what is to come gathered is held and leaves in one letter (held.go).
// A letter is noted before it is handed to a mail server, so that losing power
// never sends it twice (handing.go).
package mail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"mellemrum/internal/pg"
)

// Queue is the job queue that mails wait in.
const Queue = "mail"

// A mail is tried again after a quarter of a minute, then after twice as long
// each time, but never later than LongestPause: when a mail server is back, what
// waits for it arrives within minutes. MaxAttempts makes that two days in all.
const (
	FirstPause   = 15 * time.Second
	LongestPause = 10 * time.Minute
	MaxAttempts  = 294
)

// Pause is how long to wait after a try that failed, counted from 1.
func Pause(attempt int) time.Duration {
	pause := FirstPause
	for i := 1; i < attempt && pause < LongestPause; i++ {
		pause *= 2
	}
	return min(pause, LongestPause)
}

// Post is one mail to be written and sent.
type Post struct {
	Letter string         `json:"letter"` // which letter it is, "cafe_receipt"
	To     string         `json:"to"`
	Name   string         `json:"name"`
	Locale string         `json:"locale"`
	Facts  map[string]any `json:"facts"` // what the letter is written from, as it was at commit

	Until  *time.Time `json:"until,omitempty"`  // from when on the letter is of no use; nil: it always is
	Ref    uuid.UUID  `json:"ref,omitzero"`     // what the letter is about, for Drop
	Choose string     `json:"choose,omitempty"` // the secret of the link to the reader's choices; Enqueue makes it

	Gathered []Post `json:"-"` // what a Digest is written from; the worker finds it
}

// Kind names the job. Statements that insert a mail by themselves use it too.
func (Post) Kind() string { return "mail" }

// InsertOpts puts the job where mails belong.
func (Post) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: Queue, MaxAttempts: MaxAttempts}
}

// The queue needs no pool of its own to insert within somebody's transaction.
var inserter = func() *river.Client[pgx.Tx] {
	c, err := river.NewClient(riverpgxv5.New(nil), &river.Config{})
	if err != nil {
		panic(err)
	}
	return c
}()

// Enqueue adds mails to the transaction. Posts without an address are left
// out: not everybody has one.
func Enqueue(ctx context.Context, tx *pg.Tx, posts ...Post) error {
	params := make([]river.InsertManyParams, 0, len(posts))
	posts = slices.DeleteFunc(slices.Clone(posts), func(p Post) bool { return p.To == "" })
	if err := link(ctx, tx, posts); err != nil {
		return err
	}
	for _, p := range posts {
		params = append(params, river.InsertManyParams{Args: p})
	}
	if len(params) == 0 {
		return nil
	}
	if _, err := inserter.InsertManyFastTx(ctx, tx.Raw(), params); err != nil {
		return fmt.Errorf("mail: enqueue: %w", pg.Fault(err))
	}
	return nil
}

// Message is a mail that is written.
type Message struct {
	Subject string
	Text    string
	HTML    string
	Files   []File

	// Unsubscribe is the address where one press ends letters of this kind
	// (RFC 8058); empty for those that are necessary.
	Unsubscribe string
}

// File is something that comes along with a mail.
type File struct {
	Name string `json:"name"`
	Type string `json:"type"` // media type
	Body []byte `json:"body"`
}

// Renderer writes a mail in its reader's language.
type Renderer func(ctx context.Context, p Post) (Message, error)

// Transport delivers a written mail. The id is the same for every try of one
// mail, so that a receiver can tell a repetition. A transport that cannot take
// back what it sent calls note once everything is ready, and sends only when
// that succeeds.
type Transport interface {
	Send(ctx context.Context, id int64, p Post, m Message, note func(context.Context) error) error
}

// Worker is the job that writes and sends.
type Worker struct {
	river.WorkerDefaults[Post]
	DB        *pg.DB
	Render    Renderer
	Transport Transport

	pause func(attempt int) time.Duration // nil: Pause
	nap   time.Duration                   // zero: usualNap
}

// errWrite marks a letter that could not be written, which is our mistake: it
// is tried again, but keeps no other letter waiting. errTaken marks one whose
// receiver is known and that was refused for what is in it; when that has not
// passed by patientTries, which is after two hours, it is the letter and not the
// server, and those behind it go ahead.
const (
	errWrite     = "mail: write "
	errTaken     = "mail: not taken: "
	patientTries = 17
)

// Work sends one mail, or keeps it until its reader wants it.
func (w *Worker) Work(ctx context.Context, job *river.Job[Post]) error {
	wait, before, err := w.behind(ctx, job)
	switch {
	case err != nil:
		return err
	case before == sent: // and the process ended before that was known of the job
		gathered(ctx, w.DB, job.Args)
		return nil
	case before == perhaps:
		return w.lost(ctx, job)
	case wait > 0:
		return river.JobSnooze(wait)
	}
	p := job.Args
	if p.Letter == Digest {
		if p.Gathered, err = compile(ctx, w.DB, p); err != nil || len(p.Gathered) == 0 {
			return err // nothing that is still wanted: nothing to say
		}
	}
	m, err := w.Render(ctx, p) // also what is held must be fit to be sent later
	if err != nil {
		return fmt.Errorf(errWrite+"%s: %w", p.Letter, err)
	}
	if is, err := decide(ctx, w.DB, job.ID, p); err != nil || is != leave {
		return err
	}
	err = w.Transport.Send(ctx, job.ID, p, m, noting(w.DB, job.ID))
	if errors.Is(err, errHanded) {
		return w.lost(ctx, job)
	}
	var refused *Refused
	if errors.As(err, &refused) {
		if err := errors.Join(mark(ctx, w.DB, p.To, refused.Reason, false), unnote(ctx, w.DB, job.ID)); err != nil {
			return err
		}
		gathered(ctx, w.DB, p)
		return river.JobCancel(err)
	}
	if err != nil {
		return errors.Join(err, unnote(ctx, w.DB, job.ID))
	}
	// The mail has left: failing now would send it twice. A mark that stays is
	// taken off by the next letter.
	_ = noteSent(ctx, w.DB, job.ID)
	_ = unmark(ctx, w.DB, p.To)
	gathered(ctx, w.DB, p)
	return nil
}

// lost ends a letter that was being handed over when a try ended without a
// word. It may have arrived, so it is not sent again; staff see that it may not
// have. The note stays, in case this process ends here too.
func (w *Worker) lost(ctx context.Context, job *river.Job[Post]) error {
	if err := mark(ctx, w.DB, job.Args.To, unsureReason, true); err != nil {
		return err
	}
	gathered(ctx, w.DB, job.Args)
	return river.JobCancel(errHanded)
}

// Timeout ends a try that hangs.
func (w *Worker) Timeout(*river.Job[Post]) time.Duration { return time.Minute }

// NextRetry is when a mail that failed is tried again.
func (w *Worker) NextRetry(job *river.Job[Post]) time.Time {
	pause := Pause
	if w.pause != nil {
		pause = w.pause
	}
	return time.Now().Add(pause(job.Attempt))
}

// usualNap is how long a letter steps back for one that is on its way.
const usualNap = 500 * time.Millisecond

// behind tells how long a letter waits for those written to the same address
// before it; zero: there are none. Waiting uses up no try. The letter before may
// itself be waiting for its next try, so that is what is waited for. It also
// tells whether the letter was being handed over before.
func (w *Worker) behind(ctx context.Context, job *river.Job[Post]) (wait time.Duration, is handed, err error) {
	before, err := pg.One(ctx, w.DB.Fresh(), `
		SELECT (SELECT extract(epoch FROM max(scheduled_at) - now())::float8 FROM river_job
			WHERE kind = 'mail' AND finalized_at IS NULL AND lower(args->>'to') = lower($1) AND id < $2
			  AND coalesce(errors[cardinality(errors)]->>'error' NOT LIKE '`+errWrite+`%', true)
			  AND NOT (attempt >= $3 AND coalesce(errors[cardinality(errors)]->>'error' LIKE '`+errTaken+`%', false))) AS seconds,
			(SELECT sent FROM mail_handing WHERE job_id = $2) AS sent`,
		pg.ByName[struct {
			Seconds *float64
			Sent    *bool // nil: not handed over
		}], job.Args.To, job.ID, patientTries)
	switch {
	case err != nil:
		return 0, notHanded, err
	case before.Sent != nil && *before.Sent:
		return 0, sent, nil
	case before.Sent != nil:
		return 0, perhaps, nil
	case before.Seconds == nil:
		return 0, notHanded, nil
	}
	nap := w.nap
	if nap == 0 {
		nap = usualNap
	}
	return time.Duration(max(*before.Seconds, 0)*float64(time.Second)) + nap, notHanded, nil
}
