package search

import (
	"context"

	"github.com/jackc/pgx/v5"

	"mellemrum/internal/pg"
)

// public is every text that anybody may read and search, with the moment it last
// changed.
const public = `
	SELECT o.title || ' ' || o.body || ' ' || o.audience || ' ' || o.schedule || ' ' || g.name AS body, o.updated_at FROM offers o
		JOIN organisations g ON g.id = o.organisation_id WHERE o.status = 'published' AND g.status = 'approved' AND o.reminded < 3
	UNION ALL SELECT name || ' ' || about, updated_at FROM organisations WHERE status = 'approved'
	UNION ALL SELECT name || ' ' || intro || ' ' || joined(housing_areas) || coalesce((SELECT string_agg(' ' || s.body, '') FROM district_strengths s WHERE s.district_id = d.id), ''), updated_at FROM districts d
	UNION ALL SELECT name || ' ' || venue || ' ' || about, updated_at FROM cafes
	UNION ALL SELECT title || ' ' || why || ' ' || place || coalesce((SELECT string_agg(' ' || p.what, '') FROM ask_parts p WHERE p.ask_id = a.id), ''), updated_at FROM asks a WHERE public AND status = 'open'
	UNION ALL SELECT title || ' ' || purpose || ' ' || need || ' ' || body, updated_at FROM initiatives WHERE public_at IS NOT NULL`

// Refresh makes the vocabulary anew when a public text has come, gone or
// changed. It is nobody's change, so it leaves no audit entry. The portal calls
// it every minute.
func Refresh(ctx context.Context, db *pg.DB) error {
	return pgx.BeginFunc(ctx, db.Pool(), func(tx pgx.Tx) error {
		// Nobody waits for it, and a hundred thousand texts have many words.
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = '2min'`); err != nil {
			return pg.Fault(err)
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO search_state (stamp) SELECT count(*) || ' ' || coalesce(max(updated_at)::text, '') || ' ' || coalesce(sum(length(body)), 0) FROM (`+public+`) p
			ON CONFLICT (one) DO UPDATE SET stamp = excluded.stamp WHERE search_state.stamp <> excluded.stamp`)
		if err != nil || tag.RowsAffected() == 0 {
			return pg.Fault(err)
		}
		if _, err := tx.Exec(ctx, `DELETE FROM search_words`); err != nil {
			return pg.Fault(err)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO search_words (word, shown, uses)
			SELECT fold(w), min(w), sum(uses) FROM (
				SELECT w, count(*) AS uses FROM (`+public+`) p, regexp_split_to_table(lower(p.body COLLATE "da-x-icu"), '[^[:alnum:]]+') w GROUP BY w) every
			WHERE length(w) BETWEEN 4 AND 40 AND w !~ '[0-9]' GROUP BY fold(w)`)
		return pg.Fault(err)
	})
}

// Forgive finds, for the words that nothing public begins with or holds, the
// nearest ones that are written somewhere. None: there is nothing to forgive.
func (q Query) Forgive(ctx context.Context, db pg.Querier) (Query, []Correction, error) {
	var corrections []Correction
	for _, word := range q.plain {
		most := forgives(word)
		if most == 0 {
			continue
		}
		to, err := nearest(ctx, db, word, most)
		if err != nil {
			return q, nil, err
		}
		if to != "" {
			corrections = append(corrections, Correction{From: word, To: to})
		}
	}
	if corrections == nil {
		return q, nil, nil
	}
	return q.Apply(corrections), corrections, nil
}

// nearest is the word that another one is most likely meant for; empty: it is
// known, or nothing is near. The more often a word is used the likelier.
func nearest(ctx context.Context, db pg.Querier, word string, most int) (string, error) {
	type known struct {
		Word  string
		Shown string
		Uses  int
	}
	list, err := pg.All(ctx, db, `
		SELECT word, shown, uses FROM search_words WHERE length(word) BETWEEN length($1) - $2 AND length($1) + $2
			AND NOT EXISTS (SELECT FROM search_words WHERE word LIKE '%' || $1 || '%')
		ORDER BY word`, pg.ByName[known], word, most)
	if err != nil {
		return "", err
	}
	typed, best, shown, uses := []rune(word), most+1, "", 0
	for _, k := range list {
		if d := distance(typed, []rune(k.Word), most); d < best || d == best && d <= most && k.Uses > uses {
			best, shown, uses = d, k.Shown, k.Uses
		}
	}
	if best <= most {
		return shown, nil
	}
	return partOf(ctx, db, word)
}

// partOf is the word that a longer one is put together with, which in Danish is
// most often its end; empty: it is known as it is, or nobody writes its parts.
func partOf(ctx context.Context, db pg.Querier, word string) (string, error) {
	return pg.One(ctx, db, `
		SELECT coalesce((SELECT shown FROM search_words WHERE length(word) BETWEEN $2 AND length($1) - 1 AND (left($1, length(word)) = word OR right($1, length(word)) = word)
			AND NOT EXISTS (SELECT FROM search_words k WHERE k.word LIKE '%' || $1 || '%')
			ORDER BY length(word) DESC, right($1, length(word)) = word DESC, uses DESC, word LIMIT 1), '')`, pg.Scalar[string], word, shortestPart)
}

// shortestPart is how many letters a part of a word has that says something by
// itself.
const shortestPart = 5
