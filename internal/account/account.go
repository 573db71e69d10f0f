// Package account owns who can sign in: their passwords, what they may do, and
// the end of their sessions.
//
// Accounts belong to staff and to people of partner organisations. Residents
// have none; they hold a personal link.
package account

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// DemoDomain is where the e-mail addresses of demo accounts are. Production
// has none of them.
const DemoDomain = "demo.example"

// Service keeps the accounts.
type Service struct {
	db     *pg.DB
	hasher hasher
}

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db, hasher: newHasher()} }

// NewAccount is somebody to be let in.
type NewAccount struct {
	Email, Name, Phone string
	Role               string // "partner", "coordinator", "administrator"
	Password           string
	Locale             string   // "da" when empty
	Districts          []string // slugs, for coordinators
	Organisation       string   // slug, for partners
	Contact            bool     // speaks for the organisation
}

func (in *NewAccount) tidy() {
	in.Email, _ = text.Email(in.Email)
	in.Name = text.Line(in.Name)
	if e164, ok := text.Phone(in.Phone); ok {
		in.Phone = e164
	}
	in.Locale = text.Locale(in.Locale)
}

// Validate names what cannot be used.
func (in NewAccount) Validate() fault.Fields {
	var f fault.Fields
	if strings.TrimSpace(in.Email) == "" {
		f.Add("email", "account.email_missing")
	} else if _, ok := text.Email(in.Email); !ok {
		f.Add("email", text.KeyEmail)
	}
	text.Require(&f, "name", text.Line(in.Name), 120, "account.name_missing")
	if in.Phone != "" {
		if _, ok := text.Phone(in.Phone); !ok {
			f.Add("phone", text.KeyPhone)
		}
	}
	role, ok := authz.ParseRole(in.Role)
	switch {
	case !ok:
		f.Add("role", text.KeyChooseOne)
	case role == authz.Partner && in.Organisation == "":
		f.Add("organisation", "account.organisation_missing")
	case role != authz.Partner && in.Organisation != "":
		f.Add("organisation", "account.organisation_only_partners")
	case role != authz.Coordinator && len(in.Districts) > 0:
		f.Add("districts", "account.districts_only_coordinators")
	}
	checkPassword(&f, in.Password)
	return f
}

// Add lets somebody in.
func (s *Service) Add(ctx context.Context, actor authz.Actor, in NewAccount) (uuid.UUID, error) {
	if err := mayManage(actor); err != nil {
		return uuid.Nil, err
	}
	if err := in.Validate().Err(); err != nil {
		return uuid.Nil, err
	}
	in.tidy()
	hash, err := s.hasher.hash(ctx, in.Password)
	if err != nil {
		return uuid.Nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return uuid.Nil, err
	}
	return id, s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `
			INSERT INTO accounts (id, email, name, phone, role, password_hash, locale, created_at, sessions_valid_from)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`,
			id, in.Email, in.Name, in.Phone, in.Role, hash, in.Locale, tx.Now()); err != nil {
			return err
		}
		if err := assignDistricts(ctx, tx, id, in.Districts); err != nil {
			return err
		}
		if in.Organisation != "" {
			tag, err := tx.Exec(ctx, `
				INSERT INTO organisation_people (organisation_id, account_id, contact)
				SELECT id, $2, $3 FROM organisations WHERE slug = $1`, in.Organisation, id, in.Contact)
			if err != nil {
				return err
			}
			if tag.RowsAffected() == 0 {
				return fault.InField(fault.Invalid, "organisation", "account.organisation_unknown", "Slug", in.Organisation)
			}
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "account.added", Object: "account", ID: id,
			Detail: map[string]any{"role": in.Role}})
	})
}

func assignDistricts(ctx context.Context, tx *pg.Tx, id uuid.UUID, slugs []string) error {
	if len(slugs) == 0 {
		return nil
	}
	found, err := pg.All(ctx, tx, `
		WITH d AS (SELECT id, slug FROM districts WHERE slug = ANY($2)),
		added AS (INSERT INTO account_districts (account_id, district_id) SELECT $1, id FROM d)
		SELECT slug FROM d`, pg.Scalar[string], id, slugs)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, slug := range found {
		known[slug] = true
	}
	for _, slug := range slugs {
		if !known[slug] {
			return fault.InField(fault.Invalid, "districts", "account.district_unknown", "Slug", slug)
		}
	}
	return nil
}

// Account is one as administrators see it.
type Account struct {
	ID            uuid.UUID
	Email         string
	Name          string
	Phone         string
	Role          string
	Organisations []string // names
	Districts     []string // names
	CreatedAt     time.Time
	SignedInAt    *time.Time
	DisabledAt    *time.Time
}

