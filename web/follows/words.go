package follows

import (
	"context"

	"mellemrum/internal/follow"
	"mellemrum/web/ui"
)

func kindName(ctx context.Context, k follow.Kind) string {
	if k == follow.Initiative {
		return ui.T(ctx, "follow.kind_initiative")
	}
	return ui.T(ctx, "follow.kind_district")
}

// ownLead says what comes to an address: news on Mondays, or nothing.
func ownLead(ctx context.Context, o follow.Own) string {
	switch {
	case o.Muted:
		return ""
	case len(o.Follows) == 0:
		return ui.T(ctx, "follow.none")
	}
	return ui.T(ctx, "follow.own_lead")
}
