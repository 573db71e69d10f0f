package cafe

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/secret"
	"mellemrum/internal/text"
)

// SignUp is what somebody writes to get a place.
type SignUp struct {
	Place    string // key: "guest", "host-2"
	Name     string
	Email    string
	Phone    string
	Party    int // people, 1–MaxParty
	Language string
	Note     string
	Locale   string // the interface language it was written in

	FirstTime bool // they say it is their first visit
	Photo     bool // they may be in pictures
	AskMe     bool // a helper who may be asked to stand in another day
}

// clean brings what was typed into one form, so that the same address is the
// same address.
func (in SignUp) clean() SignUp {
	in.Name, in.Note = text.Line(in.Name), text.Block(in.Note)
	in.Email, in.Phone = strings.TrimSpace(in.Email), strings.TrimSpace(in.Phone)
	if in.Language == "" {
		in.Language = in.Locale
	}
	return in
}

// Validate names every mistake, in the order of the form.
func (in SignUp) Validate() fault.Fields { return in.validate(false) }

// validate is Validate; somebody helped at the desk may be without address and
// number.
func (in SignUp) validate(helped bool) fault.Fields {
	in = in.clean()
	var f fault.Fields
	if !KindOf(in.Place).Known() {
		f.Add("place", "cafes.write_place")
	}
	switch {
	case in.Name == "":
		f.Add("name", "cafes.write_name")
	case !text.Valid(in.Name):
		f.Add("name", "errors.field_bad_text")
	case utf8.RuneCountInString(in.Name) > MaxName:
		f.Add("name", "errors.field_too_long", "Max", MaxName)
	}
	if !helped && in.Email == "" && in.Phone == "" {
		f.Add("email", "cafes.write_email_or_phone")
	}
	if in.Email != "" {
		if _, ok := text.Email(in.Email); !ok {
			f.Add("email", "errors.field_email_invalid")
		}
	}
	if in.Phone != "" {
		if _, ok := text.Phone(in.Phone); !ok {
			f.Add("phone", "errors.field_phone_invalid")
		}
	}
	if in.Party < 1 || in.Party > MaxParty {
		f.Add("party", "errors.field_number_range", "Min", 1, "Max", MaxParty)
	}
	if !text.IsLanguage(in.Language) {
		f.Add("language", "errors.field_choose_one")
	}
	switch {
	case !text.Valid(in.Note):
		f.Add("note", "errors.field_bad_text")
	case utf8.RuneCountInString(in.Note) > MaxNote:
		f.Add("note", "errors.field_too_long", "Max", MaxNote)
	}
	return f
}

// Token is the secret of a personal link. The database knows its hash only.
type Token string

func newToken() Token { return Token(secret.New()) }

func (t Token) hash() []byte { return secret.Hash(string(t)) }

// A code is short enough to read out: letters and digits that no one mistakes
// for another. With a phone number, without which it opens nothing, six are
// enough; one that stands alone is as hard to guess as number and code are.
const (
	codeWithPhone = 6
	codeAlone     = 10
)

func newCode(length int) string {
	const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	code := make([]byte, length)
	for i := range code {
		for {
			var b [1]byte
			_, _ = rand.Read(b[:])
			if int(b[0]) < 256-256%len(letters) { // no letter likelier than another
				code[i] = letters[int(b[0])%len(letters)]
				break
			}
		}
	}
	return string(code)
}

