package authz

import (
	"testing"

	"github.com/google/uuid"
)

var (
	mine, yours          = uuid.New(), uuid.New() // districts
	ours, theirs         = uuid.New(), uuid.New() // organisations
	coordinator          = Actor{Role: Coordinator, AccountID: uuid.New(), Districts: []uuid.UUID{mine}}
	administrator        = Actor{Role: Administrator, AccountID: uuid.New()}
	contact              = Actor{Role: Partner, AccountID: uuid.New(), Organisations: []Membership{{OrganisationID: ours, Contact: true}}}
	member               = Actor{Role: Partner, AccountID: uuid.New(), Organisations: []Membership{{OrganisationID: ours}}}
	resident             = Actor{Role: Resident}
	here, there, nowhere = []uuid.UUID{mine}, []uuid.UUID{yours}, []uuid.UUID(nil)
)

func TestARuleThatWasNeverChosenLetsNobodyIn(t *testing.T) {
	for _, a := range []Actor{Nobody, resident, contact, coordinator, administrator, TheSystem} {
		if (Rule{}).Allows(a) {
			t.Errorf("%s passes", a.Role)
		}
	}
	if !(Rule{}).Zero() || Public.Zero() || (Rule{}).String() != "nobody" {
		t.Error("the zero rule is not told from the others")
	}
}

func TestWhoPassesWhichRule(t *testing.T) {
	for _, c := range []struct {
		rule   Rule
		passes []Actor
		not    []Actor
	}{
		{Public, []Actor{Nobody, resident, contact, coordinator, administrator}, nil},
		{SignedIn, []Actor{contact, coordinator, administrator}, []Actor{Nobody, resident}},
		{Partners, []Actor{contact, member}, []Actor{Nobody, resident, coordinator, administrator}},
		{Staff, []Actor{coordinator, administrator}, []Actor{Nobody, resident, contact}},
		{StaffHidden, []Actor{coordinator, administrator}, []Actor{Nobody, resident, contact}},
		{Administrators, []Actor{administrator}, []Actor{Nobody, resident, contact, coordinator}},
	} {
		for _, a := range c.passes {
			if !c.rule.Allows(a) {
				t.Errorf("%s does not pass %s", a.Role, c.rule)
			}
		}
		for _, a := range c.not {
			if c.rule.Allows(a) {
				t.Errorf("%s passes %s", a.Role, c.rule)
			}
		}
	}
}

func TestWhoMayTouchWhat(t *testing.T) {
	for name, c := range map[string]struct{ got, want bool }{
		"a coordinator edits their district":               {coordinator.MayEditDistrict(mine), true},
		"a coordinator edits another's district":           {coordinator.MayEditDistrict(yours), false},
		"an administrator edits any district":              {administrator.MayEditDistrict(yours), true},
		"a partner edits a district":                       {contact.MayEditDistrict(mine), false},
		"a coordinator starts a district":                  {coordinator.MayCreateDistrict(), true},
		"a partner starts a district":                      {contact.MayCreateDistrict(), false},
		"a contact edits their organisation":               {contact.MayEditOrganisation(ours, there), true},
		"a member edits their organisation":                {member.MayEditOrganisation(ours, there), false},
		"a contact edits another organisation":             {contact.MayEditOrganisation(theirs, here), false},
		"a coordinator edits an organisation here":         {coordinator.MayEditOrganisation(ours, here), true},
		"a coordinator edits an organisation elsewhere":    {coordinator.MayEditOrganisation(ours, there), false},
		"a coordinator reviews one that chose no district": {coordinator.MayReviewOrganisation(nowhere), true},
		"a contact reviews their own":                      {contact.MayReviewOrganisation(here), false},
		"a member edits an offer of theirs":                {member.MayEditOffer(ours, there), true},
		"a member edits another's offer":                   {member.MayEditOffer(theirs, here), false},
		"a coordinator edits an offer here":                {coordinator.MayEditOffer(theirs, here), true},
		"a coordinator edits an offer elsewhere":           {coordinator.MayEditOffer(theirs, there), false},
		"a host sees who comes":                            {member.MaySeeSignUps(yours, []uuid.UUID{theirs, ours}), true},
		"another partner sees who comes":                   {member.MaySeeSignUps(mine, []uuid.UUID{theirs}), false},
		"a coordinator sees who comes here":                {coordinator.MaySeeSignUps(mine, nil), true},
		"a coordinator sees who comes elsewhere":           {coordinator.MaySeeSignUps(yours, nil), false},
		"anybody sees who comes":                           {Nobody.MaySeeSignUps(mine, []uuid.UUID{ours}), false},
		"the system does what it must":                     {TheSystem.MayEditCafe(yours), true},
	} {
		if c.got != c.want {
			t.Errorf("%s: %v", name, c.got)
		}
	}
}

func TestRolesOfAccounts(t *testing.T) {
	for s, want := range map[string]bool{"partner": true, "coordinator": true, "administrator": true, "system": false, "anonymous": false, "resident": false, "": false} {
		if _, ok := ParseRole(s); ok != want {
			t.Errorf("%q: %v", s, ok)
		}
	}
}
