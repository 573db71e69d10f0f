package cafe

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Guestlist is a door list: who has a place, who waits, who came.
type Guestlist struct {
	Occasion  Occasion
	Forgotten bool              // the names are gone, as they are some weeks after
	Lines     []Line            // by kind of place, then placed, waiting, cancelled, in order
	WalkIns   map[string]int    // by the key of the place
	Asking    map[string]Asking // by the key of the place
	Overlaps  map[uuid.UUID][]Overlap
}

// Asking is how far a place has come with asking people.
type Asking struct {
	DecidingUntil *time.Time // those who wait have been asked, and answer until then; nil: not now
	StandIns      int        // stand-ins who have been asked and have not answered
	StandInsNext  *time.Time // when the next of them are asked; nil: nobody is being asked
}

// Line is one sign-up on a door list.
type Line struct {
	ID        uuid.UUID
	Key       string // of the place
	Kind      Kind
	Capacity  int
	StartsAt  time.Time // of the place
	EndsAt    time.Time
	Name      string
	Email     string
	Phone     string
	Party     int
	Status    Status
	Line      int // number in line from 1; 0 when not waiting
	Language  string
	Note      string
	Came      *int // people of the party who came; nil: not ticked
	FirstTime bool // they said it is their first visit
	Photo     bool // they may be in pictures
	Helped    bool
	HelpedBy  string // name of whoever signed them up; empty where that is no longer known
	Called    bool   // asked whether they still want a place
	SaidYes   bool   // answered yes, and waits for those ahead
	KeepAsked bool   // the date was moved, and they were asked whether they still come
	Kept      bool   // they said yes to that
	Bounced   bool   // mail does not reach them
	Unsure    bool   // nobody knows whether the last mail did

	// Why somebody who waited got a place; Because is empty for who never did.
	Because  Because
	PlacedAt *time.Time
	Room     int // people there was room for just before
	Past     int // parties ahead in line that did not fit
}

// Came is the number of people who came, with and without signing up.
func (g Guestlist) Came() int {
	n := 0
	for _, l := range g.Lines {
		if l.Came != nil {
			n += *l.Came
		}
	}
	for _, w := range g.WalkIns {
		n += w
	}
	return n
}

// Guestlist returns who is coming, for those who may see it; for everybody
// else there is no such list. It is read where it is written: what was ticked a
// moment ago must not seem lost.
func (s *Service) Guestlist(ctx context.Context, a authz.Actor, slug string, date time.Time) (Guestlist, error) {
	o, err := occasion(ctx, s.db.Fresh(), slug, date)
	if err != nil {
		return Guestlist{}, err
	}
	if !a.MaySeeSignUps(o.DistrictID, o.HostIDs()) {
		return Guestlist{}, fault.New(fault.NotFound, "")
	}
	lines, err := pg.All(ctx, s.db.Fresh(), `
		SELECT s.id, p.key, p.kind, p.capacity, coalesce(p.starts_at, o.starts_at) AS starts_at, coalesce(p.ends_at, o.ends_at) AS ends_at,
		       s.name, coalesce(s.email, '') AS email, coalesce(s.phone, '') AS phone, s.party, s.status,
		       CASE WHEN s.status = 'waiting' THEN row_number() OVER (PARTITION BY p.id, s.status ORDER BY s.seq) ELSE 0 END::int AS line,
		       s.language, s.note, s.came, s.first_time, s.photo, s.helped, coalesce(h.name, '') AS helped_by,
		       coalesce(s.called_at >= `+callFrom+`, false) AS called, coalesce(s.said_yes_at >= `+callFrom+`, false) AS said_yes,
		       s.keep_asked_at IS NOT NULL AS keep_asked, s.kept_at IS NOT NULL AS kept, b.address IS NOT NULL AND NOT b.unsure AS bounced, coalesce(b.unsure, false) AS unsure,
		       coalesce(s.promoted_because, '') AS because, s.placed_at,
		       coalesce(s.promoted_room, 0)::int AS room, coalesce(s.promoted_past, 0)::int AS past
		FROM sign_ups s
		JOIN occasion_places p ON p.id = s.place_id
		JOIN occasions o ON o.id = p.occasion_id
		JOIN cafes c ON c.id = o.cafe_id
		LEFT JOIN accounts h ON h.id = s.helped_by
		LEFT JOIN mail_bounces b ON b.address = lower(s.email)
		WHERE p.occasion_id = $1
		ORDER BY `+byKind+`,
		         array_position('{placed,waiting,cancelled}', s.status),
		         CASE WHEN s.status = 'waiting' THEN s.seq END, s.name COLLATE "da-x-icu", s.seq`, pg.ByName[Line], o.OccasionID)
	if err != nil {
		return Guestlist{}, err
	}
	places, err := pg.All(ctx, s.db.Fresh(), `
		SELECT p.key, (SELECT coalesce(sum(w.people), 0) FROM walk_ins w WHERE w.place_id = p.id)::int AS walk_ins,
		       CASE WHEN p.deciding_until > $2 THEN p.deciding_until END AS deciding_until, p.stand_ins_next,
		       (SELECT count(*) FROM stand_in_asks a WHERE a.place_id = p.id AND a.answer IS NULL)::int AS stand_ins,
		       o.forgotten_at IS NOT NULL AS forgotten
		FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id
		WHERE p.occasion_id = $1`, pg.ByName[struct {
		Key           string
		WalkIns       int
		DecidingUntil *time.Time
		StandInsNext  *time.Time
		StandIns      int
		Forgotten     bool
	}], o.OccasionID, s.db.Now())
	if err != nil {
		return Guestlist{}, err
	}
	g := Guestlist{Occasion: o, Lines: lines, WalkIns: map[string]int{}, Asking: map[string]Asking{}}
	for _, p := range places {
		g.Forgotten = p.Forgotten
		g.WalkIns[p.Key] = p.WalkIns
		g.Asking[p.Key] = Asking{p.DecidingUntil, p.StandIns, p.StandInsNext}
	}
	if slices.ContainsFunc(lines, func(l Line) bool { return l.Kind.Helps() && l.Status != Cancelled }) {
		g.Overlaps, err = s.overlapsOn(ctx, a, o.OccasionID)
	}
	return g, err
}

