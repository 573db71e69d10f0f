package web_test

import (
	"context"

	"mellemrum/internal/pg"
)

// choiceOf is the secret of the link to their choices in somebody's newest
// letter.
func (h *harness) choiceOf(to string) string {
	h.t.Helper()
	return must[string](h.t)(pg.One(context.Background(), h.db.Fresh(), `
		SELECT args->>'choose' FROM river_job WHERE lower(args->>'to') = lower($1) AND args->>'choose' <> '' ORDER BY id DESC LIMIT 1`,
		pg.Scalar[string], to))
}
