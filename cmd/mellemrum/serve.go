package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"time"

	"mellemrum/internal/account"
	"mellemrum/internal/ask"
	"mellemrum/internal/board"
	"mellemrum/internal/cafe"
	"mellemrum/internal/concern"
	"mellemrum/internal/config"
	"mellemrum/internal/demo"
	"mellemrum/internal/district"
	"mellemrum/internal/find"
	"mellemrum/internal/follow"
	"mellemrum/internal/handover"
	"mellemrum/internal/initiative"
	"mellemrum/internal/inquiry"
	"mellemrum/internal/mail"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/partnership"
	"mellemrum/internal/pg"
	"mellemrum/internal/report"
	"mellemrum/internal/theme"
	"mellemrum/internal/workshop"
	"mellemrum/web"
	"mellemrum/web/mailview"
	"mellemrum/web/route"
	"mellemrum/web/static"
)

func newLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

func services(db *pg.DB) web.Services {
	return web.Services{
		DB:            db,
		Accounts:      account.New(db),
		Districts:     district.New(db),
		Organisations: organisation.New(db),
		Offers:        offer.New(db),
		Cafes:         cafe.New(db),
		Asks:          ask.New(db),
		Partnership:   partnership.New(db),
		Board:         board.New(db),
		Find:          find.New(db),
		Handover:      handover.New(db),
		Reports:       report.New(db, cafe.New(db), concern.New(db)),
		Initiatives:   initiative.New(db),
		Inquiries:     inquiry.New(db),
		Concerns:      concern.New(db),
		Follows:       follow.New(db),
		Themes:        theme.New(db),
		Workshops:     workshop.New(db),
		DemoMail:      mail.Demo{DB: db},
	}
}

// memoryGoal is how much the program may hold before the collector works
// harder, in bytes; it is no limit.
const memoryGoal = 22 << 20

func serve(ctx context.Context, c config.Config, _ []string, _ io.Reader, out io.Writer) error {
	log := newLog()
	// Small machines are common where a portal like this runs: the collector
	// takes its time until the program reaches memoryGoal, and works harder then.
	debug.SetGCPercent(200)
	debug.SetMemoryLimit(memoryGoal)
	assets, err := static.Open()
	if err != nil {
		return err
	}
	// The port first: a second start on the same address should say so at once.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("MELLEMRUM_ADDR %s is taken: %w", c.Addr, err)
	}
	defer func() { _ = listener.Close() }()
	db, closeDatabase, err := openDatabase(ctx, c, log)
	if err != nil {
		return err
	}
	defer closeDatabase()
	s := services(db)
	if c.Mode == config.Demo {
		if err := demo.Fill(ctx, db, db.Now()); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	} else if err := demo.Refuse(ctx, db); err != nil {
		return err
	}

	var transport mail.Transport = s.DemoMail
	sender := "mellemrum@demo.example"
	if c.SMTPURL != "" {
		smtp, err := mail.NewSMTP(c.SMTPURL)
		if err != nil {
			return fmt.Errorf("MELLEMRUM_SMTP_URL %w", err)
		}
		transport, sender = smtp, smtp.Sender()
	}
	jobs, err := newJobs(db, s, mailview.New(c.BaseURL, sender), transport, log)
	if err != nil {
		return err
	}
	// Jobs outlive the signal: Stop below lets those under way finish.
	if err := jobs.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	defer func() {
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 8*time.Second)
		defer cancel()
		if err := jobs.Stop(stopping); err != nil {
			_ = jobs.StopAndCancel(stopping)
		}
	}()

	sessions := route.NewSessions(db.Pool(), c.BaseURL.Scheme == "https")
	handler := web.New(s, route.Config{
		Actor: s.Accounts.Actor, Sessions: sessions, Assets: assets, Log: log, BaseURL: c.BaseURL,
		Demo: c.Mode == config.Demo, Now: db.Now, Proxies: c.Proxies,
	})
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	server.RegisterOnShutdown(handler.CloseStreams)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	announce(out, c)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func announce(out io.Writer, c config.Config) {
	fmt.Fprintf(out, "\n  Mellemrum is ready: %s\n", c.BaseURL)
	if c.Mode == config.Demo {
		fmt.Fprintf(out, "\n  Demo sign-ins, password %s:\n", demo.Password)
		for _, a := range demo.SignIns() {
			fmt.Fprintf(out, "    %-24s %s\n", a.Email, a.Describe())
		}
		fmt.Fprintf(out, "\n  Mails are not sent; read them at %s/demo/post\n", c.BaseURL)
	}
	fmt.Fprintln(out)
}
