// Package migrations brings a database to the shape the program expects.
//
// The job queue's own migrations run as the first step of ours, so there is
// one list, one lock and one command. Files are never changed once released.
package migrations

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"log/slog"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

// FS holds the migrations written in SQL.
//
//go:embed *.sql
var FS embed.FS

// queueVersion is the job queue's schema version that step 1 goes to. A newer
// one is a new step.
const queueVersion = 8

// Up applies every migration that is missing. Several processes may call it at
// once: one works, the others wait.
func Up(ctx context.Context, pool *pgxpool.Pool) error {
	provider, err := newProvider(pool)
	if err != nil {
		return err
	}
	defer func() { _ = provider.Close() }()
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Pending tells whether Up has anything to do.
func Pending(ctx context.Context, pool *pgxpool.Pool) (bool, error) {
	provider, err := newProvider(pool)
	if err != nil {
		return false, err
	}
	defer func() { _ = provider.Close() }()
	return provider.HasPending(ctx)
}

func newProvider(pool *pgxpool.Pool) (*goose.Provider, error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	queue := goose.NewGoMigration(1, &goose.GoFunc{RunDB: func(ctx context.Context, _ *sql.DB) error {
		quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
		m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: quiet})
		if err != nil {
			return err
		}
		_, err = m.Migrate(ctx, rivermigrate.DirectionUp, &rivermigrate.MigrateOpts{TargetVersion: queueVersion})
		return err
	}}, nil)
	return goose.NewProvider(goose.DialectPostgres, stdlib.OpenDBFromPool(pool), FS,
		goose.WithSessionLocker(locker), goose.WithGoMigrations(queue),
		goose.WithAllowOutofOrder(true)) // numbers are given out before they are written
}
