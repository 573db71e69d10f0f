package organisation

import (
	"context"
	"slices"

	"mellemrum/internal/pg"
	"mellemrum/internal/search"
	"mellemrum/internal/text"
)

// Filter narrows a list. Empty fields do not narrow.
type Filter struct {
	District string // slug; those who work in the whole municipality are included
	Kind     Kind
	Language string
	Words    string
}

// The filters that readers choose, by the name their counts have.
const (
	ByDistrict = "district"
	ByKind     = "kind"
	ByLanguage = "language"
)

// Found is the organisations that a search finds, by name.
type Found struct {
	Organisations []Summary
	Counts        map[string]map[string]int // how many each choice of each filter would show, given the others; a district's own
	Everywhere    int                       // of them, those that work in every district: they count in each
	Forgiven      []search.Correction       // words that nothing is written with, and what stands in for them
}

// List returns the approved organisations by name.
func (s *Service) List(ctx context.Context, f Filter) ([]Summary, error) {
	found, err := s.Search(ctx, f)
	return found.Organisations, err
}

// Search finds approved organisations. When nothing fits, mistyped words are
// forgiven.
func (s *Service) Search(ctx context.Context, f Filter) (Found, error) {
	if f.District != "" && !text.IsSlug(f.District) || f.Kind != "" && !f.Kind.Valid() || f.Language != "" && !text.IsLanguage(f.Language) {
		return f.sift(nil), nil
	}
	query, words := search.Parse(f.Words)
	list, err := s.find(ctx, query, words)
	if err != nil {
		return Found{}, err
	}
	var forgiven []search.Correction
	if len(list) == 0 && words {
		if query, forgiven, err = query.Forgive(ctx, s.db.Reader()); err != nil {
			return Found{}, err
		}
		if forgiven != nil {
			if list, err = s.find(ctx, query, true); err != nil {
				return Found{}, err
			}
		}
		if len(list) == 0 {
			forgiven = nil
		}
	}
	found := f.sift(list)
	found.Forgiven = forgiven
	return found, nil
}

// find reads the approved organisations that the words fit: a few hundred at
// most, which the filters then sift without asking again.
func (s *Service) find(ctx context.Context, query search.Query, words bool) ([]Summary, error) {
	where := pg.Where("o.status = 'approved'")
	if words {
		query.Where(where, "o.words", "o.name")
	}
	return pg.All(ctx, s.db.Reader(), `
		SELECT o.id, o.slug, o.name, o.kind, o.about, o.languages, `+districtsJSON+` AS districts,
			(SELECT count(*)::int FROM offers WHERE organisation_id = o.id AND status = 'published' AND reminded < 3) AS offers
		FROM organisations o WHERE `+where.SQL()+`
		ORDER BY o.name COLLATE "da-x-icu", o.id`, pg.ByName[Summary], where.Args()...)
}

// sift keeps what the filter lets through and counts every choice given the
// other filters.
func (f Filter) sift(list []Summary) Found {
	found := Found{Counts: map[string]map[string]int{ByDistrict: {}, ByKind: {}, ByLanguage: {}}}
	for _, o := range list {
		here := f.District == "" || len(o.Districts) == 0 || slices.ContainsFunc(o.Districts, func(d DistrictRef) bool { return d.Slug == f.District })
		kind := f.Kind == "" || o.Kind == f.Kind
		speaks := f.Language == "" || slices.Contains(o.Languages, f.Language)
		if kind && speaks {
			for _, d := range o.Districts {
				found.Counts[ByDistrict][d.Slug]++
			}
			if len(o.Districts) == 0 {
				found.Everywhere++
			}
		}
		if here && speaks {
			found.Counts[ByKind][string(o.Kind)]++
		}
		if here && kind {
			for _, l := range o.Languages {
				found.Counts[ByLanguage][l]++
			}
		}
		if here && kind && speaks {
			found.Organisations = append(found.Organisations, o)
		}
	}
	return found
}
