package organisation

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/secret"
)

// ActiveToken is the secret of the yearly letter's link. The database knows its
// hash only.
type ActiveToken string

// Once a year an organisation is asked whether it is still there, then twice
// more; 60 days after the first letter the board tells staff. Nothing is hidden by
// itself.
const (
	secondAfter    = 20 // days after the first letter
	thirdAfter     = 40
	activeLinkKept = 365 * 24 * time.Hour
	mostAsked      = 200 // organisations at a time: the rest a minute later
)

// Existence is what is known of whether an organisation is still there.
type Existence struct {
	ID        uuid.UUID
	Slug      string
	Name      string
	Status    Status
	ActiveAt  *time.Time // when somebody last said so
	AskedAt   *time.Time // nil: nothing waits for an answer
	StoppedAt *time.Time // its own people said that it has stopped
	Districts []DistrictRef
}

// Waits tells whether somebody was asked and has not answered.
func (e Existence) Waits() bool { return e.AskedAt != nil }

const existence = `o.id, o.slug, o.name, o.status, o.active_at, o.active_asked AS asked_at, o.stopped_at, ` + districtsJSON + ` AS districts`

// ByActiveToken returns the organisation that a yearly letter asks about. A link
// that is not known, or whose organisation takes no part any longer, is Gone.
func (s *Service) ByActiveToken(ctx context.Context, token ActiveToken) (Existence, error) {
	e, err := byActiveToken(ctx, s.db.Fresh(), token)
	if fault.Is(err, fault.NotFound) {
		return e, fault.New(fault.Gone, "organisations.active_link_spent")
	}
	return e, err
}

func byActiveToken(ctx context.Context, q pg.Querier, token ActiveToken) (Existence, error) {
	return pg.One(ctx, q, `SELECT `+existence+` FROM organisation_active_links l JOIN organisations o ON o.id = l.organisation_id
		WHERE l.token_hash = $1 AND o.status = 'approved'`, pg.ByName[Existence], secret.Hash(string(token)))
}

// Asked lists those of the actor's organisations that were asked and have not
// answered.
func (s *Service) Asked(ctx context.Context, actor authz.Actor) ([]Existence, error) {
	return pg.All(ctx, s.db.Fresh(), `SELECT `+existence+` FROM organisations o
		WHERE o.id = ANY ($1) AND o.status = 'approved' AND o.active_asked IS NOT NULL ORDER BY o.name COLLATE "da-x-icu", o.id`,
		pg.ByName[Existence], actor.OrganisationIDs())
}

// StillActive says that an organisation is still there: its own people, or staff
// who have spoken with it. Said twice is said once.
func (s *Service) StillActive(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	return s.exist(ctx, actor, func(tx *pg.Tx) (Existence, error) {
		o, err := held(ctx, tx, id)
		if err != nil {
			return Existence{}, err
		}
		if !actor.MemberOf(id) && !actor.MayReviewOrganisation(o.DistrictIDs()) {
			return Existence{}, fault.New(fault.Forbidden, "")
		}
		return existing(ctx, tx, id)
	}, true, "page")
}

// AnswerActive says by the letter's link that the organisation is still there, or
// that it has stopped, which staff are told. Said twice is said once.
func (s *Service) AnswerActive(ctx context.Context, token ActiveToken, active bool) error {
	err := s.exist(ctx, authz.Actor{Role: authz.Resident}, func(tx *pg.Tx) (Existence, error) {
		if _, err := tx.Exec(ctx, `SELECT FROM organisations WHERE id = (SELECT organisation_id FROM organisation_active_links WHERE token_hash = $1) FOR UPDATE`,
			secret.Hash(string(token))); err != nil {
			return Existence{}, err
		}
		return byActiveToken(ctx, tx, token)
	}, active, "letter")
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Gone, "organisations.active_link_spent")
	}
	return err
}

func existing(ctx context.Context, q pg.Querier, id uuid.UUID) (Existence, error) {
	return pg.One(ctx, q, `SELECT `+existence+` FROM organisations o WHERE o.id = $1`, pg.ByName[Existence], id)
}

func (s *Service) exist(ctx context.Context, actor authz.Actor, find func(*pg.Tx) (Existence, error), active bool, via string) error {
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		e, err := find(tx)
		if err != nil {
			return err
		}
		action := "organisation.still_active"
		switch {
		case e.Status != Approved:
			return fault.New(fault.Conflict, "organisations.not_now")
		case active && !e.Waits() && e.StoppedAt == nil, !active && e.StoppedAt != nil:
			return errThere
		case active:
			_, err = tx.Exec(ctx, `UPDATE organisations SET active_at = $2, active_asked = NULL, active_letters = 0, stopped_at = NULL WHERE id = $1`, e.ID, tx.Now())
		default:
			action = "organisation.stopped"
			_, err = tx.Exec(ctx, `UPDATE organisations SET stopped_at = $2, active_asked = NULL, active_letters = 0 WHERE id = $1`, e.ID, tx.Now())
		}
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "organisation", ID: e.ID, Detail: map[string]string{"via": via}})
	})
	if errors.Is(err, errThere) {
		return nil
	}
	return err
}

