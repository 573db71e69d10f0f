package cafe

import (
	"context"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// held is a place whose lock one has.
type held struct {
	ID       uuid.UUID
	Kind     Kind
	Capacity int
	Taken    int
}

const heldColumns = `id, kind, capacity, taken`

func (p held) left() int { return p.Capacity - p.Taken }

// hold takes the place's lock and returns it as it is now.
func hold(ctx context.Context, tx *pg.Tx, place uuid.UUID) (held, error) {
	return pg.One(ctx, tx, `
		SELECT `+heldColumns+` FROM occasion_places WHERE id = $1 FOR UPDATE`, pg.ByName[held], place)
}

// Cancel gives up a place or a place in line. Cancelling twice is the same as
// once.
func (s *Service) Cancel(ctx context.Context, a authz.Actor, t Token) (Mine, error) {
	var mine Mine
	err := s.mineWrite(ctx, a, t, func(tx *pg.Tx, m Mine) error {
		mine = m
		if m.Status == Cancelled {
			return audit.Write(ctx, tx, audit.Entry{Action: "cafe.cancelled_again", Object: "sign_up", ID: m.ID})
		}
		if !m.MayChange(tx.Now()) {
			return fault.New(fault.Gone, "cafes.date_has_passed")
		}
		if err := leave(ctx, tx, m.ID, m.PlaceID); err != nil {
			return err
		}
		mine.Status = Cancelled
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.cancelled", Object: "sign_up", ID: m.ID})
	})
	return mine, err
}

// leave marks a sign-up cancelled and passes on the room it leaves. The
// caller holds the place.
func leave(ctx context.Context, tx *pg.Tx, signUp, place uuid.UUID) error {
	if _, err := tx.Exec(ctx, `
		WITH gone AS (
			UPDATE sign_ups s SET status = 'cancelled', cancelled_at = $2
			FROM (SELECT id, status, party FROM sign_ups WHERE id = $1) was
			WHERE s.id = was.id AND was.status <> 'cancelled' RETURNING was.status, was.party, s.place_id)
		UPDATE occasion_places p SET taken = taken - gone.party FROM gone WHERE p.id = gone.place_id AND gone.status = 'placed'`,
		signUp, tx.Now()); err != nil {
		return err
	}
	return promote(ctx, tx, place)
}

// ChangeParty sets the number of people in a sign-up, 1–MaxParty. A smaller
// party frees room for those in line; a larger one must fit as a whole, else
// it is refused with how many there is room for and nothing changes. Who waits
// keeps the place in line.
func (s *Service) ChangeParty(ctx context.Context, a authz.Actor, t Token, party int) (Mine, error) {
	if party < 1 || party > MaxParty {
		return Mine{}, fault.InField(fault.Invalid, "party", "errors.field_number_range", "Min", 1, "Max", MaxParty)
	}
	err := s.mineWrite(ctx, a, t, func(tx *pg.Tx, m Mine) error {
		if m.Status == Cancelled {
			return fault.New(fault.Gone, "cafes.is_cancelled_already")
		}
		if !m.MayChange(tx.Now()) {
			return fault.New(fault.Gone, "cafes.date_has_passed")
		}
		place, err := hold(ctx, tx, m.PlaceID)
		if err != nil {
			return err
		}
		if grow := party - m.Party; m.Status == Placed && grow > place.left() {
			return fault.InField(fault.Conflict, "party", "cafes.party_does_not_fit", "Room", m.Party+max(place.left(), 0))
		}
		if _, err := tx.Exec(ctx, `UPDATE sign_ups SET party = $2 WHERE id = $1`, m.ID, party); err != nil {
			return err
		}
		if m.Status == Placed {
			if _, err := tx.Exec(ctx, `UPDATE occasion_places SET taken = taken + $2 WHERE id = $1`, m.PlaceID, party-m.Party); err != nil {
				return err
			}
		}
		if err := promote(ctx, tx, m.PlaceID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.party_changed", Object: "sign_up", ID: m.ID,
			Detail: map[string]int{"from": m.Party, "to": party}})
	})
	if err != nil {
		return Mine{}, err
	}
	return s.ByToken(ctx, t)
}

// mineWrite runs fn with the sign-up as it stands once its place is held.
func (s *Service) mineWrite(ctx context.Context, a authz.Actor, t Token, fn func(*pg.Tx, Mine) error) error {
	return s.db.Write(ctx, a, func(tx *pg.Tx) error {
		m, err := byToken(ctx, tx, t)
		if err != nil {
			return err
		}
		if _, err := hold(ctx, tx, m.PlaceID); err != nil {
			return err
		}
		if m, err = byToken(ctx, tx, t); err != nil { // what it was before the lock is hearsay
			return err
		}
		return fn(tx, m)
	})
}

// promote walks the line of a place that the caller holds and gives room to
// each party that fits as a whole, in order; one that does not fit is passed
// over and keeps its place in line. Those promoted are mailed.
func promote(ctx context.Context, tx *pg.Tx, place uuid.UUID) error {
	p, err := pg.One(ctx, tx, `
		SELECT `+heldColumns+` FROM occasion_places
		WHERE id = $1 AND closed_at IS NULL
		  AND (SELECT starts_at FROM occasions o WHERE o.id = occasion_id) > $2`, pg.ByName[held], place, tx.Now())
	if fault.Is(err, fault.NotFound) {
		return nil // closed or begun: nobody is called to a café that is over
	}
	if err != nil || p.left() <= 0 {
		return err
	}
	line, err := pg.All(ctx, tx, `
		SELECT id, party FROM sign_ups WHERE place_id = $1 AND status = 'waiting' AND party <= $2 ORDER BY seq`,
		pg.ByName[struct {
			ID    uuid.UUID
			Party int
		}], place, p.left())
	if err != nil {
		return err
	}
	var next []uuid.UUID
	left := p.left()
	for _, w := range line {
		if w.Party <= left {
			next = append(next, w.ID)
			left -= w.Party
		}
	}
	if len(next) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE sign_ups SET status = 'placed', placed_at = $2 WHERE id = ANY ($1)`, next, tx.Now()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE occasion_places SET taken = $2 WHERE id = $1`, place, p.Capacity-left); err != nil {
		return err
	}
	letters, err := pg.All(ctx, tx, letterSQL+` WHERE s.id = ANY ($1) ORDER BY s.seq`, pg.ByName[letter], next)
	if err != nil {
		return err
	}
	for _, id := range next {
		if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.promoted", Object: "sign_up", ID: id}); err != nil {
			return err
		}
	}
	return post(ctx, tx, "cafe_promoted", letters, nil)
}
