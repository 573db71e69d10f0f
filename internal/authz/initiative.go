package authz

import (
	"slices"

	"github.com/google/uuid"
)

// MayWorkOnInitiative tells whether the actor may change an initiative: the
// people of any party that has joined, none above another, and the coordinators
// of its districts; one without a district is the whole town's.
func (a Actor) MayWorkOnInitiative(joined, districts []uuid.UUID) bool {
	return a.MayKeepInitiative(districts) || a.Role == Partner && slices.ContainsFunc(joined, a.MemberOf)
}

// MayKeepInitiative covers what staff answer for: publishing a resident's idea,
// answering voices, writing down what was said on paper.
func (a Actor) MayKeepInitiative(districts []uuid.UUID) bool {
	if a.everything() {
		return true
	}
	return a.Role == Coordinator && (len(districts) == 0 || slices.ContainsFunc(districts, a.MayEditDistrict))
}

// MayOpenGate tells whether the actor may let residents be heard later.
func (a Actor) MayOpenGate() bool { return a.Role == Administrator }
