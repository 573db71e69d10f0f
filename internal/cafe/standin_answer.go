package cafe

import (
	"context"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Answer is what a stand-in said to one shift.
type Answer string

// A stand-in has not answered, takes the shift, declines, or said yes when
// somebody else had it already.
const (
	Unanswered Answer = ""
	AnswerYes  Answer = "yes"
	AnswerNo   Answer = "no"
	AnswerLate Answer = "late"
)

// StandInAsk is a shift that somebody was asked to stand in for, as the link in
// their mail opens it.
type StandInAsk struct {
	Occasion
	Key    string // of the place
	Name   string // the stand-in's
	Answer Answer
}

// Shift is the place that is asked for.
func (k StandInAsk) Shift() Place {
	p, _ := k.Place(k.Key)
	return p
}

// Taken tells whether somebody else has it.
func (k StandInAsk) Taken() bool { return k.Answer != AnswerYes && k.Shift().Left() <= 0 }

// standInAskRow keeps the columns of the café and of the person apart.
type standInAskRow struct {
	Occasion
	StandInID uuid.UUID
	PlaceID   uuid.UUID
	Key       string
	Person    string
	Email     string
	Locale    string
	Language  string
	Answer    Answer
}

const standInAskSQL = `SELECT ` + occasionColumns + `,
	i.id AS stand_in_id, p.id AS place_id, p.key, i.name AS person, i.email, i.locale, i.language, coalesce(a.answer, '') AS answer
	FROM stand_in_asks a
	JOIN stand_ins i ON i.id = a.stand_in_id
	JOIN occasion_places p ON p.id = a.place_id
	JOIN occasions o ON o.id = p.occasion_id
	JOIN cafes c ON c.id = o.cafe_id
	JOIN districts d ON d.id = c.district_id
	WHERE a.token_hash = $1`

func standInAsk(ctx context.Context, q pg.Querier, t Token) (standInAskRow, error) {
	r, err := pg.One(ctx, q, standInAskSQL, pg.ByName[standInAskRow], t.hash())
	if fault.Is(err, fault.NotFound) {
		return r, fault.Wrap(fault.Gone, "waiting.ask_spent", err)
	}
	return r, err
}

// AskByToken returns the shift a stand-in's link opens; the link of somebody who
// asked to be left in peace, or was forgotten, is Gone.
func (s *Service) AskByToken(ctx context.Context, t Token) (StandInAsk, error) {
	r, err := standInAsk(ctx, s.db.Fresh(), t)
	return StandInAsk{Occasion: r.Occasion, Key: r.Key, Name: r.Person, Answer: r.Answer}, err
}

// StandIn says yes to the shift. The first yes gets it, through the gate that
// everybody passes; a later one is noted as such. Somebody who said no may
// change their mind as long as there is room. The receipt's token is empty
// where the answer made no new sign-up.
func (s *Service) StandIn(ctx context.Context, a authz.Actor, t Token) (Answer, Receipt, error) {
	var answer Answer
	var receipt Receipt
	err := s.askWrite(ctx, a, t, func(tx *pg.Tx, r standInAskRow, place held) error {
		answer = AnswerYes
		if r.Answer == AnswerYes {
			return audit.Write(ctx, tx, audit.Entry{Action: "cafe.stand_in_again", Object: "place", ID: r.PlaceID})
		}
		there, err := pg.One(ctx, tx, `
			SELECT EXISTS (SELECT FROM sign_ups WHERE place_id = $1 AND lower(email) = lower($2) AND status <> 'cancelled')`,
			pg.Scalar[bool], r.PlaceID, r.Email)
		switch {
		case err != nil:
			return err
		case there: // they have signed up by themselves
		case place.left() < 1:
			answer = AnswerLate
		default:
			p, err := newSignUp(a, r.Slug, r.OnDate, SignUp{Place: r.Key, Name: r.Person, Email: r.Email, Party: 1,
				Language: r.Language, Locale: r.Locale, AskMe: true}, tx.Now(), false)
			if err != nil {
				return err
			}
			got, err := p.untilTheStart().signUp(ctx, tx)
			if err != nil {
				return err
			}
			receipt = p.Receipt
			receipt.Status = got.Status
		}
		return answered(ctx, tx, t, r.PlaceID, answer)
	})
	return answer, receipt, err
}

// NotThisTime says no to the shift. Who said yes gives the place up where
// everybody does.
func (s *Service) NotThisTime(ctx context.Context, a authz.Actor, t Token) error {
	return s.askWrite(ctx, a, t, func(tx *pg.Tx, r standInAskRow, _ held) error {
		if r.Answer != Unanswered {
			return audit.Write(ctx, tx, audit.Entry{Action: "cafe.stand_in_again", Object: "place", ID: r.PlaceID})
		}
		return answered(ctx, tx, t, r.PlaceID, AnswerNo)
	})
}

// StopAsking forgets a stand-in: they are asked no more.
func (s *Service) StopAsking(ctx context.Context, a authz.Actor, t Token) (StandInAsk, error) {
	var k StandInAsk
	err := s.db.Write(ctx, a, func(tx *pg.Tx) error {
		r, err := standInAsk(ctx, tx, t)
		if err != nil {
			return err
		}
		k = StandInAsk{Occasion: r.Occasion, Key: r.Key, Name: r.Person, Answer: r.Answer}
		if _, err := tx.Exec(ctx, `DELETE FROM stand_ins WHERE id = $1`, r.StandInID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "cafe.stand_in_stopped", Object: "stand_in", ID: r.StandInID})
	})
	return k, err
}

// askWrite runs fn with the ask as it stands once its place is held, as long as
// the café is still to come.
func (s *Service) askWrite(ctx context.Context, a authz.Actor, t Token, fn func(*pg.Tx, standInAskRow, held) error) error {
	return s.db.Write(ctx, a, func(tx *pg.Tx) error {
		r, err := standInAsk(ctx, tx, t)
		if err != nil {
			return err
		}
		place, err := hold(ctx, tx, r.PlaceID)
		if err != nil {
			return err
		}
		if r, err = standInAsk(ctx, tx, t); err != nil { // what it was before the lock is hearsay
			return err
		}
		if r.CancelledAt != nil {
			return fault.New(fault.Gone, "cafes.date_is_cancelled")
		}
		if !r.Coming(tx.Now()) {
			return fault.New(fault.Gone, "cafes.date_has_passed")
		}
		return fn(tx, r, place)
	})
}

// answered notes the answer, and that nobody else needs to be asked where the
// shift is filled.
func answered(ctx context.Context, tx *pg.Tx, t Token, place uuid.UUID, answer Answer) error {
	if _, err := tx.Exec(ctx, `UPDATE stand_in_asks SET answer = $2, answered_at = $3 WHERE token_hash = $1`,
		t.hash(), answer, tx.Now()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `
		UPDATE occasion_places SET stand_ins_next = NULL WHERE id = $1 AND taken >= capacity AND stand_ins_next IS NOT NULL`, place); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "cafe.stand_in_answered", Object: "place", ID: place,
		Detail: map[string]Answer{"answer": answer}})
}
