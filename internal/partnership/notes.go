package partnership

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Contact tells how we spoke.
type Contact string

// The kinds of contact.
const (
	Phone   Contact = "phone"
	Meeting Contact = "meeting"
	Mail    Contact = "mail"
	Visit   Contact = "visit"
)

// Contacts are all of them, in the order a form shows them.
var Contacts = []Contact{Phone, Meeting, Mail, Visit}

// Key is the message key of the kind's name.
func (c Contact) Key() string { return "partnership.contact_" + string(c) }

// MaxNote is the most characters of a note.
const MaxNote = 2000

// Note is what somebody remembered.
type Note struct {
	ID             uuid.UUID
	OrganisationID uuid.UUID
	AuthorID       *uuid.UUID
	Author         string // name; empty: no longer here
	OnDate         time.Time
	Contact        Contact
	Body           string
	CreatedAt      time.Time
	ChangedAt      *time.Time
}

// CorrectableBy tells whether the actor may change the words: who wrote them,
// until the day is over.
func (n Note) CorrectableBy(actor authz.Actor, now time.Time) bool {
	return n.AuthorID != nil && *n.AuthorID == actor.AccountID && i18n.Day(n.CreatedAt).Equal(i18n.Day(now))
}

// RemovableBy tells whether the actor may take it away: who wrote it, and
// administrators.
func (n Note) RemovableBy(actor authz.Actor) bool {
	return n.AuthorID != nil && *n.AuthorID == actor.AccountID || actor.Role == authz.Administrator
}

// NoteInput is a note as it is written in a form.
type NoteInput struct {
	ID      uuid.UUID // of a new one, made with its form, so that two presses make one; zero: made here
	OnDate  time.Time
	Contact Contact
	Body    string
	Sure    bool // they have looked at what seemed to be about a person
}

func (in NoteInput) validate(now time.Time) fault.Fields {
	var f fault.Fields
	switch {
	case in.OnDate.IsZero():
		f.Add("on_date", "errors.field_date_invalid")
	case in.OnDate.After(i18n.Day(now)):
		f.Add("on_date", "partnership.date_ahead")
	}
	if !slices.Contains(Contacts, in.Contact) {
		f.Add("contact", text.KeyChooseOne)
	}
	text.Require(&f, "body", in.Body, MaxNote, "partnership.note_missing")
	if text.LooksLikeCPR(in.Body) {
		f.Add("body", "partnership.looks_like_cpr")
	}
	return f
}

// guard refuses once what looks as if it were about a person; known names of
// ours are none.
func guard(ctx context.Context, q pg.Querier, in NoteInput) error {
	if in.Sure {
		return nil
	}
	known, err := pg.All(ctx, q, `SELECT name FROM organisations WHERE status <> 'declined'
		UNION ALL SELECT name FROM districts UNION ALL SELECT unnest(housing_areas) FROM districts
		UNION ALL SELECT name FROM cafes UNION ALL SELECT venue FROM cafes`, pg.Scalar[string])
	if err != nil {
		return err
	}
	if found := text.Personal(in.Body, known...); len(found) > 0 {
		return fault.InField(fault.Invalid, "sure", "partnership.looks_personal", "Found", strings.Join(found, ", "))
	}
	return nil
}

// AddNote writes down what was said. Text that looks like a CPR number is
// refused; what looks like a name or a phone number is refused until the writer
// says that they have looked (Invalid in the field "sure").
func (s *Service) AddNote(ctx context.Context, actor authz.Actor, organisation uuid.UUID, in NoteInput) (uuid.UUID, error) {
	if !actor.Staff() {
		return uuid.Nil, errHidden()
	}
	in.Body = text.Block(in.Body)
	if in.ID == uuid.Nil {
		in.ID = uuid.Must(uuid.NewV7())
	}
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if err := writable(ctx, tx, actor, organisation); err != nil {
			return err
		}
		if err := in.validate(tx.Now()).Err(); err != nil {
			return err
		}
		if err := guard(ctx, tx, in); err != nil {
			return err
		}
		// The second press of the same form finds its note there.
		if _, err := tx.Exec(ctx, `
			INSERT INTO organisation_notes (id, organisation_id, author_id, on_date, contact, body, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING`,
			in.ID, organisation, audit.ActorID(actor), in.OnDate, in.Contact, in.Body, tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.noted", Object: "organisation_note", ID: in.ID,
			Detail: map[string]any{"organisation": organisation, "contact": in.Contact}})
	})
	return in.ID, err
}

// writable tells whether the actor may write notes about the organisation.
func writable(ctx context.Context, q pg.Querier, actor authz.Actor, organisation uuid.UUID) error {
	districts, err := pg.One(ctx, q, `SELECT ARRAY(SELECT district_id FROM organisation_districts WHERE organisation_id = o.id)
		FROM organisations o WHERE o.id = $1 AND o.status IN ('pending', 'approved', 'suspended')`, pg.Scalar[[]uuid.UUID], organisation)
	if err == nil && !actor.MayReviewOrganisation(districts) {
		err = fault.New(fault.Forbidden, "")
	}
	return err
}

const noteSQL = `SELECT n.id, n.organisation_id, n.author_id, coalesce(a.name, '') AS author, n.on_date, n.contact, n.body, n.created_at, n.changed_at
	FROM organisation_notes n LEFT JOIN accounts a ON a.id = n.author_id`

// Note returns one note about the organisation.
func (s *Service) Note(ctx context.Context, actor authz.Actor, organisation, id uuid.UUID) (Note, error) {
	if !actor.Staff() {
		return Note{}, errHidden()
	}
	return pg.One(ctx, s.db.Fresh(), noteSQL+` WHERE n.id = $1 AND n.organisation_id = $2`, pg.ByName[Note], id, organisation)
}

// held is a note of which the actor may do something.
func held(ctx context.Context, tx *pg.Tx, organisation, id uuid.UUID) (Note, error) {
	return pg.One(ctx, tx, noteSQL+` WHERE n.id = $1 AND n.organisation_id = $2 FOR UPDATE OF n`, pg.ByName[Note], id, organisation)
}

// CorrectNote changes what its author wrote earlier the same day.
func (s *Service) CorrectNote(ctx context.Context, actor authz.Actor, organisation, id uuid.UUID, in NoteInput) error {
	if !actor.Staff() {
		return errHidden()
	}
	in.Body = text.Block(in.Body)
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		n, err := held(ctx, tx, organisation, id)
		if err != nil {
			return err
		}
		if !n.CorrectableBy(actor, tx.Now()) {
			return fault.New(fault.Forbidden, "partnership.note_stands")
		}
		if err := in.validate(tx.Now()).Err(); err != nil {
			return err
		}
		if err := guard(ctx, tx, in); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE organisation_notes SET on_date = $2, contact = $3, body = $4, changed_at = $5 WHERE id = $1`,
			id, in.OnDate, in.Contact, in.Body, tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.note_corrected", Object: "organisation_note", ID: id})
	})
}

// RemoveNote takes a note away. That there was one, by whom and when, stays in
// the audit log.
func (s *Service) RemoveNote(ctx context.Context, actor authz.Actor, organisation, id uuid.UUID) error {
	if !actor.Staff() {
		return errHidden()
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		n, err := held(ctx, tx, organisation, id)
		if err != nil {
			return err
		}
		if !n.RemovableBy(actor) {
			return fault.New(fault.Forbidden, "")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM organisation_notes WHERE id = $1`, id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.note_removed", Object: "organisation_note", ID: id,
			Detail: map[string]any{"organisation": organisation}})
	})
}
