package demo

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// place is one kind of place on one date, with who has signed up for it.
type place struct {
	ID       uuid.UUID
	Slug     string // of the café
	Date     string
	Key      string // of the place among the date's
	EndsAt   time.Time
	Capacity int
	Taken    int
	Closed   bool
	WalkIns  bool
	SignUps  []signUp
}

// signUp is a row that is there.
type signUp struct {
	ID     uuid.UUID
	Email  *string
	Phone  *string
	Placed bool
	Ticked bool
}

// passTime brings the cafés to the present moment: whoever would have signed
// up by now has, in the order they did and by the rule that everybody goes by,
// and the day after a date it is known who came. All of it is one transaction
// that holds the places, as every sign-up does; nobody is mailed.
func (f *filler) passTime(ctx context.Context) error {
	if t, err := f.look(ctx, f.db.Fresh(), ""); err != nil || t.empty() {
		return err
	}
	return f.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		t, err := f.look(ctx, tx, "FOR UPDATE OF p")
		if err != nil {
			return err
		}
		if err := t.write(ctx, tx); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "seed.time_passed", Object: "demo", ID: demoID,
			Detail: map[string]int{"sign_ups": len(t.rows), "ticked": len(t.ticked)}})
	})
}

// tidings are what has happened since the last Fill.
type tidings struct {
	now     time.Time
	rows    [][]any // new sign-ups
	placed  map[uuid.UUID]int
	ticked  []uuid.UUID
	came    []int
	walkIns [][]any
}

func (t tidings) empty() bool { return len(t.rows) == 0 && len(t.ticked) == 0 && len(t.walkIns) == 0 }

func (f *filler) look(ctx context.Context, q pg.Querier, lock string) (tidings, error) {
	t := tidings{now: f.now, placed: map[uuid.UUID]int{}}
	slugs := make([]string, len(cafes))
	for i, c := range cafes {
		slugs[i] = text.Slug(c.name)
	}
	// The rows are locked in one order and read once the locks are ours.
	if lock != "" {
		if _, err := q.Exec(ctx, `
			SELECT FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id JOIN cafes c ON c.id = o.cafe_id
			WHERE c.slug = ANY ($1) AND o.on_date BETWEEN $2 AND $3 ORDER BY p.id `+lock,
			slugs, f.today.AddDate(0, 0, -daysBack), f.today.AddDate(0, 0, daysAhead)); err != nil {
			return t, err
		}
	}
	list, err := pg.All(ctx, q, `
		SELECT p.id, c.slug, o.on_date::text AS date, p.key, o.ends_at, p.capacity, p.taken, p.closed_at IS NOT NULL AS closed,
			EXISTS (SELECT FROM walk_ins w WHERE w.place_id = p.id) AS walk_ins,
			(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', s.id, 'Email', s.email, 'Phone', s.phone,
				'Placed', s.status = 'placed', 'Ticked', s.came IS NOT NULL)), '[]')
				FROM sign_ups s WHERE s.place_id = p.id) AS sign_ups
		FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id JOIN cafes c ON c.id = o.cafe_id
		WHERE c.slug = ANY ($1) AND o.on_date BETWEEN $2 AND $3 AND o.forgotten_at IS NULL`,
		pg.ByName[place], slugs, f.today.AddDate(0, 0, -daysBack), f.today.AddDate(0, 0, daysAhead))
	if err != nil {
		return t, err
	}
	type spot struct{ slug, date, key string }
	places := make(map[spot]*place, len(list))
	for i := range list {
		p := &list[i]
		places[spot{p.Slug, p.Date, p.Key}] = p
	}
	for i, c := range cafes {
		for _, date := range c.dates(f.today) {
			for _, g := range c.crowd(date) {
				if p := places[spot{slugs[i], g.date, g.place}]; p != nil && !p.Closed {
					t.meet(p, g)
				}
			}
			if p := places[spot{slugs[i], date.Format(cafe.DateFormat), string(cafe.Guest)}]; p != nil && !p.Closed && t.over(p) &&
				!p.WalkIns && c.walkIns(date) > 0 {
				t.walkIns = append(t.walkIns, []any{uuid.Must(uuid.NewV7()), p.ID, c.walkIns(date), p.EndsAt})
			}
		}
	}
	return t, nil
}

