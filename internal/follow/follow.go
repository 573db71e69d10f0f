// Package follow owns who follows a district or an initiative: an address that
// gets one letter a week with what is new there.
//
// Of a follower nothing is known but the address and the language. It is kept
// until they stop; whoever stops everything leaves nothing behind. An address
// counts once the link that was mailed to it has been pressed, so nobody signs
// up another, and the answer to whoever asks never tells who follows already.
//
// The one-click link in a letter (RFC 8058) mutes the topic, as it does for all
// letters one can do without: nothing more is written, and whoever regrets it
// turns it on again where they turned it off. What stays muted for KeepMuted is
// forgotten. Who follows something anew while muted begins from there: what they
// followed before does not come back.
package follow

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

// Service keeps the follows.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// How long what nobody keeps up is remembered.
const (
	KeepUnconfirmed = 7 * 24 * time.Hour  // an address whose link was not pressed
	KeepMuted       = 30 * 24 * time.Hour // the follows of one who wants no letters
	LinkLasts       = mail.LinkLasts      // a link in a letter
)

// A link to one address is mailed at most once in pauseOne for the same thing,
// and hourly times an hour in all: the form is no way to fill a stranger's inbox.
const (
	pauseOne = 2 * time.Minute
	hourly   = 5
)

// Kind tells what is followed.
type Kind string

// A district or an initiative can be followed.
const (
	District   Kind = "district"
	Initiative Kind = "initiative"
)

// Thing is what can be followed.
type Thing struct {
	ID   uuid.UUID
	Kind Kind
	Slug string
	Name string
}

// ByName finds what everybody may follow: a district, or a public initiative.
func (s *Service) ByName(ctx context.Context, kind Kind, slug string) (Thing, error) {
	return thing(ctx, s.db.Reader(), kind, slug)
}

func thing(ctx context.Context, q pg.Querier, kind Kind, slug string) (Thing, error) {
	if !text.IsSlug(slug) {
		return Thing{}, fault.New(fault.NotFound, "")
	}
	sql := `SELECT id, 'district' AS kind, slug, name FROM districts WHERE slug = $1`
	if kind == Initiative {
		sql = `SELECT id, 'initiative' AS kind, slug, title AS name FROM initiatives WHERE slug = $1 AND public_at IS NOT NULL`
	}
	return pg.One(ctx, q, sql, pg.ByName[Thing], slug)
}

// Request is what somebody asks for.
type Request struct {
	Kind   Kind
	Slug   string
	Email  string
	Locale string
}

// Validate names what cannot be used.
func (in Request) Validate() fault.Fields {
	var f fault.Fields
	switch _, ok := text.Email(in.Email); {
	case strings.TrimSpace(in.Email) == "":
		f.Add("email", "follow.email_missing")
	case !ok:
		f.Add("email", text.KeyEmail)
	}
	return f
}

// Ask mails a link to the address; nothing else is sent before it is pressed.
// Whoever asks learns nothing: the answer is the same for an address that follows
// already, which gets the link to its own page.
func (s *Service) Ask(ctx context.Context, in Request) error {
	if err := in.Validate().Err(); err != nil {
		return err
	}
	address, _ := text.Email(in.Email)
	locale := text.Locale(in.Locale)
	return s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		what, err := thing(ctx, tx, in.Kind, in.Slug)
		if err != nil {
			return err
		}
		id, err := follower(ctx, tx, address, locale)
		if err != nil {
			return err
		}
		if err := audit.Write(ctx, tx, audit.Entry{Action: "follower.asked", Object: string(what.Kind), ID: what.ID}); err != nil {
			return err
		}
		if stop, err := tooOften(ctx, tx, id, what); err != nil || stop {
			return err
		}
		f, err := followOf(ctx, tx, id, what)
		if err != nil {
			return err
		}
		token, err := link(ctx, tx, id, &f.ID, locale)
		if err != nil {
			return err
		}
		return mail.Enqueue(ctx, tx, mail.Post{Letter: "follow_confirm", To: address, Locale: locale, Ref: id,
			Facts: map[string]any{"token": token, "title": what.Name, "already": !f.waits()}})
	})
}

// follower is the row of an address, held: two who ask at once do so in turn.
func follower(ctx context.Context, tx *pg.Tx, address, locale string) (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return id, err
	}
	return pg.One(ctx, tx, `
		INSERT INTO followers (id, email, locale, created_at, news_until) VALUES ($1, lower($2), $3, $4, $4)
		ON CONFLICT (email) DO UPDATE SET email = excluded.email RETURNING id`, pg.Scalar[uuid.UUID], id, address, locale, tx.Now())
}

func tooOften(ctx context.Context, tx *pg.Tx, id uuid.UUID, what Thing) (bool, error) {
	return pg.One(ctx, tx, `
		SELECT count(*) FILTER (WHERE l.created_at > $3) >= $5 OR count(*) FILTER (WHERE l.created_at > $4 AND $2 IN (w.district_id, w.initiative_id)) > 0
		FROM follow_links l JOIN follows w ON w.id = l.follow_id WHERE l.follower_id = $1`, pg.Scalar[bool],
		id, what.ID, tx.Now().Add(-time.Hour), tx.Now().Add(-pauseOne), hourly)
}

// Follow is one thing that an address follows.
type Follow struct {
	ID          uuid.UUID
	Kind        Kind
	Slug        string
	Name        string
	ConfirmedAt *time.Time
	Muted       bool // the address wants no letters of this kind
}

// waits tells whether its link still has to be pressed.
func (f Follow) waits() bool { return f.ConfirmedAt == nil || f.Muted }

const (
	isMuted = `EXISTS (SELECT FROM mail_preferences p WHERE p.address = fo.email AND p.topic = 'district_news' AND p.pace = 'never')`
	columns = `w.id, CASE WHEN w.district_id IS NULL THEN 'initiative' ELSE 'district' END AS kind, coalesce(d.slug, i.slug) AS slug,
		coalesce(d.name, i.title) AS name, w.confirmed_at, ` + isMuted + ` AS muted`
	tables = ` FROM follows w JOIN followers fo ON fo.id = w.follower_id
		LEFT JOIN districts d ON d.id = w.district_id LEFT JOIN initiatives i ON i.id = w.initiative_id `
)

// followOf is the address's follow of a thing: the one there is, or a new one.
func followOf(ctx context.Context, tx *pg.Tx, follower uuid.UUID, what Thing) (Follow, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return Follow{}, err
	}
	column := "district_id"
	if what.Kind == Initiative {
		column = "initiative_id"
	}
	if id, err = pg.One(ctx, tx, `
		INSERT INTO follows (id, follower_id, `+column+`, asked_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (follower_id, `+column+`) DO UPDATE SET asked_at = excluded.asked_at RETURNING id`, pg.Scalar[uuid.UUID], id, follower, what.ID, tx.Now()); err != nil {
		return Follow{}, err
	}
	return pg.One(ctx, tx, `SELECT `+columns+tables+`WHERE w.id = $1`, pg.ByName[Follow], id)
}

// Token is the secret of a personal link. The database knows its hash only.
type Token string

func (t Token) hash() []byte { return secret.Hash(string(t)) }

func link(ctx context.Context, tx *pg.Tx, follower uuid.UUID, follow *uuid.UUID, locale string) (Token, error) {
	token := Token(secret.New())
	_, err := tx.Exec(ctx, `INSERT INTO follow_links (token_hash, follower_id, follow_id, locale, created_at) VALUES ($1, $2, $3, $4, $5)`,
		token.hash(), follower, follow, locale, tx.Now())
	return token, err
}
