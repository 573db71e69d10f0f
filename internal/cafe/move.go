package cafe

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
)

// standing is where and when everybody who has signed up for a café's coming
// dates believes it to be. The café itself may have been changed already in
// the same transaction: was then says what it was.
func standing(ctx context.Context, tx *pg.Tx, cafe uuid.UUID, was *Cafe) (map[uuid.UUID]letter, error) {
	letters, err := pg.All(ctx, tx, letterSQL+`
		WHERE c.id = $1 AND s.status <> 'cancelled' AND o.cancelled_at IS NULL AND o.starts_at > $2`, pg.ByName[letter], cafe, tx.Now())
	m := make(map[uuid.UUID]letter, len(letters))
	for _, l := range letters {
		if was != nil {
			l.Venue, l.Address = was.Venue, was.Address
		}
		m[l.SignUpID] = l
	}
	return m, err
}

// tellMoved mails those for whom time or place is another than before, and
// asks whether they still come. Who has no address is asked too: the door list
// says so, and somebody phones.
func tellMoved(ctx context.Context, tx *pg.Tx, cafe uuid.UUID, before map[uuid.UUID]letter) (told int, err error) {
	now, err := standing(ctx, tx, cafe, nil)
	if err != nil {
		return 0, err
	}
	var asked []uuid.UUID
	var letters []letter
	for id, l := range now {
		was, there := before[id]
		if !there || was.StartsAt.Equal(l.StartsAt) && was.EndsAt.Equal(l.EndsAt) && was.Venue == l.Venue && was.Address == l.Address {
			continue
		}
		asked, letters = append(asked, id), append(letters, l)
	}
	if len(asked) == 0 {
		return 0, nil
	}
	if _, err := tx.Exec(ctx, `UPDATE sign_ups SET keep_asked_at = $2, kept_at = NULL WHERE id = ANY ($1)`, asked, tx.Now()); err != nil {
		return 0, err
	}
	return len(asked), postEach(ctx, tx, "cafe_moved", letters, func(l letter) map[string]any {
		was := before[l.SignUpID]
		return map[string]any{"was_starts": was.StartsAt, "was_ends": was.EndsAt, "was_venue": was.Venue, "was_address": was.Address}
	})
}

// Move is a date's new day and hours.
type Move struct {
	Date   time.Time
	Starts string // "16:30"
	Ends   string
	People int // signed up and waiting, as the preview showed
}

// MoveDate moves one date of a café, with its shifts and with when sign-up
// opens and closes. Everybody signed up or waiting is mailed and asked whether
// they still come. The old address leads to the new one. A date never takes
// the place of another, and one that has begun stays. Fields: date, starts,
// ends, people.
func (s *Service) MoveDate(ctx context.Context, a authz.Actor, slug string, date time.Time, to Move) (told int, err error) {
	starts, okStarts := At(to.Date, to.Starts)
	ends, okEnds := At(to.Date, to.Ends)
	var f fault.Fields
	switch {
	case to.Date.IsZero():
		f.Add("date", "errors.field_date_invalid")
	case okStarts && !starts.After(s.db.Now()):
		f.Add("date", "cafes.date_must_come")
	}
	if !okStarts {
		f.Add("starts", "errors.field_time_invalid")
	}
	switch {
	case !okEnds:
		f.Add("ends", "errors.field_time_invalid")
	case okStarts && !ends.After(starts):
		f.Add("ends", "cafes.ends_before_start")
	}
	if err := f.Err(); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, a, func(tx *pg.Tx) error {
		o, err := movable(ctx, tx, a, slug, date)
		if err != nil {
			return err
		}
		there, err := pg.One(ctx, tx, `SELECT EXISTS (SELECT FROM occasions WHERE cafe_id = $1 AND on_date = $2 AND id <> $3)`,
			pg.Scalar[bool], o.ID, to.Date, o.OccasionID)
		if err != nil {
			return err
		}
		if there {
			return fault.InField(fault.Conflict, "date", "cafes.date_taken")
		}
		before, err := standing(ctx, tx, o.ID, nil)
		if err != nil {
			return err
		}
		if n, err := people(ctx, tx, o.OccasionID); err != nil || n != to.People {
			if err == nil {
				err = fault.InField(fault.Conflict, "people", "series.changed_meanwhile")
			}
			return err
		}
		if err := move(ctx, tx, o, to.Date, starts, ends); err != nil {
			return err
		}
		if told, err = tellMoved(ctx, tx, o.ID, before); err != nil {
			return err
		}
		// On another day the line may be served at once again.
		for _, p := range o.Places {
			if err := promote(ctx, tx, p.ID, SomebodyCancelled); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.date_moved", Object: "occasion", ID: o.OccasionID,
			Detail: map[string]any{"from": o.StartsAt, "to": starts, "told": told}})
	})
	return told, err
}

// movable is a date that has not begun, with the café and all its places held.
func movable(ctx context.Context, tx *pg.Tx, a authz.Actor, slug string, date time.Time) (Occasion, error) {
	o, err := occasion(ctx, tx, slug, date)
	if err != nil {
		return o, err
	}
	if !a.MayEditCafe(o.DistrictID) {
		return o, fault.New(fault.Forbidden, "cafes.not_your_district")
	}
	if _, err := locked(ctx, tx, o.ID); err != nil {
		return o, err
	}
	if _, err := tx.Exec(ctx, `SELECT FROM occasion_places WHERE occasion_id = $1 ORDER BY id FOR UPDATE`, o.OccasionID); err != nil {
		return o, err
	}
	if o, err = occasion(ctx, tx, slug, date); err != nil { // what it was before the locks is hearsay
		return o, err
	}
	if !o.Coming(tx.Now()) {
		return o, fault.New(fault.Conflict, "cafes.date_not_open")
	}
	return o, nil
}

