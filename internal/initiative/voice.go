package initiative

import (
	"context"
	"fmt"
	"slices"
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

// VoiceKind tells what a resident says.
type VoiceKind string

// A resident has an idea, takes a stance on one, or comments.
const (
	AnIdea    VoiceKind = "idea"
	Agree     VoiceKind = "agree"
	Object    VoiceKind = "objection"
	TakePart  VoiceKind = "take_part"
	AsComment VoiceKind = "comment"
)

// Stances are those of which an address has one, in the order they are shown.
var Stances = []VoiceKind{Agree, Object, TakePart}

// Stance tells whether k is one of Stances.
func (k VoiceKind) Stance() bool { return slices.Contains(Stances, k) }

// Key is the message key of the kind's name.
func (k VoiceKind) Key() string { return "voices.kind_" + string(k) }

// Token is the secret of a personal link. The database knows its hash only.
type Token string

func (t Token) hash() []byte { return secret.Hash(string(t)) }

// MaxLinks is how many web addresses a comment may hold; with any, somebody
// reads it before it is shown.
const MaxLinks = 2

// Saying is what a resident says to an initiative.
type Saying struct {
	Kind   VoiceKind
	Words  string
	Name   string
	Email  string // demanded for a stance, which counts once a mailed link is used
	Locale string
}

// Tidy returns the saying as it will be kept.
func (in Saying) Tidy() Saying {
	in.Words, in.Name = text.Block(in.Words), text.Line(in.Name)
	in.Email, _ = text.Email(in.Email)
	in.Locale = text.Locale(in.Locale)
	return in
}

// Validate names what cannot be used.
func (in Saying) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	switch {
	case !in.Kind.Stance() && in.Kind != AsComment:
		f.Add("kind", text.KeyChooseOne)
	case in.Kind == Object:
		text.Require(&f, "words", in.Words, 2000, "voices.objection_missing")
	case in.Kind == AsComment:
		text.Require(&f, "words", in.Words, 2000, "voices.comment_missing")
	default:
		text.Check(&f, "words", in.Words, 2000)
	}
	refuseCPR(&f, "words", in.Words)
	if text.WebAddresses(in.Words) > MaxLinks {
		f.Add("words", "voices.links", "Max", MaxLinks)
	}
	text.Check(&f, "name", in.Name, 80)
	if text.WebAddresses(in.Name) > 0 {
		f.Add("name", "voices.name")
	}
	switch _, ok := text.Email(in.Email); {
	case in.Email == "" && in.Kind != AsComment:
		f.Add("email", "voices.email_missing")
	case in.Email != "" && !ok:
		f.Add("email", text.KeyEmail)
	}
	return f
}

// Hears tells whether the initiative takes what somebody says now.
func (i Initiative) Hears(k VoiceKind) bool {
	if !i.Public() || i.Status.Ended() {
		return false
	}
	if k.Stance() {
		return i.Status == Idea || i.Status == CoCreation
	}
	return i.Comments != NoComments
}

// Say keeps what a resident says and returns the personal link to its receipt.
// With an address the link is mailed instead, and the token is empty: a stance
// counts when the link has been used. The second stance of an address waits in
// its own link and then takes the first one's place.
func (s *Service) Say(ctx context.Context, slug string, in Saying) (Token, error) {
	if err := in.Validate().Err(); err != nil {
		return "", err
	}
	in = in.Tidy()
	i, err := s.BySlug(ctx, authz.Nobody, slug)
	if err != nil {
		return "", err
	}
	var token Token
	err = s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		// The row is held so that nothing is said to what ends in this moment.
		if _, err := tx.Exec(ctx, `SELECT FROM initiatives WHERE id = $1 FOR SHARE`, i.ID); err != nil {
			return err
		}
		if i, err = byID(ctx, tx, i.ID); err != nil {
			return err
		}
		if !i.Hears(in.Kind) {
			return fault.New(fault.Conflict, "voices.over")
		}
		id, err := voiceFor(ctx, tx, i, in)
		if err != nil {
			return err
		}
		if token, err = linkTo(ctx, tx, id, in.Kind, in.Words); err != nil {
			return err
		}
		if in.Email != "" {
			if err := mail.Enqueue(ctx, tx, mail.Post{Letter: "voice_receipt", To: in.Email, Name: in.Name, Locale: in.Locale,
				Facts: map[string]any{"token": token, "title": i.Title, "kind": in.Kind, "words": in.Words}}); err != nil {
				return err
			}
			token = ""
		}
		return audit.Write(ctx, tx, entry("voice", i.ID, map[string]any{"kind": in.Kind}))
	})
	return token, err
}

