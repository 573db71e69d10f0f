package cafe

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
)

const (
	// LateCancel is how long before a shift a helper's leaving is late: others
	// will hardly find the place by themselves any more, so they are asked.
	LateCancel = 48 * time.Hour

	// KeepStandIns is how long after they last helped we know who may be asked.
	KeepStandIns = 365 * 24 * time.Hour

	standInsAtOnce = 3
	standInPause   = 2 * time.Hour // between two batches
)

// noteHelpers remembers those who helped on the dates and said that they may
// be asked to stand in another day. Who was ticked as not coming did not help.
// It is safe to call again for the same dates.
func noteHelpers(ctx context.Context, tx *pg.Tx, occasions []uuid.UUID) error {
	// Somebody with two shifts, or on two of the dates, is one stand-in.
	_, err := tx.Exec(ctx, `
		INSERT INTO stand_ins (id, cafe_id, name, email, locale, language, helped_at, created_at)
		SELECT DISTINCT ON (o.cafe_id, lower(s.email))
		       gen_random_uuid(), o.cafe_id, s.name, s.email, s.locale, s.language, coalesce(p.ends_at, o.ends_at), $2
		FROM occasions o
		JOIN occasion_places p ON p.occasion_id = o.id
		JOIN sign_ups s ON s.place_id = p.id
		WHERE o.id = ANY ($1) AND o.cancelled_at IS NULL AND p.kind <> 'guest'
		  AND s.status = 'placed' AND s.ask_me AND s.email IS NOT NULL AND s.came IS DISTINCT FROM 0
		ORDER BY o.cafe_id, lower(s.email), coalesce(p.ends_at, o.ends_at) DESC
		ON CONFLICT (cafe_id, lower(email)) DO UPDATE
		SET name = excluded.name, locale = excluded.locale, language = excluded.language,
		    helped_at = greatest(stand_ins.helped_at, excluded.helped_at)`, occasions, tx.Now())
	return err
}

// fillLateGap asks stand-ins where a helper has just left late and nobody in
// line took over. The caller holds the place.
func fillLateGap(ctx context.Context, tx *pg.Tx, place uuid.UUID) error {
	late, err := pg.One(ctx, tx, `
		SELECT p.kind <> 'guest' AND p.taken < p.capacity AND coalesce(p.starts_at, o.starts_at) < $2
		FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id WHERE p.id = $1`,
		pg.Scalar[bool], place, tx.Now().Add(LateCancel))
	if err != nil || !late {
		return err
	}
	return askStandIns(ctx, tx, place)
}

// gap is a shift that stand-ins are asked for.
type gap struct {
	CafeID        uuid.UUID
	Open          bool
	DecidingUntil *time.Time
	Cafe          string
	Slug          string
	Venue         string
	Address       string
	Kind          Kind
	Language      string
	Begins        time.Time // the café; then it is too late
	StartsAt      time.Time
	EndsAt        time.Time
}

// standIn is somebody to ask.
type standIn struct {
	ID     uuid.UUID
	Name   string
	Email  string
	Locale string
}

