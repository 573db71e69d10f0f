// Package handover moves everything that one person looks after to another, in
// one step and with a list of what moved.
//
// What a person can look after is written once, in things.go; a test holds it
// against every column of the database that points at an account, so that
// nothing is forgotten when a table is added.
package handover

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Service hands over.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Item is one thing that somebody looks after.
type Item struct {
	Kind  Kind
	Title string
	Path  string // where it is
}

// may: everybody hands over what is theirs, an administrator what is anybody's,
// and whoever stands in for somebody who has left what was theirs. Others are
// not told that there is such a page.
func may(ctx context.Context, q pg.Querier, actor authz.Actor, from uuid.UUID) error {
	switch {
	case actor.Staff() && (actor.AccountID == from || actor.Role == authz.Administrator):
		return nil
	case actor.Staff() && actor.ActsFor(from):
		left, err := pg.One(ctx, q, `SELECT disabled_at IS NOT NULL FROM accounts WHERE id = $1`, pg.Scalar[bool], from)
		if err != nil || left {
			return err
		}
	}
	return fault.New(fault.NotFound, "")
}

// Owned lists everything that an account looks after.
func (s *Service) Owned(ctx context.Context, actor authz.Actor, account uuid.UUID) ([]Item, error) {
	if err := may(ctx, s.db.Fresh(), actor, account); err != nil {
		return nil, err
	}
	return owned(ctx, s.db.Fresh(), account, s.db.Now())
}

func owned(ctx context.Context, q pg.Querier, account uuid.UUID, now time.Time) ([]Item, error) {
	return pg.All(ctx, q, ownedSQL, pg.ByName[Item], account, i18n.Day(now))
}

// ownedSQL lists everything that account $1 looks after on day $2, in the order
// of things.
var ownedSQL = func() string {
	parts, order := make([]string, len(things)), make([]string, len(things))
	for i, t := range things {
		parts[i] = `SELECT '` + string(t.kind) + `' AS kind, l.title, l.path FROM (` + t.owned + `) l (title, path)`
		order[i] = string(t.kind)
	}
	return `SELECT kind, title, path FROM (` + strings.Join(parts, " UNION ALL ") + `) every
		ORDER BY array_position('{` + strings.Join(order, ",") + `}', kind), title COLLATE "da-x-icu", path`
}()

// Input is a handover as it is asked for.
type Input struct {
	ID   uuid.UUID // made with the form, so that a second press changes nothing
	To   uuid.UUID
	Note string // for the receiver; may be empty
}

const maxNote = 4000

var errDone = errors.New("handover: done already")

// All moves everything that from looks after to another member of staff, tells
// them by mail, and keeps a receipt with in.ID.
func (s *Service) All(ctx context.Context, actor authz.Actor, from uuid.UUID, in Input) error {
	if err := may(ctx, s.db.Fresh(), actor, from); err != nil {
		return err
	}
	in.Note = text.Block(in.Note)
	var f fault.Fields
	text.Check(&f, "note", in.Note, maxNote)
	if text.LooksLikeCPR(in.Note) {
		f.Add("note", "errors.field_cpr")
	}
	switch in.To {
	case uuid.Nil:
		f.Add("to", text.KeyChooseOne)
	case from:
		f.Add("to", "handover.to_another")
	}
	if err := f.Err(); err != nil {
		return err
	}
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error { return move(ctx, tx, actor, from, in) })
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

