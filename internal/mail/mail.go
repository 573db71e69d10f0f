// Package mail sends what the portal has to say.
//
// A mail is a job in the transaction of the change it tells of: it exists if
// and only if the change does. A worker writes it in the reader's language and
// hands it to a transport, and tries again with growing pauses when that
// fails. How a mail looks is not known here; web/mailview renders it.
package mail

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"mellemrum/internal/pg"
)

// Queue is the job queue that mails wait in.
const Queue = "mail"

// MaxAttempts is how often a mail is tried: with the queue's pauses of
// attempt⁴ seconds that is about two days.
const MaxAttempts = 14

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
	Name, Type string
	Body       []byte
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
	Render    Renderer
	Transport Transport
}

// Work sends one mail.
func (w *Worker) Work(ctx context.Context, job *river.Job[Post]) error {
	m, err := w.Render(ctx, job.Args)
	if err != nil {
		return fmt.Errorf("mail: write %s: %w", job.Args.Letter, err)
	}
	return w.Transport.Send(ctx, job.ID, job.Args, m)
}

// Timeout ends a try that hangs.
func (w *Worker) Timeout(*river.Job[Post]) time.Duration { return time.Minute }
