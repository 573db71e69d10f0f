// Package inquiry is the other way round: somebody without an account writes to
// us. "Det kan jeg bidrage med" is a contribution, for the staff of a district to
// find a use for; "spørg os" is a question to one organisation.
//
// Either is a short talk. The writer keeps a personal link to it and may take all
// of it back. Partners see what was written, and by whom only if the writer said
// that they may.
package inquiry

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/secret"
	"mellemrum/internal/text"
)

// Service keeps the inquiries.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Kind tells what somebody writes for.
type Kind string

// The kinds of inquiry.
const (
	Contribution Kind = "contribution"
	Question     Kind = "question"
)

// Key is the message key of the kind's name.
func (k Kind) Key() string { return "inquiries.kind_" + string(k) }

// Token is the secret of a personal link. The database knows its hash only.
type Token string

func (t Token) hash() []byte { return secret.Hash(string(t)) }

// Limits.
const (
	MostOpen   = 5                    // inquiries of one address that are not closed
	ReopenFor  = 30 * 24 * time.Hour  // after it was closed a writer may go on
	KeepFor    = 30 * 24 * time.Hour  // after it was closed persons are known
	KeepSilent = 182 * 24 * time.Hour // after the last word, when nobody closes it
)

// Input is what somebody writes.
type Input struct {
	ID           uuid.UUID // made with the form, so that two presses make one; zero: made here
	Organisation uuid.UUID // whom a question is for; zero: a contribution
	District     uuid.UUID // zero: the whole town
	Title        string
	Body         string
	Happens      string
	Name         string
	Email        string
	Phone        string
	Locale       string
	Share        bool
}

// Tidy returns the input as it will be kept.
func (in Input) Tidy() Input {
	in.Title, in.Happens, in.Name = text.Line(in.Title), text.Line(in.Happens), text.Line(in.Name)
	in.Body = text.Block(in.Body)
	in.Email, _ = text.Email(in.Email)
	in.Phone = strings.TrimSpace(in.Phone)
	if e164, ok := text.Phone(in.Phone); ok {
		in.Phone = e164
	}
	in.Locale = text.Locale(in.Locale)
	return in
}

// Validate names what cannot be used.
func (in Input) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	if in.Organisation == uuid.Nil {
		text.Require(&f, "title", in.Title, 120, "inquiries.title_missing")
	} else {
		text.Check(&f, "title", in.Title, 120)
	}
	f = append(f, bodyFaults(in.Body)...)
	refuseCPR(&f, "title", in.Title)
	text.Check(&f, "happens", in.Happens, 200)
	refuseCPR(&f, "happens", in.Happens)
	text.Require(&f, "name", in.Name, 120, "inquiries.name_missing")
	switch _, ok := text.Email(in.Email); {
	case in.Email == "":
		f.Add("email", "inquiries.email_missing")
	case !ok:
		f.Add("email", text.KeyEmail)
	}
	if _, ok := text.Phone(in.Phone); in.Phone != "" && !ok {
		f.Add("phone", text.KeyPhone)
	}
	return f
}

func bodyFaults(body string) (f fault.Fields) {
	text.Require(&f, "body", body, 3000, "inquiries.body_missing")
	refuseCPR(&f, "body", body)
	return f
}

