// Package find looks for words in everything that the reader may see. It reads
// across features and changes nothing: one question to the database for all
// kinds, or for one kind alone, with who may see what inside it.
package find

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
	"mellemrum/internal/search"
)

// Service finds.
type Service struct{ db *pg.DB }

// New makes the service.
func New(db *pg.DB) *Service { return &Service{db: db} }

// Kind tells what was found.
type Kind string

// Key is the message key of what the kind is called, as a heading.
func (k Kind) Key() string { return "find.kind_" + string(k) }

// Kinds are all there are, those that only some may see as well.
func Kinds() []Kind {
	list := make([]Kind, len(pieces))
	for i, p := range pieces {
		list[i] = p.kind
	}
	return list
}

// Valid tells whether there is such a kind.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

const (
	// Best is how many of a kind are shown among the others.
	Best = 5
	// Counted is how far hits are counted; from there on there are more.
	Counted = 100
	// PageSize is how many of one kind alone a page shows.
	PageSize = 20

	// A word that everything is written with has no best hits to speak of, and
	// ranking them all would take long: of so many of a kind the best are shown.
	ranked     = 250
	rankedOfIt = 1000 // where it is one kind alone
)

// Hit is a record that was found.
type Hit struct {
	ID     uuid.UUID
	Title  Passage
	Body   Passage // around the first word that was found
	Note   string  // whose or where it is; may be empty
	Path   string
	Hidden bool // not for everybody
}

// Group is what was found of one kind, the best first.
type Group struct {
	Kind  Kind
	Count int // of all; no more than Counted
	More  bool
	Hits  []Hit
}

// Found is the outcome of a search.
type Found struct {
	Groups   []Group             // the one with the best hit first
	Forgiven []search.Correction // words that nothing public is written with, and what stands in for them
	Some     bool                // nothing has all the words; these have some of them
}

// Page is what was found of one kind.
type Page struct {
	Group
	Page, Pages int
	Forgiven    []search.Correction
	Some        bool
}

// Search looks through every kind that the actor may see. Words of nothing but
// signs find nothing.
func (s *Service) Search(ctx context.Context, actor authz.Actor, words string) (Found, error) {
	var f Found
	var err error
	f.Forgiven, f.Some, err = s.kindly(ctx, words, func(q search.Query) (bool, error) {
		rows, err := s.rows(ctx, allSQL, actor, q, Best, 0)
		f.Groups = grouped(rows, q)
		return len(rows) > 0, err
	})
	return f, err
}

// Of looks through one kind; page is from 1, and one after the last is the
// first.
func (s *Service) Of(ctx context.Context, actor authz.Actor, kind Kind, words string, page int) (Page, error) {
	sql, ok := ofSQL[kind]
	if !ok {
		return Page{Page: 1}, nil
	}
	var p Page
	var err error
	p.Forgiven, p.Some, err = s.kindly(ctx, words, func(q search.Query) (bool, error) {
		p.Page = min(max(page, 1), 2*rankedOfIt/PageSize)
		rows, err := s.rows(ctx, sql, actor, q, PageSize, (p.Page-1)*PageSize)
		if err == nil && len(rows) == 0 && p.Page > 1 {
			p.Page = 1
			rows, err = s.rows(ctx, sql, actor, q, PageSize, 0)
		}
		p.Group = Group{Kind: kind}
		if g := grouped(rows, q); len(g) > 0 {
			p.Group, p.Pages = g[0], (rows[0].Of+PageSize-1)/PageSize
		}
		return len(rows) > 0, err
	})
	return p, err
}

// kindly looks for what was typed, then with mistakes forgiven, then for any of
// the words.
func (s *Service) kindly(ctx context.Context, words string, look func(search.Query) (bool, error)) (forgiven []search.Correction, some bool, err error) {
	query, ok := search.Parse(words)
	if !ok {
		return nil, false, nil
	}
	if hit, err := look(query); hit || err != nil {
		return nil, false, err
	}
	corrected, forgiven, err := query.Forgive(ctx, s.db.Reader())
	if err != nil {
		return nil, false, err
	}
	if forgiven != nil {
		if hit, err := look(corrected); hit || err != nil {
			return forgiven, false, err
		}
	}
	if any, ok := corrected.Any(); ok {
		if hit, err := look(any); hit || err != nil {
			return forgiven, true, err
		}
	}
	return nil, false, nil
}

type row struct {
	Kind    Kind
	ID      uuid.UUID
	Title   string
	Body    string
	Note    string
	Path    string
	Hidden  bool
	Of      int
	Matched []string // folded words of the text that the query means
}

func (s *Service) rows(ctx context.Context, sql string, actor authz.Actor, q search.Query, limit, offset int) ([]row, error) {
	from := s.db.Reader()
	if actor.SignedIn() {
		from = s.db.Fresh() // they may have written it a moment ago
	}
	exact, beginnings := q.Terms()
	names := ""
	if q.Nouns() {
		names = beginnings
	}
	districts, organisations := []uuid.UUID{}, []uuid.UUID{}
	if actor.Staff() {
		districts = append(districts, actor.Districts...)
	}
	if actor.Role == authz.Partner {
		organisations = actor.OrganisationIDs()
	}
	return pg.All(ctx, from, sql, pg.ByName[row], exact, beginnings,
		actor.Role == authz.Administrator, districts, actor.AccountID, organisations, actor.Staff(), limit, offset, names, s.db.Now())
}

