package ask

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/secret"
)

// Token is the secret of a link in a letter. The database knows its hash only.
type Token string

func newToken() Token { return Token(secret.New()) }

func (t Token) hash() []byte { return secret.Hash(string(t)) }

// linkTo makes another link for a letter; those before it go on working.
func linkTo(ctx context.Context, tx *pg.Tx, letter uuid.UUID) (Token, error) {
	token := newToken()
	_, err := tx.Exec(ctx, `INSERT INTO ask_letter_links (token_hash, letter_id) VALUES ($1, $2)`, token.hash(), letter)
	return token, err
}

// batch is how many letters leave at a time: an ask to very many can be
// stopped in the middle.
const batch = 50

// facts are what every letter about an ask is written from.
func (a Ask) facts(more map[string]any) map[string]any {
	parts := make([]map[string]any, len(a.Parts))
	for i, p := range a.Parts {
		parts[i] = map[string]any{"what": p.What, "quantity": p.Quantity, "unit": p.Unit, "remaining": p.Remaining()}
	}
	f := map[string]any{"id": a.ID, "title": a.Title, "why": a.Why, "place": a.Place, "happens": a.Happens,
		"answer_by": a.AnswerBy.Add(12 * time.Hour), "parts": parts,
		"contact_name": a.ContactName, "contact_email": a.ContactEmail, "contact_phone": a.ContactPhone}
	for k, v := range more {
		f[k] = v
	}
	return f
}

type unsent struct {
	ID           uuid.UUID
	Name         string
	Email        string
	Locale       string
	Organisation string
	SuggestedBy  string
}

