// Package initiativeview shows initiatives in lists, the same way to residents,
// to partners and to staff: how far each has come, who is in it, and whether
// residents have been heard.
package initiativeview

import (
	"context"

	"mellemrum/internal/initiative"
	"mellemrum/web/ui"
)

// Path is the address of an initiative's page.
func Path(slug string) string { return "/initiativer/" + slug }

// WorkPath is the address of the page for those who work on it.
func WorkPath(slug string) string { return Path(slug) + "/arbejde" }

// Some is how many initiatives a page that is about something else shows.
const Some = 4

// First are the first few of a list.
func First(list []initiative.Listing) []initiative.Listing { return list[:min(len(list), Some)] }

func tone(s initiative.Status) ui.Tone {
	switch s {
	case initiative.Idea, initiative.CoCreation:
		return ui.Info
	case initiative.Agreed, initiative.Running:
		return ui.Good
	case initiative.Closed, initiative.Stopped:
	}
	return ui.Plain
}

// Districts names where an initiative happens.
func Districts(ctx context.Context, list []initiative.Named) []string {
	if len(list) == 0 {
		return []string{ui.T(ctx, "initiatives.whole_town")}
	}
	return Names(list)
}

// Names are the names of districts or themes.
func Names(list []initiative.Named) []string {
	names := make([]string, len(list))
	for i, n := range list {
		names[i] = n.Name
	}
	return names
}

// Counts tells in a line how many take part and how many have been heard.
func Counts(ctx context.Context, l initiative.Listing) string {
	return ui.N(ctx, "initiatives.parties_count", l.Parties) + " · " + Heard(ctx, l)
}

// Heard tells how many residents have been heard.
func Heard(ctx context.Context, l initiative.Listing) string {
	if l.Residents == 0 {
		return ui.T(ctx, "initiatives.nobody_heard")
	}
	return ui.N(ctx, "initiatives.residents_count", l.Residents)
}
