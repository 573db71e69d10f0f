package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/search"
	"mellemrum/web"
)

type pgxTx = pgx.Tx

// due does what the clock asks for at the cafés, the asks, the offers, the
// initiatives and for those who follow, and sends what was held for its reader.
type due struct{}

func (due) Kind() string { return "due" }

// InsertOpts lets only one wait or be at work, however many processes there are
// and however long it takes. One that fails is over: the next minute's does what
// it left.
func (due) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateRetryable, rivertype.JobStateScheduled}}}
}

type dueWorker struct {
	river.WorkerDefaults[due]
	services web.Services
}

func (w *dueWorker) Work(ctx context.Context, _ *river.Job[due]) error {
	return errors.Join(
		w.services.Cafes.Due(ctx),
		w.services.Asks.Due(ctx),
		w.services.Offers.Due(ctx),
		w.services.Organisations.Due(ctx),
		w.services.Initiatives.Due(ctx),
		w.services.Follows.Due(ctx),
		w.services.Board.Mornings(ctx, w.services.Accounts.Actor),
		mail.Due(ctx, w.services.DB),
		search.Refresh(ctx, w.services.DB),
	)
}

// sweep forgets what need not be remembered any longer.
type sweep struct{}

func (sweep) Kind() string { return "sweep" }

type sweeper struct {
	river.WorkerDefaults[sweep]
	services web.Services
}

func (s *sweeper) Work(ctx context.Context, _ *river.Job[sweep]) error {
	_, err := s.services.Cafes.Forget(ctx)
	_, voices := s.services.Initiatives.Forget(ctx)
	_, talks := s.services.Inquiries.Forget(ctx)
	_, follows := s.services.Follows.Forget(ctx)
	_, invited := s.services.Workshops.Forget(ctx)
	return errors.Join(err, voices, talks, follows, invited, s.services.Accounts.Sweep(ctx), mail.Sweep(ctx, s.services.DB), s.services.Districts.Forget(ctx))
}

// stuckAfter is when a job of a process that died is done by another. Jobs end
// by themselves after a minute. Until then a letter holds up those behind it.
const stuckAfter = 3 * time.Minute

// newJobs sets up what works in the background: the mails, what is due every
// minute, and four times a day what rule 8 promises about forgetting.
func newJobs(db *pg.DB, s web.Services, render mail.Renderer, transport mail.Transport, log *slog.Logger) (*river.Client[pgxTx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &mail.Worker{DB: db, Render: render, Transport: transport})
	river.AddWorker(workers, &dueWorker{services: s})
	river.AddWorker(workers, &sweeper{services: s})
	every := func(pause time.Duration, args river.JobArgs) *river.PeriodicJob {
		return river.NewPeriodicJob(river.PeriodicInterval(pause), func() (river.JobArgs, *river.InsertOpts) { return args, nil },
			&river.PeriodicJobOpts{RunOnStart: true})
	}
	client, err := river.NewClient(riverpgxv5.New(db.Pool()), &river.Config{
		Queues: map[string]river.QueueConfig{
			river.QueueDefault: {MaxWorkers: 2},
			mail.Queue:         {MaxWorkers: 4, FetchPollInterval: 500 * time.Millisecond},
		},
		Workers: workers,
		Logger:  slog.New(quieter{log.Handler()}),
		// A finished mail job holds an address and a personal link.
		CompletedJobRetentionPeriod: time.Hour,
		CancelledJobRetentionPeriod: time.Hour,
		DiscardedJobRetentionPeriod: 24 * time.Hour,
		RescueStuckJobsAfter:        stuckAfter,
		PeriodicJobs:                []*river.PeriodicJob{every(time.Minute, due{}), every(6*time.Hour, sweep{})},
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return client, nil
}

// quieter keeps the job queue's routine talk out of the log.
type quieter struct{ slog.Handler }

func (q quieter) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

func (q quieter) WithAttrs(a []slog.Attr) slog.Handler { return quieter{q.Handler.WithAttrs(a)} }
func (q quieter) WithGroup(n string) slog.Handler      { return quieter{q.Handler.WithGroup(n)} }
