package initiative

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/audit"
	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
	"mellemrum/internal/text"
)

// Answer is "I sagde, vi gjorde": what was said, what was decided, by whom, and
// what happened then.
type Answer struct {
	ID        uuid.UUID
	Said      string
	Decided   string
	DecidedBy string
	Happened  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

const answerJSON = `jsonb_build_object('ID', w.id, 'Said', w.said, 'Decided', w.decided, 'DecidedBy', w.decided_by, 'Happened', w.happened,
	'CreatedAt', w.created_at, 'UpdatedAt', w.updated_at)`

// Tidy returns the answer as it will be kept.
func (in Answer) Tidy() Answer {
	in.Said, in.Decided, in.Happened = text.Block(in.Said), text.Block(in.Decided), text.Block(in.Happened)
	in.DecidedBy = text.Line(in.DecidedBy)
	return in
}

// Validate names what cannot be used.
func (in Answer) Validate() fault.Fields {
	in = in.Tidy()
	var f fault.Fields
	text.Require(&f, "said", in.Said, 1000, "voices.answer_said_missing")
	text.Require(&f, "decided", in.Decided, 1000, "voices.answer_decided_missing")
	text.Require(&f, "decided_by", in.DecidedBy, 160, "voices.answer_by_missing")
	text.Check(&f, "happened", in.Happened, 1000)
	refuseCPR(&f, "said", in.Said)
	refuseCPR(&f, "decided", in.Decided)
	refuseCPR(&f, "decided_by", in.DecidedBy)
	refuseCPR(&f, "happened", in.Happened)
	return f
}

// Respond writes an answer and gives it to the voices it is for; those with an
// address are told. The answer's id, when it exists already, changes it: then
// what happened since is told to the same voices and the new ones.
func (s *Service) Respond(ctx context.Context, actor authz.Actor, id uuid.UUID, in Answer, voices []uuid.UUID) error {
	if err := in.Validate().Err(); err != nil {
		return err
	}
	in = in.Tidy()
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		i, err := held(ctx, tx, actor, id) // also after it has ended: that is when most is answered
		if err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO answers (id, initiative_id, said, decided, decided_by, happened, account_id, created_at, updated_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) ON CONFLICT (id) DO UPDATE
			SET said = excluded.said, decided = excluded.decided, decided_by = excluded.decided_by, happened = excluded.happened, updated_at = excluded.updated_at
			WHERE answers.initiative_id = excluded.initiative_id
			  AND (answers.said, answers.decided, answers.decided_by, answers.happened) IS DISTINCT FROM (excluded.said, excluded.decided, excluded.decided_by, excluded.happened)`,
			in.ID, id, in.Said, in.Decided, in.DecidedBy, in.Happened, audit.ActorID(actor), tx.Now())
		if err != nil {
			return err
		}
		changed := tag.RowsAffected() > 0
		if ok, err := pg.One(ctx, tx, `SELECT EXISTS (SELECT FROM answers WHERE id = $1 AND initiative_id = $2)`, pg.Scalar[bool], in.ID, id); err != nil || !ok {
			return orElse(err, fault.New(fault.NotFound, ""))
		}
		fresh, err := pg.All(ctx, tx, `
			UPDATE voices SET answer_id = $1 WHERE initiative_id = $2 AND id = ANY ($3) AND answer_id IS DISTINCT FROM $1 RETURNING id`,
			pg.Scalar[uuid.UUID], in.ID, id, voices)
		if err != nil {
			return err
		}
		told, err := tellVoices(ctx, tx, i, "voice_answer", map[string]any{"said": in.Said, "decided": in.Decided, "decided_by": in.DecidedBy, "happened": in.Happened},
			`answer_id = $1 AND ($2 OR id = ANY ($3))`, in.ID, changed, fresh)
		if err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("voices_answered", id, map[string]any{"answer": in.ID, "told": told}))
	})
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// tellVoices writes to those who spoke, whose address is their own, and to whose
// idea it was, each with a link to their receipt. Nobody gets two letters of the
// same thing.
func tellVoices(ctx context.Context, tx *pg.Tx, i Initiative, letter string, facts map[string]any, which string, args ...any) (int, error) {
	type reader struct {
		ID                  uuid.UUID
		Kind                VoiceKind
		Words               string
		Name, Email, Locale string
	}
	list, err := pg.All(ctx, tx, `
		SELECT DISTINCT ON (lower(email)) id, kind, words, name, email, locale FROM voices
		WHERE email IS NOT NULL AND (verified_at IS NOT NULL OR kind = 'idea') AND `+which+` ORDER BY lower(email), created_at`, pg.ByName[reader], args...)
	if err != nil {
		return 0, err
	}
	posts := make([]mail.Post, len(list))
	for n, r := range list {
		token, err := linkTo(ctx, tx, r.ID, r.Kind, r.Words)
		if err != nil {
			return 0, err
		}
		of := map[string]any{"token": token, "title": i.Title, "kind": r.Kind, "words": r.Words}
		for k, v := range facts {
			of[k] = v
		}
		posts[n] = mail.Post{Letter: letter, To: r.Email, Name: r.Name, Locale: r.Locale, Facts: of}
	}
	return len(posts), mail.Enqueue(ctx, tx, posts...)
}

// DistrictAnswer is an answer with the initiative it was given in.
type DistrictAnswer struct {
	Answer
	Slug  string // of the initiative; empty: the district's own
	Title string
}

// InDistrict lists the answers of a district and of the public initiatives in
// it, the newest first.
func (s *Service) InDistrict(ctx context.Context, slug string, limit int) ([]DistrictAnswer, error) {
	if !text.IsSlug(slug) {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Reader(), `
		SELECT w.id, w.said, w.decided, w.decided_by, w.happened, w.created_at, w.updated_at, coalesce(i.slug, '') AS slug, coalesce(i.title, '') AS title
		FROM answers w LEFT JOIN initiatives i ON i.id = w.initiative_id
		WHERE w.district_id = (SELECT id FROM districts WHERE slug = $1)
			OR i.public_at IS NOT NULL AND EXISTS (SELECT FROM initiative_districts x JOIN districts d ON d.id = x.district_id
				WHERE x.initiative_id = i.id AND d.slug = $1)
		ORDER BY w.created_at DESC, w.id LIMIT $2`, pg.ByName[DistrictAnswer], slug, limit)
}

// Tally is how many people said what, on the page and on paper.
type Tally struct {
	Agree    int
	Object   int
	TakePart int
	OnPaper  int // of all of them
}

const tallySQL = `WITH every AS (SELECT kind, 1 AS n, 0 AS paper FROM voices WHERE initiative_id = $1 AND verified_at IS NOT NULL
		UNION ALL SELECT kind, people, people FROM paper_voices WHERE initiative_id = $1)
	SELECT coalesce(sum(n) FILTER (WHERE kind = 'agree'), 0)::int AS agree, coalesce(sum(n) FILTER (WHERE kind = 'objection'), 0)::int AS object,
		coalesce(sum(n) FILTER (WHERE kind = 'take_part'), 0)::int AS take_part, coalesce(sum(paper), 0)::int AS on_paper FROM every`

// Tally counts the voices that count: those whose address is their own.
func (s *Service) Tally(ctx context.Context, id uuid.UUID) (Tally, error) {
	return pg.One(ctx, s.db.Reader(), tallySQL, pg.ByName[Tally], id)
}

// Heard is what everybody may read of what residents said to an initiative.
type Heard struct {
	Tally    Tally
	Comments []Voice  // comments, and objections, that staff have looked at; the newest first
	Answers  []Answer // the newest first
}

// Empty tells whether nobody has said anything yet.
func (h Heard) Empty() bool {
	return h.Tally == Tally{} && len(h.Comments) == 0 && len(h.Answers) == 0
}

// Heard reads what everybody may read of what was said.
func (s *Service) Heard(ctx context.Context, id uuid.UUID) (Heard, error) {
	return pg.One(ctx, s.db.Reader(), `
		SELECT (SELECT jsonb_build_object('Agree', t.agree, 'Object', t.object, 'TakePart', t.take_part, 'OnPaper', t.on_paper) FROM (`+tallySQL+`) t) AS tally,
			(SELECT coalesce(jsonb_agg(jsonb_build_object('ID', c.id, 'Kind', c.kind, 'Words', c.words, 'Name', c.name, 'CreatedAt', c.created_at) ORDER BY c.created_at DESC, c.id), '[]')
				FROM (SELECT * FROM voices v WHERE v.initiative_id = $1 AND v.shown_at IS NOT NULL AND (v.kind = 'comment' OR v.kind = 'objection' AND v.verified_at IS NOT NULL)
					ORDER BY v.created_at DESC LIMIT 200) c) AS comments,
			(SELECT coalesce(jsonb_agg(`+answerJSON+` ORDER BY w.created_at DESC, w.id), '[]') FROM answers w WHERE w.initiative_id = $1) AS answers`, pg.ByName[Heard], id)
}

// Voice is what was said, as those see it who work on the initiative; without
// an address.
type Voice struct {
	ID         uuid.UUID
	Kind       VoiceKind
	Words      string
	Name       string
	CreatedAt  time.Time
	VerifiedAt *time.Time
	ShownAt    *time.Time
	HiddenAt   *time.Time
	Answered   bool
}

const voiceSQL = `SELECT id, kind, words, name, created_at, verified_at, shown_at, hidden_at, answer_id IS NOT NULL AS answered FROM voices`

// Voices lists everything residents said, for those who work on the initiative;
// what waits to be looked at first.
func (s *Service) Voices(ctx context.Context, actor authz.Actor, i Initiative) ([]Voice, error) {
	if !i.WorkableBy(actor) {
		return nil, fault.New(fault.NotFound, "")
	}
	return pg.All(ctx, s.db.Fresh(), voiceSQL+` WHERE initiative_id = $1 AND (verified_at IS NOT NULL OR kind IN ('comment', 'idea'))
		ORDER BY kind IN ('comment', 'objection') AND shown_at IS NULL AND hidden_at IS NULL DESC, answer_id IS NULL DESC, created_at DESC, id LIMIT 500`,
		pg.ByName[Voice], i.ID)
}

// Moderate shows a comment or an objection to everybody, or takes it off. It is
// for staff: what residents say is not the parties' to hide.
func (s *Service) Moderate(ctx context.Context, actor authz.Actor, id, voice uuid.UUID, show bool) error {
	return s.db.Write(ctx, actor, func(tx *pg.Tx) error {
		i, err := held(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if !i.KeptBy(actor) {
			return fault.New(fault.Forbidden, "")
		}
		tag, err := tx.Exec(ctx, `
			UPDATE voices SET shown_at = CASE WHEN $3 THEN coalesce(shown_at, $4) END, hidden_at = CASE WHEN NOT $3 THEN coalesce(hidden_at, $4) END, looked_by = $5
			WHERE id = $2 AND initiative_id = $1 AND kind IN ('comment', 'objection')`, id, voice, show, tx.Now(), audit.ActorID(actor))
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "")
		}
		return audit.Write(ctx, tx, entry("comment_looked_at", id, map[string]any{"voice": voice, "shown": show}))
	})
}

// MaxPaper is how many voices one sheet of paper can hold.
const MaxPaper = 10_000

// Paper is how many voices were given on paper.
type Paper struct {
	ID     uuid.UUID // made with the form; zero: made here
	Kind   VoiceKind
	People int       // 1–MaxPaper
	HeldOn time.Time // midnight UTC of the date; not in the future
	Note   string    // where the list lay; no names
}

// AddPaper counts voices that were given on paper. Twice the same id is once.
func (s *Service) AddPaper(ctx context.Context, actor authz.Actor, id uuid.UUID, in Paper) error {
	in.Note = text.Line(in.Note)
	var f fault.Fields
	if !in.Kind.Stance() {
		f.Add("kind", text.KeyChooseOne)
	}
	if in.People < 1 || in.People > MaxPaper {
		f.Add("people", "errors.field_number_range", "Min", 1, "Max", MaxPaper)
	}
	y, m, d := s.db.Now().In(i18n.Zone).Date()
	switch {
	case in.HeldOn.IsZero():
		f.Add("held_on", "errors.field_date_invalid")
	case in.HeldOn.After(time.Date(y, m, d, 0, 0, 0, 0, time.UTC)):
		f.Add("held_on", "initiatives.held_on_ahead")
	}
	text.Check(&f, "note", in.Note, 500)
	refuseCPR(&f, "note", in.Note)
	if err := f.Err(); err != nil {
		return err
	}
	if in.ID == uuid.Nil {
		in.ID = newID()
	}
	return s.work(ctx, actor, id, func(tx *pg.Tx, i Initiative) error {
		if !i.KeptBy(actor) {
			return fault.New(fault.Forbidden, "")
		}
		if _, err := tx.Exec(ctx, `
			INSERT INTO paper_voices (id, initiative_id, kind, people, held_on, note, account_id, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
			in.ID, id, in.Kind, in.People, in.HeldOn, in.Note, audit.ActorID(actor), tx.Now()); err != nil {
			return err
		}
		return audit.Write(ctx, tx, entry("paper_voices", id, map[string]any{"kind": in.Kind, "people": in.People}))
	})
}

