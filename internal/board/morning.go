package board

import (
	"context"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
)

// morningHour is when the board leaves by mail, from Monday to Friday.
const morningHour = 7

// mostMailed is how many rows a letter names before it leads on.
const mostMailed = 20

// Morning tells whether the actor gets their board by mail.
func (s *Service) Morning(ctx context.Context, actor authz.Actor) (bool, error) {
	return pg.One(ctx, s.db.Fresh(), `SELECT EXISTS (SELECT FROM board_mornings WHERE account_id = $1)`, pg.Scalar[bool], actor.AccountID)
}

// WantMorning begins or ends it, from the next morning on. Twice is once.
func (s *Service) WantMorning(ctx context.Context, actor authz.Actor, wanted bool) error {
	if !actor.Staff() {
		return fault.New(fault.NotFound, "")
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		sql := `DELETE FROM board_mornings WHERE account_id = $1 AND $2::date IS NOT NULL`
		if wanted {
			sql = `INSERT INTO board_mornings (account_id, told_on) VALUES ($1, $2) ON CONFLICT DO NOTHING`
			if err := mail.Resume(ctx, tx, actor.Email, mail.Board); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sql, actor.AccountID, lastMorning(tx.Now())); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "account.board_by_mail", Object: "account", ID: actor.AccountID, Detail: map[string]any{"wanted": wanted}})
	})
}

// lastMorning is the day of the last morning that has been.
func lastMorning(now time.Time) time.Time {
	day := i18n.Day(now)
	if now.In(i18n.Zone).Hour() < morningHour {
		day = day.AddDate(0, 0, -1)
	}
	return day
}

// Accounts says who an account is right now.
type Accounts func(ctx context.Context, id uuid.UUID, signedIn time.Time) (authz.Actor, error)

// Mornings mails the board to those who want it, once a morning from Monday to
// Friday. Who is away is told when they are back, who has nothing to do is left
// in peace.
func (s *Service) Mornings(ctx context.Context, accounts Accounts) error {
	now := s.db.Now()
	day := lastMorning(now)
	if w := day.Weekday(); w == time.Saturday || w == time.Sunday {
		return nil
	}
	due, err := pg.All(ctx, s.db.Fresh(), `SELECT account_id FROM board_mornings WHERE (told_on IS NULL OR told_on < $1) AND present(account_id, $1) ORDER BY account_id`, pg.Scalar[uuid.UUID], day)
	if err != nil {
		return err
	}
	for _, id := range due {
		actor, err := accounts(ctx, id, now)
		if fault.Is(err, fault.NotFound) || err == nil && !actor.Staff() {
			continue
		}
		if err != nil {
			return err
		}
		rows, err := s.Rows(ctx, actor, Filter{})
		if err != nil {
			return err
		}
		if err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error { return morning(ctx, tx, actor, day, rows) }); err != nil {
			return err
		}
	}
	return nil
}

// morning writes one letter, unless another process has.
func morning(ctx context.Context, tx *pg.Tx, actor authz.Actor, day time.Time, rows []Row) error {
	tag, err := tx.Exec(ctx, `UPDATE board_mornings SET told_on = $2 WHERE account_id = $1 AND (told_on IS NULL OR told_on < $2)`, actor.AccountID, day)
	if err != nil || tag.RowsAffected() == 0 || len(rows) == 0 {
		tx.Audited() // the letter is all there is to know of
		return err
	}
	tx.Audited()
	locale, err := pg.One(ctx, tx, `SELECT locale FROM accounts WHERE id = $1`, pg.Scalar[string], actor.AccountID)
	if err != nil {
		return err
	}
	list := []map[string]any{}
	for _, r := range rows[:min(len(rows), mostMailed)] {
		list = append(list, map[string]any{"kind": r.Kind, "title": r.Title, "detail": r.Detail, "at": r.At, "urgency": r.Urgency})
	}
	return mail.Enqueue(ctx, tx, mail.Post{Letter: "board_morning", To: actor.Email, Name: actor.Name, Locale: locale,
		Facts: map[string]any{"rows": list, "count": Total(rows)}})
}

// Total counts everything there is to do, also what is not shown.
func Total(rows []Row) (n int) {
	seen := map[Kind]bool{}
	for _, r := range rows {
		if !seen[r.Kind] {
			seen[r.Kind] = true
			n += r.Of
		}
	}
	return n
}
