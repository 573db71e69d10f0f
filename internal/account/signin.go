package account

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
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

// How many failures within the window are answered before a pause.
const (
	failuresPerAccount = 5
	failuresPerAddress = 30
	failureWindow      = 15 * time.Minute
)

// Authenticate returns the account that the e-mail and the password belong to.
// The address is the network address of whoever tries.
//
// Unknown, disabled and wrong are one answer, in one time, under one throttle,
// so that nobody can find out who has an account.
func (s *Service) Authenticate(ctx context.Context, email, password, address string) (uuid.UUID, error) {
	var f fault.Fields
	if strings.TrimSpace(email) == "" {
		f.Add("email", "account.email_missing")
	}
	if password == "" {
		f.Add("password", "account.password_missing")
	}
	if err := f.Err(); err != nil {
		return uuid.Nil, err
	}
	email, plausible := text.Email(email)
	t := throttle{account: accountKey(email), address: addressKey(address)}

	// Counting happens inside the hasher's two slots: however many tries arrive
	// at once, at most one more than allowed is let through before the failures
	// are counted.
	leave, err := s.hasher.enter(ctx)
	if err != nil {
		return uuid.Nil, err
	}
	defer leave()
	now := s.db.Now()
	if !plausible || len(password) > passwordMax {
		email = ""
	}
	c, err := s.candidate(ctx, t, email, now)
	if err != nil {
		return uuid.Nil, err
	}
	if wait := c.wait(now); wait > 0 {
		return uuid.Nil, fault.New(fault.TooMany, "account.too_many_attempts", "Minutes", int((wait+time.Minute-1)/time.Minute))
	}
	hash := nobodysHash
	if c.ID != nil {
		hash = *c.Hash
	}
	ok, err := matches(password, hash)
	if err != nil {
		return uuid.Nil, fault.Wrap(fault.Internal, "", err)
	}
	if !ok || c.ID == nil {
		return uuid.Nil, s.fail(ctx, t, now)
	}
	role, _ := authz.ParseRole(*c.Role)
	err = s.db.Write(ctx, authz.Actor{Role: role, AccountID: *c.ID}, func(tx *pg.Tx) error {
		// Shut out, or given another password, while we were hashing: no entry.
		tag, err := tx.Exec(ctx, `
			UPDATE accounts SET signed_in_at = $3 WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL`,
			*c.ID, *c.Hash, tx.Now())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return wrong()
		}
		if _, err := tx.Exec(ctx, `DELETE FROM sign_in_attempts WHERE key = $1`, t.account); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "account.signed_in", Object: "account", ID: *c.ID})
	})
	if err != nil {
		return uuid.Nil, err
	}
	return *c.ID, nil
}

func wrong() error { return fault.InField(fault.Invalid, "email", "account.sign_in_wrong") }

// throttle names what failures are counted under.
type throttle struct{ account, address string }

// accountKey is a hash: an address that somebody mistyped is not ours to keep.
func accountKey(email string) string {
	sum := sha256.Sum256([]byte(strings.ToLower(email)))
	return "account:" + hex.EncodeToString(sum[:16])
}

// addressKey is the network address without its port; of IPv6 the part that
// one household has.
func addressKey(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		port, err := netip.ParseAddrPort(address)
		if err != nil {
			return "address:unknown"
		}
		ip = port.Addr()
	}
	if ip = ip.Unmap().WithZone(""); ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return "address:" + p.String()
		}
	}
	return "address:" + ip.String()
}

type candidate struct {
	ID             *uuid.UUID
	Hash           *string
	Role           *string
	AccountLimited *time.Time // the failure that must grow old first
	AddressLimited *time.Time
}

func (c candidate) wait(now time.Time) time.Duration {
	var wait time.Duration
	for _, at := range []*time.Time{c.AccountLimited, c.AddressLimited} {
		if at != nil {
			wait = max(wait, at.Add(failureWindow).Sub(now))
		}
	}
	return wait
}

