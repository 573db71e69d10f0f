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
	Hours  bool        // the usual hours change
	Where  bool        // the venue or the address: every date moves along
	Room   bool        // kinds of place, shifts or how many
	SignUp bool        // when sign-up opens or closes
	Gone   []PlaceSpec // kinds and shifts as they are, of those that change
	Come   []PlaceSpec // and as they become
	Dates  []TouchedDate
	Told   int // people on coming dates who are told of another venue
}

// Dated tells whether anything changes that each date has for itself.
func (i Impact) Dated() bool { return len(i.Dates) > 0 && (i.Hours || i.Room || i.SignUp) }

// Silent tells whether nobody and no date notices the change.
func (i Impact) Silent() bool { return !i.Dated() && (!i.Where || i.Told == 0) }

// TouchedDate is a coming date that may follow a change of its café.
type TouchedDate struct {
	OccasionID uuid.UUID
	OnDate     time.Time
	StartsAt   time.Time // as it is
	EndsAt     time.Time
	OpensAt    *time.Time
	ClosesAt   time.Time
	People     int     // signed up and waiting
	Waiting    int     // of them, those who wait
	Told       int     // of them, those for whom the time becomes another if it follows
	Own        bool    // its hours are its own already
	Short      []Short // kinds that would have fewer places than people
	Stay       []Short // kinds that the café gives up, with the people who keep them there
	Places     []touchedPlace
}

// touchedPlace is a place of such a date as it is.
type touchedPlace struct {
	Key      string     `json:"key"`
	Kind     Kind       `json:"kind"`
	Taken    int        `json:"taken"`
	People   int        `json:"people"` // signed up and waiting
	StartsAt *time.Time `json:"starts_at"`
	EndsAt   *time.Time `json:"ends_at"`
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
	if i.Room {
		i.Gone, i.Come = without(was.Places, in.Places), without(in.Places, was.Places)
	}
	dates, err := pg.All(ctx, q, `
		SELECT o.id AS occasion_id, o.on_date, o.starts_at, o.ends_at, o.opens_at, o.closes_at,
		       coalesce(sum(p.people), 0)::int AS people, coalesce(sum(p.waiting), 0)::int AS waiting,
		       0 AS told, false AS own, '[]'::jsonb AS short, '[]'::jsonb AS stay,
		       coalesce(jsonb_agg(jsonb_build_object('key', p.key, 'kind', p.kind, 'taken', p.taken, 'people', p.people,
		           'starts_at', p.starts_at, 'ends_at', p.ends_at)) FILTER (WHERE p.key IS NOT NULL), '[]') AS places
		FROM occasions o
		LEFT JOIN LATERAL (
			SELECT p.key, p.kind, p.taken, p.starts_at, p.ends_at, coalesce(sum(s.party), 0)::int AS people,
			       coalesce(sum(s.party) FILTER (WHERE s.status = 'waiting'), 0)::int AS waiting
			FROM occasion_places p LEFT JOIN sign_ups s ON s.place_id = p.id AND s.status <> 'cancelled'
			WHERE p.occasion_id = o.id GROUP BY p.id) p ON true
		WHERE o.cafe_id = $1 AND o.cancelled_at IS NULL AND o.starts_at > $2
		GROUP BY o.id ORDER BY o.starts_at`, pg.ByName[TouchedDate], was.ID, now)
	if err != nil {
		return i, err
	}
	for _, d := range dates {
		starts, _ := At(d.OnDate, was.Starts)
		ends, _ := At(d.OnDate, was.Ends)
		d.Own = !d.StartsAt.Equal(starts) || !d.EndsAt.Equal(ends)
		f := i.follow(d, in)
		for _, p := range d.Places {
			spec, kept := f.places[p.Key]
			if f.timesOf(p).differ(p.within(d)) {
				d.Told += p.People
			}
			switch move := p.Taken - spec.Capacity; {
			case kept && move > 0:
				d.Short = append(d.Short, Short{p.Key, p.Kind, move})
			case i.Room && p.People > 0 && !hasPlace(in.Places, p.Key):
				d.Stay = append(d.Stay, Short{p.Key, p.Kind, p.People})
			}
		}
		if i.Where {
			i.Told += d.People
		}
		i.Dates = append(i.Dates, d)
	}
	return i, nil
}

// following is what a date takes over of a change: only what the change is
// about. What the date has of its own besides, as more room, it keeps.
type following struct {
	times
	opens  *time.Time
	closes time.Time
	places map[string]PlaceSpec // those that change or come, by key
	shifts map[string]times     // of all that have times of their own then, by key
}

type times struct{ from, to time.Time }

func (t times) differ(u times) bool { return !t.from.Equal(u.from) || !t.to.Equal(u.to) }

// within is when the place is needed: its shift's time, or the café's.
func (p touchedPlace) within(d TouchedDate) times {
	if p.StartsAt == nil {
		return times{d.StartsAt, d.EndsAt}
	}
	return times{*p.StartsAt, *p.EndsAt}
}

