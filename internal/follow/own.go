package follow

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
)

// Own is what a personal link shows: everything its address follows, and what
// the link was mailed for.
type Own struct {
	Address string
	Muted   bool
	Pending *Follow  // what pressing the link confirms; nil: nothing
	Follows []Follow // that count, by name
}

type opened struct {
	FollowerID uuid.UUID
	FollowID   *uuid.UUID
	Locale     string
	Email      string
	Muted      bool
}

// open finds whose link it is; of one that opens nothing, or nothing any more, it
// says Gone.
func open(ctx context.Context, q pg.Querier, token Token, now time.Time, lock string) (opened, error) {
	found, err := pg.One(ctx, q, `
		SELECT l.follower_id, l.follow_id, l.locale, fo.email, `+isMuted+` AS muted
		FROM follow_links l JOIN followers fo ON fo.id = l.follower_id WHERE l.token_hash = $1 AND l.created_at > $2 `+lock,
		pg.ByName[opened], token.hash(), now.Add(-LinkLasts))
	if fault.Is(err, fault.NotFound) {
		err = fault.Wrap(fault.Gone, "follow.link_spent", err)
	}
	return found, err
}

// ByToken returns what a personal link shows.
func (s *Service) ByToken(ctx context.Context, token Token) (Own, error) {
	q := s.db.Fresh()
	o, err := open(ctx, q, token, s.db.Now(), "")
	if err != nil {
		return Own{}, err
	}
	own := Own{Address: o.Email, Muted: o.Muted}
	list, err := pg.All(ctx, q, `SELECT `+columns+tables+`WHERE w.follower_id = $1
		ORDER BY w.district_id IS NULL, name COLLATE "da-x-icu", w.id`, pg.ByName[Follow], o.FollowerID)
	if err != nil {
		return Own{}, err
	}
	for i, f := range list {
		if o.FollowID != nil && f.ID == *o.FollowID && f.waits() {
			own.Pending = &list[i]
		}
	}
	own.Follows = slices.DeleteFunc(slices.Clone(list), func(f Follow) bool {
		return f.ConfirmedAt == nil || own.Pending != nil && own.Pending.ID == f.ID
	})
	return own, nil
}

// act runs fn with whose link it is, their row held.
func (s *Service) act(ctx context.Context, token Token, action string, fn func(*pg.Tx, opened) error) error {
	return s.db.Write(ctx, authz.Nobody, func(tx *pg.Tx) error {
		o, err := open(ctx, tx, token, tx.Now(), "FOR UPDATE OF fo")
		if err != nil {
			return err
		}
		if err := fn(tx, o); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: action, Object: "follower", ID: o.FollowerID})
	})
}

