package workshop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/secret"
	"mellemrum/internal/text"
)

func newToken() Token { return Token(secret.New()) }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// maxRows is how many objections, decisions and actions a workshop has of each.
const maxRows = 40

// Record is what is written down about a workshop, on a phone the same evening.
type Record struct {
	Came       []uuid.UUID // of those invited; the others were missing
	Residents  int         // who were there, invited or not
	Minutes    string
	Charts     string // a note a line
	Changed    string
	Objections []Objection
	Decisions  []Decision
	Actions    []Action // a zero ID is a new one; those left out are gone
	Version    int      // as it was read
}

// Field is the form's name for a field of a row, counted from 0.
func Field(list string, n int, field string) string { return fmt.Sprintf("%s[%d].%s", list, n, field) }

// Tidy returns the record as it will be kept: empty rows gone.
func (in Record) Tidy() Record {
	in.Minutes, in.Charts, in.Changed = text.Block(in.Minutes), text.Block(in.Charts), text.Block(in.Changed)
	objections, decisions, actions := []Objection{}, []Decision{}, []Action{}
	for _, o := range in.Objections {
		if o = (Objection{text.Block(o.Objection), text.Block(o.Answer)}); o != (Objection{}) {
			objections = append(objections, o)
		}
	}
	for _, d := range in.Decisions {
		if d = (Decision{text.Block(d.What), text.Line(d.DecidedBy)}); d != (Decision{}) {
			decisions = append(decisions, d)
		}
	}
	for _, a := range in.Actions {
		a.What, a.OwnerName = text.Line(a.What), text.Line(a.OwnerName)
		if a.What != "" || a.OwnerName != "" || a.OwnerID != nil || !a.DueOn.IsZero() {
			actions = append(actions, a)
		}
	}
	in.Objections, in.Decisions, in.Actions = objections, decisions, actions
	return in
}

// Validate names what cannot be used. Rows are counted as Tidy leaves them.
func (in Record) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	if in.Residents < 0 || in.Residents > 100000 {
		f.Add("residents", "workshops.residents_range")
	}
	texts := map[string]string{"charts": in.Charts, "minutes": in.Minutes, "changed": in.Changed}
	text.Check(&f, "charts", in.Charts, 20000)
	text.Check(&f, "minutes", in.Minutes, 20000)
	text.Check(&f, "changed", in.Changed, 4000)
	for n, o := range in.Objections {
		text.Require(&f, Field("objections", n, "objection"), o.Objection, 1000, "initiatives.objection_missing")
		text.Require(&f, Field("objections", n, "answer"), o.Answer, 1000, "initiatives.answer_missing")
		texts[Field("objections", n, "objection")], texts[Field("objections", n, "answer")] = o.Objection, o.Answer
	}
	for n, d := range in.Decisions {
		text.Require(&f, Field("decisions", n, "what"), d.What, 1000, "workshops.decision_missing")
		text.Check(&f, Field("decisions", n, "decided_by"), d.DecidedBy, 160)
		texts[Field("decisions", n, "what")] = d.What
	}
	for n, a := range in.Actions {
		text.Require(&f, Field("actions", n, "what"), a.What, 400, "workshops.action_missing")
		text.Check(&f, Field("actions", n, "owner_name"), a.OwnerName, 120)
		texts[Field("actions", n, "what")] = a.What
		if a.OwnerID == nil && a.OwnerName == "" {
			f.Add(Field("actions", n, "owner"), "workshops.owner_missing")
		}
		if a.DueOn.IsZero() && !f.Has(Field("actions", n, "due_on")) {
			f.Add(Field("actions", n, "due_on"), "workshops.due_missing")
		}
	}
	for list, n := range map[string]int{"objections": len(in.Objections), "decisions": len(in.Decisions), "actions": len(in.Actions)} {
		if n > maxRows {
			f.Add(list, "workshops.too_many", "Max", maxRows)
		}
	}
	refuseCPR(&f, texts)
	return f
}

// WriteUp keeps what is written down. It begins when the workshop has begun.
// Somebody else's change since in.Version is a Conflict, and nothing is lost:
// the form keeps what was typed.
func (s *Service) WriteUp(ctx context.Context, actor authz.Actor, id uuid.UUID, in Record) error {
	if err := in.Validate().Err(); err != nil {
		return err
	}
	in = in.Tidy()
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		w, err := held(ctx, tx, actor, id)
		switch {
		case err != nil:
			return err
		case w.Version != in.Version:
			return fault.New(fault.Conflict, "errors.stale")
		case w.CancelledAt != nil:
			return fault.New(fault.Conflict, "workshops.is_cancelled")
		case !w.Begun(tx.Now()):
			return fault.New(fault.Conflict, "workshops.not_begun")
		}
		if err := writeActions(ctx, tx, w, in.Actions); err != nil {
			return err
		}
		for _, step := range []struct {
			sql  string
			args []any
		}{
			{`UPDATE workshops SET residents = $2, minutes = $3, charts = $4, changed = $5, written_at = coalesce(written_at, $6), version = version + 1, updated_at = $6 WHERE id = $1`,
				[]any{id, in.Residents, in.Minutes, in.Charts, in.Changed, tx.Now()}},
			{`UPDATE workshop_invitees SET came = id = ANY ($2) WHERE workshop_id = $1`, []any{id, in.Came}},
			{`DELETE FROM workshop_objections WHERE workshop_id = $1`, []any{id}},
			{`DELETE FROM workshop_decisions WHERE workshop_id = $1`, []any{id}},
		} {
			if _, err := tx.Exec(ctx, step.sql, step.args...); err != nil {
				return err
			}
		}
		for n, o := range in.Objections {
			if _, err := tx.Exec(ctx, `INSERT INTO workshop_objections (workshop_id, position, objection, answer) VALUES ($1, $2, $3, $4)`, id, n, o.Objection, o.Answer); err != nil {
				return err
			}
		}
		for n, d := range in.Decisions {
			if _, err := tx.Exec(ctx, `INSERT INTO workshop_decisions (workshop_id, position, what, decided_by) VALUES ($1, $2, $3, $4)`, id, n, d.What, d.DecidedBy); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry("written", id, nil))
	})
}

