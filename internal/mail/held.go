package mail

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
)

// Digest is the letter that gathers those that were held for an address. Its
// one fact is which; they are looked up when it is written.
const Digest = "digest"

// fate is what becomes of a letter.
type fate int

const (
	leave fate = iota
	wait
	drop
)

// fateOf decides about a letter that came at a moment, and when one that waits
// is to be looked at again.
func (s Settings) fateOf(t Topic, came time.Time, until *time.Time, now time.Time) (fate, time.Time) {
	when, wanted := s.leaves(t, came)
	switch {
	case !wanted, until != nil && !now.Before(*until):
		return drop, time.Time{}
	case when.After(now):
		return wait, when
	}
	return leave, time.Time{}
}

// decide asks what the reader wants just before a letter is written, so that
// what they chose while it waited counts. A letter that is to wait is written
// down under its job: running the job again changes nothing.
func decide(ctx context.Context, db *pg.DB, id int64, p Post) (fate, error) {
	topic, ok := TopicOf(p.Letter)
	if !ok {
		return leave, nil
	}
	s, err := settings(ctx, db.Fresh(), p.To)
	if err != nil {
		return leave, err
	}
	now := db.Now()
	is, when := s.fateOf(topic, now, p.Until, now)
	if is != wait {
		return is, nil
	}
	// Like the state of its job this is the worker's own note: nobody's change.
	_, err = db.Pool().Exec(ctx, `
		INSERT INTO mail_held (job_id, address, topic, ref, until, post, held_at, look_at)
		VALUES ($1, lower($2), $3, $4, $5, $6, $7, $8) ON CONFLICT (job_id) DO NOTHING`,
		id, p.To, topic, ref(p.Ref), p.Until, p, now, when)
	return wait, pg.Fault(err)
}

