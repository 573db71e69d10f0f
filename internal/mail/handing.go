package mail

import (
	"context"
	"errors"
	"time"

	"mellemrum/internal/pg"
)

// errHanded says that a letter was being handed over when a try ended without a
// word, such as by losing power: it may have arrived.
var errHanded = errors.New("mail: was being handed over before")

// unsureReason stands where a mail server's words would.
const unsureReason = "handed over, no answer"

// noting writes down that a letter is being handed to a mail server. It fails
// when that was written down before: the letter is then not sent again.
func noting(db *pg.DB, id int64) func(context.Context) error {
	return func(ctx context.Context) error {
		tag, err := db.Pool().Exec(ctx, `INSERT INTO mail_handing (job_id, at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, id, db.Now())
		if err == nil && tag.RowsAffected() == 0 {
			return errHanded
		}
		return pg.Fault(err)
	}
}

// handed is what is noted of a letter.
type handed int

const (
	notHanded handed = iota
	perhaps          // nobody knows what became of it
	sent             // the server took it
)

// noteSent writes down that the server took a letter, unnote that it did not.
// Either must be written down even when the try has run out of time.
func noteSent(ctx context.Context, db *pg.DB, id int64) error {
	return outcome(ctx, db, `UPDATE mail_handing SET sent = true WHERE job_id = $1`, id)
}

func unnote(ctx context.Context, db *pg.DB, id int64) error {
	return outcome(ctx, db, `DELETE FROM mail_handing WHERE job_id = $1 AND NOT sent`, id)
}

func outcome(ctx context.Context, db *pg.DB, sql string, id int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_, err := db.Pool().Exec(ctx, sql, id)
	return pg.Fault(err)
}