// voiceFor is the voice that a saying belongs to: a new one, or the stance that
// the address has.
func voiceFor(ctx context.Context, tx *pg.Tx, i Initiative, in Saying) (uuid.UUID, error) {
	var shown *time.Time
	if now := tx.Now(); in.Kind == AsComment && i.Comments == After && text.WebAddresses(in.Words) == 0 {
		shown = &now
	}
	id := newID()
	tag, err := tx.Exec(ctx, `
		INSERT INTO voices (id, initiative_id, kind, words, name, email, locale, created_at, shown_at)
		VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7, $8, $9) ON CONFLICT DO NOTHING`,
		id, i.ID, in.Kind, in.Words, in.Name, in.Email, in.Locale, tx.Now(), shown)
	if err != nil || tag.RowsAffected() == 1 {
		return id, err
	}
	return pg.One(ctx, tx, `SELECT id FROM voices WHERE initiative_id = $1 AND lower(email) = lower($2) AND kind = ANY ($3)`,
		pg.Scalar[uuid.UUID], i.ID, in.Email, Stances)
}

// linkTo makes a link of a voice, with what was said for it.
func linkTo(ctx context.Context, tx *pg.Tx, voice uuid.UUID, kind VoiceKind, words string) (Token, error) {
	token := Token(secret.New())
	_, err := tx.Exec(ctx, `INSERT INTO voice_links (token_hash, voice_id, kind, words, created_at) VALUES ($1, $2, $3, $4, $5)`,
		token.hash(), voice, kind, words, tx.Now())
	return token, err
}

// Receipt is what somebody who spoke sees of it: what they said, and what came
// of it.
type Receipt struct {
	ID         uuid.UUID
	Kind       VoiceKind
	Words      string
	Name       string
	WithEmail  bool
	CreatedAt  time.Time
	VerifiedAt *time.Time
	ShownAt    *time.Time
	HiddenAt   *time.Time
	LinkKind   VoiceKind // what was said for this very link
	LinkWords  string
	Slug       string // of the initiative
	Title      string
	Status     Status
	Public     bool
	Ending     string
	Answer     *Answer
}

// Waits tells whether the link still has to be pressed for what it carries to
// count.
func (r Receipt) Waits() bool {
	if r.Kind == AsComment {
		return false
	}
	return r.VerifiedAt == nil || r.Kind.Stance() && (r.LinkKind != r.Kind || r.LinkWords != r.Words)
}

// ByToken returns what a personal link is for.
func (s *Service) ByToken(ctx context.Context, token Token) (Receipt, error) {
	return receipt(ctx, s.db.Fresh(), token)
}

func receipt(ctx context.Context, q pg.Querier, token Token) (Receipt, error) {
	return pg.One(ctx, q, `
		SELECT v.id, v.kind, v.words, v.name, v.email IS NOT NULL AS with_email, v.created_at, v.verified_at, v.shown_at, v.hidden_at,
			l.kind AS link_kind, l.words AS link_words, i.slug, i.title, i.status, i.public_at IS NOT NULL AS public, i.ending,
			(SELECT `+answerJSON+` FROM answers w WHERE w.id = v.answer_id) AS answer
		FROM voice_links l JOIN voices v ON v.id = l.voice_id JOIN initiatives i ON i.id = v.initiative_id
		WHERE l.token_hash = $1`, pg.ByName[Receipt], token.hash())
}

