package cards

import (
	"context"
	"slices"

	"mellemrum/internal/district"
	"mellemrum/web/ui"
)

// Map makes the drawn districts into a map of links. On a district's own page
// current is its slug: the map then stands alone and shows where one is.
func Map(ctx context.Context, drawn district.Map, current string) ui.Map {
	m := ui.Map{Label: ui.T(ctx, "districts.map"), ViewBox: drawn.ViewBox, Current: current, Alone: current != ""}
	for _, s := range drawn.Shapes {
		m.Shapes = append(m.Shapes, ui.Shape{Slug: s.Slug, Name: s.Name, Href: "/bydele/" + s.Slug, Path: s.Path, X: s.X, Y: s.Y})
	}
	return m
}

// Undrawn are the districts that are not on the map yet.
func Undrawn(drawn district.Map, all []district.Choice) []district.Choice {
	return slices.DeleteFunc(slices.Clone(all), func(c district.Choice) bool {
		for _, s := range drawn.Shapes {
			if s.Slug == c.Slug {
				return true
			}
		}
		return false
	})
}

// DistrictOptions are districts to filter by, by the name in their address.
func DistrictOptions(all []district.Choice) []ui.Option {
	options := make([]ui.Option, len(all))
	for i, d := range all {
		options[i] = ui.Option{Value: d.Slug, Label: d.Name}
	}
	return options
}
