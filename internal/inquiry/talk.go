package inquiry

import (
	"context"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// held is a talk with its row held, for those who may answer it.
func held(ctx context.Context, tx *pg.Tx, id uuid.UUID) (Inquiry, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM inquiries WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Inquiry{}, err
	}
	i, err := byID(ctx, tx, id)
	if err != nil {
		return Inquiry{}, err
	}
	if _, err := i.seenBy(tx.Actor()); err != nil {
		return Inquiry{}, err
	}
	if i.ForgottenAt != nil {
		return Inquiry{}, fault.New(fault.Gone, "inquiries.forgotten")
	}
	return i, nil
}

// Answer writes back. The writer gets it by mail, with a link to go on. The same
// words twice are one answer, so that two presses write one letter.
func (s *Service) Answer(ctx context.Context, actor authz.Actor, id uuid.UUID, body string) error {
	body = text.Block(body)
	if err := bodyFaults(body).Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		i, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if last := i.Messages[len(i.Messages)-1]; last.Sender != "resident" && last.Body == body {
			return audit.Write(ctx, tx, entry("answered_again", id, nil))
		}
		sender, behalf := "staff", ""
		if as, ok := i.Behalf(actor); ok {
			sender, behalf = "partner", as.Name
		}
		if err := message(ctx, tx, id, sender, behalf, body); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE inquiries SET waits_since = NULL, answered = true, touched_at = $2 WHERE id = $1`, id, tx.Now()); err != nil {
			return err
		}
		if err := toWriter(ctx, tx, i, "inquiry_answer", body, behalf); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("answered", id, nil))
	})
}

// PassOn shows a contribution to organisations that may use it; they are told.
func (s *Service) PassOn(ctx context.Context, actor authz.Actor, id uuid.UUID, organisations []uuid.UUID) error {
	if len(organisations) == 0 {
		return fault.InField(fault.Invalid, "organisations", "inquiries.choose_partner")
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		i, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		switch {
		case !i.KeptBy(actor):
			return fault.New(fault.Forbidden, "")
		case i.Kind != Contribution || i.ClosedAt != nil:
			return fault.New(fault.Conflict, "inquiries.cannot_pass")
		}
		fresh, err := pg.All(ctx, tx, `
			INSERT INTO inquiry_organisations (inquiry_id, organisation_id, passed_at)
			SELECT $1, id, $3 FROM organisations WHERE id = ANY ($2) AND status = 'approved' ON CONFLICT DO NOTHING RETURNING organisation_id`,
			pg.Scalar[uuid.UUID], id, organisations, tx.Now())
		if err != nil {
			return err
		}
		if len(fresh) > 0 {
			if err := tell(ctx, tx, i, i.Messages[0].Body, fresh...); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry("passed_on", id, map[string]any{"organisations": fresh}))
	})
}

// Close ends a talk, kindly; its writer is told and may go on within ReopenFor.
func (s *Service) Close(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		i, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if i.ClosedAt != nil {
			return audit.Write(ctx, tx, entry("closed_again", id, nil))
		}
		if _, err := tx.Exec(ctx, `UPDATE inquiries SET closed_at = $2, waits_since = NULL, touched_at = $2 WHERE id = $1`, id, tx.Now()); err != nil {
			return err
		}
		if err := toWriter(ctx, tx, i, "inquiry_closed", "", ""); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("closed", id, nil))
	})
}

// Erase removes somebody who asked for it, with every word of the talk; what is
// left is that there was one.
func (s *Service) Erase(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		i, err := held(ctx, tx, id)
		if err != nil {
			return err
		}
		if !i.KeptBy(actor) {
			return fault.New(fault.Forbidden, "")
		}
		if err := forget(ctx, tx, id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("erased", id, nil))
	})
}

// forget leaves what can be counted.
func forget(ctx context.Context, tx *pg.Tx, id uuid.UUID) error {
	for _, sql := range []string{
		`DELETE FROM inquiry_messages WHERE inquiry_id = $1`,
		`DELETE FROM inquiry_links WHERE inquiry_id = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, id); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
		UPDATE inquiries SET title = '', happens = '', name = '', email = NULL, phone = '', waits_since = NULL, closed_at = coalesce(closed_at, $2), forgotten_at = $2 WHERE id = $1`,
		id, tx.Now())
	return err
}

// write runs fn with the talk of a link, its row held.
func (s *Service) write(ctx context.Context, token Token, action string, fn func(*pg.Tx, Inquiry) error) error {
	return s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM inquiries WHERE id = (SELECT inquiry_id FROM inquiry_links WHERE token_hash = $1) FOR UPDATE`, token.hash()); err != nil {
			return err
		}
		i, err := byToken(ctx, tx, token)
		if err != nil {
			return err
		}
		if err := fn(tx, i); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry(action, i.ID, nil))
	})
}

