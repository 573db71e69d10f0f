package initiative

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// steps are the ways forward. The database knows them too (initiatives_step).
var steps = map[Status][]Status{
	Idea:       {CoCreation, Stopped},
	CoCreation: {Agreed, Stopped},
	Agreed:     {Running, Stopped},
	Running:    {Closed, Stopped},
}

// Next lists where the initiative can go from where it is, whatever the gate
// says to it.
func (i Initiative) Next() []Status {
	var next []Status
	for _, to := range steps[i.Status] {
		if to == Stopped && i.Kind != Pilot && i.AgreedAt != nil {
			continue
		}
		next = append(next, to)
	}
	return next
}

// moments are the columns that keep when a state was reached.
var moments = map[Status]string{CoCreation: "cocreation_at", Agreed: "agreed_at", Running: "running_at", Closed: "ended_at", Stopped: "ended_at"}

// Step takes an initiative on. What ends needs words: what came of it, or what
// it taught us. The residents' gate stands before Agreed; what it lacks is named
// in the fault's fields.
func (s *Service) Step(ctx context.Context, actor authz.Actor, id uuid.UUID, to Status, ending string) error {
	ending = text.Block(ending)
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		i, err := held(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if i.Status == to { // pressed twice
			return audit.Write(ctx, tx, entry("step_again", id, nil))
		}
		if !slices.Contains(i.Next(), to) {
			return fault.New(fault.Conflict, "initiatives.no_such_step")
		}
		if !i.Public() && to != Stopped {
			return fault.New(fault.Conflict, "initiatives.publish_first")
		}
		if to.Ended() {
			var f fault.Fields
			missing := "initiatives.ending_missing"
			if to == Stopped {
				missing = "initiatives.learning_missing"
			}
			text.Require(&f, "ending", ending, 4000, missing)
			refuseCPR(&f, "ending", ending)
			if err := f.Err(); err != nil {
				return err
			}
		} else {
			ending = ""
		}
		if to == Agreed {
			if err := refusal(i.Lacks); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE initiatives SET status = $2, ending = $3, `+moments[to]+` = $4, updated_at = $4 WHERE id = $1`,
			id, to, ending, tx.Now()); err != nil {
			return err
		}
		if err := stillHolds(ctx, tx, i); err != nil {
			return err
		}
		if to == Agreed || to.Ended() {
			if err := tell(ctx, tx, "initiative_step", i, i.joined(), map[string]any{"status": to, "ending": ending,
				"waiting": to == Agreed && len(i.Involvements) == 0}); err != nil {
				return err
			}
			if _, err := tellVoices(ctx, tx, i, "voice_news", map[string]any{"status": to, "ending": ending}, `initiative_id = $1`, id); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry("step", id, map[string]any{"from": i.Status, "to": to}))
	})
}

// refusal is what the gate says: each thing it lacks, in words.
func refusal(lacks []Lack) error {
	var f fault.Fields
	for _, l := range lacks {
		f.Add(string(l), l.Key())
	}
	return f.Err()
}

// stillHolds asks the gate now for what would be refused at the end of the
// transaction, so that the answer can say what is lacking.
func stillHolds(ctx context.Context, tx *pg.Tx, i Initiative) error {
	lacks, err := pg.One(ctx, tx, `SELECT CASE WHEN agreed_at IS NULL THEN '{}' ELSE initiative_gate(id) END FROM initiatives WHERE id = $1`, pg.Scalar[[]Lack], i.ID)
	if err != nil || len(lacks) == 0 {
		return err
	}
	return fault.New(fault.Conflict, "initiatives.rests_on_"+string(lacks[0]))
}

// MaxOverride is how many days ahead residents can be put off to.
const MaxOverride = 180

// Open lets an initiative in co-creation be agreed before residents took part:
// for a reason and until a day, both of which everybody can read.
func (s *Service) Open(ctx context.Context, actor authz.Actor, id uuid.UUID, reason string, deadline time.Time) error {
	reason = text.Block(reason)
	var f fault.Fields
	text.Require(&f, "reason", reason, 1000, "initiatives.reason_missing")
	refuseCPR(&f, "reason", reason)
	today := i18n.Day(s.db.Now())
	switch {
	case deadline.IsZero():
		f.Add("deadline", "errors.field_date_invalid")
	case !deadline.After(today), deadline.After(today.AddDate(0, 0, MaxOverride)):
		f.Add("deadline", "initiatives.deadline_range", "Max", MaxOverride)
	}
	if !actor.MayOpenGate() {
		return fault.New(fault.Forbidden, "")
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.work(ctx, actor, id, func(tx *pg.Tx, i Initiative) error {
		switch {
		case i.Override != nil:
			return fault.New(fault.Conflict, "initiatives.open_already")
		case i.AgreedAt != nil || len(i.Involvements) > 0:
			return fault.New(fault.Conflict, "initiatives.open_needless")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO gate_overrides (initiative_id, reason, deadline, given_by, given_at) VALUES ($1, $2, $3, $4, $5)`,
			id, reason, deadline, actor.AccountID, tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("gate_opened", id, map[string]any{"deadline": deadline.Format(time.DateOnly)}))
	})
}

// Due does what the clock asks for: where something was agreed and residents
// are still to be heard, whoever opened the gate and whoever keeps an eye on it
// are reminded fourteen days before the deadline and every week from then on.
func (s *Service) Due(ctx context.Context) error {
	ids, err := pg.All(ctx, s.db.Fresh(), `
		SELECT g.initiative_id FROM gate_overrides g JOIN initiatives i ON i.id = g.initiative_id
		WHERE i.agreed_at IS NOT NULL AND i.ended_at IS NULL AND NOT EXISTS (SELECT FROM involvements v WHERE v.initiative_id = i.id)
		  AND (g.deadline - 14 + time '09:00') AT TIME ZONE 'Europe/Copenhagen' <= $1
		  AND (g.reminded_at IS NULL OR g.reminded_at <= $1::timestamptz - interval '7 days')`, pg.Scalar[uuid.UUID], s.db.Now())
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error { return remind(ctx, tx, id) }); err != nil {
			return err
		}
	}
	return nil
}

func remind(ctx context.Context, tx *pg.Tx, id uuid.UUID) error {
	if _, err := tx.Exec(ctx, `UPDATE gate_overrides SET reminded_at = $2 WHERE initiative_id = $1`, id, tx.Now()); err != nil {
		return err
	}
	i, err := byID(ctx, tx, id)
	if err != nil {
		return err
	}
	type reader struct{ Name, Email, Locale string }
	list, err := pg.All(ctx, tx, `
		SELECT a.name, a.email, a.locale FROM accounts a JOIN gate_overrides g ON g.initiative_id = $1
		JOIN initiatives i ON i.id = $1 WHERE a.id IN (acting(g.given_by, $2), acting(i.owner_id, $2)) ORDER BY a.id`, pg.ByName[reader], id, i18n.Day(tx.Now()))
	if err != nil {
		return err
	}
	posts := make([]mail.Post, len(list))
	for n, r := range list {
		posts[n] = mail.Post{Letter: "initiative_residents", To: r.Email, Name: r.Name, Locale: r.Locale,
			Facts: map[string]any{"slug": i.Slug, "title": i.Title, "reason": i.Override.Reason, "deadline": i.Override.Deadline.Add(12 * time.Hour)}}
	}
	if err := mail.Enqueue(ctx, tx, posts...); err != nil {
		return err
	}
	return audit.Write(ctx, tx, entry("reminded_of_residents", id, map[string]int{"letters": len(posts)}))
}
