package authz

import (
	"slices"

	"github.com/google/uuid"
)

func (a Actor) everything() bool { return a.Role == Administrator || a.Role == System }

// MayEditDistrict lets administrators edit any, coordinators their own.
func (a Actor) MayEditDistrict(district uuid.UUID) bool {
	return a.everything() || a.Role == Coordinator && slices.Contains(a.Districts, district)
}

// MayCreateDistrict lets any staff member start a district; whoever does is
// assigned to it.
func (a Actor) MayCreateDistrict() bool { return a.everything() || a.Role == Coordinator }

// MayEditOrganisation lets administrators edit any, coordinators those in one
// of their districts (or in none yet), contacts their own.
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

// MayEditOffer lets the organisation's own people, and staff as for
// organisations.
func (a Actor) MayEditOffer(organisation uuid.UUID, districts []uuid.UUID) bool {
	return a.everything() || a.MemberOf(organisation) || a.Role == Coordinator && a.MayReviewOrganisation(districts)
}

// MayEditCafe lets administrators edit any, coordinators those in their
// districts.
func (a Actor) MayEditCafe(district uuid.UUID) bool { return a.MayEditDistrict(district) }

// MaySeeSignUps lets whoever may edit the café, and the people of the
// organisations that host it. Nobody else sees who is coming.
func (a Actor) MaySeeSignUps(district uuid.UUID, hosts []uuid.UUID) bool {
	return a.MayEditCafe(district) || slices.ContainsFunc(hosts, a.MemberOf)
}

// MaySeePeople lets those who may edit the organisation, and its own people,
// see who they are.
func (a Actor) MaySeePeople(organisation uuid.UUID, districts []uuid.UUID) bool {
	return a.MayEditOrganisation(organisation, districts) || a.MemberOf(organisation)
}
