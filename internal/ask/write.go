package ask

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Save keeps an ask that has not been sent yet: a new one, or a change of a
// draft. Somebody else's change since in.UpdatedAt is a Conflict.
func (s *Service) Save(ctx context.Context, actor authz.Actor, in Input) (uuid.UUID, error) {
	if !actor.MayAsk() {
		return uuid.Nil, fault.New(fault.Forbidden, "")
	}
	if err := in.Validate(i18n.Day(s.db.Now())).Err(); err != nil {
		return uuid.Nil, err
	}
	in = in.Tidy()
	in.Audience = in.filled()
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if !actor.MayEditAsk(actor.AccountID, in.Districts) {
			return fault.New(fault.Forbidden, "")
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO asks (id, title, why, answer_by, public, contact_name, contact_email, contact_phone, author_id, status, created_at, updated_at)
			VALUES ($1, 'x', 'x', $2, false, 'x', 'x', '', $3, 'draft', $4, $4) ON CONFLICT (id) DO NOTHING`,
			in.ID, in.AnswerBy, audit.ActorID(actor), tx.Now())
		if err != nil {
			return err
		}
		action := "ask.created"
		if tag.RowsAffected() == 0 {
			action = "ask.changed"
			was, err := locked(ctx, tx, actor, in.ID)
			if err != nil {
				return err
			}
			if was.Status != Draft {
				return fault.New(fault.Conflict, "asks.sent_already")
			}
			// The second press of a new ask's form brings no moment: it is the same ask.
			if !in.UpdatedAt.IsZero() && !was.UpdatedAt.Equal(in.UpdatedAt) {
				return fault.New(fault.Conflict, "errors.stale")
			}
		}
		if err := write(ctx, tx, in); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "ask", ID: in.ID})
	})
	return in.ID, err
}

// write puts the words, parts and audience of a draft in place.
func write(ctx context.Context, tx *pg.Tx, in Input) error {
	if _, err := tx.Exec(ctx, `
		UPDATE asks SET title = $2, why = $3, place = $4, happens = $5, answer_by = $6, public = $7, kinds = $8, remind_days = nullif($9, 0),
			contact_name = $10, contact_email = $11, contact_phone = $12, updated_at = $13 WHERE id = $1`,
		in.ID, in.Title, in.Why, in.Place, in.Happens, in.AnswerBy, in.Public, in.Kinds, in.RemindDays,
		in.ContactName, in.ContactEmail, in.ContactPhone, tx.Now()); err != nil {
		return err
	}
	for _, table := range []string{"ask_parts", "ask_districts", "ask_organisations"} {
		if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE ask_id = $1`, in.ID); err != nil {
			return err
		}
	}
	for i, p := range in.Parts {
		if _, err := tx.Exec(ctx, `INSERT INTO ask_parts (id, ask_id, position, what, quantity, unit) VALUES ($1, $2, $3, $4, $5, $6)`,
			newID(), in.ID, i, p.What, p.Quantity, p.Unit); err != nil {
			return err
		}
	}
	if err := link(ctx, tx, `INSERT INTO ask_districts SELECT $1, id FROM districts WHERE id = ANY ($2)`, "districts", in.ID, in.Districts); err != nil {
		return err
	}
	return link(ctx, tx, `INSERT INTO ask_organisations SELECT $1, id FROM organisations WHERE id = ANY ($2) AND status = 'approved'`,
		"organisations", in.ID, in.Organisations)
}

// link joins the ask to others by their ids; one that is not there is refused.
func link(ctx context.Context, tx *pg.Tx, sql, field string, id uuid.UUID, to []uuid.UUID) error {
	tag, err := tx.Exec(ctx, sql, id, to)
	if err != nil {
		return err
	}
	different := map[uuid.UUID]bool{}
	for _, id := range to {
		different[id] = true
	}
	if int(tag.RowsAffected()) != len(different) {
		return fault.InField(fault.Invalid, field, text.KeyChooseOne)
	}
	return nil
}

// locked is the ask with its row held, for those who may change it.
func locked(ctx context.Context, tx *pg.Tx, actor authz.Actor, id uuid.UUID) (Ask, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM asks WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Ask{}, err
	}
	a, err := byID(ctx, tx, id)
	if err != nil {
		return Ask{}, err
	}
	if !a.EditableBy(actor) {
		return Ask{}, fault.New(fault.NotFound, "")
	}
	return a, nil
}

// edit runs fn with an ask that stands in one of the states.
func (s *Service) edit(ctx context.Context, actor authz.Actor, id uuid.UUID, wrong string, in []Status, fn func(*pg.Tx, Ask) error) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		a, err := locked(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		for _, status := range in {
			if a.Status == status {
				return fn(tx, a)
			}
		}
		return fault.New(fault.Conflict, wrong)
	})
}

// Delete throws a draft away.
func (s *Service) Delete(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.edit(ctx, actor, id, "asks.sent_already", []Status{Draft}, func(tx *pg.Tx, _ Ask) error {
		if _, err := tx.Exec(ctx, `DELETE FROM asks WHERE id = $1`, id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "ask.thrown_away", Object: "ask", ID: id})
	})
}