func ref(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// held is a letter that waits.
type held struct {
	JobID  int64
	Topic  Topic
	Ref    *uuid.UUID
	Until  *time.Time
	Post   Post
	HeldAt time.Time
	Halted bool
}

const heldSQL = `SELECT job_id, topic, ref, until, post, held_at, halted FROM mail_held WHERE done_at IS NULL AND `

// sieve parts letters by what becomes of them now, and writes down what becomes
// of those that do not leave.
func sieve(ctx context.Context, tx *pg.Tx, address string, list []held) (leaving []held, err error) {
	s, err := settings(ctx, tx, address)
	if err != nil {
		return nil, err
	}
	var dropped, waiting []int64
	var looks []time.Time
	for _, h := range list {
		is, when := s.fateOf(h.Topic, h.HeldAt, h.Until, tx.Now())
		switch {
		case is == drop:
			dropped = append(dropped, h.JobID)
		case is == wait:
			waiting, looks = append(waiting, h.JobID), append(looks, when)
		case h.Halted:
			waiting, looks = append(waiting, h.JobID), append(looks, tx.Now())
		default:
			leaving = append(leaving, h)
		}
	}
	if _, err := tx.Exec(ctx, doneSQL+`job_id = ANY ($2)`, tx.Now(), dropped); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE mail_held h SET look_at = w.look_at, digest = NULL FROM unnest($1::bigint[], $2::timestamptz[]) AS w (job_id, look_at)
		WHERE h.job_id = w.job_id`, waiting, looks)
	return leaving, err
}

const doneSQL = `UPDATE mail_held SET done_at = $1, post = NULL WHERE done_at IS NULL AND `

// Due gathers what has waited long enough: one letter to each address. The
// portal calls it every minute.
func Due(ctx context.Context, db *pg.DB) error {
	addresses, err := pg.All(ctx, db.Fresh(), `
		SELECT DISTINCT address FROM mail_held WHERE look_at <= $1 AND done_at IS NULL AND digest IS NULL AND NOT halted ORDER BY address`,
		pg.Scalar[string], db.Now())
	if err != nil {
		return err
	}
	var failed []error
	for _, address := range addresses {
		failed = append(failed, db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
			tx.Audited() // a letter that goes on its way is nobody's change
			return gather(ctx, tx, address)
		}))
	}
	return errors.Join(failed...)
}

func gather(ctx context.Context, tx *pg.Tx, address string) error {
	list, err := pg.All(ctx, tx, heldSQL+`address = $1 AND digest IS NULL AND NOT halted ORDER BY job_id FOR UPDATE SKIP LOCKED`, pg.ByName[held], address)
	if err != nil {
		return err
	}
	leaving, err := sieve(ctx, tx, address, list)
	if err != nil || len(leaving) == 0 {
		return err
	}
	digest, err := uuid.NewV7()
	if err != nil {
		return err
	}
	ids := make([]int64, len(leaving))
	for i, h := range leaving {
		ids[i] = h.JobID
	}
	if _, err := tx.Exec(ctx, `UPDATE mail_held SET digest = $2 WHERE job_id = ANY ($1)`, ids, digest); err != nil {
		return err
	}
	newest := leaving[len(leaving)-1].Post
	return Enqueue(ctx, tx, Post{Letter: Digest, To: newest.To, Name: newest.Name, Locale: newest.Locale, Facts: map[string]any{"digest": digest}})
}

// compile finds what a gathering letter is to say by now: what its reader has
// come to refuse, or what is over, is left out. Of several letters about one
// thing the last stands for all.
func compile(ctx context.Context, db *pg.DB, p Post) ([]Post, error) {
	var posts []Post
	err := db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
		tx.Audited()
		list, err := pg.All(ctx, tx, heldSQL+`digest = $1 ORDER BY job_id FOR UPDATE`, pg.ByName[held], p.Facts["digest"])
		if err != nil {
			return err
		}
		leaving, err := sieve(ctx, tx, p.To, list)
		if err != nil {
			return err
		}
		type about struct {
			Topic
			uuid.UUID
		}
		seen := map[about]bool{}
		for _, h := range slices.Backward(leaving) {
			if h.Ref != nil {
				if seen[about{h.Topic, *h.Ref}] {
					continue
				}
				seen[about{h.Topic, *h.Ref}] = true
			}
			h.Post.Until = h.Until // it may have been moved
			posts = append(posts, h.Post)
		}
		slices.Reverse(posts)
		// What must be answered first stands first.
		slices.SortStableFunc(posts, func(a, b Post) int {
			switch {
			case a.Until != nil && b.Until != nil:
				return a.Until.Compare(*b.Until)
			case a.Until != nil:
				return -1
			case b.Until != nil:
				return 1
			}
			return 0
		})
		return nil
	})
	return posts, err
}

// gathered notes that a gathering letter is done with, and so are those in it.
// Nothing is lost when it fails: the sweep does the same.
func gathered(ctx context.Context, db *pg.DB, p Post) {
	if p.Letter == Digest {
		_, _ = db.Pool().Exec(ctx, doneSQL+`digest = $2`, db.Now(), p.Facts["digest"])
	}
}

// Drop takes away the letters about something that is over, those that are held
// and those that have not left the queue.
func Drop(ctx context.Context, tx *pg.Tx, topic Topic, ref uuid.UUID) error {
	if _, err := tx.Exec(ctx, doneSQL+`topic = $2 AND ref = $3`, tx.Now(), topic, ref); err != nil {
		return err
	}
	var letters []string
	for letter, of := range topics {
		if of == topic {
			letters = append(letters, letter)
		}
	}
	_, err := tx.Exec(ctx, `
		UPDATE river_job SET state = 'cancelled', finalized_at = now()
		WHERE kind = 'mail' AND finalized_at IS NULL AND state IN ('available', 'scheduled')
		  AND args->>'ref' = $1 AND args->>'letter' = ANY ($2)`, ref.String(), letters)
	return err
}

// Halt keeps the letters about something back, or lets them go again.
func Halt(ctx context.Context, tx *pg.Tx, topic Topic, ref uuid.UUID, halted bool) error {
	_, err := tx.Exec(ctx, `UPDATE mail_held SET halted = $3 WHERE topic = $1 AND ref = $2 AND done_at IS NULL`, topic, ref, halted)
	return err
}

// Prolong moves the moment from which held letters about something are of no
// use.
func Prolong(ctx context.Context, tx *pg.Tx, topic Topic, ref uuid.UUID, until time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE mail_held SET until = $3 WHERE topic = $1 AND ref = $2 AND done_at IS NULL`, topic, ref, until)
	return err
}

// Erase takes away every trace of the letters about something: those that have
// not left, those that are held, and the links in those that have. For whom the
// thing is a person's own, such as what they follow.
func Erase(ctx context.Context, tx *pg.Tx, ref uuid.UUID) error {
	for _, sql := range []string{
		`DELETE FROM river_job WHERE kind = 'mail' AND state <> 'running' AND args->>'ref' = $1::uuid::text`,
		`DELETE FROM mail_held WHERE ref = $1`,
		`DELETE FROM mail_links WHERE ref = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, ref); err != nil {
			return err
		}
	}
	return nil
}
