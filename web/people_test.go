package web_test

import (
	"context"
	"fmt"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
)

// invited asks somebody along, and nobody else at the same time, and returns the
// invitation with its link's secret.
func (h *harness) invited(slug string, contact bool) (id, token string) {
	h.t.Helper()
	if _, err := h.db.Pool().Exec(context.Background(), `UPDATE invitations SET withdrawn_at = $1 WHERE accepted_at IS NULL`, h.now); err != nil {
		h.t.Fatal(err)
	}
	email := fmt.Sprintf("kollega%d@post.example", h.count("FROM invitations"))
	return h.invite(slug, email, contact)
}

func (h *harness) invite(slug, email string, contact bool) (id, token string) {
	h.t.Helper()
	ctx := context.Background()
	o, err := h.services.Organisations.BySlug(ctx, authz.TheSystem, slug)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.services.Accounts.Invite(ctx, authz.TheSystem, o.ID, account.NewInvitation{Name: "Kim Kollega", Email: email, Contact: contact}); err != nil {
		h.t.Fatal(err)
	}
	id = must[string](h.t)(pg.One(ctx, h.db.Fresh(), `SELECT id::text FROM invitations WHERE email = $1 ORDER BY created_at DESC LIMIT 1`, pg.Scalar[string], email))
	return id, h.letterTo("organisation_invitation", email)
}
