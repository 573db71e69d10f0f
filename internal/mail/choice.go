package mail

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/secret"
	"mellemrum/internal/text"
)

// LinkLasts is how long the link in a letter leads to its reader's choices.
const LinkLasts = 365 * 24 * time.Hour

// LongestBreak is the longest pause, in days from today.
const LongestBreak = 366

// Choices is where readers say what they want.
type Choices struct{ DB *pg.DB }

// Reader is an address and what it has chosen.
type Reader struct {
	Address string // lower case
	Settings
	Waiting int // letters that are held for it
}

// Masked is the address as somebody recognises their own, and nobody else
// learns it: i•••@p•••.example.
func (r Reader) Masked() string { return Masked(r.Address) }

// Masked hides an address but for what its owner knows it by.
func Masked(address string) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok {
		return "•••"
	}
	first := func(s string) string {
		r, size := utf8.DecodeRuneInString(s)
		if size == 0 {
			return "•••"
		}
		return string(r) + "•••"
	}
	top := ""
	if i := strings.LastIndexByte(domain, '.'); i >= 0 {
		domain, top = domain[:i], domain[i:]
	}
	return first(local) + "@" + first(domain) + top
}

// ByToken is whom a link in a letter was written to. Links that are too old are
// NotFound, like those that never were.
func (c Choices) ByToken(ctx context.Context, token string) (Reader, error) {
	address, err := pg.One(ctx, c.DB.Reader(), `SELECT address FROM mail_links WHERE token_hash = $1 AND created_at > $2`,
		pg.Scalar[string], secret.Hash(token), c.DB.Now().Add(-LinkLasts))
	if err != nil {
		return Reader{}, err
	}
	return c.Of(ctx, address)
}

// Of is what an address has chosen.
func (c Choices) Of(ctx context.Context, address string) (Reader, error) {
	r := Reader{Address: strings.ToLower(address)}
	var err error
	if r.Settings, err = settings(ctx, c.DB.Fresh(), address); err != nil {
		return Reader{}, err
	}
	if r.Pause != nil && r.Pause.Before(day(c.DB.Now())) {
		r.Pause = nil
	}
	r.Waiting, err = pg.One(ctx, c.DB.Fresh(), `SELECT count(*)::int FROM mail_held WHERE address = $1 AND done_at IS NULL`, pg.Scalar[int], r.Address)
	return r, err
}

