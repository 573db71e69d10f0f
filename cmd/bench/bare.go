package main

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"mellemrum/internal/cafe"
	"mellemrum/internal/district"
	"mellemrum/internal/pg"
)

// serveBare is what one would write in an afternoon with the same parts: the
// same queries for the same pages, straight into a small template. No
// language, no frame, no permissions, no limits.
func serveBare(ctx context.Context, address, database string) error {
	db, err := pg.Open(ctx, pg.Config{WriteURL: database})
	if err != nil {
		return err
	}
	defer db.Close()
	cafes, districts := cafe.New(db), district.New(db)
	r := chi.NewRouter()
	r.Get("/readyz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	r.Get("/cafeer", func(w http.ResponseWriter, r *http.Request) {
		list, _, err := cafes.Coming(r.Context(), cafe.Filter{})
		if err == nil {
			var choices []district.Choice
			if choices, err = districts.Choices(r.Context()); err == nil {
				err = bareList(list, choices).Render(r.Context(), w)
			}
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	r.Get("/cafeer/{slug}/{date}", func(w http.ResponseWriter, r *http.Request) {
		date, _ := cafe.ParseDate(chi.URLParam(r, "date"))
		o, err := cafes.Occasion(r.Context(), chi.URLParam(r, "slug"), date)
		if err == nil {
			err = bareDate(o).Render(r.Context(), w)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})
	server := &http.Server{Addr: address, Handler: r, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}
