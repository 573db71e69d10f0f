package account

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Person is one of an organisation's people.
type Person struct {
	ID         uuid.UUID // the account's
	Name       string
	Email      string
	Contact    bool
	SignedInAt *time.Time
	DisabledAt *time.Time
}

// errThere ends a transaction that has nothing to change: a second press.
var errThere = errors.New("account: it is so already")

// place is an organisation as its people and invitations need to know it.
type place struct {
	ID        uuid.UUID
	Slug      string
	Name      string
	Status    string
	Districts []uuid.UUID
}

const placeSQL = `SELECT o.id, o.slug, o.name, o.status,
	ARRAY(SELECT d.district_id FROM organisation_districts d WHERE d.organisation_id = o.id ORDER BY d.district_id) AS districts
	FROM organisations o WHERE o.id = $1`

func placeOf(ctx context.Context, q pg.Querier, id uuid.UUID) (place, error) {
	return pg.One(ctx, q, placeSQL, pg.ByName[place], id)
}

// holdPlace keeps the organisation's people as they are until the transaction
// ends: whoever changes them holds it first, so that two contacts who leave at
// once do so one after the other.
func holdPlace(ctx context.Context, tx *pg.Tx, id uuid.UUID) (place, error) {
	if _, err := pg.One(ctx, tx, `SELECT true FROM organisations WHERE id = $1 FOR UPDATE`, pg.Scalar[bool], id); err != nil {
		return place{}, err
	}
	return placeOf(ctx, tx, id)
}

// seenBy is NotFound for those who are not to know who its people are.
func (p place) seenBy(actor authz.Actor) error {
	if !actor.MaySeePeople(p.ID, p.Districts) {
		return fault.New(fault.NotFound, "")
	}
	return nil
}

// changedBy says no to those who may look but not change.
func (p place) changedBy(actor authz.Actor) error {
	if err := p.seenBy(actor); err != nil {
		return err
	}
	if !actor.MayEditOrganisation(p.ID, p.Districts) {
		return fault.New(fault.Forbidden, "people.contacts_only")
	}
	return nil
}

// People lists an organisation's people, contacts first.
func (s *Service) People(ctx context.Context, actor authz.Actor, organisation uuid.UUID) ([]Person, error) {
	p, err := placeOf(ctx, s.db.Fresh(), organisation)
	if err != nil {
		return nil, err
	}
	if err := p.seenBy(actor); err != nil {
		return nil, err
	}
	return pg.All(ctx, s.db.Fresh(), `
		SELECT a.id, a.name, a.email, op.contact, a.signed_in_at, a.disabled_at
		FROM organisation_people op JOIN accounts a ON a.id = op.account_id
		WHERE op.organisation_id = $1 ORDER BY op.contact DESC, a.name COLLATE "da-x-icu", a.id`, pg.ByName[Person], organisation)
}

// SetContact makes somebody a contact, or a member again. An organisation
// always has a contact.
func (s *Service) SetContact(ctx context.Context, actor authz.Actor, organisation, person uuid.UUID, contact bool) error {
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		was, err := holdPerson(ctx, tx, actor, organisation, person, false)
		switch {
		case err != nil:
			return err
		case was == contact:
			return errThere
		}
		if !contact {
			if err := notTheLast(ctx, tx, organisation, person); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE organisation_people SET contact = $3 WHERE organisation_id = $1 AND account_id = $2`,
			organisation, person, contact); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.person_changed", Object: "organisation", ID: organisation,
			Detail: map[string]any{"account": person, "contact": contact}})
	})
	return unlessThere(err)
}

// RemovePerson takes somebody out of an organisation, at once. Everybody may
// leave by themselves, but for the last contact.
func (s *Service) RemovePerson(ctx context.Context, actor authz.Actor, organisation, person uuid.UUID) error {
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		contact, err := holdPerson(ctx, tx, actor, organisation, person, person == actor.AccountID)
		if errors.Is(err, errNotOne) {
			return removedBefore(ctx, tx, organisation, person)
		}
		if err != nil {
			return err
		}
		if contact {
			if err := notTheLast(ctx, tx, organisation, person); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM organisation_people WHERE organisation_id = $1 AND account_id = $2`,
			organisation, person); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.person_removed", Object: "organisation", ID: organisation,
			Detail: map[string]any{"account": person}})
	})
	return unlessThere(err)
}

// removedBefore tells a second press from somebody who was never one of them.
func removedBefore(ctx context.Context, tx *pg.Tx, organisation, person uuid.UUID) error {
	before, err := pg.One(ctx, tx, `
		SELECT EXISTS (SELECT FROM audit_entries WHERE object_id = $1 AND action = 'organisation.person_removed'
			AND detail->>'account' = $2)`, pg.Scalar[bool], organisation, person.String())
	switch {
	case err != nil:
		return err
	case before:
		return errThere
	}
	return errNotOne
}

// holdPerson holds the organisation and tells whether the person is a contact.
// What the actor may was read before: of an actor who is one of its people it
// is asked again, now that nobody can change it.
func holdPerson(ctx context.Context, tx *pg.Tx, actor authz.Actor, organisation, person uuid.UUID, self bool) (contact bool, err error) {
	p, err := holdPlace(ctx, tx, organisation)
	if err != nil {
		return false, err
	}
	if self {
		err = p.seenBy(actor)
	} else {
		err = p.changedBy(actor)
	}
	if err != nil {
		return false, err
	}
	if actor.Role == authz.Partner && !self {
		still, err := isContact(ctx, tx, organisation, actor.AccountID)
		switch {
		case fault.Is(err, fault.NotFound), err == nil && !still:
			return false, fault.New(fault.Forbidden, "people.contacts_only")
		case err != nil:
			return false, err
		}
	}
	contact, err = isContact(ctx, tx, organisation, person)
	if fault.Is(err, fault.NotFound) {
		err = errNotOne
	}
	return contact, err
}

// errNotOne says that somebody is none of the organisation's people.
var errNotOne = fault.New(fault.NotFound, "")

func isContact(ctx context.Context, q pg.Querier, organisation, person uuid.UUID) (bool, error) {
	return pg.One(ctx, q, `SELECT contact FROM organisation_people WHERE organisation_id = $1 AND account_id = $2`,
		pg.Scalar[bool], organisation, person)
}

// notTheLast keeps an organisation from being left without somebody who can
// speak for it and sign in.
func notTheLast(ctx context.Context, tx *pg.Tx, organisation, person uuid.UUID) error {
	others, err := pg.One(ctx, tx, `
		SELECT EXISTS (SELECT FROM organisation_people op JOIN accounts a ON a.id = op.account_id AND a.disabled_at IS NULL
			WHERE op.organisation_id = $1 AND op.account_id <> $2 AND op.contact)`, pg.Scalar[bool], organisation, person)
	if err == nil && !others {
		return fault.New(fault.Conflict, "people.last_contact")
	}
	return err
}

func unlessThere(err error) error {
	if errors.Is(err, errThere) {
		return nil
	}
	return err
}
