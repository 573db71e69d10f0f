// Package authz says who may do what: pure functions, no database, no request.
//
// There are two kinds of question. A Rule is asked when a page is mounted and
// looks at the actor alone. An object policy (MayEditOffer …) is asked inside
// the service method that touches the object. Both must say yes.
package authz

import (
	"slices"

	"github.com/google/uuid"
)

// Role is what an actor is signed in as.
type Role uint8

// The roles, from the least to the most.
const (
	Anonymous     Role = iota // anybody
	Resident                  // holds a personal link, has no account
	Partner                   // somebody from an approved organisation
	Coordinator               // municipal staff with districts
	Administrator             // municipal staff with everything
	System                    // the program itself: jobs, seed, command line
)

var roleNames = [...]string{"anonymous", "resident", "partner", "coordinator", "administrator", "system"}

// String is the role's name as the database and the audit log know it.
func (r Role) String() string {
	if int(r) < len(roleNames) {
		return roleNames[r]
	}
	return "unknown"
}

// ParseRole reads the name of a role an account can have; false for others.
func ParseRole(s string) (Role, bool) {
	for _, r := range []Role{Partner, Coordinator, Administrator} {
		if r.String() == s {
			return r, true
		}
	}
	return Anonymous, false
}

// Membership ties an actor to an organisation. A contact may edit, invite and
// remove; a member may answer and see.
type Membership struct {
	OrganisationID uuid.UUID
	Slug           string
	Name           string
	Contact        bool
}

// Actor is whoever asks. It is read anew for each request, so that a role
// taken away is gone at once.
type Actor struct {
	Role          Role
	AccountID     uuid.UUID // zero for those without an account
	Name          string
	Email         string
	Organisations []Membership
	Districts     []uuid.UUID // the coordinator's own districts, and those of whom they stand in for
	StandsFor     []uuid.UUID // the accounts of those who are away and for whom the actor acts
}

// Nobody is the actor of an anonymous request.
var Nobody = Actor{Role: Anonymous}

// TheSystem is the actor of jobs and of the command line.
var TheSystem = Actor{Role: System, Name: "Mellemrum"}

// SignedIn tells whether the actor has an account.
func (a Actor) SignedIn() bool {
	return a.Role == Partner || a.Role == Coordinator || a.Role == Administrator
}

// Staff tells whether the actor works for the municipality.
func (a Actor) Staff() bool { return a.Role == Coordinator || a.Role == Administrator }

// ActsFor tells whether something that belongs to an account is the actor's to
// look after: their own, or that of somebody they stand in for.
func (a Actor) ActsFor(account uuid.UUID) bool {
	return account != uuid.Nil && (account == a.AccountID || slices.Contains(a.StandsFor, account))
}

// Accounts are the actor's own and those they stand in for.
func (a Actor) Accounts() []uuid.UUID { return append([]uuid.UUID{a.AccountID}, a.StandsFor...) }

// OrganisationIDs lists the actor's organisations.
func (a Actor) OrganisationIDs() []uuid.UUID {
	ids := make([]uuid.UUID, len(a.Organisations))
	for i, m := range a.Organisations {
		ids[i] = m.OrganisationID
	}
	return ids
}

// MemberOf tells whether the actor belongs to the organisation.
func (a Actor) MemberOf(organisation uuid.UUID) bool {
	return slices.ContainsFunc(a.Organisations, func(m Membership) bool { return m.OrganisationID == organisation })
}

// ContactOf tells whether the actor speaks for the organisation.
func (a Actor) ContactOf(organisation uuid.UUID) bool {
	return slices.ContainsFunc(a.Organisations, func(m Membership) bool { return m.OrganisationID == organisation && m.Contact })
}

// Rule is asked before a page is opened. The zero Rule lets nobody in.
type Rule struct {
	name  string
	roles uint8 // a bit per role
	// hidden tells that who is signed in and may not pass is told that there is
	// no such page.
	hidden bool
}

func rule(name string, roles ...Role) Rule {
	r := Rule{name: name}
	for _, role := range roles {
		r.roles |= 1 << role
	}
	return r
}

// The rules a page can be mounted with.
var (
	Public         = rule("public", Anonymous, Resident, Partner, Coordinator, Administrator, System)
	SignedIn       = rule("signed_in", Partner, Coordinator, Administrator)
	Partners       = rule("partners", Partner)
	Staff          = rule("staff", Coordinator, Administrator)
	Administrators = rule("administrators", Administrator)
	// StaffHidden is for what partners are not to know of: what is noted about
	// themselves, for one.
	StaffHidden = Rule{name: "staff_hidden", roles: Staff.roles, hidden: true}
	// PartnersHidden is for what only invited partners are to know of.
	PartnersHidden = Rule{name: "partners_hidden", roles: Partners.roles, hidden: true}
)

// Zero tells whether the rule was never chosen.
func (r Rule) Zero() bool { return r.roles == 0 }

// Hidden tells whether a signed-in actor who may not pass is told that there is
// no such page.
func (r Rule) Hidden() bool { return r.hidden }

// Allows tells whether the actor may pass.
func (r Rule) Allows(a Actor) bool { return r.roles&(1<<a.Role) != 0 }

// String names the rule.
func (r Rule) String() string {
	if r.Zero() {
		return "nobody"
	}
	return r.name
}