// Send opens a draft: it is written down who is asked, the first letters leave
// at once and the others follow (Due). A public ask is seen from now on.
func (s *Service) Send(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.edit(ctx, actor, id, "asks.sent_already", []Status{Draft}, func(tx *pg.Tx, a Ask) error {
		if a.AnswerBy.Before(i18n.Day(tx.Now())) {
			return fault.InField(fault.Invalid, "answer_by", "asks.answer_by_past")
		}
		to := Audience{Districts: IDs(a.Districts), Kinds: a.Kinds, Organisations: IDs(a.Chosen)}.filled()
		tag, err := tx.Exec(ctx, `WITH `+addresses+`
			INSERT INTO ask_letters (id, ask_id, organisation_id, name, email, locale, created_at)
			SELECT gen_random_uuid(), $4, organisation_id, name, email, locale, $5 FROM addresses`,
			to.Districts, to.Kinds, to.Organisations, id, tx.Now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 && !a.Public {
			return fault.InField(fault.Invalid, "districts", "asks.nobody_hears")
		}
		if _, err := tx.Exec(ctx, `UPDATE asks SET status = 'open', opened_at = $2, updated_at = $2 WHERE id = $1`, id, tx.Now()); err != nil {
			return err
		}
		if _, err := sendSome(ctx, tx, id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "ask.sent", Object: "ask", ID: id, Detail: map[string]int64{"letters": tag.RowsAffected()}})
	})
}

// Stop keeps letters that have not left from leaving, also those that are held
// for their reader; Resume lets them go.
func (s *Service) Stop(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.stop(ctx, actor, id, true)
}

// Resume lets the letters of a stopped ask leave after all.
func (s *Service) Resume(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.stop(ctx, actor, id, false)
}

func (s *Service) stop(ctx context.Context, actor authz.Actor, id uuid.UUID, stop bool) error {
	return s.edit(ctx, actor, id, "asks.not_open", []Status{Open}, func(tx *pg.Tx, _ Ask) error {
		if _, err := tx.Exec(ctx, `UPDATE asks SET stopped_at = CASE WHEN $2 THEN coalesce(stopped_at, $3) END, updated_at = $3 WHERE id = $1`,
			id, stop, tx.Now()); err != nil {
			return err
		}
		if err := mail.Halt(ctx, tx, mail.Asks, id, stop); err != nil {
			return err
		}
		action := "ask.resumed"
		if stop {
			action = "ask.stopped"
		}
		return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "ask", ID: id})
	})
}

// Extend gives an open ask another last day for answers.
func (s *Service) Extend(ctx context.Context, actor authz.Actor, id uuid.UUID, answerBy time.Time) error {
	if answerBy.Before(i18n.Day(s.db.Now())) {
		return fault.InField(fault.Invalid, "answer_by", "asks.answer_by_past")
	}
	return s.edit(ctx, actor, id, "asks.not_open", []Status{Open}, func(tx *pg.Tx, _ Ask) error {
		if _, err := tx.Exec(ctx, `
			UPDATE asks SET answer_by = $2::date, updated_at = $3, close_asked_at = NULL,
				reminded_at = CASE WHEN $2::date - coalesce(remind_days, 0) > $4::date THEN NULL ELSE reminded_at END WHERE id = $1`,
			id, answerBy, tx.Now(), i18n.Day(tx.Now())); err != nil {
			return err
		}
		if err := mail.Prolong(ctx, tx, mail.Asks, id, deadline(answerBy)); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "ask.extended", Object: "ask", ID: id})
	})
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// AskAlso asks one more organisation directly: when the ask is sent, or at once
// when it has been. Who has been asked already is not asked again.
func (s *Service) AskAlso(ctx context.Context, actor authz.Actor, id, organisation uuid.UUID) error {
	return s.edit(ctx, actor, id, "asks.not_open", []Status{Draft, Open}, func(tx *pg.Tx, a Ask) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO ask_organisations SELECT $1, id FROM organisations WHERE id = $2 AND status = 'approved'
			ON CONFLICT DO NOTHING`, id, organisation)
		if err != nil {
			return err
		}
		if a.Status == Open && tag.RowsAffected() > 0 {
			if _, err := tx.Exec(ctx, `WITH `+addresses+`
				INSERT INTO ask_letters (id, ask_id, organisation_id, name, email, locale, created_at)
				SELECT gen_random_uuid(), $4, organisation_id, name, email, locale, $5 FROM addresses
				ON CONFLICT (ask_id, lower(email)) DO NOTHING`, []uuid.UUID{}, []string{}, []uuid.UUID{organisation}, id, tx.Now()); err != nil {
				return err
			}
			if _, err := sendSome(ctx, tx, id); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "ask.asked_also", Object: "ask", ID: id, Detail: map[string]any{"organisation": organisation}})
	})
}
