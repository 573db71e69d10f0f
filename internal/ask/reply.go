package ask

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Reply is what a raised hand is answered with.
type Reply string

// A hand is taken, thanked, or declined with thanks.
const (
	Accepted Reply = "accepted"
	Thanked  Reply = "thanked"
	Declined Reply = "declined"
)

// Replies lists them in the order a form shows them.
var Replies = []Reply{Accepted, Thanked, Declined}

// Key is the message key of the reply's name.
func (r Reply) Key() string { return "asks.reply_" + string(r) }

// Respond answers raised hands, one or many at once, with words of one's own.
// Each is mailed in its language; those reached by phone only are in the list
// that is returned. A hand that was answered the same way before is left as it
// is, so that two presses write one letter.
func (s *Service) Respond(ctx context.Context, actor authz.Actor, id uuid.UUID, hands []uuid.UUID, reply Reply, words string) (phone []Hand, err error) {
	words = text.Block(words)
	var f fault.Fields
	if !slices.Contains(Replies, reply) {
		f.Add("reply", text.KeyChooseOne)
	}
	if len(hands) == 0 {
		f.Add("hands", "asks.choose_hands")
	}
	text.Check(&f, "words", words, 1000)
	if err := f.Err(); err != nil {
		return nil, err
	}
	err = s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		a, err := locked(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		ids, err := pg.All(ctx, tx, `
			UPDATE hands SET reply = $3, reply_words = $4, replied_at = $5
			WHERE ask_id = $1 AND id = ANY ($2) AND answer = 'yes' AND (reply IS DISTINCT FROM $3 OR reply_words <> $4) RETURNING id`,
			pg.Scalar[uuid.UUID], id, hands, reply, words, tx.Now())
		if err != nil {
			return err
		}
		list, err := pg.All(ctx, tx, handSQL+` WHERE h.id = ANY ($1) ORDER BY h.seq`, pg.ByName[Hand], ids)
		if err != nil {
			return err
		}
		for _, h := range list {
			if h.Reach == "" {
				phone = append(phone, h)
			}
		}
		with := map[uuid.UUID][]Helper{}
		if reply == Accepted {
			if with, err = helpers(ctx, tx, ids); err != nil {
				return err
			}
		}
		if err := postTo(ctx, tx, "ask_reply", a, list, func(h Hand) map[string]any {
			return map[string]any{"reply": reply, "words": words, "organisation": h.Organisation, "with": with[h.ID]}
		}); err != nil {
			return err
		}
		if err := changed(ctx, tx, id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "ask.hands_answered", Object: "ask", ID: id, Detail: map[string]any{"reply": reply, "hands": len(ids)}})
	})
	return phone, err
}

// Close ends an ask with what came of it, which everybody who answered is told.
// Letters that have not left stay, and those that are held are not sent.
func (s *Service) Close(ctx context.Context, actor authz.Actor, id uuid.UUID, outcome Outcome, story string) error {
	story = text.Block(story)
	var f fault.Fields
	if !slices.Contains(Outcomes, outcome) {
		f.Add("outcome", text.KeyChooseOne)
	}
	switch {
	case story == "":
		f.Add("story", "asks.story_missing")
	case !text.Valid(story):
		f.Add("story", "errors.field_bad_text")
	case utf8.RuneCountInString(story) > 2000:
		f.Add("story", "errors.field_too_long", "Max", 2000)
	}
	if err := f.Err(); err != nil {
		return err
	}
	return s.edit(ctx, actor, id, "asks.not_open", []Status{Open}, func(tx *pg.Tx, a Ask) error {
		if _, err := tx.Exec(ctx, `
			UPDATE asks SET status = 'closed', outcome = $2, story = $3, closed_at = $4, updated_at = $4 WHERE id = $1`,
			id, outcome, story, tx.Now()); err != nil {
			return err
		}
		if err := mail.Drop(ctx, tx, mail.Asks, id); err != nil {
			return err
		}
		list, err := pg.All(ctx, tx, handSQL+` WHERE h.ask_id = $1 ORDER BY h.seq`, pg.ByName[Hand], id)
		if err != nil {
			return err
		}
		if err := postTo(ctx, tx, "ask_closed", a, list, func(h Hand) map[string]any {
			return map[string]any{"outcome": outcome, "story": story, "organisation": h.Organisation, "answer": h.Answer}
		}); err != nil {
			return err
		}
		if err := changed(ctx, tx, id); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "ask.closed", Object: "ask", ID: id, Detail: map[string]any{"outcome": outcome, "told": len(list)}})
	})
}