// List returns every account, by name.
func (s *Service) List(ctx context.Context, actor authz.Actor) ([]Account, error) {
	if err := mayManage(actor); err != nil {
		return nil, err
	}
	return pg.All(ctx, s.db.Fresh(), `
		SELECT a.id, a.email, a.name, a.phone, a.role, a.created_at, a.signed_in_at, a.disabled_at,
			ARRAY(SELECT o.name FROM organisation_people p JOIN organisations o ON o.id = p.organisation_id
				WHERE p.account_id = a.id ORDER BY o.name COLLATE "da-x-icu") AS organisations,
			ARRAY(SELECT d.name FROM account_districts ad JOIN districts d ON d.id = ad.district_id
				WHERE ad.account_id = a.id ORDER BY d.name COLLATE "da-x-icu") AS districts
		FROM accounts a ORDER BY a.name COLLATE "da-x-icu", a.id`, pg.ByName[Account])
}

// Find returns the id behind an e-mail address, for the command line.
func (s *Service) Find(ctx context.Context, actor authz.Actor, email string) (uuid.UUID, error) {
	if err := mayManage(actor); err != nil {
		return uuid.Nil, err
	}
	email, ok := text.Email(email)
	if !ok {
		return uuid.Nil, fault.New(fault.NotFound, "")
	}
	return pg.One(ctx, s.db.Fresh(), `SELECT id FROM accounts WHERE lower(email) = lower($1)`, pg.Scalar[uuid.UUID], email)
}

// Choice is a staff member to choose in a form.
type Choice struct {
	ID   uuid.UUID
	Name string
}

// StaffChoices lists the staff who can be named as a district's contact.
func (s *Service) StaffChoices(ctx context.Context, actor authz.Actor) ([]Choice, error) {
	if !actor.Staff() && actor.Role != authz.System {
		return nil, fault.New(fault.Forbidden, "")
	}
	return pg.All(ctx, s.db.Fresh(), `
		SELECT id, name FROM accounts WHERE role IN ('coordinator', 'administrator') AND disabled_at IS NULL
		ORDER BY name COLLATE "da-x-icu", id`, pg.ByName[Choice])
}

// DemoAccounts counts the accounts of the demo that can sign in; production
// refuses to start with any.
func (s *Service) DemoAccounts(ctx context.Context) (int, error) {
	return pg.One(ctx, s.db.Fresh(), `
		SELECT count(*)::int FROM accounts WHERE disabled_at IS NULL AND lower(email) LIKE '%@' || $1::text`,
		pg.Scalar[int], DemoDomain)
}

// Sweep removes sessions that have ended by themselves, and invitations that
// nobody needs to know of any more.
func (s *Service) Sweep(ctx context.Context) error {
	if _, err := s.db.Pool().Exec(ctx, `DELETE FROM sessions WHERE expiry < now()`); err != nil {
		return pg.Fault(err)
	}
	_, err := s.db.Pool().Exec(ctx, `DELETE FROM invitations WHERE coalesce(accepted_at, withdrawn_at, expires_at) < $1`,
		s.db.Now().Add(-keepInvitation))
	return pg.Fault(err)
}

// Disable shuts an account out at once and ends its sessions. The last
// administrator stays.
func (s *Service) Disable(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	if err := mayManage(actor); err != nil {
		return err
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		// All administrators are held, in one order, so that two of them cannot
		// shut each other out at the same moment.
		admins, err := pg.All(ctx, tx, `
			SELECT id FROM accounts WHERE role = 'administrator' AND disabled_at IS NULL
			ORDER BY id FOR UPDATE`, pg.Scalar[uuid.UUID])
		if err != nil {
			return err
		}
		if len(admins) == 1 && admins[0] == id {
			return fault.New(fault.Conflict, "account.last_administrator")
		}
		tag, err := tx.Exec(ctx, `
			UPDATE accounts SET disabled_at = coalesce(disabled_at, $2), sessions_valid_from = $2 WHERE id = $1`, id, tx.Now())
		if err != nil {
			return err
		}
		return changed(ctx, tx, tag.RowsAffected(), "account.disabled", id)
	})
}

// Enable lets a disabled account in again; its old sessions stay ended.
func (s *Service) Enable(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	if err := mayManage(actor); err != nil {
		return err
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE accounts SET disabled_at = NULL WHERE id = $1`, id)
		if err != nil {
			return err
		}
		return changed(ctx, tx, tag.RowsAffected(), "account.enabled", id)
	})
}

// SetPassword gives an account another password and ends all its sessions.
func (s *Service) SetPassword(ctx context.Context, actor authz.Actor, id uuid.UUID, password string) error {
	if err := mayManage(actor); err != nil {
		return err
	}
	var f fault.Fields
	checkPassword(&f, password)
	if err := f.Err(); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		tag, err := tx.Exec(ctx, `
			UPDATE accounts SET password_hash = $2, sessions_valid_from = $3 WHERE id = $1`, id, hash, tx.Now())
		if err != nil {
			return err
		}
		return changed(ctx, tx, tag.RowsAffected(), "account.password_set", id)
	})
}

func changed(ctx context.Context, tx *pg.Tx, rows int64, action string, id uuid.UUID) error {
	if rows == 0 {
		return fault.New(fault.NotFound, "")
	}
	return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "account", ID: id})
}

func mayManage(actor authz.Actor) error {
	if actor.Role != authz.Administrator && actor.Role != authz.System {
		return fault.New(fault.Forbidden, "")
	}
	return nil
}
