package district

import (
	"context"
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

// Suggestion is a strength as a resident writes it.
type Suggestion struct {
	ID     uuid.UUID // made with the form, so that two presses make one
	Body   string
	SaidBy string // as it may stand on the page; may be empty
	Email  string // may be empty: then the link on the page is all there is
	Locale string
}

// Tidy returns the suggestion as it will be kept.
func (in Suggestion) Tidy() Suggestion {
	in.Body, in.SaidBy, in.Locale = text.Line(in.Body), text.Line(in.SaidBy), text.Locale(in.Locale)
	if email, ok := text.Email(in.Email); ok {
		in.Email = email
	}
	return in
}

// Validate names what cannot be used.
func (in Suggestion) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	text.Require(&f, "body", in.Body, 400, "strengths.body_missing")
	text.Check(&f, "said_by", in.SaidBy, 120)
	for field, s := range map[string]string{"body": in.Body, "said_by": in.SaidBy} {
		switch {
		case f.Has(field):
		case text.LooksLikeCPR(s):
			f.Add(field, "errors.field_cpr")
		case text.WebAddresses(s) > 0:
			f.Add(field, "strengths.no_links")
		}
	}
	if _, ok := text.Email(in.Email); in.Email != "" && !ok {
		f.Add("email", text.KeyEmail)
	}
	return f
}

// SuggestionStatus tells what came of a suggestion.
type SuggestionStatus string

// A suggestion waits, is on the page, or is not.
const (
	Waiting  SuggestionStatus = "waiting"
	Taken    SuggestionStatus = "taken"
	Declined SuggestionStatus = "declined"
)

// Key is the message key of what its writer is told.
func (s SuggestionStatus) Key() string { return "strengths.status_" + string(s) }

// Suggested is a suggestion with what came of it.
type Suggested struct {
	ID        uuid.UUID
	Slug      string // of the district
	District  string
	Body      string
	SaidBy    string
	Status    SuggestionStatus
	Reply     string
	CreatedAt time.Time
	DecidedAt *time.Time
}

const suggestedSQL = `SELECT s.id, d.slug, d.name AS district, s.body, s.said_by, s.status, s.reply, s.created_at, s.decided_at
	FROM strength_suggestions s JOIN districts d ON d.id = s.district_id`

