package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"mellemrum/internal/config"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pglocal"
	"mellemrum/migrations"
)

// openDatabase connects to DATABASE_URL, or starts the embedded PostgreSQL
// (or joins one that is running), and migrates. The returned function closes
// what was opened.
func openDatabase(ctx context.Context, c config.Config, log *slog.Logger) (*pg.DB, func(), error) {
	url, read, stop := c.DatabaseURL, c.ReadDatabaseURL, func() {}
	if url == "" {
		server, err := pglocal.Start(ctx, pglocal.Options{Dir: c.Data, Log: log})
		if err != nil {
			return nil, nil, err
		}
		go server.Watch(ctx)
		url = server.DSN("mellemrum")
		stop = func() {
			if err := server.Stop(); err != nil {
				log.Error("stopping the database", "error", err)
			}
		}
	}
	db, err := pg.Open(ctx, pg.Config{WriteURL: url, ReadURL: read})
	if err != nil {
		stop()
		return nil, nil, err
	}
	if err := migrations.Up(ctx, db.Pool()); err != nil {
		db.Close()
		stop()
		return nil, nil, err
	}
	return db, func() { db.Close(); stop() }, nil
}

func migrate(ctx context.Context, c config.Config, _ []string, _ io.Reader, out io.Writer) error {
	_, closeDatabase, err := openDatabase(ctx, c, newLog())
	if err != nil {
		return err
	}
	closeDatabase()
	_, err = fmt.Fprintln(out, "The database has the shape this version expects.")
	return err
}
