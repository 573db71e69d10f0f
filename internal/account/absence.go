package account

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Who steps in for whom on a day is for the database to say: its function
// acting follows stand-ins over at most three steps, and everything that asks
// for somebody (a district's page, a letter, the board, what an actor may do)
// asks it.

// Absence is a time when somebody is away.
type Absence struct {
	ID        uuid.UUID
	FromOn    time.Time // a date
	UntilOn   time.Time // the last day away
	StandInID uuid.UUID
	StandIn   string
}

// Colleague is a member of staff as the others see them.
type Colleague struct {
	ID         uuid.UUID
	Name       string
	Email      string
	Phone      string // E.164
	Role       string
	Districts  []string // names
	DisabledAt *time.Time
	StandInID  *uuid.UUID // steps in whenever nobody else is named
	StandIn    string
	Acting     *uuid.UUID // who acts for them today; nil: nobody
	ActingName string
	AwayUntil  *time.Time // the last day away; nil: not away today
	Absences   []Absence  // of today and later
}

// Away tells whether somebody else acts for them today, or nobody does.
func (c Colleague) Away() bool { return c.DisabledAt != nil || c.AwayUntil != nil }

const colleagueSQL = `
	SELECT a.id, a.name, a.email, a.phone, a.role, a.disabled_at, a.stand_in_id, coalesce(s.name, '') AS stand_in,
		ARRAY(SELECT d.name FROM account_districts x JOIN districts d ON d.id = x.district_id WHERE x.account_id = a.id ORDER BY d.name COLLATE "da-x-icu") AS districts,
		t.id AS acting, coalesce(t.name, '') AS acting_name,
		(SELECT b.until_on FROM absences b WHERE b.account_id = a.id AND $1 BETWEEN b.from_on AND b.until_on) AS away_until,
		(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', b.id, 'FromOn', to_char(b.from_on, 'YYYY-MM-DD"T00:00:00Z"'),
				'UntilOn', to_char(b.until_on, 'YYYY-MM-DD"T00:00:00Z"'), 'StandInID', b.stand_in_id, 'StandIn', w.name) ORDER BY b.from_on), '[]')
			FROM absences b JOIN accounts w ON w.id = b.stand_in_id WHERE b.account_id = a.id AND b.until_on >= $1) AS absences
	FROM accounts a LEFT JOIN accounts s ON s.id = a.stand_in_id LEFT JOIN accounts t ON t.id = acting(a.id, $1)
	WHERE a.role <> 'partner'`

// Colleagues lists the staff by name, those who have left last.
func (s *Service) Colleagues(ctx context.Context, actor authz.Actor) ([]Colleague, error) {
	if !actor.Staff() {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), colleagueSQL+` ORDER BY a.disabled_at IS NOT NULL, a.name COLLATE "da-x-icu", a.id`, pg.ByName[Colleague], i18n.Day(s.db.Now()))
}

// Colleague is one of the staff.
func (s *Service) Colleague(ctx context.Context, actor authz.Actor, id uuid.UUID) (Colleague, error) {
	if !actor.Staff() {
		return Colleague{}, fault.New(fault.NotFound, "")
	}
	return pg.One(ctx, s.db.Fresh(), colleagueSQL+` AND a.id = $2`, pg.ByName[Colleague], i18n.Day(s.db.Now()), id)
}

// NewAbsence is a time away as it is written down.
type NewAbsence struct {
	ID      uuid.UUID // made with the form, so that a second press changes nothing
	FromOn  time.Time
	UntilOn time.Time
	StandIn uuid.UUID
}

// LongestAbsence is how many days somebody can be away at a time; what lasts
// longer is handed over.
const LongestAbsence = 400

func (in NewAbsence) validate(today time.Time) fault.Fields {
	var f fault.Fields
	for _, d := range []struct {
		field string
		at    time.Time
	}{{"from_on", in.FromOn}, {"until_on", in.UntilOn}} {
		if d.at.IsZero() {
			f.Add(d.field, "errors.field_date_invalid")
		}
	}
	if !f.Has("from_on") && !f.Has("until_on") {
		switch {
		case in.UntilOn.Before(in.FromOn):
			f.Add("until_on", "colleagues.until_first")
		case in.UntilOn.Before(today):
			f.Add("until_on", "colleagues.until_past")
		case in.UntilOn.Sub(in.FromOn) > LongestAbsence*24*time.Hour:
			f.Add("until_on", "colleagues.too_long", "Max", LongestAbsence)
		}
	}
	if in.StandIn == uuid.Nil {
		f.Add("stand_in", text.KeyChooseOne)
	}
	return f
}

// mayCover: everybody says for themselves when they are away, and an
// administrator for anybody.
func mayCover(actor authz.Actor, account uuid.UUID) error {
	switch {
	case !actor.Staff():
		return fault.New(fault.NotFound, "")
	case actor.AccountID != account && actor.Role != authz.Administrator:
		return fault.New(fault.Forbidden, "")
	}
	return nil
}