// Suggest keeps what a resident says that the district is good at, and returns
// the token of their personal link. With an address it is mailed as well.
func (s *Service) Suggest(ctx context.Context, slug string, in Suggestion) (string, error) {
	if err := in.Validate().Err(); err != nil {
		return "", err
	}
	in = in.Tidy()
	d, err := s.BySlug(ctx, slug)
	if err != nil {
		return "", err
	}
	token := secret.New()
	return token, s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `
			INSERT INTO strength_suggestions (id, district_id, body, said_by, email, locale, token_hash, created_at)
			VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
			in.ID, d.ID, in.Body, in.SaidBy, in.Email, in.Locale, secret.Hash(token), tx.Now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "strengths.sent_already")
		}
		if in.Email != "" {
			if err := mail.Enqueue(ctx, tx, mail.Post{Letter: "strength_receipt", To: in.Email, Locale: in.Locale,
				Facts: map[string]any{"token": token, "district": d.Name, "body": in.Body}}); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "district.strength_suggested", Object: "district", ID: d.ID})
	})
}

// SuggestionBy returns what a personal link is for.
func (s *Service) SuggestionBy(ctx context.Context, token string) (Suggested, error) {
	return pg.One(ctx, s.db.Fresh(), suggestedSQL+` WHERE s.token_hash = $1`, pg.ByName[Suggested], secret.Hash(token))
}

// WithdrawSuggestion takes a suggestion back; what is on the district's page
// stays there, and nobody knows any more who wrote it. Twice is once.
func (s *Service) WithdrawSuggestion(ctx context.Context, token string) error {
	return s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		id, err := pg.One(ctx, tx, `DELETE FROM strength_suggestions WHERE token_hash = $1 RETURNING district_id`, pg.Scalar[uuid.UUID], secret.Hash(token))
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "district.strength_withdrawn", Object: "district", ID: id})
	})
}

// Suggestions lists what residents said, what waits first.
func (s *Service) Suggestions(ctx context.Context, actor authz.Actor, slug string) ([]Suggested, error) {
	d, err := s.BySlug(ctx, slug)
	if err != nil {
		return nil, err
	}
	if !actor.MayEditDistrict(d.ID) {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), suggestedSQL+` WHERE d.id = $1 ORDER BY s.status <> 'waiting', s.created_at DESC, s.id LIMIT 100`, pg.ByName[Suggested], d.ID)
}

// Decide takes a suggestion onto the district's page, with the words staff
// settle on, or declines it with a reply. Whoever wrote it is told. Pressing
// twice the same way changes nothing.
func (s *Service) Decide(ctx context.Context, actor authz.Actor, id uuid.UUID, take bool, reply string) error {
	reply = text.Block(reply)
	var f fault.Fields
	text.Check(&f, "reply", reply, 1000)
	if text.LooksLikeCPR(reply) {
		f.Add("reply", "errors.field_cpr")
	}
	if !take && reply == "" {
		f.Add("reply", "strengths.reply_missing")
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		type row struct {
			DistrictID       uuid.UUID
			Body, SaidBy     string
			Status           SuggestionStatus
			Email            *string
			Locale, District string
			Slug             string
			CreatedAt        time.Time
			Strengths        int
		}
		was, err := pg.One(ctx, tx, `SELECT s.district_id, s.body, s.said_by, s.status, s.email, s.locale, d.name AS district, d.slug, s.created_at,
				(SELECT count(*) FROM district_strengths x WHERE x.district_id = d.id)::int AS strengths
			FROM strength_suggestions s JOIN districts d ON d.id = s.district_id WHERE s.id = $1 FOR UPDATE`, pg.ByName[row], id)
		if err != nil {
			return err
		}
		status := Declined
		if take {
			status = Taken
		}
		switch {
		case !actor.MayEditDistrict(was.DistrictID):
			return fault.New(fault.NotFound, "")
		case was.Status == status:
			return audit.Write(ctx, tx, audit.Entry{Action: "district.strength_seen", Object: "district", ID: was.DistrictID})
		case was.Status != Waiting:
			return fault.New(fault.Conflict, "strengths.decided_already")
		case take && was.Strengths >= maxRows:
			return fault.New(fault.Conflict, "districts.too_many", "Max", maxRows)
		}
		if take {
			strength, err := uuid.NewV7()
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `
				INSERT INTO district_strengths (id, district_id, position, body, said_by, said_on, added_at)
				SELECT $1, $2, coalesce(max(position) + 1, 0), $3, $4, $5, $6 FROM district_strengths WHERE district_id = $2`,
				strength, was.DistrictID, was.Body, was.SaidBy, i18n.Day(was.CreatedAt), tx.Now()); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE districts SET updated_at = greatest($2, updated_at + interval '1 microsecond') WHERE id = $1`, was.DistrictID, tx.Now()); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE strength_suggestions SET status = $2, reply = $3, decided_at = $4, decided_by = $5 WHERE id = $1`,
			id, status, reply, tx.Now(), actor.AccountID); err != nil {
			return err
		}
		if was.Email != nil {
			if err := mail.Enqueue(ctx, tx, mail.Post{Letter: "strength_answer", To: *was.Email, Locale: was.Locale,
				Facts: map[string]any{"district": was.District, "slug": was.Slug, "body": was.Body, "status": status, "reply": reply}}); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "district.strength_" + string(status), Object: "district", ID: was.DistrictID})
	})
}

// keepWriters is how many days the address behind a suggestion is kept after it
// was answered.
const keepWriters = 30

// Forget erases the addresses behind suggestions that were answered long ago.
func (s *Service) Forget(ctx context.Context) error {
	_, err := s.db.Pool().Exec(ctx, `UPDATE strength_suggestions SET email = NULL WHERE email IS NOT NULL AND decided_at < $1`, s.db.Now().AddDate(0, 0, -keepWriters))
	return pg.Fault(err)
}
