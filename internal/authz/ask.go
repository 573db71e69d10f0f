package authz

import (
	"slices"

	"github.com/google/uuid"
)

// MayAsk tells whether the actor may write asks at all.
func (a Actor) MayAsk() bool { return a.everything() || a.Role == Coordinator }

// MayEditAsk tells whether the actor may change an ask and answer its hands:
// whoever wrote it, and the coordinators of the districts it is sent to.
func (a Actor) MayEditAsk(author uuid.UUID, districts []uuid.UUID) bool {
	if a.everything() {
		return true
	}
	return a.Role == Coordinator && (a.ActsFor(author) || slices.ContainsFunc(districts, a.MayEditDistrict))
}