// KeepFor is how long persons are known after an initiative has ended.
const KeepFor = 30 * 24 * time.Hour

// Forget leaves what was said and forgets who said it, where an initiative ended
// KeepFor ago; voices whose address nobody confirmed go after a week.
func (s *Service) Forget(ctx context.Context) (int, error) {
	ids, err := pg.All(ctx, s.db.Fresh(), `
		SELECT DISTINCT v.initiative_id FROM voices v JOIN initiatives i ON i.id = v.initiative_id
		WHERE v.forgotten_at IS NULL AND i.ended_at < $1
			OR v.verified_at IS NULL AND v.email IS NOT NULL AND v.kind = ANY ($3) AND v.created_at < $2`,
		pg.Scalar[uuid.UUID], s.db.Now().Add(-KeepFor), s.db.Now().AddDate(0, 0, -7), slices.Clone(Stances))
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		err := s.db.Write(ctx, authz.TheSystem, func(tx *pg.Tx) error {
			if _, err := tx.Exec(ctx, `DELETE FROM voices WHERE initiative_id = $1 AND verified_at IS NULL AND email IS NOT NULL AND kind = ANY ($3) AND created_at < $2`,
				id, tx.Now().AddDate(0, 0, -7), slices.Clone(Stances)); err != nil {
				return err
			}
			if err := forgetVoices(ctx, tx, `forgotten_at IS NULL AND initiative_id = $1 AND EXISTS (SELECT FROM initiatives i WHERE i.id = initiative_id AND i.ended_at < $2)`,
				id, tx.Now().Add(-KeepFor)); err != nil {
				return err
			}
			return audit.Write(ctx, tx, entry("voices_forgotten", id, nil))
		})
		if err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
