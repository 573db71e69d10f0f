package ask

import (
	"context"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/pg"
)

// Helper is an accepted hand that agreed to be known to the others who help
// with the same part.
type Helper struct {
	Who   string `json:"who"`   // the organisation; for an address that somebody suggested the person
	Name  string `json:"name"`  // of the person there
	Phone string `json:"phone"` // E.164; may be empty
	Email string `json:"email"` // may be empty
}

// helpersSQL are the hands that help with the same part as hand m: accepted,
// still counting, and agreed to be known.
const helpersSQL = `SELECT m.id AS hand, coalesce(o.name, h.name) AS who, h.name, coalesce(h.phone, '') AS phone,
		coalesce(h.email, l.email, (SELECT ol.email FROM ask_letters ol WHERE ol.ask_id = h.ask_id AND ol.organisation_id = h.organisation_id
			ORDER BY ol.created_at, ol.id LIMIT 1), '') AS email
	FROM hands m JOIN hands h ON h.ask_id = m.ask_id AND h.id <> m.id AND h.reply = 'accepted' AND h.share_contact AND ` + counts + `
	LEFT JOIN organisations o ON o.id = h.organisation_id LEFT JOIN ask_letters l ON l.id = h.letter_id
	WHERE m.reply = 'accepted' AND m.answer = 'yes' AND EXISTS (SELECT FROM hand_parts mine JOIN hand_parts theirs ON theirs.part_id = mine.part_id
		WHERE mine.hand_id = m.id AND theirs.hand_id = h.id) AND `

// helpers tells, for each of the hands, who helps with the same part.
func helpers(ctx context.Context, q pg.Querier, hands []uuid.UUID) (map[uuid.UUID][]Helper, error) {
	type row struct {
		Hand uuid.UUID
		Helper
	}
	list, err := pg.All(ctx, q, helpersSQL+`m.id = ANY ($1) ORDER BY m.seq, h.seq`, pg.ByName[row], hands)
	with := map[uuid.UUID][]Helper{}
	for _, r := range list {
		with[r.Hand] = append(with[r.Hand], r.Helper)
	}
	return with, err
}

// Together tells an organisation that was accepted who helps with the same part
// and agreed to be known. Others get none.
func (s *Service) Together(ctx context.Context, actor authz.Actor, id, organisation uuid.UUID) ([]Helper, error) {
	if !actor.MemberOf(organisation) {
		return nil, nil
	}
	type row struct {
		Hand uuid.UUID
		Helper
	}
	list, err := pg.All(ctx, s.db.Fresh(), helpersSQL+`m.ask_id = $1 AND m.organisation_id = $2 ORDER BY h.seq`, pg.ByName[row], id, organisation)
	with := make([]Helper, len(list))
	for i, r := range list {
		with[i] = r.Helper
	}
	return with, err
}

// Unreached is an address of an ask that a letter does not reach, or perhaps did
// not.
type Unreached struct {
	Name  string // the organisation's, or of whom somebody suggested
	Email string
	Why   Why
}

// Why a letter does not reach an address.
type Why string

// The reasons.
const (
	Refused  Why = "refused"  // its mail server does not know it
	Unsure   Why = "unsure"   // nobody knows whether the last letter arrived
	Unwanted Why = "unwanted" // its reader wants no asks by mail
)

// Bounced lists the addresses of an ask that no letter reaches, for those who
// answer its hands: they can ring.
func (s *Service) Bounced(ctx context.Context, actor authz.Actor, id uuid.UUID) ([]Unreached, error) {
	a, err := byID(ctx, s.db.Fresh(), id)
	if err != nil {
		return nil, err
	}
	if !a.EditableBy(actor) {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), `
		SELECT coalesce(o.name, l.name) AS name, l.email,
			CASE WHEN p.address IS NOT NULL THEN 'unwanted' WHEN b.unsure THEN 'unsure' ELSE 'refused' END AS why
		FROM ask_letters l LEFT JOIN mail_bounces b ON b.address = lower(l.email)
		LEFT JOIN mail_preferences p ON p.address = lower(l.email) AND p.topic = 'asks' AND p.pace = 'never'
		LEFT JOIN organisations o ON o.id = l.organisation_id
		WHERE l.ask_id = $1 AND (b.address IS NOT NULL OR p.address IS NOT NULL) ORDER BY coalesce(o.name, l.name) COLLATE "da-x-icu", l.email`, pg.ByName[Unreached], id)
}