// timesOf is when a place of the date is needed afterwards.
func (f following) timesOf(p touchedPlace) times {
	if t, shift := f.shifts[p.Key]; shift {
		return t
	}
	return f.times
}

func (i Impact) follow(d TouchedDate, in Series) following {
	f := following{times: times{d.StartsAt, d.EndsAt}, opens: d.OpensAt, closes: d.ClosesAt,
		places: map[string]PlaceSpec{}, shifts: map[string]times{}}
	if i.Hours {
		f.from, _ = At(d.OnDate, in.Starts)
		f.to, _ = At(d.OnDate, in.Ends)
		f.closes = f.from.Add(-d.StartsAt.Sub(d.ClosesAt))
	}
	if i.SignUp {
		f.opens, f.closes = opening(d.OnDate, in.OpensDays), f.from.Add(-time.Duration(in.ClosesMinutes)*time.Minute)
	}
	if f.opens != nil && !f.opens.Before(f.closes) {
		f.opens = nil
	}
	for _, p := range d.Places {
		if p.StartsAt != nil {
			f.shifts[p.Key] = times{*p.StartsAt, *p.EndsAt}
		}
	}
	for _, p := range in.Places {
		there := slices.ContainsFunc(d.Places, func(t touchedPlace) bool { return t.Key == p.Key })
		changed := !there || hasPlace(i.Come, p.Key)
		if i.Room && changed {
			f.places[p.Key] = p
		} else if !i.Hours {
			continue
		}
		delete(f.shifts, p.Key)
		if p.Starts != "" {
			from, _ := At(d.OnDate, p.Starts)
			to, _ := At(d.OnDate, p.Ends)
			f.shifts[p.Key] = times{from, to}
		}
	}
	return f
}

// without lists the places that are not just so among the others.
func without(places, others []PlaceSpec) []PlaceSpec {
	return slices.DeleteFunc(slices.Clone(places), func(p PlaceSpec) bool {
		return slices.ContainsFunc(others, func(o PlaceSpec) bool { return samePlace(o, p) })
	})
}

func hasPlace(places []PlaceSpec, key string) bool {
	return slices.ContainsFunc(places, func(p PlaceSpec) bool { return p.Key == key })
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
	f := i.follow(d, in)
	if !f.from.After(tx.Now()) {
		return fault.InField(fault.Invalid, "dates", "cafes.date_must_come")
	}
	// Calendars that hold the date, or a shift of it, hear of another time.
	moves := f.differ(times{d.StartsAt, d.EndsAt}) || slices.ContainsFunc(d.Places, func(p touchedPlace) bool { return f.timesOf(p).differ(p.within(d)) })
	if _, err := tx.Exec(ctx, `
		UPDATE occasions SET starts_at = $2, ends_at = $3, opens_at = $4, closes_at = $5,
			sequence = sequence + CASE WHEN $6 THEN 1 ELSE 0 END, changed_at = CASE WHEN $6 THEN $7 ELSE changed_at END WHERE id = $1`,
		d.OccasionID, f.from, f.to, f.opens, f.closes, moves, tx.Now()); err != nil {
		return err
	}
	if !i.Hours && !i.Room {
		return nil
	}
	return followPlaces(ctx, tx, d, f, i.Room, in)
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

// followPlaces gives a date the kinds and shifts that change. A kind that the
// café no longer has goes where nobody has signed up for it.
func followPlaces(ctx context.Context, tx *pg.Tx, d TouchedDate, f following, room bool, in Series) error {
	keys := make([]string, len(in.Places))
	for i, p := range in.Places {
		keys[i] = p.Key
		if _, changes := f.places[p.Key]; !changes {
			continue
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO occasion_places (id, occasion_id, key, kind, minimum, capacity, language)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (occasion_id, key) DO UPDATE SET minimum = excluded.minimum, capacity = excluded.capacity, language = excluded.language`,
			newID(), d.OccasionID, p.Key, p.Kind, p.Minimum, p.Capacity, p.Language); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `
		DELETE FROM occasion_places p WHERE $3 AND p.occasion_id = $1 AND p.key <> ALL ($2)
		  AND NOT EXISTS (SELECT FROM sign_ups s WHERE s.place_id = p.id) AND NOT EXISTS (SELECT FROM walk_ins w WHERE w.place_id = p.id)`,
		d.OccasionID, keys, room); err != nil {
		return err
	}
	places, err := pg.All(ctx, tx, `SELECT id, key FROM occasion_places WHERE occasion_id = $1 ORDER BY id`, pg.ByName[struct {
		ID  uuid.UUID
		Key string
	}], d.OccasionID)
	if err != nil {
		return err
	}
	for _, p := range places {
		var from, to *time.Time
		if t, shift := f.shifts[p.Key]; shift {
			from, to = &t.from, &t.to
		}
		if _, err := tx.Exec(ctx, `UPDATE occasion_places SET starts_at = $2, ends_at = $3 WHERE id = $1`, p.ID, from, to); err != nil {
			return err
		}
		if err := promote(ctx, tx, p.ID, RaisedCapacity); err != nil {
			return err
		}
	}
	return nil
}
