package workshop

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

func entry(action string, id uuid.UUID, detail map[string]any) audit.Entry {
	return audit.Entry{Action: "workshop." + action, Object: "workshop", ID: id, Detail: detail}
}

// held keeps a workshop's row until the transaction ends and returns it to
// those who may run it.
func held(ctx context.Context, tx *pg.Tx, actor authz.Actor, id uuid.UUID) (Workshop, error) {
	if _, err := tx.Exec(ctx, `SELECT FROM workshops WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Workshop{}, err
	}
	w, err := byID(ctx, tx, id)
	if err == nil && !w.RunBy(actor) {
		err = fault.New(fault.NotFound, "")
	}
	return w, err
}

// Plan makes a workshop about an initiative or, where there is none yet, a
// district. Two presses make one.
func (s *Service) Plan(ctx context.Context, actor authz.Actor, in Input) error {
	f := in.Validate()
	if !f.Has("date") && !in.StartsAt.After(s.db.Now()) {
		f.Add("date", "workshops.date_past")
	}
	if err := f.Err(); err != nil {
		return err
	}
	if _, err := s.May(ctx, actor, in.Initiative, in.District); err != nil {
		return err
	}
	in = in.Tidy()
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		_, err := tx.Exec(ctx, `
			INSERT INTO workshops (id, initiative_id, district_id, title, starts_at, ends_at, place, link, open, agenda, author_id, created_at, updated_at)
			VALUES ($1, (SELECT id FROM initiatives WHERE slug = nullif($2, '')), (SELECT id FROM districts WHERE slug = nullif($3, '') AND $2 = ''), $4, $5, $6, $7, $8, $9, $10, $11, $12, $12)
			ON CONFLICT (id) DO NOTHING`,
			in.ID, in.Initiative, in.District, in.Title, in.StartsAt, in.EndsAt, in.Place, in.Link, in.Open, in.Agenda, audit.ActorID(actor), tx.Now())
		if err != nil {
			return err
		}
		w, err := byID(ctx, tx, in.ID)
		switch {
		case err != nil:
			return err
		case !w.RunBy(actor):
			return fault.New(fault.NotFound, "")
		case w.AboutEnded:
			return fault.New(fault.Conflict, "initiatives.ended")
		}
		return audit.Write(ctx, tx, entry("planned", in.ID, nil))
	})
}

// May tells whether the actor may hold workshops about an initiative or a
// district: NotFound when not.
func (s *Service) May(ctx context.Context, actor authz.Actor, initiative, district string) (about string, err error) {
	type row struct {
		About             string
		Districts, Joined []uuid.UUID
		Ended             bool
	}
	r, err := pg.One(ctx, s.db.Fresh(), `
		SELECT i.title AS about, ARRAY(SELECT x.district_id FROM initiative_districts x WHERE x.initiative_id = i.id) AS districts,
			ARRAY(SELECT p.organisation_id FROM initiative_parties p JOIN organisations o ON o.id = p.organisation_id
				WHERE p.initiative_id = i.id AND p.joined_at IS NOT NULL AND o.status = 'approved') AS joined, i.ended_at IS NOT NULL AS ended
		FROM initiatives i WHERE i.slug = $1
		UNION ALL SELECT d.name, ARRAY[d.id], '{}', false FROM districts d WHERE d.slug = $2 AND $1 = ''`, pg.ByName[row], initiative, district)
	switch {
	case err != nil:
		return "", err
	case !actor.MayWorkOnInitiative(r.Joined, r.Districts):
		return "", fault.New(fault.NotFound, "")
	case r.Ended:
		return "", fault.New(fault.Conflict, "initiatives.ended")
	}
	return r.About, nil
}

// Update changes a workshop's plan. Whoever is invited is told when its time or
// place changes. Somebody else's change since in.Version is a Conflict.
func (s *Service) Update(ctx context.Context, actor authz.Actor, id uuid.UUID, in Input) error {
	if err := in.Validate().Err(); err != nil {
		return err
	}
	in = in.Tidy()
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		w, err := held(ctx, tx, actor, id)
		switch {
		case err != nil:
			return err
		case w.Version != in.Version:
			return fault.New(fault.Conflict, "errors.stale")
		case w.CancelledAt != nil:
			return fault.New(fault.Conflict, "workshops.is_cancelled")
		}
		moved := !w.StartsAt.Equal(in.StartsAt) || !w.EndsAt.Equal(in.EndsAt) || w.Place != in.Place || w.Link != in.Link
		if moved && !in.StartsAt.After(tx.Now()) && !w.StartsAt.Equal(in.StartsAt) {
			return fault.InField(fault.Invalid, "date", "workshops.date_past")
		}
		if _, err := tx.Exec(ctx, `
			UPDATE workshops SET title = $2, starts_at = $3, ends_at = $4, place = $5, link = $6, open = $7, agenda = $8, version = version + 1,
				revision = revision + CASE WHEN $9 THEN 1 ELSE 0 END, updated_at = $10 WHERE id = $1`,
			id, in.Title, in.StartsAt, in.EndsAt, in.Place, in.Link, in.Open, in.Agenda, moved, tx.Now()); err != nil {
			return err
		}
		if moved && w.Stands(tx.Now()) {
			if err := tell(ctx, tx, id, "workshop_moved", nil); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry("changed", id, nil))
	})
}

// Cancel calls a workshop off that has not been held; whoever is invited is told
// why. Twice is once.
func (s *Service) Cancel(ctx context.Context, actor authz.Actor, id uuid.UUID, reason string) error {
	reason = text.Block(reason)
	var f fault.Fields
	text.Require(&f, "reason", reason, 1000, "workshops.reason_missing")
	refuseCPR(&f, map[string]string{"reason": reason})
	if err := f.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		w, err := held(ctx, tx, actor, id)
		switch {
		case err != nil:
			return err
		case w.WrittenAt != nil || w.Recorded || !tx.Now().Before(w.EndsAt):
			return fault.New(fault.Conflict, "workshops.was_held")
		case w.CancelledAt == nil:
			if _, err := tx.Exec(ctx, `UPDATE workshops SET cancelled_at = $2, reason = $3, revision = revision + 1, version = version + 1, updated_at = $2 WHERE id = $1`,
				id, tx.Now(), reason); err != nil {
				return err
			}
			if err := tell(ctx, tx, id, "workshop_cancelled", map[string]any{"reason": reason}); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry("cancelled", id, nil))
	})
}

// tell writes to everybody invited, each with a link of their own; those before
// it go on working. Whoever has said no is not told that it is called off, but
// may be able to come another day, and wants to read what came of it.
func tell(ctx context.Context, tx *pg.Tx, id uuid.UUID, letter string, facts map[string]any, only ...uuid.UUID) error {
	w, err := byID(ctx, tx, id)
	if err != nil {
		return err
	}
	type reader struct {
		InviteeID           uuid.UUID
		Organisation        string
		Name, Email, Locale string
	}
	if only == nil {
		only = []uuid.UUID{}
	}
	list, err := pg.All(ctx, tx, `
		WITH asked AS (SELECT n.* FROM workshop_invitees n WHERE n.workshop_id = $1 AND ($3 <> 'workshop_cancelled' OR n.answer IS DISTINCT FROM 'no')
				AND (cardinality($2::uuid[]) = 0 OR n.id = ANY ($2))),
		people AS (SELECT n.id AS invitee_id, o.name AS organisation, a.name, a.email, a.locale FROM asked n
			JOIN organisations o ON o.id = n.organisation_id AND o.status = 'approved'
			JOIN organisation_people p ON p.organisation_id = o.id AND p.contact JOIN accounts a ON a.id = p.account_id AND a.disabled_at IS NULL)
		SELECT DISTINCT ON (lower(email)) invitee_id, organisation, name, email, locale FROM (
			SELECT id AS invitee_id, '' AS organisation, name, email, locale FROM asked WHERE email IS NOT NULL
			UNION ALL SELECT * FROM people
			UNION ALL SELECT n.id, o.name, o.contact_name, o.contact_email, o.contact_locale FROM asked n
				JOIN organisations o ON o.id = n.organisation_id AND o.status = 'approved'
				WHERE o.contact_email <> '' AND NOT EXISTS (SELECT FROM people p WHERE p.invitee_id = n.id)) every
		ORDER BY lower(email), organisation, invitee_id`, pg.ByName[reader], id, only, letter)
	if err != nil {
		return err
	}
	posts := make([]mail.Post, len(list))
	for n, r := range list {
		token := newToken()
		if _, err := tx.Exec(ctx, `INSERT INTO workshop_links (token_hash, invitee_id) VALUES ($1, $2)`, token.hash(), r.InviteeID); err != nil {
			return err
		}
		of := map[string]any{"token": token, "workshop": w.ID, "invitee": r.InviteeID, "revision": w.Revision, "title": w.Title, "about": w.About, "organisation": r.Organisation,
			"starts": w.StartsAt, "ends": w.EndsAt, "place": w.Place, "online": w.Link, "agenda": w.Agenda, "at": tx.Now()}
		for k, v := range facts {
			of[k] = v
		}
		posts[n] = mail.Post{Letter: letter, To: r.Email, Name: r.Name, Locale: r.Locale, Facts: of}
	}
	return mail.Enqueue(ctx, tx, posts...)
}

// Guest is somebody to invite by name.
type Guest struct {
	ID     uuid.UUID // of whoever puts themselves down: made with the form, so that two presses make one; zero: made here
	Role   Role
	Name   string
	Email  string
	Phone  string
	Locale string
}

func (in Guest) validate(f *fault.Fields) Guest {
	in.Name, in.Locale = text.Line(in.Name), text.Locale(in.Locale)
	text.Require(f, "name", in.Name, 120, "workshops.name_missing")
	refuseCPR(f, map[string]string{"name": in.Name})
	if !validRole(in.Role) {
		f.Add("role", text.KeyChooseOne)
	}
	email, ok := text.Email(in.Email)
	if in.Email != "" && !ok {
		f.Add("email", text.KeyEmail)
	}
	in.Email = email
	if in.Phone != "" {
		phone, ok := text.Phone(in.Phone)
		if !ok {
			f.Add("phone", text.KeyPhone)
		}
		in.Phone = phone
	}
	if in.Email == "" && in.Phone == "" && !f.Has("email") && !f.Has("phone") {
		f.Add("email", "workshops.reach")
	}
	return in
}

func validRole(r Role) bool {
	for _, one := range Roles {
		if one == r {
			return true
		}
	}
	return false
}

// Invite asks organisations along, and a person by name if there is one. Who is
// invited already is not asked again; it returns how many are new.
func (s *Service) Invite(ctx context.Context, actor authz.Actor, id uuid.UUID, organisations []uuid.UUID, guest *Guest) (invited int, err error) {
	var f fault.Fields
	if guest != nil {
		g := guest.validate(&f)
		guest = &g
	} else if len(organisations) == 0 {
		f.Add("organisations", "workshops.nobody")
	}
	if err := f.Err(); err != nil {
		return 0, err
	}
	err = s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		w, err := held(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if !w.Stands(tx.Now()) {
			return fault.New(fault.Conflict, "workshops.over")
		}
		fresh := []uuid.UUID{}
		for _, o := range organisations {
			n, err := pg.All(ctx, tx, `
				INSERT INTO workshop_invitees (id, workshop_id, role, organisation_id, invited_at)
				SELECT $1, $2, CASE WHEN o.kind IN ('section_board', 'residents_board') THEN 'board' WHEN municipal(o.kind) THEN 'department' ELSE 'partner' END, o.id, $4
				FROM organisations o WHERE o.id = $3 AND o.status = 'approved' ON CONFLICT DO NOTHING RETURNING id`, pg.Scalar[uuid.UUID], newID(), id, o, tx.Now())
			if err != nil {
				return err
			}
			fresh = append(fresh, n...)
		}
		if guest != nil {
			n, err := pg.All(ctx, tx, `
				INSERT INTO workshop_invitees (id, workshop_id, role, name, email, phone, locale, invited_at)
				VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id`, pg.Scalar[uuid.UUID],
				newID(), id, guest.Role, guest.Name, guest.Email, guest.Phone, guest.Locale, tx.Now())
			if err != nil {
				return err
			}
			if len(n) == 0 {
				return fault.InField(fault.Conflict, "email", "workshops.invited_already")
			}
			fresh = append(fresh, n...)
		}
		invited = len(fresh)
		if invited > 0 {
			if err := tell(ctx, tx, id, "workshop_invited", nil, fresh...); err != nil {
				return err
			}
		}
		return audit.Write(ctx, tx, entry("invited", id, map[string]any{"invited": invited}))
	})
	return invited, err
}

// PutDown puts somebody down for an open workshop who comes by themselves. With
// an address they get a link of their own by mail; the token is for the page.
func (s *Service) PutDown(ctx context.Context, id uuid.UUID, in Guest, people int) (Token, error) {
	in.Role = Resident
	var f fault.Fields
	in = in.validate(&f)
	if people < 1 || people > 50 {
		f.Add("people", "workshops.people_range")
	}
	if err := f.Err(); err != nil {
		return "", err
	}
	token := newToken()
	return token, s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM workshops WHERE id = $1 FOR UPDATE`, id); err != nil {
			return err
		}
		w, err := byID(ctx, tx, id)
		if err == nil && (!w.Open || !w.AboutPublic) {
			err = fault.New(fault.NotFound, "")
		}
		if err == nil && !w.Stands(tx.Now()) {
			err = fault.New(fault.Conflict, "workshops.over")
		}
		if err != nil {
			return err
		}
		invitee := in.ID
		if invitee == uuid.Nil {
			invitee = newID()
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO workshop_invitees (id, workshop_id, role, name, email, phone, locale, answer, people, themselves, invited_at, answered_at)
			VALUES ($1, $2, 'resident', $3, nullif($4, ''), $5, $6, 'yes', $7, true, $8, $8) ON CONFLICT DO NOTHING`,
			invitee, id, in.Name, in.Email, in.Phone, in.Locale, people, tx.Now())
		if err != nil {
			return err
		}
		again := tag.RowsAffected() == 0
		if again { // the same press, or the same address by another
			same, err := pg.One(ctx, tx, `SELECT EXISTS (SELECT FROM workshop_invitees WHERE id = $1 AND workshop_id = $2 AND themselves)`, pg.Scalar[bool], invitee, id)
			if err != nil {
				return err
			}
			if !same {
				return fault.InField(fault.Conflict, "email", "workshops.down_already")
			}
		}
		if _, err := tx.Exec(ctx, `INSERT INTO workshop_links (token_hash, invitee_id) VALUES ($1, $2)`, token.hash(), invitee); err != nil {
			return err
		}
		if again {
			return audit.Write(ctx, tx, entry("put_down", id, nil))
		}
		if err := tell(ctx, tx, id, "workshop_invited", map[string]any{"down": true}, invitee); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("put_down", id, nil))
	})
}

// Invitation is a workshop as somebody invited sees it.
type Invitation struct {
	Workshop
	Me Invitee
}

// ByToken returns what an invitation's link is for.
func (s *Service) ByToken(ctx context.Context, token Token) (Invitation, error) {
	return byToken(ctx, s.db.Fresh(), token)
}

func byToken(ctx context.Context, q pg.Querier, token Token) (Invitation, error) {
	type row struct{ WorkshopID, InviteeID uuid.UUID }
	r, err := pg.One(ctx, q, `SELECT n.workshop_id, n.id AS invitee_id FROM workshop_links l JOIN workshop_invitees n ON n.id = l.invitee_id WHERE l.token_hash = $1`, pg.ByName[row], token.hash())
	if err != nil {
		return Invitation{}, err
	}
	w, err := byID(ctx, q, r.WorkshopID)
	if err != nil {
		return Invitation{}, err
	}
	for _, i := range w.Invitees {
		if i.ID == r.InviteeID {
			return Invitation{w, i}, nil
		}
	}
	return Invitation{}, fault.New(fault.NotFound, "")
}

// Feed lists every workshop that the one behind a link is invited to, for their
// calendar.
func (s *Service) Feed(ctx context.Context, token Token) ([]Invitation, error) {
	me, err := s.ByToken(ctx, token)
	if err != nil {
		return nil, err
	}
	type row struct{ WorkshopID, InviteeID uuid.UUID }
	rows, err := pg.All(ctx, s.db.Fresh(), `
		SELECT n.workshop_id, n.id AS invitee_id FROM workshop_invitees n JOIN workshops w ON w.id = n.workshop_id
		WHERE n.id = $1 OR n.email IS NOT NULL AND lower(n.email) = lower($2) OR n.organisation_id = $3
		ORDER BY w.starts_at, w.id LIMIT $4`, pg.ByName[row], me.Me.ID, me.Me.Email, me.Me.OrganisationID, mostListed)
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		ids[i] = r.WorkshopID
	}
	all, err := pg.All(ctx, s.db.Fresh(), `SELECT `+columns+tables+` WHERE w.id = ANY ($1) ORDER BY w.starts_at, w.id`, pg.ByName[Workshop], ids)
	if err != nil {
		return nil, err
	}
	var list []Invitation
	for _, w := range all {
		for _, r := range rows {
			if r.WorkshopID == w.ID {
				list = append(list, Invitation{w, Invitee{ID: r.InviteeID}})
			}
		}
	}
	return list, nil
}

// Reply is what somebody invited answers.
type Reply struct {
	Answer Answer
	People int // who come; 1 for most
	Note   string
}

// Respond keeps the answer of somebody invited; the last one counts. It can be
// given until the workshop is over.
func (s *Service) Respond(ctx context.Context, token Token, in Reply) error {
	in.Note = text.Block(in.Note)
	var f fault.Fields
	if in.Answer != Yes && in.Answer != Maybe && in.Answer != No {
		f.Add("answer", text.KeyChooseOne)
	}
	if in.Answer != No && (in.People < 1 || in.People > 50) {
		f.Add("people", "workshops.people_range")
	}
	text.Check(&f, "note", in.Note, 500)
	refuseCPR(&f, map[string]string{"note": in.Note})
	if err := f.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		i, err := byToken(ctx, tx, token)
		if err != nil {
			return err
		}
		if !i.Stands(tx.Now()) {
			return fault.New(fault.Conflict, "workshops.over")
		}
		if _, err := tx.Exec(ctx, `UPDATE workshop_invitees SET answer = $2, people = $3, note = $4, answered_at = $5 WHERE id = $1`,
			i.Me.ID, in.Answer, max(in.People, 1), in.Note, tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("answered", i.ID, nil))
	})
}

// Withdraw erases a person who is invited, or has put themselves down, and
// everything we know of them here. What an organisation answers stays.
func (s *Service) Withdraw(ctx context.Context, token Token) error {
	return s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		i, err := byToken(ctx, tx, token)
		if err != nil {
			return err
		}
		if i.Me.OrganisationID != nil {
			return fault.New(fault.Forbidden, "")
		}
		if _, err := tx.Exec(ctx, `DELETE FROM workshop_invitees WHERE id = $1`, i.Me.ID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("withdrawn", i.ID, nil))
	})
}

// keepInvited is how many days the people invited are remembered after the day.
const keepInvited = 30

// Forget leaves how many came, and forgets who they were.
func (s *Service) Forget(ctx context.Context) (int, error) {
	ids, err := pg.All(ctx, s.db.Fresh(), `SELECT id FROM workshops WHERE forgotten_at IS NULL AND ends_at < $1`, pg.Scalar[uuid.UUID], s.db.Now().Add(-keepInvited*24*time.Hour))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return len(ids), s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		for _, sql := range []string{
			`DELETE FROM workshop_links WHERE invitee_id IN (SELECT id FROM workshop_invitees WHERE workshop_id = ANY ($1))`,
			`UPDATE workshop_invitees SET name = '', email = NULL, phone = '', note = '' WHERE workshop_id = ANY ($1)`,
		} {
			if _, err := tx.Exec(ctx, sql, ids); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `UPDATE workshops SET forgotten_at = $2 WHERE id = ANY ($1)`, ids, tx.Now()); err != nil {
			return err
		}
		for _, id := range ids {
			if err := audit.Write(ctx, tx, entry("forgotten", id, nil)); err != nil {
				return err
			}
		}
		return nil
	})
}