func move(ctx context.Context, tx *pg.Tx, actor authz.Actor, from uuid.UUID, in Input) error {
	type person struct {
		ID                  uuid.UUID
		Name, Email, Locale string
		Open                bool
	}
	// Held in one order: two who hand over to each other do so one after the other.
	list, err := pg.All(ctx, tx, `
		SELECT id, name, email, locale, disabled_at IS NULL AS open FROM accounts
		WHERE id IN ($1, $2) AND role <> 'partner' ORDER BY id FOR UPDATE`, pg.ByName[person], from, in.To)
	if err != nil {
		return err
	}
	var giver, taker person
	for _, p := range list {
		if p.ID == from {
			giver = p
		} else {
			taker = p
		}
	}
	if giver.ID == uuid.Nil {
		return fault.New(fault.NotFound, "")
	}
	if !taker.Open {
		return fault.InField(fault.Invalid, "to", text.KeyChooseOne)
	}
	done, err := pg.One(ctx, tx, `SELECT EXISTS (SELECT FROM handovers WHERE id = $1)`, pg.Scalar[bool], in.ID)
	if err != nil {
		return err
	}
	if done {
		return errDone
	}
	items, err := owned(ctx, tx, from, tx.Now())
	if err != nil {
		return err
	}
	if len(items) == 0 {
		return fault.New(fault.Conflict, "handover.nothing")
	}
	if _, err := tx.Exec(ctx, `INSERT INTO handovers (id, from_id, to_id, by_id, note, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		in.ID, from, in.To, actor.AccountID, in.Note, tx.Now()); err != nil {
		return err
	}
	kinds, titles, paths := make([]string, len(items)), make([]string, len(items)), make([]string, len(items))
	rows := make([]map[string]any, len(items))
	for i, item := range items {
		rows[i] = map[string]any{"kind": item.Kind, "title": item.Title}
		kinds[i], titles[i], paths[i] = string(item.Kind), item.Title, item.Path
	}
	if _, err := tx.Exec(ctx, `
		INSERT INTO handover_items (handover_id, position, kind, title, path)
		SELECT $1, n, kind, title, path FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS t (kind, title, path, n)`,
		in.ID, kinds, titles, paths); err != nil {
		return err
	}
	for _, t := range things {
		for _, sql := range t.move {
			if _, err := tx.Exec(ctx, sql, from, in.To, tx.Now()); err != nil {
				return err
			}
		}
	}
	if actor.AccountID != in.To {
		if err := mail.Enqueue(ctx, tx, mail.Post{Letter: "handover", To: taker.Email, Name: taker.Name, Locale: taker.Locale,
			Facts: map[string]any{"id": in.ID, "from": giver.Name, "note": in.Note, "items": rows}}); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "account.handed_over", Object: "account", ID: from,
		Detail: map[string]any{"to": in.To, "handover": in.ID, "items": len(items)}})
}

// Receipt is a handover that has been done.
type Receipt struct {
	ID     uuid.UUID
	FromID uuid.UUID
	From   string
	ToID   uuid.UUID
	To     string
	By     string
	Note   string
	At     time.Time
	Items  []Item
}

const receiptSQL = `SELECT h.id, h.from_id, f.name AS from, h.to_id, t.name AS to, b.name AS by, h.note, h.at,
	(SELECT coalesce(jsonb_agg(jsonb_build_object('Kind', i.kind, 'Title', i.title, 'Path', i.path) ORDER BY i.position), '[]')
		FROM handover_items i WHERE i.handover_id = h.id) AS items
	FROM handovers h JOIN accounts f ON f.id = h.from_id JOIN accounts t ON t.id = h.to_id JOIN accounts b ON b.id = h.by_id`

// Receipt is for those whom the handover is between, and for administrators.
func (s *Service) Receipt(ctx context.Context, actor authz.Actor, id uuid.UUID) (Receipt, error) {
	if !actor.Staff() {
		return Receipt{}, fault.New(fault.NotFound, "")
	}
	return pg.One(ctx, s.db.Fresh(), receiptSQL+` WHERE h.id = $1 AND ($2 OR $3 IN (h.from_id, h.to_id))`,
		pg.ByName[Receipt], id, actor.Role == authz.Administrator, actor.AccountID)
}

// mostReceipts is how many a person's page shows.
const mostReceipts = 20

// Of lists what was handed over from or to an account, the newest first.
func (s *Service) Of(ctx context.Context, actor authz.Actor, account uuid.UUID) ([]Receipt, error) {
	if err := may(ctx, s.db.Fresh(), actor, account); err != nil {
		return nil, err
	}
	return pg.All(ctx, s.db.Fresh(), receiptSQL+` WHERE $1 IN (h.from_id, h.to_id) ORDER BY h.at DESC, h.id LIMIT $2`, pg.ByName[Receipt], account, mostReceipts)
}
