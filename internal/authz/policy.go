package authz

import (
	"slices"

	"github.com/google/uuid"
)

func (a Actor) everything() bool { return a.Role == Administrator || a.Role == System }

// MayEditDistrict: administrators any, coordinators their own.
func (a Actor) MayEditDistrict(district uuid.UUID) bool {
	return a.everything() || a.Role == Coordinator && slices.Contains(a.Districts, district)
}

// MayCreateDistrict: a new district is drawn by any staff member, who is then
// assigned to it.
func (a Actor) MayCreateDistrict() bool { return a.everything() || a.Role == Coordinator }

// MayEditOrganisation: administrators any, coordinators those in one of their
// districts (or in none yet), contacts their own.
func (a Actor) MayEditOrganisation(organisation uuid.UUID, districts []uuid.UUID) bool {
	return a.MayReviewOrganisation(districts) || a.ContactOf(organisation)
}

// MayReviewOrganisation covers approving, declining and creating for others.
func (a Actor) MayReviewOrganisation(districts []uuid.UUID) bool {
	if a.everything() {
		return true
	}
	if a.Role != Coordinator {
		return false
	}
	return len(districts) == 0 || slices.ContainsFunc(districts, a.MayEditDistrict)
}

// MayEditOffer: the organisation's own people, and staff as for organisations.
func (a Actor) MayEditOffer(organisation uuid.UUID, districts []uuid.UUID) bool {
	return a.everything() || a.MemberOf(organisation) || a.Role == Coordinator && a.MayReviewOrganisation(districts)
}

// MayEditCafe: administrators any, coordinators those in their districts.
func (a Actor) MayEditCafe(district uuid.UUID) bool { return a.MayEditDistrict(district) }

// MaySeeSignUps: whoever may edit the café, and the people of the
// organisations that host it. Nobody else sees who is coming.
func (a Actor) MaySeeSignUps(district uuid.UUID, hosts []uuid.UUID) bool {
	return a.MayEditCafe(district) || slices.ContainsFunc(hosts, a.MemberOf)
}
