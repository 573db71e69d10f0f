package authz

import "github.com/google/uuid"

// MayKeepConcern covers writing a note about a district, following it and
// choosing who reads it: the district's staff. All staff may read it.
func (a Actor) MayKeepConcern(district uuid.UUID) bool { return a.MayEditDistrict(district) }