// Confirm notes that the writer's address is their own: the link was pressed.
func (s *Service) Confirm(ctx context.Context, token Token) error {
	return s.write(ctx, token, "confirmed", func(tx *pg.Tx, i Inquiry) error {
		_, err := tx.Exec(ctx, `UPDATE inquiries SET verified_at = coalesce(verified_at, $2) WHERE id = $1`, i.ID, tx.Now())
		return err
	})
}

// Reply goes on with a talk, also one that was closed not long ago. The same
// words twice are one message.
func (s *Service) Reply(ctx context.Context, token Token, body string) error {
	body = text.Block(body)
	if err := bodyFaults(body).Err(); err != nil {
		return err
	}
	return s.write(ctx, token, "replied", func(tx *pg.Tx, i Inquiry) error {
		if i.ClosedAt != nil && tx.Now().Sub(*i.ClosedAt) > ReopenFor {
			return fault.New(fault.Conflict, "inquiries.closed_long")
		}
		if last := i.Messages[len(i.Messages)-1]; last.Sender == "resident" && last.Body == body {
			return nil
		}
		if len(i.Messages) >= maxMessages {
			return fault.New(fault.TooMany, "inquiries.many_messages")
		}
		if err := message(ctx, tx, i.ID, "resident", "", body); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE inquiries SET waits_since = coalesce(waits_since, $2), closed_at = NULL, touched_at = $2, verified_at = coalesce(verified_at, $2) WHERE id = $1`,
			i.ID, tx.Now()); err != nil {
			return err
		}
		if i.WaitsSince != nil {
			return nil // those who may answer know already that it is their turn
		}
		if i.Kind == Question {
			return tell(ctx, tx, i, body)
		}
		if err := tell(ctx, tx, i, body); err != nil || len(i.Passed) == 0 {
			return err
		}
		passed := make([]uuid.UUID, len(i.Passed))
		for n, p := range i.Passed {
			passed[n] = p.ID
		}
		return tell(ctx, tx, i, body, passed...)
	})
}

// maxMessages ends a talk that is none.
const maxMessages = 100

// Withdraw erases a talk for its writer.
func (s *Service) Withdraw(ctx context.Context, token Token) error {
	return s.write(ctx, token, "withdrawn", func(tx *pg.Tx, i Inquiry) error { return forget(ctx, tx, i.ID) })
}

// Forget leaves counts where a talk was closed KeepFor ago, or fell silent
// KeepSilent ago.
func (s *Service) Forget(ctx context.Context) (int, error) {
	ids, err := pg.All(ctx, s.db.Fresh(), `SELECT id FROM inquiries WHERE forgotten_at IS NULL AND (closed_at < $1 OR touched_at < $2)`,
		pg.Scalar[uuid.UUID], s.db.Now().Add(-KeepFor), s.db.Now().Add(-KeepSilent))
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
			if _, err := held(ctx, tx, id); fault.Is(err, fault.Gone) {
				return audit.Write(ctx, tx, entry("forgotten_again", id, nil))
			} else if err != nil {
				return err
			}
			if err := forget(ctx, tx, id); err != nil {
				return err
			}
			return audit.Write(ctx, tx, entry("forgotten", id, nil))
		})
		if err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