// over tells whether the place's date is so long ago that the door list has
// been gone through. Until then it is left to whoever tries out the demo.
func (t *tidings) over(p *place) bool { return p.EndsAt.Before(t.now.Add(-12 * time.Hour)) }

// meet lets a guest sign up for a place, unless they have or would do so
// later, and ticks them when it is over.
func (t *tidings) meet(p *place, g guest) {
	for _, s := range p.SignUps {
		same := g.email != "" && s.Email != nil && *s.Email == g.email || g.phone != "" && s.Phone != nil && *s.Phone == g.phone
		if !same {
			continue
		}
		if s.Placed && !s.Ticked && t.over(p) {
			t.ticked, t.came = append(t.ticked, s.ID), append(t.came, g.came)
		}
		return
	}
	if g.at.After(t.now) {
		return
	}
	// Those who would be too many by a few leave some at home: a full date is
	// full to the last place.
	if left := p.Capacity - p.Taken; left > 0 {
		g.party = min(g.party, left)
		g.came = min(g.came, g.party)
	}
	status, placedAt, cancelledAt, came := cafe.Placed, &g.at, (*time.Time)(nil), (*int)(nil)
	switch {
	case !g.cancelledAt.IsZero() && !g.cancelledAt.After(t.now):
		status, placedAt, cancelledAt = cafe.Cancelled, nil, &g.cancelledAt
	case p.Taken+g.party > p.Capacity:
		status, placedAt = cafe.Waiting, nil
	default:
		p.Taken += g.party
		t.placed[p.ID] += g.party
		if t.over(p) {
			came = &g.came
		}
	}
	t.rows = append(t.rows, []any{uuid.Must(uuid.NewV7()), p.ID, status, g.name, orNull(g.email), orNull(g.phone), g.party,
		g.language, g.locale(), g.note, orNull(g.code), g.at, placedAt, cancelledAt, came,
		g.firstTime, g.photo, g.askMe})
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (t tidings) write(ctx context.Context, tx *pg.Tx) error {
	if _, err := tx.Raw().CopyFrom(ctx, pgx.Identifier{"sign_ups"}, []string{"id", "place_id", "status", "name", "email", "phone",
		"party", "language", "locale", "note", "code", "created_at", "placed_at", "cancelled_at", "came",
		"first_time", "photo", "ask_me"}, pgx.CopyFromRows(t.rows)); err != nil {
		return pg.Fault(err)
	}
	if _, err := tx.Raw().CopyFrom(ctx, pgx.Identifier{"walk_ins"}, []string{"id", "place_id", "people", "at"}, pgx.CopyFromRows(t.walkIns)); err != nil {
		return pg.Fault(err)
	}
	ids, people := make([]uuid.UUID, 0, len(t.placed)), make([]int, 0, len(t.placed))
	for id, n := range t.placed {
		ids, people = append(ids, id), append(people, n)
	}
	if _, err := tx.Exec(ctx, `
		UPDATE occasion_places p SET taken = p.taken + n.people
		FROM unnest($1::uuid[], $2::int[]) n(id, people) WHERE p.id = n.id`, ids, people); err != nil {
		return err
	}
	// What would have been mailed before the demo began was not.
	if _, err := tx.Exec(ctx, `
		UPDATE occasions SET reminded_at = coalesce(reminded_at, starts_at), followed_at = coalesce(followed_at, ends_at)
		WHERE ends_at < $1 AND (reminded_at IS NULL OR followed_at IS NULL)`, t.now.Add(-48*time.Hour)); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		UPDATE sign_ups s SET came = least(n.came, s.party)
		FROM unnest($1::uuid[], $2::int[]) n(id, came) WHERE s.id = n.id AND s.came IS NULL`, t.ticked, t.came)
	return err
}