// SignUpSQL does all of a sign-up in one statement, so that the lock on the
// place is held for as short as can be. The gate waits for whoever holds the
// place and then sees what they left: a sign-up is either placed or stands in
// the queue before anybody else can look, so no free place is ever beside
// someone who waits for it. The update takes its numbers from the gate: its own
// view of the row may be older than the lock, and the check on the table would
// be held against that. The date is held too, after the place: one that was moved
// meanwhile is no longer the day that was chosen. While those who wait are being asked (call.go) nobody new
// passes them, however late the decision comes: whoever comes then stands in
// line, having said yes already, and where there is room the answer says that
// the line is to be looked at again. The benchmark runs this same statement.
const SignUpSQL = `
WITH gate AS MATERIALIZED (
	SELECT p.id, p.kind, p.taken, p.capacity, p.deciding_until IS NOT NULL AS deciding,
	       p.taken + $6 <= p.capacity AS room, p.taken + $6 <= p.capacity AND p.deciding_until IS NULL AS fits,
	       c.name, c.slug, c.venue, c.address, coalesce(p.starts_at, o.starts_at) AS starts_at, coalesce(p.ends_at, o.ends_at) AS ends_at,
	       o.sequence
	FROM cafes c
	JOIN occasions o ON o.cafe_id = c.id AND o.on_date = $2
	JOIN occasion_places p ON p.occasion_id = o.id AND p.key = $3
	WHERE c.slug = $1 AND p.closed_at IS NULL
	  AND (o.closes_at > $4 AND coalesce(o.opens_at <= $4, true) OR $23 AND o.starts_at > $4)
	FOR UPDATE OF p FOR KEY SHARE OF o
), place AS (
	UPDATE occasion_places p SET taken = gate.taken + $6, capacity = gate.capacity FROM gate WHERE p.id = gate.id AND gate.fits
), signed AS (
	INSERT INTO sign_ups (id, place_id, status, name, email, phone, party, language, locale, note, code, created_at, placed_at,
	                      said_yes_at, helped, helped_by, first_time, photo, ask_me)
	SELECT $5, gate.id, CASE WHEN fits THEN 'placed' ELSE 'waiting' END, $7, nullif($8, ''), nullif($9, ''), $6, $10, $11, $12,
	       nullif($13, ''), $4, CASE WHEN fits THEN $4 END, CASE WHEN deciding THEN $4 END, $19, CASE WHEN $19 THEN $15::uuid END, $20, $21, $22
	FROM gate RETURNING id, status
), link AS (
	INSERT INTO sign_up_links (token_hash, sign_up_id) SELECT $14, id FROM signed
), audited AS (
	INSERT INTO audit_entries (at, actor_id, actor_role, action, object, object_id, detail)
	SELECT $4, $15::uuid, $16, 'cafe.signed_up', 'sign_up', id, jsonb_build_object('status', status, 'party', $6) FROM signed
), job AS (
	INSERT INTO river_job (kind, queue, max_attempts, args)
	SELECT 'mail', 'mail', $18, jsonb_build_object('letter', 'cafe_receipt', 'to', $8::text, 'name', $7::text, 'locale', $11::text,
		'facts', $17::jsonb || jsonb_build_object('sign_up', signed.id, 'revision', gate.sequence, 'at', $4,
			'status', status, 'kind', gate.kind, 'cafe', gate.name, 'slug', gate.slug, 'venue', gate.venue,
			'address', gate.address, 'starts', gate.starts_at, 'ends', gate.ends_at))
	FROM signed, gate WHERE $8 <> ''
)
SELECT signed.status, gate.id AS place_id, gate.deciding AND gate.room AS unsettled FROM signed, gate`

// Receipt is what somebody who signed up is given.
type Receipt struct {
	ID     uuid.UUID
	Token  Token
	Code   string // empty where a personal link by mail does
	Status Status
}

// SignUp gives a place on a date, or a place in line when the party does not
// fit as a whole. It fails with Invalid fields, NotFound, Gone (sign-up has
// closed, or the date has passed or is cancelled) or Conflict (sign-up has not
// opened yet, or this address or number already has that place).
func (s *Service) SignUp(ctx context.Context, a authz.Actor, slug string, date time.Time, in SignUp) (Receipt, error) {
	if err := in.Validate().Err(); err != nil {
		return Receipt{}, err
	}
	sql, err := newSignUp(a, slug, date, in, s.db.Now(), false)
	if err != nil {
		return Receipt{}, err
	}
	var got signed
	if KindOf(in.Place).Helps() {
		err = s.db.Write(ctx, a, func(tx *pg.Tx) error {
			got, err = sql.signUp(ctx, tx)
			return err
		})
	} else if got, err = pg.WriteOne(ctx, s.db, SignUpSQL, pg.ByName[signed], sql.args...); err == nil && got.Unsettled {
		// They have signed up; if looking at the line fails now, the clock does it.
		if s.settle(ctx, got.PlaceID) == nil {
			got.Status, err = pg.One(ctx, s.db.Fresh(), `SELECT status FROM sign_ups WHERE id = $1`, pg.Scalar[Status], sql.ID)
		}
	}
	if fault.Is(err, fault.NotFound) {
		return Receipt{}, s.whyNoPlace(ctx, slug, date, in.Place)
	}
	if err != nil {
		return Receipt{}, err
	}
	sql.Status = got.Status
	return sql.Receipt, nil
}

// signed is what SignUpSQL answers.
type signed struct {
	Status    Status
	PlaceID   uuid.UUID
	Unsettled bool // there is room, and whoever waits is being asked: decide anew
}

