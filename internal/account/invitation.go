package account

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/secret"
	"mellemrum/internal/text"
)

const (
	// InvitationLasts is how long a letter's link can be used.
	InvitationLasts = 14 * 24 * time.Hour

	// keepInvitation is how long we can still tell what became of a link.
	keepInvitation = 30 * 24 * time.Hour

	// sameLetter is how soon a second press still means the first letter.
	sameLetter = time.Minute

	// mostInvitations is how many of an organisation's may be open at once.
	mostInvitations = 50
)

// Token is the secret of an invitation's link. The database knows its hash only.
type Token string

func newToken() Token { return Token(secret.New()) }

func (t Token) hash() []byte { return secret.Hash(string(t)) }

// NewInvitation is somebody to be asked along.
type NewInvitation struct {
	Name, Email string
	Contact     bool
	Locale      string // of the letter
}

func (in NewInvitation) tidy() NewInvitation {
	in.Name, in.Locale = text.Line(in.Name), text.Locale(in.Locale)
	in.Email, _ = text.Email(in.Email)
	return in
}

// Validate names what cannot be used.
func (in NewInvitation) Validate() fault.Fields {
	var f fault.Fields
	text.Require(&f, "name", text.Line(in.Name), 120, "people.name_missing")
	if strings.TrimSpace(in.Email) == "" {
		f.Add("email", "people.email_missing")
	} else if _, ok := text.Email(in.Email); !ok {
		f.Add("email", text.KeyEmail)
	}
	return f
}

// Invite asks somebody by mail to become one of an organisation's people.
func (s *Service) Invite(ctx context.Context, actor authz.Actor, organisation uuid.UUID, in NewInvitation) error {
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		p, err := holdPlace(ctx, tx, organisation)
		if err != nil {
			return err
		}
		if err := p.changedBy(actor); err != nil {
			return err
		}
		if err := in.Validate().Err(); err != nil {
			return err
		}
		in := in.tidy()
		if p.Status != "approved" {
			return fault.New(fault.Conflict, "people.not_approved")
		}
		if err := alreadyAsked(ctx, tx, organisation, in.Email); err != nil {
			return err
		}
		token, err := invite(ctx, tx, organisation, in)
		if err != nil {
			return err
		}
		return mail.Enqueue(ctx, tx, letter(tx, p, in, token))
	})
	return unlessThere(err)
}

func alreadyAsked(ctx context.Context, tx *pg.Tx, organisation uuid.UUID, email string) error {
	type row struct {
		Here bool
		Sent *time.Time
		Open int
	}
	r, err := pg.One(ctx, tx, `
		SELECT EXISTS (SELECT FROM organisation_people op JOIN accounts a ON a.id = op.account_id
				WHERE op.organisation_id = $1 AND lower(a.email) = lower($2)) AS here,
			(SELECT max(sent_at) FROM invitations WHERE organisation_id = $1 AND lower(email) = lower($2)
				AND accepted_at IS NULL AND withdrawn_at IS NULL) AS sent,
			(SELECT count(*)::int FROM invitations WHERE organisation_id = $1
				AND accepted_at IS NULL AND withdrawn_at IS NULL) AS open`, pg.ByName[row], organisation, email)
	switch {
	case err != nil:
		return err
	case r.Here:
		return fault.InField(fault.Conflict, "email", "people.already_here")
	case r.Sent != nil && tx.Now().Sub(*r.Sent) < sameLetter:
		return errThere
	case r.Sent != nil:
		return fault.InField(fault.Conflict, "email", "people.already_invited")
	case r.Open >= mostInvitations:
		return fault.New(fault.Conflict, "people.too_many")
	}
	return nil
}

// InviteFirst asks along the one who wrote for an organisation that has just
// been approved: within the transaction that holds it, and whoever approves
// writes the letter. The token is empty when they are one of its people.
func InviteFirst(ctx context.Context, tx *pg.Tx, organisation uuid.UUID, in NewInvitation) (Token, error) {
	in = in.tidy()
	switch err := alreadyAsked(ctx, tx, organisation, in.Email); {
	case fault.Is(err, fault.Conflict):
		return "", nil
	case err != nil:
		return "", err
	}
	return invite(ctx, tx, organisation, in)
}

