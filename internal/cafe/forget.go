package cafe

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
)

// KeepFor is how long after a date we know who signed up (rule 8).
const KeepFor = 30 * 24 * time.Hour

// forgotten leaves of a sign-up s what is counted, and nothing of a person: not
// their language either, which in a small café may point at one.
const forgotten = `name = '', email = NULL, phone = NULL, note = '', code = NULL, language = '', helped_by = NULL`

// Forget reduces the sign-ups of dates that ended more than KeepFor ago to
// counts: what is left says how many, never who. It returns the number of
// dates.
func (s *Service) Forget(ctx context.Context) (int, error) {
	var dates int
	due, err := pg.One(ctx, s.db.Fresh(), `SELECT EXISTS (SELECT FROM occasions WHERE ends_at < $1 AND forgotten_at IS NULL)`,
		pg.Scalar[bool], s.db.Now().Add(-KeepFor))
	if err != nil || !due {
		return 0, err
	}
	err = s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		ids, err := pg.All(ctx, tx, `
			UPDATE occasions SET forgotten_at = $1 WHERE ends_at < $2 AND forgotten_at IS NULL RETURNING id`,
			pg.Scalar[uuid.UUID], tx.Now(), tx.Now().Add(-KeepFor))
		if err != nil {
			return err
		}
		dates = len(ids)
		if _, err := tx.Exec(ctx, `
			UPDATE sign_ups s SET `+forgotten+`, forgotten_at = $2
			FROM occasion_places p WHERE p.id = s.place_id AND p.occasion_id = ANY ($1)`, ids, tx.Now()); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE walk_ins w SET name = '' FROM occasion_places p WHERE p.id = w.place_id AND p.occasion_id = ANY ($1) AND w.name <> ''`, ids); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM door_presses WHERE occasion_id = ANY ($1)`, ids); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			DELETE FROM sign_up_links l USING sign_ups s, occasion_places p
			WHERE s.id = l.sign_up_id AND p.id = s.place_id AND p.occasion_id = ANY ($1)`, ids); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.forgotten", Object: "occasion", Detail: map[string]int{"dates": dates}})
	})
	return dates, err
}