// sendSome hands a batch of an open ask's letters to the mail queue, each with
// its own link, and tells how many.
func sendSome(ctx context.Context, tx *pg.Tx, id uuid.UUID) (int, error) {
	letters, err := pg.All(ctx, tx, `
		SELECT l.id, l.name, l.email, l.locale, coalesce(o.name, '') AS organisation, l.suggested_by
		FROM ask_letters l JOIN asks a ON a.id = l.ask_id LEFT JOIN organisations o ON o.id = l.organisation_id
		WHERE l.ask_id = $1 AND l.sent_at IS NULL AND a.status = 'open' AND a.stopped_at IS NULL
		ORDER BY l.created_at, l.id LIMIT $2 FOR UPDATE OF l SKIP LOCKED`, pg.ByName[unsent], id, batch)
	if err != nil || len(letters) == 0 {
		return 0, err
	}
	a, err := byID(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	until := a.Deadline()
	posts := make([]mail.Post, len(letters))
	for i, l := range letters {
		if _, err := tx.Exec(ctx, `UPDATE ask_letters SET sent_at = $2 WHERE id = $1`, l.ID, tx.Now()); err != nil {
			return 0, err
		}
		token, err := linkTo(ctx, tx, l.ID)
		if err != nil {
			return 0, err
		}
		posts[i] = mail.Post{Letter: "ask", To: l.Email, Name: l.Name, Locale: l.Locale, Ref: id, Until: &until,
			Facts: a.facts(map[string]any{"token": token, "organisation": l.Organisation, "suggested_by": l.SuggestedBy})}
	}
	if err := mail.Enqueue(ctx, tx, posts...); err != nil {
		return 0, err
	}
	return len(letters), changed(ctx, tx, id)
}

// Channel is the name that changes of an ask are announced under in the
// database, with the ask's id.
const Channel = "asks"

// changed tells those who look at the ask, once the transaction is through.
func changed(ctx context.Context, tx *pg.Tx, id uuid.UUID) error {
	_, err := tx.Exec(ctx, `SELECT pg_notify($1, $2)`, Channel, id.String())
	return err
}

// Listen tells when the ask changes, until stop is called. It tells nothing
// about it; call it for an ask that the reader may see.
func (s *Service) Listen(id uuid.UUID) (heard <-chan struct{}, stop func()) {
	return s.db.Listen(Channel, id.String())
}

// Due does what the clock asks for: letters that have not left leave, those
// who have not answered are reminded, who asked is asked how it ended, and
// persons are forgotten. The portal calls it every minute.
func (s *Service) Due(ctx context.Context) error {
	for _, step := range []func(context.Context) error{s.sendDue, s.remindDue, s.closeDue, s.forgetDue} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// each runs fn in a transaction of its own for every ask the query finds.
func (s *Service) each(ctx context.Context, action, sql string, fn func(*pg.Tx, uuid.UUID) (int, error), args ...any) error {
	ids, err := pg.All(ctx, s.db.Fresh(), sql, pg.Scalar[uuid.UUID], args...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
			n, err := fn(tx, id)
			if err != nil {
				return err
			}
			return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "ask", ID: id, Detail: map[string]int{"letters": n}})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) sendDue(ctx context.Context) error {
	return s.each(ctx, "ask.letters_left", `
		SELECT DISTINCT a.id FROM asks a JOIN ask_letters l ON l.ask_id = a.id
		WHERE a.status = 'open' AND a.stopped_at IS NULL AND l.sent_at IS NULL`,
		func(tx *pg.Tx, id uuid.UUID) (int, error) { return sendSome(ctx, tx, id) })
}

// remindDue writes once more to the organisations that have not answered when
// the asker's number of days is left, at ten in the morning.
func (s *Service) remindDue(ctx context.Context) error {
	return s.each(ctx, "ask.reminded", `
		SELECT id FROM asks WHERE status = 'open' AND stopped_at IS NULL AND reminded_at IS NULL AND remind_days IS NOT NULL
		  AND (answer_by - remind_days + time '10:00') AT TIME ZONE 'Europe/Copenhagen' <= $1
		  AND opened_at < $1::timestamptz - interval '12 hours' AND answer_by >= ($1::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date`,
		func(tx *pg.Tx, id uuid.UUID) (int, error) {
			tag, err := tx.Exec(ctx, `UPDATE asks SET reminded_at = $2 WHERE id = $1 AND reminded_at IS NULL`, id, tx.Now())
			if err != nil || tag.RowsAffected() == 0 {
				return 0, err
			}
			a, err := byID(ctx, tx, id)
			if err != nil {
				return 0, err
			}
			silent, err := pg.All(ctx, tx, `
				SELECT l.id, l.name, l.email, l.locale, coalesce(o.name, '') AS organisation, l.suggested_by
				FROM ask_letters l LEFT JOIN organisations o ON o.id = l.organisation_id
				WHERE l.ask_id = $1 AND l.sent_at IS NOT NULL AND coalesce(o.status = 'approved', true) AND NOT EXISTS (
					SELECT FROM hands h WHERE h.ask_id = $1 AND (h.letter_id = l.id OR h.organisation_id = l.organisation_id))
				ORDER BY l.id`, pg.ByName[unsent], id)
			if err != nil {
				return 0, err
			}
			until := a.Deadline()
			posts := make([]mail.Post, len(silent))
			for i, l := range silent {
				token, err := linkTo(ctx, tx, l.ID)
				if err != nil {
					return 0, err
				}
				posts[i] = mail.Post{Letter: "ask_reminder", To: l.Email, Name: l.Name, Locale: l.Locale, Ref: id, Until: &until,
					Facts: a.facts(map[string]any{"token": token, "organisation": l.Organisation, "suggested_by": l.SuggestedBy})}
			}
			return len(posts), mail.Enqueue(ctx, tx, posts...)
		}, s.db.Now())
}

// closeDue asks the asker, the morning after the last day, how it ended.
func (s *Service) closeDue(ctx context.Context) error {
	return s.each(ctx, "ask.end_asked_for", `
		SELECT id FROM asks WHERE status = 'open' AND close_asked_at IS NULL
		  AND (answer_by + 1 + time '09:00') AT TIME ZONE 'Europe/Copenhagen' <= $1`,
		func(tx *pg.Tx, id uuid.UUID) (int, error) {
			tag, err := tx.Exec(ctx, `UPDATE asks SET close_asked_at = $2 WHERE id = $1 AND close_asked_at IS NULL`, id, tx.Now())
			if err != nil || tag.RowsAffected() == 0 {
				return 0, err
			}
			a, err := byID(ctx, tx, id)
			if err != nil || a.ContactEmail == "" {
				return 0, err
			}
			return 1, mail.Enqueue(ctx, tx, mail.Post{Letter: "ask_end", To: a.ContactEmail, Name: a.ContactName, Locale: "da", Facts: a.facts(nil)})
		}, s.db.Now())
}

// KeepFor is how long after the end of an ask it is known which person
// answered. That an organisation helped, and with what, stays.
const KeepFor = 30 * 24 * time.Hour

func (s *Service) forgetDue(ctx context.Context) error {
	return s.each(ctx, "ask.forgotten", `
		SELECT id FROM asks WHERE status = 'closed' AND forgotten_at IS NULL AND closed_at < $1`,
		func(tx *pg.Tx, id uuid.UUID) (int, error) {
			if _, err := tx.Exec(ctx, `UPDATE asks SET forgotten_at = $2 WHERE id = $1`, id, tx.Now()); err != nil {
				return 0, err
			}
			tag, err := tx.Exec(ctx, `
				UPDATE hands SET name = '', email = NULL, phone = NULL, note = '', reply_words = '', token_hash = NULL WHERE ask_id = $1`, id)
			if err != nil {
				return 0, err
			}
			if _, err := tx.Exec(ctx, `
				DELETE FROM ask_letter_links k USING ask_letters l WHERE l.id = k.letter_id AND l.ask_id = $1`, id); err != nil {
				return 0, err
			}
			// Whom somebody suggested and who never had a page with us is not kept.
			_, err = tx.Exec(ctx, `DELETE FROM ask_letters WHERE ask_id = $1 AND organisation_id IS NULL`, id)
			return int(tag.RowsAffected()), err
		}, s.db.Now().Add(-KeepFor))
}
