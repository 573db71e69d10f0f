package ask

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
	"mellemrum/internal/text"
)

// Via tells which way an answer came.
type Via string

// An answer comes by the link in a letter, from a partner who is signed in,
// from anybody to a public ask, or from staff on somebody's behalf.
const (
	ViaLetter  Via = "letter"
	ViaPartner Via = "partner"
	ViaPublic  Via = "public"
	ViaStaff   Via = "staff"
)

// Key is the message key of the way's name.
func (v Via) Key() string { return "asks.via_" + string(v) }

// Answer is what somebody says to an ask.
type Answer struct {
	Yes        bool
	Quantities map[uuid.UUID]int // of each part, for a yes; zero leaves a part out
	Name       string
	Email      string // to answer them; only asked of people without a letter
	Phone      string
	Note       string
	// ShareContact lets the others who help have their contact, when both have
	// been accepted. An organisation's only: a person's is for those who asked.
	ShareContact bool
	Locale       string // of the page it was given on
}

func (in Answer) tidy() Answer {
	in.Name, in.Note = text.Line(in.Name), text.Block(in.Note)
	in.Email, in.Phone = strings.TrimSpace(in.Email), strings.TrimSpace(in.Phone)
	if address, ok := text.Email(in.Email); ok {
		in.Email = address
	}
	if e164, ok := text.Phone(in.Phone); ok {
		in.Phone = e164
	}
	in.Locale = text.Locale(in.Locale)
	return in
}

// QuantityField is the form's name for how much of a part one can give.
func QuantityField(part uuid.UUID) string { return "part_" + part.String() }

// validate names what cannot be used. Somebody who answers for themselves must
// be reachable.
func (in Answer) validate(a Ask, alone bool) fault.Fields {
	var f fault.Fields
	given := 0
	for _, p := range a.Parts {
		n := in.Quantities[p.ID]
		if n < 0 || n > MaxQuantity {
			f.Add(QuantityField(p.ID), "errors.field_number_range", "Min", 0, "Max", MaxQuantity)
		}
		given += max(n, 0)
	}
	if in.Yes && given == 0 && len(f) == 0 && len(a.Parts) > 0 {
		f.Add(QuantityField(a.Parts[0].ID), "asks.quantity_missing")
	}
	if in.Yes || in.Name != "" {
		text.Require(&f, "name", in.Name, 120, "asks.name_missing")
	}
	if alone && in.Email == "" && in.Phone == "" {
		f.Add("email", "asks.reach_missing")
	}
	if _, ok := text.Email(in.Email); in.Email != "" && !ok {
		f.Add("email", "errors.field_email_invalid")
	}
	if _, ok := text.Phone(in.Phone); in.Phone != "" && !ok {
		f.Add("phone", "errors.field_phone_invalid")
	}
	text.Check(&f, "note", in.Note, 1000)
	return f
}

// whose says whom an answer is from.
type whose struct {
	organisation *uuid.UUID
	letter       *uuid.UUID
	via          Via
	token        []byte     // of a person's own link
	hand         *uuid.UUID // the one that is changed by it
}

// Hand is an answer as those who may see all of it see it.
type Hand struct {
	ID           uuid.UUID
	Organisation string // name; empty: a person by themselves
	Slug         string // the organisation's
	Answer       string // "yes" or "no"
	Name         string
	Email        string
	Phone        string
	Locale       string
	Note         string
	Via          Via
	EnteredBy    string // name of the member of staff who wrote it down
	Letter       string // address whose link was used
	Reach        string // where a reply goes: their own address, else where they were asked; empty: by phone
	ShareContact bool
	Resting      bool // its organisation is suspended: it covers nothing
	Late         bool
	AnsweredAt   time.Time
	ChangedAt    *time.Time
	Reply        *Reply
	ReplyWords   string
	RepliedAt    *time.Time
	Parts        map[uuid.UUID]int
}

// Yes tells a raised hand from a no.
func (h Hand) Yes() bool { return h.Answer == "yes" }

// Who is the name a list shows.
func (h Hand) Who() string {
	if h.Organisation != "" {
		return h.Organisation
	}
	return h.Name
}

