package mail

import (
	"context"
	"strings"
	"time"
	"unicode"

	"mellemrum/internal/pg"
)

// KeepBounces is how long an address stays marked when nothing more is sent to
// it.
const KeepBounces = 90 * 24 * time.Hour

// Refused says that an address does not take mail and will not later either.
type Refused struct{ Reason string }

// Error gives the mail server's words.
func (r *Refused) Error() string { return "mail: refused for good: " + r.Reason }

// Bounce tells since when, and why, an address is marked.
type Bounce struct {
	Address string // lower case
	Reason  string // the mail server's words, in its language
	At      time.Time
	Unsure  bool // nobody knows whether it arrived: a try ended without a word
}

// Bounced returns those of the addresses whose last letter was refused for
// good, by address in lower case.
func Bounced(ctx context.Context, q pg.Querier, addresses []string) (map[string]Bounce, error) {
	list, err := pg.All(ctx, q, `
		SELECT address, reason, at, unsure FROM mail_bounces WHERE address IN (SELECT lower(a) FROM unnest($1::text[]) a)`,
		pg.ByName[Bounce], addresses)
	if err != nil {
		return nil, err
	}
	bounced := make(map[string]Bounce, len(list))
	for _, b := range list {
		bounced[b.Address] = b
	}
	return bounced, nil
}

// How long what is done with is known: longer than any job runs again.
const keepDone = 7 * 24 * time.Hour

// Sweep forgets marks, links and pauses that have had their time, and what is
// left of letters that were held or handed over.
func Sweep(ctx context.Context, db *pg.DB) error {
	now := db.Now()
	for _, one := range []struct {
		sql string
		arg any
	}{
		{`DELETE FROM mail_bounces WHERE at < $1`, now.Add(-KeepBounces)},
		{`DELETE FROM mail_links WHERE created_at < $1`, now.Add(-LinkLasts)},
		{`DELETE FROM mail_pauses WHERE until < $1`, day(now).AddDate(0, 0, -1)},
		{`DELETE FROM mail_held WHERE done_at < $1`, now.Add(-keepDone)},
		{`DELETE FROM mail_held WHERE digest IS NOT NULL AND look_at < $1`, now.Add(-keepDone)}, // its digest was given up
		{`DELETE FROM mail_handing WHERE at < $1`, now.Add(-keepDone)},
	} {
		if _, err := db.Pool().Exec(ctx, one.sql, one.arg); err != nil {
			return pg.Fault(err)
		}
	}
	return nil
}

// A mark is the worker's own note of what a mail server said, like the state of
// its jobs: nobody's change, so it leaves no audit entry.
func mark(ctx context.Context, db *pg.DB, address, reason string, unsure bool) error {
	_, err := db.Pool().Exec(ctx, `
		INSERT INTO mail_bounces (address, reason, at, unsure) VALUES (lower($1), $2, $3, $4)
		ON CONFLICT (address) DO UPDATE SET reason = excluded.reason, at = excluded.at, unsure = excluded.unsure`, address, shorten(reason), db.Now(), unsure)
	return pg.Fault(err)
}

func unmark(ctx context.Context, db *pg.DB, address string) error {
	_, err := db.Pool().Exec(ctx, `DELETE FROM mail_bounces WHERE address = lower($1)`, address)
	return pg.Fault(err)
}

// maxReason is as much of a mail server's answer as says why.
const maxReason = 200

// shorten brings a mail server's answer, which may be of any length and make,
// on one line.
func shorten(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > maxReason {
		s = string(r[:maxReason-1]) + "…"
	}
	return s
}