// preparedSignUp is a sign-up ready for SignUpSQL, with the receipt it will give.
type preparedSignUp struct {
	Receipt
	args []any
}

// newSignUp prepares a valid sign-up. One that is helped is made by the actor
// for somebody else.
func newSignUp(a authz.Actor, slug string, date time.Time, in SignUp, now time.Time, helped bool) (preparedSignUp, error) {
	in = in.clean()
	in.Email, _ = text.Email(in.Email)
	p := preparedSignUp{Receipt: Receipt{ID: newID(), Token: newToken()}}
	if in.Phone != "" {
		in.Phone, _ = text.Phone(in.Phone)
		p.Code = newCode(codeWithPhone)
	} else if helped {
		p.Code = newCode(codeAlone)
	}
	kind := KindOf(in.Place)
	facts, err := json.Marshal(map[string]any{"token": p.Token, "party": in.Party})
	if err != nil {
		return p, fmt.Errorf("cafe: facts: %w", err)
	}
	p.args = []any{slug, date, in.Place, now, p.ID, in.Party,
		in.Name, in.Email, in.Phone, in.Language, MailLocale(in.Language, in.Locale), in.Note, p.Code, p.Token.hash(),
		audit.ActorID(a), a.Role.String(), facts, mail.MaxAttempts, helped, in.FirstTime && !kind.Helps(), in.Photo, in.AskMe && kind.Helps() && in.Email != "",
		helped}
	return p, nil
}

// signUp makes the sign-up within a transaction, so that what follows from it
// can join: a helper's shifts that overlap are pointed out.
func (p preparedSignUp) signUp(ctx context.Context, tx *pg.Tx) (signed, error) {
	got, err := pg.One(ctx, tx, SignUpSQL, pg.ByName[signed], p.args...)
	if err != nil {
		return got, err
	}
	tx.Audited() // the statement does it
	if got.Unsettled {
		if err := promote(ctx, tx, got.PlaceID, SaidYes); err != nil {
			return got, err
		}
		if got.Status, err = pg.One(ctx, tx, `SELECT status FROM sign_ups WHERE id = $1`, pg.Scalar[Status], p.ID); err != nil {
			return got, err
		}
	}
	return got, pointOutOverlaps(ctx, tx, p.ID)
}

// untilTheStart lets the sign-up in after closing, and before opening.
func (p preparedSignUp) untilTheStart() preparedSignUp {
	p.args[len(p.args)-1] = true
	return p
}

// whyNoPlace finds the reason that a sign-up met no open place.
func (s *Service) whyNoPlace(ctx context.Context, slug string, date time.Time, key string) error {
	o, err := s.Occasion(ctx, slug, date)
	if err != nil {
		return err
	}
	if err := o.WhyClosed(s.db.Now()); err != nil {
		return err
	}
	if _, known := o.Place(key); !known {
		return fault.InField(fault.Invalid, "place", "cafes.write_place")
	}
	return fault.New(fault.Unavailable, "")
}

// WhyClosed says why nobody can sign up at the moment; nil: they can. Gone is
// for good, Conflict for now.
func (o Occasion) WhyClosed(now time.Time) error {
	switch {
	case o.CancelledAt != nil:
		return fault.New(fault.Gone, "cafes.date_is_cancelled")
	case !now.Before(o.StartsAt):
		return fault.New(fault.Gone, "cafes.date_has_passed")
	case !now.Before(o.ClosesAt):
		return fault.New(fault.Gone, "cafes.sign_up_closed")
	case !o.Open(now):
		return fault.New(fault.Conflict, "cafes.sign_up_not_open")
	}
	return nil
}

// MailLocale is the language to write to somebody in: the one they speak best
// when we have it, otherwise the one they read the page in.
func MailLocale(language, locale string) string {
	if i18n.ByCode(language) != nil {
		return language
	}
	if i18n.ByCode(locale) != nil {
		return locale
	}
	return "da"
}

// Mine is a sign-up as the one who made it sees it.
type Mine struct {
	Occasion
	ID       uuid.UUID
	PlaceID  uuid.UUID
	Kind     Kind
	Status   Status
	Name     string
	Email    string
	Phone    string
	Party    int
	Language string
	Locale   string
	Note     string
	Code     string
	Line     int // number in line from 1; 0 when not waiting
	Key      string
	Called   bool      // asked whether they still want a place, and have not answered
	SaidYes  bool      // answered yes and waits for those ahead to answer
	AnswerBy time.Time // when Called: until then the place is kept for them, if the order is theirs
	Promoted bool      // waited before they got their place
	KeepNow  bool      // the date was moved, and they have not said whether they still come
	AskMe    bool      // may be asked to stand in another day
	Revision int       // of their calendar entry, counting the date's changes too
}

