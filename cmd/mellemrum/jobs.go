package main

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"mellemrum/web"
)

type pgxTx = pgx.Tx

// sweep forgets what need not be remembered any longer.
type sweep struct{}

func (sweep) Kind() string { return "sweep" }

type sweeper struct {
	river.WorkerDefaults[sweep]
	services web.Services
}

func (s *sweeper) Work(ctx context.Context, _ *river.Job[sweep]) error {
	if _, err := s.services.Cafes.Forget(ctx); err != nil {
		return err
	}
	return s.services.Accounts.Sweep(ctx)
}

// quieter keeps the job queue's routine talk out of the log.
type quieter struct{ slog.Handler }

func (q quieter) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= slog.LevelWarn && q.Handler.Enabled(ctx, l)
}

func (q quieter) WithAttrs(a []slog.Attr) slog.Handler { return quieter{q.Handler.WithAttrs(a)} }
func (q quieter) WithGroup(n string) slog.Handler      { return quieter{q.Handler.WithGroup(n)} }
