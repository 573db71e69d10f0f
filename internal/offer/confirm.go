package offer

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"
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

// Fading tells how far a published offer that nobody confirms has faded.
type Fading int

// How far an offer can fade, and after how many days without an answer.
const (
	Asked     Fading = iota // or not asked at all
	Marked                  // its page and card say so
	Unmatched               // no ask finds it
	Resting                 // no public list shows it
)

const (
	markedAfter    = 14
	unmatchedAfter = 28
	restingAfter   = 56
)

// MonthsMost is the longest time an offer can stand unasked.
const MonthsMost = 24

// Waits tells whether somebody was asked to confirm the offer and has not.
func (o Offer) Waits() bool { return o.Status == Published && o.AskedAt != nil }

// Unconfirmed tells whether readers are told that nobody has confirmed it.
func (o Offer) Unconfirmed() bool { return o.Waits() && o.Reminded >= Marked }

// Rests tells whether the offer has left the public lists.
func (o Offer) Rests() bool { return o.Waits() && o.Reminded == Resting }

// Confirmed is when somebody last said that the offer holds.
func (o Offer) Confirmed() time.Time {
	for _, at := range []*time.Time{o.ConfirmedAt, o.PublishedAt} {
		if at != nil {
			return *at
		}
	}
	return o.CreatedAt
}

// Token is the secret of a link in a letter. The database knows its hash only.
type Token string

func newToken() Token {
	b := make([]byte, 18)
	_, _ = rand.Read(b) // never fails: crypto/rand
	return Token(base64.RawURLEncoding.EncodeToString(b))
}

func hash(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

// confirm notes that an offer that is held is true, unless that is known.
func confirm(ctx context.Context, tx *pg.Tx, o Offer, via string) error {
	if !o.Waits() {
		return errThere
	}
	if _, err := tx.Exec(ctx, `UPDATE offers SET confirmed_at = $2, asked_at = NULL, reminded = 0 WHERE id = $1`, o.ID, tx.Now()); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "offer.confirmed", Object: "offer", ID: o.ID, Detail: map[string]string{"via": via}})
}

// Confirm says that a published offer holds. Said twice is said once.
func (s *Service) Confirm(ctx context.Context, actor authz.Actor, id uuid.UUID) error {
	err := s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		o, err := held(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if o.Status != Published {
			return fault.New(fault.Conflict, "offers.step_not_open")
		}
		return confirm(ctx, tx, o, "page")
	})
	if errors.Is(err, errThere) {
		return nil
	}
	return err
}

// SetMonths lets staff say how long the offer stands before it is asked about.
func (s *Service) SetMonths(ctx context.Context, actor authz.Actor, id uuid.UUID, months int) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		o, err := held(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if actor.Role == authz.Partner {
			return fault.New(fault.Forbidden, "")
		}
		if months < 1 || months > MonthsMost {
			return fault.InField(fault.Invalid, "months", "offers.months_wrong")
		}
		if _, err := tx.Exec(ctx, `UPDATE offers SET confirm_months = $2 WHERE id = $1`, o.ID, months); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "offer.months_set", Object: "offer", ID: id, Detail: map[string]int{"months": months}})
	})
}

// ByToken lists the offers that a letter's link confirms. A link that is not
// known, or whose offers are gone, is Gone.
func (s *Service) ByToken(ctx context.Context, t Token) ([]Offer, error) {
	return byToken(ctx, s.db.Fresh(), t)
}

func byToken(ctx context.Context, q pg.Querier, t Token) ([]Offer, error) {
	list, err := pg.All(ctx, q, `
		SELECT `+columns+` FROM `+tables+` WHERE g.status = 'approved' AND o.status IN ('published', 'paused') AND o.id IN (
			SELECT k.offer_id FROM offer_links l JOIN offer_links k ON k.letter_id = l.letter_id AND k.offer_id = coalesce(l.offer_id, k.offer_id)
			WHERE l.token_hash = $1)
		ORDER BY o.title COLLATE "da-x-icu", o.id`, pg.ByName[Offer], hash(string(t)))
	if err == nil && len(list) == 0 {
		err = fault.New(fault.Gone, "offers.link_spent")
	}
	return list, err
}