// writeActions keeps those that are there already, with whether they are done.
func writeActions(ctx context.Context, tx *pg.Tx, w Workshop, list []Action) error {
	owners, err := pg.All(ctx, tx, `SELECT id FROM (`+ownersSQL+`) o`, pg.Scalar[uuid.UUID], w.Joined)
	if err != nil {
		return err
	}
	kept := []uuid.UUID{}
	for n, a := range list {
		known := slices.IndexFunc(w.Actions, func(was Action) bool { return was.ID == a.ID })
		// Whoever has it already may keep it, also when they have left.
		if a.OwnerID != nil && !slices.Contains(owners, *a.OwnerID) && (known < 0 || w.Actions[known].OwnerID == nil || *w.Actions[known].OwnerID != *a.OwnerID) {
			return fault.InField(fault.Invalid, Field("actions", n, "owner"), text.KeyChooseOne)
		}
		if a.OwnerID != nil {
			a.OwnerName = ""
		}
		if known < 0 {
			a.ID = newID()
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO actions (id, workshop_id, position, what, owner_id, owner_name, due_on) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (id) DO UPDATE SET position = $3, what = $4, owner_id = $5, owner_name = $6, due_on = $7`,
			a.ID, w.ID, n, a.What, a.OwnerID, a.OwnerName, a.DueOn); err != nil {
			return err
		}
		kept = append(kept, a.ID)
	}
	_, err = tx.Exec(ctx, `DELETE FROM actions WHERE workshop_id = $1 AND id <> ALL ($2)`, w.ID, kept)
	return err
}

// MailMinutes sends what was written down to everybody invited, once for each
// version of it.
func (s *Service) MailMinutes(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		w, err := held(ctx, tx, actor, id)
		switch {
		case err != nil:
			return err
		case w.WrittenAt == nil:
			return fault.New(fault.Conflict, "workshops.not_written")
		case w.MailedVersion == nil || *w.MailedVersion != w.Version:
			if _, err := tx.Exec(ctx, `UPDATE workshops SET mailed_version = version, mailed_at = $2 WHERE id = $1`, id, tx.Now()); err != nil {
				return err
			}
			facts := map[string]any{"minutes": w.Minutes, "notes": w.Charts, "changed": w.Changed}
			var decisions, actions []map[string]any
			for _, d := range w.Decisions {
				decisions = append(decisions, map[string]any{"what": d.What, "by": d.DecidedBy})
			}
			for _, a := range w.Actions {
				actions = append(actions, map[string]any{"what": a.What, "owner": a.OwnerName, "due": a.DueOn.Add(12 * time.Hour)})
			}
			facts["decisions"], facts["actions"] = decisions, actions
			if err := tell(ctx, tx, id, "workshop_minutes", facts); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry("mailed", id, nil))
	})
}

// Finish says that an action is done, or that it is not after all: whoever may
// run the workshop, and its owner or who acts for them. Twice is once.
func (s *Service) Finish(ctx context.Context, actor authz.Actor, action uuid.UUID, done bool) error {
	return s.onAction(ctx, actor, action, func(tx *pg.Tx, _ Workshop, _ Action) error {
		_, err := tx.Exec(ctx, `UPDATE actions SET done_at = CASE WHEN $2 THEN coalesce(done_at, $3) END WHERE id = $1`, action, done, tx.Now())
		return err
	})
}

// Pass gives an action to somebody else who can own it.
func (s *Service) Pass(ctx context.Context, actor authz.Actor, action, to uuid.UUID) error {
	return s.onAction(ctx, actor, action, func(tx *pg.Tx, w Workshop, _ Action) error {
		tag, err := tx.Exec(ctx, `UPDATE actions SET owner_id = $3, owner_name = '' WHERE id = $2 AND $3 IN (SELECT id FROM (`+ownersSQL+`) o)`, w.Joined, action, to)
		if err == nil && tag.RowsAffected() == 0 {
			return fault.InField(fault.Invalid, "owner", text.KeyChooseOne)
		}
		return err
	})
}

func (s *Service) onAction(ctx context.Context, actor authz.Actor, action uuid.UUID, fn func(*pg.Tx, Workshop, Action) error) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		id, err := pg.One(ctx, tx, `SELECT workshop_id FROM actions WHERE id = $1 FOR UPDATE`, pg.Scalar[uuid.UUID], action)
		if err != nil {
			return err
		}
		w, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(w.Actions, func(a Action) bool { return a.ID == action })
		a := w.Actions[at]
		if !w.RunBy(actor) && (a.OwnerID == nil || !actor.ActsFor(*a.OwnerID)) {
			return fault.New(fault.NotFound, "")
		}
		if err := fn(tx, w, a); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("action", w.ID, map[string]any{"action": action}))
	})
}
