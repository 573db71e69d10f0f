package doorlist

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/internal/text"
	"mellemrum/web/ui"
)

// promoted says why somebody who waited got a place, so that staff can answer
// whoever was passed over; empty for who never waited.
func promoted(ctx context.Context, l cafe.Line) string {
	if l.Status != cafe.Placed || l.Because == "" || l.PlacedAt == nil {
		return ""
	}
	when := i18n.From(ctx).DateTime(*l.PlacedAt)
	var says []string
	switch l.Because {
	case cafe.SomebodyCancelled:
		says = append(says, ui.T(ctx, "desk.because_cancelled", "When", when))
	case cafe.GaveBack:
		says = append(says, ui.T(ctx, "desk.because_gave_back", "When", when))
	case cafe.SmallerParty:
		says = append(says, ui.T(ctx, "desk.because_smaller_party", "When", when))
	case cafe.RaisedCapacity:
		says = append(says, ui.T(ctx, "desk.because_raised_capacity", "When", when))
	case cafe.SaidYes:
		says = append(says, ui.T(ctx, "desk.because_said_yes", "When", when))
	}
	if l.Room > 0 {
		says = append(says, ui.N(ctx, "desk.because_room", l.Room))
	}
	if l.Past > 0 {
		says = append(says, ui.N(ctx, "desk.because_past", l.Past))
	}
	return strings.Join(says, " ")
}

// moment is a time of day, with the date where it is another than the café's.
func moment(ctx context.Context, v list, t time.Time) string {
	if i18n.Day(t).Equal(v.Occasion.OnDate) {
		return i18n.From(ctx).Clock(t)
	}
	return i18n.From(ctx).DateTime(t)
}

// needed names the languages that are spoken best by those who have a place,
// the most people first; Danish is understood as it is.
func needed(ctx context.Context, v list) string {
	people := map[string]int{}
	for _, l := range v.Lines {
		if l.Status == cafe.Placed && l.Language != "" && l.Language != "da" {
			people[l.Language] += l.Party
		}
	}
	var codes []string
	for _, code := range text.Languages {
		if people[code] > 0 {
			codes = append(codes, code)
		}
	}
	slices.SortStableFunc(codes, func(a, b string) int { return cmp.Compare(people[b], people[a]) })
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = ui.T(ctx, "desk.language_count", "Language", ui.T(ctx, text.LanguageKey(code)), "People", i18n.From(ctx).Number(people[code]))
	}
	return strings.Join(names, ui.T(ctx, "desk.comma")+" ")
}

// title names a group: its kind, the language of an interpreter and the hours
// of a shift.
func title(ctx context.Context, g group) string {
	return shift(ctx, ui.T(ctx, "doorlist.kind_"+string(g.Kind)), g.Place)
}