const handSQL = `SELECT h.id, coalesce(o.name, '') AS organisation, coalesce(o.slug, '') AS slug, h.answer, h.name, coalesce(h.email, '') AS email,
	coalesce(h.phone, '') AS phone, h.locale, h.note, h.via, coalesce(e.name, '') AS entered_by, coalesce(l.email, '') AS letter,
	coalesce(h.email, l.email, (SELECT ol.email FROM ask_letters ol WHERE ol.ask_id = h.ask_id AND ol.organisation_id = h.organisation_id
		ORDER BY ol.created_at, ol.id LIMIT 1), '') AS reach, h.share_contact, coalesce(o.status <> 'approved', false) AS resting, h.late,
	h.answered_at, h.changed_at, h.reply, h.reply_words, h.replied_at,
	(SELECT coalesce(jsonb_object_agg(hp.part_id, hp.quantity), '{}') FROM hand_parts hp WHERE hp.hand_id = h.id) AS parts
	FROM hands h LEFT JOIN organisations o ON o.id = h.organisation_id LEFT JOIN accounts e ON e.id = h.entered_by
	LEFT JOIN ask_letters l ON l.id = h.letter_id`

// Hands lists the answers to an ask in the order they came, for those who
// answer them.
func (s *Service) Hands(ctx context.Context, actor authz.Actor, id uuid.UUID) ([]Hand, error) {
	a, err := byID(ctx, s.db.Fresh(), id)
	if err != nil {
		return nil, err
	}
	if !a.EditableBy(actor) {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), handSQL+` WHERE h.ask_id = $1 ORDER BY h.seq`, pg.ByName[Hand], id)
}

// HandsOf returns the answers of the actor's own organisations, by organisation.
func (s *Service) HandsOf(ctx context.Context, actor authz.Actor, id uuid.UUID) (map[uuid.UUID]Hand, error) {
	type row struct {
		Hand
		OrganisationID uuid.UUID
	}
	list, err := pg.All(ctx, s.db.Fresh(), `SELECT w.*, h.organisation_id FROM (`+handSQL+`) w JOIN hands h ON h.id = w.id
		WHERE h.ask_id = $1 AND h.organisation_id = ANY ($2)`, pg.ByName[row], id, actor.OrganisationIDs())
	m := make(map[uuid.UUID]Hand, len(list))
	for _, h := range list {
		m[h.OrganisationID] = h.Hand
	}
	return m, err
}

// Covering is a raised hand as everybody who may see the ask sees it.
type Covering struct {
	Organisation string // empty: a person by themselves
	Slug         string
	Parts        map[uuid.UUID]int
}

// Covered lists by whom an ask is covered: organisations by name, people as
// people. Call it for an ask that the reader may see.
func (s *Service) Covered(ctx context.Context, id uuid.UUID) ([]Covering, error) {
	return pg.All(ctx, s.db.Fresh(), `
		SELECT coalesce(g.name, '') AS organisation, coalesce(g.slug, '') AS slug,
			(SELECT coalesce(jsonb_object_agg(hp.part_id, hp.quantity), '{}') FROM hand_parts hp WHERE hp.hand_id = h.id) AS parts
		FROM hands h LEFT JOIN organisations g ON g.id = h.organisation_id
		WHERE h.ask_id = $1 AND `+counts+` ORDER BY h.seq`, pg.ByName[Covering], id)
}

// Invitation is an ask as the link in a letter shows it.
type Invitation struct {
	Ask
	Letter       uuid.UUID
	Organisation *uuid.UUID
	Name         string // the organisation's; empty for a suggested address
	Slug         string
	Person       string // whom the letter was written to
	SuggestedBy  string
	Active       bool  // the organisation may act
	Mine         *Hand // its answer so far
}

// ByToken returns what a letter's link opens; an unknown one is Gone.
func (s *Service) ByToken(ctx context.Context, t Token) (Invitation, error) {
	return invitation(ctx, s.db.Fresh(), t)
}