func people(ctx context.Context, q pg.Querier, occasion uuid.UUID) (int, error) {
	return pg.One(ctx, q, `SELECT coalesce(sum(s.party), 0)::int FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id
		WHERE p.occasion_id = $1 AND s.status <> 'cancelled'`, pg.Scalar[int], occasion)
}

// move writes the new times of a date that is held.
func move(ctx context.Context, tx *pg.Tx, o Occasion, date, starts, ends time.Time) error {
	var opens *time.Time
	if o.OpensAt != nil { // as many days before, at the same hour
		at, _ := At(date.AddDate(0, 0, -int(o.OnDate.Sub(i18n.Day(*o.OpensAt)).Hours()/24)), clockOf(*o.OpensAt))
		opens = &at
	}
	closes := starts.Add(-o.StartsAt.Sub(o.ClosesAt))
	if opens != nil && !opens.Before(closes) {
		opens = nil
	}
	if _, err := tx.Exec(ctx, `
		UPDATE occasions SET on_date = $2, starts_at = $3, ends_at = $4, opens_at = $5, closes_at = $6, sequence = sequence + 1, changed_at = $7
		WHERE id = $1`, o.OccasionID, date, starts, ends, opens, closes, tx.Now()); err != nil {
		return err
	}
	for _, p := range o.Places {
		if !p.Shift {
			continue
		}
		from, to := shifted(p.StartsAt, o.StartsAt, starts, date), shifted(p.EndsAt, o.StartsAt, starts, date)
		if to.After(ends) {
			to = ends
		}
		if !from.Before(to) { // nothing of it is left: it is the whole café's then
			from, to = starts, ends
		}
		if _, err := tx.Exec(ctx, `UPDATE occasion_places SET starts_at = $2, ends_at = $3 WHERE id = $1`, p.ID, from, to); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `UPDATE occasion_places SET stand_ins_next = NULL WHERE occasion_id = $1`, o.OccasionID); err != nil {
		return err
	}
	if date.Equal(o.OnDate) {
		return nil
	}
	if _, err := tx.Exec(ctx, `DELETE FROM occasion_moves WHERE cafe_id = $1 AND on_date = $2`, o.ID, date); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO occasion_moves (cafe_id, on_date, occasion_id) VALUES ($1, $2, $3)
		ON CONFLICT (cafe_id, on_date) DO UPDATE SET occasion_id = excluded.occasion_id`, o.ID, o.OnDate, o.OccasionID)
	return err
}

// shifted is a moment as far from the new start, by the clock on the wall, as
// it was from the old one.
func shifted(t, wasStart, start, date time.Time) time.Time {
	at, _ := At(date, clockOf(t))
	was, _ := At(date, clockOf(wasStart))
	return at.Add(start.Sub(was))
}

func clockOf(t time.Time) string { return t.In(i18n.Zone).Format("15:04") }

// MovedTo is where a date has been moved: the day it is held now. It is
// NotFound when no date was ever moved away from there.
func (s *Service) MovedTo(ctx context.Context, slug string, date time.Time) (time.Time, error) {
	return pg.One(ctx, s.db.Fresh(), `
		SELECT o.on_date FROM occasion_moves m JOIN cafes c ON c.id = m.cafe_id JOIN occasions o ON o.id = m.occasion_id
		WHERE c.slug = $1 AND m.on_date = $2`, pg.Scalar[time.Time], slug, date)
}

// DeleteDate takes away a date that nobody ever signed up for. With people it
// is refused: it is cancelled instead, and they are told.
func (s *Service) DeleteDate(ctx context.Context, a authz.Actor, slug string, date time.Time) error {
	return s.db.Write(ctx, a, func(tx *pg.Tx) error {
		o, err := movable(ctx, tx, a, slug, date)
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			DELETE FROM occasions o WHERE o.id = $1 AND NOT EXISTS (SELECT FROM occasion_places p WHERE p.occasion_id = o.id AND (
				EXISTS (SELECT FROM sign_ups s WHERE s.place_id = p.id) OR EXISTS (SELECT FROM walk_ins w WHERE w.place_id = p.id)))`, o.OccasionID)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "series.date_has_people")
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.date_deleted", Object: "occasion", ID: o.OccasionID})
	})
}

// SetSignUpTimes changes when sign-up for one date opens and closes; opens is
// nil for from the first moment. Fields: opens, closes.
func (s *Service) SetSignUpTimes(ctx context.Context, a authz.Actor, slug string, date time.Time, opens *time.Time, closes time.Time) error {
	return s.db.Write(ctx, a, func(tx *pg.Tx) error {
		o, err := movable(ctx, tx, a, slug, date)
		if err != nil {
			return err
		}
		var f fault.Fields
		if closes.After(o.StartsAt) {
			f.Add("closes", "series.closes_after_start")
		}
		if opens != nil && !opens.Before(closes) {
			f.Add("opens", "series.closes_before_it_opens")
		}
		if err := f.Err(); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE occasions SET opens_at = $2, closes_at = $3 WHERE id = $1`, o.OccasionID, opens, closes); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.sign_up_times_set", Object: "occasion", ID: o.OccasionID})
	})
}
