package cafe

import (
	"context"

	"github.com/google/uuid"

	"mellemrum/internal/pg"
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

func fillLateGap(ctx context.Context, tx *pg.Tx, place uuid.UUID) error { return nil }