func invitation(ctx context.Context, q pg.Querier, t Token) (Invitation, error) {
	l, err := pg.One(ctx, q, `
		SELECT l.ask_id, l.id, l.organisation_id, l.name AS person, l.suggested_by, coalesce(o.name, '') AS name, coalesce(o.slug, '') AS slug,
			coalesce(o.status = 'approved', true) AS active
		FROM ask_letter_links k JOIN ask_letters l ON l.id = k.letter_id LEFT JOIN organisations o ON o.id = l.organisation_id
		WHERE k.token_hash = $1`, pg.ByName[struct {
		AskID          uuid.UUID
		ID             uuid.UUID
		OrganisationID *uuid.UUID
		Person         string
		SuggestedBy    string
		Name, Slug     string
		Active         bool
	}], t.hash())
	if fault.Is(err, fault.NotFound) {
		return Invitation{}, fault.Wrap(fault.Gone, "asks.link_spent", err)
	}
	if err != nil {
		return Invitation{}, err
	}
	v := Invitation{Letter: l.ID, Organisation: l.OrganisationID, Name: l.Name, Slug: l.Slug, Person: l.Person, SuggestedBy: l.SuggestedBy, Active: l.Active}
	if v.Ask, err = byID(ctx, q, l.AskID); err != nil {
		return Invitation{}, err
	}
	mine, err := pg.All(ctx, q, handSQL+` WHERE h.ask_id = $1 AND (h.letter_id = $2 OR h.organisation_id = $3)`, pg.ByName[Hand], l.AskID, l.ID, l.OrganisationID)
	if err != nil {
		return Invitation{}, err
	}
	if len(mine) > 0 {
		v.Mine = &mine[0]
	}
	return v, nil
}

// AnswerByToken takes the answer of whoever holds a letter's link, on behalf
// of the organisation it was sent to.
func (s *Service) AnswerByToken(ctx context.Context, t Token, in Answer) error {
	return s.db.Write(ctx, authz.Actor{Role: authz.Resident}, func(tx *pg.Tx) error {
		v, err := invitation(ctx, tx, t)
		if err != nil {
			return err
		}
		if !v.Active {
			return fault.New(fault.Gone, "asks.organisation_paused")
		}
		return raise(ctx, tx, v.Ask, in, whose{organisation: v.Organisation, letter: &v.Letter, via: ViaLetter})
	})
}

// AnswerAs takes the answer of a partner who is signed in, for one of their
// organisations that was asked.
func (s *Service) AnswerAs(ctx context.Context, actor authz.Actor, id, organisation uuid.UUID, in Answer) error {
	if !actor.MemberOf(organisation) {
		return fault.New(fault.NotFound, "")
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		a, err := askedOf(ctx, tx, id, organisation)
		if err != nil {
			return err
		}
		return raise(ctx, tx, a, in, whose{organisation: &organisation, via: ViaPartner})
	})
}

func askedOf(ctx context.Context, tx *pg.Tx, id, organisation uuid.UUID) (Ask, error) {
	a, err := pg.One(ctx, tx, `SELECT `+columns+` FROM asks a WHERE a.id = $1 AND a.status <> 'draft'
		AND (a.public OR EXISTS (SELECT FROM ask_letters l WHERE l.ask_id = a.id AND l.organisation_id = $2))
		AND EXISTS (SELECT FROM organisations o WHERE o.id = $2 AND o.status = 'approved')`, pg.ByName[Ask], id, organisation)
	return a, err
}

// AnswerFor takes down what somebody told a member of staff: for an approved
// organisation, or for a person by themselves when it is nil.
func (s *Service) AnswerFor(ctx context.Context, actor authz.Actor, id uuid.UUID, organisation *uuid.UUID, in Answer) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		a, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !a.EditableBy(actor) {
			return fault.New(fault.NotFound, "")
		}
		if a.Status == Draft {
			return fault.New(fault.Conflict, "asks.not_open")
		}
		if organisation != nil {
			if _, err := pg.One(ctx, tx, `SELECT id FROM organisations WHERE id = $1 AND status = 'approved'`, pg.Scalar[uuid.UUID], *organisation); err != nil {
				return fault.InField(fault.Invalid, "organisation", text.KeyChooseOne)
			}
		}
		return raise(ctx, tx, a, in, whose{organisation: organisation, via: ViaStaff})
	})
}

// AnswerPublic takes a resident's hand for a public ask and returns the link
// that is theirs.
func (s *Service) AnswerPublic(ctx context.Context, actor authz.Actor, id uuid.UUID, in Answer) (Token, error) {
	token := newToken()
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		a, err := byID(ctx, tx, id)
		if err != nil {
			return err
		}
		if !a.Public || a.Status == Draft {
			return fault.New(fault.NotFound, "")
		}
		return raise(ctx, tx, a, in, whose{via: ViaPublic, token: token.hash()})
	})
	return token, err
}