// speak runs fn with the voice of a link, its row held.
func (s *Service) speak(ctx context.Context, token Token, action string, fn func(*pg.Tx, Receipt) error) error {
	return s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM voices WHERE id = (SELECT voice_id FROM voice_links WHERE token_hash = $1) FOR UPDATE`, token.hash()); err != nil {
			return err
		}
		r, err := receipt(ctx, tx, token)
		if err != nil {
			return err
		}
		if err := fn(tx, r); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "voice", ID: r.ID})
	})
}

// Confirm makes what a link carries count: the address was one's own. Twice is
// once. What has ended is no longer changed.
func (s *Service) Confirm(ctx context.Context, token Token) error {
	return s.speak(ctx, token, "voice.confirmed", func(tx *pg.Tx, r Receipt) error {
		if !r.Waits() {
			return nil
		}
		if r.Kind.Stance() && r.Status != Idea && r.Status != CoCreation {
			return fault.New(fault.Conflict, "voices.over")
		}
		_, err := tx.Exec(ctx, `
			UPDATE voices v SET kind = l.kind, words = l.words, verified_at = coalesce(v.verified_at, $2) FROM voice_links l
			WHERE l.token_hash = $1 AND v.id = l.voice_id`, token.hash(), tx.Now())
		return err
	})
}

// Withdraw takes a voice back, and with it everything we know of the person.
func (s *Service) Withdraw(ctx context.Context, token Token) error {
	return s.speak(ctx, token, "voice.withdrawn", func(tx *pg.Tx, r Receipt) error {
		if r.Kind == AnIdea && r.Public { // others work on it now: it stays, and nobody knows whose it was
			return forgetVoices(ctx, tx, `id = $1`, r.ID)
		}
		_, err := tx.Exec(ctx, `DELETE FROM voices WHERE id = $1`, r.ID)
		return err
	})
}

// forgetVoices leaves what was said and forgets by whom.
func forgetVoices(ctx context.Context, tx *pg.Tx, which string, args ...any) error {
	if _, err := tx.Exec(ctx, `DELETE FROM voice_links WHERE voice_id IN (SELECT id FROM voices WHERE `+which+`)`, args...); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, fmt.Sprintf(`UPDATE voices SET name = '', email = NULL, forgotten_at = coalesce(forgotten_at, $%d) WHERE %s`, len(args)+1, which),
		append(args, tx.Now())...)
	return err
}

// Proposal is a resident's idea.
type Proposal struct {
	ID       uuid.UUID // made with the form, so that two presses make one; zero: made here
	Title    string
	Purpose  string
	District uuid.UUID // zero: the whole town
	Name     string
	Email    string
	Locale   string
}

// Validate names what cannot be used.
func (in Proposal) Validate() fault.Fields {
	var f fault.Fields
	title, purpose := text.Line(in.Title), text.Block(in.Purpose)
	text.Require(&f, "title", title, 120, "voices.idea_title_missing")
	text.Require(&f, "purpose", purpose, 1000, "voices.idea_purpose_missing")
	refuseCPR(&f, "title", title)
	refuseCPR(&f, "purpose", purpose)
	if text.WebAddresses(title)+text.WebAddresses(purpose) > MaxLinks {
		f.Add("purpose", "voices.links", "Max", MaxLinks)
	}
	text.Check(&f, "name", text.Line(in.Name), 80)
	if _, ok := text.Email(in.Email); strings.TrimSpace(in.Email) == "" {
		f.Add("email", "voices.idea_email_missing")
	} else if !ok {
		f.Add("email", text.KeyEmail)
	}
	return f
}

// Propose keeps a resident's idea. Nobody but staff sees it until they have
// looked at it; who had it gets a personal link.
func (s *Service) Propose(ctx context.Context, in Proposal) error {
	if err := in.Validate().Err(); err != nil {
		return err
	}
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	email, _ := text.Email(in.Email)
	idea := Input{ID: in.ID, Title: in.Title, Kind: General, Words: Words{Purpose: in.Purpose}}
	if in.District != uuid.Nil {
		idea.Districts = []uuid.UUID{in.District}
	}
	idea = idea.Tidy()
	return s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		if was, err := byID(ctx, tx, in.ID); err == nil { // the second press
			return audit.Write(ctx, tx, entry("created_again", was.ID, nil))
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		if _, err := insert(ctx, tx, idea, "resident"); err != nil {
			return err
		}
		voice := newID()
		if _, err := tx.Exec(ctx, `
			INSERT INTO voices (id, initiative_id, kind, words, name, email, locale, created_at) VALUES ($1, $2, 'idea', $3, $4, $5, $6, $7)`,
			voice, in.ID, idea.Words.Purpose, text.Line(in.Name), email, text.Locale(in.Locale), tx.Now()); err != nil {
			return err
		}
		token, err := linkTo(ctx, tx, voice, AnIdea, idea.Words.Purpose)
		if err != nil {
			return err
		}
		if err := mail.Enqueue(ctx, tx, mail.Post{Letter: "voice_receipt", To: email, Name: text.Line(in.Name), Locale: text.Locale(in.Locale),
			Facts: map[string]any{"token": token, "title": idea.Title, "kind": AnIdea, "words": idea.Words.Purpose}}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("proposed", in.ID, nil))
	})
}
