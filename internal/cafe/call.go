package cafe

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// On the day itself whoever waits may have made other plans, and a mail is
// answered late or never. So room that is freed from the café's call on (Habits)
// is not handed to the first in line: several are asked at once whether they
// still want it, and the order of the line decides among those who say yes.
const (
	// AnswerTime is how long those ahead in line have to answer before nobody
	// waits for them any more. They stay in line and may still say yes.
	AnswerTime = 20 * time.Minute

	// CallAtOnce is how many are asked at once, at least where so many wait.
	CallAtOnce = 10

	// LastMinutes is when the time for answers is over, so that whoever said yes
	// behind somebody silent knows before the café begins. Whoever is asked
	// later than this gets the place with the first yes.
	LastMinutes = 5 * time.Minute
)

// answerBy is until when somebody asked at the moment is waited for.
func answerBy(asked, starts time.Time) time.Time {
	by := asked.Add(AnswerTime)
	if last := starts.Add(-LastMinutes); last.Before(by) {
		return last
	}
	return by
}

// decision is what a line's order comes to at one moment.
type decision struct {
	onTheDay bool
	placed   []promotion
	ask      []uuid.UUID
	until    *time.Time // the first moment that somebody is waited for no more; nil: nobody is
}

// decide says who in line gets a place with the room there is, and who is to
// be asked. Before the day's call everybody in line wants a place. From then on
// a party gets one if it said yes and fits whatever those ahead of it, who may
// still answer, come to say: so the outcome is the same as if all had answered
// at once, and nobody waits for an answer that changes nothing.
func decide(line []inLine, p queued, now time.Time) decision {
	d := decision{onTheDay: !now.Before(p.CallFrom)}
	waitedFor := func(w inLine) bool { return w.CalledAt != nil && now.Before(answerBy(*w.CalledAt, p.StartsAt)) }
	if d.onTheDay {
		d.ask = toAsk(line, p.left(), waitedFor, now.Before(answerBy(now, p.StartsAt)))
	}
	// The room that may be left once those ahead have answered.
	may := make([]bool, max(p.left(), 0)+1)
	may[len(may)-1] = true
	free, past := p.left(), 0
	for _, w := range line {
		silent := d.onTheDay && !w.Yes
		if silent && slices.Contains(d.ask, w.ID) {
			w.CalledAt = &now
		}
		mayAnswer := silent && waitedFor(w)
		if mayAnswer {
			if by := answerBy(*w.CalledAt, p.StartsAt); d.until == nil || by.Before(*d.until) {
				d.until = &by
			}
		}
		if w.Party > free {
			past++
			continue
		}
		switch {
		case silent && !mayAnswer: // they stay in line, and nothing is kept for them
		case silent:
			may = after(may, w.Party, true)
		case fitsAlways(may, w.Party):
			d.placed = append(d.placed, promotion{w.ID, w.Party, free, past})
			may = after(may, w.Party, false)
			free -= w.Party
		default:
			may = after(may, w.Party, false)
		}
	}
	return d
}

// fitsAlways tells whether a party fits into whatever room may be left.
func fitsAlways(may []bool, party int) bool {
	return !slices.Contains(may[:min(party, len(may))], true)
}

// after is the room that may be left behind a party: less where it fits, and
// as before where it does not or may say no.
func after(may []bool, party int, mayDecline bool) []bool {
	next := make([]bool, len(may))
	for room, possible := range may {
		switch {
		case !possible:
		case room < party:
			next[room] = true
		default:
			next[room-party] = true
			next[room] = next[room] || mayDecline
		}
	}
	return next
}

// toAsk lists those in line to be asked: nobody, unless there is room for
// somebody never asked even if all ahead take theirs; then all whom that is
// true of, and in any case the first CallAtOnce who fit the room and were not
// asked before.
func toAsk(line []inLine, room int, waitedFor func(inLine) bool, mayWait bool) []uuid.UUID {
	left, free := room, room // what all ahead would leave, and what those who said yes do
	needed := map[uuid.UUID]bool{}
	for _, w := range line {
		switch {
		case w.Party > left:
		case w.Yes:
			left -= w.Party
			free -= w.Party
		case w.CalledAt == nil:
			needed[w.ID] = true
			if mayWait {
				left -= w.Party
			}
		case waitedFor(w):
			left -= w.Party
		}
	}
	var ask []uuid.UUID
	if len(needed) == 0 {
		return nil
	}
	for i, w := range slices.DeleteFunc(slices.Clone(line), func(w inLine) bool { return w.CalledAt != nil || w.Yes || w.Party > free }) {
		if needed[w.ID] || i < CallAtOnce {
			ask = append(ask, w.ID)
		}
	}
	return ask
}

// call asks those a decision says are to be asked, and notes when the next
// decision is due.
func call(ctx context.Context, tx *pg.Tx, p queued, d decision) error {
	if _, err := tx.Exec(ctx, `
		UPDATE occasion_places SET deciding_until = $2 WHERE id = $1 AND deciding_until IS DISTINCT FROM $2`, p.ID, d.until); err != nil {
		return err
	}
	if len(d.ask) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `UPDATE sign_ups SET called_at = $2 WHERE id = ANY ($1)`, d.ask, tx.Now()); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.called", Object: "place", ID: p.ID,
		Detail: map[string]int{"asked": len(d.ask), "room": p.left()}}); err != nil {
		return err
	}
	letters, err := pg.All(ctx, tx, letterSQL+` WHERE s.id = ANY ($1) ORDER BY s.seq`, pg.ByName[letter], d.ask)
	if err != nil {
		return err
	}
	until := answerBy(tx.Now(), p.StartsAt)
	if !until.After(tx.Now()) {
		until = p.StartsAt
	}
	return post(ctx, tx, "cafe_called", letters, map[string]any{"until": until})
}