// AddAbsence notes when somebody is away and who steps in. On every day of it
// somebody must be there: the stand-in, or whoever stands in for them.
func (s *Service) AddAbsence(ctx context.Context, actor authz.Actor, account uuid.UUID, in NewAbsence) error {
	if err := mayCover(actor, account); err != nil {
		return err
	}
	today := i18n.Day(s.db.Now())
	if err := in.validate(today).Err(); err != nil {
		return err
	}
	return doneAlready(s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if err := holdStaff(ctx, tx, account, in.StandIn); err != nil {
			return err
		}
		type state struct{ There, Overlaps bool }
		now, err := pg.One(ctx, tx, `
			SELECT EXISTS (SELECT FROM absences WHERE id = $1 AND account_id = $2) AS there,
				EXISTS (SELECT FROM absences WHERE account_id = $2 AND from_on <= $4 AND until_on >= $3) AS overlaps`,
			pg.ByName[state], in.ID, account, in.FromOn, in.UntilOn)
		switch {
		case err != nil:
			return err
		case now.There:
			return errThere
		case now.Overlaps:
			return fault.InField(fault.Conflict, "from_on", "colleagues.overlaps")
		}
		if _, err := tx.Exec(ctx, `INSERT INTO absences (id, account_id, from_on, until_on, stand_in_id, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			in.ID, account, in.FromOn, in.UntilOn, in.StandIn, tx.Now()); err != nil {
			return err
		}
		missing, err := pg.One(ctx, tx, `
			SELECT (SELECT min(d)::date FROM generate_series(greatest($2::date, $4), $3::date, interval '1 day') d WHERE acting($1, d::date) IS NULL)`,
			pg.Scalar[*time.Time], account, in.FromOn, in.UntilOn, today)
		if err != nil {
			return err
		}
		if missing != nil {
			return fault.InField(fault.Conflict, "stand_in", "colleagues.nobody_there", "Date", *missing)
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "account.away", Object: "account", ID: account,
			Detail: map[string]any{"from": in.FromOn.Format(time.DateOnly), "until": in.UntilOn.Format(time.DateOnly), "stand_in": in.StandIn}})
	}))
}

// RemoveAbsence takes a time away back; of one that has begun, the days that
// have passed stay. Twice is once.
func (s *Service) RemoveAbsence(ctx context.Context, actor authz.Actor, account, absence uuid.UUID) error {
	if err := mayCover(actor, account); err != nil {
		return err
	}
	today := i18n.Day(s.db.Now())
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE absences SET until_on = $3::date - 1 WHERE id = $1 AND account_id = $2 AND from_on < $3 AND until_on >= $3`, absence, account, today)
		if err == nil && tag.RowsAffected() == 0 {
			tag, err = tx.Exec(ctx, `DELETE FROM absences WHERE id = $1 AND account_id = $2 AND from_on >= $3`, absence, account, today)
		}
		switch {
		case err != nil:
			return err
		case tag.RowsAffected() == 0:
			return errThere
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "account.back", Object: "account", ID: account})
	})
	return doneAlready(err)
}

// NameStandIn says who steps in whenever nobody else is named; uuid.Nil is
// nobody.
func (s *Service) NameStandIn(ctx context.Context, actor authz.Actor, account, standIn uuid.UUID) error {
	if err := mayCover(actor, account); err != nil {
		return err
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if standIn != uuid.Nil {
			if err := holdStaff(ctx, tx, account, standIn); err != nil {
				return err
			}
		}
		tag, err := tx.Exec(ctx, `UPDATE accounts SET stand_in_id = nullif($2, '00000000-0000-0000-0000-000000000000'::uuid) WHERE id = $1 AND role <> 'partner'`, account, standIn)
		if err != nil {
			return err
		}
		return changed(ctx, tx, tag.RowsAffected(), "account.stand_in", account)
	})
}

// holdStaff keeps the two accounts as they are: somebody of the staff, and
// another one who can sign in.
func holdStaff(ctx context.Context, tx *pg.Tx, account, standIn uuid.UUID) error {
	if account == standIn {
		return fault.InField(fault.Invalid, "stand_in", "colleagues.not_oneself")
	}
	type row struct {
		ID   uuid.UUID
		Open bool
	}
	list, err := pg.All(ctx, tx, `SELECT id, disabled_at IS NULL AS open FROM accounts WHERE id IN ($1, $2) AND role <> 'partner' ORDER BY id FOR UPDATE`, pg.ByName[row], account, standIn)
	if err != nil {
		return err
	}
	there := false
	for _, r := range list {
		if r.ID == standIn && !r.Open {
			return fault.InField(fault.Invalid, "stand_in", text.KeyChooseOne)
		}
		there = there || r.ID == account
	}
	switch {
	case !there:
		return fault.New(fault.NotFound, "")
	case len(list) < 2:
		return fault.InField(fault.Invalid, "stand_in", text.KeyChooseOne)
	}
	return nil
}

// doneAlready is for who presses twice: there was nothing left to do.
func doneAlready(err error) error {
	if errors.Is(err, errThere) {
		return nil
	}
	return err
}
