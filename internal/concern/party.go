package concern

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Invite lets the people of partners read a note and say what they see. They
// get a letter, which holds nothing of the note itself; who is invited already
// gets none.
func (s *Service) Invite(ctx context.Context, actor authz.Actor, id uuid.UUID, organisations []uuid.UUID) error {
	return s.keep(ctx, actor, id, "invited", func(tx *pg.Tx, c Concern) (any, error) {
		if len(organisations) == 0 {
			return nil, fault.InField(fault.Invalid, "organisation", text.KeyChooseOne)
		}
		var fresh []uuid.UUID
		for _, organisation := range unique(organisations) {
			if slices.ContainsFunc(c.Parties, func(p Party) bool { return p.ID == organisation }) {
				continue
			}
			tag, err := tx.Exec(ctx, `INSERT INTO concern_parties (concern_id, organisation_id, invited_at)
				SELECT $1, id, $3 FROM organisations WHERE id = $2 AND status = 'approved'`, id, organisation, tx.Now())
			if err != nil {
				return nil, err
			}
			if tag.RowsAffected() == 0 {
				return nil, fault.InField(fault.Invalid, "organisation", text.KeyChooseOne)
			}
			fresh = append(fresh, organisation)
		}
		if err := tell(ctx, tx, c, fresh); err != nil {
			return nil, err
		}
		return map[string]any{"organisations": fresh}, nil
	})
}

// tell writes to those who can sign in for the organisations.
func tell(ctx context.Context, tx *pg.Tx, c Concern, organisations []uuid.UUID) error {
	if len(organisations) == 0 {
		return nil
	}
	type reader struct{ Name, Email, Locale, Organisation string }
	list, err := pg.All(ctx, tx, `
		SELECT DISTINCT ON (lower(a.email)) a.name, a.email, a.locale, o.name AS organisation
		FROM organisation_people p JOIN accounts a ON a.id = p.account_id AND a.disabled_at IS NULL
		JOIN organisations o ON o.id = p.organisation_id WHERE o.id = ANY ($1) ORDER BY lower(a.email), o.name`, pg.ByName[reader], organisations)
	if err != nil {
		return err
	}
	posts := make([]mail.Post, len(list))
	for n, r := range list {
		posts[n] = mail.Post{Letter: "concern_invited", To: r.Email, Name: r.Name, Locale: r.Locale,
			Facts: map[string]any{"id": c.ID, "district": c.District, "organisation": r.Organisation}}
	}
	return mail.Enqueue(ctx, tx, posts...)
}

// Withdraw ends an invitation. What the partner wrote stays.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, id, organisation uuid.UUID) error {
	return s.keep(ctx, actor, id, "withdrawn", func(tx *pg.Tx, _ Concern) (any, error) {
		_, err := tx.Exec(ctx, `DELETE FROM concern_parties WHERE concern_id = $1 AND organisation_id = $2`, id, organisation)
		return map[string]any{"organisation": organisation}, err
	})
}