// TickCame notes how many of a party came, 0–MaxParty, or with -1 takes the
// tick back. Staff and hosts tick.
func (s *Service) TickCame(ctx context.Context, a authz.Actor, slug string, date time.Time, signUp uuid.UUID, came int) error {
	return s.doorWrite(ctx, a, slug, date, func(tx *pg.Tx, o Occasion) error {
		return tick(ctx, tx, o, signUp, came, tx.Now())
	})
}

// WalkIn counts people who came without signing up, 1–MaxParty at a time, or
// takes back as many with a negative number.
func (s *Service) WalkIn(ctx context.Context, a authz.Actor, slug string, date time.Time, key string, people int) error {
	if people == 0 || people > MaxParty || people < -MaxParty {
		return fault.InField(fault.Invalid, "people", "errors.field_number_range", "Min", 1, "Max", MaxParty)
	}
	return s.doorWrite(ctx, a, slug, date, func(tx *pg.Tx, o Occasion) error {
		p, ok := o.Place(key)
		if !ok {
			return fault.InField(fault.Invalid, "kind", "errors.field_choose_one")
		}
		if people > 0 {
			if _, err := tx.Exec(ctx, `INSERT INTO walk_ins (id, place_id, people, at) VALUES ($1, $2, $3, $4)`,
				newID(), p.ID, people, tx.Now()); err != nil {
				return err
			}
		} else if err := takeBack(ctx, tx, p.ID, -people); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.walk_in", Object: "occasion", ID: o.OccasionID,
			Detail: map[string]any{"place": key, "people": people}})
	})
}

// takeBack removes the latest walk-ins without a name until people are gone.
func takeBack(ctx context.Context, tx *pg.Tx, place uuid.UUID, people int) error {
	latest, err := pg.All(ctx, tx, `SELECT id, people FROM walk_ins WHERE place_id = $1 AND name = '' ORDER BY at DESC, id DESC FOR UPDATE`,
		pg.ByName[struct {
			ID     uuid.UUID
			People int
		}], place)
	if err != nil {
		return err
	}
	for _, w := range latest {
		take := min(people, w.People)
		if take == w.People {
			_, err = tx.Exec(ctx, `DELETE FROM walk_ins WHERE id = $1`, w.ID)
		} else if take > 0 {
			_, err = tx.Exec(ctx, `UPDATE walk_ins SET people = people - $2 WHERE id = $1`, w.ID, take)
		}
		if err != nil {
			return err
		}
		if people -= take; people == 0 {
			return nil
		}
	}
	return fault.New(fault.Conflict, "cafes.no_walk_in_left")
}

func (s *Service) doorWrite(ctx context.Context, a authz.Actor, slug string, date time.Time, fn func(*pg.Tx, Occasion) error) error {
	return s.db.Write(ctx, a, func(tx *pg.Tx) error {
		o, err := occasion(ctx, tx, slug, date)
		if err != nil {
			return err
		}
		if !a.MaySeeSignUps(o.DistrictID, o.HostIDs()) {
			return fault.New(fault.NotFound, "")
		}
		if o.CancelledAt != nil {
			return fault.New(fault.Gone, "cafes.date_is_cancelled")
		}
		return fn(tx, o)
	})
}
