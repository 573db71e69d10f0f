package cafe

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Impact is what a change of a café would touch, for those who are about to
// save it.
type Impact struct {
	Hours  bool // the usual hours change
	Where  bool // the venue or the address: every date moves along
	Room   bool // kinds of place, shifts or how many
	SignUp bool // when sign-up opens or closes
	Dates  []TouchedDate
	Told   int // people on coming dates who are told of another venue
}

// Dated tells whether anything changes that each date has for itself.
func (i Impact) Dated() bool { return len(i.Dates) > 0 && (i.Hours || i.Room || i.SignUp) }

// Silent tells whether nobody and no date notices the change.
func (i Impact) Silent() bool { return !i.Dated() && !(i.Where && i.Told > 0) }

// TouchedDate is a coming date that may follow a change of its café.
type TouchedDate struct {
	OccasionID uuid.UUID
	OnDate     time.Time
	StartsAt   time.Time // as it is
	EndsAt     time.Time
	People     int     // signed up and waiting
	Own        bool    // its hours are its own already
	Short      []Short // kinds that would have fewer places than people
}

// Short says how many people would have to move.
type Short struct {
	Key  string
	Kind Kind
	Move int
}

// Applied is a date that shall follow a change, with the people its preview
// showed.
type Applied struct {
	OccasionID uuid.UUID
	People     int
}

// Impact tells what saving the change would touch. Nothing is changed.
func (s *Service) Impact(ctx context.Context, a authz.Actor, id uuid.UUID, in Series) (Impact, error) {
	if err := in.Validate().Err(); err != nil {
		return Impact{}, err
	}
	was, err := editable(ctx, s.db.Fresh(), id)
	if err != nil {
		return Impact{}, err
	}
	if !a.MayEditCafe(was.DistrictID) {
		return Impact{}, fault.New(fault.Forbidden, "cafes.not_your_district")
	}
	return impact(ctx, s.db.Fresh(), was, in.clean(), s.db.Now())
}

// editable is the café with what new dates start with.
func editable(ctx context.Context, q pg.Querier, id uuid.UUID) (Editable, error) {
	return pg.One(ctx, q, editableSQL+` WHERE c.id = $1`, pg.ByName[Editable], id)
}

func impact(ctx context.Context, q pg.Querier, was Editable, in Series, now time.Time) (Impact, error) {
	i := Impact{
		Hours:  in.Starts != was.Starts || in.Ends != was.Ends,
		Where:  in.Venue != was.Venue || in.Address != was.Address,
		Room:   !slices.EqualFunc(sorted(in.Places), sorted(was.Places), samePlace),
		SignUp: in.OpensDays != was.OpensDays || in.ClosesMinutes != was.ClosesMinutes,
	}
	if !i.Hours && !i.Where && !i.Room && !i.SignUp {
		return i, nil
	}
	type row struct {
		TouchedDate
		Taken map[string]int // people placed, by place
	}
	dates, err := pg.All(ctx, q, `
		SELECT o.id AS occasion_id, o.on_date, o.starts_at, o.ends_at, false AS own, '[]'::jsonb AS short,
			(SELECT coalesce(sum(s.party), 0)::int FROM occasion_places p JOIN sign_ups s ON s.place_id = p.id
				WHERE p.occasion_id = o.id AND s.status <> 'cancelled') AS people,
			(SELECT coalesce(jsonb_object_agg(p.key, p.taken), '{}') FROM occasion_places p WHERE p.occasion_id = o.id) AS taken
		FROM occasions o WHERE o.cafe_id = $1 AND o.cancelled_at IS NULL AND o.starts_at > $2 ORDER BY o.starts_at`, pg.ByName[row], was.ID, now)
	if err != nil {
		return i, err
	}
	for _, d := range dates {
		starts, _ := At(d.OnDate, was.Starts)
		ends, _ := At(d.OnDate, was.Ends)
		d.Own = !d.StartsAt.Equal(starts) || !d.EndsAt.Equal(ends)
		for _, p := range in.Places {
			if move := d.Taken[p.Key] - p.Capacity; i.Room && move > 0 {
				d.Short = append(d.Short, Short{p.Key, p.Kind, move})
			}
		}
		if i.Where {
			i.Told += d.People
		}
		i.Dates = append(i.Dates, d.TouchedDate)
	}
	return i, nil
}