// day is the day of a moment where the cafés are, midnight UTC.
func day(t time.Time) time.Time {
	y, m, d := t.In(i18n.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// Choice is what somebody asks for.
type Choice struct {
	Paces map[Topic]Pace // a topic that is not in it stays as it is
	Pause *time.Time     // the last day of a pause; nil: none
}

// validate tells what is wrong with a choice, by field: the topics, and "pause".
func (in Choice) validate(now time.Time) error {
	var f fault.Fields
	for _, t := range slices.Sorted(maps.Keys(in.Paces)) {
		if !slices.Contains(t.Paces(), in.Paces[t]) || !t.Known() {
			f.Add(string(t), text.KeyChooseOne)
		}
	}
	if in.Pause != nil {
		switch today := day(now); {
		case in.Pause.Before(today):
			f.Add("pause", "mailprefs.pause_past")
		case in.Pause.After(today.AddDate(0, 0, LongestBreak)):
			f.Add("pause", "mailprefs.pause_long")
		}
	}
	return f.Err()
}

// Save keeps what an address has chosen. What is held for it is looked at again
// at once.
func (c Choices) Save(ctx context.Context, actor authz.Actor, address string, in Choice) error {
	if err := in.validate(c.DB.Now()); err != nil {
		return err
	}
	return c.DB.Write(ctx, actor, func(tx *pg.Tx) error {
		var err error
		if in.Pause == nil {
			_, err = tx.Exec(ctx, `DELETE FROM mail_pauses WHERE address = lower($1)`, address)
		} else {
			_, err = tx.Exec(ctx, `
				INSERT INTO mail_pauses (address, until, set_at) VALUES (lower($1), $2, $3)
				ON CONFLICT (address) DO UPDATE SET until = excluded.until, set_at = excluded.set_at`, address, *in.Pause, tx.Now())
		}
		if err != nil {
			return err
		}
		return choose(ctx, tx, address, "mail_reader.chosen", in.Paces)
	})
}

// Resume lets letters of a topic come again where they were ended, for those who
// have just asked for them.
func Resume(ctx context.Context, tx *pg.Tx, address string, topic Topic) error {
	_, err := tx.Exec(ctx, `DELETE FROM mail_preferences WHERE address = lower($1) AND topic = $2 AND pace = 'never'`, address, topic)
	return err
}

// Unsubscribe ends the letters of topics to an address. Doing it again changes
// nothing.
func (c Choices) Unsubscribe(ctx context.Context, actor authz.Actor, address string, list ...Topic) error {
	paces := make(map[Topic]Pace, len(list))
	for _, t := range list {
		paces[t] = Never
	}
	return c.DB.Write(ctx, actor, func(tx *pg.Tx) error {
		before, err := settings(ctx, tx, address)
		if err != nil {
			return err
		}
		maps.DeleteFunc(paces, func(t Topic, p Pace) bool { return before.Pace(t) == p })
		if len(paces) == 0 {
			tx.Audited() // nothing changes: mail programs press more than once
			return nil
		}
		return choose(ctx, tx, address, "mail_reader.unsubscribed", paces)
	})
}

func choose(ctx context.Context, tx *pg.Tx, address, action string, paces map[Topic]Pace) error {
	names, values := make([]string, 0, len(paces)), make([]string, 0, len(paces))
	for t, p := range paces {
		names, values = append(names, string(t)), append(values, string(p))
	}
	if _, err := tx.Exec(ctx, `
		WITH chosen AS (SELECT * FROM unnest($2::text[], $3::text[]) AS c (topic, pace)),
		gone AS (DELETE FROM mail_preferences WHERE address = lower($1) AND topic IN (SELECT topic FROM chosen WHERE pace = 'at_once'))
		INSERT INTO mail_preferences (address, topic, pace, changed_at)
		SELECT lower($1), topic, pace, $4 FROM chosen WHERE pace <> 'at_once' ORDER BY topic
		ON CONFLICT (address, topic) DO UPDATE SET pace = excluded.pace, changed_at = excluded.changed_at`,
		address, names, values, tx.Now()); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE mail_held SET look_at = $2 WHERE address = lower($1) AND done_at IS NULL AND digest IS NULL`, address, tx.Now()); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "mail_reader", ID: readerID(address), Detail: paces})
}

// readerID names an address in the audit record, where addresses have no place.
func readerID(address string) uuid.UUID {
	return uuid.NewSHA1(readers, []byte(strings.ToLower(address)))
}

var readers = uuid.MustParse("019ab1f4-6c1e-7c52-9d0e-5f1d1a5b0c12")

// settings are what an address has chosen.
func settings(ctx context.Context, q pg.Querier, address string) (Settings, error) {
	list, err := pg.All(ctx, q, `
		SELECT topic, pace, NULL::date AS until FROM mail_preferences WHERE address = lower($1)
		UNION ALL SELECT '', '', until FROM mail_pauses WHERE address = lower($1)`, pg.ByName[struct {
		Topic Topic
		Pace  Pace
		Until *time.Time
	}], address)
	if err != nil {
		return Settings{}, err
	}
	s := Settings{Paces: map[Topic]Pace{}}
	for _, one := range list {
		if one.Until != nil {
			s.Pause = one.Until
		} else {
			s.Paces[one.Topic] = one.Pace
		}
	}
	return s, nil
}

// link gives every letter that its reader can choose about a link to do so.
func link(ctx context.Context, tx *pg.Tx, posts []Post) error {
	var hashes [][]byte
	var addresses []string
	var refs []*uuid.UUID
	for i, p := range posts {
		if _, ok := TopicOf(p.Letter); ok || p.Letter == Digest {
			posts[i].Choose = secret.New()
			hashes, addresses = append(hashes, secret.Hash(posts[i].Choose)), append(addresses, p.To)
			refs = append(refs, ref(p.Ref))
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `INSERT INTO mail_links (token_hash, address, ref, created_at) SELECT h, lower(a), r, $4 FROM unnest($1::bytea[], $2::text[], $3::uuid[]) AS l (h, a, r)`,
		hashes, addresses, refs, tx.Now())
	return err
}
