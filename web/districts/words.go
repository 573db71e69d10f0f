package districts

import (
	"context"

	"mellemrum/internal/district"
	"mellemrum/internal/i18n"
	"mellemrum/web/cards"
	"mellemrum/web/ui"
)

// counts tells what there is in a district; nothing is left out instead of
// shown as a zero.
func counts(ctx context.Context, d district.Summary) []string {
	var list []string
	for _, c := range []struct {
		key string
		n   int
	}{{"districts.cafes_count", d.Cafes}, {"districts.offers_count", d.Offers}, {"districts.organisations_count", d.Organisations}} {
		if c.n > 0 {
			list = append(list, ui.N(ctx, c.key, c.n))
		}
	}
	return list
}

// saidBy tells who named a strength and when, as far as it is known.
func saidBy(ctx context.Context, s district.Strength) string {
	switch {
	case s.SaidOn == nil:
		return s.SaidBy
	case s.SaidBy == "":
		return i18n.From(ctx).Date(*s.SaidOn)
	}
	return ui.T(ctx, "districts.said_by", "Name", cards.Isolate(ctx, s.SaidBy), "Date", i18n.From(ctx).Date(*s.SaidOn))
}

// contactText says what the contact is for, and for whom they stand in while
// somebody is away.
func contactText(ctx context.Context, p district.Person) string {
	switch {
	case p.InsteadOf == "":
		return ui.T(ctx, "districts.contact_text")
	case p.BackOn == nil:
		return ui.T(ctx, "districts.contact_instead", "Name", cards.Isolate(ctx, p.InsteadOf))
	}
	return ui.T(ctx, "districts.contact_until", "Name", cards.Isolate(ctx, p.InsteadOf), "Date", i18n.From(ctx).Date(*p.BackOn))
}

// span is the years a plan runs: "2024–2028", or what is known of them.
func span(p district.Plan) string {
	switch {
	case p.StartsOn == nil && p.EndsOn == nil:
		return ""
	case p.EndsOn == nil:
		return p.StartsOn.Format("2006") + "–"
	case p.StartsOn == nil:
		return "–" + p.EndsOn.Format("2006")
	case p.StartsOn.Year() == p.EndsOn.Year():
		return p.EndsOn.Format("2006")
	}
	return p.StartsOn.Format("2006") + "–" + p.EndsOn.Format("2006")
}

func moreOffers(ctx context.Context, v detail) *ui.Link {
	if !v.moreOffers {
		return nil
	}
	return &ui.Link{Label: ui.T(ctx, "districts.all_offers"), Href: "/tilbud?bydel=" + v.Slug}
}

func moreAnswers(ctx context.Context, v detail) *ui.Link {
	if len(v.answers) <= someAnswers {
		return nil
	}
	return &ui.Link{Label: ui.T(ctx, "districts.all_answers"), Href: "/bydele/" + v.Slug + "/svar"}
}
