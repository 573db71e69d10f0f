package cafe

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Traces are all that is known of somebody through one sign-up.
type Traces struct {
	SignUpID   uuid.UUID
	PlaceID    uuid.UUID
	CafeID     uuid.UUID
	Cafe       string
	Slug       string
	StartsAt   time.Time // of the café
	EndsAt     time.Time
	CalledOff  bool
	Kind       Kind
	Status     Status
	Name       string
	Email      string
	Phone      string
	Party      int
	Language   string
	Note       string
	Code       string
	Came       *int // people of the party; nil: not counted
	FirstTime  bool
	Photo      bool
	AskMe      bool
	Helped     bool // somebody at the desk wrote it for them
	StandIn    bool // noted as one who may be asked to stand in at this café
	Bounced    bool // noted that mail does not reach the address
	DistrictID uuid.UUID
}

// GivesUp tells whether erasing gives up a place or a place in line.
func (t Traces) GivesUp(now time.Time) bool {
	return t.Status != Cancelled && !t.CalledOff && now.Before(t.StartsAt)
}

const tracesSQL = `SELECT s.id AS sign_up_id, s.place_id, c.id AS cafe_id, c.name AS cafe, c.slug, o.starts_at, o.ends_at,
	o.cancelled_at IS NOT NULL AS called_off, p.kind, s.status, s.name, coalesce(s.email, '') AS email, coalesce(s.phone, '') AS phone,
	s.party, s.language, s.note, coalesce(s.code, '') AS code, s.came, s.first_time, s.photo, s.ask_me, s.helped,
	EXISTS (SELECT FROM stand_ins i WHERE i.cafe_id = c.id AND lower(i.email) = lower(s.email)) AS stand_in,
	EXISTS (SELECT FROM mail_bounces b WHERE b.address = lower(s.email)) AS bounced, c.district_id
	FROM sign_ups s
	JOIN occasion_places p ON p.id = s.place_id
	JOIN occasions o ON o.id = p.occasion_id
	JOIN cafes c ON c.id = o.cafe_id
	WHERE s.forgotten_at IS NULL AND `

const (
	tracesByToken = tracesSQL + `s.id = (SELECT sign_up_id FROM sign_up_links WHERE token_hash = $1)`
	tracesByID    = tracesSQL + `c.slug = $1 AND o.on_date = $2 AND s.id = $3`
)

// Traces returns what is known of whoever holds the link; of one that opens
// nothing, or nothing any more, it says Gone.
func (s *Service) Traces(ctx context.Context, t Token) (Traces, error) {
	return tracesOf(ctx, s.db.Fresh(), t)
}

func tracesOf(ctx context.Context, q pg.Querier, t Token) (Traces, error) {
	found, err := pg.One(ctx, q, tracesByToken, pg.ByName[Traces], t.hash())
	if fault.Is(err, fault.NotFound) {
		return Traces{}, fault.Wrap(fault.Gone, "cafes.link_spent", err)
	}
	return found, err
}

// TracesFor is Traces for those who may edit the café.
func (s *Service) TracesFor(ctx context.Context, a authz.Actor, slug string, date time.Time, signUp uuid.UUID) (Traces, error) {
	return tracesFor(ctx, s.db.Fresh(), a, slug, date, signUp)
}

func tracesFor(ctx context.Context, q pg.Querier, a authz.Actor, slug string, date time.Time, signUp uuid.UUID) (Traces, error) {
	found, err := pg.One(ctx, q, tracesByID, pg.ByName[Traces], slug, date, signUp)
	if err == nil && !a.MayEditCafe(found.DistrictID) {
		return Traces{}, fault.New(fault.NotFound, "")
	}
	return found, err
}

// Erased is what somebody gets to keep after their traces are erased. The
// receipt is found again in the log, which knows nothing of them.
type Erased struct {
	Receipt string
	At      time.Time
}

// Erase removes all that tells who somebody is, on their own demand. A place
// that they still have is given up first. What is left is counts.
func (s *Service) Erase(ctx context.Context, a authz.Actor, t Token) (Erased, error) {
	return s.erase(ctx, a, func(q pg.Querier) (Traces, error) { return tracesOf(ctx, q, t) })
}

// EraseFor is Erase by those who may edit the café, for somebody who asked
// them to.
func (s *Service) EraseFor(ctx context.Context, a authz.Actor, slug string, date time.Time, signUp uuid.UUID) (Erased, error) {
	return s.erase(ctx, a, func(q pg.Querier) (Traces, error) { return tracesFor(ctx, q, a, slug, date, signUp) })
}

func (s *Service) erase(ctx context.Context, a authz.Actor, read func(pg.Querier) (Traces, error)) (Erased, error) {
	done := Erased{Receipt: newCode(codeAlone)}
	err := s.db.Write(ctx, a, func(tx *pg.Tx) error {
		t, err := read(tx)
		if err != nil {
			return err
		}
		if _, err := hold(ctx, tx, t.PlaceID); err != nil {
			return err
		}
		if t, err = read(tx); err != nil { // what it was before the lock is hearsay
			return err
		}
		if t.GivesUp(tx.Now()) {
			if err := leave(ctx, tx, t.SignUpID, t.PlaceID); err != nil {
				return err
			}
		}
		done.At = tx.Now()
		if err := eraseTraces(ctx, tx, t); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.erased", Object: "sign_up", ID: t.SignUpID,
			Detail: map[string]string{"receipt": done.Receipt}})
	})
	return done, err
}

// eraseTraces leaves counts of a sign-up. Letters that are not on their way
// yet are never sent, and those that were are not kept either.
func eraseTraces(ctx context.Context, tx *pg.Tx, t Traces) error {
	if _, err := tx.Exec(ctx, `
		UPDATE sign_ups s SET `+forgotten+`, photo = false, ask_me = false, forgotten_at = $2 WHERE s.id = $1`, t.SignUpID, tx.Now()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM sign_up_links WHERE sign_up_id = $1`, t.SignUpID); err != nil {
		return err
	}
	if t.Email == "" {
		return nil
	}
	if _, err := tx.Exec(ctx, `
		DELETE FROM river_job WHERE kind = 'mail' AND state <> 'running' AND lower(args->>'to') = lower($1)
		AND (args->'facts'->>'sign_up' = $2 OR args->>'letter' = 'stand_in_ask' AND args->'facts'->>'slug' = $3)`,
		t.Email, t.SignUpID.String(), t.Slug); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		DELETE FROM mail_held WHERE address = lower($1)
		AND (post->'facts'->>'sign_up' = $2 OR post->>'letter' = 'stand_in_ask' AND post->'facts'->>'slug' = $3)`,
		t.Email, t.SignUpID.String(), t.Slug); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM stand_ins WHERE cafe_id = $1 AND lower(email) = lower($2)`, t.CafeID, t.Email); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM mail_bounces WHERE address = lower($1) AND NOT EXISTS (SELECT FROM sign_ups WHERE lower(email) = lower($1))`, t.Email)
	return err
}