func (s *Service) candidate(ctx context.Context, t throttle, email string, now time.Time) (candidate, error) {
	return pg.One(ctx, s.db.Fresh(), `
		SELECT a.id, a.password_hash AS hash, a.role,
			(SELECT at FROM sign_in_attempts WHERE key = $2 AND at > $4
				ORDER BY at DESC OFFSET $5 LIMIT 1) AS account_limited,
			(SELECT at FROM sign_in_attempts WHERE key = $3 AND at > $4
				ORDER BY at DESC OFFSET $6 LIMIT 1) AS address_limited
		FROM (SELECT) one LEFT JOIN accounts a ON lower(a.email) = lower($1) AND a.disabled_at IS NULL`,
		pg.ByName[candidate], email, t.account, t.address, now.Add(-failureWindow),
		failuresPerAccount-1, failuresPerAddress-1)
}

// fail counts a failure and forgets those that are too old to count. It goes
// past Write: a try changes nothing, and the audit log is not for strangers to
// fill.
func (s *Service) fail(ctx context.Context, t throttle, now time.Time) error {
	if _, err := s.db.Pool().Exec(ctx, `
		WITH swept AS (DELETE FROM sign_in_attempts WHERE at <= $4)
		INSERT INTO sign_in_attempts (key, at) VALUES ($1, $3), ($2, $3)`,
		t.account, t.address, now, now.Add(-failureWindow)); err != nil {
		return pg.Fault(err)
	}
	return wrong()
}

// Actor returns who the account is at this moment and what it may do. Somebody
// who is disabled, or who signed in before the account's sessions were ended,
// is NotFound.
func (s *Service) Actor(ctx context.Context, id uuid.UUID, signedInAt time.Time) (authz.Actor, error) {
	type row struct {
		Role, Name, Email string
		Organisations     []authz.Membership
		Districts         []uuid.UUID
		StandsFor         []uuid.UUID
	}
	// Only who is away or gone can have somebody acting for them.
	r, err := pg.One(ctx, s.db.Fresh(), `
		WITH covered AS (
			SELECT o.id FROM accounts o
			WHERE o.id <> $1 AND o.role <> 'partner' AND acting(o.id, $3) = $1
			  AND (o.stand_in_id IS NOT NULL AND o.disabled_at IS NOT NULL
				OR EXISTS (SELECT FROM absences b WHERE b.account_id = o.id AND $3 BETWEEN b.from_on AND b.until_on)))
		SELECT a.role, a.name, a.email, ARRAY(SELECT id FROM covered ORDER BY id) AS stands_for,
			(SELECT coalesce(jsonb_agg(jsonb_build_object('OrganisationID', o.id, 'Slug', o.slug, 'Name', o.name,
					'Contact', p.contact) ORDER BY o.name COLLATE "da-x-icu", o.id), '[]')
				FROM organisation_people p JOIN organisations o ON o.id = p.organisation_id AND o.status = 'approved'
				WHERE p.account_id = a.id) AS organisations,
			ARRAY(SELECT DISTINCT d.district_id FROM account_districts d
				WHERE d.account_id = a.id OR d.account_id IN (SELECT id FROM covered) ORDER BY d.district_id) AS districts
		FROM accounts a WHERE a.id = $1 AND a.disabled_at IS NULL AND a.sessions_valid_from <= $2`,
		pg.ByName[row], id, signedInAt, i18n.Day(s.db.Now()))
	if err != nil {
		return authz.Nobody, err
	}
	role, ok := authz.ParseRole(r.Role)
	if !ok {
		return authz.Nobody, fault.New(fault.NotFound, "")
	}
	return authz.Actor{Role: role, AccountID: id, Name: r.Name, Email: r.Email,
		Organisations: r.Organisations, Districts: r.Districts, StandsFor: r.StandsFor}, nil
}
