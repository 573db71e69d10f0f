package account

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// InvitationBy returns the invitation that a link belongs to, also when it can
// no longer be used: whoever holds the link is told why.
func (s *Service) InvitationBy(ctx context.Context, token Token) (Invitation, error) {
	return pg.One(ctx, s.db.Fresh(), byLink, pg.ByName[Invitation], token.hash(), s.db.Now())
}

// Newcomer is what somebody tells who says yes and has no account.
type Newcomer struct {
	Name, Password, Locale string
}

// Accept says yes to an invitation and makes the account it is for.
func (s *Service) Accept(ctx context.Context, token Token, in Newcomer) (uuid.UUID, error) {
	name := text.Line(in.Name)
	var f fault.Fields
	text.Require(&f, "name", name, 120, "people.own_name_missing")
	checkPassword(&f, in.Password)
	i, err := s.InvitationBy(ctx, token)
	if err != nil {
		return uuid.Nil, err
	}
	if err := usable(i); err != nil {
		return uuid.Nil, err
	}
	if err := f.Err(); err != nil {
		return uuid.Nil, err
	}
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, err
	}
	newcomer := authz.Actor{Role: authz.Partner, AccountID: id, Name: name, Email: i.Email}
	err = s.db.Write(ctx, newcomer, func(tx *pg.Tx) error {
		i, err := heldLink(ctx, tx, token)
		switch {
		case err != nil:
			return err
		case i.Account:
			return fault.New(fault.Conflict, "people.account_exists")
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO accounts (id, email, name, role, password_hash, locale, created_at, sessions_valid_from)
			VALUES ($1, $2, $3, 'partner', $4, $5, $6, $6)`,
			id, i.Email, name, hash, text.Locale(in.Locale), tx.Now()); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Entry{Action: "account.added", Object: "account", ID: id,
			Detail: map[string]any{"role": authz.Partner.String(), "invitation": i.ID}}); err != nil {
			return err
		}
		return join(ctx, tx, i, id)
	})
	if err != nil {
		return uuid.Nil, err
	}
	return id, nil
}

// AcceptAs says yes to an invitation as somebody who has an account: the one
// that the letter was sent to.
func (s *Service) AcceptAs(ctx context.Context, actor authz.Actor, token Token) error {
	if !actor.SignedIn() {
		return fault.New(fault.Forbidden, "")
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		i, err := heldLink(ctx, tx, token)
		switch {
		case err != nil:
			return err
		case !i.For(actor):
			return fault.New(fault.Conflict, "people.somebody_else")
		case actor.Role != authz.Partner:
			return fault.New(fault.Conflict, "people.staff_account")
		}
		return join(ctx, tx, i, actor.AccountID)
	})
}

// For tells whether the invitation was sent to the actor.
func (i Invitation) For(actor authz.Actor) bool {
	return actor.SignedIn() && strings.EqualFold(i.Email, actor.Email)
}

// usable says why a link cannot be used, if so.
func usable(i Invitation) error {
	if i.State != InvitationOpen {
		return fault.New(fault.Gone, "people.link_"+string(i.State))
	}
	return nil
}

// heldLink is the invitation of a link that can be used, with its organisation
// held first, as everybody does who changes an organisation's people.
func heldLink(ctx context.Context, tx *pg.Tx, token Token) (Invitation, error) {
	before, err := pg.One(ctx, tx, byLink, pg.ByName[Invitation], token.hash(), tx.Now())
	if err != nil {
		return Invitation{}, err
	}
	if _, err := holdPlace(ctx, tx, before.OrganisationID); err != nil {
		return Invitation{}, err
	}
	i, err := pg.One(ctx, tx, byLink, pg.ByName[Invitation], token.hash(), tx.Now())
	if err != nil {
		return Invitation{}, err
	}
	if i.OrganisationID != before.OrganisationID {
		return Invitation{}, fault.New(fault.Unavailable, "") // merged just now: pressing again helps
	}
	return i, usable(i)
}

func join(ctx context.Context, tx *pg.Tx, i Invitation, account uuid.UUID) error {
	if _, err := tx.Exec(ctx, `
		INSERT INTO organisation_people (organisation_id, account_id, contact) VALUES ($1, $2, $3)
		ON CONFLICT (organisation_id, account_id) DO UPDATE SET contact = organisation_people.contact OR excluded.contact`,
		i.OrganisationID, account, i.Contact); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE invitations SET accepted_at = $2, accepted_by = $3 WHERE id = $1`, i.ID, tx.Now(), account); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "organisation.person_joined", Object: "organisation", ID: i.OrganisationID,
		Detail: map[string]any{"account": account, "contact": i.Contact, "invitation": i.ID}})
}
