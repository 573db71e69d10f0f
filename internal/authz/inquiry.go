package authz

import "github.com/google/uuid"

// MayAnswerInquiry tells whether staff look after what a resident wrote:
// coordinators what belongs to one of their districts, or to none.
func (a Actor) MayAnswerInquiry(districts []uuid.UUID) bool { return a.MayKeepInitiative(districts) }
