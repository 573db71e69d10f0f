package follow

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
)

const (
	hour = 8 // on Mondays, in the cafés' zone

	// What is written down while the letters are made may be seen by one and not
	// by another: a week ends a little before they leave, and what comes later is
	// told the week after. Nothing is told twice, nothing is left out.
	settles = 5 * time.Minute

	// The portal asks every minute, and has more to do.
	atATime = 300
)

// weekEnds is the end of the last week that there may be letters about.
func weekEnds(now time.Time) time.Time {
	y, m, d := now.In(i18n.Zone).Date()
	d -= (int(now.In(i18n.Zone).Weekday()) + 6) % 7
	monday := time.Date(y, m, d, hour, 0, 0, 0, i18n.Zone)
	if monday.After(now) {
		monday = time.Date(y, m, d-7, hour, 0, 0, 0, i18n.Zone)
	}
	return monday.Add(-settles)
}

// Due writes the letters of the week that is over to those who have not had
// theirs. The portal calls it every minute; when it was away on Monday morning
// they come later.
func (s *Service) Due(ctx context.Context) error {
	until := weekEnds(s.db.Now())
	ids, err := pg.All(ctx, s.db.Fresh(), `
		SELECT id FROM followers fo WHERE news_until < $1 AND EXISTS (SELECT FROM follows w WHERE w.follower_id = fo.id AND w.confirmed_at < $1)
		ORDER BY news_until, id LIMIT $2`, pg.Scalar[uuid.UUID], until, atATime)
	if err != nil {
		return err
	}
	var failed []error
	for _, id := range ids {
		err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
			tx.Audited() // a letter that goes on its way is nobody's change
			return write(ctx, tx, id, until)
		})
		if !fault.Is(err, fault.NotFound) { // another process has it, or they stopped
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// write puts a follower's letter on its way, if there is anything to tell. That
// the week is told stands in the same transaction as the letter.
func write(ctx context.Context, tx *pg.Tx, id uuid.UUID, until time.Time) error {
	f, err := pg.One(ctx, tx, `SELECT email, locale, `+isMuted+` AS muted FROM followers fo WHERE id = $1 AND news_until < $2 FOR UPDATE SKIP LOCKED`,
		pg.ByName[struct {
			Email, Locale string
			Muted         bool
		}], id, until)
	if err != nil {
		return err
	}
	var parts []Part
	if !f.Muted {
		if parts, err = news(ctx, tx, id, until); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE followers SET news_until = $2 WHERE id = $1`, id, until); err != nil || len(parts) == 0 {
		return err
	}
	token, err := link(ctx, tx, id, nil, "")
	if err != nil {
		return err
	}
	return mail.Enqueue(ctx, tx, mail.Post{Letter: "district_news", To: f.Email, Locale: f.Locale, Ref: id,
		Facts: map[string]any{"token": token, "places": parts}})
}
