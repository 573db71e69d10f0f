package cafe

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// PressKind is what was pressed at the door.
type PressKind string

// The presses.
const (
	PressCame       PressKind = "came"         // of the party SignUp, Came people came; -1 takes the tick back
	PressWalkIn     PressKind = "walk_in"      // People came without signing up, to Place, perhaps with a Name
	PressWalkInUndo PressKind = "walk_in_undo" // the walk-in Of did not come after all; without Of one of those without a name
)

// Press is one press at the door. Phones send a press again until it is
// answered; by its ID it counts once.
type Press struct {
	ID     uuid.UUID `json:"id"` // made by the phone
	Kind   PressKind `json:"kind"`
	SignUp uuid.UUID `json:"sign_up"`
	Came   int       `json:"came"`  // -1–MaxParty, also more than signed up
	Place  string    `json:"place"` // key
	People int       `json:"people"`
	Name   string    `json:"name"`
	Of     uuid.UUID `json:"of"`  // the press of a walk-in
	Age    int       `json:"age"` // milliseconds since it was pressed: the phone's own clock may be wrong
}

// PressResult answers a press.
type PressResult struct {
	ID      uuid.UUID
	Refused *fault.Error // why it was not kept; nil: it counts
}

const (
	// MaxPresses is how many presses are taken at a time.
	MaxPresses = 200
	// PressFrom is how long before the start the door opens: people may set
	// tables in the morning.
	PressFrom = 12 * time.Hour
	// PressUntil is how long after the end presses are taken, from hosts whose
	// phone comes home late, or who count the day after.
	PressUntil = 7 * 24 * time.Hour
)

// errPressedBefore ends a transaction that has nothing to do: the same press
// was sent before.
var errPressedBefore = errors.New("cafe: pressed before")

// Press counts what was pressed at the door, in order and each press once. A
// press that cannot count is answered with the reason and leaves the others
// alone: each has its own transaction, which also keeps two phones that press
// for the same people from waiting for each other in a circle.
func (s *Service) Press(ctx context.Context, a authz.Actor, slug string, date time.Time, presses []Press) ([]PressResult, error) {
	if len(presses) > MaxPresses {
		return nil, fault.New(fault.TooLarge, "checkin.too_many_presses")
	}
	o, err := s.atTheDoor(ctx, a, slug, date)
	if err != nil {
		return nil, err
	}
	results := make([]PressResult, len(presses))
	for i, p := range presses {
		results[i].ID = p.ID
		switch err := s.press(ctx, a, o, p); fault.KindOf(err) {
		case fault.Invalid, fault.NotFound, fault.Conflict, fault.Gone:
			errors.As(err, &results[i].Refused)
		default:
			if err != nil && !errors.Is(err, errPressedBefore) {
				return nil, err // the phone keeps all of them and tries again
			}
		}
	}
	return results, nil
}

func (s *Service) atTheDoor(ctx context.Context, a authz.Actor, slug string, date time.Time) (Occasion, error) {
	o, err := occasion(ctx, s.db.Fresh(), slug, date)
	if err == nil && !a.MaySeeSignUps(o.DistrictID, o.HostIDs()) {
		err = fault.New(fault.NotFound, "")
	}
	return o, err
}

// whyNoPresses tells why nothing can be pressed for the date now; nil when it
// can.
func (o Occasion) whyNoPresses(now time.Time) *fault.Error {
	switch {
	case o.CancelledAt != nil:
		return fault.New(fault.Gone, "cafes.date_is_cancelled")
	case now.Before(o.StartsAt.Add(-PressFrom)):
		return fault.New(fault.Conflict, "checkin.too_early")
	case now.After(o.EndsAt.Add(PressUntil)):
		return fault.New(fault.Conflict, "checkin.too_late")
	}
	return nil
}

