package cards

import (
	"context"
	"strconv"
	"time"

	"mellemrum/internal/i18n"
	"mellemrum/internal/offer"
	"mellemrum/web/ui"
)

// Counted tells beside each choice of a filter how much it would show. Choices
// that would show nothing are left out, but for the one that is made.
func Counted(ctx context.Context, options []ui.Option, counts map[string]int, chosen string) []ui.Option {
	var list []ui.Option
	for _, o := range options {
		n := counts[o.Value]
		if n == 0 && o.Value != chosen {
			continue
		}
		o.Label = ui.T(ctx, "offers.counted", "Name", o.Label, "Count", i18n.From(ctx).Number(n))
		list = append(list, o)
	}
	return list
}

// AudienceOptions are for whom an offer can be.
func AudienceOptions(ctx context.Context) []ui.Option {
	options := make([]ui.Option, len(offer.Audiences))
	for i, a := range offer.Audiences {
		options[i] = ui.Option{Value: string(a), Label: ui.T(ctx, a.Key())}
	}
	return options
}

// WeekdayOptions are the days of the week from Monday, by their ISO number.
func WeekdayOptions(ctx context.Context) []ui.Option {
	options := make([]ui.Option, 7)
	for i := range options {
		options[i] = ui.Option{Value: strconv.Itoa(i + 1), Label: Weekday(ctx, i+1)}
	}
	return options
}

// Weekday is the name of a day by its ISO number, 1–7 from Monday.
func Weekday(ctx context.Context, day int) string {
	return i18n.From(ctx).Weekday(time.Weekday(day % 7))
}