// ConfirmByToken says that what the link names holds, on behalf of whoever the
// letter was sent to. Said twice is said once; what has been paused meanwhile
// stays paused.
func (s *Service) ConfirmByToken(ctx context.Context, t Token) error {
	err := s.db.Write(ctx, authz.Actor{Role: authz.Resident}, func(tx *pg.Tx) error {
		named, err := byToken(ctx, tx, t)
		if err != nil {
			return err
		}
		ids := make([]uuid.UUID, len(named))
		for i, o := range named {
			ids[i] = o.ID
		}
		// Locked first, in one order, so that two presses wait for each other.
		if _, err := tx.Exec(ctx, `SELECT FROM offers WHERE id = ANY($1) ORDER BY id FOR UPDATE`, ids); err != nil {
			return err
		}
		if named, err = byToken(ctx, tx, t); err != nil {
			return err
		}
		done := 0
		for _, o := range named {
			switch err := confirm(ctx, tx, o, "letter"); {
			case err == nil:
				done++
			case !errors.Is(err, errThere):
				return err
			}
		}
		if done == 0 {
			return errThere
		}
		return nil
	})
	if errors.Is(err, errThere) {
		return nil
	}
	return err
}

// lettersKept is how long a letter's links work when nothing waits for them.
const lettersKept = 365 * 24 * time.Hour

// Due does what the clock asks for: it asks whether offers still hold, lets
// those fade that nobody confirms, and forgets old letters. The portal calls it
// every minute.
func (s *Service) Due(ctx context.Context) error {
	err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error { return askDue(ctx, tx) })
	if err == nil || errors.Is(err, errThere) {
		err = s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error { return forgetDue(ctx, tx) })
	}
	if errors.Is(err, errThere) {
		return nil
	}
	return err
}

// reader is somebody that letters about an offer go to.
type reader struct {
	OfferID uuid.UUID
	Email   string
	Name    string
	Locale  string
	Written bool // to, today
}

// step is an offer that has come further than is noted.
type step struct {
	ID       uuid.UUID
	AskedAt  *time.Time
	Reminded Fading
	Now      Fading
}

// speaks tells whether the step is worth a letter. Leaving matching is not: it
// was said two weeks before.
func (s step) speaks() bool { return s.AskedAt == nil || s.Reminded == Asked || s.Now == Resting }

// askDue takes every offer as far as the morning says, at nine, and writes to
// each address once a day about all that waits for it.
func askDue(ctx context.Context, tx *pg.Tx) error {
	const morning = `+ time '09:00') AT TIME ZONE 'Europe/Copenhagen' <= $1`
	asked := `((o.asked_at AT TIME ZONE 'Europe/Copenhagen')::date + `
	steps, err := pg.All(ctx, tx, `
		WITH far AS (SELECT o.id, CASE WHEN o.asked_at IS NULL THEN 0
				WHEN `+asked+`$4::int `+morning+` THEN 3 WHEN `+asked+`$3::int `+morning+` THEN 2 WHEN `+asked+`$2::int `+morning+` THEN 1 ELSE 0 END AS now
			FROM `+tables+` WHERE `+approved+` AND (o.asked_at IS NOT NULL
				OR ((coalesce(o.confirmed_at, o.published_at) AT TIME ZONE 'Europe/Copenhagen')::date + make_interval(months => o.confirm_months) `+morning+`))
		SELECT o.id, o.asked_at, o.reminded, far.now FROM far JOIN offers o ON o.id = far.id
		WHERE o.asked_at IS NULL OR far.now > o.reminded ORDER BY o.id FOR UPDATE OF o`,
		pg.ByName[step], tx.Now(), markedAfter, unmatchedAfter, restingAfter)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		return errThere
	}
	ids := make([]uuid.UUID, len(steps))
	for i, st := range steps {
		ids[i] = st.ID
	}
	first, err := readersOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	to := map[string]reader{}
	taken := 0
	for _, st := range steps {
		mine := slices.DeleteFunc(slices.Clone(first), func(r reader) bool { return r.OfferID != st.ID })
		if st.speaks() && slices.ContainsFunc(mine, func(r reader) bool { return r.Written }) {
			continue // tomorrow: one letter a day is enough
		}
		action := "offer.faded"
		if st.AskedAt == nil {
			action = "offer.asked"
		}
		if _, err := tx.Exec(ctx, `UPDATE offers SET asked_at = coalesce(asked_at, $2), reminded = $3 WHERE id = $1`, st.ID, tx.Now(), st.Now); err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Entry{Action: action, Object: "offer", ID: st.ID, Detail: map[string]int{"far": int(st.Now), "letters": len(mine)}}); err != nil {
			return err
		}
		taken++
		if st.speaks() {
			for _, r := range mine {
				to[strings.ToLower(r.Email)] = r
			}
		}
	}
	if taken == 0 {
		return errThere
	}
	if len(to) == 0 {
		return nil
	}
	return writeTo(ctx, tx, to)
}