// MayChange tells whether the sign-up can still be changed or cancelled.
func (m Mine) MayChange(now time.Time) bool { return m.Status != Cancelled && m.Coming(now) }

// Shift is the place that was signed up for.
func (m Mine) Shift() Place {
	p, _ := m.Place(m.Key)
	return p
}

const mineSQL = `SELECT ` + occasionColumns + `,
	s.id AS sign_up_id, s.place_id, p.kind, p.key, o.sequence + s.sequence AS revision,
	s.status = 'waiting' AND coalesce(s.called_at >= ` + callFrom + `, false) AND coalesce(s.said_yes_at < ` + callFrom + `, true) AS called,
	s.status = 'waiting' AND coalesce(s.said_yes_at >= ` + callFrom + `, false) AS said_yes, s.called_at,
	s.status = 'placed' AND s.promoted_because IS NOT NULL AS promoted, s.ask_me,
	s.status <> 'cancelled' AND s.keep_asked_at IS NOT NULL AND s.kept_at IS NULL AS keep_now, s.status, s.name AS person, coalesce(s.email, '') AS email,
	coalesce(s.phone, '') AS phone, s.party, s.language, s.locale, s.note, coalesce(s.code, '') AS code,
	CASE WHEN s.status = 'waiting' THEN
		(SELECT count(*) FROM sign_ups w WHERE w.place_id = s.place_id AND w.status = 'waiting' AND w.seq <= s.seq)
	ELSE 0 END::int AS line
	FROM sign_up_links l
	JOIN sign_ups s ON s.id = l.sign_up_id
	JOIN occasion_places p ON p.id = s.place_id
	JOIN occasions o ON o.id = p.occasion_id
	JOIN cafes c ON c.id = o.cafe_id
	JOIN districts d ON d.id = c.district_id
	WHERE l.token_hash = $1`

// mineRow keeps the columns of the café and of the person apart.
type mineRow struct {
	Occasion
	SignUpID uuid.UUID
	PlaceID  uuid.UUID
	Kind     Kind
	Status   Status
	Person   string
	Email    string
	Phone    string
	Party    int
	Language string
	Locale   string
	Note     string
	Code     string
	Line     int
	Key      string
	Called   bool
	SaidYes  bool
	CalledAt *time.Time
	Promoted bool
	KeepNow  bool
	AskMe    bool
	Revision int
}

// ByToken returns the sign-up a personal link opens; an unknown or erased one
// is Gone.
func (s *Service) ByToken(ctx context.Context, t Token) (Mine, error) {
	return byToken(ctx, s.db.Fresh(), t)
}

func byToken(ctx context.Context, q pg.Querier, t Token) (Mine, error) {
	r, err := pg.One(ctx, q, mineSQL, pg.ByName[mineRow], t.hash())
	if fault.Is(err, fault.NotFound) {
		return Mine{}, fault.Wrap(fault.Gone, "cafes.link_spent", err)
	}
	if err != nil {
		return Mine{}, err
	}
	m := Mine{Occasion: r.Occasion, ID: r.SignUpID, PlaceID: r.PlaceID, Kind: r.Kind, Status: r.Status, Name: r.Person,
		Email: r.Email, Phone: r.Phone, Party: r.Party, Language: r.Language, Locale: r.Locale, Note: r.Note,
		Code: r.Code, Line: r.Line, Key: r.Key, Called: r.Called, SaidYes: r.SaidYes,
		Promoted: r.Promoted, AskMe: r.AskMe, KeepNow: r.KeepNow, Revision: r.Revision}
	if m.Called {
		m.AnswerBy = answerBy(*r.CalledAt, m.StartsAt)
	}
	return m, nil
}

