// Package mail sends what the portal has to say.
//
// A mail is a job in the transaction of the change it tells of: it exists if
// and only if the change does. A worker writes it in the reader's language and
// hands it to a transport, and tries again with growing pauses when that
// fails. Letters to one address leave in the order they were written; an
// address whose server refuses a letter for good is marked for staff. How a mail
// looks is not known here; web/mailview renders it.
package mail

import (
	"context"
	"errors"
	"fmt"
	"time"

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
	for _, p := range posts {
		if p.To != "" {
			params = append(params, river.InsertManyParams{Args: p})
		}
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
// mail, so that a receiver can tell a repetition.
type Transport interface {
	Send(ctx context.Context, id int64, p Post, m Message) error
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

// Work sends one mail.
func (w *Worker) Work(ctx context.Context, job *river.Job[Post]) error {
	wait, err := w.behind(ctx, job)
	if err != nil {
		return err
	}
	if wait > 0 {
		return river.JobSnooze(wait)
	}
	m, err := w.Render(ctx, job.Args)
	if err != nil {
		return fmt.Errorf(errWrite+"%s: %w", job.Args.Letter, err)
	}
	err = w.Transport.Send(ctx, job.ID, job.Args, m)
	var refused *Refused
	if errors.As(err, &refused) {
		if err := mark(ctx, w.DB, job.Args.To, refused.Reason); err != nil {
			return err
		}
		return river.JobCancel(err)
	}
	if err != nil {
		return err
	}
	// The mail has left: failing now would send it twice. A mark that stays is
	// taken off by the next letter.
	_ = unmark(ctx, w.DB, job.Args.To)
	return nil
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
// itself be waiting for its next try, so that is what is waited for.
func (w *Worker) behind(ctx context.Context, job *river.Job[Post]) (time.Duration, error) {
	seconds, err := pg.One(ctx, w.DB.Fresh(), `
		SELECT extract(epoch FROM max(scheduled_at) - now())::float8 FROM river_job
		WHERE kind = 'mail' AND finalized_at IS NULL AND lower(args->>'to') = lower($1) AND id < $2
		  AND coalesce(errors[cardinality(errors)]->>'error' NOT LIKE '`+errWrite+`%', true)
		  AND NOT (attempt >= $3 AND coalesce(errors[cardinality(errors)]->>'error' LIKE '`+errTaken+`%', false))`,
		pg.Scalar[*float64], job.Args.To, job.ID, patientTries)
	if err != nil || seconds == nil {
		return 0, err
	}
	nap := w.nap
	if nap == 0 {
		nap = usualNap
	}
	return time.Duration(max(*seconds, 0)*float64(time.Second)) + nap, nil
}