func sorted(places []PlaceSpec) []PlaceSpec {
	return slices.SortedFunc(slices.Values(places), func(a, b PlaceSpec) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
}

func samePlace(a, b PlaceSpec) bool {
	a.Row, b.Row = 0, 0
	return a == b
}

// takeOver lets a ticked date take over what changed. Its places are locked in
// one order. Somebody who signed up since the preview makes it a Conflict:
// nobody is moved whom nobody saw.
func takeOver(ctx context.Context, tx *pg.Tx, i Impact, in Series, to Applied) error {
	at := slices.IndexFunc(i.Dates, func(d TouchedDate) bool { return d.OccasionID == to.OccasionID })
	if at < 0 {
		return fault.InField(fault.Conflict, "dates", "series.changed_meanwhile")
	}
	d := i.Dates[at]
	if len(d.Short) > 0 {
		return fault.InField(fault.Conflict, "dates", "series.would_not_fit", "Move", d.Short[0].Move, "Date", d.OnDate.Format("02.01.2006"))
	}
	if d.People != to.People {
		return fault.InField(fault.Conflict, "dates", "series.changed_meanwhile")
	}
	if i.Hours || i.SignUp {
		starts, _ := At(d.OnDate, in.Starts)
		ends, _ := At(d.OnDate, in.Ends)
		if !i.Hours {
			starts, ends = d.StartsAt, d.EndsAt
		}
		if !starts.After(tx.Now()) {
			return fault.InField(fault.Invalid, "dates", "cafes.date_must_come")
		}
		if _, err := tx.Exec(ctx, `
			UPDATE occasions SET starts_at = $2, ends_at = $3, opens_at = $4, closes_at = $5,
				sequence = sequence + CASE WHEN $6 THEN 1 ELSE 0 END, changed_at = CASE WHEN $6 THEN $7 ELSE changed_at END WHERE id = $1`,
			d.OccasionID, starts, ends, opening(d.OnDate, in.OpensDays), starts.Add(-time.Duration(in.ClosesMinutes)*time.Minute), i.Hours, tx.Now()); err != nil {
			return err
		}
	}
	if !i.Hours && !i.Room {
		return nil
	}
	return followPlaces(ctx, tx, d, in)
}

// opening is when sign-up opens so many days before a date; nil: from the
// first moment.
func opening(date time.Time, days int) *time.Time {
	if days == 0 {
		return nil
	}
	t, _ := At(date.AddDate(0, 0, -days), "08:00")
	return &t
}

// followPlaces gives a date the café's kinds and shifts. A kind that the café
// no longer has goes where nobody has signed up for it.
func followPlaces(ctx context.Context, tx *pg.Tx, d TouchedDate, in Series) error {
	keys := make([]string, len(in.Places))
	for i, p := range in.Places {
		keys[i] = p.Key
		var starts, ends *time.Time
		if p.Starts != "" {
			from, _ := At(d.OnDate, p.Starts)
			to, _ := At(d.OnDate, p.Ends)
			starts, ends = &from, &to
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO occasion_places (id, occasion_id, key, kind, minimum, capacity, starts_at, ends_at, language)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
			ON CONFLICT (occasion_id, key) DO UPDATE SET minimum = excluded.minimum, capacity = excluded.capacity,
				starts_at = excluded.starts_at, ends_at = excluded.ends_at, language = excluded.language`,
			newID(), d.OccasionID, p.Key, p.Kind, p.Minimum, p.Capacity, starts, ends, p.Language); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `
		DELETE FROM occasion_places p WHERE p.occasion_id = $1 AND p.key <> ALL ($2)
		  AND NOT EXISTS (SELECT FROM sign_ups s WHERE s.place_id = p.id) AND NOT EXISTS (SELECT FROM walk_ins w WHERE w.place_id = p.id)`,
		d.OccasionID, keys); err != nil {
		return err
	}
	places, err := pg.All(ctx, tx, `SELECT id FROM occasion_places WHERE occasion_id = $1 ORDER BY id`, pg.Scalar[uuid.UUID], d.OccasionID)
	if err != nil {
		return err
	}
	for _, p := range places {
		if err := promote(ctx, tx, p, RaisedCapacity); err != nil {
			return err
		}
	}
	return nil
}