// askStandIns asks the next few for a shift that is not filled, and notes when
// the next batch is due. Those least recently asked come first; where a language
// is wanted, those who speak it come before them. Left out is whoever was asked
// for the shift before, had it themselves, is busy at the time, or has an
// address that refuses mail. The caller holds the place.
func askStandIns(ctx context.Context, tx *pg.Tx, place uuid.UUID) error {
	g, err := pg.One(ctx, tx, `
		SELECT o.cafe_id, p.closed_at IS NULL AND o.starts_at > $2 AND p.taken < p.capacity AS open, p.deciding_until,
		       c.name AS cafe, c.slug, c.venue, c.address, p.kind, p.language, o.starts_at AS begins,
		       coalesce(p.starts_at, o.starts_at) AS starts_at, coalesce(p.ends_at, o.ends_at) AS ends_at
		FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id JOIN cafes c ON c.id = o.cafe_id
		WHERE p.id = $1`, pg.ByName[gap], place, tx.Now())
	if err != nil {
		return err
	}
	next := tx.Now().Add(standInPause)
	switch {
	case !g.Open:
		return standInsNext(ctx, tx, place, nil)
	case g.DecidingUntil != nil: // those in line come first
		return standInsNext(ctx, tx, place, g.DecidingUntil)
	case !next.Before(g.Begins):
		err = standInsNext(ctx, tx, place, nil)
	default:
		err = standInsNext(ctx, tx, place, &next)
	}
	if err != nil {
		return err
	}
	// Somebody who is being asked for another shift this very moment is left to it.
	chosen, err := pg.All(ctx, tx, `
		SELECT i.id, i.name, i.email, i.locale FROM stand_ins i
		WHERE i.cafe_id = $1
		  AND NOT EXISTS (SELECT FROM stand_in_asks a WHERE a.stand_in_id = i.id AND a.place_id = $2)
		  AND NOT EXISTS (SELECT FROM sign_ups s WHERE s.place_id = $2 AND lower(s.email) = lower(i.email))
		  AND NOT EXISTS (SELECT FROM mail_bounces b WHERE b.address = lower(i.email) AND NOT b.unsure)
		  AND NOT EXISTS (
			SELECT FROM sign_ups s
			JOIN occasion_places p ON p.id = s.place_id AND p.closed_at IS NULL
			JOIN occasions o ON o.id = p.occasion_id
			WHERE lower(s.email) = lower(i.email) AND s.status <> 'cancelled'
			  AND coalesce(p.starts_at, o.starts_at) < $4 AND coalesce(p.ends_at, o.ends_at) > $3)
		ORDER BY $5 <> '' AND i.language <> $5, i.asked_at NULLS FIRST, i.helped_at, i.id
		LIMIT $6 FOR UPDATE SKIP LOCKED`, pg.ByName[standIn], g.CafeID, place, g.StartsAt, g.EndsAt, g.Language, standInsAtOnce)
	if err != nil || len(chosen) == 0 {
		return err
	}
	posts := make([]mail.Post, len(chosen))
	for i, c := range chosen {
		token := newToken()
		if _, err := tx.Exec(ctx, `
			WITH asked AS (UPDATE stand_ins SET asked_at = $4 WHERE id = $2)
			INSERT INTO stand_in_asks (token_hash, stand_in_id, place_id, asked_at) VALUES ($1, $2, $3, $4)`,
			token.hash(), c.ID, place, tx.Now()); err != nil {
			return err
		}
		posts[i] = mail.Post{Letter: "stand_in_ask", To: c.Email, Name: c.Name, Locale: c.Locale, Ref: place, Until: &g.StartsAt, Facts: map[string]any{
			"token": token, "cafe": g.Cafe, "slug": g.Slug, "venue": g.Venue, "address": g.Address,
			"kind": g.Kind, "language": g.Language, "starts": g.StartsAt, "ends": g.EndsAt}}
	}
	if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.stand_ins_asked", Object: "place", ID: place,
		Detail: map[string]int{"asked": len(chosen)}}); err != nil {
		return err
	}
	return mail.Enqueue(ctx, tx, posts...)
}

func standInsNext(ctx context.Context, tx *pg.Tx, place uuid.UUID, next *time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE occasion_places SET stand_ins_next = $2 WHERE id = $1 AND stand_ins_next IS DISTINCT FROM $2`, place, next)
	return err
}

// standInsDue asks the next batch where nobody has said yes yet.
func (s *Service) standInsDue(ctx context.Context) error {
	places, err := pg.All(ctx, s.db.Fresh(), `
		SELECT id FROM occasion_places WHERE stand_ins_next <= $1 ORDER BY stand_ins_next, id`, pg.Scalar[uuid.UUID], s.db.Now())
	if err != nil {
		return err
	}
	var failed []error
	for _, place := range places {
		err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
			if _, err := pg.One(ctx, tx, `
				SELECT id FROM occasion_places WHERE id = $1 AND stand_ins_next <= $2 FOR UPDATE`,
				pg.Scalar[uuid.UUID], place, tx.Now()); err != nil {
				return err
			}
			if err := askStandIns(ctx, tx, place); err != nil {
				return err
			}
			return audit.Write(ctx, tx, audit.Entry{Action: "cafe.stand_ins_sought", Object: "place", ID: place})
		})
		if !fault.Is(err, fault.NotFound) { // somebody else was first, or the date is deleted
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// forgetStandIns removes those who have not helped for long.
func (s *Service) forgetStandIns(ctx context.Context) error {
	before := s.db.Now().Add(-KeepStandIns)
	due, err := pg.One(ctx, s.db.Fresh(), `SELECT EXISTS (SELECT FROM stand_ins WHERE helped_at < $1)`, pg.Scalar[bool], before)
	if err != nil || !due {
		return err
	}
	return s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM stand_ins WHERE helped_at < $1`, before)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.stand_ins_forgotten", Object: "stand_in",
			Detail: map[string]int64{"people": tag.RowsAffected()}})
	})
}
