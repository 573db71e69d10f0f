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

// held is a place whose lock one has.
type held struct {
	ID       uuid.UUID
	Kind     Kind
	Capacity int
	Taken    int

	DecidingUntil *time.Time // those in line are being asked, and the next decision is then (call.go); nil: nobody is
}

func (p held) left() int { return p.Capacity - p.Taken }

// hold takes the place's lock and returns it as it is now.
func hold(ctx context.Context, tx *pg.Tx, place uuid.UUID) (held, error) {
	return pg.One(ctx, tx, `
		SELECT id, kind, capacity, taken, deciding_until FROM occasion_places WHERE id = $1 FOR UPDATE`, pg.ByName[held], place)
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

// leave marks a sign-up cancelled and passes on the room it leaves: to those
// in line, and where a helper leaves late, to those who said that they may be
// asked. The caller holds the place.
func leave(ctx context.Context, tx *pg.Tx, signUp, place uuid.UUID) error {
	was, err := pg.One(ctx, tx, `
		WITH gone AS (
			UPDATE sign_ups s SET status = 'cancelled', cancelled_at = $2, sequence = s.sequence + 1
			FROM (SELECT id, status, party, promoted_because IS NOT NULL AS promoted FROM sign_ups WHERE id = $1) was
			WHERE s.id = was.id AND was.status <> 'cancelled' RETURNING was.status, was.party, was.promoted, s.place_id
		), room AS (
			UPDATE occasion_places p SET taken = taken - gone.party FROM gone WHERE p.id = gone.place_id AND gone.status = 'placed'
		)
		SELECT status, promoted FROM gone`, pg.ByName[struct {
		Status   Status
		Promoted bool
	}], signUp, tx.Now())
	if fault.Is(err, fault.NotFound) {
		return nil // they have left already
	}
	if err != nil {
		return err
	}
	because := SomebodyCancelled
	if was.Promoted {
		because = GaveBack
	}
	if err := promote(ctx, tx, place, because); err != nil || was.Status != Placed {
		return err
	}
	return fillLateGap(ctx, tx, place)
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
		if grow := party - m.Party; m.Status == Placed && grow > 0 {
			room, err := roomToGrow(ctx, tx, m.PlaceID)
			if err != nil {
				return err
			}
			if grow > room {
				return fault.InField(fault.Conflict, "party", "cafes.party_does_not_fit", "Room", m.Party+room)
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE sign_ups SET party = $2, sequence = sequence + 1 WHERE id = $1`, m.ID, party); err != nil {
			return err
		}
		if m.Status == Placed {
			if _, err := tx.Exec(ctx, `UPDATE occasion_places SET taken = taken + $2 WHERE id = $1`, m.PlaceID, party-m.Party); err != nil {
				return err
			}
		}
		if err := promote(ctx, tx, m.PlaceID, SmallerParty); err != nil {
			return err
		}
		if m.Status == Placed && party < m.Party {
			if err := fillLateGap(ctx, tx, m.PlaceID); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.party_changed", Object: "sign_up", ID: m.ID,
			Detail: map[string]int{"from": m.Party, "to": party}})
	})
	if err != nil {
		return Mine{}, err
	}
	return s.ByToken(ctx, t)
}

// roomToGrow is the room for more people of a party that has a place already.
// What those in line have just been asked about is theirs first.
func roomToGrow(ctx context.Context, tx *pg.Tx, place uuid.UUID) (int, error) {
	p, err := hold(ctx, tx, place)
	if err != nil {
		return 0, err
	}
	if p.DecidingUntil != nil && !tx.Now().Before(*p.DecidingUntil) {
		if err := promote(ctx, tx, place, SaidYes); err != nil {
			return 0, err
		}
		if p, err = hold(ctx, tx, place); err != nil {
			return 0, err
		}
	}
	if p.DecidingUntil != nil {
		return 0, nil
	}
	return max(p.left(), 0), nil
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

// Because says why somebody who waited got a place.
type Because string

// The reasons, as the staff pages tell them.
const (
	SomebodyCancelled Because = "cancelled"
	GaveBack          Because = "gave_back"       // somebody who had waited too no longer needed it
	SmallerParty      Because = "smaller_party"   // somebody brings fewer
	RaisedCapacity    Because = "raised_capacity" // there is room for more
	SaidYes           Because = "said_yes"        // asked on the day, and first in line of those who said yes
)

// queued is a place that the caller holds, with the times that rule its line.
type queued struct {
	held
	StartsAt time.Time // of the café
	CallFrom time.Time // from then on those in line are asked before they are given a place
}

// inLine is a party that waits.
type inLine struct {
	ID       uuid.UUID
	Party    int
	CalledAt *time.Time // on the day: asked whether they still want a place; nil: not asked
	Yes      bool       // they do
}

// callFrom is when the day's call begins. What somebody was asked or answered
// before that was about the date as it was before it was moved.
const callFrom = `o.starts_at - make_interval(mins => c.call_minutes)`

// promote passes on what room a place has to those who wait for it. Whoever
// frees room calls it, holding the place, with the reason for it.
//
// The line is walked in order and each party that fits as a whole gets its
// place; one that does not fit is passed over and stays where it is in line. On
// the day itself a place is given only to those who say that they still want it
// (call.go).
func promote(ctx context.Context, tx *pg.Tx, place uuid.UUID, because Because) error {
	p, err := pg.One(ctx, tx, `
		SELECT p.id, p.kind, p.capacity, p.taken, p.deciding_until, o.starts_at, `+callFrom+` AS call_from
		FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id JOIN cafes c ON c.id = o.cafe_id
		WHERE p.id = $1 AND p.closed_at IS NULL AND o.starts_at > $2`, pg.ByName[queued], place, tx.Now())
	if fault.Is(err, fault.NotFound) {
		_, err = tx.Exec(ctx, `UPDATE occasion_places SET deciding_until = NULL WHERE id = $1 AND deciding_until IS NOT NULL`, place)
		return err // closed or begun: nobody is called to a café that is over
	}
	if err != nil || p.left() <= 0 && p.DecidingUntil == nil {
		return err
	}
	line, err := pg.All(ctx, tx, `
		SELECT s.id, s.party, CASE WHEN s.called_at >= $2 THEN s.called_at END AS called_at,
		       coalesce(s.said_yes_at >= $2, false) AS yes
		FROM sign_ups s WHERE s.place_id = $1 AND s.status = 'waiting' ORDER BY s.seq`, pg.ByName[inLine], place, p.CallFrom)
	if err != nil {
		return err
	}
	d := decide(line, p, tx.Now())
	if d.onTheDay {
		because = SaidYes
	}
	if err := give(ctx, tx, place, d.placed, because); err != nil {
		return err
	}
	return call(ctx, tx, p, d)
}

// promotion is one party that gets its place.
type promotion struct {
	ID    uuid.UUID
	Party int
	Room  int // people there was room for just before
	Past  int // parties ahead in line that did not fit
}

// give turns waiting into a place and mails those it is given to.
func give(ctx context.Context, tx *pg.Tx, place uuid.UUID, list []promotion, because Because) error {
	if len(list) == 0 {
		return nil
	}
	people := 0
	ids, room, past := make([]uuid.UUID, len(list)), make([]int, len(list)), make([]int, len(list))
	for i, p := range list {
		ids[i], room[i], past[i] = p.ID, p.Room, p.Past
		people += p.Party
	}
	if _, err := tx.Exec(ctx, `
		UPDATE sign_ups s SET status = 'placed', placed_at = $1, sequence = s.sequence + 1,
			promoted_because = $2, promoted_room = u.room, promoted_past = u.past
		FROM unnest($3::uuid[], $4::int[], $5::int[]) AS u (id, room, past) WHERE s.id = u.id`,
		tx.Now(), because, ids, room, past); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE occasion_places SET taken = taken + $2 WHERE id = $1`, place, people); err != nil {
		return err
	}
	for _, p := range list {
		if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.promoted", Object: "sign_up", ID: p.ID,
			Detail: map[string]any{"because": because, "party": p.Party, "room": p.Room, "past": p.Past}}); err != nil {
			return err
		}
	}
	letters, err := pg.All(ctx, tx, letterSQL+` WHERE s.id = ANY ($1) ORDER BY s.seq`, pg.ByName[letter], ids)
	if err != nil {
		return err
	}
	return post(ctx, tx, "cafe_promoted", letters, nil)
}
