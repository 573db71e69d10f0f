package web

import (
	"io"
	"net/http"

	"mellemrum/internal/pg"
	"mellemrum/web/route"
)

// probes tell a supervisor whether the process lives and whether it can work.
func probes(m *route.Mux, db *pg.DB) {
	m.Raw("/healthz", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "ok\n")
	}))
	m.Raw("/readyz", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := db.Ping(r.Context()); err != nil {
			http.Error(w, "database away", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok\n")
	}))
}