// raise writes an answer down. A second one of the same organisation or
// address changes the first, which keeps its place in the order; a change of
// what was promised asks for a new reply.
func raise(ctx context.Context, tx *pg.Tx, a Ask, in Answer, by whose) error {
	in = in.tidy()
	if err := in.validate(a, by.organisation == nil && by.letter == nil).Err(); err != nil {
		return err
	}
	answer := "no"
	if in.Yes {
		answer = "yes"
	}
	in.ShareContact = in.ShareContact && in.Yes && (by.organisation != nil || by.letter != nil)
	// One answer at a time for one ask: what is the same one is found out below.
	if _, err := tx.Exec(ctx, `SELECT FROM asks WHERE id = $1 FOR UPDATE`, a.ID); err != nil {
		return err
	}
	was, err := pg.All(ctx, tx, handSQL+` WHERE h.ask_id = $1 AND (h.organisation_id = $2 OR h.letter_id = $3
			OR h.id = $5 OR $5 IS NULL AND $2::uuid IS NULL AND h.organisation_id IS NULL AND lower(h.email) = lower(nullif($4, '')))
			ORDER BY h.seq LIMIT 1`, pg.ByName[Hand], a.ID, by.organisation, by.letter, in.Email, by.hand)
	if err != nil {
		return err
	}
	if len(was) > 0 && by.via == ViaPublic && by.hand == nil {
		// Anybody can type somebody's address: their answer is changed by their own link.
		return fault.InField(fault.Conflict, "email", "asks.answered_already")
	}
	id := newID()
	if len(was) > 0 {
		id = was[0].ID
		if _, err := tx.Exec(ctx, `
			UPDATE hands SET answer = $2, name = $3, email = coalesce(nullif($4, ''), email), phone = nullif($5, ''), note = $6, via = $7,
				letter_id = coalesce($8, letter_id), entered_by = $9, late = late OR $10, changed_at = $11, share_contact = $12 WHERE id = $1`,
			id, answer, in.Name, in.Email, in.Phone, in.Note, by.via, by.letter, enteredBy(tx, by), a.Late(tx.Now()), tx.Now(), in.ShareContact); err != nil {
			return err
		}
		if was[0].Answer != answer || !sameParts(was[0].Parts, in) {
			if _, err := tx.Exec(ctx, `UPDATE hands SET reply = NULL, reply_words = '', replied_at = NULL WHERE id = $1`, id); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM hand_parts WHERE hand_id = $1`, id); err != nil {
			return err
		}
	} else if _, err := tx.Exec(ctx, `
		INSERT INTO hands (id, ask_id, organisation_id, letter_id, token_hash, answer, name, email, phone, locale, note, via, entered_by, late, answered_at, share_contact)
		VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), nullif($9, ''), $10, $11, $12, $13, $14, $15, $16)`,
		id, a.ID, by.organisation, by.letter, by.token, answer, in.Name, in.Email, in.Phone, in.Locale, in.Note, by.via, enteredBy(tx, by),
		a.Late(tx.Now()), tx.Now(), in.ShareContact); err != nil {
		return err
	}
	if in.Yes {
		for _, p := range a.Parts {
			if n := in.Quantities[p.ID]; n > 0 {
				if _, err := tx.Exec(ctx, `INSERT INTO hand_parts (hand_id, part_id, quantity) VALUES ($1, $2, $3)`, id, p.ID, n); err != nil {
					return err
				}
			}
		}
	}
	if err := changed(ctx, tx, a.ID); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "ask.answered", Object: "hand", ID: id, Detail: map[string]any{"ask": a.ID, "answer": answer, "via": by.via}})
}

func enteredBy(tx *pg.Tx, by whose) *uuid.UUID {
	if by.via != ViaStaff && by.via != ViaPartner {
		return nil
	}
	return audit.ActorID(tx.Actor())
}

func sameParts(was map[uuid.UUID]int, in Answer) bool {
	for part, n := range in.Quantities {
		if n != was[part] && in.Yes {
			return false
		}
	}
	for part, n := range was {
		if in.Yes && in.Quantities[part] != n {
			return false
		}
	}
	return true
}

// Suggestion names somebody else who may be able to help.
type Suggestion struct {
	Organisation uuid.UUID // one of ours, or
	Name, Email  string    // somebody we do not know yet
}

// Suggest asks somebody else, saying who thought of them: the next hand to ask.
// Who has been asked already is not asked again.
func (s *Service) Suggest(ctx context.Context, t Token, in Suggestion) error {
	in.Name, in.Email = text.Line(in.Name), strings.TrimSpace(in.Email)
	var f fault.Fields
	if in.Organisation == uuid.Nil {
		text.Require(&f, "name", in.Name, 120, "asks.suggest_name")
		address, ok := text.Email(in.Email)
		if !ok {
			f.Add("email", "errors.field_email_invalid")
		}
		in.Email = address
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.db.Write(ctx, authz.Actor{Role: authz.Resident}, func(tx *pg.Tx) error {
		v, err := invitation(ctx, tx, t)
		if err != nil {
			return err
		}
		if v.Status != Open || !v.Active {
			return fault.New(fault.Gone, "asks.not_open")
		}
		by := v.Name
		if by == "" {
			by = v.Person
		}
		// One link cannot be made to write to the whole world.
		n, err := pg.One(ctx, tx, `SELECT count(*)::int FROM ask_letters WHERE ask_id = $1 AND suggested_by = $2`, pg.Scalar[int], v.ID, by)
		if err != nil {
			return err
		}
		if n >= MaxSuggestions {
			return fault.New(fault.TooMany, "asks.suggestions_many", "Max", MaxSuggestions)
		}
		if in.Organisation != uuid.Nil {
			_, err = tx.Exec(ctx, `WITH `+addresses+`
				INSERT INTO ask_letters (id, ask_id, organisation_id, name, email, locale, suggested_by, created_at)
				SELECT gen_random_uuid(), $4, organisation_id, name, email, locale, $5, $6 FROM addresses
				ON CONFLICT (ask_id, lower(email)) DO NOTHING`, []uuid.UUID{}, []string{}, []uuid.UUID{in.Organisation}, v.ID, by, tx.Now())
		} else {
			_, err = tx.Exec(ctx, `
				INSERT INTO ask_letters (id, ask_id, name, email, locale, suggested_by, created_at) VALUES (gen_random_uuid(), $1, $2, $3, 'da', $4, $5)
				ON CONFLICT (ask_id, lower(email)) DO NOTHING`, v.ID, in.Name, in.Email, by, tx.Now())
		}
		if err != nil {
			return err
		}
		if _, err := sendSome(ctx, tx, v.ID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "ask.suggested", Object: "ask", ID: v.ID, Detail: map[string]any{"letter": v.Letter}})
	})
}

// MaxSuggestions is how many others one organisation may suggest for one ask.
const MaxSuggestions = 5

// ByHand returns the ask and the hand that a person's own link opens.
func (s *Service) ByHand(ctx context.Context, t Token) (Ask, Hand, error) {
	return byHand(ctx, s.db.Fresh(), t)
}

func byHand(ctx context.Context, q pg.Querier, t Token) (Ask, Hand, error) {
	h, err := pg.One(ctx, q, handSQL+` WHERE h.token_hash = $1`, pg.ByName[Hand], t.hash())
	if fault.Is(err, fault.NotFound) {
		return Ask{}, Hand{}, fault.Wrap(fault.Gone, "asks.link_spent", err)
	}
	if err != nil {
		return Ask{}, Hand{}, err
	}
	id, err := pg.One(ctx, q, `SELECT ask_id FROM hands WHERE id = $1`, pg.Scalar[uuid.UUID], h.ID)
	if err != nil {
		return Ask{}, Hand{}, err
	}
	a, err := byID(ctx, q, id)
	return a, h, err
}

// AnswerByHand changes a person's answer by their own link.
func (s *Service) AnswerByHand(ctx context.Context, t Token, in Answer) error {
	return s.db.Write(ctx, authz.Actor{Role: authz.Resident}, func(tx *pg.Tx) error {
		a, h, err := byHand(ctx, tx, t)
		if err != nil {
			return err
		}
		return raise(ctx, tx, a, in, whose{via: ViaPublic, hand: &h.ID})
	})
}

// Withdraw takes a person's hand down again and forgets who it was.
func (s *Service) Withdraw(ctx context.Context, t Token) error {
	return s.db.Write(ctx, authz.Actor{Role: authz.Resident}, func(tx *pg.Tx) error {
		a, h, err := byHand(ctx, tx, t)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM hands WHERE id = $1`, h.ID); err != nil {
			return err
		}
		if err := changed(ctx, tx, a.ID); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "ask.hand_withdrawn", Object: "hand", ID: h.ID})
	})
}

// postTo writes to whoever gave the answers, where they can be reached by mail.
func postTo(ctx context.Context, tx *pg.Tx, letter string, a Ask, list []Hand, more func(Hand) map[string]any) error {
	var posts []mail.Post
	for _, h := range list {
		posts = append(posts, mail.Post{Letter: letter, To: h.Reach, Name: h.Name, Locale: h.Locale, Facts: a.facts(more(h))})
	}
	return mail.Enqueue(ctx, tx, posts...)
}
