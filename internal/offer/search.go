package offer

import (
	"context"

	"mellemrum/internal/pg"
	"mellemrum/internal/search"
	"mellemrum/internal/text"
)

// PageSize is how many offers a page shows.
const PageSize = 24

// Filter narrows a search. Empty fields do not narrow.
type Filter struct {
	District     string // slug
	Kind         Kind
	Audience     Audience // those for everybody are included
	Language     string
	Weekday      int // 1–7 from Monday
	Words        string
	Organisation string // slug
	Matching     bool   // only what an ask may count on
	Page         int    // from 1
}

// Page is one page of a search.
type Page struct {
	Offers   []Offer
	Total    int // on all pages
	Page     int
	Pages    int
	Forgiven []search.Correction // words that nothing is written with, and what stands in for them
}

// valid tells whether anything can be found with the filter.
func (f Filter) valid() bool {
	return (f.District == "" || text.IsSlug(f.District)) && (f.Kind == "" || f.Kind.Valid()) && (f.Audience == "" || f.Audience.Valid()) &&
		(f.Language == "" || text.IsLanguage(f.Language)) && f.Weekday >= 0 && f.Weekday <= 7 && (f.Organisation == "" || text.IsSlug(f.Organisation))
}

// Search finds published offers, the newest first; with words, those that fit
// best first. When nothing fits, mistyped words are forgiven. A page after the
// last one is the first.
func (s *Service) Search(ctx context.Context, f Filter) (Page, error) {
	if !f.valid() {
		return Page{Page: 1}, nil
	}
	query, words := search.Parse(f.Words)
	p, err := s.find(ctx, f, query, words)
	if err != nil || p.Total > 0 || !words {
		return p, err
	}
	query, forgiven, err := query.Forgive(ctx, s.db.Reader())
	if err != nil || forgiven == nil {
		return p, err
	}
	p, err = s.find(ctx, f, query, true)
	if p.Forgiven = forgiven; p.Total == 0 {
		p.Forgiven = nil
	}
	return p, err
}

// the filter's conditions, each by itself: counts leave out one at a time.
const (
	inDistrict   = `EXISTS (SELECT FROM offer_districts od JOIN districts d ON d.id = od.district_id WHERE od.offer_id = o.id AND d.slug = ?)`
	ofKind       = `o.kind = ?`
	forAudience  = `(o.audiences = '{}' OR ? = ANY (o.audiences))`
	inLanguage   = `? = ANY (o.languages)`
	onWeekday    = `?::smallint = ANY (o.weekdays)`
	organisation = `g.slug = ?`
)

func (s *Service) find(ctx context.Context, f Filter, query search.Query, words bool) (Page, error) {
	where := pg.Where(public)
	for _, c := range f.conditions() {
		where.And(c.sql, c.arg)
	}
	if f.Organisation != "" {
		where.And(organisation, f.Organisation)
	}
	if f.Matching {
		where.And("o.reminded < ?", Unmatched)
	}
	rank := "0"
	if words {
		query.Where(where, "o.words", "o.title || ' ' || g.name")
		rank = query.Rank(where, "o.words")
	}
	page := min(max(f.Page, 1), 10_000)
	type row struct {
		Offer
		Total int
	}
	rows, err := pg.All(ctx, s.db.Reader(), `
		WITH hits AS (SELECT o.id, o.published_at, `+rank+` AS rank FROM `+tables+` WHERE `+where.SQL()+`),
		page AS (SELECT *, (SELECT count(*)::int FROM hits) AS total FROM hits
			ORDER BY rank DESC, published_at DESC, id LIMIT `+where.Arg(PageSize)+` OFFSET `+where.Arg((page-1)*PageSize)+`)
		SELECT `+columns+`, page.total FROM page JOIN `+tables+` ON o.id = page.id
		ORDER BY page.rank DESC, page.published_at DESC, page.id`, pg.ByName[row], where.Args()...)
	if err != nil {
		return Page{}, err
	}
	if len(rows) == 0 && page > 1 {
		f.Page = 1
		return s.find(ctx, f, query, words)
	}
	p := Page{Page: page, Offers: make([]Offer, len(rows))}
	for i, r := range rows {
		p.Offers[i], p.Total = r.Offer, r.Total
	}
	p.Pages = (p.Total + PageSize - 1) / PageSize
	return p, nil
}

// The filters that readers choose, by the name their counts have.
const (
	ByDistrict = "district"
	ByKind     = "kind"
	ByAudience = "audience"
	ByLanguage = "language"
	ByWeekday  = "weekday"
)

type condition struct {
	name, sql string
	arg       any
}

func (f Filter) conditions() (list []condition) {
	add := func(name, sql string, used bool, arg any) {
		if used {
			list = append(list, condition{name, sql, arg})
		}
	}
	add(ByDistrict, inDistrict, f.District != "", f.District)
	add(ByKind, ofKind, f.Kind != "", f.Kind)
	add(ByAudience, forAudience, f.Audience != "", f.Audience)
	add(ByLanguage, inLanguage, f.Language != "", f.Language)
	add(ByWeekday, onWeekday, f.Weekday > 0, f.Weekday)
	return list
}

// Counts tells how many offers each choice of each filter would show, by the
// filter's name and the choice's value.
type Counts map[string]map[string]int

// facets are how each filter's choices are counted.
var facets = []struct{ name, value, from string }{
	{ByDistrict, "d.slug", "JOIN offer_districts od ON od.offer_id = b.id JOIN districts d ON d.id = od.district_id"},
	{ByKind, "b.kind", ""},
	{ByAudience, "x", `CROSS JOIN unnest(CASE WHEN b.audiences = '{}' THEN ARRAY['children', 'young', 'families', 'adults', 'seniors', 'newcomers'] ELSE b.audiences END) x`},
	{ByLanguage, "x", "CROSS JOIN unnest(b.languages) x"},
	{ByWeekday, "x::text", "CROSS JOIN unnest(b.weekdays) x"},
}

// Counts counts the choices of every filter, given the others; forgiven are the
// corrections that the search made.
func (s *Service) Counts(ctx context.Context, f Filter, forgiven []search.Correction) (Counts, error) {
	counts := Counts{}
	for _, facet := range facets {
		counts[facet.name] = map[string]int{}
	}
	if !f.valid() {
		return counts, nil
	}
	where := pg.Where(public)
	if query, words := search.Parse(f.Words); words {
		query.Apply(forgiven).Where(where, "o.words", "o.title || ' ' || g.name")
	}
	// Which of the chosen filters each offer passes: a choice counts those that
	// pass all the others.
	flags, used := "", f.conditions()
	for _, c := range used {
		flags += ", " + where.With(c.sql, c.arg) + " AS by_" + c.name
	}
	sql := `WITH base AS MATERIALIZED (SELECT o.id, o.kind, o.audiences, o.languages, o.weekdays` + flags + ` FROM ` + tables + ` WHERE ` + where.SQL() + `)`
	for i, facet := range facets {
		if i > 0 {
			sql += " UNION ALL"
		}
		sql += ` SELECT '` + facet.name + `' AS filter, ` + facet.value + ` AS choice, count(*)::int AS n FROM base b ` + facet.from + ` WHERE true`
		for _, c := range used {
			if c.name != facet.name {
				sql += " AND b.by_" + c.name
			}
		}
		sql += " GROUP BY 2"
	}
	type row struct {
		Filter, Choice string
		N              int
	}
	rows, err := pg.All(ctx, s.db.Reader(), sql, pg.ByName[row], where.Args()...)
	for _, r := range rows {
		counts[r.Filter][r.Choice] = r.N
	}
	return counts, err
}