// readersOf finds who can be asked about the offers: the address on it, or
// else the organisation's contacts, or else the organisation's own address.
func readersOf(ctx context.Context, tx *pg.Tx, ids []uuid.UUID) ([]reader, error) {
	return pg.All(ctx, tx, `
		WITH reached AS (
			SELECT o.id AS offer_id, o.contact_email AS email, o.contact_name AS name, g.contact_locale AS locale
			FROM `+tables+` WHERE o.id = ANY($1) AND o.contact_email <> ''
			UNION ALL
			SELECT o.id, a.email, a.name, a.locale
			FROM offers o JOIN organisation_people p ON p.organisation_id = o.organisation_id AND p.contact
				JOIN accounts a ON a.id = p.account_id AND a.disabled_at IS NULL
			WHERE o.id = ANY($1) AND o.contact_email = ''
			UNION ALL
			SELECT o.id, g.contact_email, g.contact_name, g.contact_locale
			FROM `+tables+` WHERE o.id = ANY($1) AND o.contact_email = '' AND g.contact_email <> '' AND NOT EXISTS (
				SELECT FROM organisation_people p JOIN accounts a ON a.id = p.account_id AND a.disabled_at IS NULL
				WHERE p.organisation_id = o.organisation_id AND p.contact))
		SELECT r.offer_id, r.email, r.name, coalesce(a.locale, r.locale) AS locale,
			EXISTS (SELECT FROM offer_letters l WHERE l.address_hash = sha256(convert_to(lower(r.email), 'UTF8'))
				AND (l.sent_at AT TIME ZONE 'Europe/Copenhagen')::date = ($2::timestamptz AT TIME ZONE 'Europe/Copenhagen')::date) AS written
		FROM reached r LEFT JOIN accounts a ON lower(a.email) = lower(r.email)
		ORDER BY r.offer_id, lower(r.email)`, pg.ByName[reader], ids, tx.Now())
}

// writeTo writes a letter to each of the addresses about every offer that
// waits for it, each with a link of its own.
func writeTo(ctx context.Context, tx *pg.Tx, to map[string]reader) error {
	waiting, err := pg.All(ctx, tx, `SELECT `+columns+` FROM `+tables+` WHERE `+approved+` AND o.asked_at IS NOT NULL
		ORDER BY o.title COLLATE "da-x-icu", o.id`, pg.ByName[Offer])
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(waiting))
	for i, o := range waiting {
		ids[i] = o.ID
	}
	all, err := readersOf(ctx, tx, ids)
	if err != nil {
		return err
	}
	whose := map[uuid.UUID][]string{}
	for _, r := range all {
		whose[r.OfferID] = append(whose[r.OfferID], strings.ToLower(r.Email))
	}
	var posts []mail.Post
	for address, r := range to {
		if _, ok := text.Email(r.Email); !ok {
			continue
		}
		letter, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO offer_letters (id, address_hash, sent_at) VALUES ($1, $2, $3)`, letter, hash(address), tx.Now()); err != nil {
			return err
		}
		link := func(offer *uuid.UUID) (Token, error) {
			token := newToken()
			_, err := tx.Exec(ctx, `INSERT INTO offer_links (token_hash, letter_id, offer_id) VALUES ($1, $2, $3)`, hash(string(token)), letter, offer)
			return token, err
		}
		var list []map[string]any
		far := Asked
		for _, o := range waiting {
			if !slices.Contains(whose[o.ID], address) {
				continue
			}
			token, err := link(&o.ID)
			if err != nil {
				return err
			}
			far = max(far, o.Reminded)
			list = append(list, map[string]any{"title": o.Title, "confirmed": o.Confirmed(), "token": token})
		}
		token, err := link(nil)
		if err != nil {
			return err
		}
		posts = append(posts, mail.Post{Letter: "offers_confirm", To: r.Email, Name: r.Name, Locale: r.Locale,
			Facts: map[string]any{"offers": list, "token": token, "far": far}})
	}
	slices.SortFunc(posts, func(a, b mail.Post) int { return cmp.Compare(a.To, b.To) })
	return mail.Enqueue(ctx, tx, posts...)
}

// forgetDue takes away old letters that nothing waits for any longer.
func forgetDue(ctx context.Context, tx *pg.Tx) error {
	gone, err := pg.All(ctx, tx, `
		DELETE FROM offer_letters l WHERE l.sent_at < $1 AND NOT EXISTS (
			SELECT FROM offer_links k JOIN offers o ON o.id = k.offer_id WHERE k.letter_id = l.id AND o.asked_at IS NOT NULL)
		RETURNING l.id`, pg.Scalar[uuid.UUID], tx.Now().Add(-lettersKept))
	if err != nil {
		return err
	}
	if len(gone) == 0 {
		return errThere
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "offer.letters_forgotten", Object: "offer_letter", ID: gone[0], Detail: map[string]int{"letters": len(gone)}})
}