// Confirm makes what the link was mailed for count: the address was one's own.
// Twice is once. From now on the letters are in the language it was asked in.
func (s *Service) Confirm(ctx context.Context, token Token) error {
	return s.act(ctx, token, "follower.confirmed", func(tx *pg.Tx, o opened) error {
		if o.FollowID == nil {
			return nil
		}
		if o.Muted {
			// They ended what they had, and ask for this.
			if _, err := tx.Exec(ctx, `DELETE FROM follows WHERE follower_id = $1 AND id <> $2 AND confirmed_at IS NOT NULL`, o.FollowerID, o.FollowID); err != nil {
				return err
			}
			if err := mail.Resume(ctx, tx, o.Email, mail.DistrictNews); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE follows SET confirmed_at = NULL WHERE id = $1`, o.FollowID); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, `
			WITH w AS (UPDATE follows SET confirmed_at = $2 WHERE id = $1 AND confirmed_at IS NULL RETURNING follower_id)
			UPDATE followers SET locale = coalesce(nullif($3, ''), locale) WHERE id = (SELECT follower_id FROM w)`, o.FollowID, tx.Now(), o.Locale)
		return err
	})
}

// Stop ends one follow. What is not there ends too: pages are pressed twice.
func (s *Service) Stop(ctx context.Context, token Token, follow uuid.UUID) error {
	return s.act(ctx, token, "follower.stopped", func(tx *pg.Tx, o opened) error {
		if _, err := tx.Exec(ctx, `DELETE FROM follows WHERE id = $1 AND follower_id = $2`, follow, o.FollowerID); err != nil {
			return err
		}
		left, err := pg.One(ctx, tx, `SELECT EXISTS (SELECT FROM follows WHERE follower_id = $1)`, pg.Scalar[bool], o.FollowerID)
		if err != nil || left {
			return err
		}
		return erase(ctx, tx, o.FollowerID)
	})
}

// StopAll ends everything the address follows and erases it.
func (s *Service) StopAll(ctx context.Context, token Token) error {
	return s.act(ctx, token, "follower.stopped_all", func(tx *pg.Tx, o opened) error { return erase(ctx, tx, o.FollowerID) })
}

// erase leaves nothing of a follower: not the address, nor a letter to it, nor a
// link in one that left.
func erase(ctx context.Context, tx *pg.Tx, follower uuid.UUID) error {
	address, err := pg.One(ctx, tx, `DELETE FROM followers WHERE id = $1 RETURNING email`, pg.Scalar[string], follower)
	if err != nil {
		return err
	}
	if err := mail.Erase(ctx, tx, follower); err != nil {
		return err
	}
	if err := mail.Resume(ctx, tx, address, mail.DistrictNews); err != nil { // what they did not want is over too
		return err
	}
	_, err = tx.Exec(ctx, `DELETE FROM mail_bounces WHERE address = $1 AND NOT EXISTS (SELECT FROM sign_ups WHERE lower(email) = $1)`, address)
	return err
}

// Forget erases what nobody keeps up: addresses that were never confirmed, and
// those that have wanted no letters for KeepMuted. It tells how many.
func (s *Service) Forget(ctx context.Context) (int, error) {
	now := s.db.Now()
	if _, err := s.db.Pool().Exec(ctx, `DELETE FROM follow_links WHERE created_at < $1`, now.Add(-LinkLasts)); err != nil {
		return 0, pg.Fault(err)
	}
	ids, err := pg.All(ctx, s.db.Fresh(), `
		SELECT fo.id FROM followers fo WHERE EXISTS (SELECT FROM follows w WHERE w.follower_id = fo.id AND w.confirmed_at IS NULL AND w.asked_at < $1)
			OR fo.created_at < $1 AND NOT EXISTS (SELECT FROM follows w WHERE w.follower_id = fo.id)
			OR EXISTS (SELECT FROM mail_preferences p WHERE p.address = fo.email AND p.topic = 'district_news' AND p.pace = 'never' AND p.changed_at < $2)
		ORDER BY fo.id`, pg.Scalar[uuid.UUID], now.Add(-KeepUnconfirmed), now.Add(-KeepMuted))
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error { return forget(ctx, tx, id) }); err != nil && !fault.Is(err, fault.NotFound) {
			return 0, err
		}
	}
	return len(ids), nil
}

func forget(ctx context.Context, tx *pg.Tx, id uuid.UUID) error {
	if _, err := pg.One(ctx, tx, `SELECT id FROM followers WHERE id = $1 FOR UPDATE`, pg.Scalar[uuid.UUID], id); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM follows WHERE follower_id = $1 AND confirmed_at IS NULL AND asked_at < $2`, id, tx.Now().Add(-KeepUnconfirmed)); err != nil {
		return err
	}
	over, err := pg.One(ctx, tx, `
		SELECT NOT EXISTS (SELECT FROM follows w WHERE w.follower_id = fo.id) AND fo.created_at < $2
			OR EXISTS (SELECT FROM mail_preferences p WHERE p.address = fo.email AND p.topic = 'district_news' AND p.pace = 'never' AND p.changed_at < $3)
		FROM followers fo WHERE fo.id = $1`, pg.Scalar[bool], id, tx.Now().Add(-KeepUnconfirmed), tx.Now().Add(-KeepMuted))
	if err != nil {
		return err
	}
	if over {
		if err := erase(ctx, tx, id); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "follower.forgotten", Object: "follower", ID: id})
}
