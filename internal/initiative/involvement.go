package initiative

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// How tells in which way residents took part.
type How string

// The ways to take part.
const (
	AtWorkshop How = "workshop"
	DoorToDoor How = "door_to_door"
	AtSection  How = "section_meeting"
	AtCafe     How = "cafe"
	Online     How = "online"
	Otherwise  How = "other"
)

// Ways are all of them, in the order a form shows them.
var Ways = []How{AtWorkshop, DoorToDoor, AtSection, AtCafe, Online, Otherwise}

// Key is the message key of the way's name.
func (h How) Key() string { return "initiatives.how_" + string(h) }

// Objection is what somebody was against, and what we answered.
type Objection struct {
	Objection string
	Answer    string
}

// Limits of a record.
const (
	MaxResidents  = 100_000
	MaxObjections = 20
)

// Involvement is the record of how residents took part on one day.
type Involvement struct {
	ID         uuid.UUID
	HeldOn     time.Time // midnight UTC of the date; not in the future
	How        How
	Residents  int // 1–MaxResidents
	Said       string
	Changed    string
	Objections []Objection
	RecordedAt time.Time
}

// PersonField is the form's name for a field of one person's row, counted from 0.
func PersonField(n int, field string) string { return fmt.Sprintf("people[%d].%s", n, field) }

// ObjectionField is the form's name for a field of one objection's row, counted
// from 0.
func ObjectionField(n int, field string) string { return fmt.Sprintf("objections[%d].%s", n, field) }

// Tidy returns the record as it will be kept: empty rows gone.
func (in Involvement) Tidy() Involvement {
	in.Said, in.Changed = text.Block(in.Said), text.Block(in.Changed)
	list := []Objection{}
	for _, o := range in.Objections {
		o.Objection, o.Answer = text.Block(o.Objection), text.Block(o.Answer)
		if o != (Objection{}) {
			list = append(list, o)
		}
	}
	in.Objections = list
	return in
}

// Validate names what cannot be used; now is the moment.
func (in Involvement) Validate(now time.Time) fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	y, m, d := now.In(i18n.Zone).Date()
	switch {
	case in.HeldOn.IsZero():
		f.Add("held_on", "errors.field_date_invalid")
	case in.HeldOn.After(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)):
		f.Add("held_on", "initiatives.held_on_ahead")
	case in.HeldOn.Year() < 2000:
		f.Add("held_on", "errors.field_date_invalid")
	}
	if !slices.Contains(Ways, in.How) {
		f.Add("how", text.KeyChooseOne)
	}
	if in.Residents < 1 || in.Residents > MaxResidents {
		f.Add("residents", "initiatives.residents_range", "Max", MaxResidents)
	}
	text.Require(&f, "said", in.Said, 4000, "initiatives.said_missing")
	text.Require(&f, "changed", in.Changed, 4000, "initiatives.changed_missing")
	refuseCPR(&f, "said", in.Said)
	refuseCPR(&f, "changed", in.Changed)
	if len(in.Objections) > MaxObjections {
		f.Add("objections", "initiatives.objections_many", "Max", MaxObjections)
	}
	for n, o := range in.Objections {
		text.Require(&f, ObjectionField(n, "objection"), o.Objection, 1000, "initiatives.objection_missing")
		text.Require(&f, ObjectionField(n, "answer"), o.Answer, 1000, "initiatives.answer_missing")
		refuseCPR(&f, ObjectionField(n, "objection"), o.Objection)
		refuseCPR(&f, ObjectionField(n, "answer"), o.Answer)
	}
	return f
}

// Record keeps how residents took part. The id comes with the form, so that two
// presses keep one; zero: made here.
func (s *Service) Record(ctx context.Context, actor authz.Actor, id uuid.UUID, in Involvement) error {
	if err := in.Validate(s.db.Now()).Err(); err != nil {
		return err
	}
	in = in.Tidy()
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	return s.work(ctx, actor, id, func(tx *pg.Tx, _ Initiative) error { return record(ctx, tx, id, in) })
}

// record writes a record that has been looked through.
func record(ctx context.Context, tx *pg.Tx, id uuid.UUID, in Involvement) error {
	tag, err := tx.Exec(ctx, `
		INSERT INTO involvements (id, initiative_id, held_on, how, residents, said, changed, account_id, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING`,
		in.ID, id, in.HeldOn, in.How, in.Residents, in.Said, in.Changed, audit.ActorID(tx.Actor()), tx.Now())
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 1 {
		for n, o := range in.Objections {
			if _, err := tx.Exec(ctx, `INSERT INTO involvement_objections (involvement_id, position, objection, answer) VALUES ($1, $2, $3, $4)`,
				in.ID, n, o.Objection, o.Answer); err != nil {
				return err
			}
		}
	}
	return audit.Write(ctx, tx, entry("residents_took_part", id, map[string]any{"involvement": in.ID, "residents": in.Residents}))
}

// Unrecord takes a record back while nothing rests on it: once the initiative
// is agreed it stands.
func (s *Service) Unrecord(ctx context.Context, actor authz.Actor, id, involvement uuid.UUID) error {
	return s.work(ctx, actor, id, func(tx *pg.Tx, i Initiative) error {
		if i.AgreedAt != nil {
			return fault.New(fault.Conflict, "initiatives.involvement_stands")
		}
		tag, err := tx.Exec(ctx, `DELETE FROM involvements WHERE id = $1 AND initiative_id = $2`, involvement, id)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "")
		}
		return audit.Write(ctx, tx, entry("record_taken_back", id, map[string]any{"involvement": involvement}))
	})
}