func refuseCPR(f *fault.Fields, field, s string) {
	if text.LooksLikeCPR(s) && !f.Has(field) {
		f.Add(field, "errors.field_cpr")
	}
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func entry(action string, id uuid.UUID, detail any) audit.Entry {
	return audit.Entry{Action: "inquiry." + action, Object: "inquiry", ID: id, Detail: detail}
}

// Write keeps what somebody writes and mails them their personal link; those who
// may answer are told.
func (s *Service) Write(ctx context.Context, in Input) error {
	if err := in.Validate().Err(); err != nil {
		return err
	}
	in = in.Tidy()
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	kind := Contribution
	if in.Organisation != uuid.Nil {
		kind = Question
	}
	return s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		// One address at a time, so that none passes the limit by pressing fast.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(lower($1), 11))`, in.Email); err != nil {
			return err
		}
		open, err := pg.One(ctx, tx, `SELECT count(*)::int FROM inquiries WHERE lower(email) = lower($1) AND closed_at IS NULL AND id <> $2`, pg.Scalar[int], in.Email, in.ID)
		if err != nil {
			return err
		}
		if open >= MostOpen {
			return fault.New(fault.TooMany, "inquiries.many_open", "Max", MostOpen)
		}
		if kind == Question {
			ok, err := pg.One(ctx, tx, `SELECT EXISTS (SELECT FROM organisations WHERE id = $1 AND status = 'approved')`, pg.Scalar[bool], in.Organisation)
			if err != nil || !ok {
				return orElse(err, fault.New(fault.NotFound, ""))
			}
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO inquiries (id, kind, organisation_id, district_id, title, happens, name, email, phone, locale, share, created_at, waits_since, touched_at)
			VALUES ($1, $2, $3, (SELECT id FROM districts WHERE id = $4), $5, $6, $7, $8, $9, $10, $11, $12, $12, $12) ON CONFLICT (id) DO NOTHING`,
			in.ID, kind, orNull(in.Organisation), orNull(in.District), in.Title, in.Happens, in.Name, in.Email, in.Phone, in.Locale, in.Share, tx.Now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 { // the second press
			return audit.Write(ctx, tx, entry("written_again", in.ID, nil))
		}
		if err := message(ctx, tx, in.ID, "resident", "", in.Body); err != nil {
			return err
		}
		i, err := byID(ctx, tx, in.ID)
		if err != nil {
			return err
		}
		if err := toWriter(ctx, tx, i, "inquiry_receipt", in.Body, ""); err != nil {
			return err
		}
		if err := tell(ctx, tx, i, in.Body); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("written", in.ID, map[string]any{"kind": kind}))
	})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func message(ctx context.Context, tx *pg.Tx, id uuid.UUID, sender, behalf, body string) error {
	_, err := tx.Exec(ctx, `INSERT INTO inquiry_messages (id, inquiry_id, sender, account_id, on_behalf, body, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		newID(), id, sender, audit.ActorID(tx.Actor()), behalf, body, tx.Now())
	return err
}

// toWriter mails the writer, with another link; those before it go on working.
func toWriter(ctx context.Context, tx *pg.Tx, i Inquiry, letter, words, by string) error {
	if i.Email == "" {
		return nil
	}
	token := Token(secret.New())
	if _, err := tx.Exec(ctx, `INSERT INTO inquiry_links (token_hash, inquiry_id) VALUES ($1, $2)`, token.hash(), i.ID); err != nil {
		return err
	}
	return mail.Enqueue(ctx, tx, mail.Post{Letter: letter, To: i.Email, Name: i.Name, Locale: i.Locale,
		Facts: map[string]any{"token": token, "kind": i.Kind, "title": i.Title, "organisation": i.Organisation, "words": words, "by": by}})
}

// readers are whom an inquiry $1 is told to: the people of the organisation that
// is asked, or its address when it has none; for a contribution the district's
// contact, or its coordinators, or the administrators. With $2, the organisations
// it is passed on to.
const readers = `
	WITH asked AS (SELECT i.organisation_id AS id FROM inquiries i WHERE i.id = $1 AND i.organisation_id IS NOT NULL AND cardinality($2::uuid[]) = 0
		UNION SELECT unnest($2::uuid[])),
	people AS (SELECT p.organisation_id, a.name, a.email, a.locale FROM asked JOIN organisation_people p ON p.organisation_id = asked.id
		JOIN accounts a ON a.id = p.account_id AND a.disabled_at IS NULL),
	partners AS (SELECT o.name AS organisation, p.name, p.email, p.locale, true AS partner FROM people p JOIN organisations o ON o.id = p.organisation_id AND o.status = 'approved'
		UNION ALL SELECT o.name, o.contact_name, o.contact_email, o.contact_locale, true FROM asked JOIN organisations o ON o.id = asked.id AND o.status = 'approved'
		WHERE o.contact_email <> '' AND NOT EXISTS (SELECT FROM people p WHERE p.organisation_id = o.id)),
	keepers AS (SELECT a.id, a.name, a.email, a.locale, acting(d.contact_account_id, $3) = a.id AS contact, a.role FROM inquiries i LEFT JOIN districts d ON d.id = i.district_id
		JOIN accounts a ON a.disabled_at IS NULL AND (a.id = acting(d.contact_account_id, $3) OR a.role = 'administrator'
			OR a.role = 'coordinator' AND EXISTS (SELECT FROM account_districts x WHERE x.account_id = a.id AND x.district_id = d.id))
		WHERE i.id = $1 AND i.kind = 'contribution' AND cardinality($2::uuid[]) = 0),
	ours AS (SELECT '' AS organisation, name, email, locale, false AS partner FROM keepers k
		WHERE k.contact OR NOT EXISTS (SELECT FROM keepers WHERE contact) AND (k.role = 'coordinator' OR NOT EXISTS (SELECT FROM keepers WHERE role = 'coordinator')))
	SELECT DISTINCT ON (lower(email)) organisation, name, email, locale, partner FROM (SELECT * FROM partners UNION ALL SELECT * FROM ours) every
	ORDER BY lower(email), organisation`

// tell writes to those who may answer.
func tell(ctx context.Context, tx *pg.Tx, i Inquiry, words string, passed ...uuid.UUID) error {
	type reader struct {
		Organisation, Name, Email, Locale string
		Partner                           bool
	}
	if passed == nil {
		passed = []uuid.UUID{}
	}
	list, err := pg.All(ctx, tx, readers, pg.ByName[reader], i.ID, passed, i18n.Day(tx.Now()))
	if err != nil {
		return err
	}
	posts := make([]mail.Post, len(list))
	for n, r := range list {
		posts[n] = mail.Post{Letter: "inquiry_new", To: r.Email, Name: r.Name, Locale: r.Locale, Facts: map[string]any{
			"id": i.ID, "kind": i.Kind, "title": i.Title, "organisation": r.Organisation, "words": words, "partner": r.Partner}}
	}
	return mail.Enqueue(ctx, tx, posts...)
}