// ByCode opens a personal link for a phone number and the short code from the
// receipt, or for the longer code alone of somebody without a number. What does
// not fit is Invalid; the caller limits how often one may try.
func (s *Service) ByCode(ctx context.Context, phone, code string) (Token, error) {
	code = strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(text.Line(code)))
	number, ok := text.Phone(phone)
	if len(code) == codeAlone { // no number belongs to it, whatever was written
		number, ok = "", true
	}
	if !ok || code == "" {
		return "", fault.InField(fault.Invalid, "code", "cafes.code_unknown")
	}
	token := newToken()
	_, err := pg.WriteOne(ctx, s.db, `
		WITH mine AS (
			SELECT id FROM sign_ups WHERE code = $2 AND phone IS NOT DISTINCT FROM nullif($1, '') ORDER BY seq DESC LIMIT 1
		), link AS (
			INSERT INTO sign_up_links (token_hash, sign_up_id) SELECT $3, id FROM mine
		), audited AS (
			INSERT INTO audit_entries (at, actor_role, action, object, object_id)
			SELECT $4, 'resident', 'cafe.opened_by_code', 'sign_up', id FROM mine
		)
		SELECT id FROM mine`, pg.Scalar[uuid.UUID], number, code, token.hash(), s.db.Now())
	if fault.Is(err, fault.NotFound) {
		return "", fault.InField(fault.Invalid, "code", "cafes.code_unknown")
	}
	return token, err
}

// SendLinks mails a fresh personal link for each coming sign-up of the
// address. Whether there were any is not told: that would tell a stranger who
// is coming.
func (s *Service) SendLinks(ctx context.Context, a authz.Actor, email string) error {
	address, ok := text.Email(email)
	if !ok {
		return fault.InField(fault.Invalid, "email", "errors.field_email_invalid")
	}
	return s.db.Write(ctx, a, func(tx *pg.Tx) error {
		found, err := pg.All(ctx, tx, letterSQL+`
			WHERE lower(s.email) = lower($1) AND s.status <> 'cancelled' AND o.starts_at > $2
			ORDER BY o.starts_at LIMIT 10`, pg.ByName[letter], address, tx.Now())
		if err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Entry{Action: "cafe.links_asked_for", Object: "sign_up", Detail: map[string]int{"found": len(found)}}); err != nil {
			return err
		}
		return post(ctx, tx, "cafe_link", found, nil)
	})
}

// letter is what a mail about a sign-up is written from.
type letter struct {
	SignUpID uuid.UUID
	Name     string
	Email    string
	Locale   string
	Status   Status
	Kind     Kind
	Party    int
	Cafe     string
	Slug     string
	Venue    string
	Address  string
	StartsAt time.Time
	EndsAt   time.Time
	Reason   string
	Revision int // of their calendar entry
}

const letterSQL = `SELECT s.id AS sign_up_id, s.name, coalesce(s.email, '') AS email, s.locale, s.status, p.kind, s.party,
	c.name AS cafe, c.slug, c.venue, c.address, coalesce(p.starts_at, o.starts_at) AS starts_at, coalesce(p.ends_at, o.ends_at) AS ends_at,
	o.cancel_reason AS reason, o.sequence + s.sequence AS revision
	FROM sign_ups s
	JOIN occasion_places p ON p.id = s.place_id
	JOIN occasions o ON o.id = p.occasion_id
	JOIN cafes c ON c.id = o.cafe_id`

// post mails a letter to each, with a fresh personal link in it; more is what
// this kind of letter tells besides.
func post(ctx context.Context, tx *pg.Tx, name string, letters []letter, more map[string]any) error {
	return postEach(ctx, tx, name, letters, func(letter) map[string]any { return more })
}

// postEach is post where each letter tells something of its own.
func postEach(ctx context.Context, tx *pg.Tx, name string, letters []letter, more func(letter) map[string]any) error {
	posts := make([]mail.Post, 0, len(letters))
	links := make([][]any, 0, len(letters))
	for _, l := range letters {
		if l.Email == "" {
			continue
		}
		token := newToken()
		links = append(links, []any{token.hash(), l.SignUpID})
		facts := map[string]any{
			"sign_up": l.SignUpID, "revision": l.Revision, "at": tx.Now(),
			"token": token, "status": l.Status, "kind": l.Kind, "party": l.Party, "cafe": l.Cafe, "slug": l.Slug,
			"venue": l.Venue, "address": l.Address, "starts": l.StartsAt, "ends": l.EndsAt, "reason": l.Reason,
		}
		maps.Copy(facts, more(l))
		p := mail.Post{Letter: name, To: l.Email, Name: l.Name, Locale: l.Locale, Facts: facts}
		if name == "cafe_reminder" {
			p.Until = &l.StartsAt
		}
		posts = append(posts, p)
	}
	if len(links) == 0 {
		return nil
	}
	if _, err := tx.Raw().CopyFrom(ctx, pgx.Identifier{"sign_up_links"}, []string{"token_hash", "sign_up_id"}, pgx.CopyFromRows(links)); err != nil {
		return pg.Fault(err)
	}
	return mail.Enqueue(ctx, tx, posts...)
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