func (s *Service) press(ctx context.Context, a authz.Actor, o Occasion, p Press) error {
	if p.ID == uuid.Nil {
		return fault.New(fault.Invalid, "checkin.not_understood")
	}
	return s.db.Write(ctx, a, func(tx *pg.Tx) error {
		age := min(max(time.Duration(p.Age)*time.Millisecond, 0), PressUntil)
		at := tx.Now().Add(-age)
		// Whoever sends the same press at this moment waits here for the answer.
		tag, err := tx.Exec(ctx, `INSERT INTO door_presses (id, occasion_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			p.ID, o.OccasionID, at)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return errPressedBefore
		}
		// Asked only now: what counted before the date was cancelled is still
		// answered as it was then.
		if closed := o.whyNoPresses(tx.Now()); closed != nil {
			return closed
		}
		switch p.Kind {
		case PressCame:
			return tick(ctx, tx, o, p.SignUp, p.Came, at)
		case PressWalkIn:
			return walkIn(ctx, tx, o, p, at)
		case PressWalkInUndo:
			return undoWalkIn(ctx, tx, o, p)
		}
		return fault.New(fault.Invalid, "checkin.not_understood")
	})
}

// tick notes how many of a party came: 0–MaxParty, for a party may turn out
// larger at the door, or with -1 that nobody has been seen yet. A tick that was
// pressed before the one that stands changes nothing.
func tick(ctx context.Context, tx *pg.Tx, o Occasion, signUp uuid.UUID, came int, at time.Time) error {
	if came < -1 || came > MaxParty {
		return fault.New(fault.Invalid, "errors.field_number_range", "Min", 0, "Max", MaxParty)
	}
	status, err := pg.One(ctx, tx, `
		SELECT s.status FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id
		WHERE s.id = $1 AND p.occasion_id = $2 FOR UPDATE OF s`, pg.Scalar[Status], signUp, o.OccasionID)
	switch {
	case fault.Is(err, fault.NotFound):
		return fault.New(fault.NotFound, "checkin.no_such_sign_up")
	case err != nil:
		return err
	case status == Cancelled:
		return fault.New(fault.Conflict, "checkin.cancelled")
	}
	if _, err := tx.Exec(ctx, `
		UPDATE sign_ups SET came = nullif($2::int, -1), came_at = $3
		WHERE id = $1 AND (came_at IS NULL OR came_at <= $3)`, signUp, came, at); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "cafe.came", Object: "sign_up", ID: signUp, Detail: map[string]int{"came": came}})
}

func walkIn(ctx context.Context, tx *pg.Tx, o Occasion, p Press, at time.Time) error {
	place, ok := o.Place(p.Place)
	name := text.Line(p.Name)
	switch {
	case !ok:
		return fault.New(fault.Invalid, "checkin.no_such_place")
	case p.People < 1 || p.People > MaxParty:
		return fault.New(fault.Invalid, "errors.field_number_range", "Min", 1, "Max", MaxParty)
	case !text.Valid(name):
		return fault.New(fault.Invalid, "errors.field_bad_text")
	case text.Len(name) > MaxName:
		return fault.New(fault.Invalid, "errors.field_too_long", "Max", MaxName)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO walk_ins (id, place_id, people, name, at) VALUES ($1, $2, $3, $4, $5)`,
		p.ID, place.ID, p.People, name, at); err != nil {
		return err
	}
	return auditWalkIn(ctx, tx, o, place.Key, p.People)
}

func auditWalkIn(ctx context.Context, tx *pg.Tx, o Occasion, place string, people int) error {
	return audit.Write(ctx, tx, audit.Entry{Action: "cafe.walk_in", Object: "occasion", ID: o.OccasionID,
		Detail: map[string]any{"place": place, "people": people}})
}

func undoWalkIn(ctx context.Context, tx *pg.Tx, o Occasion, p Press) error {
	if p.Of != uuid.Nil {
		// Gone already is as good: somebody else took it back.
		if _, err := tx.Exec(ctx, `
			DELETE FROM walk_ins w USING occasion_places p
			WHERE w.id = $1 AND p.id = w.place_id AND p.occasion_id = $2`, p.Of, o.OccasionID); err != nil {
			return err
		}
		return auditWalkIn(ctx, tx, o, p.Place, 0)
	}
	place, ok := o.Place(p.Place)
	if !ok {
		return fault.New(fault.Invalid, "checkin.no_such_place")
	}
	// Two phones at once must not look at the same latest walk-in.
	if _, err := hold(ctx, tx, place.ID); err != nil {
		return err
	}
	tag, err := tx.Exec(ctx, `
		WITH latest AS (SELECT id, people FROM walk_ins WHERE place_id = $1 AND name = '' ORDER BY at DESC, id DESC LIMIT 1),
		     gone AS (DELETE FROM walk_ins w USING latest l WHERE w.id = l.id AND l.people = 1 RETURNING w.id),
		     less AS (UPDATE walk_ins w SET people = w.people - 1 FROM latest l WHERE w.id = l.id AND l.people > 1 RETURNING w.id)
		SELECT id FROM gone UNION ALL SELECT id FROM less`, place.ID)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "checkin.no_walk_in_left")
	}
	return auditWalkIn(ctx, tx, o, place.Key, -1)
}