// SayYes answers that one still wants a place, having been asked on the day.
// Pressing again changes nothing; an answer that comes late counts if there is
// room.
func (s *Service) SayYes(ctx context.Context, a authz.Actor, t Token) (Mine, error) {
	err := s.mineWrite(ctx, a, t, func(tx *pg.Tx, m Mine) error { return sayYes(ctx, tx, m.ID) })
	if err != nil {
		return Mine{}, err
	}
	return s.ByToken(ctx, t)
}

// SayYesFor notes the yes of somebody who was asked by phone. Staff and hosts
// do it.
func (s *Service) SayYesFor(ctx context.Context, a authz.Actor, slug string, date time.Time, signUp uuid.UUID) error {
	return s.doorWrite(ctx, a, slug, date, func(tx *pg.Tx, o Occasion) error {
		place, err := pg.One(ctx, tx, `
			SELECT p.id FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id WHERE s.id = $1 AND p.occasion_id = $2`,
			pg.Scalar[uuid.UUID], signUp, o.OccasionID)
		if err != nil {
			return err
		}
		if _, err := hold(ctx, tx, place); err != nil {
			return err
		}
		return sayYes(ctx, tx, signUp)
	})
}

// sayYes is the yes of a sign-up whose place the caller holds.
func sayYes(ctx context.Context, tx *pg.Tx, signUp uuid.UUID) error {
	w, err := pg.One(ctx, tx, `
		SELECT s.place_id, s.status, o.starts_at, p.closed_at IS NOT NULL AS closed,
		       coalesce(s.called_at >= `+callFrom+`, false) AS asked, coalesce(s.said_yes_at >= `+callFrom+`, false) AS yes
		FROM sign_ups s JOIN occasion_places p ON p.id = s.place_id
		JOIN occasions o ON o.id = p.occasion_id JOIN cafes c ON c.id = o.cafe_id
		WHERE s.id = $1`, pg.ByName[struct {
		PlaceID            uuid.UUID
		Status             Status
		StartsAt           time.Time
		Closed, Asked, Yes bool
	}], signUp)
	switch {
	case err != nil:
		return err
	case w.Closed:
		return fault.New(fault.Gone, "cafes.date_is_cancelled")
	case w.Status == Cancelled:
		return fault.New(fault.Gone, "cafes.is_cancelled_already")
	case !tx.Now().Before(w.StartsAt):
		return fault.New(fault.Gone, "cafes.date_has_passed")
	case w.Status == Placed, w.Yes:
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.said_yes_again", Object: "sign_up", ID: signUp})
	case !w.Asked:
		return fault.New(fault.Conflict, "waiting.not_asked")
	}
	if _, err := tx.Exec(ctx, `UPDATE sign_ups SET said_yes_at = $2 WHERE id = $1`, signUp, tx.Now()); err != nil {
		return err
	}
	if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.said_yes", Object: "sign_up", ID: signUp}); err != nil {
		return err
	}
	return promote(ctx, tx, w.PlaceID, SaidYes)
}

// decideDue decides for those places where the time for answers is over.
func (s *Service) decideDue(ctx context.Context) error {
	places, err := pg.All(ctx, s.db.Fresh(), `
		SELECT id FROM occasion_places WHERE deciding_until <= $1 ORDER BY deciding_until, id`, pg.Scalar[uuid.UUID], s.db.Now())
	if err != nil {
		return err
	}
	var failed []error // one place's trouble is not another's
	for _, place := range places {
		failed = append(failed, s.settle(ctx, place))
	}
	return errors.Join(failed...)
}

// settle decides anew for one place.
func (s *Service) settle(ctx context.Context, place uuid.UUID) error {
	err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		if _, err := hold(ctx, tx, place); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.decided", Object: "place", ID: place}); err != nil {
			return err
		}
		return promote(ctx, tx, place, SaidYes)
	})
	if fault.Is(err, fault.NotFound) {
		return nil // the date has been deleted
	}
	return err
}

// Keep answers that one still comes, after the date was moved. Answering again
// changes nothing.
func (s *Service) Keep(ctx context.Context, a authz.Actor, t Token) (Mine, error) {
	err := s.mineWrite(ctx, a, t, func(tx *pg.Tx, m Mine) error {
		if m.Status == Cancelled {
			return fault.New(fault.Gone, "cafes.is_cancelled_already")
		}
		if !m.MayChange(tx.Now()) {
			return fault.New(fault.Gone, "cafes.date_has_passed")
		}
		if _, err := tx.Exec(ctx, `
			UPDATE sign_ups SET kept_at = $2 WHERE id = $1 AND keep_asked_at IS NOT NULL AND kept_at IS NULL`, m.ID, tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.kept", Object: "sign_up", ID: m.ID})
	})
	if err != nil {
		return Mine{}, err
	}
	return s.ByToken(ctx, t)
}