func grouped(rows []row, q search.Query) []Group {
	var list []Group
	for _, r := range rows {
		if len(list) == 0 || list[len(list)-1].Kind != r.Kind {
			list = append(list, Group{Kind: r.Kind, Count: min(r.Of, Counted), More: r.Of > Counted})
		}
		g := &list[len(list)-1]
		var known []string
		for _, m := range r.Matched {
			known = append(known, strings.FieldsFunc(m, apart)...)
		}
		met := func(word string) bool { return slices.Contains(known, word) }
		named := func(word string) bool { return met(word) || q.Named(word) }
		g.Hits = append(g.Hits, Hit{ID: r.ID, Title: mark(r.Title, named), Body: around(r.Body, met), Note: r.Note, Path: r.Path, Hidden: r.Hidden})
	}
	return list
}

// The two forms of the statement. Both take the words, their beginnings, who
// looks, how many of a kind, after how many, and the beginnings once more where
// names are to be searched for what the dictionary leaves out, and the moment.
var (
	allSQL = statement(pieces, ranked)
	ofSQL  = func() map[Kind]string {
		m := map[Kind]string{}
		for _, p := range pieces {
			m[p.kind] = statement([]piece{p}, rankedOfIt)
		}
		return m
	}()
)

func statement(pieces []piece, most int) string {
	var all []string
	for _, p := range pieces {
		all = append(all, "("+p.sql(most)+")")
	}
	// Only to leave words out finds nothing: it would be nearly everything. What
	// things are called is also searched for nouns that the dictionary leaves out. The
	// words that were met are asked of the database, which knows how Danish bends;
	// only for the rows that are shown.
	return `WITH query AS MATERIALIZED (SELECT e || b AS wide, e || b || s AS every
		FROM websearch_to_tsquery('danish', $1) t, LATERAL (SELECT CASE querytree(t) WHEN 'T' THEN '' ELSE t END AS e) e,
			to_tsquery('danish', $2) b, to_tsquery('simple', $10) s),
	actor AS (SELECT $3::boolean, $4::uuid[], $5::uuid, $6::uuid[], $7::boolean, $11::timestamptz),
	rows AS MATERIALIZED (` + strings.Join(all, "\nUNION ALL\n") + `)
	SELECT kind, id, title, body, note, path, hidden, of,
		ARRAY(SELECT DISTINCT m[1] FROM regexp_matches(ts_headline('danish', fold(title || ' ' || body), (SELECT wide FROM query),
			'HighlightAll=true, StartSel=⟦, StopSel=⟧'), '⟦([^⟧]+)⟧', 'g') m) AS matched
	FROM rows ORDER BY max(rank) OVER (PARTITION BY kind) DESC, kind, rank DESC, id DESC`
}

func (p piece) sql(most int) string {
	// A whole word is met twice, as itself and as its own beginning, and so ranks
	// above a longer one.
	rank := func(words string) string { return `ts_rank(` + words + `, (SELECT wide FROM query)) AS rank` }
	arm := func(rank, from, words, query string) string {
		return `(SELECT x.id, ` + rank + ` FROM ` + from + ` WHERE ` + words + ` @@ (SELECT ` + query + ` FROM query) AND (` + p.sees + `) LIMIT ` + strconv.Itoa(most) + `)`
	}
	arms := arm(rank("x.words"), p.table+" x", "x.words", "wide")
	if p.named != "" {
		arms += " UNION ALL " + arm("0.5 + "+rank("x.words"), p.table+" x", `named(x.`+p.named+`)`, "every")
	}
	if table, column, ok := strings.Cut(p.more, "."); ok {
		// Not to be turned around: one record is looked up for each that is met.
		arms += " UNION ALL " + arm(rank("m.words"), table+" m CROSS JOIN LATERAL (SELECT x.* FROM "+p.table+" x WHERE x.id = m."+column+" OFFSET 0) x", "m.words", "wide")
	}
	return `WITH met AS MATERIALIZED (SELECT id, max(rank) AS rank FROM (` + arms + `) a GROUP BY id),
		best AS (SELECT id, rank, (SELECT count(*) FROM met)::int AS of FROM met ORDER BY rank DESC, id DESC LIMIT $8 OFFSET $9)
		SELECT '` + string(p.kind) + `' AS kind, b.rank, b.of, x.id, ` + p.title + ` AS title, left(` + p.body + `, 3000) AS body, ` + p.note + ` AS note, ` +
		p.path + ` AS path, NOT (` + p.open + `) AS hidden FROM ` + p.table + ` x ` + p.join + ` JOIN best b ON b.id = x.id`
}