func invite(ctx context.Context, tx *pg.Tx, organisation uuid.UUID, in NewInvitation) (Token, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return "", err
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO invitations (id, organisation_id, email, name, contact, locale, invited_by, created_at, sent_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, (SELECT id FROM accounts WHERE id = $7), $8, $8, $9)`, id, organisation, in.Email, in.Name, in.Contact, in.Locale,
		audit.ActorID(tx.Actor()), tx.Now(), tx.Now().Add(InvitationLasts)); err != nil {
		return "", err
	}
	token, err := link(ctx, tx, id)
	if err != nil {
		return "", err
	}
	return token, audit.Write(ctx, tx, audit.Entry{Action: "organisation.person_invited", Object: "organisation", ID: organisation,
		Detail: map[string]any{"invitation": id, "contact": in.Contact}})
}

// link makes another link for an invitation.
func link(ctx context.Context, tx *pg.Tx, invitation uuid.UUID) (Token, error) {
	token := newToken()
	_, err := tx.Exec(ctx, `INSERT INTO invitation_links (token_hash, invitation_id, expires_at) VALUES ($1, $2, $3)`,
		token.hash(), invitation, tx.Now().Add(InvitationLasts))
	return token, err
}

func letter(tx *pg.Tx, p place, in NewInvitation, token Token) mail.Post {
	return mail.Post{Letter: "organisation_invitation", To: in.Email, Name: in.Name, Locale: in.Locale,
		Facts: map[string]any{"organisation": p.Name, "by": tx.Actor().Name, "token": token, "contact": in.Contact,
			"until": tx.Now().Add(InvitationLasts)}}
}

// InvitationState tells whether an invitation can still be said yes to.
type InvitationState string

// The states of an invitation.
const (
	InvitationOpen      InvitationState = "open"
	InvitationExpired   InvitationState = "expired"
	InvitationAccepted  InvitationState = "accepted"
	InvitationWithdrawn InvitationState = "withdrawn"
	InvitationClosed    InvitationState = "closed" // the organisation takes no part at the moment
)

// Invitation is one as those see it who sent it, or who got it.
type Invitation struct {
	ID             uuid.UUID
	OrganisationID uuid.UUID
	Organisation   string
	Slug           string
	Email          string
	Name           string
	Contact        bool
	Locale         string
	By             string // who invites; empty: nobody who is still here
	SentAt         time.Time
	ExpiresAt      time.Time
	State          InvitationState
	Account        bool // the address can sign in already
}

const invitationSQL = `
	SELECT i.id, i.organisation_id, o.name AS organisation, o.slug, i.email, i.name, i.contact, i.locale,
		coalesce(b.name, '') AS by, i.sent_at, %expires AS expires_at,
		CASE WHEN i.accepted_at IS NOT NULL THEN 'accepted' WHEN i.withdrawn_at IS NOT NULL THEN 'withdrawn'
			WHEN o.status <> 'approved' THEN 'closed' WHEN %expires <= $2 THEN 'expired' ELSE 'open' END AS state,
		EXISTS (SELECT FROM accounts a WHERE lower(a.email) = lower(i.email)) AS account
	FROM invitations i JOIN organisations o ON o.id = i.organisation_id LEFT JOIN accounts b ON b.id = i.invited_by `

var (
	byLink         = strings.ReplaceAll(invitationSQL, "%expires", "l.expires_at") + `JOIN invitation_links l ON l.invitation_id = i.id WHERE l.token_hash = $1`
	byID           = strings.ReplaceAll(invitationSQL, "%expires", "i.expires_at") + `WHERE i.id = $1`
	byOrganisation = strings.ReplaceAll(invitationSQL, "%expires", "i.expires_at") + `WHERE i.organisation_id = $1
		AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL ORDER BY i.name COLLATE "da-x-icu", i.id`
)

// Invitations lists those of an organisation that nobody has answered, for
// those who may invite.
func (s *Service) Invitations(ctx context.Context, actor authz.Actor, organisation uuid.UUID) ([]Invitation, error) {
	p, err := placeOf(ctx, s.db.Fresh(), organisation)
	if err != nil {
		return nil, err
	}
	if err := p.changedBy(actor); err != nil {
		return nil, err
	}
	return pg.All(ctx, s.db.Fresh(), byOrganisation, pg.ByName[Invitation], organisation, s.db.Now())
}

// heldInvitation is one of the organisation's, with the organisation held.
func heldInvitation(ctx context.Context, tx *pg.Tx, actor authz.Actor, organisation, id uuid.UUID) (place, Invitation, error) {
	p, err := holdPlace(ctx, tx, organisation)
	if err != nil {
		return place{}, Invitation{}, err
	}
	if err := p.changedBy(actor); err != nil {
		return place{}, Invitation{}, err
	}
	i, err := pg.One(ctx, tx, byID, pg.ByName[Invitation], id, tx.Now())
	if err == nil && i.OrganisationID != organisation {
		err = fault.New(fault.NotFound, "")
	}
	return p, i, err
}

// InviteAgain sends an invitation's letter once more, with a new link.
func (s *Service) InviteAgain(ctx context.Context, actor authz.Actor, organisation, id uuid.UUID) error {
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		p, i, err := heldInvitation(ctx, tx, actor, organisation, id)
		switch {
		case err != nil:
			return err
		case i.State != InvitationOpen && i.State != InvitationExpired:
			return fault.New(fault.Conflict, "people.invitation_over")
		case tx.Now().Sub(i.SentAt) < sameLetter:
			return errThere
		}
		if _, err := tx.Exec(ctx, `UPDATE invitations SET sent_at = $2, expires_at = $3 WHERE id = $1`,
			id, tx.Now(), tx.Now().Add(InvitationLasts)); err != nil {
			return err
		}
		token, err := link(ctx, tx, id)
		if err != nil {
			return err
		}
		in := NewInvitation{Name: i.Name, Email: i.Email, Contact: i.Contact, Locale: i.Locale}
		if err := mail.Enqueue(ctx, tx, letter(tx, p, in, token)); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.person_invited_again", Object: "organisation", ID: organisation,
			Detail: map[string]any{"invitation": id}})
	})
	return unlessThere(err)
}

// Withdraw takes an invitation back.
func (s *Service) Withdraw(ctx context.Context, actor authz.Actor, organisation, id uuid.UUID) error {
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		_, i, err := heldInvitation(ctx, tx, actor, organisation, id)
		switch {
		case err != nil:
			return err
		case i.State == InvitationWithdrawn:
			return errThere
		case i.State == InvitationAccepted:
			return fault.New(fault.Conflict, "people.invitation_over")
		}
		if _, err := tx.Exec(ctx, `UPDATE invitations SET withdrawn_at = $2 WHERE id = $1`, id, tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "organisation.invitation_withdrawn", Object: "organisation", ID: organisation,
			Detail: map[string]any{"invitation": id}})
	})
	return unlessThere(err)
}
