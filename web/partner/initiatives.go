package partner

import (
	"mellemrum/internal/authz"
	"mellemrum/internal/initiative"
	"mellemrum/web/route"
)

const initiativesPath = "/partner/initiativer"

func (r Room) mountInitiatives(m *route.Mux) {
	m.Get(authz.Partners, initiativesPath, r.listInitiatives)
}

// initiativeList is what the partner's organisations are asked along to, and
// what they are in.
type initiativeList struct {
	invited []initiative.Listing
	joined  []initiative.Listing
}

func (r Room) listInitiatives(q *route.Request) (route.Page, error) {
	list, err := r.Initiatives.ForPartner(q.Context(), q.Actor)
	if err != nil {
		return route.Page{}, err
	}
	var v initiativeList
	for _, l := range list {
		if l.Joined {
			v.joined = append(v.joined, l.Listing)
		} else if !l.Status.Ended() {
			v.invited = append(v.invited, l.Listing)
		}
	}
	return route.Show(initiativesPage(v)), nil
}
