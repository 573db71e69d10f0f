package cafe

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
)

// Reminders go out on the day before, at the hour the café has chosen, and not
// once it has begun: the longest time between the two is two days, and an hour
// where the clock is set.
const remindWithin = 49 * time.Hour

// Thanks go out the morning after. If the portal was away they may be late, but
// not so late that they surprise; who helped is noted as long as we know it.
const (
	thankAt     = "10:00"
	thankWithin = 3 * 24 * time.Hour
)

// remindMoment is when a date's reminder is due; notReminded says that it has
// not been sent. One sent longer before than can be was of the day the date was
// on before it was moved.
const (
	remindMoment = `((o.on_date - 1) + c.remind_at) AT TIME ZONE 'Europe/Copenhagen'`
	notReminded  = `(o.reminded_at IS NULL OR o.reminded_at < o.starts_at - interval '49 hours')`
)

// remindDueSQL finds the dates whose reminder is due. The bounds on the start
// are for the index: of a year of dates it touches those of two days.
const remindDueSQL = `
	SELECT o.id FROM occasions o JOIN cafes c ON c.id = o.cafe_id
	WHERE o.starts_at > $1 AND o.starts_at < $2 AND ` + notReminded + ` AND o.cancelled_at IS NULL
	  AND ` + remindMoment + ` <= $1
	ORDER BY o.starts_at, o.id`

// remindDue reminds those who have a place of what they signed up for. Who
// signed up after that moment knows it still.
func (s *Service) remindDue(ctx context.Context) error {
	now := s.db.Now()
	dates, err := pg.All(ctx, s.db.Fresh(), remindDueSQL, pg.Scalar[uuid.UUID], now, now.Add(remindWithin))
	if err != nil {
		return err
	}
	for _, date := range dates {
		err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error { return remind(ctx, tx, date) })
		if err != nil && !fault.Is(err, fault.NotFound) { // somebody else was first, or it has just been cancelled
			return err
		}
	}
	return nil
}

func remind(ctx context.Context, tx *pg.Tx, date uuid.UUID) error {
	moment, err := pg.One(ctx, tx, `
		UPDATE occasions o SET reminded_at = $2 FROM cafes c
		WHERE o.id = $1 AND c.id = o.cafe_id AND `+notReminded+` AND o.cancelled_at IS NULL AND o.starts_at > $2
		  AND `+remindMoment+` <= $2
		RETURNING `+remindMoment, pg.Scalar[time.Time], date, tx.Now())
	if err != nil {
		return err
	}
	letters, err := pg.All(ctx, tx, letterSQL+`
		WHERE o.id = $1 AND s.status = 'placed' AND s.email IS NOT NULL AND s.created_at < $2 ORDER BY s.seq`,
		pg.ByName[letter], date, moment)
	if err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.reminded", Object: "occasion", ID: date,
		Detail: map[string]int{"letters": len(letters)}}); err != nil {
		return err
	}
	return post(ctx, tx, "cafe_reminder", letters, nil)
}

// followDueSQL finds the dates that can be closed off, by the same rule.
const followDueSQL = `
	SELECT o.id FROM occasions o
	WHERE o.followed_at IS NULL AND o.cancelled_at IS NULL AND o.ends_at < $1 AND o.ends_at > $2
	  AND ((o.on_date + 1) + time '` + thankAt + `') AT TIME ZONE 'Europe/Copenhagen' <= $1
	ORDER BY o.ends_at, o.id`

// followDue thanks those who came for the first time and notes who helped, the
// morning after.
func (s *Service) followDue(ctx context.Context) error {
	now := s.db.Now()
	dates, err := pg.All(ctx, s.db.Fresh(), followDueSQL, pg.Scalar[uuid.UUID], now, now.Add(-KeepFor))
	if err != nil {
		return err
	}
	for _, date := range dates {
		err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error { return follow(ctx, tx, date) })
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return nil
}

func follow(ctx context.Context, tx *pg.Tx, date uuid.UUID) error {
	thanks, err := pg.One(ctx, tx, `
		UPDATE occasions o SET followed_at = $2 FROM cafes c
		WHERE o.id = $1 AND c.id = o.cafe_id AND o.followed_at IS NULL AND o.cancelled_at IS NULL
		RETURNING c.thanks AND o.ends_at > $3`, pg.Scalar[bool], date, tx.Now(), tx.Now().Add(-thankWithin))
	if err != nil {
		return err
	}
	if err := noteHelpers(ctx, tx, []uuid.UUID{date}); err != nil {
		return err
	}
	var posts []mail.Post
	if thanks {
		letters, err := pg.All(ctx, tx, letterSQL+`
			WHERE o.id = $1 AND s.status = 'placed' AND s.first_time AND s.came > 0 AND s.email IS NOT NULL ORDER BY s.seq`,
			pg.ByName[letter], date)
		if err != nil {
			return err
		}
		// Nothing in it leads to what they wrote, so it carries no personal link.
		for _, l := range letters {
			posts = append(posts, mail.Post{Letter: "cafe_thanks", To: l.Email, Name: l.Name, Locale: l.Locale, Facts: map[string]any{
				"cafe": l.Cafe, "slug": l.Slug, "venue": l.Venue, "address": l.Address, "starts": l.StartsAt, "ends": l.EndsAt}})
		}
	}
	if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.followed", Object: "occasion", ID: date,
		Detail: map[string]int{"letters": len(posts)}}); err != nil {
		return err
	}
	return mail.Enqueue(ctx, tx, posts...)
}