// Due asks every organisation once a year, at nine in the morning, whether it is
// still there, and twice more when nobody answers. An address that speaks for
// several hears of one a day. The portal calls it every minute.
func (s *Service) Due(ctx context.Context) error {
	err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error { return askActive(ctx, tx) })
	if errors.Is(err, errThere) {
		return nil
	}
	return err
}

func askActive(ctx context.Context, tx *pg.Tx) error {
	type due struct {
		ID      uuid.UUID
		Name    string
		Letters int
	}
	const morning = `+ time '09:00') AT TIME ZONE 'Europe/Copenhagen' <= $1`
	asked := `((o.active_asked AT TIME ZONE 'Europe/Copenhagen')::date + `
	list, err := pg.All(ctx, tx, `
		SELECT o.id, o.name, o.active_letters::int AS letters FROM organisations o
		WHERE o.status = 'approved' AND o.stopped_at IS NULL AND CASE o.active_letters
			WHEN 0 THEN ((coalesce(o.active_at, o.decided_at) AT TIME ZONE 'Europe/Copenhagen')::date + interval '1 year' `+morning+`
			WHEN 1 THEN `+asked+`$2::int `+morning+` WHEN 2 THEN `+asked+`$3::int `+morning+` ELSE false END
		ORDER BY o.id LIMIT $4 FOR UPDATE OF o SKIP LOCKED`, pg.ByName[due], tx.Now(), secondAfter, thirdAfter, mostAsked)
	if err != nil {
		return err
	}
	type reader struct {
		Name, Email, Locale string
		Written             bool // to, today
	}
	written := map[string]bool{}
	var posts []mail.Post
	taken := 0
	for _, d := range list {
		readers, err := pg.All(ctx, tx, `
			WITH people AS (SELECT a.name, a.email, a.locale FROM organisation_people p JOIN accounts a ON a.id = p.account_id AND a.disabled_at IS NULL
					WHERE p.organisation_id = $1 AND p.contact),
				reached AS (SELECT * FROM people UNION ALL SELECT contact_name, contact_email, contact_locale FROM organisations
					WHERE id = $1 AND contact_email <> '' AND NOT EXISTS (SELECT FROM people))
			SELECT r.*, EXISTS (SELECT FROM organisation_active_links l WHERE l.address_hash = sha256(convert_to(lower(r.email), 'UTF8'))
				AND (l.created_at AT TIME ZONE 'Europe/Copenhagen')::date = ($2::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date) AS written
			FROM reached r ORDER BY lower(r.email)`, pg.ByName[reader], d.ID, tx.Now())
		if err != nil {
			return err
		}
		later := false
		for _, r := range readers {
			later = later || r.Written || written[strings.ToLower(r.Email)]
		}
		if later {
			continue // tomorrow
		}
		for _, r := range readers {
			address := strings.ToLower(r.Email)
			written[address] = true
			token := secret.New()
			if _, err := tx.Exec(ctx, `INSERT INTO organisation_active_links (token_hash, organisation_id, address_hash, created_at) VALUES ($1, $2, $3, $4)`,
				secret.Hash(token), d.ID, secret.Hash(address), tx.Now()); err != nil {
				return err
			}
			posts = append(posts, mail.Post{Letter: "organisation_active", To: r.Email, Name: r.Name, Locale: r.Locale,
				Facts: map[string]any{"organisation": d.Name, "token": token, "again": d.Letters > 0}})
		}
		if _, err := tx.Exec(ctx, `UPDATE organisations SET active_asked = coalesce(active_asked, $2), active_letters = active_letters + 1 WHERE id = $1`, d.ID, tx.Now()); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Entry{Action: "organisation.asked_if_active", Object: "organisation", ID: d.ID, Detail: map[string]int{"letters": len(readers)}}); err != nil {
			return err
		}
		taken++
	}
	if taken == 0 {
		return errThere
	}
	if _, err := tx.Exec(ctx, `DELETE FROM organisation_active_links l USING organisations o WHERE o.id = l.organisation_id AND o.active_asked IS NULL AND l.created_at < $1`,
		tx.Now().Add(-activeLinkKept)); err != nil {
		return err
	}
	return mail.Enqueue(ctx, tx, posts...)
}
